#include "sim/report/live_text.hpp"

#include <fmt/format.h>

#include "sim/report/number_text.hpp"
#include "sim/report/results_table.hpp"

namespace breakeven::sim {
namespace {

constexpr double kHalves95 = 2.0 * 1.959963984540054;  // standard errors between the ends of a 95 % interval

double errorOf(const Interval& interval) {
    return (interval.high - interval.low) / kHalves95;
}

}  // namespace

std::string liveText(const LiveEstimate& estimate, const std::string& currency) {
    const double error = errorOf(estimate.interval);
    std::string text =
        fmt::format("{}: margin {} ({})", estimate.plan, moneyText(estimate.margin, error, currency),
                    rangeText(estimate.interval.low, estimate.interval.high, error));
    if (!estimate.loses) return text;
    const double spread = errorOf(estimate.losesInterval);
    return text + fmt::format(", loses with probability {} ({})", formatWithError(*estimate.loses, spread),
                              rangeText(estimate.losesInterval.low, estimate.losesInterval.high, spread));
}

}  // namespace breakeven::sim
