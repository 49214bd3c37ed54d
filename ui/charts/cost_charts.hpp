#pragma once

#include "sim/report/cost_breakdown.hpp"
#include "ui/charts/chart_spec.hpp"

namespace breakeven::ui {

// What the charts of the Cost page show; the numbers are those of sim/report.

/// From the list price of a user-month to its full cost.
[[nodiscard]] ChartSpec unitCostWaterfall(const sim::CostBreakdown& breakdown);

/// Cost of a million units against utilisation, with the market price, the break-even and where the fleet is.
/// A message where the plan has no fleet.
[[nodiscard]] ChartSpec fleetCost(const sim::CostBreakdown& breakdown);

}  // namespace breakeven::ui
