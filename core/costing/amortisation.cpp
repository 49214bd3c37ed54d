#include "core/costing/amortisation.hpp"

#include <cmath>

namespace breakeven::core {

double annuityFactor(double rate, double periods) {
    if (rate == 0.0) return 1.0 / periods;
    return rate / -std::expm1(-periods * std::log1p(rate));
}

double monthlyAnnuity(double amount, double yearlyRate, double months) {
    return amount * annuityFactor(yearlyRate / 12.0, months);
}

double aliveShare(double hazard, double months) {
    return std::exp(months * std::log1p(-hazard));
}

double obsolescenceValue(double monthlySaving, double hazard, double amount) {
    return monthlySaving / hazard - amount;
}

}  // namespace breakeven::core
