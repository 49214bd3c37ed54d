#include "sim/engine/evaluate.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace breakeven::sim {
namespace {

/// Counts are weighted in units of 2^-20 users where segments are mixed, so that merging stays integer.
constexpr double kWeightUnits = 0x1p20;

}  // namespace

Evaluator::Evaluator(const core::Scenario& scenario, const Layout& layout, const WorkPlan& plan)
    : scenario_(scenario), layout_(layout), users_(plan.users()), scopes_(reportedScopes(scenario)) {}

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

void Evaluator::poolCosts(const std::vector<SlotCounts>& costs,
                          const std::vector<std::vector<std::uint64_t>>& times, SlotCounts& pooled,
                          std::optional<std::size_t> batch) const {
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

WorldOutcome Evaluator::evaluate(const WorldModel& model, const WorldSums& sums,
                                 const std::vector<SlotCounts>& costs) const {
    WorldOutcome outcome;
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
    return outcome;
}

std::vector<std::vector<double>> Evaluator::valuesOf(const WorldModel& model,
                                                     const std::vector<GroupSums>& totals,
                                                     const std::vector<std::vector<Bins>>& bins) const {
    std::vector<std::vector<double>> values;
    std::vector<std::vector<CostSpread>> spreads(layout_.plans);
    for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
        const std::size_t owner = layout_.costsLike[plan];
        for (std::size_t scope = 0; scope < scopes_.size(); ++scope) {
            if (owner == plan)
                spreads[plan].push_back(costSpread(model, plan, scopes_[scope], totals, bins[plan]));
            values.push_back(metricsOf(layout_, model, plan, scopes_[scope], totals, spreads[owner][scope],
                                       bins[owner], scenario_.run.worlds == 1));
        }
    }
    return values;
}

double Evaluator::marginNoise(const WorldModel& model, const WorldSums& sums, std::size_t plan) const {
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

void Evaluator::leaveBatchesOut(const WorldModel& model, const WorldSums& sums,
                                const std::vector<SlotCounts>& costs, RunOutcome& outcome) const {
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
        outcome.without.push_back(valuesOf(model, totals, bins));
        outcome.batchUsers.push_back(users[leftOut]);
    }
}

Evaluator::Bins Evaluator::reduced(const Bins& bins, const std::vector<double>& less) {
    Bins result;
    result.reserve(bins.size());
    for (std::size_t i = 0; i < bins.size(); ++i) {
        if (!(bins[i].weight > less[i])) continue;
        result.push_back(bins[i]);
        result.back().weight -= less[i];
    }
    return result;
}

}  // namespace breakeven::sim
