#pragma once

#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// By meter: does what a segment uses of it under the plan have an infinite variance?
[[nodiscard]] std::vector<bool> heavyMeters(const core::Scenario& scenario, const core::Plan& plan,
                                            const core::Segment& segment);

/// Makes the error and the interval of every mean infinite that hangs on usage of infinite variance: a tail
/// index up to 2 in any world (core::leastTailIndex; that of a product where usage is per unit of another's,
/// or costs by size), without a limit that blocks it, and under a bill without a maximum where revenue is
/// meant. Such a mean has no normal interval (METHODS 3.6). Shares and quantiles over users keep theirs. The
/// chance that the plan loses follows the exact mean with one world; where there is none, and with several
/// worlds, it is open, and break-even fees over worlds have no interval.
void dropHollowIntervals(const core::Scenario& scenario, RunResult& result);

}  // namespace breakeven::sim
