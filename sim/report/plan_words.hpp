#pragma once

#include <string>

#include "core/scenario/scenario.hpp"

namespace breakeven::sim {

/// What a user notices when one plan takes the place of another, and the plan in words.
struct PlanChange {
    /// From the least change to the most.
    enum class Kind {
        Unseen,    ///< same bill, no new limit: at most what serving costs us differs
        Degrades,  ///< same bill; use beyond a new limit goes on, served cheaper or later
        Blocks,    ///< same bill; use beyond a new limit does not happen, or not all of it
        Bills,     ///< other fee, charges, credits or bounds of the bill, or use beyond a limit is billed
    };
    Kind kind = Kind::Unseen;
    std::string
        words;  ///< "a soft cap at 500 requests a month", "a fee of $350 a month"; base values, no full stop
};

/// How `to` differs from `from`, both of `scenario`.
[[nodiscard]] PlanChange planChange(const core::Scenario& scenario, const core::Plan& from,
                                    const core::Plan& to);

/// What a belief is about: "how many requests a typical user makes". A path that has no words is its own.
[[nodiscard]] std::string beliefWords(const core::Scenario& scenario, const std::string& path);

}  // namespace breakeven::sim
