#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/costing/cost.hpp"
#include "core/diagnostics/diagnostic.hpp"
#include "core/metering/meter.hpp"
#include "core/population/segment.hpp"
#include "core/pricing/plan.hpp"
#include "core/scenario/sampling.hpp"

namespace breakeven::core {

/// What changes a run's numbers beside the scenario itself.
struct RunSettings {
    std::uint64_t users = 10'000;  ///< drawn per world: accuracy, not business size; 1 to 2^32 - 1
    std::uint32_t worlds = 500;    ///< draws of the beliefs; 1: base values only
    std::uint32_t months = 1;      ///< 1 to 60
    std::uint64_t seed = 1;
    Sampling sampling = Sampling::Stratified;
    bool operator==(const RunSettings&) const = default;
};

/// A file the scenario reads beside itself.
struct InputFile {
    std::string name;     ///< as the scenario names it
    std::string sha256;   ///< lower-case hex of its bytes
    std::string content;  ///< its bytes
    bool operator==(const InputFile&) const = default;
};

/// One `--set KEY=VALUE`.
struct Override {
    std::string key;
    std::string value;
    bool operator==(const Override&) const = default;
};

/// Two beliefs whose draws go together, by a Gaussian copula.
struct BeliefCorrelation {
    std::size_t first = 0;  ///< index into Scenario::beliefs
    std::size_t second = 0;
    Correlation::Kind kind = Correlation::Kind::Pearson;
    double value = 0.0;  ///< in [-1, 1]
    bool operator==(const BeliefCorrelation&) const = default;
};

/// A number with where it comes from, for the assumption sheet.
struct SourceNote {
    std::string path;
    std::string source;
    bool operator==(const SourceNote&) const = default;
};

/// All inputs of a run: checked, immutable. Built by the reader only.
struct Scenario {
    std::string name;
    std::string question;
    std::string currency;  ///< ISO 4217
    RunSettings run;
    bool usesControls = false;            ///< run.control_variates = "usage": for one world
    bool keepsMarginsOnly = false;        ///< run.distributions = "margin": of no other quantity
    Parameter subscribers{10'000.0, {}};  ///< business size, >= 1: shares fixed cost and pools
    std::vector<Meter> meters;
    std::vector<Segment> segments;
    Cost cost;
    std::vector<Plan> plans;
    std::vector<NamedBelief> beliefs;                   ///< in the order of the file
    std::vector<BeliefCorrelation> beliefCorrelations;  ///< possible together
    std::vector<SourceNote> sources;
    std::vector<Diagnostic> exactOnly;  ///< terms that `bill` knows and the simulation can't draw, each an
                                        ///< error where a scenario is simulated

    std::string file;                 ///< where it was read from, for messages
    std::string text;                 ///< as read, before overrides
    std::vector<Override> overrides;  ///< applied to it, in order
    std::vector<InputFile> inputs;
    std::string hash;  ///< SHA-256 of the resolved scenario without [run], and of its inputs
};

/// What a plan runs on.
[[nodiscard]] inline const Cost& costOf(const Scenario& scenario, const Plan& plan) {
    return plan.cost ? *plan.cost : scenario.cost;
}

}  // namespace breakeven::core
