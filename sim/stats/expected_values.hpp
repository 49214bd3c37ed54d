#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <vector>

#include "sim/stats/summaries.hpp"

namespace breakeven::sim {

/// What a number would be in each world if that had all the users there are, and how far that is known. One
/// number a world, in the order of the worlds until `sort`.
struct ExpectedValues {
    std::vector<double> values;

    // The values at either end of a 95 % interval; empty where nothing but the draws of the worlds is unsure.
    std::vector<double> lower;  ///< of what all worlds have in common: the fit to the beliefs
    std::vector<double> upper;
    std::vector<double> narrow;  ///< of how much the worlds differ beyond the fit
    std::vector<double> wide;

    /// Each list in ascending order.
    void sort();

    /// The interval of `of(values)`: what the draws of the worlds leave open joined with what the values do.
    /// Source: Zou & Donner (2008), "Construction of confidence limits about effect measures: a general
    /// approach", Statistics in Medicine 27 (independent errors, each with its own two limits).
    ///
    /// @param worlds  the interval if the values were known
    /// @param of      takes a list like `values`
    template <typename Of>
    [[nodiscard]] Interval interval(Interval worlds, Of of) const {
        const double value = of(values);
        double below = 0.0;
        double above = 0.0;
        const auto join = [&](const std::vector<double>& one, const std::vector<double>& other) {
            if (one.empty()) return;
            const auto [least, most] = std::minmax({value, of(one), of(other)});
            below += std::pow(value - least, 2);
            above += std::pow(most - value, 2);
        };
        join(lower, upper);
        join(narrow, wide);
        return {below > 0.0 ? value - std::hypot(value - worlds.low, std::sqrt(below)) : worlds.low,
                above > 0.0 ? value + std::hypot(worlds.high - value, std::sqrt(above)) : worlds.high};
    }
};

/// Parts what a simulated number of a world owes to its beliefs from the noise of its users, which would
/// count as ignorance otherwise. A polynomial in the beliefs, fitted by least squares, puts the worlds in an
/// order; along it a line through the values of n^(2/3) neighbours (at least 20) says what is expected of
/// each, and what that leaves is shrunk until its variance among the neighbours is that without the noise.
/// With little noise the simulated values stay as they are, however badly the polynomial fits; where the
/// beliefs say it all, the line stands in their place. Sources: Fay & Herriot (1979), J. Am. Stat. Ass. 74;
/// Ghosh (1992), "Constrained Bayes estimation with applications", ibid. 87; Broadie, Du & Moallemi (2015),
/// "Risk estimation via regression", Operations Research 63; Cleveland (1979), "Robust locally weighted
/// regression", J. Am. Stat. Ass. 74.
class BeliefFit {
  public:
    /// @param beliefs  belief x world: draws, all finite, as many of each
    /// @param worlds   how many they are, at least 1
    BeliefFit(const std::vector<std::vector<double>>& beliefs, std::size_t worlds);

    /// By world, in the order of the draws.
    ///
    /// @param simulated  by world, finite
    /// @param noise      by world: half the difference between two halves of its users, so that the mean
    ///                   square is the variance of a simulated value about the expected one
    [[nodiscard]] std::vector<double> expected(std::span<const double> simulated,
                                               std::span<const double> noise) const;

    /// The same with the values at the ends of their intervals.
    [[nodiscard]] ExpectedValues estimate(std::span<const double> simulated,
                                          std::span<const double> noise) const;

    /// How many terms the polynomial has beside the constant.
    [[nodiscard]] std::size_t terms() const { return terms_; }

  private:
    struct Parts;
    [[nodiscard]] Parts partsOf(std::span<const double> simulated, std::span<const double> noise) const;
    /// What the polynomial makes of the worlds' normal scores, by which it puts them in order.
    [[nodiscard]] std::vector<double> indexOf(std::span<const double> simulated) const;
    [[nodiscard]] std::span<const double> row(std::size_t world) const {
        return std::span(columns_).subspan(world * terms_, terms_);
    }

    std::size_t worlds_ = 0;
    std::size_t terms_ = 0;
    std::vector<double> columns_;  ///< world x term: of mean 0, mean square 1, uncorrelated
};

/// How much of the variance of `values` their mean given one belief's draws makes: over the whole variance it
/// is the first-order index of Sobol, whatever the shape of the effect. What a polynomial of the normal
/// scores of the draws' ranks explains (of the fifth degree from 60 worlds on), less what chance would, and
/// of what it leaves the mean product of values that are neighbours in rank, up to n^(1/3) / 2 apart: noise
/// that is independent between worlds cancels. It may fall below 0. First of all worlds, then without those
/// of each group, which are every `groups`-th. Sources: Sudret (2008), Reliability Engineering & System
/// Safety 93; Gamboa, Gremaud, Klein & Lagnoux (2022), "Global sensitivity analysis: a novel generation of
/// mighty estimators based on rank statistics", Bernoulli 28.
///
/// @param draws   finite, of at least 10 worlds
/// @param values  as many, finite
[[nodiscard]] std::vector<double> explainedVariances(std::span<const double> draws,
                                                     std::span<const double> values, std::size_t groups);

}  // namespace breakeven::sim
