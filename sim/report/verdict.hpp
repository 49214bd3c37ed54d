#pragma once

#include <string>
#include <vector>

#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// The answer in words.
struct PlanVerdict {
    std::string plan;
    enum class Outcome { Loses, Uncertain, Carries } outcome = Outcome::Uncertain;
    std::string sentence;  ///< plain English, ends with a full stop
};

struct Verdict {
    std::string headline;  ///< about the first plan of the scenario, with its probability of losing money
    std::vector<PlanVerdict> plans;  ///< in the scenario's order
    std::vector<std::string>
        notes;  ///< break-even fee, main driver, which other plan fixes it; what was noise
};

/// Reads the verdict off the result; computes no statistic of its own. Knows the plans by name only, so it
/// lists all that carry their cost.
[[nodiscard]] Verdict verdict(const RunResult& result);

/// The same with the plans in words, and one of them named as the remedy when the first plan does not carry
/// its cost.
///
/// The remedy is the plan that carries (loses in at most one world of ten, its error counted), is offered to
/// everybody whom the first plan is offered to, and changes least for them: rather a plan that nobody notices
/// than one that degrades use beyond a limit, rather that than one that blocks it, rather that than another
/// bill. Among limits the one that touches the smallest share of user-months; among bills the one whose mean
/// is nearest to the first plan's. Of equals the first of the scenario.
///
/// @param scenario  what the run was made of
[[nodiscard]] Verdict verdict(const RunResult& result, const core::Scenario& scenario);

}  // namespace breakeven::sim
