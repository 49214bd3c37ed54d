#pragma once

#include <string>

#include "sim/engine/live_margin.hpp"

namespace breakeven::sim {

/// One line for people who watch a run: "flat: margin -$7.3 (-8.0 to -6.6), loses with probability 0.58 (0.51
/// to 0.65)". Digits that are noise are left out.
[[nodiscard]] std::string liveText(const LiveEstimate& estimate, const std::string& currency);

}  // namespace breakeven::sim
