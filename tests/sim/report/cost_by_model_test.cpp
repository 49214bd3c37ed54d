#include "sim/report/cost_by_model.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <nlohmann/json.hpp>

#include "core/scenario/scenario_reader.hpp"
#include "core/text/csv_table.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/report/cost_breakdown.hpp"

namespace breakeven::sim::cost_by_model_test {
namespace {

using Kind = ModelCost::Kind;

core::Parameter point(double x) {
    return {x, {}};
}

core::CostRate rate(const std::string& id, std::optional<std::size_t> meter, double amount,
                    const std::string& model) {
    core::CostRate made;
    made.id = id;
    made.meter = meter;
    made.amount = point(amount);
    made.model = model;
    return made;
}

core::RouteCost route(const std::string& id, double share, double escalation) {
    core::RouteCost made;
    made.id = id;
    made.studentShare = point(share);
    made.escalation = point(escalation);
    return made;
}

void expectItem(const ModelCost& item, Kind kind, const std::string& model, double cost) {
    EXPECT_EQ(item.kind, kind) << model;
    EXPECT_EQ(item.model, model);
    EXPECT_NEAR(item.cost, cost, 1e-12) << model;
}

TEST(CostByModel, GivenRatesOfTwoModels_WhenGrouped_ThenEachHasItsRatesWithCacheRetriesAndServingShare) {
    // Input 10^6 tokens, output 2 x 10^5, 100 searches. Large: 10^6 x 5e-6 x (1 - 0.5 x 0.9) = 2.75, tried
    // twice 5.5, and 2 x 10^5 x 15e-6 = 3. Small: 100 x 0.02 = 2. No model: 10^6 x 1e-6 x 2 = 2. We bear 40
    // %.
    core::Cost cost;
    cost.servingShare = point(0.4);
    cost.rates = {rate("other", 0, 1e-6, ""), rate("input", 0, 5e-6, "large"),
                  rate("search", 2, 0.02, "small"), rate("output", 1, 15e-6, "large")};
    cost.rates[1].cache.hitShare = point(0.5);
    cost.rates[1].cache.hitPrice = point(0.1);
    cost.retries = {{"again", {0}, point(0.5), {}}};
    const std::vector<double> usage{1e6, 2e5, 100.0};
    const std::vector<ModelCost> items = costByModel(cost, usage);
    ASSERT_EQ(items.size(), 3U);
    expectItem(items[0], Kind::Named, "large", 0.4 * 8.5);
    expectItem(items[1], Kind::Named, "small", 0.4 * 2.0);
    expectItem(items[2], Kind::Unnamed, "", 0.4 * 2.0);
    EXPECT_NEAR(items[0].share, 8.5 / 12.5, 1e-12);
}

TEST(CostByModel, GivenAStudent_WhenGrouped_ThenItsShareAndTheRouterAreItsAndEscalationsTheTeachers) {
    // MODEL S4: 200 queries at 0.02; student 0.7 x 0.1 x 0.02 + router 0.0001; teacher (0.3 + 0.7 x 0.1) x
    // 0.02.
    core::Cost cost;
    cost.rates = {rate("teacher", 0, 0.02, "teacher")};
    cost.routes = {route("student", 0.7, 0.1)};
    cost.routes[0].studentCostShare = point(0.1);
    cost.routes[0].routerAmount = point(0.0001);
    const std::vector<double> usage{200.0};
    const std::vector<ModelCost> items = costByModel(cost, usage);
    ASSERT_EQ(items.size(), 2U);
    expectItem(items[0], Kind::Named, "teacher", 200.0 * 0.37 * 0.02);
    expectItem(items[1], Kind::Student, "student", 200.0 * (0.0014 + 0.0001));
}

TEST(CostByModel, GivenRoutesInARowAndAGuard_WhenGrouped_ThenNothingIsCountedTwice) {
    // a: half to a student of 0.002, 0.001 + 0.01 = 0.011 in all. b: half to one of a tenth of that, 0.00055,
    // of which a fifth escalates; 0.6 stays with what came before: 0.0006 with a, 0.006 with the teacher. The
    // guard makes all of it half as much again, and harms 0.01 x 2.
    core::Cost cost;
    cost.rates = {rate("teacher", 0, 0.02, "")};
    cost.routes = {route("a", 0.5, 0.0), route("b", 0.5, 0.2)};
    cost.routes[0].studentAmount = point(0.002);
    cost.routes[1].studentCostShare = point(0.1);
    core::GuardCost guard;
    guard.overhead = point(0.5);
    guard.falsePositiveShare = point(0.01);
    guard.falsePositiveAmount = point(2.0);
    cost.guards = {guard};
    const std::vector<double> usage{1.0};
    const std::vector<ModelCost> items = costByModel(cost, usage);
    ASSERT_EQ(items.size(), 4U);
    expectItem(items[0], Kind::Unnamed, "", 1.5 * 0.006);
    expectItem(items[1], Kind::Student, "a", 1.5 * 0.0006);
    expectItem(items[2], Kind::Student, "b", 1.5 * 0.00055);
    expectItem(items[3], Kind::Harm, "", 0.02);
}

TEST(CostByModel,
     GivenAnAgentThatReadsWithOneModelAndWritesWithAnother_WhenGrouped_ThenTokensGoToTheirModel) {
    // Two steps: 2 x 100 + 50 tokens read at 0.001, 2 x 10 written at 0.002.
    core::Cost cost;
    cost.rates = {rate("in", {}, 0.001, "reader"), rate("out", {}, 0.002, "writer")};
    core::AgentCost agent;
    agent.inputRate = 0;
    agent.outputRate = 1;
    agent.meanSteps = point(2.0);
    agent.baseTokens = point(100.0);
    agent.addedTokens = point(50.0);
    agent.outputTokens = point(10.0);
    cost.agents = {agent};
    const std::vector<double> usage{3.0};
    const std::vector<ModelCost> items = costByModel(cost, usage);
    ASSERT_EQ(items.size(), 2U);
    expectItem(items[0], Kind::Named, "reader", 3.0 * 0.25);
    expectItem(items[1], Kind::Named, "writer", 3.0 * 0.04);
}

TEST(CostByModel, GivenOneOffCostsByUse_WhenGrouped_ThenTheyAreOfNoModel) {
    core::Cost cost;
    core::OneOffCost training;
    training.amount = point(500.0);
    training.method = core::OneOffCost::Method::Units;
    training.units = point(1000.0);
    cost.oneOffs = {training};
    const std::vector<double> usage{4.0};
    const std::vector<ModelCost> items = costByModel(cost, usage);
    ASSERT_EQ(items.size(), 1U);
    expectItem(items[0], Kind::Production, "", 2.0);
    EXPECT_EQ(items[0].share, 1.0);
    EXPECT_TRUE(costByModel(core::Cost{}, usage).empty());
}

TEST(CostByModel, GivenEveryStoryAndPlan_WhenBrokenDown_ThenModelsAndMetersHaveOneTotal) {
    std::size_t plans = 0;
    const std::filesystem::path folder = std::string(BREAKEVEN_SOURCE_ROOT) + "/tests/data/sim/stories";
    for (const auto& file : std::filesystem::directory_iterator(folder)) {
        if (file.path().extension() != ".toml") continue;
        const core::Scenario scenario =
            core::readScenarioFile(file.path().string(), {{"run.users", "500"}, {"run.worlds", "1"}})
                .scenario.value();
        const auto base = simulate(scenario);
        for (std::size_t plan = 0; plan < scenario.plans.size(); ++plan, ++plans) {
            const CostBreakdown breakdown = costBreakdown(scenario, plan, *base);
            double models = 0.0;
            double meters = 0.0;
            for (const ModelCost& item : breakdown.models) models += item.cost;
            for (const MeterCost& item : breakdown.meters) meters += item.cost;
            EXPECT_NEAR(models, meters, 1e-9 * meters) << file.path() << " " << breakdown.plan;
        }
    }
    EXPECT_GT(plans, 20U);
}

TEST(CostByModel, GivenAPriceListAndAPlanOnAnotherModel_WhenWritten_ThenTableCsvAndJsonNameTheModels) {
    const std::string text = R"(format = 1
name = "two-models"
currency = "USD"
[run]
users = 100
worlds = 1
[[meter]]
id = "tokens"
[[meter]]
id = "calls"
[[segment]]
id = "users"
[segment.usage.tokens]
distribution = "constant"
value = 2_000_000
[segment.usage.calls]
distribution = "constant"
value = 10
[cost]
price_list = "prices.csv"
model = "large"
[[cost.rate]]
meter = "tokens"
kind = "input"
[[cost.rate]]
meter = "calls"
amount = 0.1
model = "voice"
[[plan]]
id = "pro"
[[plan]]
id = "lite"
[plan.cost]
model = "small"
)";
    const core::Scenario scenario =
        core::readScenarioText(text, "two-models.toml", {}, [](const std::string&) {
            return std::string(
                "provider,model,start,currency,per,input\n"
                "maker,large,,USD,1000000,5\nmaker,small,,USD,1000000,1\n");
        }).scenario.value();
    const auto base = simulate(scenario);
    const std::vector<CostBreakdown> plans{costBreakdown(scenario, 0, *base),
                                           costBreakdown(scenario, 1, *base)};
    const Table table = costModelTable(plans[0]);
    ASSERT_EQ(table.rows.size(), 2U);
    EXPECT_EQ(table.rows[0][0].text, "large");
    EXPECT_EQ(table.rows[0][1].text, "10");
    EXPECT_EQ(table.rows[0][2].text, "90.9 %");
    EXPECT_EQ(table.rows[1][0].text, "voice");
    const auto csv = core::readCsv(costCsv("two-models", plans)[0].bytes, "cost.csv");
    std::vector<std::string> found;
    for (const auto& cells : csv.table->rows)
        if (cells[2] == "model_cost") found.push_back(cells[1] + " " + cells[3] + " " + cells[4]);
    EXPECT_EQ(found,
              (std::vector<std::string>{"pro large 10", "pro voice 1", "lite small 2", "lite voice 1"}));
    const nlohmann::json json = nlohmann::json::parse(costJson("two-models", plans));
    EXPECT_EQ(json["plans"][1]["models"][0]["model"], "small");
    EXPECT_EQ(json["plans"][1]["models"][0]["kind"], "model");
    EXPECT_EQ(json["plans"][1]["models"][0]["cost"], 2.0);
}

}  // namespace
}  // namespace breakeven::sim::cost_by_model_test
