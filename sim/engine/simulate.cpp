#include "sim/engine/simulate.hpp"

#include <fmt/format.h>

#include <utility>

#include "core/units/sha256.hpp"
#include "sim/engine/control_variates.hpp"
#include "sim/engine/heavy_tails.hpp"
#include "sim/engine/outcome.hpp"
#include "sim/engine/part_runner.hpp"
#include "sim/engine/threads.hpp"
#include "sim/exact/closed_forms.hpp"

namespace breakeven::sim {

std::string runName(const core::Scenario& scenario) {
    const core::RunSettings& run = scenario.run;
    std::string all = fmt::format("{}\nusers {}\nworlds {}\nmonths {}\nseed {}\nsampling {}\nengine {}\n",
                                  scenario.hash, run.users, run.worlds, run.months, run.seed,
                                  core::samplingName(run.sampling), kEngineVersion);
    if (scenario.usesControls) all += "control variates usage\n";
    if (scenario.keepsMarginsOnly) all += "distributions margin\n";
    return core::sha256Hex(all).substr(0, 16);
}

RunManifest manifestOf(const core::Scenario& scenario) {
    return {runName(scenario), scenario.name,  scenario.question, scenario.currency,
            scenario.hash,     kEngineVersion, scenario.run};
}

std::shared_ptr<const RunResult> simulate(const core::Scenario& scenario, const Hooks& hooks) {
    checkStreams(scenario);
    const Layout layout(scenario);
    const WorkPlan plan(scenario);
    const LawTables tables(scenario);
    Gathered gathered(scenario, layout, plan);
    gathered.add(PartRunner(scenario, layout, plan, tables, hooks, plan.all()).run(plan.all()));
    return resultOf(scenario, layout, std::move(gathered).outcome(tables, hooks.threads), hooks.threads,
                    hooks.closedForms);
}

std::shared_ptr<const RunResult> resultOf(const core::Scenario& scenario, const Layout& layout,
                                          RunOutcome outcome, int threads, bool hasClosedForms) {
    auto result = std::make_shared<RunResult>();
    result->manifest = manifestOf(scenario);
    applyControls(scenario, layout, outcome);
    assembleRows(scenario, layout, outcome, threads, *result);
    // Over several worlds there is none: their mean over the beliefs has no closed form.
    if (hasClosedForms && scenario.run.worlds == 1) {
        forEach(threads, result->metrics.size(), [&](std::size_t row) {
            result->metrics[row].estimate.exact = exactValue(scenario, result->metrics[row]);
        });
    }
    dropHollowIntervals(scenario, *result);
    result->cancelled = result->worldsFinished < scenario.run.worlds;
    return result;
}

}  // namespace breakeven::sim
