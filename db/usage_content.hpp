#pragma once

#include <SQLiteCpp/SQLiteCpp.h>

#include <string>

namespace breakeven::db {

/// Puts bytes under their hash, once. Inside a transaction of the caller.
void keepUsageContent(SQLite::Database& database, const std::string& sha256, const std::string& content);

/// Removes what no usage table and no run needs any more. Inside a transaction of the caller.
void pruneUsageContent(SQLite::Database& database);

}  // namespace breakeven::db
