#pragma once

#include "core/population/law_shares.hpp"
#include "core/population/usage_law.hpp"

namespace breakeven::sim {

/// inf { x : P(X <= x) >= p }, p in [0, 1); closed, or by bisection to the last bit. Where a step of
/// P(X <= x) ends at p itself, rounding decides between the two values there.
[[nodiscard]] double quantileOf(const core::UsageLaw& law, double p);

/// Gini coefficient of X; NaN where the mean is infinite or 0. Closed for lognormal (2 Phi(sigma / sqrt 2) -
/// 1; Aitchison & Brown 1957), uniform, gamma (Gamma(k + 1/2) / (sqrt(pi) Gamma(k + 1)); McDonald & Jensen
/// 1979, JASA 74), Weibull, Pareto and Lomax (Kleiber & Kotz 2003, chapters 3 to 6); the others by adaptive
/// Gauss-Kronrod quadrature of F (1 - F) / E X. NaN for more than 20,000 values that have probability.
[[nodiscard]] double giniOf(const core::UsageLaw& law);

/// Values with probability, where a law has nothing else.
struct Points {
    std::vector<double> values;  ///< ascending, not empty
    std::vector<double> shares;  ///< of each; empty: all alike
};

/// The values of a law that has no density; none for others, and for more than 20,000 of different
/// probability.
[[nodiscard]] std::optional<Points> pointsOf(const core::UsageLaw& law);

/// Gini coefficient of points; NaN where all are 0.
[[nodiscard]] double giniOf(const Points& points);

}  // namespace breakeven::sim
