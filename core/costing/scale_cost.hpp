#pragma once

#include <span>

namespace breakeven::core {

/// How the cost of a unit grows with the size V of what it works on (a catalogue, an index, a memory).
enum class ScaleShape {
    Constant,  ///< base: generative retrieval
    Linear,    ///< base + slope V: dense scoring
    Log2,      ///< base + slope log2 V: an approximate index; V below 1 counts as 1
    Hybrid,    ///< base + slope (candidates + keptShare V): generated candidates, the rest scored
};

/// One way of serving a unit. All amounts in currency units, >= 0.
struct ScaleOption {
    ScaleShape shape = ScaleShape::Constant;
    double base = 0.0;
    double slope = 0.0;
    double candidates = 0.0;  ///< hybrid only
    double keptShare = 0.0;   ///< hybrid only, in [0, 1]
    bool operator==(const ScaleOption&) const = default;
};

/// Cost of a unit at size V >= 0.
[[nodiscard]] double unitCostAt(const ScaleOption& option, double size);

/// The cheapest of several ways at size V; at least one option.
[[nodiscard]] double cheapestAt(std::span<const ScaleOption> options, double size);

/// An option that is a straight line in V: base and slope of it.
struct ScaleLine {
    double base = 0.0;
    double slope = 0.0;
};
/// Not for Log2, which is no line.
[[nodiscard]] ScaleLine lineOf(const ScaleOption& option);

/// The size at which two straight options cost alike; infinite for parallel ones.
[[nodiscard]] double switchSize(const ScaleOption& a, const ScaleOption& b);

}  // namespace breakeven::core
