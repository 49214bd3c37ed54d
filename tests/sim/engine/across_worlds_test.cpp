#include "sim/engine/across_worlds.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/decide/condition.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/kernels/scalar_math.hpp"
#include "sim/stats/summaries.hpp"
#include "tests/support/one_plan.hpp"

namespace breakeven::sim::across_worlds_test {
namespace {

using tests::addBelief;
using tests::estimateOf;
using tests::onePlan;
using tests::point;

/// Lognormal costs with a known coefficient of variation, whose mean nobody knows.
core::Scenario unsureCost(const core::Belief& mean, double cv, std::uint64_t users, std::uint32_t worlds) {
    const double sigma = std::sqrt(std::log(1.0 + cv * cv));
    core::Scenario s = onePlan({tests::lognormal(point(-0.5 * sigma * sigma), point(sigma))});
    tests::addRate(s, 0, addBelief(s, "cost.rate.m0.amount", mean));
    s.run = {users, worlds, 1, 1, core::Sampling::Random};
    return s;
}

const QuantileRow& feeQuantile(const RunResult& result, const std::string& plan, double level) {
    return *std::ranges::find_if(result.quantiles, [&](const QuantileRow& row) {
        return row.quantity == "break_even_fee" && row.key.plan == plan && row.level == level;
    });
}

// The mean cost is uniform from 95 to 105: a fee of 104 loses with 0.1, one of 106 never, and 104 is 90 %
// sure. 1,000 users of mean 100 and cv 1 have a noise of 3.16, the belief a deviation of 2.89. Of 100
// intervals of 95 % fewer than 87 hold the truth with probability 4e-4 (binomial).
TEST(AcrossWorlds, GivenNoiseAsLargeAsIgnorance_WhenSimulated_ThenChancesAndSurePricesHoldTheTruth) {
    core::Scenario s = unsureCost({95.0, 100.0, 105.0, core::BeliefShape::Uniform}, 1.0, 1'000, 300);
    s.plans.push_back(s.plans[0]);
    s.plans[0].fee = point(104.0);
    s.plans[1].id = "dear";
    s.plans[1].fee = point(106.0);
    int chances = 0;
    int fees = 0;
    std::vector<double> bands;
    int drivers = 0;
    int dear = 0;
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
        s.run.seed = seed;
        const auto result = simulate(s);
        const Estimate loses = estimateOf(*result, "probability_plan_loses");
        chances += loses.low <= 0.1 && 0.1 <= loses.high ? 1 : 0;
        const QuantileRow& fee = feeQuantile(*result, "plan", 0.9);
        fees += fee.low <= 104.0 && 104.0 <= fee.high ? 1 : 0;
        const Estimate cost = estimateOf(*result, "cost_per_user");
        bands.push_back(*cost.bandHigh - *cost.bandLow);
        dear += estimateOf(*result, "probability_plan_loses", "dear").low <= 0.0 ? 1 : 0;
        const Estimate driver = estimateOf(*result, "variance_share.cost.rate.m0.amount");
        drivers += driver.high == 1.0 ? 1 : 0;
        EXPECT_GT(driver.low, 0.3) << seed;
    }
    EXPECT_GE(chances, 87);
    EXPECT_GE(fees, 87);
    EXPECT_GE(drivers, 87);
    EXPECT_GE(dear, 87);
    // From 95.5 to 104.5; that of simulated costs is 14 wide. Luck keeps a tenth of the noise: where 75
    // worlds tell both variances, their ratio is off by 23 %, and none is kept less than not at all.
    const Summary width = summarise(bands);
    EXPECT_NEAR(width.mean, 9.0 * std::sqrt(1.0 + 0.1 * 10.0 / 8.3), 4.0 * std::sqrt(width.variance / 100.0));
    EXPECT_LT(width.variance, 2.0);
}

// A mean cost of N(50, 1) and a pool of 10,000 people with a deviation of 25 each: the pool loses at a fee of
// 52 with P(N(0, 1 + 25^2 / 10,000) > 2) = 0.026; with the noise of 100 users a world it would seem 0.23.
TEST(AcrossWorlds, GivenAPoolFarLargerThanAWorld_WhenSimulated_ThenItsChanceIsThatOfThePool) {
    core::Scenario s = unsureCost(tests::normalBelief(50.0, 1.0), 0.5, 100, 20'000);
    s.plans[0].fee = point(52.0);
    s.subscribers = point(10'000.0);
    const auto result = simulate(s);
    const double truth = normalCdfScalar(-2.0 / std::sqrt(1.0 + 25.0 * 25.0 / 10'000.0));
    const Estimate pool = estimateOf(*result, "probability_pool_loses");
    EXPECT_NEAR(pool.value, truth, 4.0 * pool.standardError);
    EXPECT_LT(pool.standardError, 0.01);
    // So large a pool follows its plan.
    const double loses = normalCdfScalar(-2.0);
    const Estimate plan = estimateOf(*result, "probability_plan_loses");
    EXPECT_NEAR(plan.value, loses, 4.0 * plan.standardError);
    EXPECT_LT(plan.standardError, 0.01);
}

// A margin has the variance of the rate's mean, 1 / 3, between worlds, and E[rate^2] E[1 / N] of chance, with
// N log-uniform: 0.33 of 0.33 + 0.22.
TEST(AcrossWorlds, GivenAnUnknownNumberOfSubscribers_WhenTheVarianceIsSplit_ThenEachWorldsOwnCounts) {
    core::Scenario s = unsureCost({9.0, 10.0, 11.0, core::BeliefShape::Uniform}, 1.0, 2'000, 1'000);
    s.subscribers =
        addBelief(s, "population.subscribers", {100.0, 1'000.0, 10'000.0, core::BeliefShape::LogUniform});
    const double chance = (100.0 + 1.0 / 3.0) * (0.01 - 0.0001) / std::log(100.0);
    const double truth = (1.0 / 3.0) / (1.0 / 3.0 + chance);
    const Estimate share = estimateOf(*simulate(s), "variance_share_between_worlds");
    EXPECT_NEAR(share.value, truth, 4.0 * share.standardError);  // with 1,000 subscribers it would be 0.77
    EXPECT_LT(share.standardError, 0.035);
}

TEST(AcrossWorlds, GivenPlansThatNeverLose_WhenCompared_ThenNoChanceIsSurerThanToOneWorld) {
    core::Scenario s = unsureCost({9.0, 10.0, 11.0, core::BeliefShape::Uniform}, 0.1, 200, 50);
    s.plans.push_back(s.plans[0]);
    s.plans[0].fee = point(100.0);
    s.plans[1].id = "dear";
    s.plans[1].fee = point(200.0);
    const auto result = simulate(s);
    const double most = -std::log(0.025) / 50.0;
    const auto row = std::ranges::find(result->differences, "probability_plan_loses", &DifferenceRow::metric);
    ASSERT_NE(row, result->differences.end());
    EXPECT_NEAR(row->estimate.low, -most, 1e-12);
    EXPECT_NEAR(row->estimate.high, most, 1e-12);
    const Estimate pool = estimateOf(*result, "probability_pool_loses");
    EXPECT_NEAR(pool.high, wilson95(0.0, 50.0).high, 1e-9);
}

// Users of two kinds over two months whose spread between worlds is nothing but their own.
TEST(AcrossWorlds, GivenABeliefThatChangesNothing_WhenSimulated_ThenAllVarianceIsNoiseUnderAnySampling) {
    for (const std::string_view name : core::kSamplingNames) {
        core::Scenario s = onePlan({tests::lognormal(point(3.0), point(0.6))});
        core::Segment few = s.segments[0];
        few.id = "few";
        few.weight = point(0.1);
        s.segments[0].weight = point(0.9);
        few.usages[0].distribution = tests::lognormal(point(5.0), point(0.3));
        s.segments.push_back(few);
        s.plans[0].segments = {0, 1};
        tests::addRate(s, 0, point(1.0));
        (void)addBelief(s, "plan.plan.fee", tests::normalBelief(10.0, 1.0));  // nothing points to it
        s.run = {1'000, 1'500, 2, 3, *core::samplingNamed(name)};
        const auto result = simulate(s);
        const Estimate noise = estimateOf(*result, "noise_share_between_worlds");
        EXPECT_NEAR(noise.value, 1.0, 4.0 * noise.standardError) << name;
        EXPECT_LT(noise.standardError, 0.1) << name;
        EXPECT_EQ(estimateOf(*result, "variance_share.plan.plan.fee").low, 0.0) << name;
    }
}

TEST(AcrossWorlds, GivenARun_WhenItsWorldsAreCounted_ThenTheChanceIsTheShareOfExpectedMarginsBelowZero) {
    core::Scenario s = unsureCost({95.0, 100.0, 105.0, core::BeliefShape::Uniform}, 1.0, 200, 150);
    s.plans[0].fee = point(101.0);
    const auto result = simulate(s);
    double losing = 0.0;
    for (const double margin : tests::valuesByWorld(*result, "expected_margin_per_user"))
        losing += margin < 0.0 ? 1.0 : 0.0;
    const double chance = estimateOf(*result, "probability_plan_loses").value;
    EXPECT_EQ(losing / 150.0, chance);
    double simulated = 0.0;
    for (const double margin : tests::valuesByWorld(*result, "margin_per_user"))
        simulated += margin < 0.0 ? 1.0 : 0.0;
    EXPECT_NE(losing, simulated);
    const auto condition = readCondition("P(margin_per_user < 0) > 0.3", "--fail-if").condition;
    ASSERT_TRUE(condition);
    EXPECT_EQ(evaluate(*condition, *result).value, chance);
    // A fee that margins are measured against is as far above the break-even fee as the margin above zero.
    const auto fees = tests::valuesByWorld(*result, "expected_break_even_fee");
    const auto margins = tests::valuesByWorld(*result, "expected_margin_per_user");
    for (std::size_t w = 0; w < fees.size(); ++w) EXPECT_NEAR(101.0 - fees[w], margins[w], 1e-9);
}

}  // namespace
}  // namespace breakeven::sim::across_worlds_test
