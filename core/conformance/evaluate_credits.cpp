#include <fmt/format.h>

#include <algorithm>

#include "core/conformance/evaluate.hpp"
#include "core/pricing/rating/credits.hpp"

namespace breakeven::core::conformance {
namespace {

using nlohmann::json;
using Figures = std::map<std::string, Decimal>;

rating::Grant<Decimal> readGrant(Fields& fields, TimePoint start, std::int64_t number) {
    rating::Grant<Decimal> grant;
    grant.amount = fields.number("amount");
    grant.priority = fields.whole("priority");
    grant.effectiveAt = fields.timePoint("effective_at").value_or(start);
    grant.expiresAt = fields.timePoint("expires_at");
    grant.voidedAt = fields.timePoint("voided_at");
    grant.isPromotional = fields.has("category") && fields.choice("category", {"paid", "promotional"}) == 1;
    grant.created = fields.whole("created").value_or(0) * 1'000'000 + number;
    if (fields.has("recurs_at")) {
        fields.list("recurs_at", [&](const json& item, const std::string& path) {
            grant.recursAt.push_back(timePointOf(item, path));
        });
    }
    if (grant.amount.isNegative()) throw CaseProblem(fields.pathOf("amount"), "must be at least 0");
    return grant;
}

Evaluation burndown(Fields& price, const json& usage, const std::string& usagePath) {
    const bool isCarried =
        price.choice("overage", {"carried_and_paid_by_later_grants", "carried", "invoiced"}) != 2;
    Fields fields(usage, usagePath);
    const TimePoint start = timePointOf(fields.need("start"), fields.pathOf("start"));
    const TimePoint end = timePointOf(fields.need("end"), fields.pathOf("end"));
    std::vector<std::string> ids;
    std::vector<rating::Grant<Decimal>> grants;
    fields.list("grants", [&](const json& item, const std::string& path) {
        Fields one(item, path);
        ids.push_back(one.word("id"));
        if (std::ranges::count(ids, ids.back()) > 1)
            throw CaseProblem(path, fmt::format("two grants have the id \"{}\"", ids.back()));
        grants.push_back(readGrant(one, start, static_cast<std::int64_t>(grants.size())));
        one.finish();
    });
    std::vector<rating::CreditUse<Decimal>> uses;
    fields.list("events", [&](const json& item, const std::string& path) {
        Fields one(item, path);
        uses.push_back({timePointOf(one.need("at"), one.pathOf("at")), one.number("amount")});
        if (uses.back().amount.isNegative()) throw CaseProblem(one.pathOf("amount"), "must be at least 0");
        one.note({"id"});
        one.finish();
    });
    fields.finish();
    rating::CreditAccount<Decimal> account(grants,
                                           isCarried ? rating::Overage::Carried : rating::Overage::Invoiced);
    const auto state = account.run(start, end, std::move(uses));
    Figures balances;
    for (std::size_t i = 0; i < ids.size(); ++i) balances[ids[i]] = state.balances[i];
    return {state.balance(), {{"balances", balances}, {"overage", state.overage}}};
}

Evaluation applied(Fields& price, const json& usage, const std::string& usagePath, const Setting& setting) {
    Fields fields(usage, usagePath);
    std::vector<std::string> kinds;
    const auto kindOf = [&](const std::string& kind) {
        const auto index = static_cast<std::size_t>(std::ranges::find(kinds, kind) - kinds.begin());
        if (index == kinds.size()) kinds.push_back(kind);
        return index;
    };
    std::vector<rating::PayableLine<Decimal>> lines;
    fields.list("lines", [&](const json& item, const std::string& path) {
        Fields one(item, path);
        one.note({"id"});
        lines.push_back({one.number("amount"), one.number("discount", 0),
                         kindOf(one.has("kind") ? one.word("kind") : std::string())});
        one.finish();
    });
    std::vector<std::string> ids;
    std::vector<rating::Credit<Decimal>> credits;
    fields.list("credits", [&](const json& item, const std::string& path) {
        Fields one(item, path);
        ids.push_back(one.word("id"));
        rating::Credit<Decimal> credit{one.number("amount"), std::nullopt};
        if (one.has("applies_to")) {
            credit.kinds.emplace();
            one.list("applies_to", [&](const json& kind, const std::string& kindPath) {
                if (!kind.is_string()) throw CaseProblem(kindPath, "must be a text");
                credit.kinds->push_back(kindOf(kind.get<std::string>()));
            });
        }
        one.finish();
        credits.push_back(std::move(credit));
    });
    // The two options may stand with the price or with the usage.
    Fields& order = fields.has("line_order") ? fields : price;
    const auto lineOrder = order.choice("line_order", {"given", "largest_first"}) == 0
                               ? rating::LineOrder::Given
                               : rating::LineOrder::LargestFirst;
    const bool isTruncated = fields.flag("truncate_dust", false) || price.flag("truncate_dust", false);
    price.note({"line_order"});
    fields.finish();
    Decimal leastUsable = isTruncated ? 1 : 0;
    for (int i = 0; i < setting.minorUnits; ++i) leastUsable *= *Decimal::parse("0.1");
    const auto payment = rating::payWithCredits(lines, credits, lineOrder, leastUsable);
    Evaluation evaluation;
    for (std::size_t i = 0; i < lines.size(); ++i)
        evaluation.result += lines[i].amount - lines[i].discount - payment.paid[i];
    Figures used;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        if (!payment.used[i].isZero()) used[ids[i]] += payment.used[i];
    }
    evaluation.parts["credits_used"] = used;
    return evaluation;
}

}  // namespace

std::optional<Evaluation> evaluateCredits(const std::string& model, const json& price,
                                          const std::string& pricePath, const json& usage,
                                          const std::string& usagePath, const Setting& setting) {
    Evaluation evaluation;
    if (model == "credits_burndown") {
        Fields fields(price, pricePath);
        evaluation = burndown(fields, usage, usagePath);
        fields.finish();
    } else if (model == "credits_apply") {
        Fields fields(price, pricePath);
        evaluation = applied(fields, usage, usagePath, setting);
        fields.finish();
    } else if (model == "rollover") {
        Fields fields(price, pricePath);
        const rating::Rollover<Decimal> rule{fields.number("grant_amount"), fields.number("rollover_min", 0),
                                             fields.number("rollover_max"),
                                             fields.flag("preserve_overage", false)};
        fields.finish();
        Fields used(usage, usagePath);
        const auto next = rating::rolledOver(rule, used.number("used"));
        used.finish();
        evaluation = {next.balance, {{"overage", next.overage}}};
    } else if (model == "credit_conversion") {
        Fields fields(price, pricePath);
        const Decimal rate = fields.positive("rate_amount");
        fields.finish();
        Fields credits(usage, usagePath);
        evaluation.result = roundHalfAway(credits.number("credits") * rate, setting.places());
        credits.finish();
        evaluation.parts["credits"] = quotient(evaluation.result, rate);
    } else {
        return std::nullopt;
    }
    if (setting.context.alreadyRated != nullptr || setting.context.alreadyBilled)
        throw CaseProblem("context", fmt::format("this state has no meaning for \"{}\"", model));
    return evaluation;
}

}  // namespace breakeven::core::conformance
