#include "sim/stats/pool_law.hpp"

#include <algorithm>
#include <cmath>
#include <complex>
#include <limits>
#include <map>
#include <vector>

#include "sim/kernels/scalar_math.hpp"

namespace breakeven::sim {
namespace {

using Complex = std::complex<double>;

constexpr double kRare = 0.1;  // of such margins in a pool: hardly ever two of opposite signs
constexpr double kFar = 10.0;  // standard deviations: 1e-23 of a normal law is beyond

Complex product(Complex a, Complex b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
}

/// exp(2 pi i k / size) for k < size / 2: halved angles and their products, so that only roots are taken.
std::vector<Complex> unitRoots(std::size_t size) {
    std::vector<Complex> roots{{1.0, 0.0}};
    Complex half{-1.0, 0.0};  // half a turn, then a quarter, ...
    std::vector<Complex> powers;
    for (std::size_t length = 2; length < size; length *= 2) {
        // The angle in the first quadrant from the second turn on.
        half = length == 2 ? Complex{0.0, 1.0}
                           : Complex{std::sqrt(0.5 * (1.0 + half.real())),
                                     half.imag() / std::sqrt(2.0 * (1.0 + half.real()))};
        powers.push_back(half);
    }
    // powers[j] = exp(2 pi i / 2^(j + 2)); the root k is the product over the bits of k.
    roots.reserve(size / 2);
    for (auto power = powers.rbegin(); power != powers.rend(); ++power) {
        const std::size_t known = roots.size();
        for (std::size_t k = 0; k < known; ++k) roots.push_back(product(roots[k], *power));
    }
    return roots;
}

/// To sums of value[k] exp(2 pi i f k / size) by f, in place, radix 2.
///
/// @param roots  of a power of two at least as large
void transform(std::vector<Complex>& values, const std::vector<Complex>& roots) {
    const std::size_t size = values.size();
    for (std::size_t i = 1, j = 0; i < size; ++i) {
        std::size_t bit = size / 2;
        for (; (j & bit) != 0; bit /= 2) j ^= bit;
        j ^= bit;
        if (i < j) std::swap(values[i], values[j]);
    }
    for (std::size_t length = 2; length <= size; length *= 2) {
        const std::size_t stride = 2 * roots.size() / length;
        for (std::size_t from = 0; from < size; from += length) {
            for (std::size_t k = 0; k < length / 2; ++k) {
                const Complex even = values[from + k];
                const Complex odd = product(roots[k * stride], values[from + k + length / 2]);
                values[from + k] = even + odd;
                values[from + k + length / 2] = even - odd;
            }
        }
    }
}

/// The same of real values, up to f = size / 2: their pairs are transformed as complex numbers, and the
/// transforms of the even and of the odd values told apart by symmetry.
std::vector<Complex> spectrum(const std::vector<double>& values, const std::vector<Complex>& roots) {
    const std::size_t half = values.size() / 2;
    std::vector<Complex> pairs(half);
    for (std::size_t k = 0; k < half; ++k) pairs[k] = {values[2 * k], values[2 * k + 1]};
    transform(pairs, roots);
    std::vector<Complex> result(half + 1);
    for (std::size_t f = 0; f <= half; ++f) {
        const Complex one = pairs[f < half ? f : 0];
        const Complex other = std::conj(pairs[f > 0 ? half - f : 0]);
        const Complex difference = 0.5 * (one - other);
        const Complex odd{difference.imag(), -difference.real()};
        result[f] = 0.5 * (one + other) + (f < half ? product(roots[f], odd) : -odd);
    }
    return result;
}

Complex power(Complex base, std::uint64_t exponent) {
    Complex result{1.0, 0.0};
    for (; exponent != 0; exponent /= 2) {
        if (exponent % 2 != 0) result = product(result, base);
        base = product(base, base);
    }
    return result;
}

/// The sum of what the inverse transform gives at -size / 2, ... up to `zero`, the value there counting in
/// part, of a transform that is left to the power n. By geometric sums, so that nothing is transformed back.
double sumUpTo(double zero, const std::vector<Complex>& transformed, std::uint64_t n,
               const std::vector<Complex>& roots) {
    const std::size_t size = 2 * (transformed.size() - 1);
    const double last = std::floor(zero - 0.5);  // counts whole
    const double part = zero - last - 0.5;       // of the next
    const auto rootAt = [&](std::int64_t index) {
        const std::size_t turned = static_cast<std::size_t>(index) & (size - 1);
        return turned < size / 2 ? roots[turned] : -roots[turned - size / 2];
    };
    // Smaller ones to the power n are below 1e-20.
    const double least = expScalar(-92.0 / static_cast<double>(n));
    double sum = last + 0.5 * static_cast<double>(size) + 1.0 + part;  // at frequency 0, all of the weight
    for (std::size_t f = 1; f <= size / 2; ++f) {
        const Complex base = transformed[f];
        if (base.real() * base.real() + base.imag() * base.imag() < least) continue;
        const auto step = static_cast<std::int64_t>(f);
        const Complex root = std::conj(rootAt(step));
        const Complex beyond = std::conj(rootAt((static_cast<std::int64_t>(last) + 1) * step));
        const Complex first{f % 2 == 0 ? 1.0 : -1.0, 0.0};
        const Complex whole = product(first - beyond, std::conj(1.0 - root)) / std::norm(1.0 - root);
        const Complex weights = whole + part * beyond;
        // The values are real: the second half mirrors the first.
        sum += (f < size / 2 ? 2.0 : 1.0) * product(power(base, n), weights).real();
    }
    return sum / static_cast<double>(size);
}

/// Of the margins below `far` either way; the others' share is `beyond`.
struct Core {
    double far = 0.0;
    double mean = 0.0;
    double variance = 0.0;
    double beyond = 0.0;

    /// How far from zero a pool of n of them ever is.
    [[nodiscard]] double reach(double n) const { return std::abs(n * mean) + kFar * std::sqrt(n * variance); }
};

/// The nearest margins, to a power of two, beyond which one decides for the whole pool of n, whatever the
/// others are.
Core coreOf(std::span<const LawPoint> law, double n) {
    struct Sums {
        double share = 0.0;
        double values = 0.0;
        double squares = 0.0;
    };
    std::map<int, Sums> byExponent;
    for (const LawPoint& point : law) {
        Sums& sums = byExponent[point.value == 0.0 ? std::numeric_limits<double>::min_exponent
                                                   : std::ilogb(point.value)];
        sums.share += point.share;
        sums.values += point.share * point.value;
        sums.squares += point.share * point.value * point.value;
    }
    Core core;
    Sums within;
    for (auto at = byExponent.begin(); at != byExponent.end();) {
        const auto& [exponent, sums] = *at;
        within.share += sums.share;
        within.values += sums.values;
        within.squares += sums.squares;
        core.mean = within.values / within.share;
        core.variance = std::max(within.squares / within.share - core.mean * core.mean, 0.0);
        core.beyond = std::max(1.0 - within.share, 0.0);
        core.far = std::max(std::ldexp(1.0, exponent + 1), core.reach(n));
        if (++at != byExponent.end() && n * core.beyond < kRare &&
            core.reach(n) <= std::ldexp(1.0, at->first))
            break;
    }
    return core;
}

/// The most of `expected` rare events that ever happen together: more have a chance below 1e-9 (Poisson).
double mostOf(double expected) {
    double chance = expScalar(-expected);
    double left = 1.0 - chance;
    double most = 0.0;
    for (; left > 1e-9 && most < 1e6; left -= chance) chance *= expected / ++most;
    return most;
}

}  // namespace

double probabilityPoolLoses(std::span<const LawPoint> given, std::uint64_t users, std::size_t steps) {
    const auto n = static_cast<double>(users);
    const auto [least, most] = std::ranges::minmax(given, {}, &LawPoint::value);
    if (least.value >= 0.0) return 0.0;
    if (most.value < 0.0) return 1.0;
    if (most.value == 0.0) {
        double nothing = 0.0;  // the share that neither earns nor loses
        for (const LawPoint& point : given) nothing += point.value == 0.0 ? point.share : 0.0;
        return 1.0 - expScalar(n * std::log(std::min(nothing, 1.0)));
    }

    // A loss that n of the largest margins do not make up for may as well be just that, and the other way.
    std::vector<LawPoint> law(given.begin(), given.end());
    for (LawPoint& point : law) point.value = std::clamp(point.value, -n * most.value, -n * least.value);

    const Core core = coreOf(law, n);
    const double halfWidth = core.reach(n) + mostOf(n * core.beyond) * core.far;
    const double step = 2.0 * halfWidth / static_cast<double>(steps);
    std::vector<double> values(steps);
    const auto slot = [&](double index) {
        return static_cast<std::size_t>(static_cast<std::int64_t>(index)) &
               (steps - 1);  // below zero: from the end
    };
    double mean = 0.0;
    double squares = 0.0;
    double gridSquares = 0.0;
    for (const LawPoint& point : law) {
        const double at = std::clamp(point.value, -core.far, core.far) / step;
        const double below = std::floor(at);
        const double above = point.share * (at - below);
        values[slot(below)] += point.share - above;
        values[slot(below + 1.0)] += above;
        mean += point.share * at;
        squares += point.share * at * at;
        gridSquares += (point.share - above) * below * below + above * (below + 1.0) * (below + 1.0);
    }
    const std::vector<Complex> roots = unitRoots(steps);

    // The grid keeps the mean and widens the spread a little: zero moves as far from the mean as the spread
    // grew.
    const double variance = squares - mean * mean;
    const double zero =
        variance > 0.0 ? n * mean * (1.0 - std::sqrt((gridSquares - mean * mean) / variance)) : 0.0;
    return std::clamp(sumUpTo(zero, spectrum(values, roots), users, roots), 0.0, 1.0);
}

}  // namespace breakeven::sim
