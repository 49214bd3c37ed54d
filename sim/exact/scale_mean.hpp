#pragma once

#include <optional>
#include <span>

#include "core/costing/scale_cost.hpp"
#include "sim/exact/usage_law.hpp"

namespace breakeven::sim {

/// E of the cost of a unit at the size factor x X, the cheapest of the options serving each size. Straight
/// options make a broken line, whose pieces' means are exact; a logarithmic one is closed alone and for
/// lognormal X: E[max(ln V, 0)] = m Phi(m / s) + s phi(m / s). None otherwise.
///
/// @param factor  > 0
[[nodiscard]] std::optional<double> meanCheapest(const core::UsageLaw& law, double factor,
                                                 std::span<const core::ScaleOption> options);

}  // namespace breakeven::sim
