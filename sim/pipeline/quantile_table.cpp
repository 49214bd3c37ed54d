#include "sim/pipeline/quantile_table.hpp"

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <numbers>

#include "sim/kernels/scalar_math.hpp"

namespace breakeven::sim {
namespace {

constexpr double kFirst = -8.25;
constexpr double kStep = 1.0 / 32.0;
constexpr std::size_t kNodes = 529;

}  // namespace

std::vector<double> gammaTable(double shape, double scale) {
    const boost::math::gamma_distribution<double> law(shape, 1.0);
    std::vector<double> table;
    table.reserve(2 * kNodes);
    for (std::size_t i = 0; i < kNodes; ++i) {
        const double z = kFirst + kStep * static_cast<double>(i);
        const double x = z < 0.0 ? boost::math::quantile(law, normalCdfScalar(z))
                                 : boost::math::quantile(boost::math::complement(law, normalCdfScalar(-z)));
        const double safe = std::max(x, 1e-300);  // tiny shapes underflow far below any usage
        // dx/dz = phi(z) / f(x), so d ln x / dz = phi(z) / (x f(x)), x f(x) = x^shape e^-x / Gamma(shape).
        const double logDensity = shape * std::log(safe) - safe - std::lgamma(shape);
        const double slope = std::exp(-0.5 * z * z - 0.5 * std::log(2.0 * std::numbers::pi) - logDensity);
        table.push_back(std::log(safe) + std::log(scale));
        table.push_back(safe > 1e-300 ? slope : 0.0);
    }
    return table;
}

double tableQuantile(const std::vector<double>& table, double z) {
    const double position = std::clamp((z - kFirst) / kStep, 0.0, static_cast<double>(kNodes - 1));
    const std::size_t node = std::min(static_cast<std::size_t>(position), kNodes - 2);
    const double t = position - static_cast<double>(node);
    const double y0 = table[2 * node];
    const double y1 = table[2 * node + 2];
    const double m0 = table[2 * node + 1] * kStep;
    const double m1 = table[2 * node + 3] * kStep;
    const double rise = y1 - y0;
    return expScalar(y0 + t * (m0 + t * (3.0 * rise - 2.0 * m0 - m1 + t * (m0 + m1 - 2.0 * rise))));
}

}  // namespace breakeven::sim
