#include "sim/engine/world_result.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/stats/pool_law.hpp"
#include "sim/stats/summaries.hpp"

namespace breakeven::sim {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Mean per user-month of a field over the scope.
double meanOf(const Layout& layout, const std::vector<double>& weights, const std::vector<GroupSums>& sums,
              std::size_t plan, Scope scope, std::size_t field) {
    double result = 0.0;
    for (std::size_t s = 0; s < sums.size(); ++s) {
        if (weights[s] == 0.0) continue;
        const std::size_t first = scope.month == Scope::kEvery ? 0 : scope.month;
        const std::size_t last = scope.month == Scope::kEvery ? layout.months : scope.month + 1;
        double sum = 0.0;
        for (std::size_t month = first; month < last; ++month)
            sum += sums[s].monthly[layout.monthly(month, plan, field)];
        result += weights[s] * (sum / (sums[s].users * static_cast<double>(last - first)));
    }
    return result;
}

/// Weights of the segments in a scope; all 0 where the plan is not offered.
std::vector<double> scopeWeights(const WorldModel& model, std::size_t plan, Scope scope) {
    std::vector<double> weights = planWeights(model, plan);
    if (scope.segment == Scope::kEvery) return weights;
    const bool isOffered = model.plans[plan].offered[scope.segment];
    for (std::size_t s = 0; s < weights.size(); ++s) weights[s] = s == scope.segment && isOffered ? 1.0 : 0.0;
    return weights;
}

}  // namespace

std::vector<Scope> reportedScopes(const core::Scenario& scenario) {
    std::vector<Scope> scopes{{Scope::kEvery, Scope::kEvery}};
    if (scenario.segments.size() > 1) {
        for (std::size_t s = 0; s < scenario.segments.size(); ++s) scopes.push_back({s, Scope::kEvery});
    }
    if (scenario.run.months > 1) {
        for (std::size_t m = 0; m < scenario.run.months; ++m) scopes.push_back({Scope::kEvery, m});
    }
    return scopes;
}

std::vector<double> planWeights(const WorldModel& model, std::size_t plan) {
    std::vector<double> weights;
    for (std::size_t s = 0; s < model.segments.size(); ++s) {
        weights.push_back(model.plans[plan].offered[s] ? model.segments[s].weight : 0.0);
    }
    const double total = std::accumulate(weights.begin(), weights.end(), 0.0);
    for (double& weight : weights) weight = total > 0.0 ? weight / total : 0.0;
    return weights;
}

std::vector<WorldMetric> worldMetrics(const core::Scenario& scenario) {
    const std::string money = scenario.currency + "/user-month";
    std::vector<WorldMetric> metrics{{"users_active", "share"}};
    for (const core::Meter& meter : scenario.meters) {
        metrics.push_back({"usage_" + meter.id + "_per_user", meter.unit + "/user-month"});
    }
    metrics.insert(metrics.end(), {{"revenue_per_user", money},
                                   {"cost_per_user", money},
                                   {"margin_per_user", money},
                                   {"margin_rate", "ratio"},
                                   {"loss_making_users", "share"},
                                   {"cross_subsidy_per_user", money},
                                   {"touched_by_limit", "share"},
                                   {"break_even_fee", money},
                                   {"margin_total", scenario.currency + "/month"},
                                   {"breakage_per_user", money},
                                   {"marginal_cost_per_user", money},
                                   {"fixed_cost_per_user", money},
                                   {"wait_hours", "hours"},
                                   {"loss_making_users_horizon", "share", true},
                                   {"probability_pool_loses", "probability", true},
                                   {"cvar95_cost_per_user", money, true},
                                   {"cost_gini", "ratio", true},
                                   {"cost_share_top_1", "share", true},
                                   {"cost_share_top_10", "share", true}});
    return metrics;
}

std::vector<std::size_t> amountMetrics(const core::Scenario& scenario) {
    constexpr std::string_view kAmounts[] = {
        "revenue_per_user",       "cost_per_user",      "margin_per_user",        "margin_rate",
        "break_even_fee",         "margin_total",       "cross_subsidy_per_user", "breakage_per_user",
        "marginal_cost_per_user", "fixed_cost_per_user"};
    const std::vector<WorldMetric> metrics = worldMetrics(scenario);
    std::vector<std::size_t> found;
    for (std::size_t metric = 0; metric < metrics.size(); ++metric)
        if (std::ranges::find(kAmounts, metrics[metric].name) != std::end(kAmounts)) found.push_back(metric);
    return found;
}

MarginMoments marginMoments(const Layout& layout, const WorldModel& model, std::size_t plan,
                            const std::vector<GroupSums>& sums) {
    const std::vector<double> weights = planWeights(model, plan);
    const Scope every{Scope::kEvery, Scope::kEvery};
    const auto months = static_cast<double>(layout.months);
    const double mean = months * (meanOf(layout, weights, sums, plan, every, Layout::kRevenue) -
                                  meanOf(layout, weights, sums, plan, every, Layout::kCost));
    double squares = 0.0;
    double cubes = 0.0;
    for (std::size_t s = 0; s < sums.size(); ++s) {
        if (weights[s] == 0.0) continue;
        const double* horizon = &sums[s].horizon[plan * Layout::kHorizonFields];
        squares += weights[s] * horizon[Layout::kMarginSquares] / sums[s].users;
        cubes += weights[s] * horizon[Layout::kMarginCubes] / sums[s].users;
    }
    const double variance = squares - mean * mean;
    // Rounding alone leaves a spread of this size where all margins are equal.
    if (!(variance > 1e-12 * squares)) return {mean, 0.0, 0.0};
    return {mean, variance, cubes - 3.0 * mean * squares + 2.0 * mean * mean * mean};
}

CostSpread costSpread(const WorldModel& model, std::size_t plan, Scope scope,
                      const std::vector<GroupSums>& sums,
                      const std::vector<std::vector<WeightedBin>>& costBins) {
    if (scope.month != Scope::kEvery) return {};
    const std::vector<double> weights = scopeWeights(model, plan, scope);
    std::vector<std::vector<WeightedBin>> lists;
    for (std::size_t s = 0; s < sums.size(); ++s) {
        if (weights[s] == 0.0) continue;
        lists.push_back(costBins[s]);
        const double scale = weights[s] / sums[s].users;
        for (WeightedBin& bin : lists.back()) bin.weight *= scale;
    }
    if (lists.empty()) return {};
    const std::vector<WeightedBin> bins = mergedBins(std::move(lists));
    if (bins.empty()) return {kNone, kNone, kNone, kNone};
    return {meanOfLargest(bins, 0.05), giniOf(bins), shareOfLargest(bins, 0.01), shareOfLargest(bins, 0.10)};
}

namespace {

/// The part of the mean cost that one more user does not cause; NaN where cheaper use beyond a limit hides
/// how much of a fleet stands idle.
template <typename MeanUsage>
double fixedCostOf(const CompiledPlan& plan, MeanUsage meanUsage) {
    double fixed = plan.standingCost - plan.marginalStanding;
    for (std::size_t meter = 0; meter < plan.idleRate.size(); ++meter)
        if (plan.idleRate[meter] > 0.0) fixed += plan.idleRate[meter] * meanUsage(meter);
    return plan.idleRate.empty() || plan.degrades.empty() ? fixed : kNone;
}

/// A difference that is nothing but the rounding of what it was taken from is 0.
double withoutRounding(double difference, double of) {
    return std::abs(difference) > 1e-12 * std::abs(of) || std::isnan(difference) ? difference : 0.0;
}

/// Is the gamma law of three moments too far off to be lost in the noise of a world with so many users?
/// Measured on lognormal costs, sigma 1.6: it misses by 0.003 at a skewness of 0.5, by 0.05 at 1.6; the noise
/// is some 0.4 sqrt(people / users). Too far is a tenth of it.
bool isTooSkewed(double skewness, double people, double users) {
    return skewness * skewness > 3.3 * std::sqrt(people / users);
}

/// Of the horizon, from its moments; of one month's bills that do not depend on use from the law of the cost
/// where that matters, since it knows how heavy the tail of a small pool is.
double probabilityPoolLoses(const Layout& layout, const WorldModel& model, std::size_t plan,
                            const std::vector<GroupSums>& sums,
                            const std::vector<std::vector<WeightedBin>>& costBins, PoolGrid grid) {
    const std::size_t steps = std::size_t{1} << (grid == PoolGrid::Fine ? 15 : 11);
    const MarginMoments moments = marginMoments(layout, model, plan, sums);
    const double people = model.subscribers;
    const double skewness = moments.third / (moments.variance * std::sqrt(moments.variance * people));
    double users = 0.0;
    for (const GroupSums& segment : sums) users += segment.users;
    const CompiledPlan& terms = model.plans[plan];
    const bool isCounted = std::ranges::any_of(costBins, [](const auto& bins) { return !bins.empty(); });
    if (!isCounted) return kNone;
    if (layout.months != 1 || !terms.charges.empty() || terms.terms || !(moments.variance > 0.0) ||
        !(grid != PoolGrid::WhereSkewed || isTooSkewed(skewness, people, users)))
        return probabilitySumBelowZero(moments.mean, moments.variance, moments.third, people);
    const std::vector<double> weights = planWeights(model, plan);
    std::vector<LawPoint> law;
    for (std::size_t s = 0; s < sums.size(); ++s) {
        if (weights[s] == 0.0) continue;
        const double* month = &sums[s].monthly[layout.monthly(0, plan, 0)];
        const double revenue = month[Layout::kRevenue] / sums[s].users;
        double counted = 0.0;
        for (const WeightedBin& bin : costBins[s]) counted += bin.weight;
        const auto add = [&](double cost, double weight) {
            if (!(weight > 0.0)) return;
            const double margin = revenue - cost;
            const bool isRounding = std::abs(margin) <= 1e-12 * std::abs(cost);
            law.push_back({isRounding ? 0.0 : margin, weights[s] * (weight / counted)});
        };
        for (const WeightedBin& bin : costBins[s]) {
            add(bin.low, bin.lowShare * bin.weight);
            add(bin.high, bin.highShare * bin.weight);
            // Two points with the mean and the variance of what lies evenly between.
            const double half = (bin.high - bin.low) / std::sqrt(12.0);
            const double between = 0.5 * (1.0 - bin.lowShare - bin.highShare) * bin.weight;
            add(0.5 * (bin.low + bin.high) - half, between);
            add(0.5 * (bin.low + bin.high) + half, between);
        }
    }
    return probabilityPoolLoses(law, static_cast<std::uint64_t>(std::max(std::llround(people), 1LL)), steps);
}

/// The fee at which the mean margin is zero; NaN where the bill does not rise with it for every user.
double breakEvenFee(const CompiledPlan& plan, double margin) {
    if (!plan.isLinearInFee()) return kNone;
    if (!plan.payments) return plan.fee - margin;
    // From no fee on some bills would begin to be paid for.
    if (plan.payments->amount > 0.0 && !(plan.fee > 0.0)) return kNone;
    return plan.fee - margin / (1.0 - plan.payments->rate);
}

}  // namespace

std::vector<double> metricsOf(const Layout& layout, const WorldModel& model, std::size_t plan, Scope scope,
                              const std::vector<GroupSums>& sums, const CostSpread& costs,
                              const std::vector<std::vector<WeightedBin>>& costBins, PoolGrid grid) {
    const CompiledPlan& terms = model.plans[plan];
    const bool isOneSegment = scope.segment != Scope::kEvery;
    const std::vector<double> weights = scopeWeights(model, plan, scope);
    const std::size_t count = 1 + layout.meters + 19;
    const double weight = std::accumulate(weights.begin(), weights.end(), 0.0);
    if (!(weight > 0.0)) return std::vector<double>(count, kNone);

    const auto mean = [&](std::size_t field) { return meanOf(layout, weights, sums, plan, scope, field); };
    std::vector<double> values{mean(Layout::kActive)};
    for (std::size_t meter = 0; meter < layout.meters; ++meter)
        values.push_back(mean(Layout::kUsage + meter));
    const double revenue = mean(Layout::kRevenue);
    const double cost = mean(Layout::kCost);
    const double margin = revenue - cost;
    const double fixed = fixedCostOf(terms, [&](std::size_t meter) { return mean(Layout::kUsage + meter); });
    const bool hasCredits = terms.terms && (!terms.terms->credits.empty() || terms.terms->topUp);
    const std::vector<double> offeredWeights = planWeights(model, plan);
    double pool = model.subscribers;
    if (isOneSegment) pool *= offeredWeights[scope.segment];
    values.insert(
        values.end(),
        {revenue, cost, margin, revenue > 0.0 ? margin / revenue : kNone, mean(Layout::kLosses),
         mean(Layout::kSubsidy), terms.isLimited() ? mean(Layout::kTouched) : kNone,
         breakEvenFee(terms, margin), margin * pool, hasCredits ? mean(Layout::kBreakage) : kNone,
         withoutRounding(cost - fixed, cost), fixed, terms.makesWait() ? mean(Layout::kWait) : kNone});
    if (scope.month != Scope::kEvery) {
        values.resize(count, kNone);
        return values;
    }
    double horizonLosses = 0.0;
    for (std::size_t s = 0; s < sums.size(); ++s) {
        if (weights[s] == 0.0) continue;
        horizonLosses += weights[s] *
                         sums[s].horizon[plan * Layout::kHorizonFields + Layout::kHorizonLosses] /
                         sums[s].users;
    }
    const double poolLoses =
        isOneSegment ? kNone : probabilityPoolLoses(layout, model, plan, sums, costBins, grid);
    const bool hasCost = cost > 0.0;
    values.insert(values.end(), {horizonLosses, poolLoses, costs.cvar95, hasCost ? costs.gini : kNone,
                                 hasCost ? costs.top1 : kNone, hasCost ? costs.top10 : kNone});
    return values;
}

}  // namespace breakeven::sim
