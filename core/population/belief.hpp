#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>

namespace breakeven::core {

/// How probability is spread between `low`, `base` and `high`.
enum class BeliefShape {
    Pert,        ///< modified beta on [low, high], mode at base, lambda 4 (the default)
    LogPert,     ///< PERT on the logarithm; all three above 0
    Triangular,  ///< on [low, high], mode at base
    Uniform,     ///< on [low, high]
    LogUniform,  ///< uniform in the logarithm; all above 0
    Normal,      ///< low and high are the 5th and 95th percentile
    Lognormal,   ///< low and high are the 5th and 95th percentile; above 0
};

/// A number nobody knows for sure. low <= base <= high.
struct Belief {
    double low = 0.0;
    double base = 0.0;
    double high = 0.0;
    BeliefShape shape = BeliefShape::Pert;
    bool operator==(const Belief&) const = default;
};

/// A belief with its place in the scenario.
struct NamedBelief {
    std::string path;  ///< as `--set` names it: `segment.teams.usage.requests.median`
    Belief belief;
    bool operator==(const NamedBelief&) const = default;
};

/// A number of the scenario: a point, or a belief whose value differs between worlds.
struct Parameter {
    double base = 0.0;
    std::optional<std::size_t> belief;  ///< index into Scenario::beliefs; none: a point
    std::string exact{};  ///< the base as the file writes it, plain decimal digits; empty: not from a file
    bool operator==(const Parameter& other) const { return base == other.base && belief == other.belief; }
};

/// What a parameter is worth in one world.
///
/// @param draws  one value per belief of the scenario, in its order; empty: the base values
[[nodiscard]] inline double valueIn(const Parameter& parameter, std::span<const double> draws) {
    return parameter.belief && !draws.empty() ? draws[*parameter.belief] : parameter.base;
}

}  // namespace breakeven::core
