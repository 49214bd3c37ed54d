#include "sim/stats/summaries.hpp"

#include <algorithm>
#include <array>
#include <boost/accumulators/accumulators.hpp>
#include <boost/accumulators/statistics/count.hpp>
#include <boost/accumulators/statistics/mean.hpp>
#include <boost/accumulators/statistics/stats.hpp>
#include <boost/accumulators/statistics/variance.hpp>
#include <boost/math/distributions/students_t.hpp>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <numbers>
#include <numeric>

#include "core/units/infinity.hpp"
#include "sim/kernels/scalar_math.hpp"

namespace breakeven::sim {
namespace {

constexpr double kNormal95 = 1.959963984540054;

std::vector<double> ranks(std::span<const double> values) {
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::sort(order, {}, [&](std::size_t i) { return values[i]; });
    std::vector<double> result(values.size());
    for (std::size_t first = 0; first < order.size();) {
        std::size_t last = first;
        while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
        const double rank = 0.5 * static_cast<double>(first + last);
        for (std::size_t i = first; i <= last; ++i) result[order[i]] = rank;
        first = last + 1;
    }
    return result;
}

}  // namespace

Summary summarise(std::span<const double> values) {
    namespace acc = boost::accumulators;
    acc::accumulator_set<double, acc::stats<acc::tag::count, acc::tag::mean, acc::tag::variance>> set;
    for (const double value : values) set(value);
    const std::size_t n = acc::count(set);
    if (n == 0) return {};
    const double spread = static_cast<double>(n) / static_cast<double>(n > 1 ? n - 1 : 1);
    return {n, acc::mean(set), n > 1 ? std::max(0.0, acc::variance(set) * spread) : 0.0};
}

double sortedQuantile(std::span<const double> sorted, double level) {
    const double position = level * static_cast<double>(sorted.size() - 1);
    const auto index = static_cast<std::size_t>(position);
    if (index + 1 >= sorted.size()) return sorted.back();
    const double fraction = position - static_cast<double>(index);
    return sorted[index] + fraction * (sorted[index + 1] - sorted[index]);
}

double studentT95(double degrees) {
    const auto quantile = [](double nu) {
        return boost::math::quantile(boost::math::students_t_distribution<double>(nu), 0.975);
    };
    // A run with one world asks for that of its batches with every number.
    static const std::array<double, 64> few = [&] {
        std::array<double, 64> result{};
        for (std::size_t nu = 1; nu < result.size(); ++nu) result[nu] = quantile(static_cast<double>(nu));
        return result;
    }();
    const auto whole = static_cast<std::size_t>(degrees);
    return whole < few.size() && static_cast<double>(whole) == degrees ? few[whole] : quantile(degrees);
}

Interval quantileInterval(std::span<const double> sorted, double level) {
    const auto n = static_cast<double>(sorted.size());
    const auto below = [&](double k) {  // P(at most k of the n values lie below the quantile), k whole
        return k < 0.0 ? 0.0 : k >= n ? 1.0 : boost::math::ibetac(k + 1.0, n - k, level);
    };
    // Ranks from 1: the largest that lies above the quantile, and the smallest that lies below it, with 2.5 %
    // at most.
    const double reach = 3.0 * std::sqrt(n * level * (1.0 - level)) + 3.0;
    double low = std::floor(n * level - reach);
    while (below(low) <= 0.025) ++low;
    double high = std::ceil(n * level + reach) + 1.0;
    while (1.0 - below(high - 2.0) <= 0.025) --high;
    const auto at = [&](double rank) { return sorted[static_cast<std::size_t>(rank) - 1]; };
    return {low >= 1.0 ? at(low) : -kInfinity, high <= n ? at(high) : kInfinity};
}

Interval wilson95(double hits, double n) {
    const double z2 = kNormal95 * kNormal95;
    const double p = hits / n;
    const double centre = p + z2 / (2.0 * n);
    const double half = kNormal95 * std::sqrt(p * (1.0 - p) / n + z2 / (4.0 * n * n));
    const double scale = 1.0 + z2 / n;
    // At either end rounding would leave a little.
    return {hits > 0.0 ? std::max(0.0, (centre - half) / scale) : 0.0,
            hits < n ? std::min(1.0, (centre + half) / scale) : 1.0};
}

namespace {

struct Jackknife {
    double error = 0.0;
    double skewness = 0.0;  ///< of the pseudo-values; 0 where they are alike
};

Jackknife jackknife(double whole, std::span<const double> without, std::span<const double> sizes) {
    const double n = std::accumulate(sizes.begin(), sizes.end(), 0.0);
    const auto groups = static_cast<double>(sizes.size());
    double centre = groups * whole;
    for (std::size_t j = 0; j < sizes.size(); ++j) centre -= (1.0 - sizes[j] / n) * without[j];
    std::vector<double> differences;
    double largest = 0.0;
    for (std::size_t j = 0; j < sizes.size(); ++j) {
        const double h = n / sizes[j];
        differences.push_back(h * whole - (h - 1.0) * without[j] - centre);
        largest = std::max(largest, std::abs(differences.back()));
    }
    if (!(largest > 0.0)) return {};
    // In units of a power of two, which rounds nothing: the cube of a tiny probability would be no number.
    const int unit = std::ilogb(largest);
    double variance = 0.0;
    double squares = 0.0;
    double cubes = 0.0;
    for (std::size_t j = 0; j < sizes.size(); ++j) {
        const double x = std::ldexp(differences[j], -unit);
        variance += x * x / (n / sizes[j] - 1.0);
        squares += x * x / groups;
        cubes += x * x * x / groups;
    }
    return {std::ldexp(std::sqrt(variance / groups), unit), cubes / (squares * std::sqrt(squares))};
}

/// The inverse of Hall's transformation g(t) = t + a t^2 / (3 r) + a^2 t^3 / (27 n) + a / (6 r), r = sqrt(n),
/// which takes the skewness a out of a t statistic of n groups.
double unskewed(double x, double skewness, double groups) {
    if (std::abs(skewness) < 1e-6) return x;
    const double root = std::sqrt(groups);
    const double a = skewness / 3.0;
    return root / a * (std::cbrt(1.0 + 3.0 * a * (x / root - skewness / (6.0 * groups))) - 1.0);
}

}  // namespace

double jackknifeError(double whole, std::span<const double> without, std::span<const double> sizes) {
    return jackknife(whole, without, sizes).error;
}

Interval jackknifeInterval(double whole, std::span<const double> without, std::span<const double> sizes) {
    const auto [error, skewness] = jackknife(whole, without, sizes);
    const auto groups = static_cast<double>(sizes.size());
    const double t = studentT95(groups - 1.0);
    return {whole - error * unskewed(t, skewness, groups), whole - error * unskewed(-t, skewness, groups)};
}

double rankCorrelation(std::span<const double> x, std::span<const double> y) {
    const std::vector<double> rx = ranks(x);
    const std::vector<double> ry = ranks(y);
    const double mean = 0.5 * static_cast<double>(x.size() - 1);
    double xy = 0.0;
    double xx = 0.0;
    double yy = 0.0;
    for (std::size_t i = 0; i < rx.size(); ++i) {
        xy += (rx[i] - mean) * (ry[i] - mean);
        xx += (rx[i] - mean) * (rx[i] - mean);
        yy += (ry[i] - mean) * (ry[i] - mean);
    }
    return xx > 0.0 && yy > 0.0 ? xy / std::sqrt(xx * yy) : 0.0;
}

double probabilitySumBelowZero(double mean, double variance, double thirdMoment, double n) {
    if (!(variance > 0.0)) return mean < 0.0 ? 1.0 : 0.0;
    constexpr double kSlight = 1e-3;  // a skewness whose square moves no digit
    constexpr double kFar = 38.0;     // beyond, a normal law has nothing left in a double
    const double z = std::clamp(-mean * std::sqrt(n / variance), -kFar, kFar);
    const double skewness = thirdMoment / (variance * std::sqrt(variance * n));
    const double normal = normalCdfScalar(z);
    if (!(std::abs(skewness) > kSlight)) {
        const double density = expScalar(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
        const double value =
            normal - (std::isfinite(skewness) ? skewness / 6.0 * (z * z - 1.0) * density : 0.0);
        return std::clamp(value, 0.0, 1.0);
    }
    // A gamma law of this shape, less its mean, over its standard deviation has the skewness 2 / sqrt(shape).
    const double root = 2.0 / std::abs(skewness);
    const double shape = root * root;
    const double x = std::max(shape + std::copysign(root, skewness) * z, 0.0);
    const bool isRising = skewness > 0.0;
    if (shape > 1.0 && x < 1e-6) return isRising ? 0.0 : 1.0;  // the library would overflow on its way there
    using namespace boost::math::policies;
    constexpr policy<overflow_error<ignore_error>, evaluation_error<ignore_error>, domain_error<ignore_error>>
        kQuiet;
    const double value =
        isRising ? boost::math::gamma_p(shape, x, kQuiet) : boost::math::gamma_q(shape, x, kQuiet);
    return value >= 0.0 && value <= 1.0 ? value : normal;
}

}  // namespace breakeven::sim
