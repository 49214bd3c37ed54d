#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace breakeven::sim {

// exp, log and the normal distribution function with IEEE operations in a fixed order: the same bits on every
// machine, and the scalar twins of the vector kernels. The compiler never fuses a product and a sum
// (-ffp-contract=off); polynomials are evaluated in one of two ways.

/// Polynomials with two roundings a step. The default; also the twin of instruction sets without fused
/// multiply-add.
struct Plain {
    [[nodiscard]] static double mulAdd(double a, double b, double c) { return a * b + c; }
};

/// Polynomials with one rounding a step: the twin of instruction sets with fused multiply-add. Slow where the
/// compiler may not assume one.
struct Fused {
    [[nodiscard]] static double mulAdd(double a, double b, double c) { return std::fma(a, b, c); }
};

namespace math {
inline constexpr double kLog2e = 1.44269504088896338700;
inline constexpr double kLn2High = 6.93147180369123816490e-01;  // 32 significant bits: k * kLn2High is exact
inline constexpr double kLn2Low = 1.90821492927058770002e-10;
inline constexpr double kRound = 0x1.8p52;  // adding and subtracting it rounds to the nearest integer
inline constexpr double kExpLowest = -708.0;
inline constexpr double kExpHighest = 709.0;
// 1/k! from k = 13 down to 2: the series of e^r on |r| <= ln 2 / 2 is off by less than 5e-18.
inline constexpr double kExpSeries[] = {
    1.0 / 6227020800.0, 1.0 / 479001600.0, 1.0 / 39916800.0, 1.0 / 3628800.0, 1.0 / 362880.0, 1.0 / 40320.0,
    1.0 / 5040.0,       1.0 / 720.0,       1.0 / 120.0,      1.0 / 24.0,      1.0 / 6.0,      1.0 / 2.0};
// Coefficients of log((1 + s) / (1 - s)) - 2 s on |s| <= 0.1716, from the highest power down. Source: FDLIBM
// e_log.c (public constants Lg7 ... Lg1).
inline constexpr double kLogSeries[] = {
    1.479819860511658591e-01, 1.531383769920937332e-01, 1.818357216161805012e-01, 2.222219843214978396e-01,
    2.857142874366239149e-01, 3.999999999940941908e-01, 6.666666666666735130e-01};
// Phi by Hart's ratio of polynomials below kCdfFar, a continued fraction from there on; highest power first.
inline constexpr double kCdfTop[] = {3.52624965998911e-02, 0.700383064443688, 6.37396220353165,
                                     33.912866078383,      112.079291497871,  221.213596169931,
                                     220.206867912376};
inline constexpr double kCdfBottom[] = {8.83883476483184e-02, 1.75566716318264, 16.064177579207,
                                        86.7807322029461,     296.564248779674, 637.333633378831,
                                        793.826512519948,     440.413735824752};
inline constexpr double kCdfFar = 7.07106781186547;
inline constexpr double kCdfFarthest = 37.0;
inline constexpr double kCdfRoot = 2.506628274631;  // square root of 2 pi
}  // namespace math

/// The polynomial with these coefficients at x.
template <typename Arithmetic, std::size_t n>
[[nodiscard]] double polynomialScalar(const double (&highestFirst)[n], double x) {
    double sum = highestFirst[0];
    for (std::size_t i = 1; i < n; ++i) sum = Arithmetic::mulAdd(sum, x, highestFirst[i]);
    return sum;
}

/// e^x for x in [-708, 709]; outside it, the value at the nearer end. Relative error below 1e-15.
template <typename Arithmetic = Plain>
[[nodiscard]] double expScalar(double x, Arithmetic /*how*/ = {}) {
    x = x < math::kExpLowest ? math::kExpLowest : x;
    x = x > math::kExpHighest ? math::kExpHighest : x;
    const double shifted = x * math::kLog2e + math::kRound;
    const double k = shifted - math::kRound;
    const double r = (x - k * math::kLn2High) - k * math::kLn2Low;
    const double series = polynomialScalar<Arithmetic>(math::kExpSeries, r);
    const double value = Arithmetic::mulAdd(series * r, r, r) + 1.0;
    // The integer k sits in the low bits of `shifted`; 2^k is built in two halves so that k = 1023 + 1 can't
    // overflow.
    const auto exponent = static_cast<std::uint64_t>(std::bit_cast<std::uint64_t>(shifted) << 52);
    return std::bit_cast<double>(std::bit_cast<std::uint64_t>(value) + exponent);
}

/// ln x for normal x > 0. Relative error below 1e-15.
template <typename Arithmetic = Plain>
[[nodiscard]] double logScalar(double x, Arithmetic /*how*/ = {}) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    // Mantissa in [sqrt(1/2), sqrt 2): the offset makes the exponent step there.
    const std::uint64_t offset = bits - 0x3fe6a09e00000000ULL;
    const std::uint64_t exponentBits = offset & 0xfff0000000000000ULL;
    const double mantissa = std::bit_cast<double>(bits - exponentBits);
    // (exponent + 1024) as an integer in a double's low bits, without a conversion instruction.
    const double k =
        std::bit_cast<double>(((exponentBits >> 52) ^ 0x800ULL) | 0x4330000000000000ULL) - (0x1p52 + 0x800);
    const double f = mantissa - 1.0;
    const double s = f / (2.0 + f);
    const double s2 = s * s;
    const double series = polynomialScalar<Arithmetic>(math::kLogSeries, s2);
    const double half = (0.5 * f) * f;
    const double rest = s * (half + s2 * series) + k * math::kLn2Low;
    return k * math::kLn2High - ((half - rest) - f);
}

/// Phi(x), absolute error below 1e-15. Source: Hart (1968) as given by West (2005), "Better approximations to
/// cumulative normal functions", Wilmott Magazine.
template <typename Arithmetic = Plain>
[[nodiscard]] double normalCdfScalar(double x, Arithmetic how = {}) {
    const double z = std::abs(x);
    if (z > math::kCdfFarthest) return x > 0.0 ? 1.0 : 0.0;
    const double e = expScalar(-0.5 * z * z, how);
    double tail = 0.0;
    if (z < math::kCdfFar) {
        tail = e * polynomialScalar<Arithmetic>(math::kCdfTop, z) /
               polynomialScalar<Arithmetic>(math::kCdfBottom, z);
    } else {
        const double fraction = z + 1.0 / (z + 2.0 / (z + 3.0 / (z + 4.0 / (z + 0.65))));
        tail = e / fraction / math::kCdfRoot;
    }
    return x > 0.0 ? 1.0 - tail : tail;
}

}  // namespace breakeven::sim
