#include "sim/report/chart_series.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "sim/engine/simulate.hpp"
#include "sim/stats/summaries.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::sim::chart_series_test {
namespace {

const RowKey kFlat{"flat", kAll, kAll};

RunResult fourBins() {
    RunResult result;
    result.histogram = {{kFlat, "cost", 0.0, 0.0, 10},
                        {kFlat, "cost", 1.0, 10.0, 40},
                        {kFlat, "cost", 10.0, 100.0, 40},
                        {kFlat, "cost", 100.0, 100.0, 10}};
    return result;
}

TEST(LogHistogram, GivenTwoDecades_WhenSplitIntoTwoBins_ThenAnAtomStaysWholeAndZerosStandApart) {
    const LogHistogram histogram = logHistogram(fourBins(), kFlat, "cost", 2);
    ASSERT_EQ(histogram.edges.size(), 3U);
    EXPECT_DOUBLE_EQ(histogram.edges[0], 1.0);
    EXPECT_NEAR(histogram.edges[1], 10.0, 1e-12);
    EXPECT_DOUBLE_EQ(histogram.edges[2], 100.0);
    EXPECT_NEAR(histogram.shares[0], 0.4, 1e-12);
    EXPECT_NEAR(histogram.shares[1], 0.5, 1e-12);
    EXPECT_DOUBLE_EQ(histogram.zeroShare, 0.1);
}

TEST(LogHistogram, GivenABinOverAnEdge_WhenSplit_ThenItsShareFollowsTheLogarithmicWidth) {
    RunResult result;
    result.histogram = {{kFlat, "cost", 1.0, 10.0, 3}, {kFlat, "cost", 10.0, 1000.0, 6}};
    const LogHistogram histogram = logHistogram(result, kFlat, "cost", 3);
    for (const double share : histogram.shares) EXPECT_NEAR(share, 1.0 / 3.0, 1e-12);
}

TEST(LogHistogram, GivenNoSuchQuantity_WhenAsked_ThenThereAreNoEdges) {
    EXPECT_TRUE(logHistogram(fourBins(), kFlat, "revenue").edges.empty());
}

TEST(CumulativeCurve, GivenBins_WhenDrawn_ThenItRisesFromZeroToOneAndJumpsAtAtoms) {
    const Line line = cumulativeCurve(fourBins(), kFlat, "cost");
    EXPECT_EQ(line.x, (std::vector<double>{0.0, 0.0, 1.0, 10.0, 100.0, 100.0}));
    const std::vector<double> expected{0.0, 0.1, 0.1, 0.5, 0.9, 1.0};
    ASSERT_EQ(line.y.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(line.y[i], expected[i], 1e-12);
}

TEST(LossCurve, GivenFiftyWorlds_WhenReadAtThePlansFee_ThenItIsTheProbabilityThatThePlanLoses) {
    core::Scenario scenario = tests::pro200WithBeliefs(50);
    scenario.run.users = 100;  // half of what lies between the worlds is their noise
    const auto result = simulate(scenario);
    const LossCurve curve = lossCurve(*result, "flat", 20'000);
    ASSERT_EQ(curve.fee.size(), 20'000U);
    const auto at = std::ranges::lower_bound(curve.fee, 200.0) - curve.fee.begin();
    const MetricRow* loses = findMetric(*result, kFlat, "probability_plan_loses");
    ASSERT_NE(loses, nullptr);
    const auto i = static_cast<std::size_t>(at);
    EXPECT_NEAR(curve.probability[i], loses->estimate.value,
                0.02 + 1e-12);  // one world may lie between two fees
    const Estimate& chance = loses->estimate;
    EXPECT_NEAR(curve.high[i] - curve.low[i], chance.high - chance.low, 0.01);
    const Interval counted = wilson95(50.0 * chance.value, 50.0);
    EXPECT_GT(chance.high - chance.low, 1.1 * (counted.high - counted.low));
    EXPECT_DOUBLE_EQ(curve.probability.back(), 0.0);
    EXPECT_TRUE(std::ranges::is_sorted(curve.fee));
    EXPECT_TRUE(std::ranges::is_sorted(curve.probability, std::greater<>()));
}

TEST(LossCurve, GivenBreakEvenFees_WhenDrawn_ThenEachPointCountsTheWorldsAboveIt) {
    RunResult result;
    for (std::uint32_t w = 1; w <= 4; ++w) result.worlds.add(w, "flat", "break_even_fee", 10.0 * w);
    const LossCurve curve = lossCurve(result, "flat", 34);  // 8.5 to 41.5 by 1
    ASSERT_EQ(curve.fee.size(), 34U);
    EXPECT_DOUBLE_EQ(curve.fee.front(), 8.5);
    EXPECT_DOUBLE_EQ(curve.probability.front(), 1.0);
    EXPECT_DOUBLE_EQ(curve.probability[11], 0.75);  // fee 19.5: 20, 30 and 40 lie above
    EXPECT_DOUBLE_EQ(curve.probability[12], 0.5);   // fee 20.5: 30 and 40
    EXPECT_DOUBLE_EQ(curve.probability.back(), 0.0);
    EXPECT_TRUE(lossCurve(result, "soft-cap").fee.empty());
}

}  // namespace
}  // namespace breakeven::sim::chart_series_test
