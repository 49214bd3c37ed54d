#include "sim/report/run_comparison.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace breakeven::sim {
namespace {

using WorldValue = WorldRows::WorldValue;

std::vector<WorldValue> perWorld(const RunResult& run, const ComparedMetric& metric) {
    if (metric.metric != "probability_plan_loses") return run.worlds.of(metric.plan, metric.metric);
    // 1 where it is below 0
    std::vector<WorldValue> losses = run.worlds.expected(metric.plan, "margin_per_user");
    for (WorldValue& world : losses) world.value = world.value < 0.0 ? 1.0 : 0.0;
    return losses;
}

/// Standard error of the mean of paired world differences; none when the metric is not the mean of its world
/// values (a ratio, a quantile), for which it would say nothing, or when the runs were stopped after
/// different worlds.
std::optional<double> pairedError(const RunResult& first, const RunResult& run, const ComparedMetric& metric,
                                  double difference) {
    const std::vector<WorldValue> from = perWorld(first, metric);
    const std::vector<WorldValue> to = perWorld(run, metric);
    const bool isSameWorlds = std::ranges::equal(from, to, {}, &WorldValue::world, &WorldValue::world);
    if (!isSameWorlds || from.size() < 2) return std::nullopt;
    const auto n = static_cast<double>(from.size());
    double mean = 0.0;
    for (std::size_t i = 0; i < from.size(); ++i) mean += (to[i].value - from[i].value) / n;
    constexpr double kSameMean = 1e-6;  // the two are summed in different orders
    if (std::abs(mean - difference) > kSameMean * (1.0 + std::abs(difference))) return std::nullopt;
    double squares = 0.0;
    for (std::size_t i = 0; i < from.size(); ++i) squares += std::pow(to[i].value - from[i].value - mean, 2);
    return std::sqrt(squares / (n - 1.0) / n);
}

RunDifference differenceOf(const RunResult& first, const RunResult& run, const ComparedMetric& metric,
                           const Estimate& from, const Estimate& to) {
    RunDifference difference{to.value - from.value, std::hypot(from.standardError, to.standardError)};
    if (!haveSameDraws(first.manifest, run.manifest)) return difference;
    if (const auto error = pairedError(first, run, metric, difference.value))
        difference.standardError = *error;
    // Rounding alone leaves differences of this size between equal numbers.
    const double rounding = 1e-12 * (std::abs(from.value) + std::abs(to.value));
    if (difference.standardError < rounding) difference.standardError = 0.0;
    if (std::abs(difference.value) < rounding) difference.value = 0.0;
    return difference;
}

bool isTotal(const RowKey& key) {
    return key.segment == kAll && key.month == kAll;
}

std::vector<ComparedMetric> metricsOf(std::span<const std::shared_ptr<const RunResult>> runs) {
    std::vector<ComparedMetric> found;
    for (const auto& run : runs) {
        for (const MetricRow& row : run->metrics) {
            const bool isKnown = std::any_of(found.begin(), found.end(), [&](const ComparedMetric& metric) {
                return metric.plan == row.key.plan && metric.metric == row.metric;
            });
            if (isTotal(row.key) && !isKnown) found.push_back({row.key.plan, row.metric, row.unit, {}, {}});
        }
    }
    return found;
}

}  // namespace

bool haveSameDraws(const RunManifest& first, const RunManifest& second) {
    return first.settings == second.settings;
}

std::vector<ComparedMetric> compareRuns(std::span<const std::shared_ptr<const RunResult>> runs) {
    std::vector<ComparedMetric> compared = metricsOf(runs);
    for (ComparedMetric& metric : compared) {
        for (const auto& run : runs) {
            const MetricRow* row = findMetric(*run, {metric.plan, kAll, kAll}, metric.metric);
            metric.estimates.push_back(row != nullptr ? std::optional(row->estimate) : std::nullopt);
            const auto& first = metric.estimates.front();
            const bool isComparable = metric.estimates.size() > 1 && row != nullptr && first.has_value();
            metric.differences.push_back(
                isComparable ? std::optional(differenceOf(*runs.front(), *run, metric, *first, row->estimate))
                             : std::nullopt);
        }
    }
    return compared;
}

}  // namespace breakeven::sim
