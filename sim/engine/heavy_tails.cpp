#include "sim/engine/heavy_tails.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>
#include <vector>

#include "core/costing/unit_cost.hpp"
#include "core/population/correlation_matrix.hpp"
#include "core/population/usage_law.hpp"
#include "core/units/infinity.hpp"

namespace breakeven::sim {
namespace {

constexpr double kFiniteVariance = 2.0;  // tail indices above it

using Meters = std::vector<bool>;

bool isZero(const core::Parameter& parameter) {
    return parameter.base == 0.0 && !parameter.belief;
}

/// Does the cost of a month hang on drawn multiples whose variance is infinite?
bool isHeavy(const core::MultiplierCost& item, const core::Scenario& scenario) {
    return item.drawnPer && !item.cap &&
           std::ranges::any_of(item.parts, [&](const core::MultiplierCost::Part& part) {
               const bool isPareto = part.kind == core::MultiplierPart::Kind::Pareto;
               return isPareto && core::leastValue(part.b, scenario.beliefs) <= kFiniteVariance;
           });
}

/// By meter: how often its own draw is in a product, over its tail index; 0 for a light tail.
using Tail = std::vector<double>;

/// Is the variance of the product infinite? Log draws have exponential tails, log X = E / index, and with a
/// Gaussian copula E is near z^2 / 2 of a normal score. So P(log product > t) falls as exp(-t / l), where l
/// is the largest sum of tail_i z_i^2 over scores with z' R^-1 z = 1: the largest eigenvalue of sqrt(tail_i
/// tail_j) r_ij, which is 1 / index for one meter and (1 + r) / index for two of one index. A t copula puts
/// all extremes together: the sum. Negative correlations count as none, beliefs as 1.
bool isHeavy(const Tail& tail, const core::Segment& segment) {
    constexpr double kHeavy = 1.0 / kFiniteVariance - 1e-9;
    const double sum = std::accumulate(tail.begin(), tail.end(), 0.0);
    if (segment.copula == core::Copula::T || sum < kHeavy) return sum >= kHeavy;
    const std::size_t n = tail.size();
    core::CorrelationMatrix scores = core::scoreCorrelations(segment, n, {});
    for (const core::Correlation& pair : segment.correlations)
        if (pair.value.belief) scores.set(pair.first, pair.second, 1.0);
    // By powers: the matrix has no negative elements, so they converge from positive ones.
    std::vector<double> vector(n, 1.0);
    double largest = 0.0;
    for (int step = 0; step < 200; ++step) {
        std::vector<double> next(n, 0.0);
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                next[i] += std::sqrt(tail[i] * tail[j]) * std::max(0.0, scores.at(i, j)) * vector[j];
        largest = std::ranges::max(next);
        for (std::size_t i = 0; i < n; ++i) vector[i] = next[i] / largest;
    }
    return largest >= kHeavy;
}

/// Of what a segment uses of each meter under the plan.
std::vector<Tail> tailsOf(const core::Scenario& scenario, const core::Plan& plan,
                          const core::Segment& segment) {
    const std::size_t meters = scenario.meters.size();
    std::vector<Tail> tails(meters, Tail(meters, 0.0));
    for (const core::Usage& usage : segment.usages) {  // parents first
        Tail& tail = tails[usage.meter];
        const bool isBlocked = std::ranges::any_of(plan.limits, [&](const core::Limit& limit) {
            return limit.meter == usage.meter && limit.action == core::Limit::Action::Block;
        });
        if (isBlocked) continue;
        if (usage.per) tail = tails[*usage.per];
        if (const auto index = core::leastTailIndex(usage.distribution, scenario.beliefs))
            tail[usage.meter] += 1.0 / *index;
    }
    return tails;
}

}  // namespace

Meters heavyMeters(const core::Scenario& scenario, const core::Plan& plan, const core::Segment& segment) {
    Meters heavy;
    for (const Tail& tail : tailsOf(scenario, plan, segment)) heavy.push_back(isHeavy(tail, segment));
    return heavy;
}

namespace {

/// What is infinite of a plan in some segment.
struct Hollow {
    Meters usage;
    bool cost = false;
    bool revenue = false;
};

void add(const core::Scenario& scenario, const core::Plan& plan, const core::Segment& segment,
         Hollow& hollow) {
    const Meters heavy = heavyMeters(scenario, plan, segment);
    for (std::size_t meter = 0; meter < heavy.size(); ++meter)
        hollow.usage[meter] = hollow.usage[meter] || heavy[meter];
    const core::Cost& cost = core::costOf(scenario, plan);
    const std::vector<core::UnitCost> units = core::unitCosts(cost, heavy.size(), {});
    const double share = core::valueIn(cost.servingShare, {});
    for (std::size_t meter = 0; meter < heavy.size(); ++meter)
        hollow.cost =
            hollow.cost || (heavy[meter] && (share * units[meter].list > 0.0 || units[meter].own() > 0.0));
    for (const core::MultiplierCost& item : cost.multipliers)
        hollow.cost = hollow.cost || (share > 0.0 && isHeavy(item, scenario));
    const std::vector<Tail> tails = tailsOf(scenario, plan, segment);
    for (const core::ScaleCost& scale : cost.scales) {
        Tail product = tails[scale.meter];
        std::ranges::transform(product, tails[scale.size], product.begin(), std::plus());
        hollow.cost = hollow.cost || (share > 0.0 && isHeavy(product, segment));
    }
    if (plan.maximum) return;
    for (const core::Charge& charge : plan.charges) {
        const bool isFlat = std::holds_alternative<core::FlatPrice>(charge.price) && !charge.exactPrice;
        const bool isHeavy = std::ranges::any_of(charge.meters, [&](const core::WeightedMeter& part) {
            return heavy[part.meter] && !isZero(part.weight);
        });
        hollow.revenue = hollow.revenue || (isHeavy && !isFlat && !charge.terms.maximum);
    }
    for (const core::Limit& limit : plan.limits) {
        using enum core::Limit::Action;
        const bool isBilled = limit.action == Overage || limit.action == AutoBuy;
        hollow.revenue = hollow.revenue || (isBilled && heavy[limit.meter]);
    }
}

Hollow hollowOf(const core::Scenario& scenario, const RowKey& key) {
    Hollow hollow{Meters(scenario.meters.size(), false)};
    const auto plan = std::ranges::find(scenario.plans, key.plan, &core::Plan::id);
    for (const std::size_t index : plan->segments) {
        const core::Segment& segment = scenario.segments[index];
        if (key.segment == kAll || key.segment == segment.id) add(scenario, *plan, segment, hollow);
    }
    return hollow;
}

bool isMeanOf(const core::Scenario& scenario, const Hollow& hollow, std::string_view metric) {
    constexpr std::array<std::string_view, 7> kCosts{
        "cost_per_user", "marginal_cost_per_user", "cross_subsidy_per_user", "cvar95_cost_per_user",
        "cost_gini",     "cost_share_top_1",       "cost_share_top_10"};
    constexpr std::array<std::string_view, 4> kMargins{"margin_per_user", "margin_rate", "margin_total",
                                                       "break_even_fee"};
    if (std::ranges::find(kCosts, metric) != kCosts.end()) return hollow.cost;
    if (std::ranges::find(kMargins, metric) != kMargins.end()) return hollow.cost || hollow.revenue;
    if (metric == "revenue_per_user") return hollow.revenue;
    for (std::size_t meter = 0; meter < hollow.usage.size(); ++meter)
        if (metric == "usage_" + scenario.meters[meter].id + "_per_user") return hollow.usage[meter];
    return false;
}

void empty(Estimate& estimate) {
    estimate.standardError = kInfinity;
    estimate.low = -kInfinity;
    estimate.high = kInfinity;
}

/// Nothing tells a chance, or how much larger it is than another.
void leaveOpen(Estimate& chance, double least) {
    chance.low = least;
    chance.high = 1.0;
    chance.standardError = 0.5 * (1.0 - least);
    chance.bandLow.reset();
    chance.bandHigh.reset();
}

bool isChance(std::string_view metric) {
    return metric == "probability_plan_loses" || metric == "probability_pool_loses";
}

/// At base values a plan loses or it does not, and the mean of a sample can't tell where it need not settle:
/// the exact mean says it, or nothing does.
void judgeByExactMargin(const Estimate& margin, Estimate& loses) {
    if (margin.exact) {
        loses.value = loses.low = loses.high = *margin.exact < 0.0 ? 1.0 : 0.0;
        loses.standardError = 0.0;
    } else {
        leaveOpen(loses, 0.0);
    }
}

}  // namespace

void dropHollowIntervals(const core::Scenario& scenario, RunResult& result) {
    for (MetricRow& row : result.metrics) {
        if (isMeanOf(scenario, hollowOf(scenario, row.key), row.metric)) empty(row.estimate);
    }
    const auto isHollow = [&](const RowKey& key) {
        return isMeanOf(scenario, hollowOf(scenario, key), "margin_per_user");
    };
    for (MetricRow& row : result.metrics) {
        if (!isChance(row.metric) || !isHollow(row.key)) continue;
        if (scenario.run.worlds > 1) {
            leaveOpen(row.estimate, 0.0);  // each world's margin need not settle either
        } else if (row.metric == "probability_plan_loses") {
            judgeByExactMargin(findMetric(result, row.key, "margin_per_user")->estimate, row.estimate);
        }
    }
    for (QuantileRow& row : result.quantiles) {
        if (row.quantity != "break_even_fee" || !isHollow(row.key)) continue;
        row.low = -kInfinity;
        row.high = kInfinity;
    }
    for (DifferenceRow& row : result.differences) {
        RowKey baseline = row.key;
        baseline.plan = row.baseline;
        // The tails of two plans can cancel, but nothing tells so from their terms alone.
        if (isMeanOf(scenario, hollowOf(scenario, row.key), row.metric) ||
            isMeanOf(scenario, hollowOf(scenario, baseline), row.metric)) {
            empty(row.estimate);
            row.noise = true;
        } else if (scenario.run.worlds > 1 && isChance(row.metric) &&
                   (isHollow(row.key) || isHollow(baseline))) {
            leaveOpen(row.estimate, -1.0);
            row.noise = true;
        }
    }
}

}  // namespace breakeven::sim
