#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/scenario/scenario.hpp"
#include "sim/engine/simulate.hpp"

namespace breakeven::sim {

/// What the environment says about how this process was started.
struct Launch {
    std::uint32_t ranks = 1;
    std::uint32_t rank = 0;
    bool hasMpi = false;  ///< by something that MPI can ask for the others
    bool operator==(const Launch&) const = default;
};

/// Reads it from the variables that mpirun and srun set; a batch script itself is one process.
/// @param variable  the value of an environment variable, none when it is not set
[[nodiscard]] Launch launchOf(
    const std::function<std::optional<std::string>(const std::string& name)>& variable);

/// The processes of one MPI job, of which rank 0 runs the program and the others work for it. The only place
/// that knows MPI; a process has one of it, as it has one MPI. All calls come from the thread that made it.
class Ranks {
  public:
    /// Joins the others. Throws core::Error (System) where that can't be: this program was built without MPI,
    /// or with another than the one that started it.
    explicit Ranks(const Launch& launch);
    /// Rank 0 sends the others home; after a run that was stopped it ends them.
    ~Ranks();
    Ranks(const Ranks&) = delete;
    Ranks& operator=(const Ranks&) = delete;

    [[nodiscard]] bool isFirst() const { return launch_.rank == 0; }

    /// What ranks other than the first do: work off ranges of units until they are sent home.
    void serve();

    /// Rank 0: simulates with all ranks; the result is that of `sim::simulate`, to the last bit. Each rank
    /// works on `hooks.threads` threads, 0: one. A stopped run keeps the worlds that have come. Holds what
    /// the ranks found once, whatever their number, but for ranges of one world that came before an earlier
    /// one.
    [[nodiscard]] std::shared_ptr<const RunResult> simulate(const core::Scenario& scenario,
                                                            const Hooks& hooks);

  private:
    Launch launch_;
    bool isStopped_ = false;  ///< the others are in the middle of something
};

}  // namespace breakeven::sim
