#include "core/scenario/stored_table.hpp"

#include <gtest/gtest.h>

#include <fstream>

#include "core/scenario/scenario_reader.hpp"
#include "tests/support/temporary_folder.hpp"

namespace breakeven::core::stored_table_test {
namespace {

const std::string kScenario = R"(format = 1
name = "small"
currency = "USD"
[[meter]]
id = "tokens"
[[segment]]
id = "teams"
[segment.usage.tokens]
distribution = "empirical"
file = "store:team-2026-01"
column = "tokens"
[[plan]]
id = "pro"
fee = 20
[cost]
)";

std::string allProblems(const ScenarioReading& reading) {
    std::string all;
    for (const Diagnostic& item : reading.diagnostics) all += formatDiagnostic(item);
    return all;
}

/// A store of one table.
std::string opened(const std::string& name) {
    if (name == "team-2026-01") return "subject,period_start,tokens\r\na,2026-01-01,3\r\nb,2026-01-01,1\r\n";
    throw noSuchTable(name, {"team-2026-01"});
}

TEST(StoredTable, GivenNames_WhenAsked_ThenOnlyThoseOfTheStoreAreTables) {
    EXPECT_EQ(storedTable("store:team"), "team");
    EXPECT_EQ(storedTable("store:"), "");
    EXPECT_EQ(storedTable("usage.csv"), std::nullopt);
    EXPECT_EQ(storedTable("./store:team"), std::nullopt);
    EXPECT_NO_THROW(checkTableName("team-2026-01", "here"));
    for (const std::string& bad : {std::string(), std::string("Team"), std::string("a b"), std::string("a_b"),
                                   std::string("../a"), std::string(101, 'a')}) {
        try {
            checkTableName(bad, "--store");
            ADD_FAILURE() << bad;
        } catch (const Error& error) {
            EXPECT_EQ(error.kind(), Error::Kind::Input);
            EXPECT_EQ(formatDiagnostic(error.diagnostic()),
                      "--store: error: \"" + bad +
                          "\" can't be the name of a usage table\n"
                          "  hint: use small letters, digits and - only, at most 100 of them\n");
        }
    }
}

TEST(StoredTable, GivenATableThatIsNotThere_WhenNamed_ThenTheNearestOrAllNamesAreTold) {
    EXPECT_EQ(noSuchTable("taem-a", {"other", "team-a"}).diagnostic().remedy, "did you mean \"team-a\"?");
    EXPECT_EQ(noSuchTable("x", {"other", "team-a"}).diagnostic().remedy, "its tables are other, team-a");
    EXPECT_EQ(noSuchTable("x", {}).diagnostic().remedy,
              "keep one with `breakeven meter LOG... --store NAME` or `breakeven usage add`");
    EXPECT_EQ(noSuchTable("x", {}).diagnostic().where.file, "store:x");
    const std::vector<std::string> many(25, "a-long-name");
    EXPECT_TRUE(noSuchTable("x", many).diagnostic().remedy.ends_with("a-long-name, …"));
}

TEST(StoredTable, GivenAScenarioThatNamesOne_WhenRead_ThenItsRowsAreTheSampleAndAnInputOfTheRun) {
    const tests::TemporaryFolder folder;
    std::ofstream(folder.file("a.toml")) << kScenario;

    const ScenarioReading reading = readScenarioFile(folder.file("a.toml"), {}, opened);

    ASSERT_TRUE(reading.scenario) << allProblems(reading);
    const auto& law = std::get<Empirical>(reading.scenario->segments[0].usages[0].distribution);
    EXPECT_EQ(*law.sorted, (std::vector<double>{1.0, 3.0}));
    ASSERT_EQ(reading.scenario->inputs.size(), 1U);
    EXPECT_EQ(reading.scenario->inputs[0].name, "store:team-2026-01");
    EXPECT_EQ(reading.scenario->inputs[0].content, opened("team-2026-01"));
}

TEST(StoredTable, GivenAMissingTable_WhenAScenarioNamesIt_ThenTheErrorHasItsPlaceAndTheNearestName) {
    std::string text = kScenario;
    text.replace(text.find("2026-01"), 7, "2026-10");
    const ScenarioReading reading = readScenarioText(text, "a.toml", {}, filesBeside("a.toml", opened));
    EXPECT_EQ(allProblems(reading),
              "a.toml:10:8: error: store:team-2026-10: the store has no usage table of this name\n"
              "  hint: did you mean \"team-2026-01\"?\n");
}

TEST(StoredTable, GivenNoStore_WhenAScenarioNamesATable_ThenItIsRefusedAndNoFileIsSought) {
    const ScenarioReading reading = readScenarioText(kScenario, "a.toml", {}, filesBeside("a.toml"));
    EXPECT_EQ(allProblems(reading),
              "a.toml:10:8: error: store:team-2026-01: there is no store here to take it from\n"
              "  hint: name a file beside the scenario\n");
}

TEST(StoredTable, GivenACellThatIsNoNumber_WhenAScenarioNamesItsTable_ThenThePlaceIsInTheTable) {
    const ScenarioReading reading =
        readScenarioText(kScenario, "folder/a.toml", {}, filesBeside("folder/a.toml", [](const std::string&) {
                             return std::string("subject,tokens\na,x\n");
                         }));
    EXPECT_TRUE(allProblems(reading).starts_with(
        "store:team-2026-01:2:3: error: column \"tokens\": \"x\" is not a number"))
        << allProblems(reading);
}

}  // namespace
}  // namespace breakeven::core::stored_table_test
