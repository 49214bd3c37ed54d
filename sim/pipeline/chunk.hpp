#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "sim/pipeline/layout.hpp"
#include "sim/pipeline/score_sampler.hpp"
#include "sim/pipeline/terms_biller.hpp"
#include "sim/pipeline/window_columns.hpp"
#include "sim/pipeline/world_model.hpp"
#include "sim/random/philox.hpp"
#include "sim/stats/log_counts.hpp"
#include "sim/stats/log_sums.hpp"

namespace breakeven::sim {

/// Sums of a segment by batch.
using SegmentSums = std::array<GroupSums, kBatches>;

/// Counts: one for each slot of the layout.
using SlotCounts = std::vector<LogCounts>;

/// Nothing counted yet.
[[nodiscard]] SlotCounts emptyCounts(const Layout& layout, std::size_t batches = kBatches);

/// What users cost more than at rest, summed by size: one for each plan.
using CostSums = std::vector<LogSums>;

/// Where a segment's quantities are counted.
struct CountSink {
    CostSums& costs;                         ///< by plan: costs less what the plan's are at rest
    SlotCounts& pooled;                      ///< by slot, over segments
    std::span<const std::uint64_t> times;    ///< by plan: how often a user of this segment counts in `pooled`
    std::optional<std::size_t> costBatch;    ///< batch of `costs`; none: each user's own
    std::optional<std::size_t> pooledBatch;  ///< batch of `pooled`; none: each user's own
    double unit = 1.0;                       ///< users that a count in `pooled` stands for
    bool isOn = true;                        ///< else nothing is counted
};

/// Sums of neighbouring users of one batch.
struct PartResult {
    std::size_t batch = 0;
    std::uint32_t first = 0;  ///< within the chunk
    std::uint32_t end = 0;
    GroupSums sums;
};

/// Draws and bills users of one world, a chunk at a time. Holds only columns of one block.
class ChunkRunner {
  public:
    /// @param blockUsers  a power of two from kMostGroupUsers to kChunkUsers
    ChunkRunner(const Layout& layout, std::uint32_t blockUsers, std::uint64_t seed, core::Sampling sampling);

    /// Users [first, first + n) of a segment; first is a multiple of kChunkUsers, n at most kChunkUsers.
    ///
    /// @param sink   receives the quantities of each user-month
    /// @param parts  replaced by the sums of the chunk's users, in index order
    void run(const WorldModel& model, std::size_t segment, std::uint32_t first, std::uint32_t n,
             const Grouping& grouping, const CountSink& sink, std::vector<PartResult>& parts);

  private:
    using Column = std::vector<double>;
    /// Users of a chunk that go through the stages together.
    struct Block {
        std::uint32_t start = 0;  ///< within the chunk
        std::uint32_t n = 0;
        std::uint32_t firstUser = 0;
    };
    void startParts(std::uint32_t first, std::uint32_t n, const Grouping& grouping,
                    std::vector<PartResult>& parts) const;
    /// The numbers that a t copula divides each user's scores by. They belong to the user: all months share
    /// them, so that extremes come together in every month, while the mix of user and month stays as it is.
    void drawSpreads(const WorldModel& model, const CompiledSegment& segment, const Block& block);
    void drawUserScores(const WorldModel& model, const CompiledSegment& segment, const Block& block);
    /// The independent normals behind a month's scores.
    void drawMonthNormals(const WorldModel& model, const CompiledSegment& segment, std::size_t month,
                          const Block& block, std::vector<Column>& normals);
    void drawMonthScores(const WorldModel& model, const CompiledSegment& segment, std::size_t month,
                         const Block& block);
    void drawUsage(const WorldModel& model, const CompiledSegment& segment, std::size_t month,
                   const Block& block);
    void tilt(const WorldModel& model, const CompiledSegment& segment, const Block& block);
    /// What the month's use costs by each costing.
    void drawCosts(const WorldModel& model, const CompiledSegment& segment, const UserMonths& users);
    /// The part of it that is drawn event by event, in place of its mean.
    void drawEventCosts(const CompiledCosting& costing, const EventStreams& streams, const UserMonths& users,
                        double* cost) const;
    /// Use as a limit looks at it, beside its amount.
    [[nodiscard]] const double* limitedUse(const CompiledLimit& limit) const {
        return limit.window ? windows_.overuse(*limit.window) : usage_[limit.meter].data();
    }
    void addWaits(const CompiledPlan& plan, std::uint32_t n);
    void correlate(const CompiledSegment& segment, std::vector<Column>& scores, std::uint32_t n);
    void applyLimits(const CompiledPlan& plan, std::uint32_t n);
    void rate(const CompiledPlan& plan, std::uint32_t n);
    void billTerms(const CompiledPlan& plan, std::size_t planIndex, std::size_t month, std::uint32_t n);
    /// @param start  the revenue before, if it is not in the column yet
    void addCharge(const CompiledPlan& plan, const CompiledCharge& charge, RevenueStart start,
                   std::uint32_t n);
    void bill(const WorldModel& model, std::size_t segment, std::size_t month, const Block& block,
              const CountSink& sink, std::vector<PartResult>& parts);
    /// Settles the bills and sums what the plan earns and costs.
    void sumPlan(const CompiledPlan& plan, std::size_t planIndex, std::size_t month, double* margin,
                 const Block& block, std::vector<PartResult>& parts);
    /// Adds what is summed over a plan's whole horizon.
    static void addHorizon(std::size_t planIndex, const MarginSums& margins, PartResult& part);
    void countPlan(const WorldModel& model, std::size_t planIndex, std::size_t month, const double* margin,
                   const Block& block, const CountSink& sink, const std::vector<PartResult>& parts);
    void closeHorizon(const WorldModel& model, std::size_t segment, const Block& block,
                      std::vector<PartResult>& parts) const;
    /// Sum of a column over users [at, at + n) of the block, by weight.
    [[nodiscard]] double sumOf(const double* column, std::uint32_t at, std::uint32_t n);
    void countWeights(const Block& block, std::vector<PartResult>& parts) const;
    [[nodiscard]] const Column& servedUsage(const CompiledPlan& plan, std::size_t meter) const {
        return plan.blocks.empty() ? usage_[meter] : blockedUsage_[meter];
    }

    const Layout& layout_;
    std::uint32_t blockUsers_;
    Grouping grouping_;
    double lookWeight_ = 0.0;  ///< what a count says of others when looked at; 0: this chunk is not
    PhiloxKey key_;
    std::vector<LookedAt> lookedAt_;  ///< slot x month: what of this chunk is looked at closely
    ScoreSampler sampler_;
    std::vector<Column> userScores_;  ///< score x user
    std::vector<Column> monthScores_;
    std::vector<std::vector<Column>> monthNormals_;  ///< month x score x user, where tilts shift them
    Column spread_;                                  ///< sqrt(nu / chi^2) of a t copula
    Column copulaScore_;                             ///< the normal score that it makes of a usage's
    std::vector<Column> usage_;                      ///< meter x user
    std::vector<Column> blockedUsage_;               ///< the part of it that a plan with blocks serves
    std::vector<Column> margin_;                     ///< plan x user, over the months so far
    std::vector<Column> cost_;      ///< plan x user, this month; kept by the first of the plans alike
    std::vector<Column> listCost_;  ///< costing x user
    Column active_;
    bool areAllActive_ = false;
    Column served_;  ///< share of the use that a plan serves
    Column costed_;  ///< cost as a share of that of all use
    Column reached_;
    Column touched_;
    Column wait_;
    WindowColumns windows_;
    Column revenue_;
    Column monthMargin_;
    Column quantity_;
    std::vector<std::pair<std::size_t, double>>
        quantityOf_;  ///< meters and weights of its use; empty: others
    Column lapsed_;
    std::vector<TermsBiller> billers_;  ///< by plan: what passes from one month of the block to the next
    Column uniform_;
    Column weights_;  ///< by user; empty: each counts once
    Column weighted_;
    std::vector<std::uint64_t> counts_;  ///< by user: the weight in units of the layout
    std::vector<const double*> asked_;   ///< by meter
    std::vector<const double*> kept_;
    std::vector<WeightedColumn> terms_;
};

}  // namespace breakeven::sim
