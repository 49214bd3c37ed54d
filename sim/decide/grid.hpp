#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/scenario/scenario.hpp"

namespace breakeven::sim {

/// One varied key with the values that it takes, as they would be typed after `--set KEY=`.
struct GridAxis {
    std::string key;
    std::vector<std::string> values;
    bool operator==(const GridAxis&) const = default;
};

/// What reading gave: an axis when there is no error.
struct GridReading {
    std::optional<GridAxis> axis;
    std::vector<core::Diagnostic> diagnostics;
};

/// Most points that a grid may have.
inline constexpr std::size_t kMostGridPoints = 10'000;

/// Reads `KEY=FROM:TO:STEP` (TO included when a step falls on it) or `KEY=A,B,C`. Steps are counted in
/// decimals, not in floating point: 0:1:0.1 has exactly 11 values. Errors stand at line 1 and their column of
/// `source`.
[[nodiscard]] GridReading readGridAxis(const std::string& text, const std::string& source);

/// All points of the grid, the last axis turning fastest: one override per axis each.
/// Throws core::Error (Input) for a key given twice or more than `kMostGridPoints` points.
[[nodiscard]] std::vector<std::vector<core::Override>> gridPoints(std::span<const GridAxis> axes,
                                                                  const std::string& source);

}  // namespace breakeven::sim
