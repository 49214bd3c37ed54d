#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "sim/report/usage_curve.hpp"
#include "sim/results/run_result.hpp"
#include "ui/charts/chart_spec.hpp"

namespace breakeven::ui {

// What each chart of the window shows. The numbers are those of the result and of sim/report.

/// Cost of a plan's user-months on a log axis, with what they pay. Where all pay the same the part beyond is
/// the loss area; else the line marks the mean bill.
[[nodiscard]] ChartSpec costHistogram(const sim::RunResult& result, const std::string& plan);

/// Share of user-months at or below each cost, all plans; plans of equal cost once.
[[nodiscard]] ChartSpec cumulativeCost(const sim::RunResult& result);

/// Probability that the plan loses against its fee; empty with a message for a run of one world.
[[nodiscard]] ChartSpec lossAgainstFee(const sim::RunResult& result, const std::string& plan);

/// Who makes the cost: Lorenz curve of a plan.
[[nodiscard]] ChartSpec lorenz(const sim::RunResult& result, const std::string& plan);

/// One usage distribution of the scenario.
[[nodiscard]] ChartSpec usageDensity(const sim::UsageCurve& curve);
[[nodiscard]] ChartSpec usageCumulative(const sim::UsageCurve& curve);

/// One metric of every plan, a mark with its interval per run.
[[nodiscard]] ChartSpec comparison(std::span<const std::shared_ptr<const sim::RunResult>> runs,
                                   std::span<const std::string> names, const std::string& metric);

}  // namespace breakeven::ui
