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
    std::string headline;             ///< about the first plan of the scenario, with its probability of losing money
    std::vector<PlanVerdict> plans;   ///< in the scenario's order
    std::vector<std::string> notes;   ///< break-even fee, main driver, which other plan fixes it; what was noise
};

/// Reads the verdict off the result; computes no statistic of its own.
[[nodiscard]] Verdict verdict(const RunResult& result);

}  // namespace breakeven::sim
