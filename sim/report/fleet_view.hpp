#pragma once

#include <optional>
#include <vector>

#include "core/costing/unit_cost.hpp"

namespace breakeven::sim {

/// Cost of a million units at a utilisation.
struct FleetPoint {
    double utilisation = 0.0;
    double amount = 0.0;
};

/// Waiting in front of the fleet at one load.
struct FleetWait {
    double utilisation = 0.0;
    double probability = 0.0;           ///< that a request waits
    std::optional<double> meanSeconds;  ///< none: without end
    std::optional<double> seconds95;    ///< that 95 % do not wait longer than
};

/// A fleet under the demand of a plan's subscribers, at base values.
struct FleetView {
    core::GpuHour hour;           ///< cost of a GPU for an hour
    double unitsPerMonth = 0.0;   ///< served by the fleet for all subscribers
    double unitsPerSecond = 0.0;  ///< mean
    double fullLoad = 0.0;        ///< GPUs that would work all the time
    double gpus = 0.0;
    double utilisation = 0.0;  ///< mean
    double peakToMean = 1.0;
    double amountPerMonth = 0.0;                 ///< of the fleet
    double perMillion = 0.0;                     ///< cost of a million units at that utilisation
    std::optional<double> marketPrice;           ///< of a million units
    std::optional<double> breakEvenUtilisation;  ///< where the two are equal; above 1: never
    std::vector<FleetPoint> curve;               ///< ascending in utilisation
    double beyondCapacity = 0.0;                 ///< share of the units that come in hours beyond capacity
    std::optional<FleetWait> waitAtMean;         ///< where there is a queue
    std::optional<FleetWait> waitAtPeak;
};

/// @param units  served by the fleet in a month, > 0 or 0 without use
[[nodiscard]] FleetView fleetView(const core::FleetCost& fleet, double units);

/// The curve without its steep end, which would press the rest flat: up to four times the larger of the cost
/// of a million units today and their market price.
[[nodiscard]] std::vector<FleetPoint> readableCurve(const FleetView& view);

}  // namespace breakeven::sim
