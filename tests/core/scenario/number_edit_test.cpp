#include "core/scenario/number_edit.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "core/scenario/scenario_reader.hpp"

namespace breakeven::core::number_edit_test {
namespace {

constexpr const char* kText =
    "# Für Teams: ü stays\r\n"
    "format = 1\r\n"
    "[run]\r\n"
    "users = 10\r\n"
    "[[segment]]\r\n"
    "id = \"teams\"\r\n"
    "usage.requests = { distribution = \"constant\", value = { low = 1, base = 2.5, high = 1_000, source = "
    "\"größer\" } }\r\n"
    "[[cost.rate]]\r\n"
    "meter = \"requests\"\r\n"
    "amount = { value = 4e1, source = \"list\" } # per request\r\n"
    "[[plan]]\r\n"
    "id = \"pro\"\r\n"
    "fee = 200.0   # a month\r\n"
    "[[plan.charge]]\r\n"
    "tiers = [ { up_to = 5, unit_amount = 0 }, { unit_amount = 12.5 } ]\r\n";

TEST(ScenarioNumbers, GivenPointsBeliefsAndTiers_WhenListed_ThenEachStandsOnceInTheOrderOfTheFile) {
    const std::vector<ScenarioNumber> numbers = scenarioNumbers(kText);
    const std::vector<ScenarioNumber> expected{
        {"segment.teams.usage.requests.value", 2.5, 1.0, 1000.0, "pert", "größer"},
        {"cost.rate.requests.amount", 40.0, {}, {}, "", "list"},
        {"plan.pro.fee", 200.0, {}, {}, "", ""},
        {"plan.pro.charge.1.tiers.1.up_to", 5.0, {}, {}, "", ""},
        {"plan.pro.charge.1.tiers.1.unit_amount", 0.0, {}, {}, "", ""},
        {"plan.pro.charge.1.tiers.2.unit_amount", 12.5, {}, {}, "", ""},
    };
    EXPECT_EQ(numbers, expected);
}

TEST(ScenarioNumbers, GivenTextThatIsNoToml_WhenListed_ThenThereIsNone) {
    EXPECT_TRUE(scenarioNumbers("fee = = 3").empty());
}

TEST(WithNumber, GivenAPoint_WhenReplaced_ThenOnlyItsDigitsChange) {
    std::string expected = kText;
    expected.replace(expected.find("200.0"), 5, "349.5");
    EXPECT_EQ(withNumber(kText, "plan.pro.fee", NumberPart::Value, 349.5), expected);
}

TEST(WithNumber, GivenABeliefBehindNonAsciiText_WhenItsHighIsReplaced_ThenTheColumnIsFound) {
    std::string expected = kText;
    expected.replace(expected.find("1_000"), 5, "750");
    EXPECT_EQ(withNumber(kText, "segment.teams.usage.requests.value", NumberPart::High, 750.0), expected);
}

TEST(WithNumber, GivenAPathThatIsNoNumber_WhenReplaced_ThenThereIsNothing) {
    EXPECT_EQ(withNumber(kText, "plan.pro", NumberPart::Value, 1.0), std::nullopt);
    EXPECT_EQ(withNumber(kText, "plan.pro.fee", NumberPart::Low, 1.0), std::nullopt);
}

TEST(WithNumber, GivenEveryNumberOfAScenario_WhenReplaced_ThenReadingGivesWhatSetGives) {
    const std::string path = BREAKEVEN_SOURCE_ROOT "/tests/data/core/scenario/each_key.toml";
    std::ifstream stream(path);
    const std::string text{std::istreambuf_iterator<char>(stream), {}};
    const auto open = [](const std::string& name) {
        std::ifstream file(BREAKEVEN_SOURCE_ROOT "/tests/data/core/scenario/" + name);
        return std::string{std::istreambuf_iterator<char>(file), {}};
    };
    const std::vector<ScenarioNumber> numbers = scenarioNumbers(text);
    ASSERT_GT(numbers.size(), 40U);
    std::size_t accepted = 0;
    for (const ScenarioNumber& number : numbers) {
        if (number.low) continue;
        const double changed = number.value * 1.01;
        const auto edited = withNumber(text, number.path, NumberPart::Value, changed);
        ASSERT_TRUE(edited) << number.path;
        const auto fromText = readScenarioText(*edited, path, {}, open);
        const auto fromSet = readScenarioText(text, path, {{number.path, std::to_string(changed)}}, open);
        ASSERT_EQ(fromText.scenario.has_value(), fromSet.scenario.has_value()) << number.path;
        if (!fromText.scenario) continue;
        ++accepted;
        const auto again = scenarioNumbers(*edited);
        const auto found = std::ranges::find(again, number.path, &ScenarioNumber::path);
        ASSERT_NE(found, again.end());
        EXPECT_DOUBLE_EQ(found->value, changed);
    }
    EXPECT_GT(accepted, 20U);
}

}  // namespace
}  // namespace breakeven::core::number_edit_test
