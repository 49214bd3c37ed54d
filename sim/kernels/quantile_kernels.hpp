#pragma once

#include <algorithm>
#include <cstddef>

#include "sim/kernels/scalar_math.hpp"

namespace breakeven::sim {

// Columns of normal scores turned into usage. Compiled for every instruction set like block_kernels.hpp;
// every set gives the bits of the scalar twins normalCdfScalar and tableQuantileScalar.

/// out[i] = low + width Phi(z[i]).
void uniformOf(double low, double width, const double* z, double* out, std::size_t n);

/// Where a table of log-quantiles has its nodes: z = first + i step, at each ln Q and d ln Q / dz.
namespace quantile_table {
inline constexpr double kFirst = -8.25;
inline constexpr double kStep = 1.0 / 32.0;
inline constexpr std::size_t kNodes = 529;
}  // namespace quantile_table

/// out[i] = Q(z[i]) from a table of 2 kNodes numbers, cubic Hermite between the nodes; outside them, the
/// value at the nearer end.
void tableQuantiles(const double* table, const double* z, double* out, std::size_t n);

/// Q(z) from a table, as tableQuantiles gives it.
template <typename Arithmetic = Plain>
[[nodiscard]] double tableQuantileScalar(const double* table, double z, Arithmetic how = {}) {
    using namespace quantile_table;
    const double position =
        std::min(std::max((z - kFirst) * (1.0 / kStep), 0.0), static_cast<double>(kNodes - 1));
    const std::size_t node = std::min(static_cast<std::size_t>(position), kNodes - 2);
    const double t = position - static_cast<double>(node);
    const double y0 = table[2 * node];
    const double m0 = table[2 * node + 1] * kStep;
    const double rise = table[2 * node + 2] - y0;
    const double m1 = table[2 * node + 3] * kStep;
    const double square = (3.0 * rise - 2.0 * m0) - m1;
    const double cube = (m0 + m1) - 2.0 * rise;
    return expScalar(t * (t * (t * cube + square) + m0) + y0, how);
}

}  // namespace breakeven::sim
