#include "core/billing/bill.hpp"

#include <fmt/format.h>

#include <array>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/cli/commands.hpp"
#include "app/cli/interrupt.hpp"
#include "app/wiring/files.hpp"
#include "app/wiring/pending_file.hpp"
#include "app/wiring/stored_usage.hpp"
#include "core/billing/bill_text.hpp"
#include "core/scenario/stored_table.hpp"
#include "core/units/currency.hpp"

namespace breakeven::app {
namespace {

/// Ends the billing when Ctrl-C was pressed.
struct Interrupted {};

struct BillOptions {
    std::string file, usage, from, csv, subject, semantics = "breakeven", compare, period = "month", database;
    std::vector<std::string> plans, sets;
    bool json = false, strict = false;
};

sim::TableCell cell(std::string text) {
    return {std::move(text), {}, {}};
}

std::string percentText(std::uint64_t part, std::uint64_t whole) {
    return whole == 0
               ? "-"
               : fmt::format("{:.0f} %", 100.0 * static_cast<double>(part) / static_cast<double>(whole));
}

/// Totals of every plan, and where subjects can be compared what they would feel of it.
sim::Table planTable(const core::BillResult& result, const std::string& currency) {
    const bool hasSemantics = result.plans.front().semantics != result.plans.back().semantics;
    sim::Table table;
    if (hasSemantics) table.columns.push_back({"semantics", "", "", true});
    table.columns.push_back({"plan", "", "", true});
    for (const auto& [title, unit] :
         std::initializer_list<std::pair<const char*, std::string>>{{"invoices", ""},
                                                                    {"total", currency},
                                                                    {"mean", currency},
                                                                    {"median", currency},
                                                                    {"p90", currency},
                                                                    {"better off", "subjects"},
                                                                    {"worse off", "subjects"},
                                                                    {"above 2x", "subjects"}})
        table.columns.push_back({title, unit, "", false});
    for (const core::PlanBill& bill : result.plans) {
        auto& row = table.rows.emplace_back();
        if (hasSemantics) row.push_back(cell(bill.semantics));
        row.push_back(cell(bill.plan + (bill.isPooled ? " (pooled)" : "")));
        row.push_back(cell(fmt::format("{}", bill.invoices)));
        row.push_back(cell(bill.total.text(result.places)));
        row.push_back(cell(bill.amounts.mean(result.places).text(result.places)));
        for (const double q : {0.5, 0.9})
            row.push_back(cell(fmt::format("{:.{}f}", bill.amounts.quantile(q), result.places)));
        const auto& moved = bill.migration;
        row.push_back(cell(moved ? percentText(moved->better, moved->subjects) : "-"));
        row.push_back(cell(moved ? percentText(moved->worse, moved->subjects) : "-"));
        row.push_back(cell(moved ? percentText(moved->aboveTwice, moved->subjects) : "-"));
    }
    return table;
}

/// What the second semantics costs against the first, per plan.
sim::Table semanticsTable(const core::BillResult& result, const std::string& currency) {
    sim::Table table;
    table.columns = {{"plan", "", "", true}};
    const std::size_t count = result.plans.size() / 2;
    for (const std::string& title :
         {result.plans.front().semantics, result.plans.back().semantics, std::string("difference")})
        table.columns.push_back({title, currency, "", false});
    for (std::size_t i = 0; i < count; ++i) {
        const core::Decimal& first = result.plans[i].total;
        const core::Decimal& second = result.plans[i + count].total;
        table.rows.push_back({cell(result.plans[i].plan), cell(first.text(result.places)),
                              cell(second.text(result.places)), cell((second - first).text(result.places))});
    }
    return table;
}

void printResult(const core::BillResult& result, const core::Scenario& scenario, bool isCompared) {
    fmt::print("{}: {} subjects, {} rows, compared with {}\n\n{}", scenario.name, result.subjects,
               result.usage.rows, result.baseline, tableText(planTable(result, scenario.currency)));
    if (isCompared) fmt::print("\n{}", tableText(semanticsTable(result, scenario.currency)));
    for (const core::PlanBill& bill : result.plans) {
        if (!bill.creditsGranted.isZero())
            fmt::print("\n{}: of {} {} in credits {} were used, {} lapsed, {} are left\n", bill.plan,
                       bill.creditsGranted.text(result.places), scenario.currency,
                       bill.creditsUsed.text(result.places), bill.creditsLapsed.text(result.places),
                       bill.creditsLeft.text(result.places));
        if (!bill.migration || bill.migration->losers.empty()) continue;
        fmt::print("\nFrom {} to {}, the largest rises:\n", result.baseline, bill.plan);
        sim::Table table;
        table.columns = {{"subject", "", "", true},
                         {"before", scenario.currency, "", false},
                         {"after", scenario.currency, "", false}};
        for (const core::Mover& mover : bill.migration->losers)
            table.rows.push_back({cell(mover.subject), cell(mover.before.text(result.places)),
                                  cell(mover.after.text(result.places))});
        fmt::print("{}", tableText(table));
    }
}

int bill(const BillOptions& options) {
    const core::ScenarioReading reading =
        core::readScenarioFile(options.file, overridesOf(options.sets), storedUsage(options.database));
    printDiagnostics(reading);
    if (!reading.scenario) return kBadInput;
    core::BillRequest request{
        options.usage, options.plans, options.from, {}, options.period == "row", options.strict, {}};
    if (core::storedTable(options.usage)) request.usageBytes = usageBytes(options.usage, options.database);
    for (const auto& [text, option] :
         {std::pair(options.semantics, "--semantics"), std::pair(options.compare, "--compare")}) {
        if (text.empty()) continue;
        const core::SemanticsReading semantics = core::readSemantics(text, option);
        printDiagnostics(semantics.diagnostics);
        if (!semantics.semantics) return kBadInput;
        request.semantics.push_back(*semantics.semantics);
    }
    std::optional<PendingFile> invoices;
    std::optional<PendingFile> lines;
    std::optional<PendingFile> subjects;
    const auto files = [&] { return std::array{&invoices, &lines, &subjects}; };
    const std::vector<const core::Plan*> plans = core::plansToBill(*reading.scenario, request);
    if (!options.csv.empty()) {
        const std::filesystem::path folder = options.csv;
        invoices.emplace((folder / "invoices.csv").string()).write(core::kInvoicesHeader);
        lines.emplace((folder / "lines.csv").string()).write(core::kLinesHeader);
        subjects.emplace((folder / "subjects.csv").string()).write(core::subjectsHeader(plans));
    }
    std::string shown;  // the invoices of --subject
    nlohmann::ordered_json shownJson;
    std::optional<InterruptWatch> watch;
    core::BillHooks hooks;
    hooks.invoice = [&](const core::IssuedInvoice& issued) {
        if (watch->isInterrupted()) throw Interrupted{};
        if (issued.subject == options.subject) {
            shown += core::invoiceText(issued);
            shownJson.push_back(core::invoiceJson(issued));
        }
        if (!invoices) return;
        core::appendInvoiceRow(invoices->pending(), issued);
        core::appendLineRows(lines->pending(), issued);
        for (auto* file : files()) (*file)->write({});
    };
    if (subjects) {
        const int places = core::minorUnitDecimals(reading.scenario->currency);
        hooks.subject = [&, places](const core::SubjectTotals& totals) {
            core::appendSubjectRow(subjects->pending(), totals, places);
        };
    }
    watch.emplace();
    std::optional<core::BillResult> billed;
    try {
        billed = core::billUsage(*reading.scenario, request, hooks);
    } catch (const Interrupted&) {
        tell("interrupted: nothing was written\n");
        return kInterrupted;
    }
    watch.reset();
    const core::BillResult& result = *billed;
    printDiagnostics(result.usage.diagnostics);
    if (result.usage.bad > 0) tell("{} bad rows were left out\n", result.usage.bad);
    if (invoices) {
        for (auto* file : files()) (*file)->settle();
        for (auto* file : files()) (*file)->keep();
        writeFiles(options.csv,
                   {{"summary.csv", core::summaryCsv(result)}, {"losers.csv", core::losersCsv(result)}});
    }
    if (!options.subject.empty() && shown.empty())
        tell("there is no subject \"{}\" in {}\n", options.subject, options.usage);
    if (options.json)
        fmt::print("{}", core::billJson(result, *reading.scenario, shownJson));
    else
        printResult(result, *reading.scenario, request.semantics.size() == 2);
    if (!options.json && !shown.empty()) fmt::print("\n{}", shown);
    return kDone;
}

}  // namespace

void addBill(CLI::App& cli, Action& action) {
    CLI::App* command = cli.add_subcommand(
        "bill",
        "Exact invoices of real usage under the plans of a scenario, and what moving to them would do");
    command->footer(
        "Example: breakeven bill scenarios/coding-team/coding-team.toml --usage "
        "scenarios/coding-team/usage_day.csv\n"
        "The usage file has the columns subject, period_start and one per meter. Amounts are exact decimals, "
        "rounded once.");
    auto options = std::make_shared<BillOptions>();
    command->add_option("FILE", options->file, "scenario file")->required();
    command->add_option("--usage", options->usage, "usage CSV, or store:NAME for a kept one")->required();
    command->add_option("--db", options->database,
                        "the store of usage tables; default: runs.sqlite in your data directory");
    command->add_option("--plan", options->plans, "bill this plan only; may be given several times")
        ->allow_extra_args(false);
    command->add_option("--from", options->from, "the plan that subjects have today; default: the first");
    command
        ->add_option("--period", options->period,
                     "month: the rows of a calendar month are one invoice; row: each is")
        ->check(CLI::IsMember({"month", "row"}));
    command->add_option(
        "--semantics", options->semantics,
        "how to read the plans: breakeven, lago, openmeter, stripe, flexprice, meteroid, killbill, "
        "with ,OPTION=VALUE");
    command->add_option("--compare", options->compare,
                        "bill under these semantics too, and tell the difference");
    command->add_option("--set", options->sets, "KEY=VALUE: change any number or word of the file")
        ->allow_extra_args(false);
    command->add_option("--subject", options->subject,
                        "show the invoices of this subject line by line; (all): those of a pool");
    command->add_option("--csv", options->csv,
                        "write invoices, lines, subjects, summary and losers into this folder");
    command->add_flag("--strict", options->strict, "refuse the usage file when any row is bad");
    command->add_flag("--json", options->json, "print the result as JSON");
    command->callback([options, &action] { action = [options] { return bill(*options); }; });
}

}  // namespace breakeven::app
