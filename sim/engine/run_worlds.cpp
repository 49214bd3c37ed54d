#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <optional>
#include <thread>

#include "core/diagnostics/diagnostic.hpp"
#include "sim/engine/outcome.hpp"

namespace breakeven::sim {
namespace {

/// Counts are weighted in units of 2^-20 users where segments are mixed, so that merging stays integer.
constexpr double kWeightUnits = 0x1p20;

/// Months of chunks that are worked off without looking whether to stop.
constexpr std::uint64_t kSmallWorld = 32;

struct Chunk {
    std::size_t segment = 0;
    std::uint32_t first = 0;
    std::uint32_t users = 0;
};

/// Shared by the workers of a run.
class Worlds {
  public:
    Worlds(const core::Scenario& scenario, const Layout& layout, const Hooks& hooks)
        : scenario_(scenario),
          tables_(scenario),
          layout_(layout),
          hooks_(hooks),
          users_(usersBySegment(scenario)),
          scopes_(reportedScopes(scenario)) {
        for (const std::uint64_t users : users_) {
            groups_.push_back(groupingOf(users));
            chunksBefore_.push_back(chunks_);
            chunks_ += (users + kChunkUsers - 1) / kChunkUsers;
        }
        outcome_.worlds.resize(scenario.run.worlds);
        outcome_.pooled.assign(layout.slots(), LogCounts(kBatches));
        if (users_.size() > 1) outcome_.countUnit = 1.0 / kWeightUnits;
        if (layout.weightUnits) outcome_.countUnit /= *layout.weightUnits;
        total_ = scenario.run.users * scenario.run.months * scenario.run.worlds;
    }

    RunOutcome run() {
        if (scenario_.run.worlds == 1) {
            runOne();
        } else {
            onThreads([this] { workOnWorlds(); });
        }
        return std::move(outcome_);
    }

  private:
    [[nodiscard]] Chunk chunkAt(std::uint64_t index) const {
        std::size_t segment = chunksBefore_.size() - 1;
        while (chunksBefore_[segment] > index) --segment;
        const std::uint64_t first = (index - chunksBefore_[segment]) * kChunkUsers;
        return {segment, static_cast<std::uint32_t>(first),
                static_cast<std::uint32_t>(std::min<std::uint64_t>(kChunkUsers, users_[segment] - first))};
    }

    /// Runs `work` on every thread and passes the first exception on.
    void onThreads(const std::function<void()>& work) {
        const unsigned wanted = hooks_.threads > 0 ? static_cast<unsigned>(hooks_.threads)
                                                   : std::max(1U, std::thread::hardware_concurrency());
        std::exception_ptr failure;
        const auto guarded = [&] {
            try {
                work();
            } catch (...) {
                const std::lock_guard lock(mutex_);
                if (!failure) failure = std::current_exception();
                failed_ = true;
            }
        };
        {
            std::vector<std::jthread> threads;
            for (unsigned i = 1; i < wanted; ++i) threads.emplace_back(guarded);
            guarded();
        }
        if (failure) std::rethrow_exception(failure);
    }

    [[nodiscard]] bool stopped() const { return failed_ || hooks_.stop.stop_requested(); }

    void report(std::uint64_t userMonths, std::uint32_t worlds) {
        if (!hooks_.progress) return;
        const std::lock_guard lock(progressMutex_);
        done_.userMonthsDone += userMonths;
        done_.worldsDone += worlds;
        done_.userMonthsTotal = total_;
        done_.worldsTotal = scenario_.run.worlds;
        hooks_.progress(done_);
    }

    void workOnWorlds() {
        ChunkRunner runner(layout_, hooks_.blockUsers, scenario_.run.seed, scenario_.run.sampling);
        std::vector<SlotCounts> costs(users_.size(), SlotCounts(layout_.plans));
        SlotCounts pooled(layout_.slots(), LogCounts(kBatches));
        // What an unfinished world counted must not reach the pool. A small world is finished even when asked
        // to stop; a large one counts apart first.
        const bool isSmall = chunks_ * layout_.months <= kSmallWorld;
        SlotCounts apart(isSmall ? 0 : layout_.slots());
        // Neighbouring worlds count in one batch, which stays in the cache; a stopped run has seen many
        // batches.
        const std::uint32_t turn = std::clamp<std::uint32_t>(scenario_.run.worlds / (4 * kBatches), 1, 8);
        std::vector<PartResult> parts;
        while (!stopped()) {
            const std::uint32_t world = nextWorld_++;
            if (world >= scenario_.run.worlds) break;
            const std::size_t batch = world / turn % kBatches;
            const WorldModel model = compileWorld(scenario_, world, tables_);
            const std::vector<std::vector<std::uint64_t>> times = countTimes(model);
            WorldSums sums{std::vector<SegmentSums>(users_.size())};
            for (std::uint64_t index = 0; index < chunks_ && (isSmall || !stopped()); ++index) {
                const Chunk chunk = chunkAt(index);
                runner.run(model, chunk.segment, chunk.first, chunk.users, groups_[chunk.segment],
                           {costs[chunk.segment], isSmall ? pooled : apart, times[chunk.segment], 0,
                            isSmall ? batch : 0},
                           parts);
                for (const PartResult& part : parts) sums.add(chunk.segment, part);
                report(std::uint64_t{chunk.users} * layout_.months, 0);
            }
            if (!isSmall && stopped()) break;
            evaluate(model, sums, costs);
            poolCosts(costs, times, pooled, batch);
            for (SlotCounts& segment : costs) clear(segment);
            for (std::size_t slot = 0; slot < apart.size(); ++slot)
                pooled[slot].mergeInto(batch, apart[slot]);
            clear(apart);
            report(0, 1);
        }
        addToPool(pooled);
    }

    static void clear(SlotCounts& slots) {
        for (LogCounts& slot : slots) slot.clear();
    }

    void addToPool(const SlotCounts& pooled) {
        const std::lock_guard lock(mutex_);
        for (std::size_t slot = 0; slot < pooled.size(); ++slot) outcome_.pooled[slot].merge(pooled[slot]);
    }

    /// How often a user of each segment counts where segments are mixed: segment x plan.
    [[nodiscard]] std::vector<std::vector<std::uint64_t>> countTimes(const WorldModel& model) const {
        std::vector<std::vector<std::uint64_t>> times(users_.size());
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
            const std::vector<double> weights = planWeights(model, plan);
            for (std::size_t s = 0; s < users_.size(); ++s) {
                const double share =
                    weights[s] * static_cast<double>(scenario_.run.users) / static_cast<double>(users_[s]);
                times[s].push_back(
                    users_.size() == 1 ? 1 : static_cast<std::uint64_t>(std::llround(share * kWeightUnits)));
            }
        }
        return times;
    }

    /// Adds the segments' costs to the pooled ones: one batch of them, or batch by batch.
    void poolCosts(const std::vector<SlotCounts>& costs, const std::vector<std::vector<std::uint64_t>>& times,
                   SlotCounts& pooled, std::optional<std::size_t> batch) const {
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
            if (layout_.costsLike[plan] != plan) continue;
            LogCounts& slot = pooled[layout_.slot(plan, Layout::kCostCount)];
            for (std::size_t s = 0; s < users_.size(); ++s) {
                if (times[s][plan] == 0) continue;
                if (batch) {
                    slot.mergeInto(*batch, costs[s][plan], times[s][plan]);
                } else {
                    slot.merge(costs[s][plan], times[s][plan]);
                }
            }
        }
    }

    [[nodiscard]] std::vector<GroupSums> segmentTotals(const WorldSums& sums, std::size_t leftOut) const {
        std::vector<GroupSums> totals(users_.size());
        for (std::size_t s = 0; s < users_.size(); ++s) {
            for (std::size_t batch = 0; batch < kBatches; ++batch) {
                if (batch != leftOut && sums.segments[s][batch].users > 0.0)
                    totals[s].add(sums.segments[s][batch]);
            }
        }
        return totals;
    }

    using Bins = std::vector<WeightedBin>;

    /// @param costs  segment x plan
    void evaluate(const WorldModel& model, const WorldSums& sums, const std::vector<SlotCounts>& costs) {
        WorldOutcome& outcome = outcome_.worlds[model.world];
        outcome.beliefs = model.beliefs;
        const std::vector<GroupSums> totals = segmentTotals(sums, kBatches);
        std::vector<std::vector<Bins>> bins(layout_.plans);
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
            if (layout_.costsLike[plan] != plan) continue;
            for (const SlotCounts& segment : costs) bins[plan].push_back(segment[plan].bins());
        }
        outcome.values = valuesOf(model, totals, bins);
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
            outcome.marginNoise.push_back(marginNoise(model, sums, plan));
            const auto months = static_cast<double>(layout_.months);
            outcome.userVariance.push_back(marginMoments(layout_, model, plan, totals).variance /
                                           (months * months));
        }
        outcome.finished = true;
    }

    /// The metrics of each plan in each scope.
    /// @param bins  plan x segment: bins of the cost, for the first of the plans that cost alike
    [[nodiscard]] std::vector<std::vector<double>> valuesOf(
        const WorldModel& model, const std::vector<GroupSums>& totals,
        const std::vector<std::vector<Bins>>& bins) const {
        std::vector<std::vector<double>> values;
        std::vector<std::vector<CostSpread>> spreads(layout_.plans);
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
            const std::size_t owner = layout_.costsLike[plan];
            for (std::size_t scope = 0; scope < scopes_.size(); ++scope) {
                if (owner == plan)
                    spreads[plan].push_back(costSpread(model, plan, scopes_[scope], totals, bins[plan]));
                values.push_back(
                    metricsOf(layout_, model, plan, scopes_[scope], totals, spreads[owner][scope]));
            }
        }
        return values;
    }

    /// Sampling variance of the mean margin per user-month, from the batches.
    [[nodiscard]] double marginNoise(const WorldModel& model, const WorldSums& sums, std::size_t plan) const {
        const std::vector<double> weights = planWeights(model, plan);
        double result = 0.0;
        for (std::size_t s = 0; s < users_.size(); ++s) {
            if (weights[s] == 0.0) continue;
            std::vector<std::pair<double, double>> batches;  // users, margin
            double users = 0.0;
            double total = 0.0;
            for (const GroupSums& batch : sums.segments[s]) {
                if (batch.users == 0.0) continue;
                double margin = 0.0;
                for (std::size_t month = 0; month < layout_.months; ++month) {
                    margin += batch.monthly[layout_.monthly(month, plan, Layout::kRevenue)] -
                              batch.monthly[layout_.monthly(month, plan, Layout::kCost)];
                }
                margin /= static_cast<double>(layout_.months);
                batches.emplace_back(batch.users, margin);
                users += batch.users;
                total += margin;
            }
            const auto n = static_cast<double>(batches.size());
            double squares = 0.0;
            for (const auto& [size, margin] : batches) {
                const double difference = margin - size * total / users;
                squares += difference * difference;
            }
            if (n > 1.0) result += weights[s] * weights[s] * n / (n - 1.0) * squares / (users * users);
        }
        return result;
    }

    void runOne() {
        const WorldModel model = compileWorld(scenario_, 0, tables_);
        const std::vector<std::vector<std::uint64_t>> times = countTimes(model);
        WorldSums sums{std::vector<SegmentSums>(users_.size())};
        const std::vector<SlotCounts> none(users_.size(), SlotCounts(layout_.plans, LogCounts(kBatches)));
        std::vector<SlotCounts> costs = none;
        std::map<std::uint64_t, std::vector<PartResult>> waiting;  // done before an earlier chunk
        std::uint64_t merged = 0;
        std::atomic<std::uint64_t> next = 0;
        onThreads([&] {
            ChunkRunner runner(layout_, hooks_.blockUsers, scenario_.run.seed, scenario_.run.sampling);
            std::vector<SlotCounts> ownCosts = none;
            SlotCounts pooled(layout_.slots(), LogCounts(kBatches));
            for (std::uint64_t index = next++; index < chunks_ && !stopped(); index = next++) {
                const Chunk chunk = chunkAt(index);
                std::vector<PartResult> parts;
                runner.run(
                    model, chunk.segment, chunk.first, chunk.users, groups_[chunk.segment],
                    {ownCosts[chunk.segment], pooled, times[chunk.segment], std::nullopt, std::nullopt},
                    parts);
                report(std::uint64_t{chunk.users} * layout_.months, 0);
                const std::lock_guard lock(mutex_);
                waiting.emplace(index, std::move(parts));
                // Merge in index order: chunks finish in any order, and addition is not associative.
                for (auto first = waiting.begin(); first != waiting.end() && first->first == merged;
                     ++merged) {
                    for (const PartResult& part : first->second) sums.add(chunkAt(merged).segment, part);
                    first = waiting.erase(first);
                }
            }
            addToPool(pooled);
            const std::lock_guard lock(mutex_);
            for (std::size_t s = 0; s < users_.size(); ++s) {
                for (std::size_t plan = 0; plan < layout_.plans; ++plan)
                    costs[s][plan].merge(ownCosts[s][plan]);
            }
        });
        if (merged < chunks_) return;  // stopped
        leaveBatchesOut(model, sums, costs);
        evaluate(model, sums, costs);
        poolCosts(costs, times, outcome_.pooled, std::nullopt);
        report(0, 1);
    }

    /// The metrics with each batch left out in turn.
    /// @param costs  segment x plan
    void leaveBatchesOut(const WorldModel& model, const WorldSums& sums,
                         const std::vector<SlotCounts>& costs) {
        std::vector<double> users(kBatches, 0.0);
        for (const SegmentSums& segment : sums.segments) {
            for (std::size_t batch = 0; batch < kBatches; ++batch) users[batch] += segment[batch].users;
        }
        // plan x segment, for the first of the plans that cost alike
        std::vector<std::vector<Bins>> all(layout_.plans);
        std::vector<std::vector<std::vector<std::vector<double>>>> weights(layout_.plans);
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
            if (layout_.costsLike[plan] != plan) continue;
            for (const SlotCounts& segment : costs) {
                all[plan].push_back(segment[plan].bins());
                weights[plan].push_back(segment[plan].batchWeights());
            }
        }
        for (std::size_t leftOut = 0; leftOut < kBatches; ++leftOut) {
            if (users[leftOut] == 0.0) continue;
            const std::vector<GroupSums> totals = segmentTotals(sums, leftOut);
            std::vector<std::vector<Bins>> bins(layout_.plans);
            for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
                for (std::size_t s = 0; s < all[plan].size(); ++s)
                    bins[plan].push_back(reduced(all[plan][s], weights[plan][s][leftOut]));
            }
            outcome_.without.push_back(valuesOf(model, totals, bins));
            outcome_.batchUsers.push_back(users[leftOut]);
        }
    }

    /// The bins less what weighs in each of them, the empty ones dropped.
    [[nodiscard]] static Bins reduced(const Bins& bins, const std::vector<double>& less) {
        Bins result;
        result.reserve(bins.size());
        for (std::size_t i = 0; i < bins.size(); ++i) {
            if (!(bins[i].weight > less[i])) continue;
            result.push_back(bins[i]);
            result.back().weight -= less[i];
        }
        return result;
    }

    const core::Scenario& scenario_;
    const LawTables tables_;
    const Layout& layout_;
    const Hooks& hooks_;
    std::vector<std::uint64_t> users_;
    std::vector<Scope> scopes_;
    std::vector<Grouping> groups_;
    std::vector<std::uint64_t> chunksBefore_;
    std::uint64_t chunks_ = 0;
    std::uint64_t total_ = 0;
    RunOutcome outcome_;
    std::mutex mutex_;
    std::mutex progressMutex_;
    Progress done_;
    std::atomic<std::uint32_t> nextWorld_ = 0;
    std::atomic<bool> failed_ = false;
};

}  // namespace

std::vector<std::uint64_t> usersBySegment(const core::Scenario& scenario) {
    double total = 0.0;
    for (const core::Segment& segment : scenario.segments) total += segment.weight.base;
    std::vector<std::uint64_t> users;
    std::vector<std::pair<double, std::size_t>> remainders;
    std::uint64_t given = 0;
    for (const core::Segment& segment : scenario.segments) {
        const double share = segment.weight.base / total * static_cast<double>(scenario.run.users);
        users.push_back(static_cast<std::uint64_t>(share));
        remainders.emplace_back(static_cast<double>(users.back()) - share, users.size() - 1);
        given += users.back();
    }
    std::ranges::stable_sort(remainders);
    for (std::size_t i = 0; given < scenario.run.users; ++i, ++given)
        ++users[remainders[i % users.size()].second];
    for (std::uint64_t& count : users) count = std::max<std::uint64_t>(count, 2);
    return users;
}

RunOutcome runWorlds(const core::Scenario& scenario, const Layout& layout, const Hooks& hooks) {
    return Worlds(scenario, layout, hooks).run();
}

}  // namespace breakeven::sim
