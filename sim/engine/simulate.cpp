#include "sim/engine/simulate.hpp"

#include <fmt/format.h>

#include "core/units/sha256.hpp"
#include "sim/engine/heavy_tails.hpp"
#include "sim/engine/outcome.hpp"
#include "sim/exact/closed_forms.hpp"

namespace breakeven::sim {

std::string runName(const core::Scenario& scenario) {
    const core::RunSettings& run = scenario.run;
    const std::string all = fmt::format(
        "{}\nusers {}\nworlds {}\nmonths {}\nseed {}\nsampling {}\nengine {}\n", scenario.hash, run.users,
        run.worlds, run.months, run.seed, core::samplingName(run.sampling), kEngineVersion);
    return core::sha256Hex(all).substr(0, 16);
}

std::shared_ptr<const RunResult> simulate(const core::Scenario& scenario, const Hooks& hooks) {
    checkStreams(scenario);
    auto result = std::make_shared<RunResult>();
    result->manifest = {runName(scenario), scenario.name,  scenario.question, scenario.currency,
                        scenario.hash,     kEngineVersion, scenario.run};
    const Layout layout(scenario);
    assembleRows(scenario, layout, runWorlds(scenario, layout, hooks), *result);
    setExact(scenario, *result);
    dropHollowIntervals(scenario, *result);
    result->cancelled = result->worldsFinished < scenario.run.worlds;
    return result;
}

}  // namespace breakeven::sim
