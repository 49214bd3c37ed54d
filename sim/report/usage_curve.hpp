#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/fitting/law.hpp"

namespace breakeven::sim {

/// A usage distribution of the scenario at base values, to be drawn; no simulation. Where the usage hangs on
/// another meter, this is the quantity per unit of that meter. Dormant user-months are left out.
struct UsageCurve {
    std::string segment;
    std::string meter;
    std::string unit;                ///< of the quantity, e.g. "request" or "token per request"
    std::vector<double> quantity;    ///< ascending, > 0 (a constant: its value); equal ratios where several
    std::vector<double> density;     ///< of the natural logarithm of the quantity; empty for a constant
    std::vector<double> cumulative;  ///< share of active user-months at or below, zeros among them
    double median = 0.0;
    double mean = 0.0;
    double p90 = 0.0;
    double p99 = 0.0;
    double zeroShare = 0.0;  ///< share at exactly 0, which a log axis can't show
};

/// One curve for each usage of each segment, in the scenario's order. A law is drawn from its quantile at
/// 0.0005 to that at 0.9995 (at most nine decades); for a sample see `usageCurveOf`.
[[nodiscard]] std::vector<UsageCurve> usageCurves(const core::Scenario& scenario);

/// A sample as a curve without segment, meter and unit: `quantity` are the middles of bins of equal width on
/// the log axis from the smallest positive value to the largest, `density` the share of all values in the bin
/// divided by its width (its sum times the width is 1 - zeroShare), `cumulative` the share of values at or
/// below. Quantiles as the engine resamples: the smallest value with more than the level at or below, else
/// the largest.
///
/// @param sample  n >= 1 finite values >= 0, in any order
/// @param bins    none: 2 x the cube root of n, from 10 to 100 (Rice's rule)
[[nodiscard]] UsageCurve usageCurveOf(std::span<const double> sample,
                                      std::optional<std::size_t> bins = std::nullopt);

/// A fitted law over a sample's curve: density of the logarithm and cumulative share at the same quantities,
/// for the values above 0 scaled by their share. Continuous laws; a counting law has its cumulative share
/// only.
[[nodiscard]] UsageCurve fittedCurve(const Law& law, const UsageCurve& sample);

/// A point of a quantile-quantile plot.
struct QuantilePoint {
    double fitted = 0.0;    ///< the law's quantile at (i - 1/2) / n
    double observed = 0.0;  ///< the i-th smallest value
};

/// Quantiles of a law beside those of the values it was fitted to; at most `most` points, the extremes among
/// them.
///
/// @param ascending  n >= 1 values that the law speaks of
[[nodiscard]] std::vector<QuantilePoint> quantilePlot(const Law& law, std::span<const double> ascending,
                                                      std::size_t most = 200);

}  // namespace breakeven::sim
