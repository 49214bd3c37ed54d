// The shipped stories against closed forms that were worked out without this program, by
// tests/known_answers/stories/make_stories.py. Unlike all other tests this one reads shipped files: it is
// there to hold them to their figures.
//
// Each figure within 4 standard errors: one of a right program fails with probability 6e-5, all of them
// together at one new seed with about 1.4 %. The seeds are those of the files, so the outcome is always the
// same.

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

namespace breakeven::sim::stories_test {
namespace {

const std::string kRoot = std::string(BREAKEVEN_SOURCE_ROOT) + "/";
const std::string kTable = kRoot + "tests/known_answers/stories/stories.csv";

struct Figure {
    std::string plan, metric, formula;
    double exact = 0.0;
};

/// Figures of a story by its settings, so that each setting is run once.
using Settings = std::map<std::string, std::vector<Figure>>;

std::map<std::string, Settings> readStories() {
    const core::CsvReading csv = core::readCsv(core::fileBytes(kTable, 1U << 20), kTable);
    std::map<std::string, Settings> stories;
    if (!csv.table) return stories;
    for (const auto& row : csv.table->rows)
        stories[row[0]][row[1]].push_back({row[2], row[3], row[5], std::stod(row[4])});
    return stories;
}

std::vector<std::string> storyNames() {
    std::vector<std::string> names;
    for (const auto& [name, settings] : readStories()) names.push_back(name);
    return names;
}

/// One world and 20,000 users unless the settings say otherwise.
std::vector<core::Override> overridesOf(const std::string& settings) {
    std::vector<core::Override> overrides{{"run.worlds", "1"}, {"run.users", "20000"}};
    std::istringstream stream(settings);
    for (std::string item; std::getline(stream, item, ';');) {
        const std::size_t equals = item.find('=');
        overrides.push_back({item.substr(0, equals), item.substr(equals + 1)});
    }
    return overrides;
}

core::Scenario readStory(const std::string& name, const std::string& settings) {
    const core::ScenarioReading reading =
        core::readScenarioFile(kRoot + "scenarios/" + name + "/" + name + ".toml", overridesOf(settings));
    std::string problems;
    for (const core::Diagnostic& item : reading.diagnostics) problems += core::formatDiagnostic(item);
    if (!reading.scenario) throw std::runtime_error(problems);
    return *reading.scenario;
}

/// Standard error of a share of worlds whose true value is known, else the one that the run gives.
double errorOf(const Figure& figure, const MetricRow& row, std::uint64_t worlds) {
    if (figure.metric != "probability_plan_loses") return row.estimate.standardError;
    return std::sqrt(figure.exact * (1.0 - figure.exact) / static_cast<double>(worlds));
}

class Stories : public testing::TestWithParam<std::string> {};

TEST_P(Stories, GivenEachFigureOfTheStory_WhenRun_ThenItIsTheClosedFormWithinFourStandardErrors) {
    const Settings story = readStories().at(GetParam());
    for (const auto& [settings, figures] : story) {
        SCOPED_TRACE(settings);
        const core::Scenario scenario = readStory(GetParam(), settings);
        const std::shared_ptr<const RunResult> result = simulate(scenario);
        for (const Figure& figure : figures) {
            SCOPED_TRACE(figure.plan + " " + figure.metric + ": " + figure.formula);
            const auto found = std::ranges::find_if(result->metrics, [&](const MetricRow& row) {
                return row.key == RowKey{figure.plan, kAll, kAll} && row.metric == figure.metric;
            });
            ASSERT_NE(found, result->metrics.end());
            const double error = errorOf(figure, *found, scenario.run.worlds);
            // Beyond chance: the table has 10 digits.
            const double digits = 1e-9 * std::max(std::abs(figure.exact), 1.0);
            EXPECT_NEAR(found->estimate.value, figure.exact, 4.0 * error + digits);
        }
    }
}

TEST_P(Stories, GivenAFigureThatTheProgramHasInClosedForm_WhenComputed_ThenBothFormsAgree) {
    const Settings story = readStories().at(GetParam());
    for (const auto& [settings, figures] : story) {
        SCOPED_TRACE(settings);
        const core::Scenario scenario = readStory(GetParam(), settings);
        if (scenario.run.worlds > 1) continue;  // a closed form is one world's
        for (const Figure& figure : figures) {
            SCOPED_TRACE(figure.plan + " " + figure.metric + ": " + figure.formula);
            const auto plan = std::ranges::find(scenario.plans, figure.plan, &core::Plan::id);
            ASSERT_NE(plan, scenario.plans.end());
            const auto index = static_cast<std::size_t>(plan - scenario.plans.begin());
            const std::optional<double> closed = exactMetric(scenario, index, {}, figure.metric);
            if (!closed) continue;
            EXPECT_NEAR(*closed, figure.exact, 1e-6 * std::max(std::abs(figure.exact), 1.0));
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Shipped, Stories, testing::ValuesIn(storyNames()), [](const auto& story) {
    std::string name = story.param;
    std::ranges::replace(name, '-', '_');
    return name;
});

TEST(StoryTable, GivenTheTable_WhenRead_ThenItHasEveryStoryWithAFigure) {
    const auto stories = readStories();

    std::size_t figures = 0;
    for (const auto& [name, settings] : stories)
        for (const auto& [setting, list] : settings) figures += list.size();
    EXPECT_GE(stories.size(), 16U);
    EXPECT_GE(figures, 200U);
}

}  // namespace
}  // namespace breakeven::sim::stories_test
