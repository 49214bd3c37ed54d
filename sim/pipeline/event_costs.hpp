#pragma once

#include <optional>
#include <span>

#include "core/costing/multiplier.hpp"
#include "sim/random/draw_sequence.hpp"

namespace breakeven::sim {

/// Terms of a sum up to which each is drawn by itself; beyond it the sum of the others is drawn at once.
inline constexpr double kMostDrawn = 256.0;

/// The sum of min(K, cap) over the answers of one user and month, K of a mixture.
///
/// How many answers each part of the mixture makes is drawn by binomials. A part of one value needs no more.
/// Of the others each answer is drawn up to `mostDrawn`; the sum of the rest is drawn as a lognormal of its
/// exact mean and variance (Fenton 1960), which for a Pareto part without cap and with an exponent up to 2
/// does not exist: there every answer is drawn, up to 65,536, each beyond standing for several.
///
/// @param answers  whole number >= 0
[[nodiscard]] double drawAnswers(std::span<const core::MultiplierPart> parts, std::optional<double> cap,
                                 double answers, DrawSequence& draws, double mostDrawn = kMostDrawn);

/// Losses from what gets through a guard.
struct IncidentTerms {
    double perUnit = 0.0;  ///< mean number of incidents of a unit
    double loss = 0.0;     ///< mean of one, currency units
    double sigma = 0.0;    ///< log standard deviation of one
    bool operator==(const IncidentTerms&) const = default;
};

/// Sum of the losses of one user and month: a Poisson number of lognormal ones (Poisson: the limit of many
/// units with a small chance each). Of more than `mostDrawn` the sum of the rest is drawn as above.
///
/// @param units  >= 0
[[nodiscard]] double drawLosses(const IncidentTerms& terms, double units, DrawSequence& draws,
                                double mostDrawn = kMostDrawn);

}  // namespace breakeven::sim
