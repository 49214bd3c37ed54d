#pragma once

#include <vector>

namespace breakeven::sim {

/// The law of one usage quantity X >= 0, with the closed forms that a tariff made of layers needs.
struct UsageLaw {
    enum class Kind {
        Lognormal,  ///< ln X ~ N(a, b^2), b > 0
        Uniform,    ///< on [a, b], b > a
        Gamma,      ///< shape a, scale b
        Points,     ///< `points`, each equally likely; one point: a constant
    };
    Kind kind = Kind::Points;
    double a = 0.0;
    double b = 0.0;
    std::vector<double> points;  ///< ascending, not empty where the kind says so
};

/// E X.
[[nodiscard]] double meanOf(const UsageLaw& law);

/// P(X <= x); x may be infinite.
[[nodiscard]] double shareUpTo(const UsageLaw& law, double x);

/// E[X; X <= x], the part of the mean that quantities up to x make; x may be infinite.
/// Source: Klugman, Panjer & Willmot (2012), "Loss Models", appendix A (limited expected values); for the
/// lognormal E X * Phi((ln x - mu - sigma^2) / sigma), Aitchison & Brown (1957), theorem 2.6.
[[nodiscard]] double meanUpTo(const UsageLaw& law, double x);

/// The x with P(X <= x) = p of a law that is not Points; p in [0, 1).
[[nodiscard]] double quantileOf(const UsageLaw& law, double p);

/// Gini coefficient of X, of a law that is not Points: 2 Phi(sigma / sqrt 2) - 1 (lognormal; Aitchison &
/// Brown 1957), (b - a) / (3 (a + b)) (uniform), Gamma(k + 1/2) / (sqrt(pi) Gamma(k + 1)) (gamma; McDonald &
/// Jensen 1979, JASA 74).
[[nodiscard]] double giniOf(const UsageLaw& law);

}  // namespace breakeven::sim
