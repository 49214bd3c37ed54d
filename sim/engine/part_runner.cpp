#include "sim/engine/part_runner.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "sim/engine/threads.hpp"

namespace breakeven::sim {
namespace {

/// Months of chunks that are worked off without looking whether to stop.
constexpr std::uint64_t kSmallWorld = 32;

/// Months of chunks of one world that are worth another thread, whose counts have to be merged.
constexpr std::uint64_t kChunksOfThread = 16;

/// Weights of the segments in the first plan, at base values.
std::vector<double> weightsOf(const core::Scenario& scenario) {
    std::vector<double> weights(scenario.segments.size(), 0.0);
    for (const std::size_t s : scenario.plans.front().segments)
        weights[s] = core::valueIn(scenario.segments[s].weight, {});
    return weights;
}

template <typename Slot>
void clear(std::vector<Slot>& slots) {
    for (Slot& slot : slots) slot.clear();
}

}  // namespace

PartRunner::PartRunner(const core::Scenario& scenario, const Layout& layout, const WorkPlan& plan,
                       const LawTables& tables, const Hooks& hooks, const UnitRange& total)
    : scenario_(scenario),
      layout_(layout),
      plan_(plan),
      tables_(tables),
      hooks_(hooks),
      evaluator_(scenario, layout, plan),
      live_(scenario.plans.front().id, weightsOf(scenario)) {
    done_.userMonthsTotal = plan.userMonths(total);
    done_.worldsTotal = plan.isByWorld() ? static_cast<std::uint32_t>(total.size()) : 1;
}

Partial PartRunner::run(const UnitRange& units) {
    Partial part;
    part.units = units;
    part.pooled = emptyCounts(layout_);
    if (plan_.isByWorld()) {
        part.worlds.resize(units.size());
        std::atomic<std::uint64_t> next = units.first;
        onAll(units.size(), [&] { workOnWorlds(part, next); });
    } else {
        runChunks(part);
    }
    return part;
}

/// Runs `work` on every thread, at most so many; what fails on one stops the others.
void PartRunner::onAll(std::size_t most, const std::function<void()>& work) {
    onThreads(hooks_.threads, most, [&] {
        try {
            work();
        } catch (...) {
            failed_ = true;
            throw;
        }
    });
}

void PartRunner::report(std::uint64_t userMonths, std::uint32_t worlds,
                        const std::function<void(LiveMargin&)>& learn) {
    if (!hooks_.progress) return;
    const std::lock_guard lock(progressMutex_);
    done_.userMonthsDone += userMonths;
    done_.worldsDone += worlds;
    if (learn) learn(live_);
    done_.live = live_.estimate();
    hooks_.progress(done_);
}

double PartRunner::marginOf(const std::vector<PartResult>& parts) const {
    double margin = 0.0;
    double users = 0.0;
    for (const PartResult& part : parts) {
        users += part.sums.users;
        for (std::size_t month = 0; month < layout_.months; ++month) {
            margin += part.sums.monthly[layout_.monthly(month, 0, Layout::kRevenue)] -
                      part.sums.monthly[layout_.monthly(month, 0, Layout::kCost)];
        }
    }
    return margin / (users * static_cast<double>(layout_.months));
}

void PartRunner::workOnWorlds(Partial& part, std::atomic<std::uint64_t>& next) {
    ChunkRunner runner(layout_, hooks_.blockUsers, scenario_.run.seed, scenario_.run.sampling);
    const std::size_t segments = plan_.users().size();
    std::vector<CostSums> costs(segments, CostSums(layout_.plans));
    SlotCounts pooled = emptyCounts(layout_);
    // What an unfinished world counted must not reach the pool. A small world is finished even when asked
    // to stop; a large one counts apart first.
    const bool isSmall = plan_.chunks() * layout_.months <= kSmallWorld;
    SlotCounts apart = isSmall ? SlotCounts{} : emptyCounts(layout_, 1);
    // Neighbouring worlds count in one batch, which stays in the cache; a stopped run has seen many
    // batches.
    const std::uint32_t turn = std::clamp<std::uint32_t>(scenario_.run.worlds / (4 * kBatches), 1, 8);
    std::vector<PartResult> parts;
    const std::vector<WorldMetric> metrics = worldMetrics(scenario_);
    const auto margin = static_cast<std::size_t>(
        std::ranges::find(metrics, "margin_per_user", &WorldMetric::name) - metrics.begin());
    while (!stopped()) {
        const std::uint64_t unit = next++;
        if (unit >= part.units.end) break;
        const auto world = static_cast<std::uint32_t>(unit);
        const std::size_t batch = world / turn % kBatches;
        const WorldModel model = compileWorld(scenario_, world, tables_);
        const std::vector<std::vector<std::uint64_t>> times = evaluator_.countTimes(model);
        WorldSums sums{std::vector<SegmentSums>(segments)};
        for (std::uint64_t index = 0; index < plan_.chunks() && (isSmall || !stopped()); ++index) {
            const Chunk chunk = plan_.chunkAt(index);
            runner.run(model, chunk.segment, chunk.first, chunk.users, plan_.grouping(chunk.segment),
                       {costs[chunk.segment], isSmall ? pooled : apart, times[chunk.segment], 0,
                        isSmall ? batch : 0, evaluator_.countUnit(), hooks_.distributions},
                       parts);
            for (const PartResult& done : parts) sums.add(chunk.segment, done);
            report(std::uint64_t{chunk.users} * layout_.months, 0);
        }
        if (!isSmall && stopped()) break;
        part.worlds[unit - part.units.first] = evaluator_.evaluate(model, sums, costs);
        for (CostSums& segment : costs) clear(segment);
        for (std::size_t slot = 0; slot < apart.size(); ++slot) pooled[slot].mergeInto(batch, apart[slot]);
        clear(apart);
        report(0, 1, [&](LiveMargin& live) {
            live.addWorld(part.worlds[unit - part.units.first].values[0][margin]);
        });
    }
    addToPool(std::move(pooled), part);
}

void PartRunner::runChunks(Partial& part) {
    const WorldModel model = compileWorld(scenario_, 0, tables_);
    const std::vector<std::vector<std::uint64_t>> times = evaluator_.countTimes(model);
    const std::vector<CostSums> none(plan_.users().size(), CostSums(layout_.plans, LogSums(kBatches)));
    part.costs = none;
    std::map<std::uint64_t, std::vector<PartResult>> waiting;  // done before an earlier chunk
    std::uint64_t merged = part.units.first;
    std::atomic<std::uint64_t> next = part.units.first;
    onAll(1 + part.units.size() * layout_.months / kChunksOfThread, [&] {
        ChunkRunner runner(layout_, hooks_.blockUsers, scenario_.run.seed, scenario_.run.sampling);
        std::vector<CostSums> ownCosts = none;
        SlotCounts pooled = emptyCounts(layout_);
        for (std::uint64_t index = next++; index < part.units.end && !stopped(); index = next++) {
            const Chunk chunk = plan_.chunkAt(index);
            std::vector<PartResult> parts;
            runner.run(model, chunk.segment, chunk.first, chunk.users, plan_.grouping(chunk.segment),
                       {ownCosts[chunk.segment], pooled, times[chunk.segment], std::nullopt, std::nullopt,
                        evaluator_.countUnit(), hooks_.distributions},
                       parts);
            report(std::uint64_t{chunk.users} * layout_.months, 0,
                   [&](LiveMargin& live) { live.addChunk(chunk.segment, marginOf(parts)); });
            const std::lock_guard lock(mutex_);
            waiting.emplace(index, std::move(parts));
            // Merge in index order: chunks finish in any order, and addition is not associative.
            for (auto first = waiting.begin(); first != waiting.end() && first->first == merged; ++merged) {
                const std::size_t segment = plan_.chunkAt(merged).segment;
                for (PartResult& done : first->second)
                    appendSums(part.sums, part.units.first, {segment, done.batch, std::move(done.sums)});
                first = waiting.erase(first);
            }
        }
        addToPool(std::move(pooled), part);
        const std::lock_guard lock(mutex_);
        for (std::size_t s = 0; s < part.costs.size(); ++s) {
            for (std::size_t plan = 0; plan < layout_.plans; ++plan)
                part.costs[s][plan].merge(std::move(ownCosts[s][plan]));
        }
    });
    if (merged < part.units.end) {
        part.sums.clear();  // stopped
    } else if (part.units.end == plan_.units()) {
        report(0, 1);
    }
}

void PartRunner::addToPool(SlotCounts pooled, Partial& part) {
    const std::lock_guard lock(mutex_);
    for (std::size_t slot = 0; slot < pooled.size(); ++slot) part.pooled[slot].merge(std::move(pooled[slot]));
}

}  // namespace breakeven::sim
