#include "db/sqlite_run_store.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <iterator>

#include "core/diagnostics/diagnostic.hpp"
#include "db/run_rows.hpp"
#include "migrations.hpp"

namespace breakeven::db {
namespace {

constexpr int kApplicationId = 0x42524b56;  // "BRKV"

core::Error problem(core::Error::Kind kind, const std::string& path, std::string text, std::string remedy) {
    return {kind, {core::Severity::Error, {path, 0, 0}, std::move(text), std::move(remedy)}};
}

core::Error translated(const SQLite::Exception& error, const std::string& path) {
    using Kind = core::Error::Kind;
    switch (error.getErrorCode()) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return problem(Kind::System, path, "another program is writing to the store",
                           "try again when it is done");
        case SQLITE_FULL:
            return problem(Kind::System, path, "the disk is full; the store is as it was before",
                           "free some space, or name another store with --db");
        case SQLITE_IOERR:
            return problem(Kind::System, path, fmt::format("the store can't be written: {}", error.what()),
                           "check the disk, or name another store with --db");
        case SQLITE_NOTADB:
            return problem(Kind::Input, path, "this file is not a Breakeven store",
                           "name another file with --db");
        case SQLITE_CORRUPT:
            return problem(Kind::System, path, "the store is damaged",
                           "restore it from a backup, or name another one with --db");
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            return problem(Kind::System, path,
                           fmt::format("the store can't be opened for writing: {}", error.what()),
                           "check the folder and its permissions, or name another store with --db");
        default:
            return problem(Kind::System, path, fmt::format("the store failed: {}", error.what()),
                           "name another store with --db");
    }
}

/// Runs `work`, turning SQLite's exceptions into ours.
template <typename Work>
auto guarded(const std::string& path, Work work) {
    try {
        return work();
    } catch (const SQLite::Exception& error) {
        throw translated(error, path);
    }
}

/// Brings an empty or older store up to date; refuses files that are not ours without touching them.
void migrate(SQLite::Database& database, const std::string& path) {
    const int id = database.execAndGet("PRAGMA application_id").getInt();
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    const int tables = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
    const int newest = static_cast<int>(std::size(kMigrations));
    if (id != kApplicationId && (id != 0 || tables > 0 || version != 0)) {
        throw problem(core::Error::Kind::Input, path, "this SQLite file is not a Breakeven store",
                      "name another file with --db");
    }
    if (version > newest) {
        throw problem(core::Error::Kind::Input, path,
                      fmt::format("the store has format {}, this version reads up to {}", version, newest),
                      "use a newer Breakeven, or another store with --db");
    }
    database.exec("PRAGMA journal_mode = WAL");
    database.exec("PRAGMA synchronous = FULL");
    database.exec("PRAGMA foreign_keys = ON");
    if (version == newest) return;
    SQLite::Transaction transaction(database, SQLite::TransactionBehavior::IMMEDIATE);
    // Another program may have migrated while this one waited.
    for (int next = database.execAndGet("PRAGMA user_version").getInt(); next < newest; ++next) {
        database.exec(kMigrations[next]);
        database.exec(fmt::format("PRAGMA user_version = {}", next + 1));
    }
    database.exec(fmt::format("PRAGMA application_id = {}", kApplicationId));
    transaction.commit();
}

/// Removes a store whose making failed, such as on a full disk. One with tables is larger than a page, and
/// one that another program has just made has a -wal file or tables: those stay.
void removeUnfinished(const std::string& path) {
    constexpr std::uintmax_t kOnePage = 4096;
    std::error_code code;
    const std::uintmax_t size = std::filesystem::file_size(path, code);
    if (code || size > kOnePage || std::filesystem::exists(path + "-wal", code)) return;
    std::filesystem::remove(path, code);
}

bool isHex(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

SqliteRunStore::SqliteRunStore(const std::string& path, int busyTimeoutMs) : path_(path) {
    namespace fs = std::filesystem;
    std::error_code code;
    if (fs::is_directory(path, code))
        throw problem(core::Error::Kind::Input, path, "this is a folder, not a store",
                      "name a file with --db");
    code.clear();  // a store that is not there yet is no error
    const fs::path folder = fs::path(path).parent_path();
    if (!folder.empty()) fs::create_directories(folder, code);
    if (code)
        throw problem(core::Error::Kind::System, path,
                      fmt::format("the folder can't be made: {}", code.message()),
                      "name another store with --db");
    const bool isNew = !fs::exists(path, code);
    guarded(path_, [&] {
        try {
            database_ = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                           busyTimeoutMs);
            migrate(*database_, path_);
        } catch (const SQLite::Exception&) {
            database_.reset();
            if (isNew) removeUnfinished(path_);
            throw;
        }
    });
}

SqliteRunStore::~SqliteRunStore() = default;

std::int64_t SqliteRunStore::save(const sim::RunRecord& record) {
    return guarded(path_, [&] {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        const std::int64_t row = insertRun(*database_, record);
        transaction.commit();
        return row;
    });
}

std::vector<sim::RunSummary> SqliteRunStore::list() const {
    return guarded(path_, [&] {
        SQLite::Statement statement(*database_,
                                    fmt::format("SELECT {} FROM run ORDER BY id DESC", kSummaryColumns));
        std::vector<sim::RunSummary> summaries;
        while (statement.executeStep()) summaries.push_back(summaryOf(statement));
        return summaries;
    });
}

std::optional<sim::RunSummary> SqliteRunStore::find(const std::string& name) const {
    const std::vector<sim::RunSummary> runs = list();
    const auto first = [&](auto fits) -> std::optional<sim::RunSummary> {
        const auto found = std::ranges::find_if(runs, fits);
        if (found == runs.end()) return std::nullopt;
        return *found;
    };
    if (name == "latest") return first([](const sim::RunSummary&) { return true; });
    if (name.starts_with('#')) {
        std::int64_t row = 0;
        std::from_chars(name.data() + 1, name.data() + name.size(), row);
        return first([&](const sim::RunSummary& run) { return run.row == row; });
    }
    if (auto labelled = first([&](const sim::RunSummary& run) { return !name.empty() && run.label == name; }))
        return labelled;
    if (name.size() < 4 || !isHex(name)) return std::nullopt;
    auto found = first([&](const sim::RunSummary& run) { return run.run.starts_with(name); });
    if (found && first([&](const sim::RunSummary& run) {
            return run.run.starts_with(name) && run.run != found->run;
        })) {
        throw problem(core::Error::Kind::Input, path_,
                      fmt::format("\"{}\" is the beginning of several runs", name),
                      "give more digits, or #ROW");
    }
    return found;
}

sim::RunRecord SqliteRunStore::load(std::int64_t row) const {
    return guarded(path_, [&] { return selectRun(*database_, row); });
}

void SqliteRunStore::remove(std::int64_t row) {
    guarded(path_, [&] {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement statement(*database_, "DELETE FROM run WHERE id = ?");
        statement.bind(1, row);
        statement.exec();
        transaction.commit();
    });
}

}  // namespace breakeven::db
