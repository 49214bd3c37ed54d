#pragma once

namespace breakeven::sim {

/// Quantiles of counts by adding up their probabilities from the mode on, in whichever direction u lies:
/// exact up to the rounding of the sums. Where the variance is above 10^6 the rounded normal quantile: no
/// probability up to a count is then off by more than 0.0005 (Berry-Esseen with the constant 0.4748 of
/// Shevtsova 2011).

/// Of n trials with probability p. @param n  a whole number >= 0  @param p  in [0, 1]  @param u  in (0, 1)
[[nodiscard]] double binomialQuantile(double n, double p, double u);

/// @param mean  >= 0  @param u  in (0, 1)
[[nodiscard]] double poissonQuantile(double mean, double u);

}  // namespace breakeven::sim
