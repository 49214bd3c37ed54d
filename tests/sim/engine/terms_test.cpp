#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "core/scenario/scenario_reader.hpp"
#include "sim/engine/simulate.hpp"
#include "tests/support/same_on_every_target.hpp"

namespace breakeven::sim::terms_test {
namespace {

core::Scenario scenarioWith(const std::string& usage, const std::string& plans, int months) {
    const std::string text = fmt::format(
        "format = 1\nname = \"t\"\ncurrency = \"USD\"\n[run]\nusers = 200_000\nworlds = 1\nmonths = {}\n"
        "[[meter]]\nid = \"credits\"\n[[segment]]\nid = \"s\"\n[segment.usage.credits]\n{}\n[cost]\n{}",
        months, usage, plans);
    const core::ScenarioReading reading =
        core::readScenarioText(text, "t.toml", {}, [](const std::string&) { return std::string(); });
    for (const core::Diagnostic& item : reading.diagnostics)
        ADD_FAILURE() << core::formatDiagnostic(item, text);
    EXPECT_TRUE(reading.scenario->exactOnly.empty());
    return reading.scenario.value();
}

Estimate metric(const RunResult& result, const RowKey& key, const std::string& name) {
    const MetricRow* row = findMetric(result, key, name);
    EXPECT_NE(row, nullptr) << key.plan << " " << name;
    return row == nullptr ? Estimate{} : row->estimate;
}

void expectMet(const Estimate& found, double known) {
    EXPECT_GT(found.standardError, 0.0);
    EXPECT_NEAR(found.value, known, 4.0 * found.standardError);
}

double normalBelow(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

constexpr const char* kPack =
    "[[plan]]\nid = \"pack\"\nfee = 15\n"
    "[[plan.charge]]\nmeter = \"credits\"\nmodel = \"per_unit\"\nunit_amount = 1\n"
    "[[plan.credit]]\namount = 20\n";

// A pack of 20 credits, use LN(median 12, sigma 1): 38.6 % unused, 30.5 % of users exceed it, overage 7.51.
// Breakage E(A - u)+ = A - E u + E(u - A)+.
TEST(SimulatedTerms, GivenAPackWithoutRollOver_WhenRun_ThenBreakageAndOverageAreTheClosedForms) {
    const std::string plans = std::string(kPack) + "rollover_max = 0\n" +
                              "[[plan]]\nid = \"limit\"\n[[plan.limit]]\nmeter = \"credits\"\namount = 20\n"
                              "action = \"overage\"\nunit_amount = 1\n";
    const auto result =
        simulate(scenarioWith("distribution = \"lognormal\"\nmedian = 12\nsigma = 1", plans, 1));
    const double mean = 12.0 * std::exp(0.5);
    const double z = std::log(20.0 / 12.0);
    const double overage = mean * normalBelow(1.0 - z) - 20.0 * normalBelow(-z);
    EXPECT_NEAR(overage, 7.51, 0.005);
    EXPECT_NEAR((20.0 - mean + overage) / 20.0, 0.386, 0.0005);
    EXPECT_NEAR(normalBelow(-z), 0.305, 0.0005);
    expectMet(metric(*result, {"pack"}, "breakage_per_user"), 20.0 - mean + overage);
    expectMet(metric(*result, {"pack"}, "revenue_per_user"), 15.0 + overage);
    expectMet(metric(*result, {"limit"}, "revenue_per_user"), overage);
    expectMet(metric(*result, {"limit"}, "touched_by_limit"), normalBelow(-z));
    EXPECT_EQ(findMetric(*result, {"limit"}, "breakage_per_user"), nullptr);
    // The closed forms of the sheet know nothing of credits: none, rather than those of the list price.
    EXPECT_FALSE(metric(*result, {"pack"}, "revenue_per_user").exact);
    EXPECT_TRUE(metric(*result, {"pack"}, "usage_credits_per_user").exact);
}

// Exponential use of mean theta, new every month; what is left of month 1 counts in month 2. Overage: theta
// e^(-A/theta) in month 1, theta e^(-2A/theta) (1 + A/theta) in month 2.
TEST(SimulatedTerms, GivenOneMonthOfRollOver_WhenRun_ThenTheOverageOfTheSecondMonthIsTheClosedForm) {
    const double theta = 15.0;
    const core::Scenario scenario =
        scenarioWith(fmt::format("distribution = \"gamma\"\nmean = {}\nshape = 1\npersistence = 0", theta),
                     std::string(kPack) + "expires_months = 2\n", 3);
    const auto result = simulate(scenario);
    const double a = 20.0 / theta;
    expectMet(metric(*result, {"pack", kAll, "1"}, "revenue_per_user"), 15.0 + theta * std::exp(-a));
    expectMet(metric(*result, {"pack", kAll, "2"}, "revenue_per_user"),
              15.0 + theta * std::exp(-2.0 * a) * (1.0 + a));
    EXPECT_EQ(metric(*result, {"pack", kAll, "1"}, "breakage_per_user").value, 0.0);
    // Month 2 loses what is left of month 1's grant after both: E(A - u1 - u2)+, u1 + u2 of gamma shape 2.
    expectMet(metric(*result, {"pack", kAll, "2"}, "breakage_per_user"),
              20.0 - 2.0 * theta + (20.0 + 2.0 * theta) * std::exp(-a));
}

TEST(SimulatedTerms, GivenATrialAndACoupon_WhenRun_ThenTheirMonthsAloneAreCheaper) {
    const auto result =
        simulate(scenarioWith("distribution = \"constant\"\nvalue = 10",
                              "[[plan]]\nid = \"p\"\nfee = 15\ntrial_months = 1\n"
                              "[[plan.charge]]\nmeter = \"credits\"\nmodel = \"percentage\"\n"
                              "rate_percent = 50\n[[plan.coupon]]\npercent = 10\nmonths = 2\n",
                              3));
    EXPECT_DOUBLE_EQ(metric(*result, {"p", kAll, "1"}, "revenue_per_user").value, 4.5);
    EXPECT_DOUBLE_EQ(metric(*result, {"p", kAll, "2"}, "revenue_per_user").value, 18.0);
    EXPECT_DOUBLE_EQ(metric(*result, {"p", kAll, "3"}, "revenue_per_user").value, 20.0);
    EXPECT_EQ(findMetric(*result, {"p"}, "break_even_fee"), nullptr);
}

TEST(SimulatedTerms, GivenAThrottle_WhenRun_ThenUseShrinksToTheKeptShareOfTheRest) {
    const auto result =
        simulate(scenarioWith("distribution = \"constant\"\nvalue = 50",
                              "[[plan]]\nid = \"p\"\nfee = 15\n[[plan.limit]]\nmeter = "
                              "\"credits\"\namount = 20\naction = \"throttle\"\nkept_share = 0.5\n",
                              1));
    EXPECT_DOUBLE_EQ(metric(*result, {"p"}, "usage_credits_per_user").value, 35.0);
    EXPECT_EQ(metric(*result, {"p"}, "touched_by_limit").value, 1.0);
}

// 49 is one of the amounts where (49 / x) x is above 49 for some x: a second package, or the next tier.
TEST(SimulatedTerms, GivenAHardCapWhereAPriceJumps_WhenRun_ThenNobodyPaysForMoreThanTheCap) {
    const std::string limit = "[[plan.limit]]\nmeter = \"credits\"\namount = 49\naction = \"block\"\n";
    const std::string package =
        limit +
        "[[plan.charge]]\nmeter = \"credits\"\nmodel = \"package\"\npackage_size = 49\npackage_amount = 1\n";
    const std::string steps = limit +
                              "[[plan.charge]]\nmeter = \"credits\"\nmodel = \"volume\"\n"
                              "tiers = [ { up_to = 49, flat_amount = 1 }, { flat_amount = 9 } ]\n";
    const auto result =
        simulate(scenarioWith("distribution = \"lognormal\"\nmedian = 120\nsigma = 1",
                              "[[plan]]\nid = \"plain\"\n" + package + "[[plan]]\nid = \"terms\"\n" +
                                  package + "minimum = 0\n" + "[[plan]]\nid = \"steps\"\n" + steps,
                              1));
    for (const char* plan : {"plain", "terms", "steps"})
        EXPECT_EQ(metric(*result, {plan}, "revenue_per_user").value, 1.0) << plan;
}

TEST(SimulatedTerms, GivenCreditsOverMonths_WhenRunWithAnyThreadsBlocksAndTargets_ThenEveryRowIsTheSame) {
    core::Scenario scenario =
        scenarioWith("distribution = \"lognormal\"\nmedian = 12\nsigma = 1\npersistence = 0.5",
                     std::string(kPack) +
                         "expires_months = 3\nrollover_max = 30\n"
                         "[plan.top_up]\namount = 10\nprice = 8\n",
                     5);
    scenario.run.users = 9'001;
    const auto reference = simulate(scenario, {{}, {}, 1, 1024});
    EXPECT_EQ(*simulate(scenario, {{}, {}, 3, 256}), *reference);
    EXPECT_EQ(*simulate(scenario, {{}, {}, 2, 4096}), *reference);
    tests::expectSameOnEveryTarget(scenario, *reference);
}

}  // namespace
}  // namespace breakeven::sim::terms_test
