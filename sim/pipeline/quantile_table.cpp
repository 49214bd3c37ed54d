#include "sim/pipeline/quantile_table.hpp"

#include <algorithm>
#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <numbers>

#include "sim/kernels/log_gamma.hpp"
#include "sim/kernels/quantile_kernels.hpp"

namespace breakeven::sim {

std::vector<double> gammaTable(double shape, double scale) {
    using namespace quantile_table;
    const boost::math::gamma_distribution<double> law(shape, 1.0);
    std::vector<double> table;
    table.reserve(2 * kNodes);
    for (std::size_t i = 0; i < kNodes; ++i) {
        const double z = kFirst + kStep * static_cast<double>(i);
        const double x = z < 0.0 ? boost::math::quantile(law, normalCdfScalar(z))
                                 : boost::math::quantile(boost::math::complement(law, normalCdfScalar(-z)));
        const double safe = std::max(x, 1e-300);  // tiny shapes underflow far below any usage
        // dx/dz = phi(z) / f(x), so d ln x / dz = phi(z) / (x f(x)), x f(x) = x^shape e^-x / Gamma(shape).
        const double logDensity = shape * std::log(safe) - safe - logGamma(shape);
        const double slope = std::exp(-0.5 * z * z - 0.5 * std::log(2.0 * std::numbers::pi) - logDensity);
        table.push_back(std::log(safe) + std::log(scale));
        table.push_back(safe > 1e-300 ? slope : 0.0);
    }
    return table;
}

}  // namespace breakeven::sim
