#include "db/sqlite_usage_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <optional>

#include "core/diagnostics/diagnostic.hpp"
#include "core/units/sha256.hpp"
#include "db/sqlite_run_store.hpp"
#include "tests/support/temporary_folder.hpp"

namespace breakeven::db::sqlite_usage_store_test {
namespace {

using Kept = sim::UsageStore::Kept;
using OnOther = sim::UsageStore::OnOther;

constexpr const char* kDay = "2026-02-01T00:00:00Z";
constexpr const char* kNextDay = "2026-02-02T00:00:00Z";

class UsageTables : public testing::Test {
  protected:
    [[nodiscard]] std::string file() const { return folder_.file("runs.sqlite"); }

    /// How many contents the store holds.
    [[nodiscard]] int contents() const {
        return SQLite::Database(file()).execAndGet("SELECT count(*) FROM usage_content").getInt();
    }

  private:
    tests::TemporaryFolder folder_;
};

sim::UsageTableRecord table(const std::string& value, std::size_t padding = 0) {
    return {"subject,period_start,n\r\na" + std::string(padding, 'a') + ",2026-01-01," + value + "\r\n",
            1,
            {"n"},
            {{"log'; DROP TABLE run; --.csv", "ab"}, {"b.jsonl.gz", "cd"}}};
}

core::Diagnostic problemOf(const std::function<void()>& work) {
    try {
        work();
    } catch (const core::Error& error) {
        return error.diagnostic();
    }
    ADD_FAILURE() << "nothing was thrown";
    return {};
}

/// A run that was made from a table of the store.
sim::RunRecord runOf(const std::string& csv) {
    sim::RunRecord record;
    record.scenarioText = "format = 1\n";
    record.inputs = {{"store:team", core::sha256Hex(csv), csv}};
    record.result = std::make_shared<sim::RunResult>();
    return record;
}

TEST_F(UsageTables, GivenATable_WhenKept_ThenItsBytesAndWhereItCameFromAreRead) {
    const sim::UsageTableRecord kept = table("1");
    EXPECT_EQ(SqliteUsageStore(file()).keep("team-2026-01", kept, kDay, OnOther::Refuse), Kept::Added);

    SqliteUsageStore store(file());
    EXPECT_EQ(store.csv("team-2026-01"), kept.csv);
    EXPECT_EQ(store.list(), (std::vector<sim::UsageTableSummary>{{"team-2026-01",
                                                                  core::sha256Hex(kept.csv),
                                                                  static_cast<std::int64_t>(kept.csv.size()),
                                                                  1,
                                                                  kDay,
                                                                  {"n"},
                                                                  kept.sources}}));
}

TEST_F(UsageTables, GivenBytesThatAreNoText_WhenKept_ThenTheyAreTheSame) {
    sim::UsageTableRecord odd = table("1");
    odd.csv = std::string("a\0b\xff\r\n", 6);
    SqliteUsageStore store(file());
    store.keep("odd", odd, kDay, OnOther::Refuse);
    EXPECT_EQ(store.csv("odd"), odd.csv);
}

TEST_F(UsageTables, GivenANameThatHoldsOtherRows_WhenKept_ThenOnlyReplaceTakesTheirPlace) {
    SqliteUsageStore store(file());
    store.keep("team", table("1"), kDay, OnOther::Refuse);

    const core::Diagnostic problem =
        problemOf([&] { store.keep("team", table("2"), kNextDay, OnOther::Refuse); });
    EXPECT_EQ(problem.problem, "another usage table is named \"team\" (1 rows, added 2026-02-01T00:00:00Z)");
    EXPECT_EQ(problem.remedy, "choose another name, or replace it with --replace");
    EXPECT_EQ(store.csv("team"), table("1").csv);

    EXPECT_EQ(store.keep("team", table("1"), kNextDay, OnOther::Refuse), Kept::Unchanged);
    EXPECT_EQ(store.list()[0].addedAt, kDay);
    EXPECT_EQ(store.keep("team", table("2"), kNextDay, OnOther::Replace), Kept::Replaced);
    EXPECT_EQ(store.csv("team"), table("2").csv);
    EXPECT_EQ(store.list().size(), 1U);
    EXPECT_EQ(store.list()[0].addedAt, kNextDay);
    EXPECT_EQ(store.list()[0].sources.size(), 2U);
    EXPECT_EQ(contents(), 1);  // the replaced rows are needed by nothing
}

TEST_F(UsageTables, GivenTwoNamesOfEqualRows_WhenOneIsDeleted_ThenTheOtherStays) {
    SqliteUsageStore store(file());
    store.keep("a", table("1"), kDay, OnOther::Refuse);
    store.keep("b", table("1"), kDay, OnOther::Refuse);
    EXPECT_EQ(contents(), 1);
    store.remove("a");
    EXPECT_EQ(store.csv("b"), table("1").csv);
    EXPECT_EQ(problemOf([&] { static_cast<void>(store.csv("a")); }).remedy, "did you mean \"b\"?");
    store.remove("b");
    EXPECT_EQ(contents(), 0);
    for (const char* rows : {"usage_table", "usage_meter", "usage_source"})
        EXPECT_EQ(SQLite::Database(file()).execAndGet(std::string("SELECT count(*) FROM ") + rows).getInt(),
                  0)
            << rows;
}

TEST_F(UsageTables, GivenANameThatIsNone_WhenUsed_ThenItIsRefused) {
    SqliteUsageStore store(file());
    EXPECT_EQ(problemOf([&] { store.keep("Team", table("1"), kDay, OnOther::Refuse); }).problem,
              "\"Team\" can't be the name of a usage table");
    EXPECT_EQ(problemOf([&] { store.remove("team"); }).problem, "the store has no usage table of this name");
    EXPECT_EQ(problemOf([&] { static_cast<void>(store.csv("team")); }).where.file, "store:team");
}

// A run keeps small inputs with itself; a large one stands once, by its hash, for as long as a run needs it.
TEST_F(UsageTables, GivenARunOfALargeTable_WhenTheTableIsReplacedAndDeleted_ThenTheRunStillHasItsRows) {
    const sim::UsageTableRecord large = table("1", 5U << 20);
    SqliteUsageStore tables(file());
    SqliteRunStore runs(file());
    tables.keep("team", large, kDay, OnOther::Refuse);
    const std::int64_t first = runs.save(runOf(large.csv));
    const std::int64_t second = runs.save(runOf(large.csv));
    EXPECT_EQ(contents(), 1);
    tables.keep("team", table("2"), kNextDay, OnOther::Replace);
    tables.remove("team");

    EXPECT_EQ(runs.load(first).inputs, runOf(large.csv).inputs);
    runs.remove(first);
    EXPECT_EQ(runs.load(second).inputs, runOf(large.csv).inputs);
    runs.remove(second);
    EXPECT_EQ(contents(), 0);
}

TEST_F(UsageTables, GivenATableThatWasDeletedWhileItsRunWent_WhenTheRunIsKept_ThenItHasItsRows) {
    const sim::UsageTableRecord large = table("1", 5U << 20);
    SqliteRunStore runs(file());
    const std::int64_t row = runs.save(runOf(large.csv));
    EXPECT_EQ(runs.load(row).inputs, runOf(large.csv).inputs);
}

TEST_F(UsageTables, GivenAnotherProgramWriting_WhenKept_ThenItIsToldAndNothingIsLost) {
    SqliteUsageStore store(file(), 50);
    store.keep("a", table("1"), kDay, OnOther::Refuse);
    SQLite::Database other(file(), SQLite::OPEN_READWRITE);
    {
        SQLite::Transaction lock(other, SQLite::TransactionBehavior::IMMEDIATE);
        EXPECT_EQ(problemOf([&] { store.keep("b", table("2"), kDay, OnOther::Refuse); }).problem,
                  "another program is writing to the store");
        EXPECT_EQ(store.csv("a"), table("1").csv);
    }
    store.keep("b", table("2"), kDay, OnOther::Refuse);
    EXPECT_EQ(store.list().size(), 2U);
}

TEST_F(UsageTables, GivenAFullDisk_WhenReplaced_ThenTheOldRowsStay) {
    { SqliteUsageStore(file()).keep("team", table("1"), kDay, OnOther::Refuse); }
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{300'000, 300'000};  // stands for a full disk: writes beyond it fail
        setrlimit(RLIMIT_FSIZE, &limit);
        try {
            SqliteUsageStore(file()).keep("team", table("2", 1U << 20), kDay, OnOther::Replace);
        } catch (const core::Error& error) {
            _exit(error.kind() == core::Error::Kind::System ? 0 : 2);
        }
        _exit(1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    EXPECT_EQ(SqliteUsageStore(file()).csv("team"), table("1").csv);
}

}  // namespace
}  // namespace breakeven::db::sqlite_usage_store_test
