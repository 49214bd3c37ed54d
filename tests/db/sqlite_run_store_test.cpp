#include "db/sqlite_run_store.hpp"

#include <SQLiteCpp/SQLiteCpp.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <random>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::db {
namespace {

namespace fs = std::filesystem;

class Store : public testing::Test {
  protected:
    Store() { fs::create_directories(folder_); }
    ~Store() override { fs::remove_all(folder_); }
    [[nodiscard]] std::string file(const std::string& name = "runs.sqlite") const { return (folder_ / name).string(); }

  private:
    fs::path folder_ = fs::temp_directory_path() /
                       ("breakeven-db-" + std::to_string(getpid()) + "-" +
                        testing::UnitTest::GetInstance()->current_test_info()->name());
};

/// A record with `rows` rows a table, different for every seed.
sim::RunRecord record(unsigned seed, std::size_t rows = 3) {
    std::mt19937_64 bits(seed);
    const auto real = [&] { return std::generate_canonical<double, 53>(bits) * 1e6 - 5e5; };
    const auto maybe = [&]() -> std::optional<double> { return bits() % 2 == 0 ? std::optional(real()) : std::nullopt; };
    const auto estimate = [&] { return sim::Estimate{real(), real(), real(), real(), maybe(), maybe(), maybe()}; };
    auto result = std::make_shared<sim::RunResult>();
    result->manifest = {"00000000000000" + std::to_string(10 + seed), "s\"'; DROP TABLE run; --", "question\nof two lines", "USD",
                        "hash", "1", {10'000 + seed, 5, 2, 0xffffffffffffff00U + seed, core::Sampling::Random}};
    result->worldsFinished = 5;
    const sim::RowKey key{"pro", "all", "1"};
    for (std::size_t i = 0; i < rows; ++i) {
        result->metrics.push_back({key, "m" + std::to_string(i), "USD", estimate()});
        result->differences.push_back({"base", key, "m", "USD", estimate(), bits() % 2 == 0});
        result->quantiles.push_back({key, "cost", real(), real(), real(), real()});
        result->histogram.push_back({key, "cost", real(), real(), bits() >> 2});
        result->worlds.push_back({static_cast<std::uint32_t>(i + 1), "pro", "margin", real()});
        result->lorenz.push_back({key, real(), real()});
    }
    sim::RunRecord record;
    record.scenarioFile = "a.toml";
    record.scenarioText = "format = 1\n";
    record.overrides = {{"plan.pro.fee", "1"}, {"run.users", "2"}};
    record.inputs = {{"u.csv", "abc", std::string("x\0y", 3)}};
    record.label = "label" + std::to_string(seed);
    record.startedAt = "2026-01-01T00:00:00Z";
    record.durationMs = 12;
    record.threads = 2;
    record.result = result;
    return record;
}

core::Error errorOf(const std::function<void()>& work) {
    try {
        work();
    } catch (const core::Error& error) {
        return error;
    }
    ADD_FAILURE() << "nothing was thrown";
    return {core::Error::Kind::Input, {}};
}

std::string bytesOf(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(stream), {}};
}

TEST_F(Store, GivenAnyRun_WhenSavedAndLoaded_ThenItIsEqualBitForBit) {
    SqliteRunStore store(file("deep/er/runs.sqlite"));
    for (unsigned seed = 0; seed < 20; ++seed) {
        const sim::RunRecord saved = record(seed);
        const sim::RunRecord loaded = store.load(store.save(saved));
        EXPECT_EQ(*loaded.result, *saved.result);
        EXPECT_EQ(loaded.overrides, saved.overrides);
        EXPECT_EQ(loaded.inputs, saved.inputs);
        EXPECT_EQ(loaded.scenarioText, saved.scenarioText);
        EXPECT_EQ(loaded.label, saved.label);
        EXPECT_EQ(loaded.threads, saved.threads);
    }
    EXPECT_EQ(SqliteRunStore(file("deep/er/runs.sqlite")).list().size(), 20U);
}

TEST_F(Store, GivenRuns_WhenSoughtByName_ThenTheNewestFittingOneIsFound) {
    SqliteRunStore store(file());
    EXPECT_FALSE(store.find("latest"));
    const std::int64_t first = store.save(record(1));
    const std::int64_t second = store.save(record(1));
    const std::int64_t third = store.save(record(2));
    EXPECT_EQ(store.find("latest")->row, third);
    EXPECT_EQ(store.find("0000000000000011")->row, second);
    EXPECT_EQ(store.find("#" + std::to_string(first))->row, first);
    EXPECT_EQ(store.find("label1")->row, second);
    EXPECT_FALSE(store.find("000"));
    EXPECT_FALSE(store.find("#77"));
    const core::Error ambiguous = errorOf([&] { static_cast<void>(store.find("0000")); });
    EXPECT_EQ(ambiguous.diagnostic().problem, "\"0000\" is the beginning of several runs");
    EXPECT_EQ(store.list().front().row, third);
    EXPECT_EQ(store.list().front().settings, record(2).result->manifest.settings);
}

TEST_F(Store, GivenARun_WhenRemoved_ThenNoRowOfItIsLeft) {
    SqliteRunStore store(file());
    store.remove(store.save(record(1)));
    SQLite::Database database(file());
    for (const char* table : {"run", "metric", "difference", "quantile", "histogram", "world_value", "lorenz", "run_override", "input_file"}) {
        EXPECT_EQ(database.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt(), 0) << table;
    }
    EXPECT_EQ(errorOf([&] { static_cast<void>(store.load(1)); }).diagnostic().problem, "the store has no run #1");
}

TEST_F(Store, GivenFilesThatAreNoStore_WhenOpened_ThenTheyAreRefusedAndLeftAlone) {
    std::ofstream(file("text.sqlite")) << "this is a text of more than sixteen bytes, and no database\n";
    SQLite::Database(file("other.sqlite"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE).exec("CREATE TABLE mine (x)");
    for (const char* name : {"text.sqlite", "other.sqlite"}) {
        const std::string before = bytesOf(file(name));
        const core::Error error = errorOf([&] { SqliteRunStore store(file(name)); });
        EXPECT_EQ(error.kind(), core::Error::Kind::Input) << name;
        EXPECT_NE(error.diagnostic().problem.find("is not a Breakeven store"), std::string::npos) << error.diagnostic().problem;
        EXPECT_EQ(bytesOf(file(name)), before) << name;
    }
    EXPECT_EQ(errorOf([&] { SqliteRunStore store(fs::temp_directory_path().string()); }).diagnostic().problem, "this is a folder, not a store");
}

TEST_F(Store, GivenAStoreFromANewerVersion_WhenOpened_ThenItIsRefused) {
    { SqliteRunStore store(file()); }
    SQLite::Database(file(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
    EXPECT_EQ(errorOf([&] { SqliteRunStore store(file()); }).diagnostic().problem, "the store has format 99, this version reads up to 1");
}

TEST_F(Store, GivenAnotherProgramWriting_WhenSaved_ThenItIsToldAndNothingIsLost) {
    SqliteRunStore store(file(), 50);
    store.save(record(1));
    SQLite::Database other(file(), SQLite::OPEN_READWRITE);
    {
        SQLite::Transaction lock(other, SQLite::TransactionBehavior::IMMEDIATE);
        const core::Error error = errorOf([&] { store.save(record(2)); });
        EXPECT_EQ(error.kind(), core::Error::Kind::System);
        EXPECT_EQ(error.diagnostic().problem, "another program is writing to the store");
    }
    store.save(record(2));
    EXPECT_EQ(store.list().size(), 2U);
}

TEST_F(Store, GivenAFullDisk_WhenSaved_ThenItIsToldAndTheStoreStaysReadable) {
    { SqliteRunStore(file()).save(record(1)); }
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        const rlimit limit{300'000, 300'000};  // stands for a full disk: writes beyond it fail
        setrlimit(RLIMIT_FSIZE, &limit);
        try {
            SqliteRunStore(file()).save(record(2, 20'000));
        } catch (const core::Error& error) {
            _exit(error.kind() == core::Error::Kind::System ? 0 : 2);
        }
        _exit(1);
    }
    int status = -1;
    waitpid(child, &status, 0);
    EXPECT_EQ(status, 0);
    SqliteRunStore store(file());
    EXPECT_EQ(store.list().size(), 1U);
    EXPECT_EQ(*store.load(1).result, *record(1).result);
}

TEST_F(Store, GivenAProgramKilledWhileSaving_WhenOpenedAgain_ThenOnlyWholeRunsAreThere) {
    { SqliteRunStore store(file()); }
    const pid_t child = fork();
    if (child == 0) {
        SqliteRunStore store(file());
        for (unsigned i = 0;; ++i) store.save(record(i % 10, 5'000));
    }
    SqliteRunStore store(file());
    while (store.list().empty()) usleep(1000);
    usleep(30'000);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    EXPECT_EQ(SQLite::Database(file(), SQLite::OPEN_READWRITE).execAndGet("PRAGMA integrity_check").getString(), "ok");
    for (const sim::RunSummary& run : store.list()) EXPECT_EQ(store.load(run.row).result->metrics.size(), 5'000U);
}

TEST_F(Store, GivenRuns_WhenTheViewsAreAsked_ThenTheNewestCompleteRunShows) {
    SqliteRunStore store(file());
    store.save(record(1));
    const std::int64_t newest = store.save(record(2));
    SQLite::Database database(file());
    EXPECT_EQ(database.execAndGet("SELECT id FROM latest_run").getInt64(), newest);
    EXPECT_EQ(database.execAndGet("SELECT count(*) FROM plan_comparison").getInt(), 0);  // months only in this record
}

}  // namespace
}  // namespace breakeven::db
