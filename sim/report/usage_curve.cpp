#include "sim/report/usage_curve.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/population/law_points.hpp"
#include "sim/exact/usage_law.hpp"

namespace breakeven::sim {
namespace {

constexpr std::size_t kPoints = 201;
constexpr double kTail = 0.0005;
constexpr double kWidest = 1e9;  // a gamma of tiny shape reaches hundreds of decades down

UsageCurve constantCurve(double value) {
    return {"", "", "", {value}, {}, {1.0}, value, value, value, value, value == 0.0 ? 1.0 : 0.0};
}

/// Density of ln X by a central difference: right to 8 digits, and the same for every law.
double logDensity(const core::UsageLaw& law, double x) {
    constexpr double kStep = 1e-4;
    return (core::shareUpTo(law, x * std::exp(kStep)) - core::shareUpTo(law, x * std::exp(-kStep))) /
           (2.0 * kStep);
}

UsageCurve lawCurve(const core::UsageLaw& law) {
    const double high = quantileOf(law, 1.0 - kTail);
    const double low = std::max(quantileOf(law, kTail), high / kWidest);
    UsageCurve curve;
    for (std::size_t i = 0; i < kPoints; ++i) {
        const double t = static_cast<double>(i) / static_cast<double>(kPoints - 1);
        const double x = low * std::pow(high / low, t);
        curve.quantity.push_back(x);
        curve.density.push_back(logDensity(law, x));
        curve.cumulative.push_back(shareUpTo(law, x));
    }
    curve.median = quantileOf(law, 0.5);
    curve.mean = core::meanOf(law);
    curve.p90 = quantileOf(law, 0.9);
    curve.p99 = quantileOf(law, 0.99);
    return curve;
}

/// A law with values that have probability, as a sample of its quantiles at evenly spaced levels.
UsageCurve steppedCurve(const core::UsageLaw& law) {
    constexpr std::size_t kLevels = 2000;
    std::vector<double> sample;
    for (std::size_t i = 0; i < kLevels; ++i)
        sample.push_back(quantileOf(law, (static_cast<double>(i) + 0.5) / static_cast<double>(kLevels)));
    UsageCurve curve = usageCurveOf(sample);
    curve.median = quantileOf(law, 0.5);
    curve.mean = core::meanOf(law);
    curve.p90 = quantileOf(law, 0.9);
    curve.p99 = quantileOf(law, 0.99);
    return curve;
}

UsageCurve curveOf(const core::UsageLaw& law) {
    const std::optional<Points> points = pointsOf(law);
    if (points && points->shares.empty()) return usageCurveOf(points->values);
    const auto atoms = core::atomsOf(law, 0);
    return atoms && atoms->empty() ? lawCurve(law) : steppedCurve(law);
}

/// "token per request", or the meter's own unit.
std::string unitOf(const core::Scenario& scenario, const core::Usage& usage) {
    const std::string& unit = scenario.meters[usage.meter].unit;
    return usage.per ? fmt::format("{} per {}", unit, scenario.meters[*usage.per].unit) : unit;
}

}  // namespace

UsageCurve usageCurveOf(std::span<const double> sample, std::optional<std::size_t> bins) {
    std::vector<double> sorted(sample.begin(), sample.end());
    std::ranges::sort(sorted);
    if (sorted.front() == sorted.back()) return constantCurve(sorted.front());
    const auto count = static_cast<double>(sorted.size());
    const auto atOrBelow = [&](double x) {
        return static_cast<double>(std::ranges::upper_bound(sorted, x) - sorted.begin());
    };
    const auto quantile = [&](double level) {
        return sorted[std::min(static_cast<std::size_t>(level * count), sorted.size() - 1)];
    };
    UsageCurve curve;
    curve.zeroShare = atOrBelow(0.0) / count;
    curve.median = quantile(0.5);
    curve.mean = std::accumulate(sorted.begin(), sorted.end(), 0.0) / count;
    curve.p90 = quantile(0.9);
    curve.p99 = quantile(0.99);
    const double low = *std::ranges::upper_bound(sorted, 0.0);
    const double high = sorted.back();
    if (low == high) {  // zeros and one value: a single bar, one unit of the logarithm wide
        curve.quantity = {high};
        curve.density = {1.0 - curve.zeroShare};
        curve.cumulative = {1.0};
        return curve;
    }
    const auto rice = static_cast<std::size_t>(std::ceil(2.0 * std::cbrt(count)));
    const std::size_t n = bins.value_or(std::clamp<std::size_t>(rice, 10, 100));
    const double width = std::log(high / low) / static_cast<double>(n);
    const auto edge = [&](std::size_t i) {
        return i == n ? high : low * std::exp(width * static_cast<double>(i));
    };
    for (std::size_t i = 0; i < n; ++i) {
        const double middle = low * std::exp(width * (static_cast<double>(i) + 0.5));
        // Bins are open below and closed above, the first closed on both sides.
        const double below = i == 0 ? atOrBelow(0.0) : atOrBelow(edge(i));
        curve.quantity.push_back(middle);
        curve.density.push_back((atOrBelow(edge(i + 1)) - below) / count / width);
        curve.cumulative.push_back(atOrBelow(middle) / count);
    }
    return curve;
}

UsageCurve fittedCurve(const Law& law, const UsageCurve& sample) {
    UsageCurve curve = sample;
    const double positive = isCounting(law.family) ? 1.0 : 1.0 - sample.zeroShare;
    curve.density.clear();
    curve.cumulative.clear();
    for (const double x : sample.quantity) {
        if (!isCounting(law.family)) curve.density.push_back(positive * x * std::exp(logDensity(law, x)));
        curve.cumulative.push_back(1.0 - positive * shareAbove(law, x));
    }
    const auto quantile = [&](double level) {
        const double inside = (level - (1.0 - positive)) / positive;
        return inside > 0.0 ? quantileOf(law, inside) : 0.0;
    };
    curve.median = quantile(0.5);
    curve.mean = positive * meanOf(law);
    curve.p90 = quantile(0.9);
    curve.p99 = quantile(0.99);
    return curve;
}

std::vector<QuantilePoint> quantilePlot(const Law& law, std::span<const double> ascending, std::size_t most) {
    const std::size_t n = ascending.size();
    const std::size_t points = std::min(n, std::max<std::size_t>(most, 2));
    std::vector<QuantilePoint> result;
    for (std::size_t i = 0; i < points; ++i) {
        const std::size_t rank = points == 1 ? 0 : i * (n - 1) / (points - 1);
        const double level = (static_cast<double>(rank) + 0.5) / static_cast<double>(n);
        result.push_back({quantileOf(law, level), ascending[rank]});
    }
    return result;
}

std::vector<UsageCurve> usageCurves(const core::Scenario& scenario) {
    std::vector<UsageCurve> curves;
    for (const core::Segment& segment : scenario.segments) {
        for (const core::Usage& usage : segment.usages) {
            const std::optional<core::UsageLaw> law = core::lawIn(usage.distribution, {});
            if (!law) continue;
            UsageCurve curve = curveOf(*law);
            curve.segment = segment.id;
            curve.meter = scenario.meters[usage.meter].id;
            curve.unit = unitOf(scenario, usage);
            curves.push_back(std::move(curve));
        }
    }
    return curves;
}

}  // namespace breakeven::sim
