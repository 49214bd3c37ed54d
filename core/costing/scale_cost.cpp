#include "core/costing/scale_cost.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace breakeven::core {

ScaleLine lineOf(const ScaleOption& option) {
    switch (option.shape) {
        case ScaleShape::Linear:
            return {option.base, option.slope};
        case ScaleShape::Hybrid:
            return {option.base + option.slope * option.candidates, option.slope * option.keptShare};
        case ScaleShape::Constant:
        case ScaleShape::Log2:
            break;
    }
    return {option.base, 0.0};
}

double unitCostAt(const ScaleOption& option, double size) {
    if (option.shape == ScaleShape::Log2) return option.base + option.slope * std::log2(std::max(size, 1.0));
    const ScaleLine line = lineOf(option);
    return line.base + line.slope * size;
}

double cheapestAt(std::span<const ScaleOption> options, double size) {
    double least = std::numeric_limits<double>::infinity();
    for (const ScaleOption& option : options) least = std::min(least, unitCostAt(option, size));
    return least;
}

double switchSize(const ScaleOption& a, const ScaleOption& b) {
    const ScaleLine first = lineOf(a);
    const ScaleLine second = lineOf(b);
    if (first.slope == second.slope) return std::numeric_limits<double>::infinity();
    return (second.base - first.base) / (first.slope - second.slope);
}

}  // namespace breakeven::core
