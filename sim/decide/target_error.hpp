#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/decide/condition.hpp"

namespace breakeven::sim {

/// How well a metric is to be known: half of its 95 % interval at most `most`, in its own unit or as a share
/// of its value. Without a plan: of every plan that has the metric.
struct ErrorTarget {
    Condition of;  ///< only its plan and metric count
    double most = 0.0;
    bool isShare = false;
};

/// What reading gave: a target when there is no error.
struct ErrorTargetReading {
    std::optional<ErrorTarget> target;
    std::vector<core::Diagnostic> diagnostics;
};

/// Reads `[PLAN.]METRIC=NUMBER` or `[PLAN.]METRIC=NUMBER%`, above 0.
///
/// @param source  where it was typed, for messages: "--target-error"
[[nodiscard]] ErrorTargetReading readErrorTarget(const std::string& text, const std::string& source);

/// How far a run is from the target: the largest half interval over what it may be; 1 or less: reached.
/// Infinite where a value of 0 is to be known to a share of itself. Each look at a growing run may mistake a
/// lucky error for a small one, so look k asks for an interval of probability 1 - 0.05 / 2^(k + 1), and all
/// looks together keep 95 %. Source: METHODS 3.6 (spending the error probability over looks).
///
/// @param look  from 0
/// Throws core::Error (Input) when the run has no such number.
[[nodiscard]] double distanceFromTarget(const ErrorTarget& target, const RunResult& result, unsigned look);

/// The settings of the next, larger run. Worlds are added where there are several: they average out ignorance
/// and chance alike, more users a world chance only. With one world, users are added. 1.5 to 32 times as
/// many; of a Sobol sequence as many as keep it balanced.
///
/// @param distance        of the run with these settings, above 1
/// @param mostUserMonths  users x worlds x months that a run may have
/// @return none when no larger run is allowed
[[nodiscard]] std::optional<core::RunSettings> enlarged(const core::RunSettings& settings, double distance,
                                                        std::uint64_t mostUserMonths);

}  // namespace breakeven::sim
