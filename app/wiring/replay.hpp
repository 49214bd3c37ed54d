#pragma once

#include "core/scenario/scenario_reader.hpp"
#include "sim/results/run_store.hpp"

namespace breakeven::app {

/// The scenario of a stored run, from the text, overrides and inputs kept with it. Inputs that were too large
/// to keep are read from beside the scenario file and must have the same hash.
[[nodiscard]] core::ScenarioReading scenarioOf(const sim::RunRecord& record);

}  // namespace breakeven::app
