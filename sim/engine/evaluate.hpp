#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "sim/engine/outcome.hpp"
#include "sim/engine/work_plan.hpp"
#include "sim/engine/world_result.hpp"

namespace breakeven::sim {

/// Turns what was summed and counted over a world's users into its numbers.
class Evaluator {
  public:
    Evaluator(const core::Scenario& scenario, const Layout& layout, const WorkPlan& plan);

    /// How often a user of each segment counts where segments are mixed: segment x plan.
    [[nodiscard]] std::vector<std::vector<std::uint64_t>> countTimes(const WorldModel& model) const;

    /// What one observation weighs in the pooled counts.
    [[nodiscard]] double countUnit() const;

    /// @param costs  segment x plan
    [[nodiscard]] WorldOutcome evaluate(const WorldModel& model, const WorldSums& sums,
                                        const std::vector<CostSums>& costs) const;

    /// The metrics of the only world with each batch left out in turn, on so many threads. The pool's chances
    /// are worked out coarsely and moved by what a fine grid makes of the whole's.
    ///
    /// @param costs    segment x plan
    /// @param outcome  its world has been evaluated
    void leaveBatchesOut(const WorldModel& model, const WorldSums& sums, const std::vector<CostSums>& costs,
                         int threads, RunOutcome& outcome) const;

  private:
    using Bins = std::vector<WeightedBin>;
    /// What of(costs) is, plan x segment, for the first of the plans that cost alike.
    template <typename Of>
    [[nodiscard]] auto ofCosts(const std::vector<CostSums>& costs, Of of) const {
        std::vector<std::vector<decltype(of(costs[0][0]))>> result(layout_.plans);
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
            if (layout_.costsLike[plan] != plan) continue;
            for (const CostSums& segment : costs) result[plan].push_back(of(segment[plan]));
        }
        return result;
    }
    /// The bins of whole costs, from those of what they are above rest; plan x segment.
    [[nodiscard]] static std::vector<std::vector<Bins>> wholeCosts(const WorldModel& model,
                                                                   std::vector<std::vector<Bins>> bins);
    [[nodiscard]] std::vector<GroupSums> segmentTotals(const WorldSums& sums, std::size_t leftOut) const;
    /// By segment: every other batch that has users, from the first or the second on; all of the only one.
    [[nodiscard]] std::vector<GroupSums> halfTotals(const WorldSums& sums, std::size_t half) const;
    /// The metrics of each plan in each scope.
    /// @param bins  of `wholeCosts`
    [[nodiscard]] std::vector<std::vector<double>> valuesOf(const WorldModel& model,
                                                            const std::vector<GroupSums>& totals,
                                                            const std::vector<std::vector<Bins>>& bins,
                                                            PoolGrid grid) const;
    /// What is known of a world beside its values when there are others.
    void addForOtherWorlds(const WorldModel& model, const WorldSums& sums,
                           const std::vector<GroupSums>& totals, WorldOutcome& outcome) const;

    const core::Scenario& scenario_;
    const Layout& layout_;
    const std::vector<std::uint64_t>& users_;
    std::vector<Scope> scopes_;
    std::vector<std::size_t> amounts_;
};

}  // namespace breakeven::sim
