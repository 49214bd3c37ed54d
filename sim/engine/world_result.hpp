#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sim/pipeline/chunk.hpp"

namespace breakeven::sim {

/// Everything summed over one world's users.
struct WorldSums {
    std::vector<SegmentSums> segments;
    void add(std::size_t segment, const PartResult& part) { segments[segment][part.batch].add(part.sums); }
};

/// Whose metrics: all segments and months, one segment, or one month.
struct Scope {
    std::size_t segment = 0;  ///< index, or kEvery
    std::size_t month = 0;    ///< index, or kEvery
    static constexpr std::size_t kEvery = static_cast<std::size_t>(-1);
};

/// All scopes a run reports: the total, each segment where there are several, each month where there are
/// several.
[[nodiscard]] std::vector<Scope> reportedScopes(const core::Scenario& scenario);

/// A metric that is one number a world.
struct WorldMetric {
    std::string name;
    std::string unit;
    bool totalOnly = false;  ///< needs counts or whole horizons, so there is none by month
};

/// The metrics of every world in the order of `worldMetrics`' values.
[[nodiscard]] std::vector<WorldMetric> worldMetrics(const core::Scenario& scenario);

/// Which of them are amounts of money: those from whose spread over worlds the noise of users is taken.
[[nodiscard]] std::vector<std::size_t> amountMetrics(const core::Scenario& scenario);

/// How unevenly a cost falls on users; Gini and shares are 0 where there is no cost.
struct CostSpread {
    double cvar95 = 0.0;
    double gini = 0.0;
    double top1 = 0.0;
    double top10 = 0.0;
};

/// The spread of a plan's cost in one world and scope; the same for plans that cost alike.
///
/// @param sums      by segment: the sums over the users that count
/// @param costBins  by segment: bins of the plan's cost
[[nodiscard]] CostSpread costSpread(const WorldModel& model, std::size_t plan, Scope scope,
                                    const std::vector<GroupSums>& sums,
                                    const std::vector<std::vector<WeightedBin>>& costBins);

/// The grid of a pool's law: coarse in a world of several, where three moments would miss it; otherwise
/// always, so that the batches of one world are all worked out in one way, coarse or fine.
enum class PoolGrid { WhereSkewed, Coarse, Fine };

/// A plan's metrics in one world and scope; NaN where not applicable.
///
/// @param sums      by segment: the sums over the users that count
/// @param costBins  by segment: bins of the plan's cost
/// @param grid      how the chance that the pool loses is worked out
[[nodiscard]] std::vector<double> metricsOf(const Layout& layout, const WorldModel& model, std::size_t plan,
                                            Scope scope, const std::vector<GroupSums>& sums,
                                            const CostSpread& costs,
                                            const std::vector<std::vector<WeightedBin>>& costBins,
                                            PoolGrid grid);

/// Mean, variance and third central moment of a plan's margin per user over the horizon, all offered segments
/// mixed.
struct MarginMoments {
    double mean = 0.0;
    double variance = 0.0;
    double third = 0.0;
};
[[nodiscard]] MarginMoments marginMoments(const Layout& layout, const WorldModel& model, std::size_t plan,
                                          const std::vector<GroupSums>& sums);

/// Weights of the segments for a plan: shares that sum to 1 over those it is offered to, 0 elsewhere.
[[nodiscard]] std::vector<double> planWeights(const WorldModel& model, std::size_t plan);

}  // namespace breakeven::sim
