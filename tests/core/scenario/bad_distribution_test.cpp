// What a person sees after each mistake in a distribution or in how quantities hang together: the whole text.

#include <gtest/gtest.h>

#include "core/scenario/scenario_reader.hpp"

#include "tests/support/team_scenario.hpp"

namespace breakeven::core::bad_distribution_test {
namespace {

using tests::allProblems;

const std::string kTokens = "distribution = \"gamma\"\nmean = 5\ncv = 1";

TEST(BadDistribution,
     GivenDistributionsWithNumbersThatTheyCanNotHave_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    expectTold({
        {kTokens, "distribution = \"weibul\"\nscale = 5\nshape = 1",
         "dir/team.toml:20:16: error: unknown distribution \"weibul\"\n"
         "  hint: did you mean \"weibull\"?\n"},
        {kTokens, "distribution = \"weibull\"\nscale = 5\nshape = 0",
         "dir/team.toml:22:9: error: segment.teams.usage.tokens.shape is 0\n"
         "  hint: it must be above 0\n"},
        {kTokens, "distribution = \"weibull\"\nscale = 5\nmean = 4\nshape = 1",
         "dir/team.toml:21:9: error: segment.teams.usage.tokens: mean and scale are given together\n"
         "  hint: give one of them only\n"},
        {kTokens, "distribution = \"triangular\"\nlow = 5\nmode = 4\nhigh = 9",
         "dir/team.toml:22:8: error: segment.teams.usage.tokens: mode 4 is not from low 5 to high 9\n"
         "  hint: order them so that low <= mode <= high\n"},
        {kTokens, "distribution = \"pert\"\nlow = 5\nmode = 5\nhigh = 5",
         "dir/team.toml:19:1: error: segment.teams.usage.tokens: high 5 is not above low 5\n"
         "  hint: raise high\n"},
        {kTokens, "distribution = \"beta\"\nalpha = 2\nbeta = -1",
         "dir/team.toml:22:8: error: segment.teams.usage.tokens.beta is -1\n"
         "  hint: it must be above 0\n"},
        {kTokens, "distribution = \"exponential\"\nrate = 0",
         "dir/team.toml:21:8: error: segment.teams.usage.tokens.rate is 0\n"
         "  hint: it must be above 0\n"},
        {kTokens, "distribution = \"pareto\"\nmean = 5\ntail_index = { low = 0.9, base = 1.5, high = 2 }",
         "dir/team.toml:22:14: error: segment.teams.usage.tokens: tail_index can be 0.9, and a tail of an "
         "index "
         "up to 1 has no mean\n"
         "  hint: keep tail_index above 1, or give minimum in place of mean\n"},
        {kTokens, "distribution = \"lomax\"\nmean = 5\ntail_index = 1",
         "dir/team.toml:22:14: error: segment.teams.usage.tokens: tail_index can be 1, and a tail of an "
         "index "
         "up to 1 has no mean\n"
         "  hint: keep tail_index above 1, or give scale in place of mean\n"},
        {kTokens, "distribution = \"poisson\"\nmean = 0",
         "dir/team.toml:21:8: error: segment.teams.usage.tokens.mean is 0\n"
         "  hint: it must be above 0\n"},
        {kTokens, "distribution = \"geometric\"\nmean = 0.5",
         "dir/team.toml:21:8: error: segment.teams.usage.tokens.mean is 0.5\n"
         "  hint: it must be at least 1\n"},
        {kTokens, "distribution = \"geometric\"\nprobability = 0",
         "dir/team.toml:21:15: error: segment.teams.usage.tokens.probability is 0\n"
         "  hint: it must be above 0 and at most 1\n"},
        {kTokens, "distribution = \"negative_binomial\"\nmean = 4\ncv = 0.5",
         "dir/team.toml:22:6: error: segment.teams.usage.tokens: cv 0.5 is not above 0.5, that of a Poisson "
         "law "
         "with this mean\n"
         "  hint: raise cv, or use distribution = \"poisson\"\n"},
        {kTokens, "distribution = \"discrete\"\nvalues = [1, 2]\nweights = [1]",
         "dir/team.toml:22:11: error: segment.teams.usage.tokens: 1 weights for 2 values\n"
         "  hint: give one weight for each value\n"},
        {kTokens, "distribution = \"discrete\"\nvalues = [1, -2]",
         "dir/team.toml:21:14: error: segment.teams.usage.tokens.values.2 is -2\n"
         "  hint: it must be at least 0\n"},
        {kTokens, "distribution = \"discrete\"\nvalues = [1, 2]\nweights = [0, 0]",
         "dir/team.toml:22:11: error: segment.teams.usage.tokens: all weights are 0\n"
         "  hint: give one of them more\n"},
        {kTokens, "distribution = \"mixture\"\ncomponents = [ { distribution = \"poisson\", mean = -1 } ]",
         "dir/team.toml:21:51: error: segment.teams.usage.tokens.components.1.mean is -1\n"
         "  hint: it must be above 0\n"},
        {kTokens,
         "distribution = \"mixture\"\ncomponents = [ { distribution = \"poisson\", mean = 1, persistence = 1 "
         "} ]",
         "dir/team.toml:21:68: error: segment.teams.usage.tokens.components.1: unknown key \"persistence\"\n"
         "  hint: known keys: distribution, mean, truncated\n"},
        {kTokens, "distribution = \"mixture\"\nweights = [1]",
         "dir/team.toml:19:1: error: segment.teams.usage.tokens: there is no component\n"
         "  hint: write components = [ { distribution = \"…\" }, … ]\n"
         "dir/team.toml:21:11: error: segment.teams.usage.tokens: 1 weights for 0 components\n"
         "  hint: give one weight for each component\n"},
        {kTokens,
         "distribution = \"spliced\"\nbody = { distribution = \"uniform\", low = 5, high = 9 }\n"
         "threshold = 5\ntail_weight = 1.1\ntail_index = 2.5",
         "dir/team.toml:23:15: error: segment.teams.usage.tokens.tail_weight is 1.1\n"
         "  hint: it must be from 0 to 1\n"},
        {kTokens,
         "distribution = \"spliced\"\nbody = { distribution = \"uniform\", low = 5, high = 9 }\n"
         "threshold = 5\ntail_weight = 0.1\ntail_index = 2.5",
         "dir/team.toml:22:13: error: segment.teams.usage.tokens: the body has nothing below the threshold "
         "5\n"
         "  hint: raise the threshold\n"},
        {kTokens, "distribution = \"gamma\"\nmean = 5\ncv = 1\ntruncated = { low = 9, high = 4 }",
         "dir/team.toml:23:13: error: segment.teams.usage.tokens.truncated: high 4 is below low 9\n"
         "  hint: raise high\n"},
        {kTokens, "distribution = \"uniform\"\nlow = 5\nhigh = 9\ntruncated = { low = 9.5 }",
         "dir/team.toml:23:13: error: segment.teams.usage.tokens.truncated: the law has nothing there\n"
         "  hint: widen the range, or move the law\n"},
        {kTokens, "distribution = \"gamma\"\nmean = 5\ncv = 1\ntruncated = {}",
         "dir/team.toml:23:13: error: segment.teams.usage.tokens.truncated: neither low nor high is given\n"
         "  hint: give one of them\n"},
    });
}

TEST(BadDistribution, GivenATailWithoutAMean_WhenRead_ThenTheConsequenceIsWarnedOf) {
    std::string text = kGood;
    text.replace(text.find(kTokens), kTokens.size(), "distribution = \"lomax\"\nscale = 5\ntail_index = 0.8");
    const ScenarioReading reading = read(text);
    ASSERT_TRUE(reading.scenario);
    EXPECT_EQ(
        allProblems(reading),
        "dir/team.toml:22:14: warning: segment.teams.usage.tokens: the tail index can be 0.8: the mean is "
        "infinite, so a simulated mean of it, of its cost or margin says nothing\n"
        "  hint: raise the tail index above 1, truncate the law, or read medians and shares only\n");
    text.replace(text.find("tail_index = 0.8"), 16, "tail_index = 1.8");
    ASSERT_TRUE(read(text).scenario);
    ASSERT_FALSE(read(text).lints.empty());
    EXPECT_EQ(
        formatDiagnostic(read(text).lints[0]),
        "dir/team.toml:22:14: warning: segment.teams.usage.tokens: the tail index can be 1.8: the variance "
        "is infinite, so simulated means get no interval\n"
        "  hint: truncate the law, or compare exact values, medians and shares\n");
    text.replace(text.find("tail_index = 1.8"), 16, "tail_index = 1.8\ntruncated = { high = 1_000 }");
    for (const Diagnostic& item : read(text).lints)
        EXPECT_EQ(item.problem.find("variance"), std::string::npos) << item.problem;
}

TEST(BadDistribution, GivenDependenceThatCanNotBe_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    const std::string pair = "[beliefs]\n[[beliefs.correlation]]\nbetween = [\"";
    const std::string median = "segment.teams.usage.requests.median";
    expectTold({
        {"weight = 1", "copula = \"clayton\"",
         "dir/team.toml:14:10: error: unknown copula \"clayton\"\n"
         "  hint: use one of gaussian, t\n"},
        {"weight = 1", "copula = \"t\"",
         "dir/team.toml:12:1: error: segment.teams.degrees_of_freedom is missing\n"
         "  hint: add `degrees_of_freedom = …` to this table\n"},
        {"weight = 1", "copula = \"t\"\ndegrees_of_freedom = 0.5",
         "dir/team.toml:15:22: error: segment.teams.degrees_of_freedom is 0.5\n"
         "  hint: it must be at least 1\n"},
        {"weight = 1", "degrees_of_freedom = 4",
         "dir/team.toml:14:22: error: segment.teams: degrees_of_freedom belongs to the copula \"t\"\n"
         "  hint: write copula = \"t\", or remove it\n"},
        {"weight = 1", "repair_correlation = 1",
         "dir/team.toml:14:22: error: segment.teams.repair_correlation must be true or false\n"
         "  hint: write it without quotes\n"},
        {"[cost]", pair + "segment.teams.usage.requests.medan\", \"" + median + "\"]\npearson = 0.5\n[cost]",
         "dir/team.toml:38:12: error: there is no belief \"segment.teams.usage.requests.medan\"\n"
         "  hint: did you mean \"segment.teams.usage.requests.median\"?\n"},
        {"[cost]", pair + median + "\", \"" + median + "\"]\npearson = 0.5\n[cost]",
         "dir/team.toml:38:11: error: a belief is correlated with itself\n"
         "  hint: name two different beliefs\n"},
        {"[cost]", "[beliefs]\n[[beliefs.correlation]]\npearson = 0.5\n[cost]",
         "dir/team.toml:37:1: error: between must name two beliefs\n"
         "  hint: write between = [\"cost.serving_share\", \"plan.pro.fee\"]\n"},
    });
}

TEST(BadDistribution, GivenImpossibleCorrelationsToBeRepaired_WhenRead_ThenTheChangeIsTold) {
    std::string text = kGood;
    text.replace(text.find("weight = 1"), 10, "repair_correlation = true");
    text.replace(text.find("pearson = 0.8"), 13, "pearson = -0.8");
    const ScenarioReading reading = read(text);
    ASSERT_TRUE(reading.scenario) << allProblems(reading);
    EXPECT_EQ(
        allProblems(reading),
        "dir/team.toml:12:1: warning: segment \"teams\": the correlations contradict each other; the nearest "
        "possible ones are taken, of normal scores: \"requests\" with \"tokens\" 0.9 -> 0.527, \"requests\" "
        "with \"images\" -0.8 -> -0.445, \"tokens\" with \"images\" 0.9 -> 0.527\n"
        "  hint: move the correlations towards 0, so that they are those that are written\n");
}

TEST(BadDistribution, GivenABeliefThatSetMakesAPoint_WhenRead_ThenItsCorrelationGoesWithoutComplaint) {
    std::string text = kGood;
    text.replace(text.find("[cost]"), 6,
                 "[beliefs]\n[[beliefs.correlation]]\nbetween = [\"segment.teams.usage.requests.median\", "
                 "\"plan.pro.fee\"]\nspearman = 0.5\n[cost]");
    text.replace(text.find("fee = 20"), 8, "fee = { low = 10, base = 20, high = 30 }");
    ASSERT_EQ(read(text).scenario.value().beliefCorrelations.size(), 1U);
    const ScenarioReading set = read(text, {{"plan.pro.fee", "25"}});
    ASSERT_TRUE(set.scenario) << allProblems(set);
    EXPECT_TRUE(set.scenario->beliefCorrelations.empty());
}

}  // namespace
}  // namespace breakeven::core::bad_distribution_test
