#include "core/conformance/conformance.hpp"

#include <fmt/format.h>

#include "app/cli/commands.hpp"
#include "core/text/file_bytes.hpp"

namespace breakeven::app {
namespace {

constexpr std::uintmax_t kMostBytes = 512U << 20;

int conformance(const std::string& file, bool isJson) {
    const core::ConformanceReport report = core::checkConformance(core::fileBytes(file, kMostBytes), file);
    printDiagnostics(report.problems);
    if (!report.problems.empty()) return kBadInput;
    for (const core::CaseOutcome& item : report.cases) printDiagnostics(item.problems);
    if (isJson) {
        fmt::print("{}", core::conformanceJson(report));
    } else {
        for (const core::CaseOutcome& item : report.cases) {
            for (const core::Difference& difference : item.differences)
                fmt::print("{} ({}): {} is {}, rated {}\n", item.id, item.model, difference.what,
                           difference.expected, difference.rated);
        }
        fmt::print("{} of {} cases come out as expected\n", report.equalCount(), report.cases.size());
    }
    return report.equalCount() == report.cases.size() ? kDone : kAnswerIsNo;
}

}  // namespace

void addConformance(CLI::App& cli, Action& action) {
    CLI::App* command = cli.add_subcommand(
        "conformance", "Rates billing cases exactly and lists every figure that is not as expected");
    command->footer(
        "Example: breakeven conformance tests/known_answers/billing_vectors.json\n"
        "The format of the cases is in scenarios/CONFORMANCE.md. Exit status 1 when any case differs.");
    auto file = std::make_shared<std::string>();
    auto isJson = std::make_shared<bool>(false);
    command->add_option("CASES", *file, "JSON file of cases")->required();
    command->add_flag("--json", *isJson, "print the report as JSON");
    command->callback(
        [file, isJson, &action] { action = [file, isJson] { return conformance(*file, *isJson); }; });
}

}  // namespace breakeven::app
