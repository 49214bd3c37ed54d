#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/results/estimate.hpp"
#include "sim/results/world_rows.hpp"

namespace breakeven::sim {

/// What names the total over segments or months in a row.
inline constexpr const char* kAll = "all";

/// Which run this is: all that its numbers depend on.
struct RunManifest {
    std::string run;  ///< first 16 hex digits of the hash of scenario, inputs, settings and engine version
    std::string scenario;  ///< its name
    std::string question;
    std::string currency;
    std::string scenarioHash;  ///< SHA-256, lower-case hex
    std::string engineVersion;
    core::RunSettings settings;
    bool operator==(const RunManifest&) const = default;
};

/// Whose number a row holds.
struct RowKey {
    std::string plan;
    std::string segment = kAll;
    std::string month = kAll;  ///< `all`, or the month's number from 1
    bool operator==(const RowKey&) const = default;
};

/// One row of metrics.csv.
struct MetricRow {
    RowKey key;
    std::string metric;
    std::string unit;
    Estimate estimate;
    bool operator==(const MetricRow&) const = default;
};

/// One row of differences.csv: metric of `key.plan` minus the same of `baseline`, on the same users.
struct DifferenceRow {
    std::string baseline;
    RowKey key;
    std::string metric;
    std::string unit;
    Estimate estimate;
    bool noise = false;  ///< the interval holds 0
    bool operator==(const DifferenceRow&) const = default;
};

/// One row of quantiles.csv: over user-months of all worlds, or over worlds for `break_even_fee`.
struct QuantileRow {
    RowKey key;
    std::string quantity;  ///< cost, revenue, margin, usage_<meter>, break_even_fee
    double level = 0.0;
    double value = 0.0;
    double low = 0.0;  ///< 95 % Monte Carlo interval
    double high = 0.0;
    bool operator==(const QuantileRow&) const = default;
};

/// One non-empty bin of histogram.csv: counts of user-months with binLow <= quantity < binHigh; an atom has
/// both equal.
struct HistogramRow {
    RowKey key;
    std::string quantity;
    double binLow = 0.0;
    double binHigh = 0.0;
    std::uint64_t count = 0;
    bool operator==(const HistogramRow&) const = default;
};

/// One row of lorenz.csv: the lightest `userShare` of user-months make `costShare` of the plan's cost.
struct LorenzRow {
    RowKey key;
    double userShare = 0.0;
    double costShare = 0.0;
    bool operator==(const LorenzRow&) const = default;
};

/// What a run found. Frozen once `simulate` returns it.
struct RunResult {
    RunManifest manifest;
    bool cancelled = false;  ///< stopped early: the rows speak of `worldsFinished` worlds only
    std::uint32_t worldsFinished = 0;
    std::vector<MetricRow> metrics;
    std::vector<DifferenceRow> differences;
    std::vector<QuantileRow> quantiles;
    std::vector<HistogramRow> histogram;
    WorldRows worlds;
    std::vector<LorenzRow> lorenz;
    bool operator==(const RunResult&) const = default;
};

/// The row of a plan's metric, or null. Linear search: for display, not for loops.
[[nodiscard]] const MetricRow* findMetric(const RunResult& result, const RowKey& key,
                                          const std::string& metric);

}  // namespace breakeven::sim
