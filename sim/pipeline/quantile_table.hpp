#pragma once

#include <cstddef>
#include <vector>

namespace breakeven::sim {

/// ln Q(z) of a gamma law and its slope at z = -8.25, -8.25 + 1/32, ..., 8.25: two numbers a node. Read by
/// `tableQuantiles`.
///
/// @param shape, scale  > 0
[[nodiscard]] std::vector<double> gammaTable(double shape, double scale);

}  // namespace breakeven::sim
