#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/report/sweep.hpp"
#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// A file to be written.
struct NamedText {
    std::string name;  ///< "metrics.csv"
    std::string bytes;
};

/// A run's tables as files, the columns as in DESIGN 7.3: differences, metrics, quantiles, histogram, worlds,
/// lorenz. Holds no thread count, time, path or label: the same numbers give the same bytes.
[[nodiscard]] std::vector<NamedText> resultsCsv(const RunResult& result);

/// All metrics of all points of a sweep: the columns of metrics.csv, then one `key.<path>` per varied key.
[[nodiscard]] std::string sweepCsv(std::span<const SweepPoint> points);

/// Runs side by side, one row per run, plan and metric, with the difference to the first run (`compareRuns`).
[[nodiscard]] std::string comparisonCsv(std::span<const std::shared_ptr<const RunResult>> runs);

}  // namespace breakeven::sim
