#include "sim/exact/usage_law.hpp"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "sim/random/normal_quantile.hpp"

namespace breakeven::sim {
namespace {

// By erfc, not by the kernels' own CDF: an oracle shares no code with what it checks.
double phi(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

}  // namespace

double meanOf(const UsageLaw& law) {
    switch (law.kind) {
        case UsageLaw::Kind::Lognormal:
            return std::exp(law.a + 0.5 * law.b * law.b);
        case UsageLaw::Kind::Uniform:
            return 0.5 * (law.a + law.b);
        case UsageLaw::Kind::Gamma:
            return law.a * law.b;
        case UsageLaw::Kind::Points:
            break;
    }
    return std::accumulate(law.points.begin(), law.points.end(), 0.0) /
           static_cast<double>(law.points.size());
}

double shareUpTo(const UsageLaw& law, double x) {
    if (x == std::numeric_limits<double>::infinity()) return 1.0;
    if (law.kind == UsageLaw::Kind::Points) {
        const auto count = std::ranges::upper_bound(law.points, x) - law.points.begin();
        return static_cast<double>(count) / static_cast<double>(law.points.size());
    }
    if (x <= 0.0) return 0.0;
    switch (law.kind) {
        case UsageLaw::Kind::Lognormal:
            return phi((std::log(x) - law.a) / law.b);
        case UsageLaw::Kind::Uniform:
            return std::clamp((x - law.a) / (law.b - law.a), 0.0, 1.0);
        default:
            return boost::math::gamma_p(law.a, x / law.b);
    }
}

double meanUpTo(const UsageLaw& law, double x) {
    if (x == std::numeric_limits<double>::infinity()) return meanOf(law);
    if (law.kind == UsageLaw::Kind::Points) {
        const auto end = std::ranges::upper_bound(law.points, x);
        return std::accumulate(law.points.begin(), end, 0.0) / static_cast<double>(law.points.size());
    }
    if (x <= 0.0) return 0.0;
    switch (law.kind) {
        case UsageLaw::Kind::Lognormal:
            return meanOf(law) * phi((std::log(x) - law.a - law.b * law.b) / law.b);
        case UsageLaw::Kind::Uniform: {
            const double top = std::clamp(x, law.a, law.b);
            return 0.5 * (top - law.a) * (top + law.a) / (law.b - law.a);
        }
        default:
            return meanOf(law) * boost::math::gamma_p(law.a + 1.0, x / law.b);
    }
}

double quantileOf(const UsageLaw& law, double p) {
    switch (law.kind) {
        case UsageLaw::Kind::Lognormal:
            return p > 0.0 ? std::exp(law.a + law.b * normalQuantile(p)) : 0.0;
        case UsageLaw::Kind::Uniform:
            return law.a + p * (law.b - law.a);
        case UsageLaw::Kind::Gamma:
            return law.b * boost::math::gamma_p_inv(law.a, p);
        case UsageLaw::Kind::Points:
            break;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

double giniOf(const UsageLaw& law) {
    switch (law.kind) {
        case UsageLaw::Kind::Lognormal:
            return 2.0 * phi(law.b / std::numbers::sqrt2) - 1.0;
        case UsageLaw::Kind::Uniform:
            return (law.b - law.a) / (3.0 * (law.a + law.b));
        case UsageLaw::Kind::Gamma:
            return boost::math::tgamma_delta_ratio(law.a + 0.5, 0.5) / std::sqrt(std::numbers::pi);
        case UsageLaw::Kind::Points:
            break;
    }
    return std::numeric_limits<double>::quiet_NaN();
}

}  // namespace breakeven::sim
