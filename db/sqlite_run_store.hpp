#pragma once

#include <memory>
#include <string>

#include "sim/results/run_store.hpp"

namespace SQLite {
class Database;
}

namespace breakeven::db {

/// Runs in one SQLite file (WAL, one row per fact; tables in db/migrations). Several programs may use it at
/// once.
class SqliteRunStore final : public sim::RunStore {
  public:
    /// Opens the store as `openStoreFile` does, with the same errors.
    explicit SqliteRunStore(const std::string& path, int busyTimeoutMs = 5000);
    ~SqliteRunStore() override;

    std::int64_t save(const sim::RunRecord& record) override;
    [[nodiscard]] std::vector<sim::RunSummary> list() const override;
    [[nodiscard]] std::optional<sim::RunSummary> find(const std::string& name) const override;
    [[nodiscard]] sim::RunRecord load(std::int64_t row) const override;
    void remove(std::int64_t row) override;

  private:
    std::string path_;
    std::unique_ptr<SQLite::Database> database_;
};

}  // namespace breakeven::db
