#include "core/costing/retries.hpp"

#include <cmath>

namespace breakeven::core {

double successShare(const Retries& retries) {
    if (!retries.limit) return 1.0;
    // By the logarithm: 1 - (1 - s)^R keeps its digits for a small s.
    return -std::expm1(static_cast<double>(*retries.limit) * std::log1p(-retries.success));
}

double meanAttempts(const Retries& retries) {
    return successShare(retries) / retries.success;
}

}  // namespace breakeven::core
