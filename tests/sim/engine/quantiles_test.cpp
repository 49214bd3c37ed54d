// Quantiles where a grid could mislead: crowds that lie elsewhere than at rest, amounts so large that bins
// have no width, users who come again every month, segments of which one is small, whole numbers.
#include <gtest/gtest.h>

#include <cmath>
#include <string>

#include "core/scenario/scenario_reader.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/random/normal_quantile.hpp"

namespace breakeven::sim::quantiles_test {
namespace {

RunResult run(const std::string& text) {
    const core::ScenarioReading reading =
        core::readScenarioText(text, "t.toml", {}, [](const std::string&) { return std::string(); });
    EXPECT_TRUE(reading.scenario.has_value());
    return *simulate(*reading.scenario);
}

QuantileRow quantile(const RunResult& result, const std::string& quantity, double level) {
    for (const QuantileRow& row : result.quantiles)
        if (row.quantity == quantity && std::abs(row.level - level) < 1e-9) return row;
    ADD_FAILURE() << quantity << level;
    return {};
}

/// Off by 2.5 half widths, 5.1 standard errors, with probability below 1e-5.
void expectTruth(const RunResult& result, const std::string& quantity, double level, double truth) {
    const QuantileRow row = quantile(result, quantity, level);
    EXPECT_LE(std::abs(row.value - truth), 1.25 * (row.high - row.low))
        << quantity << level << " " << row.value;
    EXPECT_GT(row.high, row.low);
}

double lognormal(double median, double sigma, double level) {
    return median * std::exp(sigma * normalQuantile(level));
}

// Half of the user-months pay for their use alone, far below the fee. Use is that of both months, so a tenth
// of those on trial are a twentieth of all.
TEST(Quantiles, GivenATrialMonth_WhenRun_ThenTheBillsOfTrialAreAsExactAsOthers) {
    const RunResult result = run(R"(
format = 1
name = "trial"
currency = "EUR"
[run]
users = 300_000
worlds = 1
months = 2
sampling = "random"
[[meter]]
id = "req"
[[segment]]
id = "s"
[segment.usage.req]
distribution = "lognormal"
median = 100
sigma = 1.5
[cost]
[[cost.rate]]
meter = "req"
amount = 0.0001
[cost.payments]
rate = 0.029
amount = 0.30
[[plan]]
id = "pro"
fee = 20
trial_months = 1
[[plan.charge]]
meter = "req"
model = "per_unit"
unit_amount = 0.0005
)");
    for (const double level : {0.05, 0.1, 0.25})
        expectTruth(result, "revenue", level, 0.0005 * lognormal(100.0, 1.5, 2.0 * level));
    expectTruth(result, "margin", 0.05, 0.0005 * lognormal(100.0, 1.5, 0.1) * (1.0 - 0.029 - 0.2) - 0.30);
    // Next to the 0.30 that every payment costs: exact to a bin about zero.
    EXPECT_NEAR(quantile(result, "cost", 0.01).value, 0.300526, 0.3 / 128.0);
}

// Costs of a millionth of a dong, less than what a margin of two million can tell.
TEST(Quantiles, GivenBinsTooNarrowForTheirAmount_WhenRun_ThenEveryQuantileIsANumber) {
    const RunResult result = run(R"(
format = 1
name = "vnd"
currency = "VND"
[run]
users = 1_000_000
worlds = 1
[[meter]]
id = "req"
[[segment]]
id = "s"
[segment.usage.req]
distribution = "gamma"
mean = 10
shape = 0.045
[cost]
[[cost.rate]]
meter = "req"
amount = 1000
[[plan]]
id = "pro"
fee = 2_000_000
)");
    for (const QuantileRow& row : result.quantiles)
        EXPECT_TRUE(row.low <= row.value && row.value <= row.high) << row.quantity << row.level;
}

TEST(Quantiles, GivenUsersWhoComeEveryMonth_WhenMostAreCountedInPassing_ThenNoneIsTakenForAnAtom) {
    const RunResult result = run(R"(
format = 1
name = "months"
currency = "USD"
[run]
users = 2_097_152
worlds = 1
months = 6
sampling = "sobol"
[[meter]]
id = "req"
[[segment]]
id = "s"
[segment.usage.req]
distribution = "lognormal"
median = 100
sigma = 1.0
[cost]
[[cost.rate]]
meter = "req"
amount = 0.1
[[plan]]
id = "flat"
fee = 20
)");
    for (const double level : {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999})
        expectTruth(result, "usage_req", level, lognormal(100.0, 1.0, level));
}

// Everyone of a small segment pays 50, in the middle of what the large one pays: all of the small, but a part
// of the large are looked at closely.
TEST(Quantiles, GivenASmallSegmentWithAnAtom_WhenALargeOneIsHardlyLookedAt_ThenTheMedianIsStillTheMixtures) {
    const RunResult result = run(R"(
format = 1
name = "segments"
currency = "EUR"
[run]
users = 10_000_000
worlds = 1
[[meter]]
id = "req"
[[segment]]
id = "a"
weight = 0.003
[segment.usage.req]
distribution = "constant"
value = 30
[[segment]]
id = "b"
weight = 0.997
[segment.usage.req]
distribution = "lognormal"
median = 30.1508
sigma = 1.0
[cost]
[[cost.rate]]
meter = "req"
amount = 0.01
[[plan]]
id = "pro"
fee = 20
[[plan.charge]]
meter = "req"
model = "per_unit"
unit_amount = 1
)");
    // The bin of 50 is 0.25 wide; by how much the atom's part of it is off moves what lies beside it.
    EXPECT_NEAR(quantile(result, "revenue", 0.5).value, 20.0 + lognormal(30.1508, 1.0, (0.5 - 0.003) / 0.997),
                0.02);
}

// Half of the bills crowd just above 100, in one bin of a grid about zero: the interval says so.
TEST(Quantiles, GivenACouponMonth_WhenBillsCrowdFarFromTheOrigin_ThenTheIntervalHoldsThem) {
    const RunResult result = run(R"(
format = 1
name = "coupon"
currency = "EUR"
[run]
users = 300_000
worlds = 1
months = 2
[[meter]]
id = "req"
[[segment]]
id = "s"
[segment.usage.req]
distribution = "lognormal"
median = 100
sigma = 1.5
[cost]
[[cost.rate]]
meter = "req"
amount = 0.0001
[[plan]]
id = "pro"
fee = 200
[[plan.coupon]]
percent = 50
months = 1
[[plan.charge]]
meter = "req"
model = "per_unit"
unit_amount = 0.002
)");
    for (const double level : {0.05, 0.1, 0.25}) {
        const QuantileRow row = quantile(result, "revenue", level);
        const double truth = 100.0 + 0.001 * lognormal(100.0, 1.5, 2.0 * level);
        EXPECT_LE(row.low, truth) << level;
        EXPECT_GE(row.high, truth) << level;
        EXPECT_LT(row.high - row.low, 0.8) << level;
    }
}

TEST(Quantiles, GivenWholeNumbers_WhenRarelySeen_ThenTheirQuantilesAreWhole) {
    for (int seed = 1; seed <= 10; ++seed) {
        const RunResult result = run(R"(
format = 1
name = "whole"
currency = "EUR"
[run]
users = 2_000_000
worlds = 1
seed = )" + std::to_string(seed) + R"(
[[meter]]
id = "req"
[[segment]]
id = "s"
[segment.usage.req]
distribution = "geometric"
mean = 30
[cost]
[[cost.rate]]
meter = "req"
amount = 1
[[plan]]
id = "flat"
fee = 20
)");
        for (const QuantileRow& row : result.quantiles) {
            if (row.quantity != "usage_req") continue;
            EXPECT_EQ(row.value, std::floor(row.value)) << row.level;
        }
    }
}

// Two free tiers in one bin, which 0.2 % of users reach each: everybody there pays the same.
TEST(Quantiles, GivenAtomsInTheMidstOfABin_WhenRunInAnyBlocksAndThreads_ThenTheMedianIsOneOfThemToTheBit) {
    const std::string text = R"(
format = 1
name = "plateaus"
currency = "EUR"
[run]
users = 120_000
worlds = 1
months = 2
sampling = "stratified"
[[meter]]
id = "req"
[[segment]]
id = "s"
[segment.usage.req]
distribution = "lognormal"
median = 302.7
sigma = 1
[cost]
[[cost.rate]]
meter = "req"
amount = 0.01
[[plan]]
id = "pro"
fee = 20
[[plan.charge]]
meter = "req"
model = "graduated"
tiers = [ { up_to = 300, unit_amount = 0.1003 }, { up_to = 301.5 }, { up_to = 302, unit_amount = 0.1003 },
          { up_to = 303.5 }, { unit_amount = 0.1003 } ]
)";
    const core::Scenario scenario = *core::readScenarioText(text, "t.toml", {}, [](const std::string&) {
                                         return std::string();
                                     }).scenario;
    const RunResult reference = *simulate(scenario);
    EXPECT_NEAR(quantile(reference, "revenue", 0.5).value, 20.0 + 0.1003 * 300.5, 1e-12);
    for (const std::uint32_t blockUsers : {256U, 4096U}) {
        Hooks hooks;
        hooks.blockUsers = blockUsers;
        hooks.threads = blockUsers == 256 ? 1 : 3;
        const RunResult result = *simulate(scenario, hooks);
        ASSERT_EQ(result.quantiles.size(), reference.quantiles.size());
        for (std::size_t i = 0; i < result.quantiles.size(); ++i) {
            EXPECT_EQ(result.quantiles[i].value, reference.quantiles[i].value) << i;
            EXPECT_EQ(result.quantiles[i].low, reference.quantiles[i].low) << i;
            EXPECT_EQ(result.quantiles[i].high, reference.quantiles[i].high) << i;
        }
    }
}

}  // namespace
}  // namespace breakeven::sim::quantiles_test
