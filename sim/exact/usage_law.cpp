#include "sim/exact/usage_law.hpp"

#include <algorithm>
#include <boost/math/quadrature/gauss_kronrod.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/population/law_points.hpp"
#include "sim/random/normal_quantile.hpp"

namespace breakeven::sim {
namespace {

constexpr std::size_t kMostPoints = 20'000;
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// By erfc, not by the kernels' own CDF: an oracle shares no code with what it checks.
double phi(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

/// The quantile by bisection between powers of 16 around it.
double searchQuantile(const core::UsageLaw& law, double p) {
    const auto reaches = [&](double x) {
        return p < 0.5 ? core::shareUpTo(law, x) >= p : core::shareBeyond(law, x) <= 1.0 - p;
    };
    if (reaches(0.0)) return 0.0;
    double high = 1.0;
    while (!reaches(high)) high *= 16.0;
    double low = high;
    while (reaches(low)) {
        if (low < 1e-300) return 0.0;
        high = low;
        low /= 16.0;
    }
    while (true) {
        const double middle = 0.5 * (low + high);
        if (!(middle > low && middle < high)) return high;
        (reaches(middle) ? high : low) = middle;
    }
}

/// 1 / E X times the integral of F (1 - F), between kinks, values with probability and scores of the law.
double integratedGini(const core::UsageLaw& law) {
    const double mean = core::meanOf(law);
    const auto atoms = core::atomsOf(law, kMostPoints);
    if (!atoms || !std::isfinite(mean) || !(mean > 0.0)) return kNone;
    std::vector<double> ends = core::kinksOf(law);
    for (const core::Atom& atom : *atoms) ends.push_back(atom.value);
    for (double z = -8.0; z <= 6.0; z += 0.5) ends.push_back(quantileOf(law, phi(z)));
    const double last = ends.back();  // beyond it F is 1 but for 1e-9, whose square is nothing
    std::ranges::sort(ends);
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    double area = 0.0;
    double from = 0.0;
    for (const double to : ends) {
        if (to > last) break;
        const auto inside = [&](double x) { return core::shareUpTo(law, x) * core::shareBeyond(law, x); };
        if (to > from)
            area += boost::math::quadrature::gauss_kronrod<double, 15>::integrate(inside, from, to, 8, 1e-12);
        from = to;
    }
    // The integral of 1 - F beyond it is the part of the mean there, less what the edge makes of it.
    const double beyond = mean - core::meanUpTo(law, last);
    return (area + std::max(beyond - last * core::shareBeyond(law, last), 0.0)) / mean;
}

struct Gini {
    const core::UsageLaw& law;

    double operator()(const core::LognormalLaw& lognormal) const {
        return 2.0 * phi(lognormal.sigma / std::numbers::sqrt2) - 1.0;
    }
    double operator()(const core::UniformLaw& uniform) const {
        return (uniform.high - uniform.low) / (3.0 * (uniform.low + uniform.high));
    }
    double operator()(const core::GammaLaw& gamma) const {
        return boost::math::tgamma_delta_ratio(gamma.shape + 0.5, 0.5) / std::sqrt(std::numbers::pi);
    }
    double operator()(const core::WeibullLaw& weibull) const {
        return -std::expm1(-std::numbers::ln2 / weibull.shape);
    }
    double operator()(const core::ParetoLaw& pareto) const {
        return pareto.tailIndex > 1.0 ? 1.0 / (2.0 * pareto.tailIndex - 1.0) : kNone;
    }
    double operator()(const core::LomaxLaw& lomax) const {
        return lomax.tailIndex > 1.0 ? lomax.tailIndex / (2.0 * lomax.tailIndex - 1.0) : kNone;
    }
    template <typename Other>
    double operator()(const Other&) const {
        const std::optional<Points> points = pointsOf(law);
        return points ? giniOf(*points) : integratedGini(law);
    }
};

}  // namespace

double quantileOf(const core::UsageLaw& law, double p) {
    if (const auto* lognormal = std::get_if<core::LognormalLaw>(&law))
        return p > 0.0 ? std::exp(lognormal->mu + lognormal->sigma * normalQuantile(p)) : 0.0;
    if (const auto* uniform = std::get_if<core::UniformLaw>(&law))
        return uniform->low + p * (uniform->high - uniform->low);
    if (const auto* gamma = std::get_if<core::GammaLaw>(&law))
        return gamma->scale * boost::math::gamma_p_inv(gamma->shape, p);
    return searchQuantile(law, p);
}

double giniOf(const core::UsageLaw& law) {
    return std::visit(Gini{law}, law);
}

std::optional<Points> pointsOf(const core::UsageLaw& law) {
    if (const auto* sample = std::get_if<core::SampleLaw>(&law)) return Points{*sample->sorted, {}};
    if (const auto* point = std::get_if<core::PointLaw>(&law)) return Points{{point->value}, {}};
    if (!core::isDiscrete(law)) return std::nullopt;
    const auto atoms = core::atomsOf(law, kMostPoints);
    if (!atoms) return std::nullopt;
    Points points;
    for (const core::Atom& atom : *atoms) {
        points.values.push_back(atom.value);
        points.shares.push_back(atom.share);
    }
    return points;
}

double giniOf(const Points& points) {
    double weighted = 0.0;
    double sum = 0.0;
    if (points.shares.empty()) {
        const auto n = static_cast<double>(points.values.size());
        for (std::size_t i = 0; i < points.values.size(); ++i) {
            weighted += (2.0 * static_cast<double>(i + 1) - n - 1.0) * points.values[i];
            sum += points.values[i];
        }
        return sum > 0.0 ? weighted / (n * sum) : kNone;
    }
    double below = 0.0;
    for (std::size_t i = 0; i < points.values.size(); ++i) {
        weighted += points.shares[i] * points.values[i] * (2.0 * below + points.shares[i] - 1.0);
        sum += points.shares[i] * points.values[i];
        below += points.shares[i];
    }
    return sum > 0.0 ? weighted / sum : kNone;
}

}  // namespace breakeven::sim
