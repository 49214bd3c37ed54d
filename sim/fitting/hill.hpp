#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace breakeven::sim {

/// Tail exponent by Hill's estimator from the k largest values.
struct HillPoint {
    std::size_t k = 0;
    double threshold = 0.0;  ///< the tail is above it: the value of rank k + 1 from the top
    double alpha = 0.0;
    double low = 0.0;  ///< 95 % interval alpha (1 -+ 1.96 / sqrt k)
    double high = 0.0;
};

/// Data of a Hill plot, and what it warns of.
struct HillPlot {
    std::vector<HillPoint> points;    ///< k from 10 to half the sample, at most 60, evenly on a log scale
    std::optional<HillPoint> chosen;  ///< at the threshold of the best Pareto tail
    /// The chosen alpha is at most 2: if the tail really is a power law, its variance is infinite. A
    /// lognormal of large sigma looks the same in a sample, so it warns and decides nothing.
    bool warnsOfInfiniteVariance = false;
};

/// @param ascending  values > 0; no points of fewer than 20
/// Source: Hill (1975), Annals of Statistics 3; Clauset, Shalizi & Newman (2009) for the choice.
[[nodiscard]] HillPlot hillPlot(std::span<const double> ascending);

}  // namespace breakeven::sim
