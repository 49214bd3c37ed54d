#pragma once

#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/results/run_result.hpp"

namespace breakeven::tests {

inline core::Parameter point(double x) {
    return {x, {}};
}

inline core::Distribution lognormal(core::Parameter mu, core::Parameter sigma) {
    return core::Lognormal{core::Lognormal::Location::Mu, std::move(mu), core::Lognormal::Spread::Sigma,
                           std::move(sigma), core::Lognormal::Root::Smaller};
}

/// One plan "plan" without a fee for one segment. Meter number i, "m0" and so on, is used by the i-th
/// distribution, per unit of the meter before it where `isChain`; nothing costs anything.
inline core::Scenario onePlan(const std::vector<core::Distribution>& distributions, bool isChain = false) {
    core::Scenario s;
    s.name = "case";
    s.currency = "USD";
    s.file = "case.toml";
    s.run = {100'000, 1, 1, 1, core::Sampling::Random};
    s.subscribers = point(1.0);
    core::Segment people;
    people.id = "people";
    for (std::size_t i = 0; i < distributions.size(); ++i) {
        s.meters.push_back({"m" + std::to_string(i), "unit"});
        core::Usage usage{i, {}, distributions[i], point(1.0), point(0.0)};
        if (isChain && i > 0) usage.per = i - 1;
        people.usages.push_back(std::move(usage));
    }
    s.segments = {people};
    core::Plan plan;
    plan.id = "plan";
    plan.segments = {0};
    s.plans = {plan};
    return s;
}

/// A unit of the meter costs so much.
inline void addRate(core::Scenario& s, std::size_t meter, core::Parameter amount) {
    s.cost.rates.push_back({s.meters[meter].id, meter, point(1.0), std::move(amount)});
}

/// The plan bills a price on the meter.
inline void addCharge(core::Plan& plan, std::size_t meter, core::Price price) {
    plan.charges.push_back(
        {std::to_string(plan.charges.size() + 1), {{meter, point(1.0)}}, point(1.0), std::move(price)});
}

/// A belief that the scenario's numbers can point to.
inline core::Parameter addBelief(core::Scenario& s, const std::string& path, const core::Belief& belief) {
    s.beliefs.push_back({path, belief});
    return {belief.base, s.beliefs.size() - 1};
}

/// N(mean, deviation^2).
inline core::Belief normalBelief(double mean, double deviation) {
    const double reach = 1.6448536269514722 * deviation;  // to the 5th and 95th percentile
    return {mean - reach, mean, mean + reach, core::BeliefShape::Normal};
}

/// A metric over all segments.
inline sim::Estimate estimateOf(const sim::RunResult& result, const std::string& metric,
                                const std::string& plan = "plan", const std::string& month = sim::kAll) {
    const sim::MetricRow* row = sim::findMetric(result, {plan, sim::kAll, month}, metric);
    EXPECT_NE(row, nullptr) << metric;
    return row == nullptr ? sim::Estimate{} : row->estimate;
}

/// A metric of the plan in each world.
inline std::vector<double> valuesByWorld(const sim::RunResult& result, const std::string& metric,
                                         const std::string& plan = "plan") {
    std::vector<double> values;
    for (const auto& world : result.worlds.of(plan, metric)) values.push_back(world.value);
    EXPECT_FALSE(values.empty()) << metric;
    return values;
}

}  // namespace breakeven::tests
