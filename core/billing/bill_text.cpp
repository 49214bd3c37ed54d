#include "core/billing/bill_text.hpp"

#include <fmt/format.h>

#include <iterator>

#include "core/text/json_text.hpp"

namespace breakeven::core {
namespace {

/// One text cell.
void appendText(std::string& out, std::string_view text) {
    const bool isFormula =
        !text.empty() && std::string_view("=+-@\t\r").find(text.front()) != std::string_view::npos;
    const bool isQuoted = text.find_first_of(",\"\r\n") != std::string_view::npos;
    if (!isQuoted) {
        if (isFormula) out += '\'';
        out += text;
        return;
    }
    out += isFormula ? "\"'" : "\"";
    for (const char c : text) {
        if (c == '"') out += '"';
        out += c;
    }
    out += '"';
}

void appendKey(std::string& out, const IssuedInvoice& issued) {
    appendText(out, issued.maker.plan().semantics.name);
    out += ',';
    appendText(out, issued.maker.plan().plan->id);
    out += ',';
    appendText(out, issued.subject);
    out += ',';
    out += issued.period;
    out += ',';
}

std::string shareText(std::uint64_t part, std::uint64_t whole) {
    return whole == 0 ? "" : fmt::format("{:.6g}", static_cast<double>(part) / static_cast<double>(whole));
}

std::string amountText(double amount, int places) {
    return fmt::format("{:.{}f}", amount, places);
}

}  // namespace

void appendInvoiceRow(std::string& out, const IssuedInvoice& issued) {
    appendKey(out, issued);
    fmt::format_to(std::back_inserter(out), "{},", issued.invoice.lines.size());
    out += issued.invoice.total.text(issued.maker.plan().places);
    out += "\r\n";
}

void appendLineRows(std::string& out, const IssuedInvoice& issued) {
    for (const InvoiceLine& line : issued.invoice.lines) {
        appendKey(out, issued);
        out += wordOf(line.kind);
        out += ',';
        appendText(out, issued.maker.idOf(line));
        out += ',';
        if (!line.quantity.isZero()) out += line.quantity.text();
        out += ',';
        out += line.amount.text(issued.maker.plan().places);
        out += ',';
        appendText(out, issued.maker.reasonOf(line));
        out += "\r\n";
    }
}

std::string subjectsHeader(const std::vector<const Plan*>& plans) {
    std::string out = "semantics,subject";
    for (const Plan* plan : plans) out += "," + plan->id;
    return out + "\r\n";
}

void appendSubjectRow(std::string& out, const SubjectTotals& totals, int places) {
    appendText(out, totals.semantics);
    out += ',';
    appendText(out, totals.subject);
    for (const Decimal* total : totals.totals) {
        out += ',';
        if (total != nullptr) out += total->text(places);
    }
    out += "\r\n";
}

std::string invoiceText(const IssuedInvoice& issued) {
    const ExactPlan& plan = issued.maker.plan();
    std::string out = fmt::format("{}, {}, {}:\n", plan.plan->id, issued.subject, issued.period);
    for (const InvoiceLine& line : issued.invoice.lines) {
        const std::string_view id = issued.maker.idOf(line);
        out += fmt::format("  {:>14}  {}{}{}\n", line.amount.text(plan.places), id, id.empty() ? "" : ": ",
                           issued.maker.reasonOf(line));
    }
    return out + fmt::format("  {:>14}  total\n", issued.invoice.total.text(plan.places));
}

nlohmann::ordered_json invoiceJson(const IssuedInvoice& issued) {
    const ExactPlan& plan = issued.maker.plan();
    nlohmann::ordered_json lines = nlohmann::ordered_json::array();
    for (const InvoiceLine& line : issued.invoice.lines)
        lines.push_back({{"kind", wordOf(line.kind)},
                         {"id", issued.maker.idOf(line)},
                         {"quantity", line.quantity.text()},
                         {"amount", line.amount.text(plan.places)},
                         {"reason", issued.maker.reasonOf(line)}});
    return {{"plan", plan.plan->id},     {"semantics", plan.semantics.name},
            {"subject", issued.subject}, {"period_start", issued.period},
            {"lines", std::move(lines)}, {"total", issued.invoice.total.text(plan.places)}};
}

std::string summaryCsv(const BillResult& result) {
    std::string out =
        "semantics,plan,baseline,invoices,lines,total,mean,median,p90,subjects,share_better,share_worse,"
        "share_above_twice,credits_granted,credits_used,credits_lapsed,credits_left\r\n";
    for (const PlanBill& bill : result.plans) {
        const int places = result.places;
        appendText(out, bill.semantics);
        out += fmt::format(",{},{},{},{},{},{},{},{}", bill.plan, result.baseline, bill.invoices, bill.lines,
                           bill.total.text(places), bill.amounts.mean(places).text(places),
                           amountText(bill.amounts.quantile(0.5), places),
                           amountText(bill.amounts.quantile(0.9), places));
        if (const auto& moved = bill.migration)
            out += fmt::format(",{},{},{},{}", moved->subjects, shareText(moved->better, moved->subjects),
                               shareText(moved->worse, moved->subjects),
                               shareText(moved->aboveTwice, moved->subjects));
        else
            out += ",,,,";
        out +=
            fmt::format(",{},{},{},{}\r\n", bill.creditsGranted.text(places), bill.creditsUsed.text(places),
                        bill.creditsLapsed.text(places), bill.creditsLeft.text(places));
    }
    return out;
}

std::string losersCsv(const BillResult& result) {
    std::string out = "semantics,plan,baseline,subject,before,after\r\n";
    for (const PlanBill& bill : result.plans) {
        if (!bill.migration) continue;
        for (const Mover& mover : bill.migration->losers) {
            appendText(out, bill.semantics);
            out += fmt::format(",{},{},", bill.plan, result.baseline);
            appendText(out, mover.subject);
            out +=
                fmt::format(",{},{}\r\n", mover.before.text(result.places), mover.after.text(result.places));
        }
    }
    return out;
}

std::string billJson(const BillResult& result, const Scenario& scenario,
                     const nlohmann::ordered_json& invoices) {
    using nlohmann::ordered_json;
    const auto money = [&](const Decimal& amount) { return amount.text(result.places); };
    ordered_json document{{"scenario", scenario.name},   {"currency", scenario.currency},
                          {"baseline", result.baseline}, {"subjects", result.subjects},
                          {"rows", result.usage.rows},   {"bad_rows", result.usage.bad}};
    document["plans"] = ordered_json::array();
    for (const PlanBill& bill : result.plans) {
        ordered_json one{{"plan", bill.plan},
                         {"semantics", bill.semantics},
                         {"invoices", bill.invoices},
                         {"lines", bill.lines},
                         {"total", money(bill.total)},
                         {"mean", money(bill.amounts.mean(result.places))},
                         {"median", amountText(bill.amounts.quantile(0.5), result.places)},
                         {"p90", amountText(bill.amounts.quantile(0.9), result.places)},
                         {"pooled", bill.isPooled}};
        one["credits"] = {{"granted", money(bill.creditsGranted)},
                          {"used", money(bill.creditsUsed)},
                          {"lapsed", money(bill.creditsLapsed)},
                          {"left", money(bill.creditsLeft)}};
        if (const auto& moved = bill.migration) {
            ordered_json losers = ordered_json::array();
            for (const Mover& mover : moved->losers)
                losers.push_back({{"subject", mover.subject},
                                  {"before", money(mover.before)},
                                  {"after", money(mover.after)}});
            one["migration"] = {{"subjects", moved->subjects},
                                {"better", moved->better},
                                {"worse", moved->worse},
                                {"above_twice", moved->aboveTwice},
                                {"losers", std::move(losers)}};
        }
        document["plans"].push_back(std::move(one));
    }
    if (!invoices.is_null()) document["invoices"] = invoices;
    return jsonText(document);
}

}  // namespace breakeven::core
