#include "sim/pipeline/layout.hpp"

#include <algorithm>
#include <optional>
#include <tuple>
#include <variant>

#include "sim/pipeline/importance.hpp"
#include "sim/pipeline/world_model.hpp"

namespace breakeven::sim {
namespace {

bool blocksAlike(const core::Plan& a, const core::Plan& b) {
    const auto blocks = [](const core::Plan& plan) {
        std::vector<
            std::tuple<std::size_t, core::Parameter, core::Parameter, std::optional<core::LimitWindow>>>
            result;
        for (const core::Limit& limit : plan.limits) {
            using enum core::Limit::Action;
            if (limit.action == Block)
                result.emplace_back(limit.meter, limit.amount, core::Parameter{}, limit.window);
            if (limit.action == Throttle)
                result.emplace_back(limit.meter, limit.amount, limit.keptShare, limit.window);
        }
        return result;
    };
    return a.segments == b.segments && blocks(a) == blocks(b);
}

bool costsAlike(const core::Scenario& scenario, const core::Plan& a, const core::Plan& b) {
    if (&a == &b) return true;
    const core::Cost& cost = core::costOf(scenario, a);
    // What is taken of the bill depends on the bill.
    return !cost.payments && a.segments == b.segments && a.limits == b.limits &&
           cost == core::costOf(scenario, b);
}

struct AtRest {
    double revenue = 0.0;
    double cost = 0.0;
    bool operator==(const AtRest&) const = default;
};

/// What somebody pays and costs who uses nothing, if it is the same in every month and world.
std::optional<AtRest> steadyRest(const core::Scenario& scenario, std::size_t plan) {
    std::optional<AtRest> steady;
    // All beliefs at base, then all low and all high: who costs the same in the three does in all worlds.
    for (const double level : {0.5, 0.1, 0.9}) {
        std::vector<double> draws;
        for (const core::NamedBelief& belief : scenario.beliefs) {
            const bool isBase = scenario.run.worlds == 1 || level == 0.5;
            draws.push_back(isBase ? belief.belief.base : beliefQuantile(belief.belief, level));
        }
        const CompiledPlan compiled = compilePlan(scenario, plan, draws);
        if (compiled.terms) return std::nullopt;  // trials, coupons and credits come and go
        const AtRest rest{compiled.revenueAtRest(), compiled.costAtRest()};
        if (steady && !(*steady == rest)) return std::nullopt;
        steady = rest;
    }
    return steady;
}

/// What a meter's usage is a constant multiple of, everywhere; none unless it is.
std::optional<Multiple> multipleOf(const core::Scenario& scenario, std::size_t meter) {
    std::optional<Multiple> result;
    for (const core::Segment& segment : scenario.segments) {
        const auto usage = std::ranges::find(segment.usages, meter, &core::Usage::meter);
        if (usage == segment.usages.end() || !usage->per) return std::nullopt;
        const auto* constant = std::get_if<core::Constant>(&usage->distribution);
        const bool isFixed = constant != nullptr && !constant->value.belief && constant->value.base > 0.0 &&
                             !usage->dormant.belief && usage->dormant.base == 0.0;
        if (!isFixed) return std::nullopt;
        const Multiple found{*usage->per, constant->value.base};
        if (result && (result->meter != found.meter || result->factor != found.factor)) return std::nullopt;
        result = found;
    }
    return result;
}

}  // namespace

Layout::Layout(const core::Scenario& scenario)
    : plans(scenario.plans.size()),
      meters(scenario.meters.size()),
      months(scenario.run.months),
      users(static_cast<double>(scenario.run.users)),
      keepsMarginsOnly(scenario.keepsMarginsOnly) {
    if (scenario.run.sampling == core::Sampling::Importance) weightUnits = countUnits(scenario);
    for (std::size_t i = 0; i < plans; ++i) {
        const auto first = [&](auto alike) {
            std::size_t j = 0;
            while (!alike(scenario.plans[j], scenario.plans[i])) ++j;
            return j;
        };
        servedLike.push_back(first(blocksAlike));
        costsLike.push_back(
            first([&](const core::Plan& a, const core::Plan& b) { return costsAlike(scenario, a, b); }));
    }
    for (std::size_t meter = 0; meter < meters; ++meter) {
        const std::optional<Multiple> multiple = multipleOf(scenario, meter);
        // A multiple of a multiple is counted: its two roundings would not be those of one product.
        const bool isOne = multiple && !multipleOf(scenario, multiple->meter);
        multiples.push_back(isOne ? *multiple : Multiple{meter, 1.0});
    }
    origins.resize(slots(), 0.0);
    for (std::size_t i = 0; i < plans; ++i) {
        const AtRest rest = steadyRest(scenario, i).value_or(AtRest{});
        origins[slot(i, kRevenueCount)] = rest.revenue;
        origins[slot(i, kMarginCount)] = rest.revenue - rest.cost;
        if (costsLike[i] == i) origins[slot(i, kCostCount)] = rest.cost;
    }
}

Grouping groupingOf(std::uint64_t segmentUsers) {
    Grouping grouping;
    grouping.segmentUsers = segmentUsers;
    while (grouping.users > 1 && segmentUsers / grouping.users < 2 * kBatches) grouping.users /= 2;
    grouping.groups = std::max<std::uint64_t>((segmentUsers + grouping.users - 1) / grouping.users, 1);
    return grouping;
}

void GroupSums::add(const GroupSums& other) {
    users += other.users;
    monthly.resize(other.monthly.size(), 0.0);
    horizon.resize(other.horizon.size(), 0.0);
    for (std::size_t i = 0; i < monthly.size(); ++i) monthly[i] += other.monthly[i];
    for (std::size_t i = 0; i < horizon.size(); ++i) horizon[i] += other.horizon[i];
}

}  // namespace breakeven::sim
