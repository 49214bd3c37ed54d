#include "sim/report/live_text.hpp"

#include <fmt/format.h>

#include "sim/report/number_text.hpp"
#include "sim/report/results_table.hpp"

namespace breakeven::sim {
namespace {

constexpr double kEndsApart = 2.0 * 1.959963984540054;  // ends of a 95 % interval, in standard errors

}  // namespace
std::string liveText(const LiveEstimate& estimate, const std::string& currency) {
    const double error = estimate.standardError;
    const Interval margin = estimate.interval();
    std::string text =
        fmt::format("{}: margin {} ({})", estimate.plan, moneyText(estimate.margin, error, currency),
                    rangeText(margin.low, margin.high, error));
    if (!estimate.losses) return text;
    const Interval loses = estimate.losesInterval();
    const double spread = (loses.high - loses.low) / kEndsApart;
    return text + fmt::format(", loses with probability {} ({})", formatWithError(estimate.loses(), spread),
                              rangeText(loses.low, loses.high, spread));
}

}  // namespace breakeven::sim
