#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <map>
#include <mutex>
#include <numeric>
#include <thread>

#include "core/diagnostics/diagnostic.hpp"
#include "sim/engine/outcome.hpp"

namespace breakeven::sim {
namespace {

/// Counts are weighted in units of 2^-20 users where segments are mixed, so that merging stays integer.
constexpr double kWeightUnits = 0x1p20;

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
        outcome_.pooled.resize(kBatches);
        for (SlotCounts& slots : outcome_.pooled) slots.resize(layout.slots());
        if (users_.size() > 1) outcome_.countUnit = 1.0 / kWeightUnits;
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
        std::vector<std::vector<SlotCounts>> counts = emptyCounts(1);
        for (;;) {
            const std::uint32_t world = nextWorld_++;
            if (world >= scenario_.run.worlds) return;
            const WorldModel model = compileWorld(scenario_, world);
            WorldSums sums{std::vector<SegmentSums>(users_.size())};
            for (auto& segment : counts) {
                for (LogCounts& slot : segment[0]) slot.clear();
            }
            for (std::uint64_t index = 0; index < chunks_; ++index) {
                if (stopped()) return;
                const Chunk chunk = chunkAt(index);
                for (const GroupResult& group : runner.run(model, chunk.segment, chunk.first, chunk.users,
                                                           groups_[chunk.segment], counts[chunk.segment])) {
                    sums.add(chunk.segment, group);
                }
                report(std::uint64_t{chunk.users} * layout_.months, 0);
            }
            evaluate(model, sums, counts);
            {
                const std::lock_guard lock(mutex_);
                for (std::size_t s = 0; s < users_.size(); ++s)
                    pool(model, s, counts[s][0], world % kBatches);
            }
            report(0, 1);
        }
    }

    /// segment x batch x slot
    [[nodiscard]] std::vector<std::vector<SlotCounts>> emptyCounts(std::size_t batches) const {
        std::vector<std::vector<SlotCounts>> counts(users_.size());
        for (auto& segment : counts) {
            segment.resize(batches);
            for (SlotCounts& slots : segment) slots.resize(layout_.slots());
        }
        return counts;
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

    /// @param counts  segment x 1 x slot
    void evaluate(const WorldModel& model, const WorldSums& sums,
                  const std::vector<std::vector<SlotCounts>>& counts) {
        WorldOutcome& outcome = outcome_.worlds[model.world];
        outcome.beliefs = model.beliefs;
        const std::vector<GroupSums> totals = segmentTotals(sums, kBatches);
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
            std::vector<std::vector<WeightedBin>> bins(users_.size());
            for (std::size_t s = 0; s < users_.size(); ++s) {
                bins[s] = counts[s][0][layout_.slot(plan, Layout::kCostCount)].bins();
            }
            for (const Scope& scope : scopes_) {
                outcome.values.push_back(metricsOf(layout_, model, plan, scope, totals, bins));
            }
            outcome.marginNoise.push_back(marginNoise(model, sums, plan));
            const auto months = static_cast<double>(layout_.months);
            outcome.userVariance.push_back(marginMoments(layout_, model, plan, totals).variance /
                                           (months * months));
        }
        outcome.finished = true;
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

    /// Adds a segment's counts to the pooled ones, weighted where segments are mixed.
    void pool(const WorldModel& model, std::size_t segment, const SlotCounts& counts, std::size_t batch) {
        for (std::size_t slot = 0; slot < counts.size(); ++slot) {
            std::uint64_t times = 1;
            if (users_.size() > 1) {
                const double weight = planWeights(model, slot / layout_.quantities())[segment];
                const auto users = static_cast<double>(scenario_.run.users);
                times = static_cast<std::uint64_t>(
                    std::llround(weight * users / static_cast<double>(users_[segment]) * kWeightUnits));
            }
            if (times > 0) outcome_.pooled[batch][slot].merge(counts[slot], times);
        }
    }

    void runOne() {
        const WorldModel model = compileWorld(scenario_, 0);
        WorldSums sums{std::vector<SegmentSums>(users_.size())};
        std::vector<std::vector<SlotCounts>> counts = emptyCounts(kBatches);
        std::map<std::uint64_t, std::vector<GroupResult>> waiting;  // done before an earlier chunk
        std::uint64_t merged = 0;
        std::atomic<std::uint64_t> next = 0;
        onThreads([&] {
            ChunkRunner runner(layout_, hooks_.blockUsers, scenario_.run.seed, scenario_.run.sampling);
            std::vector<std::vector<SlotCounts>> own = emptyCounts(kBatches);
            for (std::uint64_t index = next++; index < chunks_ && !stopped(); index = next++) {
                const Chunk chunk = chunkAt(index);
                std::vector<GroupResult> groups = runner.run(model, chunk.segment, chunk.first, chunk.users,
                                                             groups_[chunk.segment], own[chunk.segment]);
                report(std::uint64_t{chunk.users} * layout_.months, 0);
                const std::lock_guard lock(mutex_);
                waiting.emplace(index, std::move(groups));
                // Merge in index order: chunks finish in any order, and addition is not associative.
                for (auto first = waiting.begin(); first != waiting.end() && first->first == merged;
                     ++merged) {
                    for (const GroupResult& group : first->second) sums.add(chunkAt(merged).segment, group);
                    first = waiting.erase(first);
                }
            }
            const std::lock_guard lock(mutex_);
            for (std::size_t s = 0; s < users_.size(); ++s) {
                for (std::size_t batch = 0; batch < kBatches; ++batch) {
                    for (std::size_t slot = 0; slot < layout_.slots(); ++slot) {
                        counts[s][batch][slot].merge(own[s][batch][slot]);
                    }
                }
            }
        });
        if (merged < chunks_) return;  // stopped
        finishOne(model, sums, counts);
        report(0, 1);
    }

    /// @param counts  segment x batch x slot
    void finishOne(const WorldModel& model, const WorldSums& sums,
                   const std::vector<std::vector<SlotCounts>>& counts) {
        for (std::size_t leftOut = 0; leftOut < kBatches; ++leftOut) {
            double users = 0.0;
            for (const SegmentSums& segment : sums.segments) users += segment[leftOut].users;
            if (users == 0.0) continue;
            outcome_.batchUsers.push_back(users);
            outcome_.without.push_back(valuesWithout(model, sums, counts, leftOut));
        }
        std::vector<std::vector<SlotCounts>> all = emptyCounts(1);
        for (std::size_t s = 0; s < users_.size(); ++s) {
            for (std::size_t batch = 0; batch < kBatches; ++batch) {
                for (std::size_t slot = 0; slot < layout_.slots(); ++slot)
                    all[s][0][slot].merge(counts[s][batch][slot]);
                pool(model, s, counts[s][batch], batch);
            }
        }
        evaluate(model, sums, all);
    }

    [[nodiscard]] std::vector<std::vector<double>> valuesWithout(
        const WorldModel& model, const WorldSums& sums, const std::vector<std::vector<SlotCounts>>& counts,
        std::size_t leftOut) const {
        const std::vector<GroupSums> totals = segmentTotals(sums, leftOut);
        std::vector<std::vector<double>> values;
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
            std::vector<std::vector<WeightedBin>> bins(users_.size());
            for (std::size_t s = 0; s < users_.size(); ++s) {
                LogCounts merged;
                for (std::size_t batch = 0; batch < kBatches; ++batch) {
                    if (batch != leftOut)
                        merged.merge(counts[s][batch][layout_.slot(plan, Layout::kCostCount)]);
                }
                bins[s] = merged.bins();
            }
            for (const Scope& scope : scopes_)
                values.push_back(metricsOf(layout_, model, plan, scope, totals, bins));
        }
        return values;
    }

    const core::Scenario& scenario_;
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
