#pragma once

#include <memory>
#include <string>

#include "sim/results/usage_store.hpp"

namespace SQLite {
class Database;
}

namespace breakeven::db {

/// Usage tables in the SQLite file that keeps the runs. Several programs may use it at once.
class SqliteUsageStore final : public sim::UsageStore {
  public:
    /// Opens the store as `openStoreFile` does, with the same errors.
    ///
    /// @param busyTimeoutMs  how long to wait for another program's write
    explicit SqliteUsageStore(const std::string& path, int busyTimeoutMs = 5000);
    ~SqliteUsageStore() override;

    Kept keep(const std::string& name, const sim::UsageTableRecord& table, const std::string& addedAt,
              OnOther onOther) override;
    [[nodiscard]] std::vector<sim::UsageTableSummary> list() const override;
    [[nodiscard]] std::string csv(const std::string& name) const override;
    void remove(const std::string& name) override;

  private:
    [[nodiscard]] std::vector<std::string> names() const;

    std::string path_;
    std::unique_ptr<SQLite::Database> database_;
};

}  // namespace breakeven::db
