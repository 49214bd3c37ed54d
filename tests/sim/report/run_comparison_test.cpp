#include "sim/report/run_comparison.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "sim/report/results_csv.hpp"
#include "sim/report/results_json.hpp"
#include "sim/report/results_table.hpp"

namespace breakeven::sim::run_comparison_test {
namespace {

using Runs = std::vector<std::shared_ptr<const RunResult>>;

/// A run over worlds 1 to n with the given margins of plan pro; its estimate is their mean with error 3.
std::shared_ptr<RunResult> runOf(const std::string& name, const std::vector<double>& margins) {
    auto run = std::make_shared<RunResult>();
    run->manifest.run = name;
    run->manifest.scenario = "team";
    run->manifest.currency = "USD";
    run->manifest.settings.worlds = static_cast<std::uint32_t>(margins.size());
    double mean = 0.0;
    for (std::size_t i = 0; i < margins.size(); ++i) {
        mean += margins[i] / static_cast<double>(margins.size());
        run->worlds.add(static_cast<std::uint32_t>(i + 1), "pro", "margin_per_user", margins[i]);
    }
    run->metrics = {
        {{"pro"}, "margin_per_user", "USD/user-month", {mean, 3.0, mean - 6.0, mean + 6.0, {}, {}, {}}}};
    return run;
}

// Differences by world 1, 2, 3: mean 2, standard deviation 1, so the error of the mean is 1 / sqrt(3).
TEST(CompareRuns, GivenTheSameDraws_WhenCompared_ThenTheErrorIsThatOfThePairedDifferences) {
    const Runs runs{runOf("a", {10.0, 20.0, 60.0}), runOf("b", {11.0, 22.0, 63.0})};

    const std::vector<ComparedMetric> compared = compareRuns(runs);

    ASSERT_EQ(compared.size(), 1U);
    EXPECT_EQ(compared[0].plan, "pro");
    EXPECT_FALSE(compared[0].differences[0]);
    ASSERT_TRUE(compared[0].differences[1]);
    EXPECT_DOUBLE_EQ(compared[0].differences[1]->value, 2.0);
    EXPECT_DOUBLE_EQ(compared[0].differences[1]->standardError, 1.0 / std::sqrt(3.0));
}

TEST(CompareRuns, GivenOtherDraws_WhenCompared_ThenTheErrorsAddInSquares) {
    const auto first = runOf("a", {10.0, 20.0, 60.0});
    const auto second = runOf("b", {11.0, 22.0, 63.0});
    second->manifest.settings.seed = 9;
    second->metrics[0].estimate.standardError = 4.0;

    const auto difference = compareRuns(Runs{first, second})[0].differences[1];

    ASSERT_TRUE(difference);
    EXPECT_DOUBLE_EQ(difference->standardError, 5.0);  // 3-4-5
}

TEST(CompareRuns, GivenAMetricThatIsNoMeanOverWorlds_WhenCompared_ThenTheErrorsAddInSquares) {
    const auto first = runOf("a", {10.0, 20.0, 60.0});
    const auto second = runOf("b", {11.0, 22.0, 63.0});
    second->metrics[0].estimate.value = 40.0;
    second->metrics[0].estimate.standardError = 4.0;

    const auto difference = compareRuns(Runs{first, second})[0].differences[1];

    ASSERT_TRUE(difference);
    EXPECT_DOUBLE_EQ(difference->value, 10.0);
    EXPECT_DOUBLE_EQ(difference->standardError, 5.0);
}

// A stopped run keeps the worlds that were finished, which need not be the first ones.
TEST(CompareRuns, GivenRunsStoppedAfterOtherWorlds_WhenCompared_ThenNoWorldsArePaired) {
    const auto first = runOf("a", {10.0, 20.0});
    const auto second = runOf("b", {11.0, 22.0});
    second->worlds = {};
    second->worlds.add(1, "pro", "margin_per_user", 11.0);
    second->worlds.add(3, "pro", "margin_per_user", 22.0);
    second->metrics[0].estimate.standardError = 4.0;

    const auto difference = compareRuns(Runs{first, second})[0].differences[1];

    ASSERT_TRUE(difference);
    EXPECT_DOUBLE_EQ(difference->standardError, 5.0);
}

TEST(CompareRuns, GivenAPlanThatOnlyOneRunHas_WhenCompared_ThenItHasNoDifference) {
    const auto first = runOf("a", {10.0, 20.0});
    const auto second = runOf("b", {11.0, 22.0});
    second->metrics.push_back(
        {{"free"}, "margin_per_user", "USD/user-month", {-1.0, 0.5, -2.0, 0.0, {}, {}, {}}});
    second->metrics.push_back(
        {{"free", "teams"}, "margin_per_user", "USD/user-month", {7.0, 0.5, 6.0, 8.0, {}, {}, {}}});

    const std::vector<ComparedMetric> compared = compareRuns(Runs{first, second});

    ASSERT_EQ(compared.size(), 2U);
    EXPECT_EQ(compared[1].plan, "free");
    EXPECT_FALSE(compared[1].estimates[0]);
    EXPECT_TRUE(compared[1].estimates[1]);
    EXPECT_FALSE(compared[1].differences[1]);
}

TEST(CompareRuns, GivenTwoRuns_WhenWritten_ThenCsvJsonAndTableSayTheSame) {
    const auto first = runOf("a", {10.0, 20.0});
    const auto second = runOf("b", {11.0, 23.0});  // differences 1 and 3: mean 2, error 1
    first->metrics.push_back(
        {{"old"}, "margin_per_user", "USD/user-month", {5.0, 0.5, 4.0, 6.0, 1.0, 9.0, {}}});
    const Runs runs{first, second};

    EXPECT_EQ(comparisonCsv(runs),
              "run,scenario,plan,metric,unit,value,standard_error,low,high,band_low,band_high,difference,"
              "difference_standard_error\r\n"
              "a,team,pro,margin_per_user,USD/user-month,15,3,9,21,,,,\r\n"
              "b,team,pro,margin_per_user,USD/user-month,17,3,11,23,,,2,1\r\n"
              "a,team,old,margin_per_user,USD/user-month,5,0.5,4,6,1,9,,\r\n");

    const auto json = nlohmann::json::parse(comparisonJson(runs));
    EXPECT_EQ(json["runs"][1]["run"], "b");
    EXPECT_EQ(json["metrics"][0]["values"][0]["value"], 15.0);
    EXPECT_TRUE(json["metrics"][0]["differences"][0].is_null());
    EXPECT_EQ(json["metrics"][0]["differences"][1],
              nlohmann::json::parse(R"({"value": 2.0, "standard_error": 1.0})"));
    EXPECT_TRUE(json["metrics"][1]["values"][1].is_null());

    const Table table = compareTable(runs);
    std::string text;
    for (const TableColumn& column : table.columns) text += column.title + " | ";
    for (const auto& row : table.rows) {
        text += "\n";
        for (const TableCell& cell : row) text += cell.text + " | ";
    }
    EXPECT_EQ(text,
              "Plan | Metric | a | b | Difference, same draws | Unit | \n"
              "pro | margin_per_user | 15 | 17 | 2 ± 1 | USD/user-month | \n"
              "old | margin_per_user | 5.0 | - | - | USD/user-month | ");
}

}  // namespace
}  // namespace breakeven::sim::run_comparison_test
