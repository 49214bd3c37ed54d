#pragma once

#include <optional>
#include <string>

#include "core/scenario/scenario.hpp"
#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// Closed form of a plan's metric at base values, per user-month as in `metrics.csv`; none where there is
/// none.
///
/// Means of usage, and of cost and revenue that are linear in it, exist for products of independent meters of
/// any law and of correlated lognormals. Limits, tiers, bill bounds, the share of loss-making users, the
/// cross-subsidy, the tail and the concentration of cost exist where all meters that the metric looks at are
/// multiples of one quantity X (or constants): revenue and cost are then linear in X between break points,
/// and the sum over the pieces of intercept * P(piece) + slope * E[X; piece] is exact. Expectations of
/// several segments are mixed by weight; concentration and tail need a single one. The Gini of continuous
/// usage needs cost that is linear over all of X. Where the share of loss-making users is closed, the pool's
/// law is worked out from the margin's by Fourier transform (pool_law.hpp), of one month and unless it is as
/// good as certain (1e-5).
///
/// Not closed, so none: packages of continuous usage, bills with credits and other terms
/// (compiled_terms.hpp), limits that neither block nor degrade, several months' horizon. Sources: MODEL 1.6
/// and METHODS 3.7; Klugman, Panjer & Willmot (2012), "Loss Models", ch. 8 (layers); Gastwirth (1971),
/// Econometrica 39 (Lorenz curve and Gini of a general law); Acerbi & Tasche (2002) (mean of the worst 5 %).
///
/// @param segment  index into the scenario's segments; none: all that the plan is offered to
[[nodiscard]] std::optional<double> exactMetric(const core::Scenario& scenario, std::size_t plan,
                                                std::optional<std::size_t> segment,
                                                const std::string& metric);

/// The exact value of a row of a run with one world, where a closed form exists.
[[nodiscard]] std::optional<double> exactValue(const core::Scenario& scenario, const MetricRow& row);

}  // namespace breakeven::sim
