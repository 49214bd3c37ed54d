#include "sim/fitting/sample_summary.hpp"

#include <algorithm>
#include <cmath>

#include "sim/random/stream.hpp"
#include "sim/stats/summaries.hpp"

namespace breakeven::sim {
namespace {

constexpr std::size_t kMostLorenzPoints = 101;
constexpr std::size_t kMostSingles = 500;
constexpr std::size_t kGroups = 100;

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

/// Gini and top shares.
struct Concentration {
    double gini = 0.0;
    double top1 = 0.0;
    double top5 = 0.0;
    double top10 = 0.0;
};

std::optional<Concentration> concentrationOf(std::span<const double> ascending) {
    const auto n = static_cast<double>(ascending.size());
    double total = 0.0;
    double ranked = 0.0;
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        total += ascending[i];
        ranked += static_cast<double>(i + 1) * ascending[i];
    }
    if (!(total > 0.0)) return std::nullopt;
    const Lorenz lorenz(ascending);
    return Concentration{2.0 * ranked / (n * total) - (n + 1.0) / n, 1.0 - lorenz(0.99), 1.0 - lorenz(0.95),
                         1.0 - lorenz(0.9)};
}

/// The group that each value of an ascending sample is left out with: itself, or one of 100 at random (groups
/// by rank would be more alike than chance).
std::vector<std::size_t> groupsOf(std::size_t count) {
    static const std::uint32_t stream = streamId("fit", "jackknife");
    std::vector<std::size_t> groups(count);
    for (std::size_t i = 0; i < count; ++i)
        groups[i] = count <= kMostSingles
                        ? i
                        : philoxBlock({static_cast<std::uint32_t>(i), 0, 0, stream}, {0, 0})[0] % kGroups;
    return groups;
}

/// Sets the concentration of a summary with its errors.
void addConcentration(std::span<const double> ascending, SampleSummary& summary) {
    const auto whole = concentrationOf(ascending);
    if (!whole) return;
    const std::vector<std::size_t> groups = groupsOf(ascending.size());
    const std::size_t count = ascending.size() <= kMostSingles ? ascending.size() : kGroups;
    std::vector<double> sizes;
    std::vector<Concentration> without;
    std::vector<double> rest;
    for (std::size_t group = 0; group < count && ascending.size() > 1; ++group) {
        rest.clear();
        for (std::size_t i = 0; i < ascending.size(); ++i)
            if (groups[i] != group) rest.push_back(ascending[i]);
        const auto left = concentrationOf(rest);
        if (!left) continue;
        without.push_back(*left);
        sizes.push_back(static_cast<double>(ascending.size() - rest.size()));
    }
    const auto withError = [&](double Concentration::*part) {
        std::vector<double> values;
        values.reserve(without.size());
        for (const Concentration& item : without) values.push_back(item.*part);
        const double error = values.size() > 1 ? jackknifeError((*whole).*part, values, sizes) : 0.0;
        return SampleShare{(*whole).*part, error};
    };
    summary.gini = withError(&Concentration::gini);
    summary.top1 = withError(&Concentration::top1);
    summary.top5 = withError(&Concentration::top5);
    summary.top10 = withError(&Concentration::top10);
}

}  // namespace

SampleSummary summariseSample(std::span<const double> ascending) {
    SampleSummary result;
    const Summary moments = summarise(ascending);
    const auto n = static_cast<double>(ascending.size());
    result.count = ascending.size();
    result.zeroShare = static_cast<double>(std::ranges::upper_bound(ascending, 0.0) - ascending.begin()) / n;
    result.mean = moments.mean;
    result.meanError = std::sqrt(moments.variance / n);
    result.standardDeviation = std::sqrt(moments.variance);
    result.smallest = ascending.front();
    result.largest = ascending.back();
    double second = 0.0;
    double third = 0.0;
    for (std::size_t i = 0; i < ascending.size(); ++i) {
        const double away = ascending[i] - moments.mean;
        result.total += ascending[i];
        second += away * away / n;
        third += away * away * away / n;
    }
    if (ascending.front() < ascending.back()) result.skewness = third / std::pow(second, 1.5);
    for (const double level : {0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99})
        result.quantiles.push_back({level, sortedQuantile(ascending, level)});
    if (!(result.total > 0.0)) return result;
    result.cv = result.standardDeviation / result.mean;
    addConcentration(ascending, result);
    const Lorenz lorenz(ascending);
    const std::size_t steps = std::min(ascending.size(), kMostLorenzPoints - 1);
    for (std::size_t i = 0; i <= steps; ++i) {
        const double users = static_cast<double>(i) / static_cast<double>(steps);
        result.lorenz.push_back({users, lorenz(users)});
    }
    return result;
}

}  // namespace breakeven::sim
