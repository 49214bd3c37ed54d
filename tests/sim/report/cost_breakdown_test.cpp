#include "sim/report/cost_breakdown.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/scenario/scenario_reader.hpp"
#include "core/text/csv_table.hpp"
#include "sim/engine/simulate.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::sim::cost_breakdown_test {
namespace {

core::Parameter point(double x) {
    return {x, {}};
}

core::Scenario story(const std::string& name, const std::vector<core::Override>& overrides = {}) {
    return core::readScenarioFile(
               std::string(BREAKEVEN_SOURCE_ROOT) + "/tests/data/sim/stories/" + name + ".toml", overrides)
        .scenario.value();
}

CostBreakdown breakdownOf(const core::Scenario& scenario, const std::string& plan) {
    const auto index = static_cast<std::size_t>(std::ranges::find(scenario.plans, plan, &core::Plan::id) -
                                                scenario.plans.begin());
    return costBreakdown(scenario, index, *simulate(scenario));
}

double changeOf(const CostBreakdown& breakdown, const std::string& id) {
    const auto step = std::ranges::find(breakdown.steps, id, &CostStep::id);
    EXPECT_NE(step, breakdown.steps.end()) << id;
    return step == breakdown.steps.end() ? 0.0 : step->change;
}

TEST(CostBreakdown, GivenTheDigitalWorker_WhenBrokenDown_ThenEachStepIsItsElement) {
    // MODEL S3: 559.11 tasks, $3.45 a run at list price, $0.9255 with its cache, tried 1 / 0.7 times.
    const CostBreakdown breakdown = breakdownOf(story("agent-workforce"), "seat-500");
    const double tasks = (0.6 * 60.0 + 0.3 * 400.0 + 0.1 * 2500.0) * std::exp(0.5 * 0.8 * 0.8);
    EXPECT_NEAR(changeOf(breakdown, "list_price"), tasks * 3.45, 1e-6);
    EXPECT_NEAR(changeOf(breakdown, "cache"), tasks * (0.9255 - 3.45), 1e-6);
    EXPECT_NEAR(changeOf(breakdown, "retries"), tasks * 0.9255 * (1.0 / 0.7 - 1.0), 1e-6);
    EXPECT_NEAR(breakdown.steps.back().total, breakdown.loaded, 1e-9);
    ASSERT_EQ(breakdown.meters.size(), 1U);
    EXPECT_NEAR(breakdown.meters[0].listPrice, 3.45, 1e-12);
    EXPECT_NEAR(breakdown.meters[0].unitCost, 1.32214, 1e-5);
    EXPECT_EQ(breakdown.standardError, 0.0);
    EXPECT_FALSE(breakdown.fleet);
}

TEST(CostBreakdown, GivenTheGuardedOperator_WhenBrokenDown_ThenComputeAndHarmAreApart) {
    const CostBreakdown breakdown = breakdownOf(story("guarded-operator"), "first");
    EXPECT_NEAR(changeOf(breakdown, "list_price"), 36.00, 1e-9);
    EXPECT_NEAR(changeOf(breakdown, "guards"), 36.00 * 0.237, 1e-9);
    EXPECT_NEAR(changeOf(breakdown, "harm"), 1200.0 * (0.0038 * 0.5 + 1e-4 * 0.044 * 300.0), 1e-9);
}

TEST(CostBreakdown, GivenALimit_WhenBrokenDown_ThenWhatItSavesIsAStep) {
    const core::Scenario scenario = tests::pro200();
    const CostBreakdown breakdown = breakdownOf(scenario, "soft-cap");
    EXPECT_NEAR(changeOf(breakdown, "by_scale_and_limits"), 90.46 - 207.285, 0.005);  // MODEL S1
    EXPECT_NEAR(breakdown.loaded, 90.46, 0.005);
}

TEST(CostBreakdown, GivenCostByScale_WhenItHasNoClosedForm_ThenTheSimulationsErrorIsTold) {
    // Two options, one logarithmic: no closed form.
    core::Scenario scenario = story("catalogue-recsys", {{"run.users", "2000"}});
    scenario.plans[3].cost->scales[0].options[0].shape = core::ScaleShape::Log2;
    const CostBreakdown breakdown = breakdownOf(scenario, "best");
    EXPECT_GT(breakdown.standardError, 0.0);
    EXPECT_NEAR(changeOf(breakdown, "by_scale_and_limits"), breakdown.loaded, 1e-9 * breakdown.loaded);
}

TEST(CostBreakdown, GivenMonthlyAmountsAndPayments_WhenBrokenDown_ThenMarginalAndLoadedAreApart) {
    core::Scenario scenario = story("distil-and-route");
    core::Cost& cost = *scenario.plans[1].cost;
    cost.payments = core::PaymentCost{point(0.029), point(0.30)};
    cost.support = core::PerSubscriberCost{point(0.05), point(8.0)};
    cost.freeTier = core::PerSubscriberCost{point(2.0), point(0.4)};
    const CostBreakdown breakdown = breakdownOf(scenario, "routed");
    EXPECT_NEAR(changeOf(breakdown, "payments"), 0.029 * 5.0 + 0.30, 1e-12);
    EXPECT_NEAR(breakdown.average, 1.78 + 0.445 + 0.4, 1e-9);
    EXPECT_NEAR(breakdown.marginal, 1.78 + 0.445 + 0.4, 1e-9);
    EXPECT_NEAR(breakdown.loaded, breakdown.marginal + 0.50 + 0.8, 1e-9);
    EXPECT_NEAR(breakdown.steps.back().total, breakdown.loaded, 1e-9);
}

TEST(FleetView, GivenTheFleetOfTheModel_WhenShown_ThenItsPublishedFiguresComeOut) {
    const CostBreakdown breakdown = breakdownOf(story("own-fleet"), "own");
    ASSERT_TRUE(breakdown.fleet);
    const FleetView& fleet = *breakdown.fleet;
    EXPECT_NEAR(fleet.unitsPerMonth, 863e9, 0.5e9);  // MODEL S9
    EXPECT_NEAR(fleet.unitsPerSecond, 333e3, 0.5e3);
    EXPECT_NEAR(fleet.fullLoad, 185.0, 0.5);
    EXPECT_EQ(fleet.gpus, 463.0);
    EXPECT_NEAR(fleet.utilisation, 0.40, 0.005);
    EXPECT_NEAR(*fleet.breakEvenUtilisation, 0.335, 0.0005);
    EXPECT_NEAR(fleet.curve[39].amount, 0.737, 0.0005);
    EXPECT_NEAR(breakdown.average, 3.18, 0.005);
    EXPECT_NEAR(breakdown.marginal / breakdown.average, 0.05, 0.006);
    ASSERT_TRUE(fleet.waitAtPeak);
    EXPECT_NEAR(fleet.waitAtPeak->utilisation, 0.8, 0.001);
    EXPECT_EQ(fleet.beyondCapacity, 0.0);
}

TEST(FleetView, GivenTheFleetOfTheModel_WhenDrawn_ThenTheSteepEndIsLeftOut) {
    // Market 0.88: up to 3.52. At full load a million costs 0.737 x 0.40, so the curve begins at 9 %.
    const FleetView fleet = *breakdownOf(story("own-fleet"), "own").fleet;
    const std::vector<FleetPoint> curve = readableCurve(fleet);
    ASSERT_EQ(curve.size(), 92U);
    EXPECT_DOUBLE_EQ(curve.front().utilisation, 0.09);
    EXPECT_NEAR(curve.front().amount, 0.737 * 0.40 / 0.09, 0.005);
    EXPECT_DOUBLE_EQ(curve.back().utilisation, 1.0);
}

TEST(CostBreakdown, GivenAFleetOfFixedSize_WhenBrokenDown_ThenNothingIsLeftOfTheVariableCost) {
    // Sums and differences of 3.18 would leave 1e-15.
    const CostBreakdown breakdown = breakdownOf(story("own-fleet"), "fixed");
    EXPECT_EQ(breakdown.average, 0.0);
    EXPECT_EQ(breakdown.marginal, 0.0);
    EXPECT_NEAR(breakdown.fixed, 463.0 * 1.9108 * 720.0 / 200'000.0, 1e-4);
}

TEST(CostTables, GivenChancesThatNobodyWillSee_WhenShown_ThenTheirDigitsAreNot) {
    const Table table = fleetTable(breakdownOf(story("own-fleet"), "own"));
    const auto row = std::ranges::find_if(
        table.rows, [](const auto& cells) { return cells[0].text == "A request waits at the mean load"; });
    ASSERT_NE(row, table.rows.end());
    EXPECT_EQ((*row)[1].text, "< 1e-9");
    EXPECT_NEAR(std::log10(*(*row)[1].number), -65.2, 0.1);
}

TEST(HasCost, GivenAServingShareOfNothing_WhenAsked_ThenThereIsNoCost) {
    core::Scenario scenario = tests::pro200();
    EXPECT_TRUE(hasCost(scenario));
    scenario.cost.rates.clear();
    scenario.cost.fixed.clear();
    EXPECT_FALSE(hasCost(scenario));
    scenario.plans[1].cost = scenario.cost;
    scenario.plans[1].cost->support = core::PerSubscriberCost{point(0.05), point(8.0)};
    EXPECT_TRUE(hasCost(scenario));
}

TEST(CostFigures, GivenTheFleetOfTheModel_WhenTold_ThenTheyAreThoseOfTheStepTable) {
    const CostBreakdown own = breakdownOf(story("own-fleet"), "own");
    const std::vector<CostFigure> figures = costFigures(own);
    const Table table = costStepTable(own);
    ASSERT_EQ(figures.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        const std::vector<TableCell>& row = table.rows[table.rows.size() - 4 + i];
        EXPECT_EQ(figures[i].title, row[0].text);
        EXPECT_EQ(figures[i].text, row[2].text);
        EXPECT_FALSE(figures[i].definition.empty());
    }
    EXPECT_EQ(figures[1].value, own.marginal);
}

TEST(FleetView, GivenAFleetThatIsTooSmall_WhenShown_ThenEveryoneWaitsAndTheOverflowIsTold) {
    const core::Scenario scenario = story("own-fleet", {{"plan.fixed.cost.fleet.gpus", "100"}});
    const FleetView fleet = *breakdownOf(scenario, "fixed").fleet;
    EXPECT_EQ(fleet.utilisation, 1.0);
    EXPECT_NEAR(fleet.beyondCapacity, 1.0 - 100.0 / 185.012, 1e-5);
    EXPECT_EQ(fleet.waitAtMean->probability, 1.0);
    EXPECT_FALSE(fleet.waitAtMean->meanSeconds);
}

TEST(FleetView, GivenRetriesOfItsUnits_WhenShown_ThenTheFleetMakesEachAttempt) {
    core::Scenario scenario = story("own-fleet");
    const double once = breakdownOf(scenario, "own").fleet->unitsPerMonth;
    scenario.cost.retries = {{"t", {0}, point(0.5), {}}};
    EXPECT_NEAR(breakdownOf(scenario, "own").fleet->unitsPerMonth, 2.0 * once, 1e-9 * once);
}

TEST(CostTables, GivenBreakdowns_WhenWritten_ThenTablesCsvAndJsonHoldTheSame) {
    const CostBreakdown own = breakdownOf(story("own-fleet"), "own");
    const auto files = costCsv("own-fleet", {own});
    ASSERT_EQ(files.size(), 2U);
    EXPECT_EQ(files[0].name, "cost.csv");
    const auto csv = core::readCsv(files[0].bytes, "cost.csv");
    const auto row = std::ranges::find_if(
        csv.table->rows, [](const auto& cells) { return cells[2] == "fleet" && cells[3] == "gpus"; });
    ASSERT_NE(row, csv.table->rows.end());
    EXPECT_EQ((*row)[4], "463");
    EXPECT_EQ(core::readCsv(files[1].bytes, "fleet.csv").table->rows.size(), 100U);
    const nlohmann::json json = nlohmann::json::parse(costJson("own-fleet", {own}));
    EXPECT_EQ(json["plans"][0]["fleet"]["gpus"], 463.0);
    EXPECT_EQ(json["plans"][0]["fully_loaded_cost"], own.loaded);
    const Table table = costStepTable(own);
    ASSERT_EQ(table.rows.size(), 5U);  // one step that changes anything, and the four costs
    EXPECT_EQ(table.rows.back()[0].text, "Fully loaded cost");
}

}  // namespace
}  // namespace breakeven::sim::cost_breakdown_test
