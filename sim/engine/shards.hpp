#pragma once

#include <memory>
#include <optional>
#include <string>

#include "sim/engine/part_file.hpp"
#include "sim/engine/partial.hpp"
#include "sim/engine/simulate.hpp"

namespace breakeven::sim {

/// Simulates one part of a run, with all that `merge` needs of it but times. The parts of all shards together
/// give the result of `simulate`, to the last bit.
/// @return none when it was stopped before its end
[[nodiscard]] std::optional<PartFile> simulateShard(const core::Scenario& scenario, const Shard& shard,
                                                    const Hooks& hooks = {});

/// Puts the parts of one run together.
class PartMerger {
  public:
    /// @param scenario  that the parts are of (partProblems has checked that it is one)
    explicit PartMerger(const core::Scenario& scenario);

    /// Adds a part; each comes once, in any order. Throws core::Error (Input) where it does not fit.
    void add(const NamedPart& part);

    /// The result of the run, once all parts were added.
    [[nodiscard]] std::shared_ptr<const RunResult> result() &&;

  private:
    const core::Scenario& scenario_;
    const Layout layout_;
    const WorkPlan plan_;
    Gathered gathered_;
};

}  // namespace breakeven::sim
