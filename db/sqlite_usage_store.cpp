#include "db/sqlite_usage_store.hpp"

#include <fmt/format.h>

#include "core/scenario/stored_table.hpp"
#include "core/units/sha256.hpp"
#include "db/store_file.hpp"
#include "db/usage_content.hpp"

namespace breakeven::db {
namespace {

constexpr std::size_t kMostBytes = 512U << 20;

void deleteTable(SQLite::Database& database, std::int64_t id) {
    SQLite::Statement statement(database, "DELETE FROM usage_table WHERE id = ?");
    statement.bind(1, id);
    statement.exec();
    pruneUsageContent(database);
}

void insertTable(SQLite::Database& database, const std::string& name, const std::string& sha256,
                 const sim::UsageTableRecord& table, const std::string& addedAt) {
    keepUsageContent(database, sha256, table.csv);
    SQLite::Statement statement(
        database, "INSERT INTO usage_table (name, sha256, row_count, added_at) VALUES (?, ?, ?, ?)");
    statement.bind(1, name);
    statement.bind(2, sha256);
    statement.bind(3, table.rows);
    statement.bind(4, addedAt);
    statement.exec();
    const std::int64_t id = database.getLastInsertRowid();
    std::int64_t position = 0;
    SQLite::Statement meter(database, "INSERT INTO usage_meter VALUES (?, ?, ?)");
    for (const std::string& column : table.meters) {
        meter.bind(1, id);
        meter.bind(2, ++position);
        meter.bind(3, column);
        meter.exec();
        meter.reset();
    }
    position = 0;
    SQLite::Statement source(database, "INSERT INTO usage_source VALUES (?, ?, ?, ?)");
    for (const sim::UsageSource& file : table.sources) {
        source.bind(1, id);
        source.bind(2, ++position);
        source.bind(3, file.file);
        source.bind(4, file.sha256);
        source.exec();
        source.reset();
    }
}

}  // namespace

SqliteUsageStore::SqliteUsageStore(const std::string& path, int busyTimeoutMs)
    : path_(path), database_(openStoreFile(path, busyTimeoutMs)) {}

SqliteUsageStore::~SqliteUsageStore() = default;

sim::UsageStore::Kept SqliteUsageStore::keep(const std::string& name, const sim::UsageTableRecord& table,
                                             const std::string& addedAt, OnOther onOther) {
    core::checkTableName(name, path_);
    if (table.csv.size() > kMostBytes)
        throw storeProblem(core::Error::Kind::Input, path_,
                           "the usage table is larger than 512 MiB, which no scenario could read",
                           "meter fewer subjects or periods into one table");
    const std::string sha256 = core::sha256Hex(table.csv);
    return guarded(path_, [&] {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement known(*database_,
                                "SELECT id, sha256, row_count, added_at FROM usage_table WHERE name = ?");
        known.bind(1, name);
        Kept kept = Kept::Added;
        if (known.executeStep()) {
            if (known.getColumn(1).getString() == sha256) return Kept::Unchanged;
            if (onOther == OnOther::Refuse)
                throw storeProblem(
                    core::Error::Kind::Input, path_,
                    fmt::format("another usage table is named \"{}\" ({} rows, added {})", name,
                                known.getColumn(2).getInt64(), known.getColumn(3).getString()),
                    "choose another name, or replace it with --replace");
            deleteTable(*database_, known.getColumn(0).getInt64());
            kept = Kept::Replaced;
        }
        known.reset();
        insertTable(*database_, name, sha256, table, addedAt);
        transaction.commit();
        return kept;
    });
}

std::vector<sim::UsageTableSummary> SqliteUsageStore::list() const {
    return guarded(path_, [&] {
        // One reading of the store, whatever other programs do meanwhile.
        SQLite::Transaction transaction(*database_);
        SQLite::Statement tables(
            *database_,
            "SELECT t.id, t.name, t.sha256, length(c.content), t.row_count, t.added_at "
            "FROM usage_table AS t JOIN usage_content AS c USING (sha256) ORDER BY t.name");
        SQLite::Statement meters(*database_,
                                 "SELECT name FROM usage_meter WHERE table_id = ? ORDER BY position");
        SQLite::Statement sources(
            *database_, "SELECT file, sha256 FROM usage_source WHERE table_id = ? ORDER BY position");
        std::vector<sim::UsageTableSummary> summaries;
        while (tables.executeStep()) {
            sim::UsageTableSummary& summary = summaries.emplace_back();
            const std::int64_t id = tables.getColumn(0).getInt64();
            summary.name = tables.getColumn(1).getString();
            summary.sha256 = tables.getColumn(2).getString();
            summary.bytes = tables.getColumn(3).getInt64();
            summary.rows = tables.getColumn(4).getInt64();
            summary.addedAt = tables.getColumn(5).getString();
            meters.bind(1, id);
            while (meters.executeStep()) summary.meters.push_back(meters.getColumn(0).getString());
            meters.reset();
            sources.bind(1, id);
            while (sources.executeStep())
                summary.sources.push_back(
                    {sources.getColumn(0).getString(), sources.getColumn(1).getString()});
            sources.reset();
        }
        return summaries;
    });
}

std::vector<std::string> SqliteUsageStore::names() const {
    SQLite::Statement statement(*database_, "SELECT name FROM usage_table ORDER BY name");
    std::vector<std::string> names;
    while (statement.executeStep()) names.push_back(statement.getColumn(0).getString());
    return names;
}

std::string SqliteUsageStore::csv(const std::string& name) const {
    return guarded(path_, [&] {
        SQLite::Statement statement(
            *database_,
            "SELECT c.content FROM usage_table AS t JOIN usage_content AS c USING (sha256) WHERE t.name = ?");
        statement.bind(1, name);
        if (!statement.executeStep()) throw core::noSuchTable(name, names());
        return statement.getColumn(0).getString();
    });
}

void SqliteUsageStore::remove(const std::string& name) {
    guarded(path_, [&] {
        SQLite::Transaction transaction(*database_, SQLite::TransactionBehavior::IMMEDIATE);
        SQLite::Statement statement(*database_, "SELECT id FROM usage_table WHERE name = ?");
        statement.bind(1, name);
        if (!statement.executeStep()) throw core::noSuchTable(name, names());
        const std::int64_t id = statement.getColumn(0).getInt64();
        statement.reset();
        deleteTable(*database_, id);
        transaction.commit();
    });
}

}  // namespace breakeven::db
