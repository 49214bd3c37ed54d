// Stores of every released version are opened by the present code: tests/data/db/schema_N.sql is a store as
// version N made it, with one run whose numbers are written here.

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "db/sqlite_run_store.hpp"
#include "db/sqlite_usage_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace breakeven::db::migration_test {
namespace {

void makeStore(const std::string& path, const std::string& name) {
    std::ifstream stream(std::string(BREAKEVEN_SOURCE_ROOT) + "/tests/data/db/" + name);
    const std::string sql{std::istreambuf_iterator<char>(stream), {}};
    ASSERT_FALSE(sql.empty()) << name;
    SQLite::Database(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec(sql);
}

/// Tables and views with their columns, types, and what may be missing, one a line.
std::string shapeOf(const std::string& path) {
    SQLite::Database database(path);
    SQLite::Statement columns(
        database,
        "SELECT format('%s %s %s %s notnull=%d pk=%d', s.type, s.name, c.name, c.type, c.\"notnull\", c.pk) "
        "FROM sqlite_schema AS s, pragma_table_xinfo(s.name) AS c ORDER BY s.type, s.name, c.cid");
    std::string shape;
    while (columns.executeStep()) shape += columns.getColumn(0).getString() + "\n";
    return shape;
}

TEST(Migration, GivenAStoreOfVersion1_WhenItsRunIsLoaded_ThenEveryNumberIsTheOneThatWasKept) {
    const tests::TemporaryFolder folder;
    makeStore(folder.file("old.sqlite"), "schema_1.sql");
    SqliteRunStore store(folder.file("old.sqlite"));

    const auto summary = store.find("first");
    ASSERT_TRUE(summary);
    EXPECT_EQ(summary->row, 7);
    const sim::RunRecord record = store.load(summary->row);

    EXPECT_EQ(record.scenarioFile, "scenarios/team.toml");
    EXPECT_EQ(record.scenarioText, "format = 1\nname = \"team\"\n");
    EXPECT_EQ(record.label, "first");
    EXPECT_EQ(record.startedAt, "2025-02-03T04:05:06Z");
    EXPECT_EQ(record.durationMs, 1234);
    EXPECT_EQ(record.threads, 8);
    EXPECT_EQ(record.overrides, (std::vector<core::Override>{{"plan.pro.fee", "25"}, {"run.months", "3"}}));
    EXPECT_EQ(record.inputs,
              (std::vector<core::InputFile>{{"usage.csv", "ab", "user,n\na,1\n"}, {"large.csv", "cd", ""}}));

    sim::RunResult kept;
    kept.manifest = {"0123456789abcdef",
                     "team",
                     "Does it pay?",
                     "EUR",
                     "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                     "1",
                     {4'294'967'295U, 20, 3, 0xfedcba9876543210U, core::Sampling::Stratified}};
    kept.worldsFinished = 20;
    const sim::RowKey pro{"pro"};
    const char* money = "EUR/user-month";
    kept.metrics = {{pro, "revenue_per_user", money, {25.0, 0.0, 25.0, 25.0, 25.0, 25.0, 25.0}},
                    {pro, "cost_per_user", money, {20.5, 0.25, 20.0, 21.0, 12.5, 30.5, {}}},
                    {pro, "margin_per_user", money, {4.5, 0.25, 4.0, 5.0, -5.5, 12.5, {}}},
                    {pro, "probability_plan_loses", "probability", {0.15, 0.08, 0.03, 0.38, {}, {}, {}}},
                    {{"pro", "teams"}, "margin_per_user", money, {99.0, 0.5, 98.0, 100.0, {}, {}, {}}},
                    {{"metered"}, "margin_per_user", money, {-1.0, 0.125, -1.25, -0.75, {}, {}, {}}}};
    kept.differences = {
        {"pro", {"metered"}, "margin_per_user", money, {-5.5, 0.25, -6.0, -5.0, -18.0, 4.5, {}}, false}};
    kept.quantiles = {{pro, "cost", 0.95, 60.25, 58.5, 62.0}};
    kept.histogram = {{pro, "cost", 0.0, 0.0, 9'007'199'254'740'993U}};  // 2^53 + 1: no double holds it
    kept.worlds.add(1, "", "belief.cost.serving_share", 0.35);
    kept.worlds.add(1, "pro", "margin_per_user", 4.75);
    kept.lorenz = {{pro, 0.5, 0.0625}};
    EXPECT_EQ(*record.result, kept);
}

TEST(Migration, GivenAStoreOfVersion1_WhenARunIsAdded_ThenBothAreThere) {
    const tests::TemporaryFolder folder;
    makeStore(folder.file("old.sqlite"), "schema_1.sql");
    SqliteRunStore store(folder.file("old.sqlite"));
    const sim::RunRecord old = store.load(7);

    const std::int64_t row = store.save(old);

    EXPECT_EQ(row, 8);
    EXPECT_EQ(*store.load(8).result, *old.result);
    EXPECT_EQ(store.list().size(), 2U);
}

TEST(Migration, GivenAStoreOfVersion1_WhenAUsageTableIsKept_ThenTheRunAndTheTableAreThere) {
    const tests::TemporaryFolder folder;
    makeStore(folder.file("old.sqlite"), "schema_1.sql");
    const sim::UsageTableRecord table{
        "subject,period_start,n\r\na,2026-01-01,1\r\n", 1, {"n"}, {{"a.csv", "ab"}}};

    SqliteUsageStore(folder.file("old.sqlite"))
        .keep("team", table, "2026-01-02T03:04:05Z", sim::UsageStore::OnOther::Refuse);

    EXPECT_EQ(SqliteUsageStore(folder.file("old.sqlite")).csv("team"), table.csv);
    EXPECT_EQ(SqliteRunStore(folder.file("old.sqlite")).load(7).label, "first");
}

TEST(Migration, GivenAStoreOfVersion2_WhenItsTableAndRunAreRead_ThenTheyAreThoseThatWereKept) {
    const tests::TemporaryFolder folder;
    makeStore(folder.file("old.sqlite"), "schema_2.sql");

    SqliteUsageStore tables(folder.file("old.sqlite"));
    const std::string csv = "subject,period_start,requests,tokens\r\na,2026-01-01,3,40\r\n";
    EXPECT_EQ(tables.csv("team-2026-01"), csv);
    EXPECT_EQ(tables.list(), (std::vector<sim::UsageTableSummary>{
                                 {"team-2026-01",
                                  "53cc4aa348797a865e5e945075afc1b90f26876a9db4a529b4130943a6b57eb9",
                                  static_cast<std::int64_t>(csv.size()),
                                  1,
                                  "2026-02-01T00:00:00Z",
                                  {"requests", "tokens"},
                                  {{"logs/a.jsonl", "0a"}, {"logs/b.jsonl.gz", "0b"}}}}));
    // Its run was made from a table that is gone, and keeps what it was made from.
    EXPECT_EQ(SqliteRunStore(folder.file("old.sqlite")).load(1).inputs,
              (std::vector<core::InputFile>{{"store:gone", "cc", "subject,n\na,1\n"}}));
}

TEST(Migration, GivenAStoreOfVersion3_WhenItsWorldsAreRead_ThenTheyStandInTheirOrderWithTheirNames) {
    const tests::TemporaryFolder folder;
    makeStore(folder.file("old.sqlite"), "schema_3.sql");
    sim::WorldRows kept;
    kept.add(1, "", "belief.cost.serving_share", 0.35);
    kept.add(1, "pro", "margin_per_user", 4.75);
    kept.add(3, "", "belief.cost.serving_share", 0.25);
    kept.add(3, "pro", "margin_per_user", -1.5);
    kept.add(3, "metered", "margin_per_user", 0.1);

    EXPECT_EQ(SqliteRunStore(folder.file("old.sqlite")).load(5).result->worlds, kept);

    // For other programs the rows are as they were in older stores.
    SQLite::Database database(folder.file("old.sqlite"));
    EXPECT_EQ(
        database
            .execAndGet("SELECT group_concat(world || plan || metric || value, ' ') FROM (SELECT * FROM "
                        "world_value WHERE run_id = 5 AND plan <> '' ORDER BY position)")
            .getString(),
        "1promargin_per_user4.75 3promargin_per_user-1.5 3meteredmargin_per_user0.1");
}

TEST(Migration, GivenAStoreOfVersion1_WhenOpened_ThenItsTablesAreThoseOfANewStore) {
    const tests::TemporaryFolder folder;
    makeStore(folder.file("old.sqlite"), "schema_1.sql");

    { SqliteRunStore(folder.file("old.sqlite")); }
    { SqliteRunStore(folder.file("new.sqlite")); }

    EXPECT_EQ(shapeOf(folder.file("old.sqlite")), shapeOf(folder.file("new.sqlite")));
    const auto pragma = [&](const char* name, const char* file) {
        return SQLite::Database(folder.file(file)).execAndGet(std::string("PRAGMA ") + name).getInt();
    };
    for (const char* name : {"user_version", "application_id"})
        EXPECT_EQ(pragma(name, "old.sqlite"), pragma(name, "new.sqlite"));
    EXPECT_GE(pragma("user_version", "old.sqlite"), 1);
}

}  // namespace
}  // namespace breakeven::db::migration_test
