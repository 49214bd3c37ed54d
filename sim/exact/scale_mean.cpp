#include "sim/exact/scale_mean.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

namespace breakeven::sim {
namespace {

double meanLog2(const UsageLaw& law, double factor, const core::ScaleOption& option) {
    const double m = law.a + std::log(factor);
    const double z = m / law.b;
    const double density = std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
    const double above = m * 0.5 * std::erfc(-z / std::numbers::sqrt2) + law.b * density;
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

std::optional<double> meanCheapest(const UsageLaw& law, double factor,
                                   std::span<const core::ScaleOption> options) {
    if (law.kind == UsageLaw::Kind::Points) {
        double sum = 0.0;
        for (const double x : law.points) sum += core::cheapestAt(options, factor * x);
        return sum / static_cast<double>(law.points.size());
    }
    const auto isLog = [](const core::ScaleOption& option) { return option.shape == core::ScaleShape::Log2; };
    if (std::ranges::any_of(options, isLog)) {
        if (options.size() > 1 || law.kind != UsageLaw::Kind::Lognormal) return std::nullopt;
        return meanLog2(law, factor, options.front());
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
        sum += line.base * (shareUpTo(law, to) - shareUpTo(law, from)) +
               line.slope * factor * (meanUpTo(law, to) - meanUpTo(law, from));
        from = to;
    }
    return sum;
}

}  // namespace breakeven::sim
