// What a person sees after each kind of mistake in a scenario: the whole text, so place, problem and remedy.

#include <gtest/gtest.h>

#include "core/scenario/scenario_reader.hpp"

#include "tests/support/team_scenario.hpp"

namespace breakeven::core::bad_input_test {
namespace {

using tests::allProblems;

TEST(BadInput, GivenKeysAndTypesThatAreWrong_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    expectTold({
        {"fee = 20", "fees = 20",
         "dir/team.toml:42:8: error: plan: unknown key \"fees\"\n"
         "  hint: did you mean \"fee\"?\n"},
        {"users = 100", "user = 100",
         "dir/team.toml:5:8: error: run: unknown key \"user\"\n"
         "  hint: did you mean \"users\"?\n"},
        {"[cost]", "[costs]\n[cost]",
         "dir/team.toml:36:1: error: the scenario: unknown key \"costs\"\n"
         "  hint: did you mean \"cost\"?\n"},
        {"fee = 20", "seats = 3",
         "dir/team.toml:42:9: error: plan: \"seats\" is not offered by this version\n"
         "  hint: remove the key\n"},
        {"fee = 20", "fee = \"20\"",
         "dir/team.toml:42:7: error: plan.pro.fee must be a number\n"
         "  hint: write a number such as 200 or 0.35, without quotes\n"},
        {"fee = 20", "fee = true",
         "dir/team.toml:42:7: error: plan.pro.fee must be a number\n"
         "  hint: write a number such as 200 or 0.35, without quotes\n"},
        {"fee = 20", "fee = [20]",
         "dir/team.toml:42:7: error: plan.pro.fee must be a number\n"
         "  hint: write a number such as 200 or 0.35, without quotes\n"},
        {"fee = 20", "fee = { base = 20 }",
         "dir/team.toml:42:7: error: plan.pro.fee: the belief has no \"low\"\n"
         "  hint: give low, base and high\n"
         "dir/team.toml:42:7: error: plan.pro.fee: the belief has no \"high\"\n"
         "  hint: give low, base and high\n"},
        {"fee = 20", "fee = { value = 20, source = 3 }",
         "dir/team.toml:42:30: error: plan.pro.fee: \"source\" must be a text\n"
         "  hint: write it in quotes\n"},
        {"users = 100", "users = 1.5",
         "dir/team.toml:5:9: error: run.users must be a whole number from 2 to 4294967295\n"
         "  hint: write digits only, such as 10_000\n"},
        {"name = \"team\"", "name = 3",
         "dir/team.toml:2:8: error: \"name\" must be a text\n"
         "  hint: write it in quotes\n"},
        {"name = \"team\"", "name = \"Team\"",
         "dir/team.toml:2:8: error: the name is \"Team\"\n"
         "  hint: use small letters, digits and - only\n"},
        {"currency = \"USD\"", "currency = \"usd\"",
         "dir/team.toml:3:12: error: the currency is \"usd\"\n"
         "  hint: write its ISO 4217 code, such as \"USD\"\n"},
        {"format = 1", "format = 2",
         "dir/team.toml:1:10: error: this version reads format 1\n"
         "  hint: write format = 1, or use a newer Breakeven\n"},
        {"meter = \"tokens\"\nmodel", "meter = [\"tokens\"]\nmodel",
         "dir/team.toml:45:9: error: \"meter\" must be a text\n"
         "  hint: write it in quotes\n"},
        {"model = \"graduated\"", "model = \"gradated\"",
         "dir/team.toml:46:9: error: unknown model \"gradated\"\n"
         "  hint: did you mean \"graduated\"?\n"},
        {"action = \"block\"", "action = \"degrad\"\ncost_factor = 0.1",
         "dir/team.toml:52:10: error: unknown action \"degrad\"\n"
         "  hint: did you mean \"degrade\"?\n"},
        {"action = \"block\"", "action = \"block\"\ncost_factor = 0.1",
         "dir/team.toml:53:15: error: plan.pro.limit.cap: cost_factor belongs to the action \"degrade\"\n"
         "  hint: remove it, or change the action\n"},
        {"[run]\nusers = 100", "run = 3",
         "dir/team.toml:4:7: error: \"run\" must be a table\n"
         "  hint: begin it with [run]\n"},
    });
}

TEST(BadInput, GivenNumbersThatCanNotBe_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    expectTold({
        {"fee = 20", "fee = -1",
         "dir/team.toml:42:7: error: plan.pro.fee is -1\n"
         "  hint: it must be at least 0\n"},
        {"weight = 1", "weight = -1",
         "dir/team.toml:14:10: error: segment.teams.weight is -1\n"
         "  hint: it must be at least 0\n"},
        {"weight = 1", "weight = 0",
         "dir/team.toml:12:1: error: all segments have weight 0\n"
         "  hint: give at least one a weight above 0\n"},
        {"amount = 0.01", "amount = -0.01",
         "dir/team.toml:39:10: error: cost.rate.tokens.amount is -0.01\n"
         "  hint: it must be at least 0\n"},
        {"fee = 20", "fee = nan",
         "dir/team.toml:42:7: error: plan.pro.fee is nan\n"
         "  hint: give a finite number\n"},
        {"fee = 20", "fee = inf",
         "dir/team.toml:42:7: error: plan.pro.fee is inf\n"
         "  hint: give a finite number\n"},
        {"fee = 20", "fee = -inf",
         "dir/team.toml:42:7: error: plan.pro.fee is -inf\n"
         "  hint: give a finite number\n"},
        {"fee = 20", "fee = 1e400",
         "dir/team.toml:42:12: error: this is not TOML: Error while parsing floating-point: '1e400' could "
         "not be interpreted as a value\n"
         "  hint: mend the line; the format is described at toml.io\n"},
        {"base = 180", "base = nan",
         "dir/team.toml:17:29: error: segment.teams.usage.requests.median.base is nan\n"
         "  hint: give a finite number\n"},
        {"base = 180", "base = 80",
         "dir/team.toml:17:10: error: segment.teams.usage.requests.median: low 90, base 80, high 360 are not "
         "in ascending order\n"
         "  hint: order them so that low <= base <= high\n"},
        {"sigma = 1.2", "sigma = -1",
         "dir/team.toml:18:9: error: segment.teams.usage.requests.sigma is -1\n"
         "  hint: it must be at least 0\n"},
        {"users = 100", "users = 99_999_999_999_999_999_999",
         "dir/team.toml:5:35: error: this is not TOML: Error while parsing decimal integer: "
         "'99999999999999999999' is not representable in 64 bits\n"
         "  hint: mend the line; the format is described at toml.io\n"},
        {"users = 100", "users = 1",
         "dir/team.toml:5:9: error: run.users must be a whole number from 2 to 4294967295\n"
         "  hint: write digits only, such as 10_000\n"},
        {"pearson = 0.9", "pearson = 1.1",
         "dir/team.toml:29:11: error: segment.teams.correlation.1.pearson is 1.1\n"
         "  hint: it must be from -1 to 1\n"},
        {"pearson = 0.9", "pearson = \"high\"",
         "dir/team.toml:29:11: error: segment.teams.correlation.1.pearson must be a number\n"
         "  hint: write a number such as 200 or 0.35, without quotes\n"},
        {"up_to = 200", "up_to = -200",
         "dir/team.toml:47:38: error: plan.pro.charge.tokens.tiers.2.up_to is -200\n"
         "  hint: it must be above 0\n"},
        {"fee = 20", "minimum = 30\nmaximum = -20",
         "dir/team.toml:43:11: error: plan.pro.maximum is -20\n"
         "  hint: it must be at least 0\n"},
        {"distribution = \"gamma\"\nmean = 5\ncv = 1", "distribution = \"uniform\"\nlow = 5\nhigh = -1",
         "dir/team.toml:22:8: error: segment.teams.usage.tokens.high is -1\n"
         "  hint: it must be at least 0\n"},
        {"distribution = \"gamma\"\nmean = 5\ncv = 1", "distribution = \"uniform\"\nlow = 5\nhigh = 5",
         "dir/team.toml:19:1: error: segment.teams.usage.tokens: high 5 is not above low 5\n"
         "  hint: raise high\n"},
    });
}

TEST(BadInput, GivenPartsThatDoNotFitEachOther_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    expectTold({
        {"up_to = 200", "up_to = 100",
         "dir/team.toml:47:38: error: plan.pro.charge.tokens: up_to of tier 2 is 100, not above tier 1's "
         "100\n"
         "  hint: order the tiers by up_to, or remove tier 2\n"},
        {"up_to = 200", "up_to = 50",
         "dir/team.toml:47:38: error: plan.pro.charge.tokens: up_to of tier 2 is 50, not above tier 1's 100\n"
         "  hint: order the tiers by up_to, or remove tier 2\n"},
        {"{ unit_amount = 0.5 }", "{ up_to = 300, unit_amount = 0.5 }",
         "dir/team.toml:47:72: error: plan.pro.charge.tokens: the last tier ends at 300\n"
         "  hint: remove its up_to, so that any usage has a price\n"},
        {"up_to = 200, unit", "unit",
         "dir/team.toml:47:28: error: plan.pro.charge.tokens: tier 2 has no up_to\n"
         "  hint: only the last tier is open\n"},
        {"meter = \"tokens\"\nmodel", "meter = \"token\"\nmodel",
         "dir/team.toml:45:9: error: there is no meter \"token\"\n"
         "  hint: did you mean \"tokens\"?\n"},
        {"[segment.usage.images]", "[segment.usage.pictures]",
         "dir/team.toml:23:1: error: there is no meter \"pictures\"\n"
         "  hint: declared: requests, tokens, images\n"
         "dir/team.toml:31:22: error: segment \"teams\" does not use the meter \"images\"\n"
         "  hint: remove the correlation, or add the usage\n"
         "dir/team.toml:34:24: error: segment \"teams\" does not use the meter \"images\"\n"
         "  hint: remove the correlation, or add the usage\n"},
        {"[[segment]]", "[[meter]]\nid = \"tokens\"\n[[segment]]",
         "dir/team.toml:13:6: error: two meters have the id \"tokens\"\n"
         "  hint: give each its own id\n"},
        {"[cost]",
         "[[segment]]\nid = \"teams\"\n[segment.usage.tokens]\ndistribution = \"constant\"\nvalue = "
         "1\n[cost]",
         "dir/team.toml:37:6: error: two segments have the id \"teams\"\n"
         "  hint: give each its own id\n"},
        {"[[plan]]", "[[plan]]\nid = \"pro\"\n[[plan]]",
         "dir/team.toml:43:6: error: two plans have the id \"pro\"\n"
         "  hint: give each its own id\n"},
        {"[[plan.limit]]",
         "[[plan.limit]]\nid = \"cap\"\nmeter = \"tokens\"\namount = 1\naction = \"block\"\n[[plan.limit]]",
         "dir/team.toml:54:6: error: two limits have the id \"cap\"\n"
         "  hint: give each its own id\n"},
        {"[[plan.charge]]", "[[plan.charge]]\nid = \"tokens\"\nmodel = \"flat\"\namount = 1\n[[plan.charge]]",
         "dir/team.toml:48:6: error: two charges have the id \"tokens\"\n"
         "  hint: give each its own id\n"},
        {"[[cost.rate]]",
         "[[cost.rate]]\nid = \"x\"\nmeter = \"images\"\namount = 1\n[[cost.rate]]\nid = \"x\"",
         "dir/team.toml:42:6: error: two rates have the id \"x\"\n"
         "  hint: give each its own id\n"},
        {"pearson = 0.8", "pearson = -0.8",
         "dir/team.toml:12:1: error: segment \"teams\": the correlations contradict each other; \"images\" "
         "with \"tokens\" (0.9) does not fit the others\n"
         "  hint: two that both follow a third must follow each other: move the correlations towards 0, or "
         "take the nearest possible ones with repair_correlation = true\n"},
        {"pearson = 0.9", "pearson = 1",
         "dir/team.toml:12:1: error: segment \"teams\": the correlations contradict each other; \"images\" "
         "with \"tokens\" (0.9) does not fit the others\n"
         "  hint: two that both follow a third must follow each other: move the correlations towards 0, or "
         "take the nearest possible ones with repair_correlation = true\n"},  // tokens follow requests
                                                                              // wholly, but images follow
                                                                              // them by 0.9 and 0.8
        {"fee = 20", "minimum = 30\nmaximum = 20",
         "dir/team.toml:43:11: error: plan \"pro\": minimum 30 is above maximum 20\n"
         "  hint: lower the minimum or raise the maximum\n"},
        {"fee = 20", "segments = [\"team\"]",
         "dir/team.toml:42:13: error: there is no segment \"team\"\n"
         "  hint: did you mean \"teams\"?\n"},
    });
}

TEST(BadInput, GivenAPerfectCorrelationThatTheOthersFit_WhenRead_ThenItIsTaken) {
    std::string text = kGood;
    text.replace(text.find("pearson = 0.9"), 13, "pearson = 1");
    text.replace(text.find("pearson = 0.8"), 13, "pearson = 0.9");
    EXPECT_TRUE(read(text).scenario) << allProblems(read(text));
}

TEST(BadInput, GivenUsageFilesThatAreWrong_WhenRead_ThenPlaceProblemAndRemedyAreTold) {
    expectTold({
        {"usage.csv", "missing.csv",
         "dir/team.toml:25:8: error: missing.csv: there is no such file\n"
         "  hint: check the name and the folder\n"},
        {"usage.csv", "empty.csv",
         "dir/empty.csv: error: the file is empty\n"
         "  hint: give a CSV file with a header line\n"},
        {"usage.csv", "binary.csv",
         "dir/binary.csv:1:2: error: this is a binary file, not CSV text\n"
         "  hint: export the data as UTF-8 CSV\n"},
        {"usage.csv", "header.csv",
         "dir/team.toml:26:10: error: header.csv: column \"images\" holds no number\n"
         "  hint: choose another column\n"},
        {"usage.csv", "twice.csv",
         "dir/team.toml:26:10: error: twice.csv: several columns are named \"images\"\n"
         "  hint: rename all but one in the file\n"},
        {"column = \"images\"", "column = \"image\"",
         "dir/team.toml:26:10: error: there is no column \"image\"\n"
         "  hint: did you mean \"images\"?\n"},
        {"usage.csv", "bad.csv",
         "dir/bad.csv:2:3: error: column \"images\": \"x\" is not a number\n"
         "  hint: write a number of at least 0 with a decimal point, or leave the cell empty\n"
         "dir/bad.csv:3:3: error: column \"images\": nan is not a finite number\n"
         "  hint: write a number of at least 0 with a decimal point, or leave the cell empty\n"
         "dir/bad.csv:4:3: error: column \"images\": usage is -1, below 0\n"
         "  hint: write a number of at least 0 with a decimal point, or leave the cell empty\n"},
    });
}

TEST(BadInput, GivenAPartThatIsMissing_WhenRead_ThenItIsAskedFor) {
    const std::string head = "format = 1\nname = \"a\"\ncurrency = \"USD\"\n";
    EXPECT_EQ(allProblems(read(head)),
              "dir/team.toml:1:1: error: there is no [cost]\n"
              "  hint: say what usage costs you: [cost] with [[cost.rate]] tables\n"
              "dir/team.toml:1:1: error: there is no [[meter]]\n"
              "  hint: declare what is counted\n"
              "dir/team.toml:1:1: error: there is no [[segment]]\n"
              "  hint: describe the users: one [[segment]] at least\n"
              "dir/team.toml:1:1: error: there is no [[plan]]\n"
              "  hint: add the plan to be tested\n");
    EXPECT_EQ(allProblems(read(head + "segment = []\nplan = 3\nmeter = 3\ncost = 3\n")),
              "dir/team.toml:4:11: error: there is no [[segment]]\n"
              "  hint: describe the users: one [[segment]] at least\n"
              "dir/team.toml:5:8: error: \"plan\" must be a list of tables\n"
              "  hint: begin each with [[plan]]\n"
              "dir/team.toml:6:9: error: \"meter\" must be a list of tables\n"
              "  hint: begin each with [[meter]]\n"
              "dir/team.toml:7:8: error: \"cost\" must be a table\n"
              "  hint: begin it with [cost]\n");
}

TEST(BadInput, GivenTextThatIsNoScenario_WhenRead_ThenItIsRefusedWithItsPlace) {
    using namespace std::string_literals;
    EXPECT_EQ(allProblems(read("")),
              "dir/team.toml: error: the file is empty\n"
              "  hint: begin with format = 1 and name = \"…\"\n");
    EXPECT_EQ(allProblems(read(" \r\n\t\n")),
              "dir/team.toml: error: the file is empty\n"
              "  hint: begin with format = 1 and name = \"…\"\n");
    EXPECT_EQ(allProblems(read("\x7F"
                               "ELF\0\0"s)),
              "dir/team.toml: error: this is a binary file, not a scenario\n"
              "  hint: name a .toml file\n");
    EXPECT_EQ(allProblems(read("format = 1\nname = \"\xC3\x28\"\n")),
              "dir/team.toml:2:9: error: the byte 0xC3 is not UTF-8\n"
              "  hint: save the file as UTF-8\n");
    EXPECT_EQ(allProblems(read("format = 1\n# \xC3\xBC \xED\xA0\x80\n")),
              "dir/team.toml:2:5: error: the byte 0xED is not UTF-8\n"
              "  hint: save the file as UTF-8\n");
    EXPECT_EQ(
        allProblems(read("format = 1\nname = team\n")),
        "dir/team.toml:2:9: error: this is not TOML: Error while parsing boolean: expected 'true', saw 'te'\n"
        "  hint: mend the line; the format is described at toml.io\n");
    EXPECT_EQ(allProblems(read("format = 1\nformat = 1\n")),
              "dir/team.toml:2:10: error: this is not TOML: Error while parsing key-value pair: cannot "
              "redefine existing integer 'format'\n"
              "  hint: mend the line; the format is described at toml.io\n");
    EXPECT_EQ(allProblems(read(std::string((16U << 20) + 1, 'x'))),
              "dir/team.toml: error: the file is larger than 16 MiB\n"
              "  hint: is it a scenario?\n");
}

TEST(BadInput, GivenTablesOfEndlessDepth_WhenRead_ThenTheyAreRefused) {
    std::string parts;
    for (int i = 0; i < 200'000; ++i) parts += "a.";
    const std::string told =
        ": error: a key has more than 32 parts\n  hint: name the key as FORMAT.md does\n";
    EXPECT_EQ(allProblems(read("# a\n" + parts + "b = 1\n")), "dir/team.toml:2:64" + told);
    EXPECT_EQ(allProblems(read("# a\n[" + parts + "b]\n")), "dir/team.toml:2:65" + told);
    EXPECT_EQ(allProblems(read("x = " + std::string(200'000, '['))),
              "dir/team.toml:1:261: error: this is not TOML: Error while parsing value: exceeded maximum "
              "nested value depth of "
              "256 (TOML_MAX_NESTED_VALUES)\n  hint: mend the line; the format is described at toml.io\n");
    // Dots in texts and comments are no parts of a key.
    EXPECT_TRUE(read("# " + parts + "\nquestion = \"\\\"" + parts + "\"\n" + kGood).scenario);
    EXPECT_TRUE(read("question = '''\n'" + parts + "'''\n" + kGood).scenario);
}

TEST(BadInput, GivenMistakesInAllParts_WhenRead_ThenAllAreToldInTheOrderOfTheFile) {
    std::string text = kGood;
    const auto edit = [&](const std::string& from, const std::string& to) {
        text.replace(text.find(from), from.size(), to);
    };
    edit("currency = \"USD\"", "currency = \"$\"");
    edit("users = 100", "users = 0");
    edit("sigma = 1.2", "sigma = -1");
    edit("usage.csv", "bad.csv");
    edit("amount = 0.01", "amount = inf");
    edit("fee = 20", "fee = -1");
    edit("up_to = 200", "up_to = 20");
    edit("action = \"block\"", "action = \"stop\"");
    EXPECT_EQ(
        allProblems(read(text, {{"plan.pro.minimum", "-5"}, {"plan.prp.fee", "3"}})),
        "--set plan.prp.fee=3: error: the scenario has no \"prp\" here\n"
        "  hint: did you mean \"pro\"?\n"
        "dir/team.toml:3:12: error: the currency is \"$\"\n"
        "  hint: write its ISO 4217 code, such as \"USD\"\n"
        "dir/team.toml:5:9: error: run.users must be a whole number from 2 to 4294967295\n"
        "  hint: write digits only, such as 10_000\n"
        "dir/team.toml:18:9: error: segment.teams.usage.requests.sigma is -1\n"
        "  hint: it must be at least 0\n"
        "dir/team.toml:39:10: error: cost.rate.tokens.amount is inf\n"
        "  hint: give a finite number\n"
        "dir/team.toml:42:7: error: plan.pro.fee is -1\n"
        "  hint: it must be at least 0\n"
        "dir/team.toml:47:38: error: plan.pro.charge.tokens: up_to of tier 2 is 20, not above tier 1's 100\n"
        "  hint: order the tiers by up_to, or remove tier 2\n"
        "dir/team.toml:52:10: error: unknown action \"stop\"\n"
        "  hint: use one of block, degrade, throttle, queue, overage, auto_buy\n"
        "dir/bad.csv:2:3: error: column \"images\": \"x\" is not a number\n"
        "  hint: write a number of at least 0 with a decimal point, or leave the cell empty\n"
        "dir/bad.csv:3:3: error: column \"images\": nan is not a finite number\n"
        "  hint: write a number of at least 0 with a decimal point, or leave the cell empty\n"
        "dir/bad.csv:4:3: error: column \"images\": usage is -1, below 0\n"
        "  hint: write a number of at least 0 with a decimal point, or leave the cell empty\n"
        "--set plan.pro.minimum=-5: error: plan.pro.minimum is -5\n"
        "  hint: it must be at least 0\n");
}

TEST(BadInput, GivenHundredsOfMistakes_WhenRead_ThenTwoHundredAreListedAndTheRestCounted) {
    std::string text = kGood;
    for (int i = 0; i < 205; ++i) text += "x" + std::to_string(i) + " = 1\n";

    const ScenarioReading reading = read(text);

    ASSERT_EQ(reading.diagnostics.size(), 201U);
    EXPECT_EQ(formatDiagnostic(reading.diagnostics.back()),
              "dir/team.toml:253:8: error: 5 more problems from here on\n"
              "  hint: mend those listed, then check again\n");
}

TEST(BadInput, GivenABadOverride_WhenRead_ThenItsOwnWordsAreThePlace) {
    EXPECT_EQ(allProblems(read(kGood, {{"plan.pro.fee", "-3"}})),
              "--set plan.pro.fee=-3: error: plan.pro.fee is -3\n"
              "  hint: it must be at least 0\n");
    EXPECT_EQ(allProblems(read(kGood, {{"plan.pro.fee", "much"}})),
              "--set plan.pro.fee=much: error: plan.pro.fee must be a number\n"
              "  hint: write a number such as 200 or 0.35, without quotes\n");
    EXPECT_EQ(allProblems(read(kGood, {{"plan.pro.fe", "3"}})),
              "--set plan.pro.fe=3: error: plan: unknown key \"fe\"\n"
              "  hint: did you mean \"fee\"?\n");
    EXPECT_EQ(allProblems(read(kGood, {{"plan.pro.charge.tokens.tiers.2.up_to", "7"}})),
              "--set plan.pro.charge.tokens.tiers.2.up_to=7: error: plan.pro.charge.tokens: up_to of tier 2 "
              "is 7, not above tier 1's 100\n"
              "  hint: order the tiers by up_to, or remove tier 2\n");
    EXPECT_EQ(allProblems(read(kGood, {{"run.users", "nan"}})),
              "--set run.users=nan: error: run.users must be a whole number from 2 to 4294967295\n"
              "  hint: write digits only, such as 10_000\n");
}

// The table of tokens begins in line 19; what stands in its place begins in line 20.
}  // namespace
}  // namespace breakeven::core::bad_input_test
