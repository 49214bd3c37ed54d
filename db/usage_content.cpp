#include "db/usage_content.hpp"

namespace breakeven::db {

void keepUsageContent(SQLite::Database& database, const std::string& sha256, const std::string& content) {
    SQLite::Statement statement(
        database,
        "INSERT INTO usage_content (sha256, content) VALUES (?, ?) ON CONFLICT (sha256) DO NOTHING");
    statement.bind(1, sha256);
    statement.bind(2, content.data(), static_cast<int>(content.size()));
    statement.exec();
}

void pruneUsageContent(SQLite::Database& database) {
    database.exec(
        "DELETE FROM usage_content WHERE sha256 NOT IN (SELECT sha256 FROM usage_table) "
        "AND sha256 NOT IN (SELECT sha256 FROM input_file WHERE content IS NULL)");
}

}  // namespace breakeven::db
