#include "core/costing/guard.hpp"

#include <cmath>
#include <limits>

namespace breakeven::core {

double harmPerStep(const Guard& guard) {
    return guard.falsePositiveShare * guard.falsePositiveAmount +
           guard.attackRate * guard.attackSuccess * guard.loss;
}

double guardedStepCost(double stepCost, const Guard& guard) {
    return stepCost * (1.0 + guard.overhead) + harmPerStep(guard);
}

double incidentProbability(const Guard& guard, double steps) {
    return -std::expm1(steps * std::log1p(-guard.attackRate * guard.attackSuccess));
}

double breakEvenAttackRate(double stepCost, const Guard& guard, const Guard& without) {
    const double saved = without.attackSuccess * without.loss - guard.attackSuccess * guard.loss;
    if (!(saved > 0.0)) return std::numeric_limits<double>::infinity();
    return (stepCost * guard.overhead + guard.falsePositiveShare * guard.falsePositiveAmount) / saved;
}

}  // namespace breakeven::core
