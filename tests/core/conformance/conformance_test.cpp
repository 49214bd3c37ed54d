#include "core/conformance/conformance.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "core/text/file_bytes.hpp"
#include "core/units/decimal.hpp"

namespace breakeven::core::conformance_test {
namespace {

using nlohmann::json;

const std::string kAnswers = std::string(BREAKEVEN_SOURCE_ROOT) + "/tests/known_answers/";

json casesOf(const std::string& name) {
    return json::parse(fileBytes(kAnswers + name, 1U << 24));
}

std::string listing(const ConformanceReport& report) {
    std::string text;
    for (const CaseOutcome& item : report.cases) {
        for (const Difference& difference : item.differences)
            text += item.id + ": " + difference.what + " " + difference.expected + " rated " +
                    difference.rated + "\n";
        for (const Diagnostic& problem : item.problems) text += formatDiagnostic(problem);
    }
    return text;
}

ConformanceReport reportOn(const json& cases) {
    return checkConformance(cases.dump(1), "cases.json");
}

/// The one problem of a case, which is built from a good one by `change`.
std::string problemAfter(const json& change) {
    json item = {{"id", "one"},
                 {"model", "per_unit"},
                 {"price", {{"unit_amount", "2"}}},
                 {"usage", "3"},
                 {"expected", "6"}};
    item.merge_patch(change);
    const ConformanceReport report = reportOn(json::array({item}));
    std::string text;
    for (const Diagnostic& problem : report.cases.at(0).problems)
        text += problem.problem + " | " + problem.remedy;
    return text;
}

TEST(Conformance, GivenTheCasesOfRealBillingSystems_WhenRated_ThenAll322ComeOutAsExpected) {
    const ConformanceReport report = reportOn(casesOf("billing_vectors.json"));
    EXPECT_EQ(report.cases.size(), 322U);
    EXPECT_EQ(report.equalCount(), 322U) << listing(report);
}

TEST(Conformance, GivenCasesWorkedOutByHand_WhenRated_ThenAllComeOutAsExpected) {
    const ConformanceReport report = reportOn(casesOf("billing_more.json"));
    EXPECT_EQ(report.equalCount(), report.cases.size()) << listing(report);
    EXPECT_GE(report.cases.size(), 79U);
}

TEST(Conformance, GivenEveryExpectedFigureMovedByOneUnitOfItsLastDigit_WhenRated_ThenNoCaseIsEqual) {
    json cases = casesOf("billing_vectors.json");
    for (json& item : cases) {
        const auto text = item["expected"].get<std::string>();
        const std::size_t point = text.find('.');
        const std::size_t places = point == std::string::npos ? 0 : text.size() - point - 1;
        const std::string unit = places == 0 ? "1" : "0." + std::string(places - 1, '0') + "1";
        item["expected"] = (*Decimal::parse(text) + *Decimal::parse(unit)).text();
    }
    const ConformanceReport report = reportOn(cases);
    EXPECT_EQ(report.equalCount(), 0U);
    for (const CaseOutcome& item : report.cases) EXPECT_TRUE(item.problems.empty()) << item.id;
}

TEST(Conformance, GivenEveryExpectedPartMoved_WhenRated_ThenEachIsADifference) {
    json cases = casesOf("billing_vectors.json");
    std::size_t moved = 0;
    const auto move = [&](json& figure) {
        figure = (*Decimal::parse(figure.get<std::string>()) + Decimal(1)).text();
        ++moved;
    };
    for (json& item : cases) {
        if (!item.contains("expected_parts")) continue;
        for (auto& [name, part] : item["expected_parts"].items()) {
            if (part.is_string())
                move(part);
            else
                for (auto& [key, figure] : part.items()) move(figure);
        }
    }
    std::size_t found = 0;
    for (const CaseOutcome& item : reportOn(cases).cases) found += item.differences.size();
    EXPECT_GT(moved, 100U);
    EXPECT_EQ(found, moved);
}

TEST(Conformance, GivenACaseThatCannotBeRated_WhenChecked_ThenItsProblemIsToldWithThePlace) {
    EXPECT_EQ(problemAfter({{"model", "per_uint"}}),
              "case \"one\": model: unknown model \"per_uint\" | the models are listed in "
              "scenarios/CONFORMANCE.md");
    EXPECT_EQ(problemAfter({{"price", {{"unit_amonut", "2"}}}}),
              "case \"one\": price: unknown key \"unit_amonut\" | did you mean \"unit_amount\"?");
    EXPECT_EQ(
        problemAfter({{"usage", 1.5}}),
        "case \"one\": usage: must be a decimal string | write the number in quotes, such as \"12.50\"");
    EXPECT_EQ(problemAfter({{"usage", "1,5"}}),
              "case \"one\": usage: \"1,5\" is not a number of at most 76 digits | write digits with a "
              "point, such as \"12.50\"");
    EXPECT_EQ(problemAfter({{"context", {{"already", "2"}}}}).substr(0, 42),
              "case \"one\": context: unknown key \"already\"");
    EXPECT_EQ(problemAfter({{"expected", nullptr}}), "case \"one\": case: \"expected\" is missing | ");
    EXPECT_EQ(problemAfter({{"hint", "x"}}).substr(0, 36), "case \"one\": case: unknown key \"hint\"");
    const json tiers = {
        {"model", "graduated"},
        {"price",
         {{"unit_amount", nullptr}, {"tiers", json::parse(R"([{"up_to":"10","unit_amount":"1"}])")}}}};
    json above = tiers;
    above["usage"] = "11";
    EXPECT_EQ(problemAfter(above), "case \"one\": the quantity is above the last tier's up_to | ");
    json falling = tiers;
    falling["price"]["tiers"] = json::parse(R"([{"up_to":"10","unit_amount":"1"},{"up_to":"10"}])");
    EXPECT_EQ(problemAfter(falling),
              "case \"one\": price.tiers[1].up_to: is 10, not above 10 | order the tiers by up_to");
    EXPECT_EQ(
        problemAfter({{"model", "package"},
                      {"price", {{"unit_amount", nullptr}, {"package_size", "0"}, {"package_amount", "1"}}}}),
        "case \"one\": price.package_size: is 0, but must be above 0 | ");
    EXPECT_EQ(
        problemAfter({{"model", "unit_conversion"},
                      {"price", {{"unit_amount", nullptr}, {"operation", "divide"}, {"factor", "-1"}}}}),
        "case \"one\": price.factor: is -1, but must be above 0 | ");
    EXPECT_EQ(
        problemAfter({{"model", "proration"},
                      {"price", {{"unit_amount", nullptr}, {"amount", "1"}, {"method", "days_inclusive"}}},
                      {"usage", {{"days", "1"}, {"days_in_period", "0"}}}}),
        "case \"one\": the period has no length | ");
}

TEST(Conformance, GivenAProductBeyond76Digits_WhenRated_ThenItIsRefusedAndNotRounded) {
    const std::string long40 = "1234567890123456789012345678901234567890.1";
    const std::string text = problemAfter({{"price", {{"unit_amount", long40}}}, {"usage", long40}});
    EXPECT_EQ(text.substr(0, 39), "case \"one\": it can't be rated exactly: ") << text;
}

TEST(Conformance, GivenAnEarlierCaseThatFails_WhenChecked_ThenTheOthersAreStillRatedAndTheLineIsNamed) {
    const std::string text =
        "[ {\"id\": \"a\", \"model\": \"flat\", \"price\": {\"amount\": \"x\"}, \"expected\": \"1\"},\n"
        "  {\"id\": \"b\", \"model\": \"flat\", \"price\": {\"amount\": \"2\"}, \"expected\": \"1\"},\n"
        "  {\"id\": \"c\", \"model\": \"flt\", \"expected\": \"1\"} ]";
    const ConformanceReport report = checkConformance(text, "f.json");
    ASSERT_EQ(report.cases.size(), 3U);
    EXPECT_EQ(report.cases[0].problems.at(0).where, (SourcePoint{"f.json", 1, 10}));
    EXPECT_EQ(report.cases[1].differences.at(0).rated, "2");
    EXPECT_EQ(report.cases[2].problems.at(0).where, (SourcePoint{"f.json", 3, 10}));
    EXPECT_EQ(json::parse(conformanceJson(report))["unequal"].size(), 3U);
}

TEST(Conformance, GivenATextThatIsNoListOfCases_WhenChecked_ThenTheFileIsRefused) {
    EXPECT_EQ(checkConformance("[ 1,\n 2", "f").problems.at(0).where, (SourcePoint{"f", 2, 1}));
    EXPECT_EQ(checkConformance("{}", "f").problems.at(0).problem, "there is no list of cases");
    EXPECT_EQ(checkConformance("[]", "f").problems.at(0).problem, "the list of cases is empty");
    EXPECT_EQ(checkConformance("[3]", "f").cases.at(0).problems.at(0).problem,
              "case \"1\": case: must be an object");
}

}  // namespace
}  // namespace breakeven::core::conformance_test
