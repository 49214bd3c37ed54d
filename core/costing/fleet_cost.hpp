#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "core/population/belief.hpp"

namespace breakeven::core {

/// Waiting in front of the fleet.
struct FleetQueue {
    Parameter slotsPerGpu{1.0, {}};     ///< >= 1: requests that a GPU serves at once
    Parameter serviceSeconds{1.0, {}};  ///< > 0
    Parameter arrivalCv{1.0, {}};       ///< >= 0
    Parameter serviceCv{1.0, {}};       ///< >= 0
    bool operator==(const FleetQueue&) const = default;
};

/// GPUs of one's own, or rented by the hour, that serve the tokens of some meters.
struct FleetCost {
    std::vector<std::size_t> meters;    ///< whose units it makes
    Parameter throughput{1.0, {}};      ///< > 0, units per GPU-second at full load
    Parameter hoursOfMonth{730.0, {}};  ///< > 0

    std::optional<Parameter> hourlyAmount;  ///< >= 0, per GPU-hour, all in; none: the next seven
    Parameter capex;                        ///< >= 0, per GPU
    Parameter years{1.0, {}};               ///< > 0
    Parameter yearlyRate;                   ///< >= 0
    Parameter kilowatts;                    ///< >= 0
    Parameter pue{1.0, {}};                 ///< >= 1
    Parameter powerPrice;                   ///< >= 0, per kWh
    Parameter opsShare;                     ///< >= 0

    // How large it is: one of the three.
    std::optional<Parameter> utilisation;  ///< in (0, 1]: the mean, whatever the demand
    std::optional<Parameter> target;       ///< in (0, 1]: utilisation at the peak; the fleet follows demand
    std::optional<Parameter> gpus;         ///< > 0: so many, whatever the demand

    std::optional<Parameter> peakToMean;  ///< >= 1; none: of the profile, else 1
    std::vector<double> profile;          ///< load by hour of the day or week, sums to 1; may be empty

    Parameter ownShare{1.0, {}};  ///< in [0, 1]: of the use that the fleet serves; the rest is bought
    std::optional<Parameter> marketPrice;  ///< >= 0, per `per` units bought
    Parameter per{1.0, {}};                ///< > 0
    std::optional<FleetQueue> queue;
    bool operator==(const FleetCost&) const = default;
};

}  // namespace breakeven::core
