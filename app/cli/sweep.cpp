#include <fmt/format.h>

#include <algorithm>
#include <filesystem>

#include "app/cli/commands.hpp"
#include "app/wiring/files.hpp"
#include "app/wiring/stored_usage.hpp"
#include "sim/decide/grid.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/report/results_json.hpp"
#include "sim/report/sweep_table.hpp"

namespace breakeven::app {
namespace {

struct SweepOptions {
    std::string file, database, csv, label;
    std::vector<std::string> sets, varied;
    int threads = 0;
    bool json = false, quiet = false;
};

/// The complete run of this name in the store, if any.
std::shared_ptr<const sim::RunResult> stored(const sim::RunStore& store,
                                             const std::vector<sim::RunSummary>& runs,
                                             const std::string& name) {
    const auto found = std::ranges::find_if(
        runs, [&](const sim::RunSummary& run) { return run.run == name && !run.cancelled; });
    return found == runs.end() ? nullptr : store.load(found->row).result;
}

int sweep(const SweepOptions& options) {
    checkLabel(options.label);
    std::vector<sim::GridAxis> axes;
    for (const std::string& text : options.varied) {
        const sim::GridReading reading = sim::readGridAxis(text, "--vary");
        printDiagnostics(reading.diagnostics);
        if (!reading.axis) return kBadInput;
        axes.push_back(*reading.axis);
    }
    const auto points = sim::gridPoints(axes, "--vary");
    std::vector<core::Scenario> scenarios;  // all are read before the first is run
    for (const auto& point : points) {
        std::vector<core::Override> overrides = overridesOf(options.sets);
        overrides.insert(overrides.end(), point.begin(), point.end());
        core::ScenarioReading reading =
            core::readScenarioFile(options.file, overrides, storedUsage(options.database));
        if (!reading.scenario || scenarios.empty()) printDiagnostics(reading);
        if (!reading.scenario || !isSimulatable(reading)) return kBadInput;
        scenarios.push_back(std::move(*reading.scenario));
    }
    const auto store = openStore(options.database);
    const std::vector<sim::RunSummary> runs = store->list();
    std::vector<sim::SweepPoint> results;
    std::size_t reused = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
        auto result = stored(*store, runs, sim::runName(scenarios[i]));
        if (result) {
            ++reused;
        } else {
            std::int64_t milliseconds = 0;
            result = simulateShowing(scenarios[i], options.threads, options.quiet, milliseconds);
            if (result->cancelled) {
                tell("interrupted: {} of {} points are in the store; run the same command to go on\n",
                     results.size(), points.size());
                return kInterrupted;
            }
            store->save(recordOf(scenarios[i], result, options.label, options.threads, milliseconds));
        }
        results.push_back({points[i], std::move(result)});
    }
    if (options.json) {
        fmt::print("{}", sim::sweepJson(results));
    } else if (!options.quiet) {
        fmt::print("{}", tableText(sim::sweepTable(results)));
    }
    if (!options.csv.empty()) {
        const std::filesystem::path path = options.csv;
        writeFiles(path.has_parent_path() ? path.parent_path().string() : ".",
                   {{path.filename().string(), sim::sweepCsv(results)}});
    }
    if (!options.quiet) tell("{} points, {} of them from the store\n", points.size(), reused);
    return kDone;
}

}  // namespace

void addSweep(CLI::App& cli, Action& action) {
    CLI::App* command = cli.add_subcommand(
        "sweep", "Runs a scenario over a grid of one or more keys, with the same draws at every point");
    command->footer(
        "Example: breakeven sweep scenarios/pro-200/pro-200.toml --vary plan.flat.fee=100:400:20 --csv "
        "sweep.csv\n"
        "Points that are in the store already are not computed again, so an interrupted sweep goes on where "
        "it was.");
    auto options = std::make_shared<SweepOptions>();
    command->add_option("FILE", options->file, "scenario file")->required();
    command
        ->add_option("--vary", options->varied, "KEY=FROM:TO:STEP or KEY=A,B,C; may be given several times")
        ->required()
        ->allow_extra_args(false);
    command->add_option("--set", options->sets, "KEY=VALUE for every point")->allow_extra_args(false);
    command->add_option("--threads", options->threads, "threads; 0: all of the machine")
        ->check(CLI::Range(0, 1024));
    command->add_option("--db", options->database, "the store; default: runs.sqlite in your data directory");
    command->add_option("--csv", options->csv, "write all metrics of all points to this file");
    command->add_option("--label", options->label, "a name for the runs in the store");
    command->add_flag("--json", options->json, "print the result as JSON");
    command->add_flag("--quiet", options->quiet, "no progress, no table");
    command->callback([options, &action] { action = [options] { return sweep(*options); }; });
}

}  // namespace breakeven::app
