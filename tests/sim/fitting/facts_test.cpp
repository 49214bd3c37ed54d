#include "sim/fitting/facts.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

namespace breakeven::sim::facts_test {
namespace {

std::vector<Fact> facts(std::vector<std::string> texts, std::optional<double> within = std::nullopt) {
    const FactsReading reading = readFacts(texts, within);
    EXPECT_TRUE(reading.diagnostics.empty()) << core::formatDiagnostic(reading.diagnostics.front());
    return reading.facts;
}

FamilyAnswer answerOf(Family family, const std::vector<Fact>& given) {
    for (FamilyAnswer& answer : familiesThatAgree(given))
        if (answer.family == family) return answer;
    ADD_FAILURE();
    return {};
}

TEST(Facts, GivenAMeanAndAPercentile_WhenAsked_ThenBothLognormalsAreFound) {
    // MODEL 1.6: mean 6 with P90 12: sigma = z -+ sqrt(z^2 - 2 ln 2) = 0.78 and 1.79; top tenth 31 % and 69
    // %.
    const std::vector<Fact> given = facts({"mean=6", "p90=12"});
    const FamilyAnswer answer = answerOf(Family::Lognormal, given);
    ASSERT_EQ(answer.laws.size(), 2U);
    const double z = 1.2815515655446004;
    const double root = std::sqrt(z * z - 2.0 * std::log(2.0));
    EXPECT_NEAR(answer.laws[0].law.parameters[1], z - root, 1e-7);
    EXPECT_NEAR(answer.laws[1].law.parameters[1], z + root, 1e-7);
    EXPECT_NEAR(answer.laws[0].law.parameters[1], 0.78, 0.005);
    EXPECT_NEAR(answer.laws[1].law.parameters[1], 1.79, 0.005);
    EXPECT_NEAR(topShare(answer.laws[0].law, 0.1), 0.31, 0.005);
    EXPECT_NEAR(topShare(answer.laws[1].law, 0.1), 0.69, 0.005);
    for (const Agreement& law : answer.laws) {
        EXPECT_NEAR(law.values[0], 6.0, 1e-6);
        EXPECT_NEAR(law.values[1], 12.0, 1e-6);
    }
}

TEST(Facts, GivenAPercentileTooFarAboveTheMean_WhenAsked_ThenNoLognormalAgreesAndTheBoundIsTold) {
    // e^(z^2 / 2) = 2.273 is the largest P90 / mean of a lognormal.
    const FamilyAnswer answer = answerOf(Family::Lognormal, facts({"mean=13", "p90=30"}));
    EXPECT_TRUE(answer.laws.empty());
    EXPECT_EQ(answer.whyNot, "p90 over mean is 2.308; with a lognormal law it is at most 2.273");
    const FamilyAnswer low = answerOf(Family::Weibull, facts({"mean=6", "top10=9%"}));
    EXPECT_EQ(low.whyNot.substr(0, low.whyNot.rfind(' ')),
              "top10 is 0.09; with a Weibull law it is at least");
}

TEST(Facts, GivenFactsJustInsideTheBound_WhenAsked_ThenTheTwoCloseRootsAreFound) {
    const double z = 1.2815515655446004;
    const double p90 = std::exp(0.5 * z * z - 0.5e-8);  // roots z -+ 1e-4, closer than the grid
    const FamilyAnswer answer = answerOf(Family::Lognormal, facts({"mean=1", fmt::format("p90={}", p90)}));
    ASSERT_EQ(answer.laws.size(), 2U);
    EXPECT_NEAR(answer.laws[0].law.parameters[1], z - 1e-4, 1e-6);
    EXPECT_NEAR(answer.laws[1].law.parameters[1], z + 1e-4, 1e-6);
}

TEST(Facts, GivenATopShare_WhenAsked_ThenSigmaIsTheClosedForm) {
    // MODEL 1.6: a top tenth with 75 % of the total means sigma 1.956.
    const FamilyAnswer answer = answerOf(Family::Lognormal, facts({"top10=75%", "median=180"}));
    ASSERT_EQ(answer.laws.size(), 1U);
    EXPECT_NEAR(answer.laws[0].law.parameters[1], 1.956, 0.0005);
    EXPECT_NEAR(std::exp(answer.laws[0].law.parameters[0]), 180.0, 1e-9);
    // The 80 / 20 rule: Pareto alpha = ln 5 / ln 4 = 1.161.
    const FamilyAnswer pareto = answerOf(Family::Pareto, facts({"top20=80%", "mean=10"}));
    ASSERT_EQ(pareto.laws.size(), 1U);
    EXPECT_NEAR(pareto.laws[0].law.parameters[0], std::log(5.0) / std::log(4.0), 1e-7);
}

TEST(Facts, GivenAShareAboveAnAmount_WhenAsked_ThenItIsThePercentile) {
    const auto above = answerOf(Family::Weibull, facts({"mean=6", "above12=10%"}));
    const auto percentile = answerOf(Family::Weibull, facts({"mean=6", "p90=12"}));
    ASSERT_EQ(above.laws.size(), percentile.laws.size());
    ASSERT_FALSE(above.laws.empty());
    EXPECT_NEAR(above.laws[0].law.parameters[0], percentile.laws[0].law.parameters[0], 1e-7);
    EXPECT_NEAR(above.laws[0].values[1], 0.1, 1e-9);
}

TEST(Facts, GivenTwoFacts_WhenAsked_ThenEveryLawOfEveryFamilyMeetsThem) {
    for (const auto& texts : std::vector<std::vector<std::string>>{{"mean=6", "p90=12"},
                                                                   {"median=4", "p99=80"},
                                                                   {"mean=20", "gini=0.6"},
                                                                   {"p75=9", "cv=1.7"},
                                                                   {"median=3", "top5=40%"}}) {
        SCOPED_TRACE(texts[0] + " " + texts[1]);
        const std::vector<Fact> given = facts(texts);
        std::size_t laws = 0;
        for (const FamilyAnswer& answer : familiesThatAgree(given)) {
            EXPECT_EQ(answer.laws.empty(), !answer.whyNot.empty());
            if (answer.family == Family::Exponential) continue;
            for (const Agreement& law : answer.laws) {
                for (std::size_t i = 0; i < given.size(); ++i)
                    EXPECT_NEAR(law.values[i] / given[i].value, 1.0, 1e-6);
                ++laws;
            }
        }
        EXPECT_GE(laws, 2U);
    }
}

TEST(Facts, GivenThreeFactsOfALaw_WhenAsked_ThenItsFamilyAgreesAndMeetsEachWithinRounding) {
    const Law laws[] = {{Family::Lognormal, {2.0, 1.1}}, {Family::Gamma, {0.7, 20.0}},
                        {Family::Weibull, {0.8, 9.0}},   {Family::Pareto, {2.5, 4.0}},
                        {Family::Lomax, {3.0, 30.0}},    {Family::Exponential, {12.0}}};
    for (const Law& law : laws) {
        SCOPED_TRACE(std::string(familyName(law.family)));
        const std::vector<Fact> given =
            facts({fmt::format("mean={:.2f}", meanOf(law)), fmt::format("p90={:.1f}", quantileOf(law, 0.9)),
                   fmt::format("p99={:.0f}", quantileOf(law, 0.99)),
                   fmt::format("top10={:.1f}%", 100.0 * topShare(law, 0.1)),
                   fmt::format("gini={:.2f}", giniOf(law))});
        const FamilyAnswer answer = answerOf(law.family, given);
        ASSERT_EQ(answer.laws.size(), 1U) << answer.whyNot;
        for (std::size_t i = 0; i < given.size(); ++i)
            EXPECT_LE(std::abs(answer.laws[0].values[i] - given[i].value), 1.0000001 * given[i].rounding)
                << given[i].text;
    }
}

TEST(Facts, GivenThreeFacts_WhenAsked_ThenTheRootThatMeetsAllWithinRoundingIsKept) {
    // Mean 6 and P90 12 have two roots; their medians are 4.4 and 1.2, so a median decides.
    const FamilyAnswer answer = answerOf(Family::Lognormal, facts({"mean=6.0", "p90=12.0", "median=4.4"}));
    ASSERT_EQ(answer.laws.size(), 1U);
    EXPECT_GT(*answer.laws[0].shapeLow, 0.74);
    EXPECT_LT(*answer.laws[0].shapeHigh, 0.82);
    EXPECT_NEAR(answer.laws[0].values[2], 4.4, 0.05);
    // Laws of infinite mean meet no mean.
    for (const Family family : {Family::Pareto, Family::Lomax})
        for (const Agreement& law : answerOf(family, facts({"mean=6.0", "p90=12.0", "median=4.4"})).laws)
            EXPECT_TRUE(std::isfinite(law.values[0]));
    const FamilyAnswer none = answerOf(Family::Lognormal, facts({"mean=6.0", "p90=12.0", "median=9.0"}));
    EXPECT_TRUE(none.laws.empty());
    EXPECT_TRUE(none.whyNot.starts_with("no lognormal law meets all within rounding; the nearest gives "))
        << none.whyNot;
    // A wider tolerance lets it through.
    EXPECT_FALSE(answerOf(Family::Lognormal, facts({"mean=6.0", "p90=12.0", "median=5"}, 0.2)).laws.empty());
}

TEST(Facts, GivenAnExponentialLawsFacts_WhenAsked_ThenItAgreesWithinRounding) {
    // Median = mean ln 2, P90 = mean ln 10.
    EXPECT_EQ(answerOf(Family::Exponential, facts({"mean=10.0", "median=6.9"})).laws.size(), 1U);
    const FamilyAnswer no = answerOf(Family::Exponential, facts({"mean=6.0", "p90=12.0"}));
    EXPECT_TRUE(no.laws.empty());
    EXPECT_TRUE(no.whyNot.starts_with("no exponential law meets all within rounding")) << no.whyNot;
}

TEST(Facts, GivenBadFacts_WhenRead_ThenAllProblemsAreTold) {
    const auto problems = [](std::vector<std::string> texts) {
        std::string all;
        for (const core::Diagnostic& item : readFacts(texts, {}).diagnostics)
            all += core::formatDiagnostic(item);
        return all;
    };
    EXPECT_EQ(
        problems({"mean", "p90=x", "p101=3", "top10=1.5", "mena=3", "mean=-2"}),
        "mean: error: there is no NAME=NUMBER here\n  hint: write mean=6 or p90=12\n"
        "p90=x: error: \"x\" is not a number\n  hint: write digits only, such as 12\n"
        "p101=3: error: 101 % is not between 0 and 100\n  hint: name a percentile such as p90, or a share "
        "of the users such as top10\n"
        "top10=1.5: error: the share is 1.5\n  hint: it lies between 0 and 1 (or 0% and 100%)\n"
        "mena=3: error: unknown fact \"mena\"\n  hint: use mean, median, p90 (any percentile), above12, "
        "top10, gini or cv\n"
        "mean=-2: error: the value is -2\n  hint: it must be above 0\n");
    EXPECT_EQ(problems({"mean=6"}),
              "facts: error: one number alone fits endless distributions\n  hint: give at least two facts\n");
    EXPECT_EQ(
        problems({"gini=0.6", "top10=40%"}),
        "facts: error: no fact says how much is used\n  hint: add a mean, a percentile or a share above an "
        "amount\n");
}

TEST(Facts, GivenDigits_WhenRead_ThenTheRoundingIsHalfTheLastOne) {
    const std::vector<Fact> given = facts({"mean=6", "p90=12.50", "top10=75%", "above1e2=0.1", "p50=1e3"});
    EXPECT_DOUBLE_EQ(given[0].rounding, 0.5);
    EXPECT_DOUBLE_EQ(given[1].rounding, 0.005);
    EXPECT_DOUBLE_EQ(given[2].rounding, 0.005);
    EXPECT_DOUBLE_EQ(given[3].level, 100.0);
    EXPECT_DOUBLE_EQ(given[3].rounding, 0.05);
    EXPECT_DOUBLE_EQ(given[4].rounding, 500.0);
}

}  // namespace
}  // namespace breakeven::sim::facts_test
