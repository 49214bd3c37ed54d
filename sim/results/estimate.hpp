#pragma once

#include <optional>

namespace breakeven::sim {

/// A number with its uncertainty.
struct Estimate {
    double value = 0.0;
    double standardError = 0.0;  ///< Monte Carlo standard error of `value`, same unit
    double low = 0.0;            ///< 95 % Monte Carlo interval
    double high = 0.0;
    std::optional<double> bandLow;   ///< 5th percentile over worlds; none with one world
    std::optional<double> bandHigh;  ///< 95th percentile over worlds
    std::optional<double> exact;     ///< closed form, where one exists
    bool operator==(const Estimate&) const = default;
};

}  // namespace breakeven::sim
