#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/scenario/scenario.hpp"
#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// A comparison with a number.
struct Comparison {
    enum class Operator { Less, LessEqual, Greater, GreaterEqual, Equal, NotEqual };
    Operator op = Operator::Less;
    double number = 0.0;
    [[nodiscard]] bool holds(double value) const;
    bool operator==(const Comparison&) const = default;
};

/// `[PLAN.]METRIC OP NUMBER`, or with `worlds` the share of worlds in which that holds: `P(… ) OP NUMBER`.
/// OP is one of < <= > >= == !=.
struct Condition {
    std::string text;                 ///< as typed
    std::optional<std::string> plan;  ///< none: any plan
    std::string metric;
    Comparison comparison;
    std::optional<Comparison> worlds;  ///< of P(…)
    bool operator==(const Condition&) const = default;
};

/// What reading gave: a condition when there is no error.
struct ConditionReading {
    std::optional<Condition> condition;
    std::vector<core::Diagnostic> diagnostics;
};

/// Reads a condition; metric names are those of the catalogue. Errors stand at line 1 and their column of
/// `source`.
///
/// @param source  where it was typed, for messages: "--fail-if"
[[nodiscard]] ConditionReading readCondition(const std::string& text, const std::string& source);

/// Problems of a condition with this scenario: a plan or meter that it has not.
[[nodiscard]] std::vector<core::Diagnostic> checkCondition(const Condition& condition,
                                                           const core::Scenario& scenario,
                                                           const std::string& source);

/// Whether a condition holds, and of which plan.
struct ConditionOutcome {
    bool holds = false;
    std::string plan;    ///< the first plan of which it holds, else the first plan asked
    double value = 0.0;  ///< that plan's metric, or its share of worlds under P(…)
};

/// Looks a condition up in a run: totals over segments and months.
/// Throws core::Error (Input) when the run has no such number.
[[nodiscard]] ConditionOutcome evaluate(const Condition& condition, const RunResult& result);

}  // namespace breakeven::sim
