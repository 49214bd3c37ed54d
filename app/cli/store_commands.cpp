#include <fmt/format.h>

#include <filesystem>

#include "app/cli/commands.hpp"
#include "app/wiring/files.hpp"
#include "app/wiring/replay.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/report/results_json.hpp"

namespace breakeven::app {
namespace {

struct StoreOptions {
    std::vector<std::string> runs;
    std::string database, csv;
    int threads = 0;
    bool json = false;
};

/// The store of a command that only reads or deletes: a name that is mistyped must not make a new one.
std::unique_ptr<sim::RunStore> existingStore(const StoreOptions& options) {
    if (!options.database.empty() && !std::filesystem::exists(options.database))
        throw core::Error(core::Error::Kind::Input, {core::Severity::Error,
                                                     {options.database, 0, 0},
                                                     "there is no such store",
                                                     "check the name; `run --db` makes a new one"});
    return openStore(options.database);
}

sim::RunSummary found(const sim::RunStore& store, const std::string& name) {
    if (auto summary = store.find(name)) return *summary;
    throw core::Error(core::Error::Kind::Input, {core::Severity::Error,
                                                 {name, 0, 0},
                                                 "the store has no such run",
                                                 "list the runs with `breakeven runs`"});
}

int listRuns(const StoreOptions& options) {
    sim::Table table;
    table.columns = {{"#", "", "", false},       {"run", "", "", true},
                     {"scenario", "", "", true}, {"started (UTC)", "", "", true},
                     {"users", "", "", false},   {"worlds", "", "", false},
                     {"months", "", "", false},  {"label", "", "", true},
                     {"changes", "", "", true}};
    for (const sim::RunSummary& run : existingStore(options)->list()) {
        const std::string texts[] = {std::to_string(run.row),
                                     run.run,
                                     run.scenario + (run.cancelled ? " (interrupted)" : ""),
                                     run.startedAt,
                                     std::to_string(run.settings.users),
                                     std::to_string(run.settings.worlds),
                                     std::to_string(run.settings.months),
                                     run.label,
                                     run.changes};
        table.rows.emplace_back();
        for (const std::string& text : texts) table.rows.back().push_back({text, {}, ""});
    }
    if (table.rows.empty()) {
        fmt::print("The store is empty. Make a run with `breakeven run FILE`.\n");
    } else {
        fmt::print("{}", tableText(table));
    }
    return kDone;
}

/// Which run this is: "#3 pro-200 "fee250", run a87c…, seed 1, set plan.flat.fee=250".
std::string runText(const sim::RunSummary& run) {
    std::string text = fmt::format("#{} {}", run.row, run.scenario);
    if (!run.label.empty()) text += fmt::format(" \"{}\"", run.label);
    text += fmt::format(", run {}, {} users x {} worlds x {} months, seed {}", run.run, run.settings.users,
                        run.settings.worlds, run.settings.months, run.settings.seed);
    if (!run.changes.empty()) text += ", set " + run.changes;
    return text;
}

/// The run's scenario for its words; none when a data file is gone or changed, which must not hide the kept
/// numbers.
std::optional<core::Scenario> scenarioIfReadable(const sim::RunRecord& record) {
    try {
        return scenarioOf(record).scenario;
    } catch (const core::Error&) {
        return std::nullopt;
    }
}

int showRun(const StoreOptions& options) {
    const auto store = existingStore(options);
    const sim::RunSummary summary = found(*store, options.runs.front());
    const sim::RunRecord record = store->load(summary.row);
    if (options.json) {
        fmt::print("{}", sim::resultsJson(*record.result));
    } else {
        fmt::print("{}\n", runText(summary));
        const auto scenario = scenarioIfReadable(record);
        fmt::print("{}", resultText(*record.result, scenario ? &*scenario : nullptr));
    }
    return kDone;
}

int compareRuns(const StoreOptions& options) {
    const auto store = existingStore(options);
    std::vector<std::shared_ptr<const sim::RunResult>> results;
    std::string heads;
    std::vector<std::string> titles;
    for (const std::string& name : options.runs) {
        const sim::RunSummary summary = found(*store, name);
        results.push_back(store->load(summary.row).result);
        heads += runText(summary) + "\n";
        titles.push_back(fmt::format("#{}", summary.row));
    }
    if (options.json) {
        fmt::print("{}", sim::comparisonJson(results));
    } else {
        sim::Table table = sim::compareTable(results);
        for (std::size_t i = 0; i < titles.size(); ++i) table.columns[2 + i].title = titles[i];
        fmt::print("{}\n{}", heads, tableText(table));
    }
    if (!options.csv.empty()) writeFiles(options.csv, {{"comparison.csv", sim::comparisonCsv(results)}});
    return kDone;
}

int exportRun(const StoreOptions& options) {
    const auto store = existingStore(options);
    writeFiles(options.csv, sim::resultsCsv(*store->load(found(*store, options.runs.front()).row).result));
    fmt::print("exported to {}\n", options.csv);
    return kDone;
}

int replayRun(const StoreOptions& options) {
    const auto store = existingStore(options);
    const sim::RunRecord record = store->load(found(*store, options.runs.front()).row);
    const core::ScenarioReading reading = scenarioOf(record);
    printDiagnostics(reading);
    if (!reading.scenario) return kBadInput;
    std::int64_t milliseconds = 0;
    const auto result = simulateShowing(*reading.scenario, options.threads, false, milliseconds);
    if (result->cancelled) return kInterrupted;
    if (!options.csv.empty()) writeFiles(options.csv, sim::resultsCsv(*result));
    const bool isEqual = *result == *record.result;
    fmt::print("run {}: replayed, {}\n", record.result->manifest.run,
               isEqual ? "every number is the same" : "numbers differ from the stored ones");
    if (!isEqual)
        tell("stored by engine version {}, replayed by {}\n", record.result->manifest.engineVersion,
             sim::kEngineVersion);
    return isEqual ? kDone : kAnswerIsNo;
}

int deleteRun(const StoreOptions& options) {
    const auto store = existingStore(options);
    const sim::RunSummary run = found(*store, options.runs.front());
    store->remove(run.row);
    fmt::print("deleted run {} (#{}) of {}\n", run.run, run.row, run.scenario);
    return kDone;
}

enum class Takes { NoRun, OneRun, SeveralRuns };

CLI::App* addCommand(CLI::App& cli, Action& action, const char* name, const char* text, const char* example,
                     Takes takes, const std::shared_ptr<StoreOptions>& options,
                     int (*work)(const StoreOptions&)) {
    CLI::App* command = cli.add_subcommand(name, text);
    command->footer(std::string("Example: breakeven ") + example +
                    "\nA RUN is `latest`, a label, the first digits of its name, or #ROW.");
    command->add_option("--db", options->database, "the store; default: runs.sqlite in your data directory");
    if (takes != Takes::NoRun) {
        CLI::Option* runs = command->add_option("RUN", options->runs, "stored run")->required();
        if (takes == Takes::OneRun)
            runs->expected(1);
        else
            runs->expected(2, 100);
    }
    command->callback([options, work, &action] { action = [options, work] { return work(*options); }; });
    return command;
}

}  // namespace

void addStoreCommands(CLI::App& cli, Action& action) {
    const auto options = std::make_shared<StoreOptions>();
    addCommand(cli, action, "runs", "Lists the stored runs, newest first", "runs", Takes::NoRun, options,
               listRuns);
    addCommand(cli, action, "show", "Prints a stored run", "show latest", Takes::OneRun, options, showRun)
        ->add_flag("--json", options->json, "print JSON");
    CLI::App* compare = addCommand(cli, action, "compare", "Puts stored runs side by side",
                                   "compare '#1' '#2'", Takes::SeveralRuns, options, compareRuns);
    compare->add_flag("--json", options->json, "print JSON");
    compare->add_option("--csv", options->csv, "write comparison.csv into this folder");
    addCommand(cli, action, "export", "Writes a stored run's tables as CSV", "export latest --csv results",
               Takes::OneRun, options, exportRun)
        ->add_option("--csv", options->csv, "folder to write into")
        ->required();
    CLI::App* replay =
        addCommand(cli, action, "replay", "Computes a stored run again and compares every number",
                   "replay latest", Takes::OneRun, options, replayRun);
    replay->add_option("--csv", options->csv, "write the tables of the replay into this folder");
    replay->add_option("--threads", options->threads, "threads; 0: all of the machine")
        ->check(CLI::Range(0, 1024));
    addCommand(cli, action, "delete", "Deletes a stored run", "delete '#3'", Takes::OneRun, options,
               deleteRun);
}

}  // namespace breakeven::app
