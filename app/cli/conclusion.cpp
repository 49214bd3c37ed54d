#include "app/cli/conclusion.hpp"

#include <fmt/format.h>

#include "app/wiring/files.hpp"
#include "sim/report/results_csv.hpp"

namespace breakeven::app {

void addConclusionOptions(CLI::App& command, ConclusionOptions& options) {
    command.add_option("--db", options.database, "the store; default: runs.sqlite in your data directory");
    command.add_option("--csv", options.csv, "write the tables into this folder");
    command.add_option("--label", options.label, "a name for the run in the store");
    command.add_option("--fail-if", options.failIf,
                       "exit with 1 when this holds, such as 'flat.probability_plan_loses > 0.1'");
    command.add_flag("--json", options.json, "print the result as JSON");
    command.add_flag("--quiet", options.quiet, "no progress, no table");
}

Conclusion::Conclusion(const ConclusionOptions& options) : options_(options) {
    checkLabel(options.label);
    if (options.failIf.empty()) return;
    sim::ConditionReading reading = sim::readCondition(options.failIf, "--fail-if");
    printDiagnostics(reading.diagnostics);
    condition_ = std::move(reading.condition);
}

void Conclusion::openStore() {
    store_ = app::openStore(options_.database);
}

bool Conclusion::fits(const core::Scenario& scenario) const {
    if (!condition_) return true;
    const auto problems = sim::checkCondition(*condition_, scenario, "--fail-if");
    printDiagnostics(problems);
    return !core::hasErrors(problems);
}

int Conclusion::conclude(const core::Scenario& scenario, const std::shared_ptr<const sim::RunResult>& result,
                         const std::string& folder, int threads, std::int64_t milliseconds) {
    if (!options_.json && !options_.quiet)
        fmt::print("{}{}", hasPrinted_ ? "\n" : "", resultText(*result, &scenario));
    hasPrinted_ = true;
    const std::int64_t row = store_->save(recordOf(scenario, result, options_.label, threads, milliseconds));
    if (!options_.quiet)
        tell("\nkept as run {} (#{}) after {:.1f} s{}\n", result->manifest.run, row,
             1e-3 * static_cast<double>(milliseconds),
             result->cancelled ? fmt::format("; interrupted after {} of {} worlds", result->worldsFinished,
                                             scenario.run.worlds)
                               : "");
    if (result->cancelled) return kInterrupted;
    if (!folder.empty()) writeFiles(folder, sim::resultsCsv(*result));
    if (condition_) {
        const sim::ConditionOutcome outcome = sim::evaluate(*condition_, *result);
        if (outcome.holds) {
            tell("--fail-if {}: holds for plan {} ({})\n", condition_->text, outcome.plan, outcome.value);
            return kAnswerIsNo;
        }
    }
    return kDone;
}

}  // namespace breakeven::app
