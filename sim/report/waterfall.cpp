#include "sim/report/waterfall.hpp"

#include <algorithm>
#include <cmath>

namespace breakeven::sim {
std::vector<WaterfallBar> costWaterfall(const CostBreakdown& breakdown) {
    using Kind = WaterfallBar::Kind;
    std::vector<WaterfallBar> bars;
    const auto isFinite = [](const CostStep& step) { return std::isfinite(step.total); };
    if (!std::ranges::all_of(breakdown.steps, isFinite)) return bars;
    const double error = breakdown.standardError;
    const auto addTotal = [&](const char* id, const std::string& title, double total) {
        bars.push_back({Kind::Total, id, title, 0.0, total, formatWithError(total, error)});
    };
    bool isAverageTold = false;
    for (const CostStep& step : breakdown.steps) {
        if (isNoChange(breakdown, step)) continue;
        if (bars.empty() && step.id == "list_price") {
            addTotal("list_price", step.title, step.total);
            continue;
        }
        if (step.isBeyondAverage && !isAverageTold && !bars.empty()) {
            addTotal("average_variable_cost", "Average variable cost", breakdown.average);
            isAverageTold = true;
        }
        const bool isRise = step.change > 0.0;
        std::string label = formatWithError(step.change, error);
        if (isRise) label.insert(label.begin(), '+');
        bars.push_back({isRise ? Kind::Rise : Kind::Fall, step.id, step.title, step.total - step.change,
                        step.total, std::move(label)});
    }
    if (!bars.empty()) addTotal("fully_loaded_cost", "Fully loaded cost", breakdown.loaded);
    return bars;
}

}  // namespace breakeven::sim
