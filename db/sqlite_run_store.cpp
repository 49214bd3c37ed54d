#include "db/sqlite_run_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/diagnostics/diagnostic.hpp"
#include "db/run_rows.hpp"
#include "db/store_file.hpp"
#include "db/usage_content.hpp"

namespace breakeven::db {
namespace {

bool isHex(const std::string& text) {
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

}  // namespace

SqliteRunStore::SqliteRunStore(const std::string& path, int busyTimeoutMs)
    : path_(path), database_(openStoreFile(path, busyTimeoutMs)) {}

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
        throw storeProblem(core::Error::Kind::Input, path_,
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
        pruneUsageContent(*database_);
        transaction.commit();
    });
}

}  // namespace breakeven::db
