#pragma once

#include <memory>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/pipeline/chunk.hpp"
#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// What one world of several gave.
struct WorldOutcome {
    bool finished = false;
    std::vector<double> beliefs;
    std::vector<std::vector<double>> values;  ///< plan x scope: metrics of `worldMetrics`
    /// Plan x scope, metrics of `amountMetrics`: half the difference between two halves of the users, so that
    /// the mean square over worlds is the variance that few users make.
    std::vector<std::vector<double>> noise;
    double subscribers = 0.0;
    /// Plan x (variance, third central moment) of a user's margin over the horizon.
    std::vector<double> userMoments;
};

/// All that the rows are made from.
struct RunOutcome {
    std::vector<WorldOutcome> worlds;
    /// By slot: counts over all segments, in kBatches batches (of worlds; of users when there is one world).
    SlotCounts pooled;
    double countUnit = 1.0;  ///< observations that one count stands for

    // One world only.
    std::vector<std::vector<std::vector<double>>>
        without;                     ///< batch x (plan x scope) x metric, that batch left out
    std::vector<double> batchUsers;  ///< size of each of those batches
};

/// Turns what was summed into the rows of the result, on so many threads.
void assembleRows(const core::Scenario& scenario, const Layout& layout, const RunOutcome& outcome,
                  int threads, RunResult& result);

/// The run's result: the rows, with exact values beside them where there are closed forms.
[[nodiscard]] std::shared_ptr<const RunResult> resultOf(const core::Scenario& scenario, const Layout& layout,
                                                        RunOutcome outcome, int threads,
                                                        bool hasClosedForms = true);

}  // namespace breakeven::sim
