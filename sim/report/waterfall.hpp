#pragma once

#include <string>
#include <vector>

#include "sim/report/cost_breakdown.hpp"

namespace breakeven::sim {

/// A bar of a waterfall, from one height to another.
struct WaterfallBar {
    enum class Kind { Total, Rise, Fall };
    Kind kind = Kind::Total;
    std::string id;     ///< of its step, or of the cost it totals
    std::string title;  ///< "Serving share"
    double from = 0.0;  ///< where it begins, 0 for a total; currency units per user-month
    double to = 0.0;    ///< where it ends
    std::string label;  ///< the change with its sign, or the total
};

/// The way from the list price of a user-month to its full cost, as bars: the list price as the first total,
/// every step that changes anything, the average variable cost where fixed steps follow it, and last the
/// fully loaded cost.
///
/// @return  no bars where nothing costs anything, or a step has no finite mean
[[nodiscard]] std::vector<WaterfallBar> costWaterfall(const CostBreakdown& breakdown);

}  // namespace breakeven::sim
