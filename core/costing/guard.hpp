#pragma once

namespace breakeven::core {

/// A check of every step against attacks, and what gets through.
struct Guard {
    double overhead = 0.0;             ///< g >= 0: cost of checking / cost of the step
    double falsePositiveShare = 0.0;   ///< f in [0, 1]: good steps that it stops
    double falsePositiveAmount = 0.0;  ///< h >= 0: what one of these costs, currency units
    double attackRate = 0.0;           ///< a in [0, 1]: attacks per step
    double attackSuccess = 0.0;        ///< p in [0, 1]: share of attacks that succeed
    double loss = 0.0;                 ///< L >= 0: mean loss of one that succeeds, currency units
};

/// What a step costs beside its computing: f h + a p L.
[[nodiscard]] double harmPerStep(const Guard& guard);

/// Cost of a step with its guard: c (1 + g) + f h + a p L. @param stepCost  c >= 0
[[nodiscard]] double guardedStepCost(double stepCost, const Guard& guard);

/// Probability of an incident or more in so many steps: 1 - (1 - a p)^steps.
[[nodiscard]] double incidentProbability(const Guard& guard, double steps);

/// Attack rate above which a guard pays: (c g + f h) / ((p0 - p1) L), with p0 the success of attacks without
/// it. Infinite when it lowers nothing.
///
/// @param without  attack success and loss without the guard
[[nodiscard]] double breakEvenAttackRate(double stepCost, const Guard& guard, const Guard& without);

}  // namespace breakeven::core
