#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/population/usage_law.hpp"

namespace breakeven::core {

/// A value that has probability.
struct Atom {
    double value = 0.0;
    double share = 0.0;  ///< > 0
    bool operator==(const Atom&) const = default;
};

/// The values of a law that have probability, ascending; counts up to where less than 1e-17 is beyond on
/// either side.
///
/// @return none where there are more than `most`
[[nodiscard]] std::optional<std::vector<Atom>> atomsOf(const UsageLaw& law, std::size_t most);

/// The quantities, ascending, at which the density of a law is not smooth: ends of its support but 0 and
/// infinity, modes of triangles, thresholds. Some may lie where it has no density.
[[nodiscard]] std::vector<double> kinksOf(const UsageLaw& law);

}  // namespace breakeven::core
