#include "sim/report/waterfall.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace breakeven::sim::waterfall_test {
namespace {

using Kind = WaterfallBar::Kind;

/// List price 10, of it 40 %, cache nothing, half a unit for payments, 2 that all share.
CostBreakdown byHand() {
    CostBreakdown breakdown;
    breakdown.plan = "pro";
    breakdown.currency = "USD";
    breakdown.steps = {{"list_price", "List price of the use", 10.0, 10.0},
                       {"serving_share", "Serving share", -6.0, 4.0},
                       {"cache", "Cache", 0.0, 4.0},
                       {"multipliers", "Multipliers", 1.0, 5.0},
                       {"payments", "Payments", 0.5, 5.5},
                       {"one_off_by_use", "One-off cost by use", 0.0, 5.5, true},
                       {"fixed", "Fixed cost", 2.0, 7.5, true}};
    breakdown.average = 5.5;
    breakdown.loaded = 7.5;
    return breakdown;
}

void expectBar(const WaterfallBar& bar, Kind kind, const std::string& id, double from, double to,
               const std::string& label) {
    EXPECT_EQ(bar.kind, kind) << id;
    EXPECT_EQ(bar.id, id);
    EXPECT_EQ(bar.from, from) << id;
    EXPECT_EQ(bar.to, to) << id;
    EXPECT_EQ(bar.label, label) << id;
}

TEST(CostWaterfall, GivenStepsOfBothSigns_WhenDrawn_ThenEachBarBeginsWhereTheLastEndedAndTotalsAtZero) {
    const std::vector<WaterfallBar> bars = costWaterfall(byHand());
    ASSERT_EQ(bars.size(), 7U);
    expectBar(bars[0], Kind::Total, "list_price", 0.0, 10.0, "10");
    expectBar(bars[1], Kind::Fall, "serving_share", 10.0, 4.0, "-6");
    expectBar(bars[2], Kind::Rise, "multipliers", 4.0, 5.0, "+1");
    expectBar(bars[3], Kind::Rise, "payments", 5.0, 5.5, "+0.5");
    expectBar(bars[4], Kind::Total, "average_variable_cost", 0.0, 5.5, "5.5");
    expectBar(bars[5], Kind::Rise, "fixed", 5.5, 7.5, "+2");
    expectBar(bars[6], Kind::Total, "fully_loaded_cost", 0.0, 7.5, "7.5");
    EXPECT_EQ(bars[2].title, "Multipliers");
}

TEST(CostWaterfall, GivenNoFixedSteps_WhenDrawn_ThenTheAverageIsNotToldTwice) {
    CostBreakdown breakdown = byHand();
    breakdown.steps.pop_back();
    breakdown.loaded = 5.5;
    const std::vector<WaterfallBar> bars = costWaterfall(breakdown);
    ASSERT_EQ(bars.size(), 5U);
    EXPECT_EQ(bars.back().id, "fully_loaded_cost");
    EXPECT_EQ(bars[3].id, "payments");
}

TEST(CostWaterfall, GivenNoListPrice_WhenDrawn_ThenTheFirstStepRisesFromZero) {
    CostBreakdown breakdown;
    breakdown.steps = {{"list_price", "List price of the use", 0.0, 0.0},
                       {"fleet_use", "Fleet by use, and units bought", 3.18, 3.18}};
    breakdown.average = breakdown.loaded = 3.18;
    const std::vector<WaterfallBar> bars = costWaterfall(breakdown);
    ASSERT_EQ(bars.size(), 2U);
    expectBar(bars[0], Kind::Rise, "fleet_use", 0.0, 3.18, "+3.18");
}

TEST(CostWaterfall, GivenOnlyFixedCost_WhenDrawn_ThenNoAverageOfNothingIsDrawn) {
    CostBreakdown breakdown;
    breakdown.steps = {{"fixed", "Fixed cost", 2.0, 2.0, true}};
    breakdown.loaded = 2.0;
    const std::vector<WaterfallBar> bars = costWaterfall(breakdown);
    ASSERT_EQ(bars.size(), 2U);
    EXPECT_EQ(bars[0].kind, Kind::Rise);
}

TEST(CostWaterfall, GivenASimulatedCost_WhenLabelled_ThenDigitsThatAreNoiseAreNotPrinted) {
    CostBreakdown breakdown = byHand();
    breakdown.steps[0].total = breakdown.steps[0].change = 1234.5678;
    breakdown.standardError = 20.0;
    EXPECT_EQ(costWaterfall(breakdown)[0].label, formatWithError(1234.5678, 20.0));
    EXPECT_EQ(costWaterfall(breakdown)[0].label, "1,230");
}

TEST(CostWaterfall, GivenAnInfiniteMeanOrNoCost_WhenDrawn_ThenThereAreNoBars) {
    CostBreakdown breakdown = byHand();
    breakdown.steps[3].change = breakdown.steps[3].total = std::numeric_limits<double>::infinity();
    EXPECT_TRUE(costWaterfall(breakdown).empty());
    EXPECT_TRUE(costWaterfall(CostBreakdown{}).empty());
}

}  // namespace
}  // namespace breakeven::sim::waterfall_test
