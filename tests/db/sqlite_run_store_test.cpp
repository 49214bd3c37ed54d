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
#include "tests/support/temporary_folder.hpp"

namespace breakeven::db::sqlite_run_store_test {
namespace {

namespace fs = std::filesystem;

class Store : public testing::Test {
  protected:
    [[nodiscard]] std::string file(const std::string& name = "runs.sqlite") const {
        return folder_.file(name);
    }

  private:
    tests::TemporaryFolder folder_;
};

/// A record with `rows` rows a table, different for every seed.
sim::RunRecord record(unsigned seed, std::size_t rows = 3) {
    std::mt19937_64 bits(seed);
    const auto real = [&] { return std::generate_canonical<double, 53>(bits) * 1e6 - 5e5; };
    const auto maybe = [&]() -> std::optional<double> {
        return bits() % 2 == 0 ? std::optional(real()) : std::nullopt;
    };
    const auto estimate = [&] {
        return sim::Estimate{real(), real(), real(), real(), maybe(), maybe(), maybe()};
    };
    auto result = std::make_shared<sim::RunResult>();
    result->manifest = {"00000000000000" + std::to_string(10 + seed),
                        "s\"'; DROP TABLE run; --",
                        "question\nof two lines",
                        "USD",
                        "hash",
                        "1",
                        {10'000 + seed, 5, 2, 0xffffffffffffff00U + seed, core::Sampling::Random}};
    result->worldsFinished = 5;
    const sim::RowKey key{"pro", "all", "1"};
    for (std::size_t i = 0; i < rows; ++i) {
        result->metrics.push_back({key, "m" + std::to_string(i), "USD", estimate()});
        result->differences.push_back({"base", key, "m", "USD", estimate(), bits() % 2 == 0});
        result->quantiles.push_back({key, "cost", real(), real(), real(), real()});
        result->histogram.push_back({key, "cost", real(), real(), bits() >> 2});
        result->worlds.add(static_cast<std::uint32_t>(i + 1), "pro", "margin", real());
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
        const sim::RunRecord saved = record(seed, 5 * std::size_t{seed});
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
    for (const char* table : {"run", "metric", "difference", "quantile", "histogram", "world_number",
                              "world_name", "lorenz", "run_override", "input_file"}) {
        EXPECT_EQ(database.execAndGet(std::string("SELECT count(*) FROM ") + table).getInt(), 0) << table;
    }
    EXPECT_EQ(errorOf([&] { static_cast<void>(store.load(1)); }).diagnostic().problem,
              "the store has no run #1");
}

TEST_F(Store, GivenFilesThatAreNoStore_WhenOpened_ThenTheyAreRefusedAndLeftAlone) {
    std::ofstream(file("text.sqlite")) << "this is a text of more than sixteen bytes, and no database\n";
    SQLite::Database(file("other.sqlite"), SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE)
        .exec("CREATE TABLE mine (x)");
    for (const char* name : {"text.sqlite", "other.sqlite"}) {
        const std::string before = bytesOf(file(name));
        const core::Error error = errorOf([&] { SqliteRunStore store(file(name)); });
        EXPECT_EQ(error.kind(), core::Error::Kind::Input) << name;
        EXPECT_NE(error.diagnostic().problem.find("is not a Breakeven store"), std::string::npos)
            << error.diagnostic().problem;
        EXPECT_EQ(bytesOf(file(name)), before) << name;
    }
    EXPECT_EQ(errorOf([&] { SqliteRunStore store(fs::temp_directory_path().string()); }).diagnostic().problem,
              "this is a folder, not a store");
}

TEST_F(Store, GivenAStoreFromANewerVersion_WhenOpened_ThenItIsRefused) {
    { SqliteRunStore store(file()); }
    SQLite::Database(file(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
    EXPECT_EQ(errorOf([&] { SqliteRunStore store(file()); }).diagnostic().problem,
              "the store has format 99, this version reads up to 3");
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
    EXPECT_EQ(
        SQLite::Database(file(), SQLite::OPEN_READWRITE).execAndGet("PRAGMA integrity_check").getString(),
        "ok");
    for (const sim::RunSummary& run : store.list())
        EXPECT_EQ(store.load(run.row).result->metrics.size(), 5'000U);
}

/// A run of two plans; every number of pro is `base` and a bit, each of metered 100 more.
sim::RunRecord twoPlans(const std::string& name, double base) {
    sim::RunRecord run = record(1);
    auto result = std::make_shared<sim::RunResult>(*run.result);
    result->manifest.run = name;
    result->manifest.scenario = "team";
    result->manifest.currency = "EUR";
    result->metrics.clear();
    const char* metrics[] = {"break_even_fee",   "touched_by_limit", "loss_making_users",
                             "margin_per_user",  "cost_per_user",    "probability_plan_loses",
                             "revenue_per_user", "cost_gini"};
    // The plan that is later in the alphabet comes first in the scenario, and so in the view.
    for (const char* plan : {"pro", "metered"}) {
        double value = base + (plan == std::string("pro") ? 0.0 : 100.0);
        for (const char* metric : metrics) {
            value += 1.0;
            const bool isLimit = metric == std::string("touched_by_limit");
            if (isLimit && plan == std::string("metered"))
                continue;  // a plan without a limit has no such number
            const auto estimate = [&](double shift) {
                return sim::Estimate{value + shift, value + 0.5, 0.0, 0.0, {}, {}, {}};
            };
            result->metrics.push_back({{plan, "teams", "all"}, metric, "EUR", estimate(1000.0)});
            result->metrics.push_back({{plan, "all", "2"}, metric, "EUR", estimate(2000.0)});
            result->metrics.push_back({{plan, "all", "all"}, metric, "EUR", estimate(0.0)});
        }
    }
    run.result = result;
    return run;
}

/// A view as text: a line of column names, then the rows in the view's order, NULL as `-`.
std::string viewText(const std::string& path, const std::string& view) {
    SQLite::Database database(path);
    SQLite::Statement rows(database, "SELECT * FROM " + view);
    std::string text;
    for (int i = 0; i < rows.getColumnCount(); ++i) text += std::string(rows.getColumnName(i)) + " ";
    while (rows.executeStep()) {
        text += "\n";
        for (int i = 0; i < rows.getColumnCount(); ++i)
            text += (rows.getColumn(i).isNull() ? "-" : rows.getColumn(i).getString()) + " ";
    }
    return text;
}

TEST_F(Store, GivenTwoRunsOfTwoPlans_WhenPlanComparisonIsAsked_ThenEachPlanHasItsTotalsNewestRunFirst) {
    SqliteRunStore store(file());
    store.save(twoPlans("aaaa", 0.0));
    store.save(twoPlans("bbbb", 10.0));

    EXPECT_EQ(
        viewText(file(), "plan_comparison"),
        "run_id run scenario label started_at plan currency probability_plan_loses revenue_per_user "
        "cost_per_user "
        "margin_per_user margin_standard_error loss_making_users touched_by_limit break_even_fee \n"
        "2 bbbb team label1 2026-01-01T00:00:00Z pro EUR 16.0 17.0 15.0 14.0 14.5 13.0 12.0 11.0 \n"
        "2 bbbb team label1 2026-01-01T00:00:00Z metered EUR 116.0 117.0 115.0 114.0 114.5 113.0 - 111.0 \n"
        "1 aaaa team label1 2026-01-01T00:00:00Z pro EUR 6.0 7.0 5.0 4.0 4.5 3.0 2.0 1.0 \n"
        "1 aaaa team label1 2026-01-01T00:00:00Z metered EUR 106.0 107.0 105.0 104.0 104.5 103.0 - 101.0 ");
}

TEST_F(Store, GivenAnInterruptedRunAndTwoScenarios_WhenLatestRunIsAsked_ThenTheNewestCompleteRunOfEachShows) {
    SqliteRunStore store(file());
    store.save(twoPlans("aaaa", 0.0));
    const std::int64_t newest = store.save(twoPlans("bbbb", 1.0));
    sim::RunRecord interrupted = twoPlans("cccc", 2.0);
    auto stopped = std::make_shared<sim::RunResult>(*interrupted.result);
    stopped->cancelled = true;
    interrupted.result = stopped;
    store.save(interrupted);
    const std::int64_t other = store.save(record(2));

    SQLite::Database database(file());
    SQLite::Statement rows(database, "SELECT id FROM latest_run ORDER BY id");
    std::vector<std::int64_t> ids;
    while (rows.executeStep()) ids.push_back(rows.getColumn(0).getInt64());
    EXPECT_EQ(ids, (std::vector<std::int64_t>{newest, other}));
}

}  // namespace
}  // namespace breakeven::db::sqlite_run_store_test
