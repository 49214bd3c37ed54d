#include "sim/pipeline/copula_table.hpp"

#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numbers>

#include "sim/pipeline/quantile_table.hpp"
#include "sim/random/normal_quantile.hpp"

namespace breakeven::sim {

StudentCopula studentCopula(double degreesOfFreedom) {
    StudentCopula copula;
    copula.degreesOfFreedom = degreesOfFreedom;
    copula.chiSquare = gammaTable(0.5 * degreesOfFreedom, 2.0);
    const boost::math::students_t_distribution<double> law(degreesOfFreedom);
    const double root = std::sqrt(degreesOfFreedom);
    constexpr double kFurthest = 1e-19;  // tail probability: a score of 9
    const double last = boost::math::quantile(boost::math::complement(law, kFurthest));
    copula.scores.inverseRoot = 1.0 / root;
    copula.scores.step = std::asinh(last / root) / static_cast<double>(StudentScores::kNodes - 1);
    for (std::size_t i = 0; i < StudentScores::kNodes; ++i) {
        const double y = copula.scores.step * static_cast<double>(i);
        const double t = root * std::sinh(y);
        const double z = i == 0 ? 0.0 : -normalQuantile(boost::math::cdf(boost::math::complement(law, t)));
        const double normalDensity = std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
        copula.scores.table.push_back(z);
        copula.scores.table.push_back(boost::math::pdf(law, t) * root * std::cosh(y) / normalDensity);
    }
    return copula;
}

}  // namespace breakeven::sim
