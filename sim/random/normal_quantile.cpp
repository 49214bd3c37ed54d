#include "sim/random/normal_quantile.hpp"

#include <cmath>
#include <limits>

#include "core/units/infinity.hpp"
#include "sim/random/normal_quantile_table.hpp"

namespace breakeven::sim {
namespace {

template <typename Arithmetic>
double ratio(const double (&top)[8], const double (&bottom)[8], double x) {
    double numerator = top[7];
    double denominator = bottom[7];
    for (std::size_t i = 7; i-- > 0;) {
        numerator = Arithmetic::mulAdd(numerator, x, top[i]);
        denominator = Arithmetic::mulAdd(denominator, x, bottom[i]);
    }
    return numerator / denominator;
}

}  // namespace

template <typename Arithmetic>
double normalQuantile(double p, Arithmetic how) {
    if (p <= 0.0) return -kInfinity;
    if (p >= 1.0) return kInfinity;
    const double q = p - 0.5;
    if (std::abs(q) <= as241::kCentreHalfWidth) {
        return q * ratio<Arithmetic>(as241::kCentreTop, as241::kCentreBottom, as241::kCentreConstant - q * q);
    }
    const double r = std::sqrt(-logScalar(q < 0.0 ? p : 1.0 - p, how));
    const double z = r <= as241::kFarShift
                         ? ratio<Arithmetic>(as241::kNearTop, as241::kNearBottom, r - as241::kNearShift)
                         : ratio<Arithmetic>(as241::kFarTop, as241::kFarBottom, r - as241::kFarShift);
    return q < 0.0 ? -z : z;
}

template double normalQuantile(double p, Plain how);
template double normalQuantile(double p, Fused how);

}  // namespace breakeven::sim
