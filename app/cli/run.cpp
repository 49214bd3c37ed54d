#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>

#include "app/cli/commands.hpp"
#include "app/cli/conclusion.hpp"
#include "app/cli/shard.hpp"
#include "app/wiring/files.hpp"
#include "app/wiring/stored_usage.hpp"
#include "sim/decide/target_error.hpp"
#include "sim/report/csv_text.hpp"
#include "sim/report/results_json.hpp"
#include "sim/report/verdict.hpp"

namespace breakeven::app {
namespace {

struct RunOptions {
    std::vector<std::string> paths, sets;
    std::string users, worlds, months, seed, sampling, targetError, shard, out;
    std::uint64_t mostUserMonths = 2'000'000'000;
    int threads = 0;
    ConclusionOptions conclusion;
};

/// How one scenario of a batch ended.
struct Ending {
    std::string file, name, run, headline;
    int status = kDone;
    bool isLeftOut = false;  ///< found in a folder, and only `bill` knows its terms
};

std::string endingText(const Ending& ending) {
    if (ending.isLeftOut) return "left out: for bill";
    switch (ending.status) {
        case kDone:
            return "done";
        case kAnswerIsNo:
            return "condition failed";
        case kBadInput:
            return "bad input";
        case kInterrupted:
            return "interrupted";
        default:
            return "system failed";
    }
}

/// `--set`, then the settings that have an option of their own.
std::vector<core::Override> allOverrides(const RunOptions& options) {
    std::vector<core::Override> overrides = overridesOf(options.sets);
    const std::pair<const char*, const std::string&> settings[] = {{"run.users", options.users},
                                                                   {"run.worlds", options.worlds},
                                                                   {"run.months", options.months},
                                                                   {"run.seed", options.seed},
                                                                   {"run.sampling", options.sampling}};
    for (const auto& [key, value] : settings) {
        if (!value.empty()) overrides.push_back({key, value});
    }
    return overrides;
}

/// Runs the scenarios of one command.
class Batch {
  public:
    explicit Batch(const RunOptions& options)
        : options_(options), overrides_(allOverrides(options)), conclusion_(options.conclusion) {}

    int run() {
        if (!conclusion_.isGood()) return kBadInput;
        if (!options_.targetError.empty()) {
            const sim::ErrorTargetReading reading =
                sim::readErrorTarget(options_.targetError, "--target-error");
            printDiagnostics(reading.diagnostics);
            if (!reading.target) return kBadInput;
            target_ = reading.target;
        }
        const std::vector<std::string> files = scenarioFiles(options_.paths);
        isBatch_ = files.size() > 1;
        conclusion_.openStore();
        for (const std::string& file : files) {
            Ending ending{file, "", "", "", kDone};
            try {
                runFile(file, ending);
            } catch (const core::Error& error) {
                tell("{}", core::formatDiagnostic(error.diagnostic()));
                ending.status = error.kind() == core::Error::Kind::Input ? kBadInput : kSystemFailed;
            }
            endings_.push_back(ending);
            if (ending.status == kInterrupted) break;
        }
        if (options_.conclusion.json)
            fmt::print("{}", isBatch_           ? sim::resultsJson(std::span(results_))
                             : results_.empty() ? ""
                                                : sim::resultsJson(*results_.front()));
        if (isBatch_) summarise();
        return worstStatus();
    }

  private:
    void runFile(const std::string& file, Ending& ending) {
        core::ScenarioReading reading =
            core::readScenarioFile(file, overrides_, storedUsage(options_.conclusion.database));
        printDiagnostics(reading);
        ending.status = kBadInput;
        if (!reading.scenario) return;
        core::Scenario& scenario = *reading.scenario;
        ending.name = scenario.name;
        const bool isNamed = std::ranges::find(options_.paths, file) != options_.paths.end();
        if (!isNamed && !scenario.exactOnly.empty()) {
            // Found in a folder it is nothing to be mended: `bill` is what it is for.
            ending.status = kDone;
            ending.isLeftOut = true;
            return;
        }
        if (!isSimulatable(reading)) return;
        if (!names_.insert(scenario.name).second && !options_.conclusion.csv.empty()) {
            throw core::Error(
                core::Error::Kind::Input,
                {core::Severity::Error,
                 {file, 0, 0},
                 fmt::format("another scenario of this batch is also named \"{}\"", scenario.name),
                 "give each its own name"});
        }
        if (!conclusion_.fits(scenario)) return;
        if (target_) {
            const auto problems = sim::checkCondition(target_->of, scenario, "--target-error");
            printDiagnostics(problems);
            if (core::hasErrors(problems)) return;
        }
        std::int64_t milliseconds = 0;
        auto result = simulateShowing(scenario, options_.threads, options_.conclusion.quiet, milliseconds);
        if (target_ && !result->cancelled) growToTarget(file, scenario, result, milliseconds);
        ending.status = result->cancelled ? kInterrupted : kDone;
        ending.run = result->manifest.run;
        if (result->worldsFinished > 0) ending.headline = sim::verdict(*result).headline;
        if (result->cancelled && result->worldsFinished < 2) {
            tell("interrupted before two worlds were finished: nothing was kept\n");
            return;
        }
        results_.push_back(result);
        ending.status =
            conclusion_.conclude(scenario, result, csvFolder(scenario), options_.threads, milliseconds);
    }

    /// Where the tables of a scenario go; empty: nowhere.
    [[nodiscard]] std::string csvFolder(const core::Scenario& scenario) const {
        const std::filesystem::path folder = options_.conclusion.csv;
        return isBatch_ && !folder.empty() ? (folder / scenario.name).string() : folder.string();
    }

    /// Runs the scenario again and larger until the error that was asked for is reached. What is kept is the
    /// last run, the same as one started with its users and worlds.
    void growToTarget(const std::string& file, core::Scenario& scenario,
                      std::shared_ptr<const sim::RunResult>& result, std::int64_t& milliseconds) const {
        for (unsigned look = 0;; ++look) {
            const double distance = sim::distanceFromTarget(*target_, *result, look);
            if (distance <= 1.0) return;
            const auto next = sim::enlarged(scenario.run, distance, options_.mostUserMonths);
            if (!next) {
                tell(
                    "--target-error {}: not reached with {} users x {} worlds: the interval is {:.2g} times "
                    "as wide; "
                    "allow more with --max-user-months\n",
                    options_.targetError, scenario.run.users, scenario.run.worlds, distance);
                return;
            }
            if (!options_.conclusion.quiet) {
                tell(
                    "--target-error {}: the interval is {:.2g} times as wide; running {} users x {} worlds\n",
                    options_.targetError, distance, next->users, next->worlds);
            }
            std::vector<core::Override> overrides = overrides_;
            overrides.push_back({"run.users", std::to_string(next->users)});
            overrides.push_back({"run.worlds", std::to_string(next->worlds)});
            core::ScenarioReading larger =
                core::readScenarioFile(file, overrides, storedUsage(options_.conclusion.database));
            if (!larger.scenario) return;  // changed on disk meanwhile
            std::int64_t more = 0;
            auto grown = simulateShowing(*larger.scenario, options_.threads, options_.conclusion.quiet, more);
            if (grown->cancelled && grown->worldsFinished < result->worldsFinished) return;
            scenario = std::move(*larger.scenario);
            result = std::move(grown);
            milliseconds += more;
            if (result->cancelled) return;
        }
    }

    void summarise() {
        sim::CsvText csv({"file", "scenario", "run", "status", "verdict"});
        for (const Ending& ending : endings_) {
            if (!options_.conclusion.quiet)
                tell("{:<16}  {}  {}\n", endingText(ending), ending.file, ending.headline);
            csv.text(std::filesystem::path(ending.file).filename().string())
                .text(ending.name)
                .text(ending.run);
            csv.text(endingText(ending)).text(ending.headline).endRow();
        }
        if (!options_.conclusion.csv.empty())
            writeFiles(options_.conclusion.csv, {{"summary.csv", csv.bytes()}});
    }

    [[nodiscard]] int worstStatus() const {
        for (const int status : {+kInterrupted, +kSystemFailed, +kBadInput, +kAnswerIsNo}) {
            for (const Ending& ending : endings_) {
                if (ending.status == status) return status;
            }
        }
        return kDone;
    }

    const RunOptions& options_;
    std::vector<core::Override> overrides_;
    Conclusion conclusion_;
    std::optional<sim::ErrorTarget> target_;
    std::vector<Ending> endings_;
    std::vector<std::shared_ptr<const sim::RunResult>> results_;
    std::set<std::string> names_;
    bool isBatch_ = false;
};

}  // namespace

void addRun(CLI::App& cli, Action& action) {
    CLI::App* command =
        cli.add_subcommand("run", "Simulates scenarios, prints the verdict and keeps the run");
    command->footer(
        "Example: breakeven run scenarios/pro-200/pro-200.toml --set plan.flat.fee=250 --csv results");
    auto options = std::make_shared<RunOptions>();
    command
        ->add_option("FILE", options->paths, "scenario files, or folders that are searched for .toml files")
        ->required();
    command
        ->add_option("--set", options->sets,
                     "KEY=VALUE: change any number or word of the file, such as plan.flat.fee=250")
        ->allow_extra_args(false);
    command->add_option("--users", options->users, "users drawn in each world");
    command->add_option("--worlds", options->worlds, "draws of the beliefs; 1: base values only");
    command->add_option("--months", options->months, "months each user is followed");
    command->add_option("--seed", options->seed, "seed of all draws");
    command->add_option("--sampling", options->sampling,
                        fmt::format("how users are drawn: {}", fmt::join(core::kSamplingNames, ", ")));
    command
        ->add_option("--threads", options->threads, "threads; 0: all of the machine. Never changes a number")
        ->check(CLI::Range(0, 1024));
    addConclusionOptions(*command, options->conclusion);
    command->add_option(
        "--target-error", options->targetError,
        "add worlds (users where there is one world) until half the 95 % interval of a metric is this "
        "small, such as cost_per_user=0.5% or flat.margin_per_user=2");
    command->add_option("--max-user-months", options->mostUserMonths,
                        "users x worlds x months that --target-error may reach; default 2000000000");
    command->add_option("--shard", options->shard,
                        "I/N: simulate only part I of N into --out, for `breakeven merge`; nothing is kept");
    command->add_option("--out", options->out, "the file of the part");
    command->callback([options, &action] {
        action = [options] {
            if (options->shard.empty() && options->out.empty()) return Batch(*options).run();
            return runShard({options->paths, allOverrides(*options), options->shard, options->out,
                             options->targetError, options->threads, options->conclusion});
        };
    });
}

}  // namespace breakeven::app
