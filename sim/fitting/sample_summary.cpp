#include "sim/fitting/sample_summary.hpp"

#include <algorithm>
#include <cmath>

#include "sim/stats/summaries.hpp"

namespace breakeven::sim {
namespace {

constexpr std::size_t kMostLorenzPoints = 101;

/// The Lorenz curve of ascending values.
class Lorenz {
  public:
    explicit Lorenz(std::span<const double> ascending) {
        sums_.push_back(0.0);
        for (const double x : ascending) sums_.push_back(sums_.back() + x);
    }
    /// Share of the total that the lightest share `users` have.
    [[nodiscard]] double operator()(double users) const {
        const double place = users * static_cast<double>(sums_.size() - 1);
        const auto whole = std::min(static_cast<std::size_t>(place), sums_.size() - 2);
        const double part = place - static_cast<double>(whole);
        return (sums_[whole] + part * (sums_[whole + 1] - sums_[whole])) / sums_.back();
    }

  private:
    std::vector<double> sums_;
};

}  // namespace

SampleSummary summariseSample(std::span<const double> ascending) {
    SampleSummary result;
    const Summary moments = summarise(ascending);
    const auto n = static_cast<double>(ascending.size());
    result.count = ascending.size();
    result.zeroShare = static_cast<double>(std::ranges::upper_bound(ascending, 0.0) - ascending.begin()) / n;
    result.mean = moments.mean;
    result.standardDeviation = std::sqrt(moments.variance);
    result.smallest = ascending.front();
    result.largest = ascending.back();
    double second = 0.0;
    double third = 0.0;
    double ranked = 0.0;
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        const double away = ascending[i] - moments.mean;
        result.total += ascending[i];
        second += away * away / n;
        third += away * away * away / n;
        ranked += static_cast<double>(i + 1) * ascending[i];
    }
    if (ascending.front() < ascending.back()) result.skewness = third / std::pow(second, 1.5);
    for (const double level : {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99})
        result.quantiles.push_back({level, sortedQuantile(ascending, level)});
    if (!(result.total > 0.0)) return result;
    result.cv = result.standardDeviation / result.mean;
    result.gini = 2.0 * ranked / (n * result.total) - (n + 1.0) / n;
    const Lorenz lorenz(ascending);
    result.top1 = 1.0 - lorenz(0.99);
    result.top5 = 1.0 - lorenz(0.95);
    result.top10 = 1.0 - lorenz(0.9);
    const std::size_t steps = std::min(ascending.size(), kMostLorenzPoints - 1);
    for (std::size_t i = 0; i <= steps; ++i) {
        const double users = static_cast<double>(i) / static_cast<double>(steps);
        result.lorenz.push_back({users, lorenz(users)});
    }
    return result;
}

}  // namespace breakeven::sim
