#pragma once

#include <span>
#include <string>

#include "sim/report/usage_analysis.hpp"
#include "ui/charts/chart_spec.hpp"

namespace breakeven::ui {

// What the charts of measured usage show; the numbers are those of sim/report.

/// A fitted family with the place of its colour and dashes, the same on every chart.
struct ShownFamily {
    const sim::DrawnFamily* family = nullptr;
    std::size_t place = 0;
};

/// Histogram of the values on a log axis with fitted densities over it.
[[nodiscard]] ChartSpec fittedDensity(const sim::UsageColumn& column, std::span<const ShownFamily> families);

/// Share of the values at or below each quantity, with those of fitted families.
[[nodiscard]] ChartSpec fittedCumulative(const sim::UsageColumn& column,
                                         std::span<const ShownFamily> families);

/// Quantiles of the values beside those of fitted families: on the line where a family is right.
[[nodiscard]] ChartSpec quantileQuantile(const sim::UsageColumn& column,
                                         std::span<const ShownFamily> families);

/// Who makes the usage: Lorenz curve of the values, with Gini and top shares.
[[nodiscard]] ChartSpec usageLorenz(const sim::UsageColumn& column);

}  // namespace breakeven::ui
