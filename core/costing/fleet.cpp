#include "core/costing/fleet.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/costing/amortisation.hpp"

namespace breakeven::core {

GpuHour gpuHour(const GpuPrice& price) {
    return {price.capex * annuityFactor(price.yearlyRate, price.years) / kHoursOfYear,
            price.kilowatts * price.pue * price.powerPrice, price.capex * price.opsShare / kHoursOfYear};
}

double costPerToken(double hour, double throughput, double utilisation) {
    return hour / (kSecondsOfHour * throughput * utilisation);
}

double breakEvenUtilisation(double hour, double throughput, double marketPrice) {
    return hour / (kSecondsOfHour * throughput * marketPrice);
}

double gpusAtFullLoad(double tokens, double throughput, double hoursOfMonth) {
    return tokens / (throughput * kSecondsOfHour * hoursOfMonth);
}

double gpusNeeded(double fullLoad, double peakToMean, double target) {
    return std::ceil(fullLoad * peakToMean / target);
}

double peakToMean(std::span<const double> profile) {
    const double sum = std::accumulate(profile.begin(), profile.end(), 0.0);
    return *std::ranges::max_element(profile) * static_cast<double>(profile.size()) / sum;
}

double shareBeyondCapacity(std::span<const double> profile, double capacity) {
    const double sum = std::accumulate(profile.begin(), profile.end(), 0.0);
    const double most = capacity * sum / static_cast<double>(profile.size());
    double beyond = 0.0;
    for (const double hour : profile) beyond += std::max(hour - most, 0.0);
    return beyond / sum;
}

}  // namespace breakeven::core
