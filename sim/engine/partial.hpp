#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "core/text/packed_bytes.hpp"
#include "sim/engine/evaluate.hpp"
#include "sim/engine/outcome.hpp"
#include "sim/engine/work_plan.hpp"

namespace breakeven::sim {

/// Sums over users of one batch.
struct BatchSums {
    std::size_t segment = 0;
    std::size_t batch = 0;
    GroupSums sums;
};

/// What a range of units leaves behind before it is merged. Of several worlds each is finished by itself, so
/// that its few numbers remain and its counts; of one world remain sums and counts of the chunks.
struct Partial {
    UnitRange units;
    std::vector<WorldOutcome> worlds;  ///< several worlds: one a unit; a stopped one is not finished
    std::vector<BatchSums> sums;       ///< one world: in the order of the users; empty when stopped
    std::vector<CostSums> costs;       ///< one world: segment x plan, in batches
    SlotCounts pooled;                 ///< by slot, over the segments, in batches
};

/// Adds the sums of the next users to those of a range that begins with unit `first`. Those of the batch that
/// the range begins in stay apart: an earlier range may have begun it, and addition is not associative. So
/// adding up the sums of all ranges in their order gives the bits of one range over all.
void appendSums(std::vector<BatchSums>& sums, std::uint64_t first, BatchSums next);

/// Puts the partial results of a run together, in any order of arrival.
class Gathered {
  public:
    Gathered(const core::Scenario& scenario, const Layout& layout, const WorkPlan& plan);

    /// Adds what a range left behind; no unit comes twice. Holds sums only until those of the units before
    /// them have come.
    void add(Partial part);

    /// What the rows are made from. Worlds that did not come are unfinished; the only world is unless all
    /// of its units came.
    [[nodiscard]] RunOutcome outcome(const LawTables& tables, int threads) &&;

  private:
    const core::Scenario& scenario_;
    const Layout& layout_;
    const WorkPlan& plan_;
    const Evaluator evaluator_;
    RunOutcome outcome_;
    std::vector<CostSums> costs_;
    WorldSums sums_;
    std::uint64_t summed_ = 0;  ///< units whose sums are in sums_
    struct Waiting {
        std::uint64_t end = 0;
        std::vector<BatchSums> sums;
    };
    std::map<std::uint64_t, Waiting> waiting_;  ///< by first unit: came before those of an earlier range
};

void packPartial(const Partial& part, core::BytePacker& packer);

/// What was packed. Throws core::BytesUnreadable where it does not fit the scenario that it is said to be of.
[[nodiscard]] Partial unpackPartial(const core::Scenario& scenario, const Layout& layout,
                                    const WorkPlan& plan, core::ByteUnpacker& unpacker);

}  // namespace breakeven::sim
