#include <fmt/format.h>

#include "app/cli/commands.hpp"
#include "app/wiring/files.hpp"

namespace breakeven::app {

void addCheck(CLI::App& cli, Action& action) {
    CLI::App* command = cli.add_subcommand("check", "Reads scenarios and prints all problems");
    command->footer("Example: breakeven check scenarios/pro-200/pro-200.toml");
    auto paths = std::make_shared<std::vector<std::string>>();
    command->add_option("FILE", *paths, "scenario files or folders")->required();
    command->callback([paths, &action] {
        action = [paths] {
            int status = kDone;
            for (const std::string& file : scenarioFiles(*paths)) {
                const core::ScenarioReading reading = core::readScenarioFile(file);
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
