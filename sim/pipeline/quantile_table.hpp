#pragma once

#include <cstddef>
#include <vector>

namespace breakeven::sim {

/// ln Q(z) of a gamma law and its slope at z = -8.25, -8.25 + 1/32, ..., 8.25: two numbers a node. Read by
/// `tableQuantile`.
///
/// @param shape, scale  > 0
[[nodiscard]] std::vector<double> gammaTable(double shape, double scale);

/// Q(z) by cubic Hermite interpolation of ln Q; z beyond the grid takes the value at its end, which no 53-bit
/// uniform reaches.
[[nodiscard]] double tableQuantile(const std::vector<double>& table, double z);

}  // namespace breakeven::sim
