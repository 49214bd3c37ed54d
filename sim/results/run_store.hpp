#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// A finished run with all it takes to repeat it bit for bit.
struct RunRecord {
    std::string scenarioFile;               ///< where it was read from, for people
    std::string scenarioText;               ///< the file as read
    std::vector<core::Override> overrides;  ///< `--set`, in order
    std::vector<core::InputFile> inputs;    ///< content empty when too large to keep
    std::string label;                      ///< empty: none
    std::string startedAt;                  ///< UTC, ISO 8601
    std::int64_t durationMs = 0;
    int threads = 1;
    std::shared_ptr<const RunResult> result;
};

/// A run with all of the scenario that it takes to repeat it; label, times and threads are the caller's.
[[nodiscard]] RunRecord recordOf(const core::Scenario& scenario, std::shared_ptr<const RunResult> result);

/// Overrides as people read them: "plan.pro.fee=250 run.worlds=100".
[[nodiscard]] std::string changesText(const std::vector<core::Override>& overrides);

/// One line of the run list.
struct RunSummary {
    std::int64_t row = 0;  ///< the store's own number, ascending in time
    std::string run;       ///< 16 hex digits
    std::string scenario;
    std::string question;
    std::string label;
    std::string startedAt;
    std::int64_t durationMs = 0;
    core::RunSettings settings;
    std::string engineVersion;
    bool cancelled = false;
    std::string changes;  ///< `--set` of the run, in order: "plan.pro.fee=250 run.worlds=100"; empty: none
    bool operator==(const RunSummary&) const = default;
};

/// Where runs are kept. Every call throws core::Error when the store can't be read or written; a failed save
/// leaves the store as it was.
class RunStore {
  public:
    RunStore() = default;
    RunStore(const RunStore&) = delete;
    RunStore& operator=(const RunStore&) = delete;
    virtual ~RunStore() = default;

    /// Adds a run; the run's name then means this newest one.
    /// @return the store's own number of it
    virtual std::int64_t save(const RunRecord& record) = 0;

    /// All runs, newest first.
    [[nodiscard]] virtual std::vector<RunSummary> list() const = 0;

    /// Resolves what a person typed: `latest`, a label, a run's 16 hex digits or the beginning of them that
    /// fits only one run name (4 digits at least), or `#ROW`. Newest of equals.
    /// @return none when nothing fits; throws core::Error (Input) when a beginning fits several names
    [[nodiscard]] virtual std::optional<RunSummary> find(const std::string& name) const = 0;

    [[nodiscard]] virtual RunRecord load(std::int64_t row) const = 0;

    /// Deletes one run and all its rows.
    virtual void remove(std::int64_t row) = 0;
};

}  // namespace breakeven::sim
