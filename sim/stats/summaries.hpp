#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace breakeven::sim {

/// Count, mean and spread of a list of results.
struct Summary {
    std::size_t count = 0;
    double mean = 0.0;
    double variance = 0.0;  ///< with n - 1; 0 for one value
};

/// Moments of values in their order (Boost.Accumulators; its variance divides by n, this one by n - 1).
[[nodiscard]] Summary summarise(std::span<const double> values);

/// Quantile of ascending values, linear between order statistics (Hyndman & Fan type 7). n >= 1.
[[nodiscard]] double sortedQuantile(std::span<const double> sorted, double level);

/// Two-sided 95 % quantile of Student's t with `degrees` >= 1 degrees of freedom.
[[nodiscard]] double studentT95(double degrees);

struct Interval {
    double low = 0.0;
    double high = 0.0;
};

/// 95 % interval of the quantile of the law that n values were drawn from: between two of them, chosen by the
/// binomial law of how many lie below it; infinite on a side where none is far enough out. Source: Thompson
/// (1936), "On confidence ranges for the median", Ann. Math. Statist. 7.
///
/// @param sorted  ascending, n >= 1
[[nodiscard]] Interval quantileInterval(std::span<const double> sorted, double level);

/// 95 % Wilson interval of a share: `hits` of n. Source: Wilson (1927); METHODS 3.2.
[[nodiscard]] Interval wilson95(double hits, double n);

/// Standard error of an estimate from the estimates with one group left out each.
///
/// @param whole    the estimate from all groups
/// @param without  the estimate without group j
/// @param sizes    size of group j, > 0; groups may differ
/// Source: Busing, Meijer & van der Leeden (1999), "Delete-m jackknife for unequal m", Statistics and
/// Computing 9.
[[nodiscard]] double jackknifeError(double whole, std::span<const double> without,
                                    std::span<const double> sizes);

/// The 95 % interval of such an estimate: Student's t over the groups, corrected to second order for the
/// skewness of the groups' pseudo-values, since a few heavy users make most groups fall short and some far
/// exceed. Symmetric, whole -+ t error, where there is no skewness. Source: Hall (1992), "On the removal of
/// skewness by transformation", J. R. Statist. Soc. B 54, 221-228.
[[nodiscard]] Interval jackknifeInterval(double whole, std::span<const double> without,
                                         std::span<const double> sizes);

/// Spearman's rank correlation; ties get their mean rank. n >= 2; 0 when either is constant.
[[nodiscard]] double rankCorrelation(std::span<const double> x, std::span<const double> y);

/// Probability that the sum of n independent results with this mean, variance and third central moment is
/// below 0: of the gamma law, moved and turned over where need be, with the sum's mean, variance and
/// skewness. Exact for costs of a gamma law at a flat price. Source: Seal (1977), "Approximations to risk
/// theory's F(x, t) by means of the gamma distribution", ASTIN Bulletin 9.
[[nodiscard]] double probabilitySumBelowZero(double mean, double variance, double thirdMoment, double n);

}  // namespace breakeven::sim
