#pragma once

#include "core/population/usage_law.hpp"
#include "sim/kernels/piece_kernels.hpp"

namespace breakeven::sim {

/// Q(z) = inf { x : P(X <= x) >= Phi(z) } of any law, for scores up to QuantilePieces::kReach from 0.
///
/// Where the law has a density, ln Q is followed by quintic Hermite pieces, halved until Newton's correction
/// is below 1e-9 at two points of each; the relative error of Q is below 1e-8. Values that have probability
/// are met exactly, except of counts that span more than 16,384 values: those from 4,096 on come of a smooth
/// extension of P(N <= n) and may miss by one where Q's error of 1e-8 crosses a whole number.
///
/// Throws core::Error (Input) for a mixture, splice or truncation with more than 65,536 values.
[[nodiscard]] QuantilePieces quantilePieces(const core::UsageLaw& law);

}  // namespace breakeven::sim
