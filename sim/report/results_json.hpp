#pragma once

#include <memory>
#include <span>
#include <string>

#include "sim/report/sweep.hpp"
#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// A run as JSON of the shape in DESIGN 7.3, indented by two, with a newline at the end. A run that was
/// stopped early has `cancelled` and `worlds_finished` beside its settings.
[[nodiscard]] std::string resultsJson(const RunResult& result);

/// Several runs: an array of them.
[[nodiscard]] std::string resultsJson(std::span<const std::shared_ptr<const RunResult>> results);

/// `{"format":1,"points":[{"set":{KEY:VALUE},"result":{…}}]}`, values as they were given.
[[nodiscard]] std::string sweepJson(std::span<const SweepPoint> points);

/// `{"format":1,"runs":[{"run","scenario"}],"metrics":[{"plan","metric","unit","values":[{…}],
/// "differences":[{"value","standard_error"}]}]}`, one value and one difference a run; the first run's is
/// null.
[[nodiscard]] std::string comparisonJson(std::span<const std::shared_ptr<const RunResult>> runs);

}  // namespace breakeven::sim
