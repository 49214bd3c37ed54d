#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/pipeline/world_model.hpp"
#include "sim/random/philox.hpp"
#include "sim/stats/log_counts.hpp"

namespace breakeven::sim {

inline constexpr std::uint32_t kChunkUsers = 4096;     ///< users of a segment that are summed before merging
inline constexpr std::uint32_t kMostGroupUsers = 256;  ///< largest group
inline constexpr std::size_t kBatches = 32;  ///< groups are dealt to batches in turn; batches give the errors

/// How the users of a segment are put together.
struct Grouping {
    std::uint32_t users = kMostGroupUsers;  ///< of a group, which is stratified and summed by itself
    std::uint32_t inTurn = 1;               ///< neighbouring groups that go to the same batch
    [[nodiscard]] std::size_t batch(std::uint64_t group) const { return group / inTurn % kBatches; }
};

/// Groups of the largest power of two up to 256 users that makes at least 64 of them, so that every batch has
/// some; whole chunks go to one batch where there are enough, which keeps the counts of a batch in the cache.
[[nodiscard]] Grouping groupingOf(std::uint64_t segmentUsers);

/// Which columns a run keeps. Plans that cost or serve alike share one.
struct Layout {
    explicit Layout(const core::Scenario& scenario);

    std::size_t plans = 0;
    std::size_t meters = 0;
    std::size_t months = 0;
    std::vector<std::size_t> servedLike;  ///< by plan: the first plan with the same limits that block
    std::vector<std::size_t> costsLike;   ///< by plan: the first plan with the same cost

    /// Sums of one plan and month: revenue, cost, subsidy, losses, touched, active, then the usage of each
    /// meter.
    enum Field : std::size_t { kRevenue, kCost, kSubsidy, kLosses, kTouched, kActive, kUsage };
    /// Sums of one plan over users' whole horizons: squares and cubes of the margin, users who lose money.
    enum HorizonField : std::size_t { kMarginSquares, kMarginCubes, kHorizonLosses, kHorizonFields };
    [[nodiscard]] std::size_t fields() const { return kUsage + meters; }
    [[nodiscard]] std::size_t monthly(std::size_t month, std::size_t plan, std::size_t field) const {
        return (month * plans + plan) * fields() + field;
    }

    /// Quantities counted: cost, revenue, margin, then each meter's usage.
    enum Quantity : std::size_t { kCostCount, kRevenueCount, kMarginCount, kUsageCount };
    [[nodiscard]] std::size_t quantities() const { return kUsageCount + meters; }
    /// Where plan's quantity is counted: shared by plans alike.
    [[nodiscard]] std::size_t slot(std::size_t plan, std::size_t quantity) const {
        const std::size_t owner = quantity == kCostCount    ? costsLike[plan]
                                  : quantity >= kUsageCount ? servedLike[plan]
                                                            : plan;
        return owner * quantities() + quantity;
    }
    [[nodiscard]] std::size_t slots() const { return plans * quantities(); }
};

/// Sums over the users of one or more groups.
struct GroupSums {
    double users = 0.0;
    std::vector<double> monthly;  ///< by Layout::monthly
    std::vector<double> horizon;  ///< plan x kHorizonFields
    void add(const GroupSums& other);
};

/// Sums of a segment by batch.
using SegmentSums = std::array<GroupSums, kBatches>;

/// Counts of a segment: one for each slot of the layout.
using SlotCounts = std::vector<LogCounts>;

/// One group's sums with its batch.
struct GroupResult {
    std::size_t batch = 0;
    GroupSums sums;
};

/// Draws and bills users of one world, a chunk at a time. Holds only columns of one block.
class ChunkRunner {
  public:
    ChunkRunner(const Layout& layout, std::uint32_t blockUsers, std::uint64_t seed, core::Sampling sampling);

    /// Users [first, first + n) of a segment; first is a multiple of kChunkUsers, n at most kChunkUsers.
    ///
    /// @param counts  by batch when every batch has its own, else one; receives the quantities of each
    /// user-month
    /// @return        the sums of each group of users in index order
    std::vector<GroupResult> run(const WorldModel& model, std::size_t segment, std::uint32_t first,
                                 std::uint32_t n, Grouping grouping, std::vector<SlotCounts>& counts);

  private:
    using Column = std::vector<double>;
    void drawUserScores(const WorldModel& model, const CompiledSegment& segment, std::uint32_t first,
                        std::uint32_t n);
    void drawUsage(const WorldModel& model, const CompiledSegment& segment, std::size_t month,
                   std::uint32_t first, std::uint32_t n);
    void stratify(const CompiledUsage& usage, std::uint32_t world, std::uint32_t first, std::uint32_t n,
                  double* u);
    void correlate(const CompiledSegment& segment, std::vector<Column>& scores, std::uint32_t n) const;
    void applyLimits(const CompiledPlan& plan, std::uint32_t n);
    void rate(const CompiledPlan& plan, std::uint32_t n, double* revenue);
    void addCharge(const CompiledCharge& charge, std::uint32_t n, double* revenue);
    void bill(const WorldModel& model, std::size_t segment, std::size_t month, std::uint32_t first,
              std::uint32_t n, std::vector<GroupResult>& results, std::vector<SlotCounts>& counts);
    void closeHorizon(std::uint32_t n, std::size_t group, std::vector<GroupResult>& results);

    const Layout& layout_;
    std::uint32_t blockUsers_;
    std::uint32_t groupUsers_ = kMostGroupUsers;
    PhiloxKey key_;
    core::Sampling sampling_;
    std::vector<Column> userScores_;  ///< score x user
    std::vector<Column> monthScores_;
    std::vector<Column> usage_;   ///< meter x user
    std::vector<Column> margin_;  ///< plan x user, over the months so far
    std::vector<Column> cost_;    ///< plan x user, this month
    Column listCost_;
    Column active_;
    Column served_;  ///< share of the use that a plan serves
    Column costed_;  ///< cost as a share of that of all use
    Column touched_;
    Column revenue_;
    Column quantity_;
    Column spare_;
    Column dormancy_;
};

}  // namespace breakeven::sim
