#include <fmt/format.h>

#include "app/cli/commands.hpp"
#include "app/wiring/files.hpp"
#include "app/wiring/stored_usage.hpp"

namespace breakeven::app {

void addCheck(CLI::App& cli, Action& action) {
    CLI::App* command = cli.add_subcommand("check", "Reads scenarios and prints all problems");
    command->footer("Example: breakeven check scenarios/pro-200/pro-200.toml");
    auto paths = std::make_shared<std::vector<std::string>>();
    auto database = std::make_shared<std::string>();
    command->add_option("FILE", *paths, "scenario files or folders")->required();
    command->add_option("--db", *database,
                        "the store of usage tables; default: runs.sqlite in your data directory");
    command->callback([paths, database, &action] {
        action = [paths, database] {
            int status = kDone;
            for (const std::string& file : scenarioFiles(*paths)) {
                const core::ScenarioReading reading =
                    core::readScenarioFile(file, {}, storedUsage(*database));
                printDiagnostics(reading);
                for (const core::Diagnostic& item : reading.lints)
                    tell("{}", core::formatDiagnostic(item, reading.text));
                if (!reading.scenario) status = kAnswerIsNo;
                fmt::print("{}: {}\n", file, reading.scenario ? "good" : "has errors");
            }
            return status;
        };
    });
}

}  // namespace breakeven::app
