#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/results/run_result.hpp"

namespace breakeven::tests {

/// A quantity whose true value is known, and where a run prints its estimate.
struct CoveredQuantity {
    std::string name;
    double exact = 0.0;
    /// Interval of the run; low > high: none printed.
    sim::Estimate (*find)(const sim::RunResult& result);
    bool isContinuous = true;  ///< its interval can't be an atom
};

/// A scenario with its true values.
struct CoverageCase {
    std::string name;
    core::Scenario scenario;
    std::vector<CoveredQuantity> quantities;
};

/// pro-200's flat plan and soft cap over lognormal requests of median 180: mean cost, share of loss-making
/// users, P50, P95, P99 and Gini of cost, CVaR, and the difference of the two plans' margins. True values by
/// the closed forms of MODEL 1.6.
[[nodiscard]] CoverageCase lognormalCase(double sigma, std::uint64_t users);

/// The same over 997 resampled requests, whose true values are sums over the sample.
[[nodiscard]] CoverageCase empiricalCase(std::uint64_t users);

/// How often, out of the seeds, each quantity's interval holds its true value.
[[nodiscard]] std::vector<int> hitsOf(const CoverageCase& covered, core::Sampling sampling,
                                      std::uint64_t firstSeed, std::uint64_t seeds);

}  // namespace breakeven::tests
