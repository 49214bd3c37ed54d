#include "db/store_file.hpp"

#include <fmt/format.h>
#include <sqlite3.h>

#include <filesystem>
#include <iterator>
#include <utility>

#include "migrations.hpp"

namespace breakeven::db {
namespace {

constexpr int kApplicationId = 0x42524b56;  // "BRKV"

/// Brings an empty or older store up to date; refuses files that are not ours without touching them.
void migrate(SQLite::Database& database, const std::string& path) {
    const int id = database.execAndGet("PRAGMA application_id").getInt();
    const int version = database.execAndGet("PRAGMA user_version").getInt();
    const int tables = database.execAndGet("SELECT count(*) FROM sqlite_schema").getInt();
    const int newest = static_cast<int>(std::size(kMigrations));
    if (id != kApplicationId && (id != 0 || tables > 0 || version != 0)) {
        throw storeProblem(core::Error::Kind::Input, path, "this SQLite file is not a Breakeven store",
                           "name another file with --db");
    }
    if (version > newest) {
        throw storeProblem(
            core::Error::Kind::Input, path,
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

}  // namespace

core::Error storeProblem(core::Error::Kind kind, const std::string& path, std::string text,
                         std::string remedy) {
    return {kind, {core::Severity::Error, {path, 0, 0}, std::move(text), std::move(remedy)}};
}

core::Error translated(const SQLite::Exception& error, const std::string& path) {
    using Kind = core::Error::Kind;
    switch (error.getErrorCode()) {
        case SQLITE_BUSY:
        case SQLITE_LOCKED:
            return storeProblem(Kind::System, path, "another program is writing to the store",
                                "try again when it is done");
        case SQLITE_FULL:
            return storeProblem(Kind::System, path, "the disk is full; the store is as it was before",
                                "free some space, or name another store with --db");
        case SQLITE_IOERR:
            return storeProblem(Kind::System, path,
                                fmt::format("the store can't be written: {}", error.what()),
                                "check the disk, or name another store with --db");
        case SQLITE_NOTADB:
            return storeProblem(Kind::Input, path, "this file is not a Breakeven store",
                                "name another file with --db");
        case SQLITE_CORRUPT:
            return storeProblem(Kind::System, path, "the store is damaged",
                                "restore it from a backup, or name another one with --db");
        case SQLITE_READONLY:
        case SQLITE_CANTOPEN:
        case SQLITE_PERM:
            return storeProblem(Kind::System, path,
                                fmt::format("the store can't be opened for writing: {}", error.what()),
                                "check the folder and its permissions, or name another store with --db");
        default:
            return storeProblem(Kind::System, path, fmt::format("the store failed: {}", error.what()),
                                "name another store with --db");
    }
}

std::unique_ptr<SQLite::Database> openStoreFile(const std::string& path, int busyTimeoutMs) {
    namespace fs = std::filesystem;
    std::error_code code;
    if (fs::is_directory(path, code))
        throw storeProblem(core::Error::Kind::Input, path, "this is a folder, not a store",
                           "name a file with --db");
    code.clear();  // a store that is not there yet is no error
    const fs::path folder = fs::path(path).parent_path();
    if (!folder.empty()) fs::create_directories(folder, code);
    if (code)
        throw storeProblem(core::Error::Kind::System, path,
                           fmt::format("the folder can't be made: {}", code.message()),
                           "name another store with --db");
    const bool isNew = !fs::exists(path, code);
    return guarded(path, [&] {
        std::unique_ptr<SQLite::Database> database;
        try {
            database = std::make_unique<SQLite::Database>(path, SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE,
                                                          busyTimeoutMs);
            migrate(*database, path);
            return database;
        } catch (const SQLite::Exception&) {
            database.reset();
            if (isNew) removeUnfinished(path);
            throw;
        }
    });
}

}  // namespace breakeven::db
