#pragma once

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "core/scenario/scenario_reader.hpp"
#include "sim/engine/ranks.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/report/results_table.hpp"
#include "sim/results/run_store.hpp"
#include "sim/results/usage_store.hpp"

namespace breakeven::app {

/// Exit statuses that scripts rely on.
enum Status : int { kDone = 0, kAnswerIsNo = 1, kBadInput = 2, kSystemFailed = 3, kInterrupted = 130 };

/// What a command does once the command line is read. @return an exit status
using Action = std::function<int()>;

// Each adds its command to the command line; `action` is set when it was chosen.
void addBill(CLI::App& cli, Action& action);
void addCheck(CLI::App& cli, Action& action);
void addConformance(CLI::App& cli, Action& action);
void addCost(CLI::App& cli, Action& action);
void addFacts(CLI::App& cli, Action& action);
void addFit(CLI::App& cli, Action& action);
void addRun(CLI::App& cli, Action& action);
void addSweep(CLI::App& cli, Action& action);
void addMerge(CLI::App& cli, Action& action);
void addMeter(CLI::App& cli, Action& action);
void addPrices(CLI::App& cli, Action& action);
void addStoreCommands(CLI::App& cli, Action& action);
void addUsage(CLI::App& cli, Action& action);

/// Writes to standard error. Where that can't be written there is nobody to tell: it never throws, so the
/// exit status still says how the command ended.
template <typename... Args>
void tell(fmt::format_string<Args...> format, Args&&... args) {
    const std::string text = fmt::format(format, std::forward<Args>(args)...);
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

/// Prints every diagnostic to standard error.
void printDiagnostics(const core::ScenarioReading& reading);
void printDiagnostics(const std::vector<core::Diagnostic>& diagnostics);

/// False, with the reasons on standard error, when the scenario has terms that only exact invoices know.
[[nodiscard]] bool isSimulatable(const core::ScenarioReading& reading);

/// Verdict, plan table and differences, as `run` and `show` print them.
///
/// @param scenario  what the run was made of; null when it can no longer be read: the verdict then names
/// plans by id only
[[nodiscard]] std::string resultText(const sim::RunResult& result, const core::Scenario* scenario);

/// Makes all simulations of this process run on these ranks; null: on its own threads alone.
void simulateOn(sim::Ranks* ranks);
[[nodiscard]] bool hasRanks();

/// Works with a progress bar (on a terminal, unless quiet); Ctrl-C, or SIGTERM as schedulers send it, stops
/// it.
/// @return milliseconds that it took
std::int64_t showing(int threads, bool quiet, const std::string& currency,
                     const std::function<void(const sim::Hooks&)>& work);

/// Simulates with a progress bar (on a terminal, unless quiet) and Ctrl-C as the way to stop. `milliseconds`
/// receives the time.
[[nodiscard]] std::shared_ptr<const sim::RunResult> simulateShowing(const core::Scenario& scenario,
                                                                    int threads, bool quiet,
                                                                    std::int64_t& milliseconds);

/// A table as aligned text, one line a row, units under the titles.
[[nodiscard]] std::string tableText(const sim::Table& table);

/// A run as the store keeps it.
[[nodiscard]] sim::RunRecord recordOf(const core::Scenario& scenario,
                                      const std::shared_ptr<const sim::RunResult>& result,
                                      const std::string& label, int threads, std::int64_t milliseconds);

/// Throws core::Error (Input) for a label that means something else where runs are named.
void checkLabel(const std::string& label);

/// KEY=VALUE texts of --set.
[[nodiscard]] std::vector<core::Override> overridesOf(const std::vector<std::string>& texts);

/// Keeps a usage table in the store at `database` (the default one when empty) and says so. Throws
/// core::Error where the name holds other rows and may not be replaced.
void keepTable(const std::string& database, const std::string& name, const sim::UsageTableRecord& table,
               bool replaces);

/// Writes one file whole, or throws core::Error and leaves what was there.
void writeOne(const std::string& path, std::string bytes);

/// The store at `path`, or the default one when empty.
[[nodiscard]] std::unique_ptr<sim::RunStore> openStore(const std::string& path);

}  // namespace breakeven::app
