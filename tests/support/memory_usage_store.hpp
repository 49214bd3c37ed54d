#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "core/scenario/stored_table.hpp"
#include "core/units/sha256.hpp"
#include "sim/results/usage_store.hpp"

namespace breakeven::tests {

/// What several MemoryUsageStores share, as several connections share a file.
struct MemoryTables {
    std::mutex mutex;
    std::map<std::string, std::pair<sim::UsageTableRecord, std::string>> tables;  ///< with the time of each
};

/// A store of usage tables without a file.
class MemoryUsageStore : public sim::UsageStore {
  public:
    explicit MemoryUsageStore(std::shared_ptr<MemoryTables> tables) : shared_(std::move(tables)) {}

    Kept keep(const std::string& name, const sim::UsageTableRecord& table, const std::string& addedAt,
              OnOther onOther) override {
        core::checkTableName(name, "store");
        const std::lock_guard lock(shared_->mutex);
        const auto known = shared_->tables.find(name);
        if (known == shared_->tables.end()) {
            shared_->tables.emplace(name, std::pair(table, addedAt));
            return Kept::Added;
        }
        if (known->second.first.csv == table.csv) return Kept::Unchanged;
        if (onOther == OnOther::Refuse)
            throw core::Error(core::Error::Kind::Input,
                              {core::Severity::Error,
                               {"store", 0, 0},
                               "another usage table is named \"" + name + "\"",
                               "choose another name, or replace it with --replace"});
        known->second = {table, addedAt};
        return Kept::Replaced;
    }

    [[nodiscard]] std::vector<sim::UsageTableSummary> list() const override {
        const std::lock_guard lock(shared_->mutex);
        std::vector<sim::UsageTableSummary> summaries;
        for (const auto& [name, kept] : shared_->tables) {
            const sim::UsageTableRecord& table = kept.first;
            summaries.push_back({name, core::sha256Hex(table.csv),
                                 static_cast<std::int64_t>(table.csv.size()), table.rows, kept.second,
                                 table.meters, table.sources});
        }
        return summaries;
    }

    [[nodiscard]] std::string csv(const std::string& name) const override {
        const std::lock_guard lock(shared_->mutex);
        const auto known = shared_->tables.find(name);
        if (known == shared_->tables.end()) throw core::noSuchTable(name, names());
        return known->second.first.csv;
    }

    void remove(const std::string& name) override {
        const std::lock_guard lock(shared_->mutex);
        if (shared_->tables.erase(name) == 0) throw core::noSuchTable(name, names());
    }

  private:
    [[nodiscard]] std::vector<std::string> names() const {
        std::vector<std::string> all;
        for (const auto& [name, kept] : shared_->tables) all.push_back(name);
        return all;
    }

    std::shared_ptr<MemoryTables> shared_;
};

}  // namespace breakeven::tests
