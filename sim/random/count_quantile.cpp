#include "sim/random/count_quantile.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/kernels/log_gamma.hpp"
#include "sim/kernels/scalar_math.hpp"
#include "sim/random/normal_quantile.hpp"

namespace breakeven::sim {
namespace {

constexpr double kMostVariance = 1e6;
constexpr double kNever = 1e-18;  // a probability that changes no sum of doubles up to 1

double roundedNormal(double mean, double variance, double highest, double u) {
    const double x = mean + std::sqrt(variance) * normalQuantile(u);
    return std::clamp(std::floor(x + 0.5), 0.0, highest);
}

/// The least k with P(X <= k) >= u, where the probabilities fall on both sides of the mode.
///
/// @param atMode  P(X = mode)
/// @param up      P(X = k + 1) / P(X = k)
/// @param below   P(X < mode)
template <typename Up>
double fromMode(double mode, double highest, double atMode, double below, double u, Up up) {
    if (u > below) {
        double k = mode;
        double probability = atMode;
        double upTo = below + probability;
        while (upTo < u && k < highest && probability > kNever) {
            probability *= up(k);
            k += 1.0;
            upTo += probability;
        }
        return k;
    }
    double k = mode;
    double probability = atMode;
    double under = below;  // P(X < k)
    while (under >= u && k > 0.0 && probability > kNever) {
        k -= 1.0;
        probability /= up(k);
        under -= probability;
    }
    return k;
}

/// P(X < mode), added from the mode down.
template <typename Up>
double belowMode(double mode, double atMode, Up up) {
    double sum = 0.0;
    double probability = atMode;
    for (double k = mode; k > 0.0 && probability > kNever;) {
        k -= 1.0;
        probability /= up(k);
        sum += probability;
    }
    return sum;
}

template <typename Up>
double countQuantile(double mode, double highest, double logAtMode, double u, Up up) {
    const double atMode = expScalar(logAtMode);
    return fromMode(mode, highest, atMode, belowMode(mode, atMode, up), u, up);
}

}  // namespace

double binomialQuantile(double n, double p, double u) {
    if (!(n > 0.0) || !(p > 0.0)) return 0.0;
    if (p >= 1.0) return n;
    const double q = 1.0 - p;
    if (n * p * q > kMostVariance) return roundedNormal(n * p, n * p * q, n, u);
    const double mode = std::min(std::floor((n + 1.0) * p), n);
    const double logAtMode = logGamma(n + 1.0) - logGamma(mode + 1.0) - logGamma(n - mode + 1.0) +
                             mode * logScalar(p) + (n - mode) * logScalar(q);
    const double odds = p / q;
    return countQuantile(mode, n, logAtMode, u, [&](double k) { return (n - k) / (k + 1.0) * odds; });
}

double poissonQuantile(double mean, double u) {
    if (!(mean > 0.0)) return 0.0;
    constexpr double kNoEnd = std::numeric_limits<double>::infinity();
    if (mean > kMostVariance) return roundedNormal(mean, mean, kNoEnd, u);
    const double mode = std::floor(mean);
    const double logAtMode = mode * logScalar(mean) - mean - logGamma(mode + 1.0);
    return countQuantile(mode, kNoEnd, logAtMode, u, [&](double k) { return mean / (k + 1.0); });
}

}  // namespace breakeven::sim
