#include <fmt/format.h>

#include <optional>

#include "app/cli/commands.hpp"
#include "sim/fitting/facts.hpp"
#include "sim/report/fit_report.hpp"

namespace breakeven::app {
namespace {

struct FactsOptions {
    std::vector<std::string> texts;
    std::string within;
    bool json = false;
};

/// "5%" or "0.05" as a share; none when it is neither.
std::optional<double> shareOf(const std::string& text) {
    const std::vector<std::string> one{fmt::format("gini={}", text)};  // a share like any other
    const sim::FactsReading reading = sim::readFacts(one, std::nullopt);
    return reading.facts.empty() ? std::nullopt : std::optional(reading.facts.front().value);
}

int facts(const FactsOptions& options) {
    std::optional<double> within;
    if (!options.within.empty()) {
        within = shareOf(options.within);
        if (!within) {
            printDiagnostics({{core::Severity::Error,
                               {"--within " + options.within, 0, 0},
                               "this is not a share between 0 and 1",
                               "write 5% or 0.05"}});
            return kBadInput;
        }
    }
    const sim::FactsReading reading = sim::readFacts(options.texts, within);
    printDiagnostics(reading.diagnostics);
    if (!reading.diagnostics.empty()) return kBadInput;
    const std::vector<sim::FamilyAnswer> answers = sim::familiesThatAgree(reading.facts);
    if (options.json) {
        fmt::print("{}", sim::factsJson(reading.facts, answers));
        return kDone;
    }
    fmt::print("{}", tableText(sim::factsTable(reading.facts, answers)));
    for (const sim::FamilyAnswer& answer : answers) {
        for (const sim::Agreement& law : answer.laws) {
            const std::string toml = sim::lawToml(law.law);
            if (!toml.empty()) fmt::print("\n{}", toml);
        }
    }
    return kDone;
}

}  // namespace

void addFacts(CLI::App& cli, Action& action) {
    CLI::App* command =
        cli.add_subcommand("facts", "All distributions that agree with published numbers about usage");
    command->footer(
        "Example: breakeven facts mean=6 p90=12\n"
        "Facts: mean, median, p90 (any percentile), above12=10% (share above an amount), top10=75% (share of "
        "the total that the heaviest 10 % make), gini, cv. Two are met exactly; three or more within their "
        "rounding.");
    auto options = std::make_shared<FactsOptions>();
    command->add_option("FACT", options->texts, "NAME=NUMBER, two at least")->required();
    command->add_option("--within", options->within,
                        "relative tolerance, such as 5%, instead of the rounding");
    command->add_flag("--json", options->json, "print the answer as JSON");
    command->callback([options, &action] { action = [options] { return facts(*options); }; });
}

}  // namespace breakeven::app
