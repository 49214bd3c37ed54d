#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace breakeven::sim {

/// Families of usage laws that `fit` and `facts` know, with the parameters of `Law` in their order.
enum class Family {
    Lognormal,         ///< mu, sigma: ln X ~ N(mu, sigma^2)
    Gamma,             ///< shape, scale
    Weibull,           ///< shape, scale: S(x) = exp(-(x / scale)^shape)
    Pareto,            ///< alpha, xm: S(x) = (xm / x)^alpha, x >= xm
    Lomax,             ///< alpha, scale: S(x) = (1 + x / scale)^-alpha
    Exponential,       ///< mean
    NegativeBinomial,  ///< r, mean: variance mean + mean^2 / r
    Poisson,           ///< mean
    LognormalPareto,   ///< mu, sigma, threshold, tail_weight, alpha: body cut off above, Pareto tail
};

inline constexpr Family kFamilies[] = {Family::Lognormal,        Family::Gamma,   Family::Weibull,
                                       Family::Pareto,           Family::Lomax,   Family::Exponential,
                                       Family::NegativeBinomial, Family::Poisson, Family::LognormalPareto};

/// The name in tables, JSON and scenarios: "lognormal", "negative_binomial".
[[nodiscard]] std::string_view familyName(Family family);

/// The names of a family's parameters.
[[nodiscard]] std::span<const std::string_view> parameterNames(Family family);

/// Whether the quantities are whole numbers, so that densities are probabilities.
[[nodiscard]] bool isCounting(Family family);

/// A usage law with known parameters; X >= 0.
///
/// LognormalPareto: (1 - w) body(x) / Body(t) below the threshold t, w Pareto(alpha, t) from it on.
/// Source of all forms: Klugman, Panjer & Willmot (2012), "Loss Models", appendix A and chapter 5 (splicing).
struct Law {
    Family family = Family::Lognormal;
    std::vector<double> parameters;
    bool operator==(const Law&) const = default;
};

/// ln of the density (of the probability, when counting) at x; -infinity outside the support.
[[nodiscard]] double logDensity(const Law& law, double x);

/// P(X <= x).
[[nodiscard]] double shareUpTo(const Law& law, double x);

/// P(X > x), exact where it is small.
[[nodiscard]] double shareAbove(const Law& law, double x);

/// inf { x : P(X <= x) >= p }, p in [0, 1).
[[nodiscard]] double quantileOf(const Law& law, double p);

/// E X; infinite for a tail exponent of at most 1.
[[nodiscard]] double meanOf(const Law& law);

/// Var X; infinite for a tail exponent of at most 2.
[[nodiscard]] double varianceOf(const Law& law);

/// Share of the total that the heaviest share q of the users makes, q in [0, 1]: 1 - L(1 - q) of the Lorenz
/// curve; NaN where the mean is infinite. Continuous single families only.
/// Source: Kleiber & Kotz (2003), "Statistical Size Distributions", chapters 3 to 6.
[[nodiscard]] double topShare(const Law& law, double q);

/// Gini coefficient; NaN where the mean is infinite. Continuous single families only; sources as `topShare`.
[[nodiscard]] double giniOf(const Law& law);

}  // namespace breakeven::sim
