// What costs more than a rate per meter, simulated: payments of bills, and beliefs about costs. Users' noise
// is compared within 4 standard errors; shares of worlds too (a false alarm in 16,000).

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "core/scenario/scenario_reader.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/exact/closed_forms.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::sim::cost_test {
namespace {

core::Parameter point(double x) {
    return {x, {}};
}

const MetricRow& rowOf(const RunResult& result, const std::string& plan, const std::string& metric) {
    return *std::ranges::find_if(result.metrics, [&](const MetricRow& row) {
        return row.metric == metric && row.key == RowKey{plan, kAll, kAll};
    });
}

core::Scenario withPayments() {
    core::Scenario scenario = tests::pro200();
    scenario.cost.payments = core::PaymentCost{point(0.029), point(0.30)};
    scenario.plans[4].maximum = point(400.0);
    return scenario;
}

TEST(Payments, GivenEachPlan_WhenSimulated_ThenCostAndLossesAreTheClosedForms) {
    const core::Scenario scenario = withPayments();
    const auto result = simulate(scenario);
    std::size_t compared = 0;
    for (std::size_t plan = 0; plan < scenario.plans.size(); ++plan) {
        for (const char* metric : {"cost_per_user", "margin_per_user", "loss_making_users",
                                   "cross_subsidy_per_user", "break_even_fee", "marginal_cost_per_user"}) {
            const auto exact = exactMetric(scenario, plan, {}, metric);
            const MetricRow* row = findMetric(*result, {scenario.plans[plan].id, kAll, kAll}, metric);
            if (!exact || row == nullptr) continue;  // the capped bill has no break-even fee
            ++compared;
            const Estimate& found = row->estimate;
            EXPECT_NEAR(found.value, *exact, 4.0 * found.standardError + 1e-9)
                << scenario.plans[plan].id << " " << metric;
        }
    }
    EXPECT_GE(compared, 20U);
}

TEST(Payments, GivenAFlatPlan_WhenSimulated_ThenTheFeeOfABillAndTheBreakEvenFeeAreTheirs) {
    core::Scenario scenario = tests::pro200();
    const auto before = simulate(scenario);
    scenario.cost.payments = core::PaymentCost{point(0.029), point(0.30)};
    const auto after = simulate(scenario);
    EXPECT_NEAR(rowOf(*after, "flat", "cost_per_user").estimate.value,
                rowOf(*before, "flat", "cost_per_user").estimate.value + 0.029 * 200.0 + 0.30, 1e-9);
    // At that fee the bill less 2.9 % and 30 cents is what use costs.
    const double fee = rowOf(*after, "flat", "break_even_fee").estimate.value;
    EXPECT_NEAR(fee * 0.971 - 0.30, rowOf(*before, "flat", "cost_per_user").estimate.value, 1e-9);
}

TEST(Payments, GivenUsersWithoutABill_WhenSimulated_ThenNothingIsTakenOfThem) {
    core::Scenario scenario = withPayments();
    scenario.segments[0].usages[0].dormant = point(0.25);
    const auto with = simulate(scenario);
    scenario.cost.payments.reset();
    const auto without = simulate(scenario);
    const auto mean = [](const RunResult& result, const char* metric) {
        return rowOf(result, "pay-as-you-go", metric).estimate.value;
    };
    const double taken = mean(*with, "cost_per_user") - mean(*without, "cost_per_user");
    const double paying = mean(*with, "users_active");
    EXPECT_NEAR(paying, 0.75, 0.02);
    EXPECT_NEAR(taken, 0.029 * mean(*with, "revenue_per_user") + 0.30 * paying, 1e-9);
}

/// Share of worlds in which one plan's margin is below another's, or below 0.
double shareOfWorlds(const std::string& story, std::vector<core::Override> overrides, const std::string& plan,
                     const std::string& other) {
    overrides.insert(overrides.end(), {{"run.worlds", "4000"}, {"run.users", "2"}});
    const core::Scenario scenario =
        core::readScenarioFile(
            std::string(BREAKEVEN_SOURCE_ROOT) + "/tests/data/sim/stories/" + story + ".toml", overrides)
            .scenario.value();
    const auto result = simulate(scenario);
    std::vector<double> margins(4000, 0.0);
    for (const auto& [world, value] : result->worlds.of(plan, "margin_per_user")) margins[world - 1] += value;
    for (const auto& [world, value] : result->worlds.of(other, "margin_per_user"))
        margins[world - 1] -= value;
    return static_cast<double>(std::ranges::count_if(margins, [](double x) { return x < 0.0; })) / 4000.0;
}

double room(double share) {
    return 0.005 + 4.0 * std::sqrt(share * (1.0 - share) / 4000.0);  // MODEL's rounding, and 4 errors
}

TEST(CostBeliefs, GivenTheModelsStories_WhenDrawn_ThenTheirProbabilitiesComeOut) {
    // S6: a guard pays above its attack rate.
    EXPECT_NEAR(shareOfWorlds("guarded-operator", {}, "none", "first"), 0.48, room(0.48));
    EXPECT_NEAR(shareOfWorlds("guarded-operator", {}, "none", "second"), 0.88, room(0.88));
    // S8: the net present value is below 0 where amount x hazard is more than a month saves.
    EXPECT_NEAR(shareOfWorlds("distil-and-route", {}, "renewed", "teacher"), 0.10, room(0.10));
    // S9: own tokens are dearer than the market's. MODEL names the range of the utilisation only; with it
    // alone the share is P(u < 0.3351) = 0.216 (a beta(2.6, 3.4) on 0.2 to 0.7), with its ranges of capex and
    // throughput 0.252.
    const std::vector<core::Override> utilisation{
        {"cost.fleet.peak_to_mean", "1"},
        {"cost.fleet.target_utilisation", "{ low = 0.2, base = 0.4, high = 0.7 }"}};
    EXPECT_NEAR(shareOfWorlds("own-fleet", utilisation, "own", "market"), 0.25, room(0.25));
    std::vector<core::Override> alone = utilisation;
    alone.insert(alone.end(), {{"cost.fleet.capex", "40000"}, {"cost.fleet.throughput", "1800"}});
    EXPECT_NEAR(shareOfWorlds("own-fleet", alone, "own", "market"), 0.216, room(0.216));
    // S3: a success costs more than its price.
    for (const auto& [price, share] : {std::pair("0.99", 0.82), std::pair("2", 0.26)}) {
        EXPECT_NEAR(shareOfWorlds("agent-workforce", {{"plan.outcome.charge.tasks.unit_amount", price}},
                                  "outcome", ""),
                    share, room(share))
            << price;
    }
}

}  // namespace
}  // namespace breakeven::sim::cost_test
