#include "sim/engine/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "sim/engine/threads.hpp"
#include "sim/kernels/scalar_math.hpp"
#include "sim/random/normal_quantile.hpp"

namespace breakeven::sim {
namespace {

/// Counts are weighted in units of 2^-20 users where segments are mixed, so that merging stays integer.
constexpr double kWeightUnits = 0x1p20;

/// A chance moved as `from` is to `to`: by as much on the normal score, where each has one.
double movedLike(double chance, double from, double to) {
    const auto isInside = [](double p) { return p > 0.0 && p < 1.0; };
    if (!isInside(chance) || !isInside(from) || !isInside(to))
        return std::clamp(chance + to - from, 0.0, 1.0);
    return normalCdfScalar(normalQuantile(chance) + normalQuantile(to) - normalQuantile(from));
}

}  // namespace

Evaluator::Evaluator(const core::Scenario& scenario, const Layout& layout, const WorkPlan& plan)
    : scenario_(scenario),
      layout_(layout),
      users_(plan.users()),
      scopes_(reportedScopes(scenario)),
      amounts_(amountMetrics(scenario)) {}

std::vector<std::vector<std::uint64_t>> Evaluator::countTimes(const WorldModel& model) const {
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

double Evaluator::countUnit() const {
    const double unit = users_.size() > 1 ? 1.0 / kWeightUnits : 1.0;
    return layout_.weightUnits ? unit / *layout_.weightUnits : unit;
}

std::vector<GroupSums> Evaluator::segmentTotals(const WorldSums& sums, std::size_t leftOut) const {
    std::vector<GroupSums> totals(users_.size());
    for (std::size_t s = 0; s < users_.size(); ++s) {
        for (std::size_t batch = 0; batch < kBatches; ++batch) {
            if (batch != leftOut && sums.segments[s][batch].users > 0.0)
                totals[s].add(sums.segments[s][batch]);
        }
    }
    return totals;
}

std::vector<std::vector<Evaluator::Bins>> Evaluator::wholeCosts(const WorldModel& model,
                                                                std::vector<std::vector<Bins>> bins) {
    for (std::size_t plan = 0; plan < bins.size(); ++plan) {
        const double atRest = model.plans[plan].costAtRest();
        for (Bins& segment : bins[plan]) {
            for (WeightedBin& bin : segment) {
                bin.low += atRest;
                bin.high += atRest;
            }
        }
    }
    return bins;
}

std::vector<GroupSums> Evaluator::halfTotals(const WorldSums& sums, std::size_t half) const {
    std::vector<GroupSums> totals(users_.size());
    for (std::size_t s = 0; s < users_.size(); ++s) {
        std::vector<const GroupSums*> batches;
        for (const GroupSums& batch : sums.segments[s])
            if (batch.users > 0.0) batches.push_back(&batch);
        for (std::size_t i = batches.size() > 1 ? half : 0; i < batches.size(); i += 2)
            totals[s].add(*batches[i]);
    }
    return totals;
}

WorldOutcome Evaluator::evaluate(const WorldModel& model, const WorldSums& sums,
                                 const std::vector<CostSums>& costs) const {
    WorldOutcome outcome;
    outcome.beliefs = model.beliefs;
    const std::vector<GroupSums> totals = segmentTotals(sums, kBatches);
    outcome.values = valuesOf(
        model, totals, wholeCosts(model, ofCosts(costs, [](const LogSums& plan) { return plan.bins(); })),
        scenario_.run.worlds == 1 ? PoolGrid::Fine : PoolGrid::WhereSkewed);
    if (scenario_.run.worlds > 1) addForOtherWorlds(model, sums, totals, outcome);
    outcome.finished = true;
    return outcome;
}

std::vector<std::vector<double>> Evaluator::valuesOf(const WorldModel& model,
                                                     const std::vector<GroupSums>& totals,
                                                     const std::vector<std::vector<Bins>>& bins,
                                                     PoolGrid grid) const {
    std::vector<std::vector<double>> values;
    std::vector<std::vector<CostSpread>> spreads(layout_.plans);
    for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
        const std::size_t owner = layout_.costsLike[plan];
        for (std::size_t scope = 0; scope < scopes_.size(); ++scope) {
            if (owner == plan)
                spreads[plan].push_back(costSpread(model, plan, scopes_[scope], totals, bins[plan]));
            values.push_back(metricsOf(layout_, model, plan, scopes_[scope], totals, spreads[owner][scope],
                                       bins[owner], grid));
        }
    }
    return values;
}

void Evaluator::addForOtherWorlds(const WorldModel& model, const WorldSums& sums,
                                  const std::vector<GroupSums>& totals, WorldOutcome& outcome) const {
    const std::vector<GroupSums> halves[] = {halfTotals(sums, 0), halfTotals(sums, 1)};
    const auto users = [](const std::vector<GroupSums>& half) {
        return std::accumulate(half.begin(), half.end(), 0.0,
                               [](double sum, const GroupSums& segment) { return sum + segment.users; });
    };
    // Half where the halves are alike; the variance is right for any.
    const double share = users(halves[0]) / (users(halves[0]) + users(halves[1]));
    const auto noiseOf = [&](double first, double second) {
        const double difference = first - second;
        const bool isRounding = std::abs(difference) <= 1e-12 * std::abs(first);
        return isRounding ? 0.0 : std::sqrt(share * (1.0 - share)) * difference;
    };
    const std::vector<Bins> none(users_.size());
    outcome.subscribers = model.subscribers;
    for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
        for (const Scope& scope : scopes_) {
            std::vector<double> values[2];
            for (std::size_t half = 0; half < 2; ++half)
                values[half] =
                    metricsOf(layout_, model, plan, scope, halves[half], {}, none, PoolGrid::Coarse);
            std::vector<double>& row = outcome.noise.emplace_back();
            for (const std::size_t metric : amounts_)
                row.push_back(noiseOf(values[0][metric], values[1][metric]));
        }
        const MarginMoments whole = marginMoments(layout_, model, plan, totals);
        outcome.userMoments.insert(outcome.userMoments.end(), {whole.variance, whole.third});
    }
}

void Evaluator::leaveBatchesOut(const WorldModel& model, const WorldSums& sums,
                                const std::vector<CostSums>& costs, int threads, RunOutcome& outcome) const {
    std::vector<std::size_t> batches;
    for (std::size_t batch = 0; batch < kBatches; ++batch) {
        double users = 0.0;
        for (const SegmentSums& segment : sums.segments) users += segment[batch].users;
        if (users == 0.0) continue;
        batches.push_back(batch);
        outcome.batchUsers.push_back(users);
    }
    const auto without = ofCosts(costs, [](const LogSums& plan) { return plan.binsWithoutEach(); });
    outcome.without.resize(batches.size());
    forEach(threads, batches.size(), [&](std::size_t i) {
        std::vector<std::vector<Bins>> bins(layout_.plans);
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
            for (const auto& segment : without[plan]) bins[plan].push_back(segment[batches[i]]);
        }
        outcome.without[i] = valuesOf(model, segmentTotals(sums, batches[i]),
                                      wholeCosts(model, std::move(bins)), PoolGrid::Coarse);
    });
    const std::vector<std::vector<double>>& fine = outcome.worlds.front().values;
    const std::vector<std::vector<double>> coarse = valuesOf(
        model, segmentTotals(sums, kBatches),
        wholeCosts(model, ofCosts(costs, [](const LogSums& plan) { return plan.bins(); })), PoolGrid::Coarse);
    const std::vector<WorldMetric> metrics = worldMetrics(scenario_);
    const auto pool = static_cast<std::size_t>(
        std::ranges::find(metrics, "probability_pool_loses", &WorldMetric::name) - metrics.begin());
    for (auto& values : outcome.without) {
        for (std::size_t row = 0; row < values.size(); ++row) {
            double& chance = values[row][pool];
            if (std::isfinite(chance)) chance = movedLike(chance, coarse[row][pool], fine[row][pool]);
        }
    }
}

}  // namespace breakeven::sim
