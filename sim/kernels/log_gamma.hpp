#pragma once

#include <math.h>  // NOLINT(modernize-deprecated-headers): lgamma_r is not in <cmath>

namespace breakeven::sim {

/// ln |Gamma(x)|. std::lgamma gives the same value but writes the sign to a global, which is a race between
/// threads.
[[nodiscard]] inline double logGamma(double x) {
    int sign = 0;
    return ::lgamma_r(x, &sign);
}

}  // namespace breakeven::sim
