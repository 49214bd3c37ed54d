#include "sim/fitting/hill.hpp"

#include <algorithm>
#include <cmath>

#include "sim/fitting/spliced.hpp"

namespace breakeven::sim {
namespace {

constexpr std::size_t kLeast = 10;
constexpr std::size_t kMostPoints = 60;

}  // namespace

HillPlot hillPlot(std::span<const double> ascending) {
    HillPlot plot;
    const std::size_t n = ascending.size();
    if (n < 2 * kLeast) return plot;
    std::vector<double> logsOfTop(n, 0.0);  // sum of ln x of the k largest
    for (std::size_t k = 1; k < n; ++k) logsOfTop[k] = logsOfTop[k - 1] + std::log(ascending[n - k]);
    const auto pointAt = [&](std::size_t k) -> std::optional<HillPoint> {
        const auto count = static_cast<double>(k);
        const double threshold = ascending[n - k - 1];
        const double excess = logsOfTop[k] / count - std::log(threshold);
        if (!(excess > 0.0)) return std::nullopt;
        const double alpha = 1.0 / excess;
        const double reach = 1.959963984540054 / std::sqrt(count);
        return HillPoint{k, threshold, alpha, alpha * std::max(1.0 - reach, 0.0), alpha * (1.0 + reach)};
    };
    const std::size_t half = n / 2;
    const double ratio = static_cast<double>(half) / static_cast<double>(kLeast);
    std::size_t last = 0;
    for (std::size_t i = 0; i < kMostPoints; ++i) {
        const double part = static_cast<double>(i) / static_cast<double>(kMostPoints - 1);
        const auto k =
            static_cast<std::size_t>(std::lround(static_cast<double>(kLeast) * std::pow(ratio, part)));
        if (k == last) continue;
        last = k;
        if (const auto point = pointAt(k)) plot.points.push_back(*point);
    }
    const auto begin = tailBegin({ascending.begin(), ascending.end()});
    if (begin && *begin > 0) plot.chosen = pointAt(n - *begin);
    plot.warnsOfInfiniteVariance = plot.chosen && plot.chosen->alpha <= 2.0;
    return plot;
}

}  // namespace breakeven::sim
