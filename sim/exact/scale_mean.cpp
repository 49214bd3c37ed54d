#include "sim/exact/scale_mean.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace breakeven::sim {
namespace {

double meanLog2(const core::LognormalLaw& law, double factor, const core::ScaleOption& option) {
    const double m = law.mu + std::log(factor);
    const double z = m / law.sigma;
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
    const double above = m * 0.5 * std::erfc(-z / std::numbers::sqrt2) + law.sigma * density;
    return option.base + option.slope * above / std::numbers::ln2;
}

/// Sizes, in units of X, at which another option can become the cheapest; ascending.
std::vector<double> switches(std::span<const core::ScaleOption> options, double factor) {
    std::vector<double> found;
    for (std::size_t i = 0; i < options.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            const double x = core::switchSize(options[i], options[j]) / factor;
            if (x > 0.0 && std::isfinite(x)) found.push_back(x);
        }
    }
    std::ranges::sort(found);
    return found;
}

}  // namespace

std::optional<double> meanCheapest(const core::UsageLaw& law, double factor,
                                   std::span<const core::ScaleOption> options) {
    if (const std::optional<Points> points = pointsOf(law)) {
        double sum = 0.0;
        for (std::size_t i = 0; i < points->values.size(); ++i)
            sum += (points->shares.empty() ? 1.0 : points->shares[i]) *
                   core::cheapestAt(options, factor * points->values[i]);
        return points->shares.empty() ? sum / static_cast<double>(points->values.size()) : sum;
    }
    const auto isLog = [](const core::ScaleOption& option) { return option.shape == core::ScaleShape::Log2; };
    if (std::ranges::any_of(options, isLog)) {
        const auto* lognormal = std::get_if<core::LognormalLaw>(&law);
        if (options.size() > 1 || lognormal == nullptr) return std::nullopt;
        return meanLog2(*lognormal, factor, options.front());
    }
    std::vector<double> ends = switches(options, factor);
    ends.push_back(std::numeric_limits<double>::infinity());
    double sum = 0.0;
    double from = 0.0;
    for (const double to : ends) {
        const double inside = std::isfinite(to) ? 0.5 * (from + to) : 2.0 * from + 1.0;
        const auto cheapest = std::ranges::min_element(options, {}, [&](const core::ScaleOption& option) {
            return core::unitCostAt(option, factor * inside);
        });
        const core::ScaleLine line = core::lineOf(*cheapest);
        sum += line.base * (core::shareUpTo(law, to) - core::shareUpTo(law, from)) +
               line.slope * factor * (core::meanUpTo(law, to) - core::meanUpTo(law, from));
        from = to;
    }
    return sum;
}

}  // namespace breakeven::sim
