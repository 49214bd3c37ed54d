#pragma once

#include <memory>
#include <optional>
#include <string>

#include "app/cli/commands.hpp"
#include "sim/decide/condition.hpp"

namespace breakeven::app {

/// What the user wants of a finished run; the same for `run` and `merge`.
struct ConclusionOptions {
    std::string database, csv, label, failIf;
    bool json = false, quiet = false;
};

/// Adds these options to a command.
void addConclusionOptions(CLI::App& command, ConclusionOptions& options);

/// Prints, keeps and exports finished runs, and holds them to `--fail-if`.
class Conclusion {
  public:
    /// Checks what was asked for. Throws core::Error (Input) for a bad label; @see isGood for the rest.
    explicit Conclusion(const ConclusionOptions& options);

    /// False when `--fail-if` makes no sense, the reasons on standard error.
    [[nodiscard]] bool isGood() const { return options_.failIf.empty() || condition_.has_value(); }

    /// Opens the store, so that one that can't be written is told before the work.
    void openStore();

    /// False, with the reasons on standard error, where the scenario has not what `--fail-if` speaks of.
    [[nodiscard]] bool fits(const core::Scenario& scenario) const;

    /// Prints the verdict and the tables, keeps the run, writes the CSV files into `folder` unless that is
    /// empty. @return the exit status: done, interrupted, or that the condition failed
    [[nodiscard]] int conclude(const core::Scenario& scenario,
                               const std::shared_ptr<const sim::RunResult>& result, const std::string& folder,
                               int threads, std::int64_t milliseconds);

  private:
    const ConclusionOptions& options_;
    std::optional<sim::Condition> condition_;
    std::unique_ptr<sim::RunStore> store_;
    bool hasPrinted_ = false;
};

}  // namespace breakeven::app
