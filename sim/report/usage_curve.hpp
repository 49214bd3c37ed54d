#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/scenario/scenario.hpp"

namespace breakeven::sim {

/// A usage distribution of the scenario at base values, to be drawn; no simulation. Where the usage hangs on
/// another meter, this is the quantity per unit of that meter.
struct UsageCurve {
    std::string segment;
    std::string meter;
    std::string unit;                ///< of the quantity, e.g. "request" or "token per request"
    std::vector<double> quantity;    ///< ascending
    std::vector<double> density;     ///< of the natural logarithm of the quantity; empty for a constant
    std::vector<double> cumulative;  ///< share of active user-months at or below
    double median = 0.0;
    double mean = 0.0;
    double p90 = 0.0;
    double p99 = 0.0;
};

/// One curve for each usage of each segment, in the scenario's order.
[[nodiscard]] std::vector<UsageCurve> usageCurves(const core::Scenario& scenario);

}  // namespace breakeven::sim
