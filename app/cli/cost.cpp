#include <fmt/format.h>

#include <algorithm>

#include "app/cli/commands.hpp"
#include "app/wiring/files.hpp"
#include "core/diagnostics/suggest.hpp"
#include "sim/report/cost_breakdown.hpp"

namespace breakeven::app {
namespace {

struct CostOptions {
    std::string path, plan, csv;
    std::vector<std::string> sets;
    int threads = 0;
    bool json = false;
};

/// Does the cost by model tell more than the total?
bool namesModels(const sim::CostBreakdown& breakdown) {
    return std::ranges::any_of(breakdown.models, [](const sim::ModelCost& item) {
        return item.kind == sim::ModelCost::Kind::Named || item.kind == sim::ModelCost::Kind::Student;
    });
}

int cost(const CostOptions& options) {
    std::vector<core::Override> overrides = overridesOf(options.sets);
    overrides.push_back({"run.worlds", "1"});  // the steps are told at base values
    const core::ScenarioReading reading = core::readScenarioFile(options.path, overrides);
    printDiagnostics(reading);
    if (!reading.scenario || !isSimulatable(reading)) return kBadInput;
    const core::Scenario& scenario = *reading.scenario;
    std::vector<std::string> ids;
    for (const core::Plan& plan : scenario.plans) ids.push_back(plan.id);
    if (!options.plan.empty() && std::ranges::find(ids, options.plan) == ids.end()) {
        const auto nearest = core::nearestWord(options.plan, ids);
        printDiagnostics({{core::Severity::Error,
                           {"--plan " + options.plan, 0, 0},
                           "the scenario has no such plan",
                           nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                                   : fmt::format("there is: {}", fmt::join(ids, ", "))}});
        return kBadInput;
    }
    std::int64_t milliseconds = 0;
    const auto base = simulateShowing(scenario, options.threads, true, milliseconds);
    if (base->cancelled) return kInterrupted;
    std::vector<sim::CostBreakdown> breakdowns;
    for (std::size_t plan = 0; plan < ids.size(); ++plan)
        if (options.plan.empty() || ids[plan] == options.plan)
            breakdowns.push_back(sim::costBreakdown(scenario, plan, *base));
    if (options.json) {
        fmt::print("{}", sim::costJson(scenario.name, breakdowns));
    } else {
        for (const sim::CostBreakdown& item : breakdowns) {
            fmt::print("{}plan {}\n{}", &item == breakdowns.data() ? "" : "\n", item.plan,
                       tableText(sim::costStepTable(item)));
            if (!item.meters.empty()) fmt::print("\n{}", tableText(sim::costMeterTable(item)));
            if (item.fleet) fmt::print("\n{}", tableText(sim::fleetTable(item)));
            if (namesModels(item)) fmt::print("\n{}", tableText(sim::costModelTable(item)));
        }
    }
    if (!options.csv.empty()) writeFiles(options.csv, sim::costCsv(scenario.name, breakdowns));
    return kDone;
}

}  // namespace

void addCost(CLI::App& cli, Action& action) {
    CLI::App* command =
        cli.add_subcommand("cost", "What a user costs: from the list price to the full cost, step by step");
    command->footer("Example: breakeven cost scenarios/pro-200/pro-200.toml --plan soft-cap");
    auto options = std::make_shared<CostOptions>();
    command->add_option("FILE", options->path, "a scenario")->required();
    command->add_option("--plan", options->plan, "this plan only");
    command
        ->add_option("--set", options->sets,
                     "KEY=VALUE: change any number or word of the file, such as cost.serving_share=0.3")
        ->allow_extra_args(false);
    command
        ->add_option("--threads", options->threads, "threads; 0: all of the machine. Never changes a number")
        ->check(CLI::Range(0, 1024));
    command->add_option("--csv", options->csv, "write cost.csv, and fleet.csv, into this folder");
    command->add_flag("--json", options->json, "print the answer as JSON");
    command->callback([options, &action] { action = [options] { return cost(*options); }; });
}

}  // namespace breakeven::app
