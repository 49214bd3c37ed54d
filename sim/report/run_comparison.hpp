#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// A number of one run less that of the first run.
struct RunDifference {
    double value = 0.0;
    double standardError = 0.0;
};

/// One metric of one plan in several runs.
struct ComparedMetric {
    std::string plan;
    std::string metric;
    std::string unit;
    std::vector<std::optional<Estimate>> estimates;  ///< one a run; none where the run has no such number
    std::vector<std::optional<RunDifference>> differences;  ///< to the first run; the first is none
};

/// True when both runs billed the same users in the same worlds: same seed, users, worlds, months and
/// sampling.
[[nodiscard]] bool haveSameDraws(const RunManifest& first, const RunManifest& second);

/// The totals (all segments, all months) of runs side by side, plans and metrics in the order of the first
/// run that has them.
///
/// The errors of a difference add in squares. Where both runs used the same draws and know the metric world
/// by world, the error is that of the paired differences over the worlds (METHODS 3.5), which is smaller.
[[nodiscard]] std::vector<ComparedMetric> compareRuns(std::span<const std::shared_ptr<const RunResult>> runs);

}  // namespace breakeven::sim
