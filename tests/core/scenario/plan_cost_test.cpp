// What a plan runs on: [plan.cost] over [cost].

#include <gtest/gtest.h>

#include <algorithm>

#include "core/costing/unit_cost.hpp"
#include "core/scenario/scenario_reader.hpp"

namespace breakeven::core::plan_cost_test {
namespace {

const std::string kBase = R"(format = 1
name = "team"
currency = "USD"
[[meter]]
id = "tokens"
[[segment]]
id = "users"
[segment.usage.tokens]
distribution = "constant"
value = 5
[cost]
serving_share = { low = 0.2, base = 0.35, high = 0.6 }
price_list = "prices.csv"
model = "large"
price_date = 2026-02-01
[[cost.rate]]
meter = "tokens"
kind = "input"
cache_hit_share = 0.5
[[cost.guard]]
id = "shield"
meter = "tokens"
overhead = { low = 0.1, base = 0.2, high = 0.3 }
attack_success = 0.9
[[plan]]
id = "same"
[[plan]]
id = "pro"
)";

Scenario read(const std::string& planCost) {
    const ScenarioReading reading =
        readScenarioText(kBase + planCost, "team.toml", {}, [](const std::string&) -> std::string {
            return "provider,model,start,currency,per,input,cached\n"
                   "maker,large,,USD,1000000,5,0.5\n"
                   "maker,large,2026-03-01,USD,1000000,4,0.4\n"
                   "other,small,,USD,1000000,1,0.25\n";
        });
    std::string problems;
    for (const Diagnostic& item : reading.diagnostics) problems += formatDiagnostic(item);
    EXPECT_TRUE(reading.scenario) << problems;
    return reading.scenario.value();
}

double unit(const Scenario& scenario, std::size_t plan) {
    return unitCosts(costOf(scenario, scenario.plans[plan]), 1, {}, CostStage::Cache).front().list;
}

TEST(RateModel, GivenPricesFromAListAndByHand_WhenRead_ThenEachRateSaysWhoseItIs) {
    const Scenario scenario = read(R"([plan.cost]
model = "small"
[[plan.cost.rate]]
id = "by-hand"
meter = "tokens"
amount = 1
model = "voice"
[[plan.cost.rate]]
id = "nobodys"
meter = "tokens"
amount = 1
)");
    EXPECT_EQ(scenario.cost.rates[0].model, "large");
    const std::vector<CostRate>& rates = scenario.plans[1].cost->rates;
    ASSERT_EQ(rates.size(), 3U);
    EXPECT_EQ(rates[0].model, "small");
    EXPECT_EQ(rates[1].model, "voice");
    EXPECT_EQ(rates[2].model, "");
}

TEST(PlanCost, GivenNothingChanged_WhenRead_ThenThePlanRunsOnTheCostOfAll) {
    const Scenario scenario = read("");
    EXPECT_FALSE(scenario.plans[1].cost);
    EXPECT_EQ(&costOf(scenario, scenario.plans[1]), &scenario.cost);
    EXPECT_DOUBLE_EQ(unit(scenario, 0), 5e-6 * (1.0 - 0.5 * 0.9));
}

TEST(PlanCost, GivenAnotherModel_WhenRead_ThenItsPricesAndCacheAreTaken) {
    const Scenario scenario = read("[plan.cost]\nmodel = \"small\"\n");
    EXPECT_DOUBLE_EQ(unit(scenario, 0), 5e-6 * 0.55);
    EXPECT_DOUBLE_EQ(unit(scenario, 1), 1e-6 * (1.0 - 0.5 * 0.75));
    EXPECT_TRUE(std::ranges::any_of(scenario.sources, [](const SourceNote& note) {
        return note.path == "plan.pro.cost.rate.tokens.amount" && note.source == "prices.csv: other small";
    }));
}

TEST(PlanCost, GivenAnotherDay_WhenRead_ThenThePricesOfThatDayAreTaken) {
    EXPECT_DOUBLE_EQ(unit(read("[plan.cost]\nprice_date = 2026-03-02\n"), 1), 4e-6 * 0.55);
}

TEST(PlanCost, GivenAPriceInPlaceOfTheList_WhenRead_ThenItIsThePlans) {
    const Scenario scenario = read(
        "[[plan.cost.rate]]\nmeter = \"tokens\"\namount = 2\nper = 1_000_000\ncached_price_share = 0.5\n");
    EXPECT_DOUBLE_EQ(unit(scenario, 1), 2e-6 * 0.75);
}

TEST(PlanCost, GivenPartsOfAnItem_WhenRead_ThenTheRestIsThatOfTheCostOfAll) {
    const Scenario scenario = read("[[plan.cost.guard]]\nid = \"shield\"\nattack_success = 0.04\n");
    ASSERT_EQ(scenario.plans[1].cost->guards.size(), 1U);
    EXPECT_EQ(scenario.plans[1].cost->guards[0].attackSuccess.base, 0.04);
    EXPECT_EQ(scenario.plans[1].cost->guards[0].overhead, scenario.cost.guards[0].overhead);
    EXPECT_EQ(scenario.cost.guards[0].attackSuccess.base, 0.9);
}

TEST(PlanCost, GivenBeliefs_WhenAPlanChangesSome_ThenThoseItKeepsAreDrawnOnce) {
    const Scenario scenario = read(
        "[[plan.cost.guard]]\nid = \"shield\"\nattack_success = { low = 0.01, base = 0.04, high = 0.1 }\n");
    ASSERT_EQ(scenario.beliefs.size(), 3U);
    EXPECT_EQ(scenario.beliefs[0].path, "cost.serving_share");
    EXPECT_EQ(scenario.beliefs[1].path, "cost.guard.shield.overhead");
    EXPECT_EQ(scenario.beliefs[2].path, "plan.pro.cost.guard.shield.attack_success");
    EXPECT_EQ(scenario.plans[1].cost->servingShare.belief, scenario.cost.servingShare.belief);
}

TEST(PlanCost, GivenItemsOfOtherNames_WhenRead_ThenTheyAreAdded) {
    const Scenario scenario = read(
        "[[plan.cost.fixed]]\nid = \"office\"\namount = 3\n[[plan.cost.guard]]\n"
        "id = \"second\"\nmeter = \"tokens\"\n");
    EXPECT_EQ(scenario.plans[1].cost->fixed.size(), 1U);
    EXPECT_EQ(scenario.plans[1].cost->guards.size(), 2U);
    EXPECT_TRUE(scenario.cost.fixed.empty());
}

TEST(FleetProfile, GivenATraceOfHalfHoursOverADayAndABit_WhenRead_ThenTheHoursOfTheDayAreAddedUp) {
    const std::string fleet =
        "[cost.fleet]\nmeter = \"tokens\"\nthroughput = 1\nhourly_amount = 1\n"
        "utilisation = 0.5\nprofile_file = \"trace.csv\"\nprofile_column = \"use\"\n";
    const auto profileOf = [&](const std::string& more) {
        const ScenarioReading reading = readScenarioText(
            kBase + fleet + more, "team.toml", {}, [](const std::string& name) -> std::string {
                if (name == "prices.csv") return "model,currency,per,input\nlarge,USD,1000000,5\n";
                std::string rows = "start,use\n";
                for (int half = 0; half < 50; ++half)
                    rows += std::to_string(1800 * half) + (half / 2 == 3 ? ",3\n" : ",1\n");
                return rows;
            });
        EXPECT_TRUE(reading.scenario);
        return reading.scenario.value().cost.fleet->profile;
    };
    const std::vector<double> timed = profileOf("profile_seconds = \"start\"\n");
    ASSERT_EQ(timed.size(), 24U);
    EXPECT_DOUBLE_EQ(timed[3], 6.0 / 52.0);
    EXPECT_DOUBLE_EQ(timed[0], 2.0 / 52.0);  // the 25th hour is left out
    const std::vector<double> rows = profileOf("");
    EXPECT_DOUBLE_EQ(rows[6], (3.0 + 1.0) / 52.0);  // two days of 24 rows
    EXPECT_DOUBLE_EQ(rows[0], 2.0 / 52.0);
}

}  // namespace
}  // namespace breakeven::core::plan_cost_test
