#pragma once

#include <cstddef>

#include "sim/pipeline/world_model.hpp"

namespace breakeven::sim {

/// out[i] = Q(z[i]) of one usage, per user-month or per unit of its parent meter.
///
/// @param z  n normal scores; unused, so may be null, where the usage is constant
void usageQuantiles(const CompiledUsage& usage, const double* z, double* out, std::size_t n);

}  // namespace breakeven::sim
