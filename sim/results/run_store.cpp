#include "sim/results/run_store.hpp"

#include <utility>

namespace breakeven::sim {

RunRecord recordOf(const core::Scenario& scenario, std::shared_ptr<const RunResult> result) {
    RunRecord record;
    record.scenarioFile = scenario.file;
    record.scenarioText = scenario.text;
    record.overrides = scenario.overrides;
    record.inputs = scenario.inputs;
    record.result = std::move(result);
    return record;
}

std::string changesText(const std::vector<core::Override>& overrides) {
    std::string text;
    for (const core::Override& change : overrides)
        text += (text.empty() ? "" : " ") + change.key + "=" + change.value;
    return text;
}

}  // namespace breakeven::sim
