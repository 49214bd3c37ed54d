// What is shown while a run goes on.

#include "sim/engine/live_margin.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <mutex>
#include <vector>

#include "sim/engine/simulate.hpp"
#include "sim/report/live_text.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::sim::live_margin_test {
namespace {

TEST(LiveMargin, GivenWorlds_ThenMeanShareAndIntervalsAreTheirs) {
    LiveMargin live("flat", {1.0});
    live.addWorld(4.0);
    EXPECT_FALSE(live.estimate());
    for (const double margin : {-1.0, 3.0, 6.0}) live.addWorld(margin);
    const LiveEstimate estimate = *live.estimate();
    EXPECT_DOUBLE_EQ(estimate.margin, 3.0);
    EXPECT_EQ(estimate.done, 4U);
    EXPECT_DOUBLE_EQ(estimate.loses(), 0.25);
    // Deviations 1, -4, 0, 3: variance 26 / 3; t of 3 degrees 3.18245.
    const double half = 3.182446305 * std::sqrt(26.0 / 3.0 / 4.0);
    EXPECT_NEAR(estimate.interval().low, 3.0 - half, 1e-8);
    EXPECT_NEAR(estimate.interval().high, 3.0 + half, 1e-8);
    EXPECT_EQ(estimate.losesInterval().low, wilson95(1.0, 4.0).low);
}

TEST(LiveMargin, GivenChunksOfSegments_ThenTheyAreMixedByWeight) {
    LiveMargin live("flat", {3.0, 1.0, 0.0});
    for (const double margin : {1.0, 3.0}) live.addChunk(0, margin);
    EXPECT_FALSE(live.estimate());
    for (const double margin : {10.0, 20.0, 30.0}) live.addChunk(1, margin);
    const LiveEstimate estimate = *live.estimate();
    EXPECT_DOUBLE_EQ(estimate.margin, 0.75 * 2.0 + 0.25 * 20.0);
    EXPECT_FALSE(estimate.losses);
    const double error = std::sqrt(0.75 * 0.75 * 2.0 / 2.0 + 0.25 * 0.25 * 100.0 / 3.0);
    EXPECT_NEAR(estimate.interval().high - estimate.margin, 12.70620474 * error, 1e-6);
}

/// All that a run tells while it goes on.
std::vector<LiveEstimate> toldBy(const core::Scenario& scenario, std::shared_ptr<const RunResult>& result) {
    std::vector<LiveEstimate> told;
    Hooks hooks;
    hooks.threads = 2;
    hooks.progress = [&](const Progress& progress) {
        if (progress.live) told.push_back(*progress.live);
    };
    result = simulate(scenario, hooks);
    return told;
}

TEST(LiveMargin, GivenARunOfWorlds_WhenItEnds_ThenTheLastEstimateIsTheResult) {
    std::shared_ptr<const RunResult> result;
    core::Scenario scenario = tests::pro200WithBeliefs(40);
    scenario.run.users = 1000;
    const std::vector<LiveEstimate> told = toldBy(scenario, result);
    ASSERT_GE(told.size(), 30U);
    const Estimate& margin = findMetric(*result, {"flat", kAll, kAll}, "margin_per_user")->estimate;
    EXPECT_NEAR(told.back().margin, margin.value, 1e-9);
    EXPECT_NEAR(told.back().interval().low, margin.low, 1e-9);
    double losses = 0.0;  // the noise of the worlds' users is still in these
    for (const auto& world : result->worlds.of("flat", "margin_per_user"))
        losses += world.value < 0.0 ? 1.0 : 0.0;
    EXPECT_EQ(told.back().loses(), losses / 40.0);
    EXPECT_NEAR(told.back().loses(),
                findMetric(*result, {"flat", kAll, kAll}, "probability_plan_loses")->estimate.value, 0.1);
    const auto width = [](const LiveEstimate& estimate) {
        return estimate.interval().high - estimate.interval().low;
    };
    EXPECT_LT(width(told.back()), 0.5 * width(told[3]));
}

TEST(LiveMargin, GivenARunOfOneWorld_WhenItEnds_ThenTheLastEstimateIsTheResult) {
    std::shared_ptr<const RunResult> result;
    core::Scenario scenario = tests::pro200();
    scenario.run.users = std::uint64_t{16} * 4096;
    const std::vector<LiveEstimate> told = toldBy(scenario, result);
    ASSERT_GE(told.size(), 10U);
    const Estimate& margin = findMetric(*result, {"flat", kAll, kAll}, "margin_per_user")->estimate;
    EXPECT_NEAR(told.back().margin, margin.value, 1e-9);
    EXPECT_FALSE(told.back().losses);
}

TEST(LiveText, GivenEstimates_ThenOneLineWithoutDigitsOfNoise) {
    // 31 degrees of freedom: t 2.0395. Wilson's interval of 116 of 200: 0.5107 to 0.6462.
    LiveEstimate estimate{"flat", -7.2831, 0.333, 31.0, 200, {}};
    EXPECT_EQ(liveText(estimate, "USD"), "flat: margin -$7.3 (-8.0 to -6.6)");
    estimate.losses = 116;
    EXPECT_EQ(liveText(estimate, "USD"),
              "flat: margin -$7.3 (-8.0 to -6.6), loses with probability 0.58 (0.51 to 0.65)");
}

}  // namespace
}  // namespace breakeven::sim::live_margin_test
