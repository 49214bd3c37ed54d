#pragma once

#include "sim/kernels/scalar_math.hpp"

namespace breakeven::sim {

/// The standard normal quantile of p in (0, 1); about 16 digits. p <= 0 gives -infinity, p >= 1 +infinity.
/// Source: Wichura (1988), algorithm AS 241 (PPND16), Applied Statistics 37, 477-484.
template <typename Arithmetic = Plain>
[[nodiscard]] double normalQuantile(double p, Arithmetic how = {});

}  // namespace breakeven::sim
