#pragma once

#include <cstddef>
#include <optional>
#include <span>

namespace breakeven::sim {

/// How alike the periods of one subject are.
struct Persistence {
    double value =
        0.0;           ///< intraclass correlation, at most 1; below 0 where periods differ more than subjects
    double low = 0.0;  ///< 95 % interval
    double high = 0.0;
    std::size_t subjects = 0;   ///< with at least one value
    double periods = 0.0;       ///< mean number a subject, weighted as the estimate needs it
    double designEffect = 1.0;  ///< rows worth one independent row: 1 + (periods - 1) x correlation, >= 1
};

/// Share of the variance that lies between subjects: the intraclass correlation ICC(1) of a one-way analysis
/// of variance with random effects; with unequal numbers of periods the interval is approximate.
///
/// @param subjects  number of the subject of each value
/// @param values    as many
/// @return          none unless two subjects have values and one of them has two that differ
/// Source: Shrout & Fleiss (1979), Psychological Bulletin 86; Donner & Wells (1986) for unequal numbers.
[[nodiscard]] std::optional<Persistence> persistenceOf(std::span<const std::size_t> subjects,
                                                       std::span<const double> values);

/// A rank correlation with what the sample leaves open of it.
struct RankCorrelation {
    double value = 0.0;  ///< Spearman's rho
    double low = 0.0;    ///< 95 % interval
    double high = 0.0;
    std::size_t rows = 0;
};

/// Spearman's rho with the interval tanh(atanh rho -+ 1.96 sqrt((1 + rho^2 / 2) / (n - 3))); none of fewer
/// than 5 rows or when either is constant. Source: Bonett & Wright (2000), Psychometrika 65.
///
/// @param designEffect  >= 1: how many dependent rows are worth one independent one; n is divided by it, to 5
///                      at least
[[nodiscard]] std::optional<RankCorrelation> rankCorrelationOf(std::span<const double> x,
                                                               std::span<const double> y,
                                                               double designEffect = 1.0);

}  // namespace breakeven::sim
