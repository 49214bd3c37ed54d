#include "sim/report/plan_words.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

#include "core/variant/overloaded.hpp"
#include "sim/report/number_text.hpp"
#include "sim/report/results_table.hpp"

namespace breakeven::sim {
namespace {

std::string spaced(std::string id) {
    std::ranges::replace(id, '_', ' ');
    return id;
}

std::string numberOf(const core::Parameter& parameter) {
    return formatWithError(parameter.base, 0.0);
}

bool billsAlike(const core::Plan& a, const core::Plan& b) {
    return a.fee == b.fee && a.minimum == b.minimum && a.maximum == b.maximum && a.charges == b.charges &&
           a.terms == b.terms;
}

/// Limits of `to` that `from` does not have in the same way.
std::vector<const core::Limit*> newLimits(const core::Plan& from, const core::Plan& to) {
    std::vector<const core::Limit*> found;
    for (const core::Limit& limit : to.limits) {
        const bool isOld = std::ranges::any_of(from.limits, [&](const core::Limit& old) {
            return old.meter == limit.meter && old.amount == limit.amount && old.action == limit.action &&
                   old.costFactor == limit.costFactor && old.keptShare == limit.keptShare &&
                   old.price == limit.price && old.per == limit.per && old.window == limit.window;
        });
        if (!isOld) found.push_back(&limit);
    }
    return found;
}

/// Words for the plans of one scenario.
class Words {
  public:
    explicit Words(const core::Scenario& scenario) : scenario_(scenario) {}

    [[nodiscard]] std::string limit(const core::Limit& limit) const {
        using enum core::Limit::Action;
        const std::string period =
            limit.window ? fmt::format("in {} hours", numberOf(limit.window->hours)) : "a month";
        std::string amount =
            fmt::format("{} {} {}", numberOf(limit.amount), spaced(scenario_.meters[limit.meter].id), period);
        switch (limit.action) {
            case Block:
                return "a hard cap at " + amount;
            case Degrade:
                return "a soft cap at " + amount;
            case Throttle:
                return "a throttle at " + amount;
            case Queue:
                return "a queue beyond " + amount;
            case Overage:
                return "an overage price beyond " + amount;
            case AutoBuy:
                return "packs bought beyond " + amount;
        }
        return amount;
    }

    [[nodiscard]] std::string bill(const core::Plan& plan) const {
        std::vector<std::string> parts;
        for (const core::Charge& charge : plan.charges) parts.push_back(this->charge(charge));
        for (const core::Credit& credit : plan.terms.credits)
            parts.push_back(
                fmt::format("{} of credit {}", money(credit.amount), credit.isOnce ? "once" : "a month"));
        if (plan.terms.topUp)
            parts.push_back(fmt::format("credit packs at {}", money(plan.terms.topUp->price)));
        if (plan.terms.trialMonths > 0)
            parts.push_back(fmt::format("a trial of {} months", plan.terms.trialMonths));
        if (!plan.terms.coupons.empty()) parts.emplace_back("coupons");
        if (plan.minimum) parts.push_back(fmt::format("a bill of at least {}", money(*plan.minimum)));
        if (plan.maximum) parts.push_back(fmt::format("a bill of at most {}", money(*plan.maximum)));
        if (plan.fee.base == 0.0)
            return parts.empty() ? "no fee" : fmt::format("no monthly fee but {}", fmt::join(parts, " and "));
        if (parts.empty()) return fmt::format("a fee of {} a month", money(plan.fee));
        return fmt::format("a fee of {} a month with {}", money(plan.fee), fmt::join(parts, " and "));
    }

    /// What the plan runs on; nothing where it runs on the same.
    [[nodiscard]] std::string costs(const core::Plan& from, const core::Plan& to) const {
        const core::Cost& before = core::costOf(scenario_, from);
        const core::Cost& after = core::costOf(scenario_, to);
        if (before == after) return {};
        core::Cost rest = after;
        rest.servingShare = before.servingShare;
        if (rest == before)
            return fmt::format("serving it at {} of the list price", numberOf(after.servingShare));
        return "serving it by other means";
    }

  private:
    [[nodiscard]] std::string money(const core::Parameter& amount) const {
        return moneyText(amount.base, 0.0, scenario_.currency);
    }

    [[nodiscard]] std::string meters(const core::Charge& charge) const {
        std::vector<std::string> names;
        for (const core::WeightedMeter& part : charge.meters)
            names.push_back(spaced(scenario_.meters[part.meter].id));
        return fmt::format("{}", fmt::join(names, " and "));
    }
    [[nodiscard]] static bool isWeighted(const core::Charge& charge) {
        return charge.meters.size() != 1 || charge.meters.front().weight.base != 1.0;
    }
    [[nodiscard]] std::string quantity(const core::Charge& charge, const std::string& amount) const {
        return isWeighted(charge) ? fmt::format("{} credits of {}", amount, meters(charge))
                                  : fmt::format("{} {}", amount, meters(charge));
    }

    [[nodiscard]] std::string charge(const core::Charge& charge) const {
        if (charge.exactPrice) {
            const bool isCapacity = std::holds_alternative<core::CapacityPrice>(*charge.exactPrice);
            return fmt::format("{} of {}", isCapacity ? "capacity prices" : "a percentage", meters(charge));
        }
        return std::visit(
            core::Overloaded{
                [&](const core::FlatPrice& price) { return fmt::format("{} more", money(price.amount)); },
                [&](const core::UnitPrice& price) {
                    const bool isSingle = charge.per.base == 1.0 && !isWeighted(charge);
                    const std::string per = isSingle ? scenario_.meters[charge.meters.front().meter].unit
                                                     : quantity(charge, numberOf(charge.per));
                    return fmt::format("{} per {}", money(price.unitAmount), per);
                },
                [&](const core::GraduatedPrice& price) {
                    const core::Tier& first = price.tiers.front();
                    const bool isAllowance =
                        first.upTo && first.unitAmount.base == 0.0 && first.flatAmount.base == 0.0;
                    return isAllowance ? fmt::format("{} included and more charged",
                                                     quantity(charge, numberOf(*first.upTo)))
                                       : fmt::format("graduated prices of {}", meters(charge));
                },
                [&](const core::VolumePrice&) { return fmt::format("volume prices of {}", meters(charge)); },
                [&](const core::PackagePrice& price) {
                    return fmt::format("packages of {} at {}", quantity(charge, numberOf(price.size)),
                                       money(price.amount));
                }},
            charge.price);
    }

    const core::Scenario& scenario_;
};

std::vector<std::string> split(const std::string& path) {
    std::vector<std::string> parts(1);
    for (const char c : path) {
        if (c == '.') {
            parts.emplace_back();
        } else {
            parts.back() += c;
        }
    }
    return parts;
}

/// A belief about a segment's usage of a meter; nothing when there are no words for the key.
std::string usageWords(const core::Scenario& scenario, const std::string& segmentId,
                       const std::string& meterId, const std::string& key) {
    const auto segment = std::ranges::find(scenario.segments, segmentId, &core::Segment::id);
    const auto meter = std::ranges::find(scenario.meters, meterId, &core::Meter::id);
    if (segment == scenario.segments.end() || meter == scenario.meters.end()) return {};
    const auto usage = std::ranges::find(
        segment->usages, static_cast<std::size_t>(meter - scenario.meters.begin()), &core::Usage::meter);
    if (usage == segment->usages.end()) return {};
    const std::string name = spaced(meterId);
    const std::string of = scenario.segments.size() > 1 ? fmt::format(" of {}", spaced(segmentId)) : "";
    const bool isTypical = key == "median" || key == "mu";
    if (isTypical || key == "mean" || key == "value" || key == "scale" || key == "low" || key == "high") {
        const std::string which = isTypical ? "a typical" : key == "mean" ? "an average" : "a";
        if (usage->per)
            return fmt::format("how many {} come with each of the {}{}", name,
                               spaced(scenario.meters[*usage->per].id), of);
        return fmt::format("how many {} {} user{} makes", name, which, of);
    }
    for (const std::string_view spread : {"sigma", "cv", "shape", "p90", "p95", "p99"})
        if (key == spread) return fmt::format("how unequal the {}{} are", name, of);
    if (key == "persistence")
        return fmt::format("how much of a user's {}{} stays from month to month", name, of);
    if (key == "dormant") return fmt::format("how many users{} go without {} in a month", of, name);
    return {};
}

}  // namespace

PlanChange planChange(const core::Scenario& scenario, const core::Plan& from, const core::Plan& to) {
    const Words words(scenario);
    const std::vector<const core::Limit*> limits = newLimits(from, to);
    const bool blocks = std::ranges::any_of(limits, [](const core::Limit* limit) {
        return limit->action == core::Limit::Action::Block || limit->action == core::Limit::Action::Throttle;
    });
    const bool bills = std::ranges::any_of(limits, [](const core::Limit* limit) {
        return limit->action == core::Limit::Action::Overage || limit->action == core::Limit::Action::AutoBuy;
    });
    PlanChange change;
    change.kind = blocks           ? PlanChange::Kind::Blocks
                  : limits.empty() ? PlanChange::Kind::Unseen
                                   : PlanChange::Kind::Degrades;
    std::vector<std::string> parts;
    if (bills || !billsAlike(from, to)) change.kind = PlanChange::Kind::Bills;
    if (!billsAlike(from, to)) {
        parts.push_back(words.bill(to));
    }
    for (const core::Limit* limit : limits) parts.push_back(words.limit(*limit));
    if (std::string costs = words.costs(from, to); !costs.empty()) parts.push_back(std::move(costs));
    if (parts.empty()) parts.push_back(fmt::format("the plan {}", to.id));
    change.words = fmt::format("{}", fmt::join(parts, " and "));
    return change;
}

std::string beliefWords(const core::Scenario& scenario, const std::string& path) {
    const std::vector<std::string> parts = split(path);
    if (path == "cost.serving_share") return "what serving costs as a share of the list price";
    if (path == "population.subscribers") return "how many subscribers there are";
    if (parts.size() == 4 && parts[0] == "cost" && parts[1] == "rate" && parts[3] == "amount")
        return fmt::format("the list price of {}", spaced(parts[2]));
    if (parts.size() == 4 && parts[0] == "cost" && parts[1] == "fixed" && parts[3] == "amount")
        return "the fixed cost";
    if (parts.size() == 3 && parts[0] == "segment" && parts[2] == "weight")
        return fmt::format("how many users are of {}", spaced(parts[1]));
    std::string words;
    if (parts.size() == 5 && parts[0] == "segment" && parts[2] == "usage")
        words = usageWords(scenario, parts[1], parts[3], parts[4]);
    return words.empty() ? path : words;
}

}  // namespace breakeven::sim
