#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/kernels/column_kernels.hpp"
#include "sim/pipeline/world_model.hpp"

namespace breakeven::sim {

// Importance sampling of user effects. The independent normals e behind a user's scores, and those of the
// months, are drawn from a mixture: a half as they are, the rest shifted towards users whose cost on one of
// the meters is high in one of the months. A user's weight is the ratio of the densities, phi(e) / q(e): at
// most 2, so no estimate has a larger variance than twice that of plain draws. For cost that is lognormal in
// e, the shift by the gradient of ln cost makes weight x cost constant. Source: Glasserman (2003), Monte
// Carlo Methods in Financial Engineering, ch. 4.6; Hesterberg (1995), "Weighted average importance sampling
// and defensive mixture distributions", Technometrics 37.

/// How many users one counts for at most: half of them are drawn unshifted.
inline constexpr double kHeaviestUser = 2.0;

/// The shifts for a segment's users, one for each cost that grows another way with their effects, by its
/// share of the expected cost of all costings; empty where no cost hangs on a user effect.
[[nodiscard]] std::vector<Tilt> tiltsOf(const CompiledSegment& segment,
                                        std::span<const CompiledCosting> costings);

/// Independent normals: score x user.
using ScoreColumns = std::vector<std::vector<double>>;

/// Shifts the independent normals of n users, each by the shift its pick falls on, and weights the users.
///
/// @param picks   n uniforms; the shares of the tilts are laid off from 0, each in as many equal parts as
///                there are months; the rest is not shifted
/// @param scores  the users' own; shifted in place
/// @param months  those of each month; shifted in place; empty where no tilt shifts any
/// @param weights receives phi(e) / q(e), in (0, kHeaviestUser]
void applyTilts(std::span<const Tilt> tilts, const double* picks, std::uint32_t n, ScoreColumns& scores,
                std::span<ScoreColumns> months, double* weights);

/// What `settle` and `marginSums` give, each user counted by weight. Added like laneSum.
[[nodiscard]] PlanSums weightedPlanSums(const double* weights, const double* cost, const double* revenue,
                                        const double* margin, std::size_t n);
[[nodiscard]] MarginSums weightedMarginSums(const double* weights, const double* margin, std::size_t n);

/// Weights become whole numbers of these units in counts: as fine as 64 bits allow, at most 2^40 to a user.
[[nodiscard]] double countUnits(const core::Scenario& scenario);

}  // namespace breakeven::sim
