#pragma once

#include <memory>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// One point of a sweep: what was set, and what came of it.
struct SweepPoint {
    std::vector<core::Override> varied;  ///< the varied keys only, in the order in which they were given
    std::shared_ptr<const RunResult> result;
};

}  // namespace breakeven::sim
