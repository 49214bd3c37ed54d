#include "sim/exact/tariff_layers.hpp"

#include <algorithm>
#include <cmath>

#include "core/costing/unit_cost.hpp"
#include "core/units/infinity.hpp"
#include "core/variant/overloaded.hpp"
#include "sim/kernels/scalar_columns.hpp"

namespace breakeven::sim {
namespace {

std::vector<double> tierBounds(const core::Charge& charge) {
    std::vector<double> bounds;
    const auto add = [&](const std::vector<core::Tier>& tiers) {
        bounds.push_back(0.0);
        for (const core::Tier& tier : tiers)
            if (tier.upTo) bounds.push_back(baseValue(*tier.upTo));
    };
    if (const auto* graduated = std::get_if<core::GraduatedPrice>(&charge.price)) add(graduated->tiers);
    if (const auto* volume = std::get_if<core::VolumePrice>(&charge.price)) add(volume->tiers);
    return bounds;
}

}  // namespace

double priceOf(const core::Charge& charge, double quantity) {
    const double per = baseValue(charge.per);
    return std::visit(
        core::Overloaded{
            [&](const core::FlatPrice& price) { return baseValue(price.amount); },
            [&](const core::UnitPrice& price) { return baseValue(price.unitAmount) / per * quantity; },
            [&](const core::GraduatedPrice& price) {
                double sum = 0.0;
                double from = 0.0;
                for (const core::Tier& tier : price.tiers) {
                    const double upTo = tier.upTo ? baseValue(*tier.upTo) : kInfinity;
                    const double inTier = std::min(std::max(quantity - from, 0.0), upTo - from);
                    sum += baseValue(tier.unitAmount) / per * inTier +
                           (inTier > 0.0 ? baseValue(tier.flatAmount) : 0.0);
                    from = upTo;
                }
                return sum;
            },
            [&](const core::VolumePrice& price) {
                double from = 0.0;
                for (const core::Tier& tier : price.tiers) {
                    const double upTo = tier.upTo ? baseValue(*tier.upTo) : kInfinity;
                    if (quantity > from && quantity <= upTo)
                        return baseValue(tier.unitAmount) / per * quantity + baseValue(tier.flatAmount);
                    from = upTo;
                }
                return 0.0;
            },
            [&](const core::PackagePrice& price) {
                const double beyond = std::max(quantity - baseValue(price.freeUnits), 0.0);
                return baseValue(price.amount) * std::ceil(beyond / baseValue(price.size));
            }},
        charge.price);
}

std::vector<double> ratesOf(const core::Scenario& scenario, const core::Cost& cost) {
    std::vector<double> rates;
    for (const core::UnitCost& unit : core::unitCosts(cost, scenario.meters.size(), {}))
        rates.push_back(baseValue(cost.servingShare) * unit.list + unit.own());
    return rates;
}

TariffLayers::TariffLayers(const core::Scenario& scenario, const core::Plan& plan, Driver driver)
    : scenario_(scenario), plan_(plan), cost_(core::costOf(scenario, plan)), driver_(std::move(driver)) {
    for (const core::Limit& limit : plan.limits) {
        const double slope = driver_.slope[limit.meter];
        if (!(slope > 0.0)) continue;  // never reached
        const double point = baseValue(limit.amount) / slope;
        firstLimit_ = std::min(firstLimit_, point);
        if (limit.action == core::Limit::Action::Block) {
            block_ = std::min(block_, point);
        } else {
            degrades_.emplace_back(point, baseValue(limit.costFactor));
        }
        breaks_.push_back(point);
    }
    std::ranges::sort(degrades_);
    for (const core::Charge& charge : plan.charges) {
        const auto [slope, offset] = quantity(charge);
        for (const double bound : tierBounds(charge))
            if (slope > 0.0) breaks_.push_back((bound - offset) / slope);
    }
    fixed_ = core::standingCost(cost_, baseValue(scenario.subscribers), {}).total();
    const std::vector<double> rates = ratesOf(scenario, cost_);
    for (std::size_t meter = 0; meter < rates.size(); ++meter) {
        slope_ += rates[meter] * driver_.slope[meter];
        offset_ += rates[meter] * driver_.offset[meter];
    }
    tidyBreaks();
    if (plan.minimum) addRoots([&](double x) { return rawRevenue(x) - baseValue(*plan_.minimum); });
    if (plan.maximum) addRoots([&](double x) { return rawRevenue(x) - baseValue(*plan_.maximum); });
}

double TariffLayers::cost(double x) const {
    // Each unit of use costs the lowest factor of the limits that were passed before it.
    double effective = 0.0;
    double from = 0.0;
    double factor = 1.0;
    const double end = served(x);
    for (const auto& [point, next] : degrades_) {
        effective += factor * (std::min(point, end) - std::min(from, end));
        from = point;
        factor = std::min(factor, next);
    }
    effective += factor * std::max(end - from, 0.0);
    return fixed_ + slope_ * effective + offset_ + payments(x);
}

double TariffLayers::payments(double x) const {
    return cost_.payments ? core::paymentFee(*cost_.payments, revenue(x), {}) : 0.0;
}

double TariffLayers::rawRevenue(double x) const {
    double sum = baseValue(plan_.fee);
    for (const core::Charge& charge : plan_.charges) sum += chargeAt(charge, x);
    return sum;
}

double TariffLayers::revenue(double x) const {
    double sum = rawRevenue(x);
    if (plan_.maximum) sum = std::min(sum, baseValue(*plan_.maximum));
    if (plan_.minimum) sum = std::max(sum, baseValue(*plan_.minimum));
    return sum;
}

double TariffLayers::chargeAt(const core::Charge& charge, double x) const {
    const auto [slope, offset] = quantity(charge);
    return priceOf(charge, slope * served(x) + offset);
}

double TariffLayers::margin(double x) const {
    return scalar::marginOf(revenue(x), cost(x));
}

void TariffLayers::splitAtBreakEven() {
    addRoots([&](double x) { return revenue(x) - cost(x); });
}

std::vector<LawPoint> TariffLayers::marginCells() const {
    constexpr double kGrowth = 1.01;
    constexpr double kTiny = 1e-15;  // a share that nobody is in
    const double awake = 1.0 - driver_.dormant;
    std::vector<LawPoint> cells;
    if (driver_.dormant > 0.0) cells.push_back({margin(0.0), driver_.dormant});
    if (isDiscrete()) {
        const Points& points = *driver_.points;
        for (std::size_t i = 0; i < points.values.size(); ++i) {
            const double share =
                points.shares.empty() ? 1.0 / static_cast<double>(points.values.size()) : points.shares[i];
            cells.push_back({margin(points.values[i]), awake * share});
        }
        return cells;
    }
    const double mean = core::meanUpTo(driver_.law, kInfinity);
    if (!std::isfinite(mean)) return {};
    std::vector<double> edges = breaks_;
    for (double x = mean; core::shareUpTo(driver_.law, x) > kTiny && x > kTiny * mean; x /= kGrowth)
        edges.push_back(x);
    for (double x = mean; core::shareUpTo(driver_.law, x) < 1.0 - kTiny && x < mean / kTiny; x *= kGrowth)
        edges.push_back(x);
    edges.push_back(kInfinity);
    std::ranges::sort(edges);
    double share = core::shareUpTo(driver_.law, 0.0);
    double sum = 0.0;
    if (share > 0.0) cells.push_back({margin(0.0), awake * share});
    for (const double edge : edges) {
        const double nextShare = core::shareUpTo(driver_.law, edge);
        const double nextSum = core::meanUpTo(driver_.law, edge);
        if (nextShare > share)
            cells.push_back({margin((nextSum - sum) / (nextShare - share)), awake * (nextShare - share)});
        share = nextShare;
        sum = nextSum;
    }
    return cells;
}

double TariffLayers::costOfLargest(double share) const {
    const double awake = 1.0 - driver_.dormant;
    const double within = std::min(share / awake, 1.0);
    double sum = 0.0;
    if (isDiscrete()) {
        const Points& points = *driver_.points;
        const auto n = static_cast<double>(points.values.size());
        double left = points.shares.empty() ? within * n : within;
        for (std::size_t i = points.values.size(); i-- > 0 && left > 0.0;) {
            const double part = points.shares.empty() ? 1.0 : points.shares[i];
            sum += std::min(left, part) * cost(points.values[i]);
            left -= part;
        }
        if (points.shares.empty()) sum /= n;
    } else {
        const double least = within < 1.0 ? quantileOf(driver_.law, 1.0 - within) : 0.0;
        TariffLayers cut = *this;
        cut.breaks_.push_back(least);
        cut.tidyBreaks();
        cut.forPieces([&](double first, double second, double piece, double mean) {
            if (first < least) return;
            const double slope = (cost(second) - cost(first)) / (second - first);
            sum += (cost(first) - slope * first) * piece + (slope == 0.0 ? 0.0 : slope * mean);
        });
        // Of a value with probability that the share cuts through, so much belongs to it.
        const double rest = within - core::shareBeyond(driver_.law, least);
        if (rest > 1e-12) sum += rest * cost(least);
    }
    return awake * sum + std::max(share - awake, 0.0) * cost(0.0);
}

Maybe TariffLayers::costGini() const {
    const double mean = expect([&](double x) { return cost(x); });
    if (!(mean > 0.0)) return std::nullopt;
    const double base = cost(0.0);
    if (!(mean > base)) return 0.0;
    double gini = 0.0;
    if (isDiscrete()) {
        Points costs = *driver_.points;
        for (double& x : costs.values) x = cost(x) - base;
        gini = giniOf(costs);
    } else {
        if (std::isfinite(block_) || !degrades_.empty()) return std::nullopt;
        gini = giniOf(driver_.law);
    }
    if (!std::isfinite(gini)) return std::nullopt;
    return (driver_.dormant + (1.0 - driver_.dormant) * gini) * (mean - base) / mean;
}

bool TariffLayers::isClosed(const core::Charge& charge) const {
    if (std::holds_alternative<core::PackagePrice>(charge.price) && !isDiscrete()) return false;
    return !std::isfinite(block_) || quantity(charge).second == 0.0;
}

bool TariffLayers::areLimitsClosed() const {
    return std::ranges::all_of(plan_.limits,
                               [&](const core::Limit& limit) { return driver_.offset[limit.meter] == 0.0; });
}

std::pair<double, double> TariffLayers::quantity(const core::Charge& charge) const {
    std::pair<double, double> found{0.0, 0.0};
    for (const core::WeightedMeter& part : charge.meters) {
        found.first += baseValue(part.weight) * driver_.slope[part.meter];
        found.second += baseValue(part.weight) * driver_.offset[part.meter];
    }
    return found;
}

void TariffLayers::tidyBreaks() {
    std::erase_if(breaks_, [](double x) { return !(x > 0.0) || !std::isfinite(x); });
    std::ranges::sort(breaks_);
    breaks_.erase(std::unique(breaks_.begin(), breaks_.end()), breaks_.end());
}

}  // namespace breakeven::sim
