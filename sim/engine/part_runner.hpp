#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>

#include "sim/engine/partial.hpp"
#include "sim/engine/simulate.hpp"

namespace breakeven::sim {

/// Works off ranges of a run's units on this machine's threads.
class PartRunner {
  public:
    /// @param total  units that the progress is told against
    PartRunner(const core::Scenario& scenario, const Layout& layout, const WorkPlan& plan,
               const LawTables& tables, const Hooks& hooks, const UnitRange& total);

    /// Simulates the units. Worlds are handed out to threads whole when there are several, chunks of the one
    /// world otherwise. What a stopped run had not finished is missing in the result.
    [[nodiscard]] Partial run(const UnitRange& units);

  private:
    void onAll(std::size_t most, const std::function<void()>& work);
    [[nodiscard]] bool stopped() const { return failed_ || hooks_.stop.stop_requested(); }
    /// Tells the progress; `learn` may first add to what is known of the margin.
    void report(std::uint64_t userMonths, std::uint32_t worlds,
                const std::function<void(LiveMargin&)>& learn = {});
    /// What the chunk says of the first plan's margin.
    [[nodiscard]] double marginOf(const std::vector<PartResult>& parts) const;
    void workOnWorlds(Partial& part, std::atomic<std::uint64_t>& next);
    void runChunks(Partial& part);
    void addToPool(SlotCounts pooled, Partial& part);

    const core::Scenario& scenario_;
    const Layout& layout_;
    const WorkPlan& plan_;
    const LawTables& tables_;
    const Hooks& hooks_;
    const Evaluator evaluator_;
    std::mutex mutex_;
    std::mutex progressMutex_;
    Progress done_;
    LiveMargin live_;
    std::atomic<bool> failed_ = false;
};

}  // namespace breakeven::sim
