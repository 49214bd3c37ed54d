#pragma once

#include <vector>

#include "ui/charts/chart_spec.hpp"

class QCustomPlot;

namespace breakeven::ui {

struct Colours;

/// Draws the bars of a waterfall into an empty plot, with their labels, what joins them, and the legend.
void drawWaterfall(QCustomPlot& plot, const std::vector<ChartBar>& bars, const Colours& colours);

/// Shows all bars, with room for their labels.
void scaleWaterfall(QCustomPlot& plot, const std::vector<ChartBar>& bars);

}  // namespace breakeven::ui
