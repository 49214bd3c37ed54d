#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "sim/kernels/scalar_math.hpp"

namespace breakeven::sim {

// Columns of normal scores turned into usage of the families whose quantile has a closed form. Compiled for
// every instruction set like block_kernels.hpp; every set gives the bits of the scalar twins below.

/// scale E^power, where E = -ln Phi(-z) is exponential: Weibull with power 1 / shape.
struct WeibullTerms {
    double logScale = 0.0;
    double power = 1.0;
};
void weibullOf(const WeibullTerms& terms, const double* z, double* out, std::size_t n);

/// out[i] = mean E.
void exponentialOf(double mean, const double* z, double* out, std::size_t n);

/// minimum e^(E / index) (Pareto), or scale (e^(E / index) - 1) (Lomax).
struct PowerTailTerms {
    double scale = 1.0;
    double inverseIndex = 1.0;
};
void paretoOf(const PowerTailTerms& terms, const double* z, double* out, std::size_t n);
void lomaxOf(const PowerTailTerms& terms, const double* z, double* out, std::size_t n);

/// out[i] = the number of trials up to a success: E / rate rounded up, at least 1; rate = -ln(1 - q).
void geometricOf(double rate, const double* z, double* out, std::size_t n);

/// Triangle on [low, high].
struct TriangularTerms {
    double low = 0.0;
    double high = 1.0;
    double split = 0.5;  ///< share below the mode
    double rise = 0.5;   ///< (high - low) (mode - low)
    double fall = 0.5;   ///< (high - low) (high - mode)
};
void triangularOf(const TriangularTerms& terms, const double* z, double* out, std::size_t n);

/// -ln Phi(-z), relative error below 1e-13 for z in [-8, 8].
template <typename Arithmetic = Plain>
[[nodiscard]] double tailLogScalar(double z, Arithmetic how = {}) {
    const double tail = normalCdfScalar(-std::abs(z), how);
    if (z > 0.0) return -logScalar(std::max(tail, 1e-300), how);
    // -ln(1 - tail) by Kahan's correction: the rounding of 1 - tail cancels.
    const double rest = 1.0 - tail;
    return rest == 1.0 ? tail : logScalar(rest, how) * tail / (rest - 1.0);
}

template <typename Arithmetic = Plain>
[[nodiscard]] double weibullScalar(const WeibullTerms& terms, double z, Arithmetic how = {}) {
    const double e = std::max(tailLogScalar(z, how), 1e-300);
    return expScalar(terms.power * logScalar(e, how) + terms.logScale, how);
}
template <typename Arithmetic = Plain>
[[nodiscard]] double paretoScalar(const PowerTailTerms& terms, double z, Arithmetic how = {}) {
    return terms.scale * expScalar(terms.inverseIndex * tailLogScalar(z, how), how);
}
template <typename Arithmetic = Plain>
[[nodiscard]] double lomaxScalar(const PowerTailTerms& terms, double z, Arithmetic how = {}) {
    const double y = terms.inverseIndex * tailLogScalar(z, how);
    const double e = expScalar(y, how);
    return terms.scale * (e == 1.0 ? y : (e - 1.0) * y / logScalar(e, how));
}
template <typename Arithmetic = Plain>
[[nodiscard]] double geometricScalar(double rate, double z, Arithmetic how = {}) {
    return std::max(std::ceil(tailLogScalar(z, how) / rate), 1.0);
}
template <typename Arithmetic = Plain>
[[nodiscard]] double triangularScalar(const TriangularTerms& terms, double z, Arithmetic how = {}) {
    const double tail = normalCdfScalar(-std::abs(z), how);
    const double below = z > 0.0 ? 1.0 - tail : tail;
    const double above = z > 0.0 ? tail : 1.0 - tail;
    return below < terms.split ? terms.low + std::sqrt(below * terms.rise)
                               : terms.high - std::sqrt(above * terms.fall);
}

}  // namespace breakeven::sim
