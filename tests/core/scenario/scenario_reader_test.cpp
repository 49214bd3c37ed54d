#include "core/scenario/scenario_reader.hpp"

#include <gtest/gtest.h>

#include <string>

namespace breakeven::core::scenario_reader_test {
namespace {

const std::string kSmall = R"(format = 1
name = "small"
currency = "USD"
[run]
users = 100
[[meter]]
id = "requests"
unit = "request"
[[meter]]
id = "tokens"
[[segment]]
id = "teams"
[segment.usage.tokens]
per = "requests"
distribution = "constant"
value = 10
[segment.usage.requests]
distribution = "lognormal"
median = { low = 90, base = 180, high = 360, shape = "log-pert", source = "assumed" }
sigma = 1.2
[cost]
serving_share = { low = 0.2, base = 0.35, high = 0.6 }
[[cost.rate]]
meter = "tokens"
amount = 0.01
[[plan]]
id = "pro"
fee = 20
[[plan.charge]]
id = "tokens"
meter = "tokens"
model = "graduated"
tiers = [ { up_to = 100, unit_amount = 0 }, { unit_amount = 0.5 } ]
)";

ScenarioReading read(const std::string& text, const std::vector<Override>& overrides = {}) {
    return readScenarioText(text, "small.toml", overrides, [](const std::string& name) -> std::string {
        if (name == "usage.csv") return "user,tokens\na,1\nb,\nc,7\n";
        throw Error(
            Error::Kind::Input,
            {Severity::Error, {name, 0, 0}, "there is no such file", "check the name and the folder"});
    });
}

std::string edited(const std::string& from, const std::string& to) {
    std::string text = kSmall;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
}

std::string allProblems(const ScenarioReading& reading) {
    std::string all;
    for (const Diagnostic& item : reading.diagnostics) all += formatDiagnostic(item);
    return all;
}

TEST(ScenarioReader, GivenAGoodScenario_WhenRead_ThenEveryPartIsThere) {
    const ScenarioReading reading = read(kSmall);
    ASSERT_TRUE(reading.scenario) << allProblems(reading);
    const Scenario& s = *reading.scenario;
    EXPECT_EQ(s.run.users, 100U);
    EXPECT_EQ(s.meters[1].unit, "tokens");
    // Parents come first, whatever the file's order.
    EXPECT_EQ(s.segments[0].usages[0].meter, 0U);
    EXPECT_EQ(s.segments[0].usages[1].per, std::optional<std::size_t>(0));
    ASSERT_EQ(s.beliefs.size(), 2U);
    EXPECT_EQ(s.beliefs[0].path, "segment.teams.usage.requests.median");
    EXPECT_EQ(s.beliefs[0].belief.shape, BeliefShape::LogPert);
    EXPECT_EQ(s.beliefs[1].path, "cost.serving_share");
    EXPECT_EQ(s.sources.front().source, "assumed");
    EXPECT_EQ(s.cost.rates[0].id, "tokens");
    EXPECT_EQ(std::get<GraduatedPrice>(s.plans[0].charges[0].price).tiers[1].unitAmount.base, 0.5);
}

struct BadInput {
    std::string from, to, expected;
};

TEST(ScenarioReader, GivenBadInput_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    const std::vector<BadInput> cases{
        {"fee = 20", "fe = 20",
         "small.toml:28:6: error: plan: unknown key \"fe\"\n  hint: did you mean \"fee\"?\n"},
        {"fee = 20", "fee = \"20\"",
         "small.toml:28:7: error: plan.pro.fee must be a number\n  hint: write a number such as 200 or 0.35, "
         "without quotes\n"},
        {"fee = 20", "fee = -1",
         "small.toml:28:7: error: plan.pro.fee is -1\n  hint: it must be at least 0\n"},
        {"fee = 20", "fee = nan",
         "small.toml:28:7: error: plan.pro.fee is nan\n  hint: give a finite number\n"},
        {"up_to = 100, unit_amount = 0 }, { unit_amount = 0.5",
         "up_to = 100 }, { up_to = 50 }, { unit_amount = 0.5",
         "small.toml:33:38: error: plan.pro.charge.tokens: up_to of tier 2 is 50, not above tier 1's 100\n  "
         "hint: order the tiers by up_to, or remove tier 2\n"},
        {"{ unit_amount = 0.5 }", "{ up_to = 200, unit_amount = 0.5 }",
         "small.toml:33:55: error: plan.pro.charge.tokens: the last tier ends at 200\n  hint: remove its "
         "up_to, so that any usage has a price\n"},
        {"meter = \"tokens\"\namount", "meter = \"token\"\namount",
         "small.toml:24:9: error: there is no meter \"token\"\n  hint: did you mean \"tokens\"?\n"},
        {"id = \"tokens\"\n[[segment]]", "id = \"requests\"\n[[segment]]",
         "two meters have the id \"requests\"\n  hint: give each its own id\n"},
        {"id = \"pro\"", "id = \"all\"", "the id \"all\", which names the total in results"},
        {"low = 0.2, base = 0.35", "low = 0.5, base = 0.35",
         "cost.serving_share: low 0.5, base 0.35, high 0.6 are not in ascending order"},
        {"distribution = \"lognormal\"", "distribution = \"pareto\"",
         "segment.teams.usage.requests: none of mean, minimum is given"},
        {"distribution = \"constant\"\nvalue = 10",
         "distribution = \"empirical\"\nfile = \"none.csv\"\ncolumn = \"x\"",
         "small.toml:16:8: error: none.csv: there is no such file\n  hint: check the name and the folder\n"},
        {"fee = 20", "fee = 1e400", "this is not TOML"},
        {"per = \"requests\"", "per = \"tokens\"", "in a ring back to it"},
    };
    for (const BadInput& item : cases) {
        SCOPED_TRACE(item.to);
        const ScenarioReading reading = read(edited(item.from, item.to));
        EXPECT_FALSE(reading.scenario);
        EXPECT_NE(allProblems(reading).find(item.expected), std::string::npos) << allProblems(reading);
    }
}

TEST(ScenarioReader, GivenSeveralProblems_WhenRead_ThenAllAreReportedInOrder) {
    std::string text = edited("fee = 20", "fee = -1");
    text.replace(text.find("sigma = 1.2"), 11, "sigma = -2");
    const ScenarioReading reading = read(text);
    ASSERT_EQ(reading.diagnostics.size(), 2U) << allProblems(reading);
    EXPECT_LT(reading.diagnostics[0].where.line, reading.diagnostics[1].where.line);
}

TEST(ScenarioReader, GivenEmptyAndBinaryText_WhenRead_ThenTheyAreRefused) {
    EXPECT_EQ(allProblems(read("  \n")),
              "small.toml: error: the file is empty\n  hint: begin with format = 1 and name = \"…\"\n");
    EXPECT_EQ(allProblems(read(std::string("a\0b", 3))),
              "small.toml: error: this is a binary file, not a scenario\n  hint: name a .toml file\n");
    EXPECT_EQ(readScenarioFile("no-such-file.toml").diagnostics.front().problem, "there is no such file");
    EXPECT_EQ(readScenarioFile(".").diagnostics.front().problem, "this is a folder");
}

TEST(ScenarioReader, GivenContradictingCorrelations_WhenRead_ThenThePairIsNamed) {
    std::string text = edited("[[segment]]", "[[meter]]\nid = \"images\"\n[[segment]]");
    const auto pair = [](const char* a, const char* b, const char* r) {
        return std::string("[[segment.correlation]]\nbetween = [\"") + a + "\", \"" + b +
               "\"]\npearson = " + r + "\n";
    };
    text.replace(text.find("[cost]"), 6,
                 "[segment.usage.images]\ndistribution = \"lognormal\"\nmedian = 1\nsigma = 1\n" +
                     pair("requests", "tokens", "0.9") + pair("tokens", "images", "0.9") +
                     pair("requests", "images", "-0.9") + "[cost]");
    EXPECT_NE(allProblems(read(text))
                  .find("segment \"teams\": the correlations contradict each other; \"images\" with "
                        "\"requests\" (-0.9) does not fit the others"),
              std::string::npos)
        << allProblems(read(text));
}

TEST(ScenarioReader, GivenOverrides_WhenRead_ThenTheyEqualTheEditedText) {
    const auto hashOf = [](const ScenarioReading& reading) {
        EXPECT_TRUE(reading.scenario) << allProblems(reading);
        return reading.scenario ? reading.scenario->hash : "";
    };
    EXPECT_EQ(hashOf(read(kSmall, {{"plan.pro.fee", "25"}})), hashOf(read(edited("fee = 20", "fee = 25.0"))));
    EXPECT_EQ(hashOf(read(kSmall, {{"plan.pro.charge.tokens.tiers.2.unit_amount", "0.7"}})),
              hashOf(read(edited("unit_amount = 0.5", "unit_amount = 0.7"))));
    EXPECT_EQ(hashOf(read(kSmall, {{"segment.teams.usage.requests.median.base", "133"}})),
              hashOf(read(edited("base = 180", "base = 133"))));
    EXPECT_EQ(hashOf(read(kSmall, {{"cost.serving_share", "0.3"}})),
              hashOf(read(edited("{ low = 0.2, base = 0.35, high = 0.6 }", "0.3"))));
    EXPECT_EQ(hashOf(read(kSmall, {{"cost.rate.tokens.amount", "0.02"}})),
              hashOf(read(edited("amount = 0.01", "amount = 0.02"))));
    EXPECT_EQ(read(kSmall, {{"run.users", "5_000"}}).scenario->run.users, 5000U);
    EXPECT_EQ(read(kSmall, {{"run.sampling", "random"}}).scenario->run.sampling, Sampling::Random);
    EXPECT_EQ(
        allProblems(read(kSmall, {{"plan.prp.fee", "25"}})),
        "--set plan.prp.fee=25: error: the scenario has no \"prp\" here\n  hint: did you mean \"pro\"?\n");
}

TEST(ScenarioReader, GivenTextThatChangesNoNumber_WhenHashed_ThenTheHashStays) {
    const std::string hash = read(kSmall).scenario->hash;
    EXPECT_EQ(read("# a comment\n" + kSmall).scenario->hash, hash);
    EXPECT_EQ(read(edited("users = 100", "users = 200")).scenario->hash, hash);
    EXPECT_EQ(read(edited("fee = 20", "fee = { value = 20.0, source = \"seen\" }")).scenario->hash, hash);
    EXPECT_NE(read(edited("fee = 20", "fee = 21")).scenario->hash, hash);
    // A key named value is not all that its table says.
    EXPECT_NE(read(edited("value = 10", "value = 10\ndormant = 0.5")).scenario->hash, hash);
}

TEST(ScenarioReader, GivenAnEmpiricalColumn_WhenRead_ThenItIsSortedAndMissingCellsAreTold) {
    const ScenarioReading reading =
        read(edited("distribution = \"constant\"\nvalue = 10",
                    "distribution = \"empirical\"\nfile = \"usage.csv\"\ncolumn = \"tokens\""));
    ASSERT_TRUE(reading.scenario) << allProblems(reading);
    EXPECT_EQ(*std::get<Empirical>(reading.scenario->segments[0].usages[1].distribution).sorted,
              (std::vector<double>{1.0, 7.0}));
    EXPECT_EQ(reading.scenario->inputs.size(), 1U);
    EXPECT_EQ(allProblems(reading),
              "small.toml:17:10: warning: usage.csv: 1 cells of \"tokens\" are empty and left out\n  hint: "
              "write 0 where there was no use\n");
}

}  // namespace
}  // namespace breakeven::core::scenario_reader_test
