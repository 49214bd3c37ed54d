#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>

#include "core/scenario/scenario.hpp"
#include "sim/engine/live_margin.hpp"
#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// How far a run is.
struct Progress {
    std::uint64_t userMonthsDone = 0;
    std::uint64_t userMonthsTotal = 0;
    std::uint32_t worldsDone = 0;
    std::uint32_t worldsTotal = 0;
    std::optional<LiveEstimate> live;  ///< none as long as too little is done
};

/// What the caller hangs on a run. None of it changes a number.
struct Hooks {
    std::function<void(const Progress&)>
        progress;                     ///< called from worker threads, one at a time, after each world part
    std::stop_token stop;             ///< asked between chunks, or between worlds where these are small
    int threads = 0;                  ///< 0: as many as the machine has
    std::uint32_t blockUsers = 2048;  ///< users per kernel block; a power of two from 256 to 4096
    bool closedForms = true;          ///< beside the metrics of a run of one world
    bool distributions = true;        ///< quantiles, tail, concentration, the pool's chance; quicker without
};

/// Simulates the scenario: worlds x users x months, every plan billing the same users. Prints nothing, reads
/// no settings and no clock. The result is the same for any thread count and block size (DESIGN 3).
///
/// A stopped run is an outcome of its own: `cancelled` is set and the rows speak of the worlds finished so
/// far (none of them when not even one was). Throws core::Error (Input) where two names draw from one stream.
[[nodiscard]] std::shared_ptr<const RunResult> simulate(const core::Scenario& scenario,
                                                        const Hooks& hooks = {});

/// The name a run of this scenario gets: 16 hex digits.
[[nodiscard]] std::string runName(const core::Scenario& scenario);

/// Which run the scenario makes.
[[nodiscard]] RunManifest manifestOf(const core::Scenario& scenario);

/// Raised whenever a change alters any number of any run.
inline constexpr const char* kEngineVersion = "9";

}  // namespace breakeven::sim
