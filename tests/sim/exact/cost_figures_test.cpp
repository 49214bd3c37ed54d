// The cost figures that MODEL 3 calls exact, and closed forms of the same kind at other parameters. Each is
// checked against the program's closed form, and the simulation against that within 4 standard errors. The
// stories' scenarios are tests/data/sim/stories/STORY.toml, their settings are put in by --set.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <sstream>

#include "core/scenario/scenario_reader.hpp"
#include "core/text/csv_table.hpp"
#include "core/text/file_bytes.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/exact/closed_forms.hpp"

namespace breakeven::sim::cost_figures_test {
namespace {

const std::string kTests = std::string(BREAKEVEN_SOURCE_ROOT) + "/tests/";

struct Story {
    std::string story, settings, plan, metric, formula;
    double exact = 0.0;
    double rounding = 0.0;  ///< half a unit of the last digit printed in MODEL
};

std::vector<Story> stories() {
    const std::string file = kTests + "known_answers/cost_figures.csv";
    const core::CsvReading csv = core::readCsv(core::fileBytes(file, 1U << 20), file);
    std::vector<Story> rows;
    for (const auto& row : csv.table->rows)
        rows.push_back({row[0], row[1], row[2], row[3], row[6], std::stod(row[4]), std::stod(row[5])});
    return rows;
}

std::vector<core::Override> overridesOf(const std::string& settings) {
    std::vector<core::Override> overrides;
    std::istringstream stream(settings);
    for (std::string item; std::getline(stream, item, ';');) {
        const std::size_t equals = item.find('=');
        overrides.push_back({item.substr(0, equals), item.substr(equals + 1)});
    }
    return overrides;
}

struct StoryRun {
    core::Scenario scenario;
    std::shared_ptr<const RunResult> result;
};

const StoryRun& runOf(const Story& row) {
    static std::map<std::string, StoryRun> runs;
    const std::string key = row.story + "?" + row.settings;
    if (!runs.contains(key)) {
        const core::ScenarioReading reading = core::readScenarioFile(
            kTests + "data/sim/stories/" + row.story + ".toml", overridesOf(row.settings));
        std::string problems;
        for (const core::Diagnostic& item : reading.diagnostics) problems += core::formatDiagnostic(item);
        EXPECT_TRUE(reading.scenario) << problems;
        const core::Scenario scenario = reading.scenario.value();
        runs[key] = {scenario, simulate(scenario)};
    }
    return runs[key];
}

TEST(CostFigures, GivenEachFigureOfTheModel_WhenComputedAndSimulated_ThenBothGiveIt) {
    const std::vector<Story> rows = stories();
    ASSERT_GE(rows.size(), 70U);
    for (const Story& row : rows) {
        SCOPED_TRACE(row.story + " " + row.settings + " " + row.plan + " " + row.metric + ": " + row.formula);
        const StoryRun& run = runOf(row);
        const auto& plans = run.scenario.plans;
        const auto plan = std::ranges::find(plans, row.plan, &core::Plan::id);
        ASSERT_NE(plan, plans.end());
        const std::optional<double> closed =
            exactMetric(run.scenario, static_cast<std::size_t>(plan - plans.begin()), {}, row.metric);
        EXPECT_NEAR(closed.value_or(row.exact), row.exact, row.rounding);
        const auto found = std::ranges::find_if(run.result->metrics, [&](const MetricRow& metric) {
            return metric.key == RowKey{row.plan, kAll, kAll} && metric.metric == row.metric;
        });
        ASSERT_NE(found, run.result->metrics.end());
        // Without a closed form the printed digits are all there is.
        const double wanted = closed.value_or(row.exact);
        const double room = closed ? 1e-9 * std::abs(wanted) + 1e-9 : row.rounding;
        EXPECT_NEAR(found->estimate.value, wanted, 4.0 * found->estimate.standardError + room);
    }
}

TEST(CostFigures, GivenTheRows_WhenCounted_ThenFewLackAClosedForm) {
    std::size_t open = 0;
    for (const Story& row : stories()) {
        const StoryRun& run = runOf(row);
        const auto plan = std::ranges::find(run.scenario.plans, row.plan, &core::Plan::id);
        const auto index = static_cast<std::size_t>(plan - run.scenario.plans.begin());
        open += exactMetric(run.scenario, index, {}, row.metric) ? 0U : 1U;
    }
    EXPECT_EQ(open, 2U);  // two meters of different laws: whether a user of S2 makes a loss
}

}  // namespace
}  // namespace breakeven::sim::cost_figures_test
