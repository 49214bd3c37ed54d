#pragma once

#include <span>

namespace breakeven::core {

inline constexpr double kHoursOfYear = 8760.0;
inline constexpr double kSecondsOfHour = 3600.0;

/// What a GPU of one's own costs.
struct GpuPrice {
    double capex = 0.0;       ///< >= 0, currency units, all in
    double years = 1.0;       ///< > 0, of service
    double yearlyRate = 0.0;  ///< >= 0, interest
    double kilowatts = 0.0;   ///< >= 0, drawn
    double pue = 1.0;         ///< >= 1, power of the site / power of its machines
    double powerPrice = 0.0;  ///< >= 0, currency units per kWh
    double opsShare = 0.0;    ///< >= 0, of capex, a year
};

/// Cost of a GPU for an hour, whether it works or not.
struct GpuHour {
    double capital = 0.0;  ///< capex x annuity(rate, years) / 8760
    double power = 0.0;    ///< kW x PUE x price
    double ops = 0.0;      ///< capex x share / 8760
    [[nodiscard]] double total() const { return capital + power + ops; }
};
[[nodiscard]] GpuHour gpuHour(const GpuPrice& price);

/// Cost of a token: hour / (3600 mu u).
///
/// @param hour         currency units per GPU-hour
/// @param throughput   mu > 0, tokens per GPU-second at full load
/// @param utilisation  u in (0, 1]
[[nodiscard]] double costPerToken(double hour, double throughput, double utilisation);

/// Utilisation at which the own token costs what the market asks, hour / (3600 mu price); above 1: never.
///
/// @param marketPrice  currency units per token, > 0
[[nodiscard]] double breakEvenUtilisation(double hour, double throughput, double marketPrice);

/// GPUs that work all the time on so many tokens a month; a broken number.
[[nodiscard]] double gpusAtFullLoad(double tokens, double throughput, double hoursOfMonth);

/// GPUs needed: full load x peak / mean / target utilisation at the peak, rounded up.
///
/// @param target  in (0, 1]
[[nodiscard]] double gpusNeeded(double fullLoad, double peakToMean, double target);

/// Largest hour / mean hour of a profile of load by hour; the shares are >= 0 and not all 0.
[[nodiscard]] double peakToMean(std::span<const double> profile);

/// Share of the load that comes in hours beyond capacity. @param capacity  in multiples of the mean load
[[nodiscard]] double shareBeyondCapacity(std::span<const double> profile, double capacity);

}  // namespace breakeven::core
