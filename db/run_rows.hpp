#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <cstdint>

#include "sim/results/run_store.hpp"

namespace breakeven::db {

/// Writes a run and all its rows. @return the store's own number of it
std::int64_t insertRun(SQLite::Database& database, const sim::RunRecord& record);

/// Reads a run back, equal to what was written, save for inputs too large to keep.
[[nodiscard]] sim::RunRecord selectRun(SQLite::Database& database, std::int64_t row);

/// One line of the list from `SELECT` kSummaryColumns.
inline constexpr const char* kSummaryColumns =
    "id, name, scenario, question, label, started_at, duration_ms, users, worlds, months, seed, sampling, "
    "engine_version, cancelled, "
    "coalesce((SELECT group_concat(change, ' ') FROM (SELECT key || '=' || value AS change FROM run_override "
    "WHERE run_id = run.id ORDER BY position)), '')";
[[nodiscard]] sim::RunSummary summaryOf(SQLite::Statement& row);

}  // namespace breakeven::db
