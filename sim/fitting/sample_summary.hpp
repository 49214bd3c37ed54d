#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace breakeven::sim {

/// A quantile of a sample.
struct SampleQuantile {
    double level = 0.0;
    double value = 0.0;
};

/// A point of the Lorenz curve: the lightest `users` have `usage` of the total.
struct LorenzPoint {
    double users = 0.0;
    double usage = 0.0;
};

/// A number of a sample with its standard error.
struct SampleShare {
    double value = 0.0;
    double standardError = 0.0;
};

/// What a column looks like, zeros included. Shares are of the rows that hold a number.
struct SampleSummary {
    std::size_t count = 0;
    double zeroShare = 0.0;
    double total = 0.0;
    double mean = 0.0;
    double meanError = 0.0;          ///< standard error of the mean, s / sqrt(n)
    double standardDeviation = 0.0;  ///< with n - 1
    std::optional<double> cv;        ///< standard deviation / mean; none for a mean of 0
    std::optional<double> skewness;  ///< population form m3 / m2^1.5; none for a constant
    double smallest = 0.0;
    double largest = 0.0;
    std::vector<SampleQuantile> quantiles;  ///< at 5, 10, 25, 50, 75, 90, 95 and 99 %
    /// Share of the total that the heaviest 1, 5 and 10 % have; none without use.
    std::optional<SampleShare> top1;
    std::optional<SampleShare> top5;
    std::optional<SampleShare> top10;
    std::optional<SampleShare> gini;
    std::vector<LorenzPoint> lorenz;  ///< from (0, 0) to (1, 1), at most 101 points
};

/// Counts, moments, quantiles (Hyndman & Fan type 7) and concentration of a sample; the Lorenz curve is
/// linear between rows, so a share of a row counts in part. Gini in the population form
/// 2 sum i x_(i) / (n sum x) - (n + 1) / n (METHODS 3.16). Standard errors of shares and Gini leave out one
/// row, or one of 100 groups of rows where there are more than 500 (jackknife).
///
/// @param ascending  n >= 1 values >= 0
[[nodiscard]] SampleSummary summariseSample(std::span<const double> ascending);

}  // namespace breakeven::sim
