#pragma once

#include <algorithm>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "sim/results/run_store.hpp"

namespace breakeven::tests {

/// What several MemoryRunStores share, as several connections share a file.
struct MemoryRuns {
    std::mutex mutex;
    std::int64_t last = 0;
    std::vector<std::pair<std::int64_t, sim::RunRecord>> records;
    std::optional<core::Diagnostic> failSave;  ///< thrown by the next saves
};

/// A run store without a file.
class MemoryRunStore : public sim::RunStore {
  public:
    explicit MemoryRunStore(std::shared_ptr<MemoryRuns> runs) : runs_(std::move(runs)) {}

    std::int64_t save(const sim::RunRecord& record) override {
        const std::lock_guard lock(runs_->mutex);
        if (runs_->failSave) throw core::Error(core::Error::Kind::System, *runs_->failSave);
        runs_->records.emplace_back(++runs_->last, record);
        return runs_->last;
    }

    [[nodiscard]] std::vector<sim::RunSummary> list() const override {
        const std::lock_guard lock(runs_->mutex);
        std::vector<sim::RunSummary> summaries;
        for (const auto& [row, record] : runs_->records) {
            const sim::RunManifest& manifest = record.result->manifest;
            summaries.push_back({row, manifest.run, manifest.scenario, manifest.question, record.label,
                                 record.startedAt, record.durationMs, manifest.settings,
                                 manifest.engineVersion, record.result->cancelled,
                                 sim::changesText(record.overrides)});
        }
        std::ranges::reverse(summaries);
        return summaries;
    }

    [[nodiscard]] std::optional<sim::RunSummary> find(const std::string& name) const override {
        for (const sim::RunSummary& summary : list())
            if (summary.run == name || summary.label == name) return summary;
        return std::nullopt;
    }

    [[nodiscard]] sim::RunRecord load(std::int64_t row) const override {
        const std::lock_guard lock(runs_->mutex);
        for (const auto& [number, record] : runs_->records)
            if (number == row) return record;
        throw core::Error(core::Error::Kind::Input,
                          {core::Severity::Error, {"store", 0, 0}, "there is no such run", ""});
    }

    void remove(std::int64_t row) override {
        const std::lock_guard lock(runs_->mutex);
        std::erase_if(runs_->records, [row](const auto& item) { return item.first == row; });
    }

  private:
    std::shared_ptr<MemoryRuns> runs_;
};

}  // namespace breakeven::tests
