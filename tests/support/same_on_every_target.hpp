#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "sim/engine/simulate.hpp"
#include "sim/kernels/block_kernels.hpp"

namespace breakeven::tests {

/// Runs the scenario on every instruction set of this machine. Those with a fused multiply-add give
/// `reference`, made on the best of them, to the bit; the others the same among themselves, and its metrics
/// to within rounding: sums to 1e-9, what comes from counts in bins to 1e-6, since a value may cross the edge
/// of a bin.
inline void expectSameOnEveryTarget(const core::Scenario& scenario, const sim::RunResult& reference) {
    std::map<bool, sim::RunResult> byKind{{sim::kernelsFuse(), reference}};
    for (const char* target : sim::kernelTargets()) {
        sim::forceKernelTarget(target);
        const auto result = sim::simulate(scenario, {{}, {}, 2, 1024});
        EXPECT_TRUE(byKind.try_emplace(sim::kernelsFuse(), *result).first->second == *result) << target;
        ASSERT_EQ(result->metrics.size(), reference.metrics.size());
        for (std::size_t i = 0; i < result->metrics.size(); ++i) {
            const std::string& name = reference.metrics[i].metric;
            const bool isBinned =
                name.starts_with("cost_gini") || name.starts_with("cost_share") || name.starts_with("cvar95");
            const double expected = reference.metrics[i].estimate.value;
            EXPECT_NEAR(result->metrics[i].estimate.value, expected,
                        (isBinned ? 1e-6 : 1e-9) * (1.0 + std::abs(expected)))
                << target << " " << name;
        }
    }
    sim::forceKernelTarget("");
}

}  // namespace breakeven::tests
