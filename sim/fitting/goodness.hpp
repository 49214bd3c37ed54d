#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "sim/fitting/maximum_likelihood.hpp"

namespace breakeven::sim {

/// How far a law is from the values it was fitted to; smaller is nearer.
struct Distances {
    double kolmogorovSmirnov = 0.0;         ///< largest gap between the two cumulative shares, in [0, 1]
    std::optional<double> andersonDarling;  ///< weights the tails; none when counting, with capped values,
                                            ///< or of a Pareto law that begins at the smallest value
    std::optional<double> cramerVonMises;   ///< none when counting or with capped values
};

/// Distances of the exact values to the law, conditional on the truncation. Counting laws are compared at
/// whole numbers. With capped values the shares are compared below the smallest cap only.
/// Source: D'Agostino & Stephens (1986), "Goodness-of-Fit Techniques", chapter 4.
[[nodiscard]] Distances distancesOf(const Law& law, const FitSample& sample);

/// Shares of samples drawn from the fitted law, and fitted in turn, that are at least as far from their fit.
struct PValues {
    std::size_t draws = 0;
    double kolmogorovSmirnov = 1.0;
    std::optional<double> andersonDarling;
};

struct BootstrapSettings {
    std::size_t draws = 999;
    std::uint64_t seed = 1;
    int threads = 0;  ///< 0: all of the machine; changes no number
};

/// p-values by parametric bootstrap, honest for estimated parameters: (1 + count) / (1 + draws) (Stute,
/// Manteiga & Quindimil 1993; Davison & Hinkley 1997). Draw j of value i is a pure function of seed, j and i.
/// None where values are capped at different places, which no draw can repeat.
[[nodiscard]] std::optional<PValues> bootstrapPValues(const Fit& fit, const FitSample& sample,
                                                      const BootstrapSettings& settings);

/// A sample of the law as `sample` was observed: as many values, the same truncation and cap. Ascending.
///
/// @param index  number of the sample; another one gives independent draws
[[nodiscard]] FitSample drawSample(const Law& law, const FitSample& sample, std::uint64_t seed,
                                   std::uint32_t index);

}  // namespace breakeven::sim
