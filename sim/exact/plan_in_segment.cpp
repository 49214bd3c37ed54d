#include "sim/exact/plan_in_segment.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "core/costing/unit_cost.hpp"

namespace breakeven::sim {
namespace {

bool isLinear(const core::Charge& charge) {
    return std::holds_alternative<core::FlatPrice>(charge.price) ||
           std::holds_alternative<core::UnitPrice>(charge.price);
}

}  // namespace

PlanInSegment::PlanInSegment(const core::Scenario& scenario, const core::Plan& plan,
                             const core::Segment& segment)
    : scenario_(scenario), plan_(plan), cost_(core::costOf(scenario, plan)), usage_(scenario, segment) {}

Maybe PlanInSegment::meanUsage(std::size_t meter) const {
    if (!blocks()) return usage_.mean(meter);
    Meters looked = limitMeters(Limits::Blocks);
    looked[meter] = true;
    const auto layers = layersOver(looked);
    const auto driver = usage_.driver(looked);
    if (!layers || driver->offset[meter] != 0.0) return std::nullopt;
    return layers->expect([&](double x) { return driver->slope[meter] * layers->served(x); });
}

Maybe PlanInSegment::cost() const {
    if (plan_.limits.empty()) {
        const std::vector<double> rates = ratesOf(scenario_, cost_);
        double sum = core::standingCost(cost_, baseValue(scenario_.subscribers), {}).total();
        for (std::size_t meter = 0; meter < rates.size(); ++meter) {
            if (rates[meter] == 0.0) continue;
            const Maybe mean = usage_.mean(meter);
            if (!mean) return std::nullopt;
            sum += rates[meter] * *mean;
        }
        for (const core::ScaleCost& scale : cost_.scales) {
            const Maybe part = usage_.scaleCost(scale.meter, scale.size, core::scaleOptions(scale, {}));
            if (!part) return std::nullopt;
            sum += baseValue(cost_.servingShare) * *part;
        }
        if (!cost_.payments) return sum;
        const Maybe bill = arePaymentsClosed() ? revenue() : std::nullopt;
        if (!bill) return std::nullopt;
        // Everyone pays something, or nothing is taken beside the share of the bill.
        return sum + baseValue(cost_.payments->rate) * *bill + baseValue(cost_.payments->amount);
    }
    const auto layers = layersOver(costMeters());
    if (!layers || !layers->isCostClosed()) return std::nullopt;
    if (cost_.payments && !(arePaymentsClosed() && areChargesClosed(*layers))) return std::nullopt;
    return layers->expect([&](double x) { return layers->cost(x); });
}

Maybe PlanInSegment::revenue() const {
    if (plan_.minimum || plan_.maximum) {
        const auto layers = layersOver(revenueMeters());
        if (!layers || !areChargesClosed(*layers)) return std::nullopt;
        return layers->expect([&](double x) { return layers->revenue(x); });
    }
    double sum = baseValue(plan_.fee);
    for (const core::Charge& charge : plan_.charges) {
        const Maybe part = meanCharge(charge);
        if (!part) return std::nullopt;
        sum += *part;
    }
    return sum;
}

Maybe PlanInSegment::touched() const {
    const auto layers = layersOver(limitMeters(Limits::All));
    if (!layers) return std::nullopt;
    return layers->expect([&](double x) { return layers->touched(x); });
}

Maybe PlanInSegment::losses() const {
    const auto layers = marginLayers();
    if (!layers || core::isDrawn(cost_)) return std::nullopt;
    return layers->expect([&](double x) { return layers->margin(x) < 0.0 ? 1.0 : 0.0; });
}

std::vector<LawPoint> PlanInSegment::marginCells() const {
    const auto layers = marginLayers();
    return layers && !core::isDrawn(cost_) ? layers->marginCells() : std::vector<LawPoint>{};
}

Maybe PlanInSegment::subsidy() const {
    const auto layers = marginLayers();
    if (!layers || core::isDrawn(cost_)) return std::nullopt;
    return layers->expect([&](double x) { return std::max(-layers->margin(x), 0.0); });
}

Maybe PlanInSegment::fixedCost() const {
    const core::StandingCost standing = core::standingCost(cost_, baseValue(scenario_.subscribers), {});
    double sum = standing.total() - standing.marginal();
    const std::vector<core::UnitCost> units = core::unitCosts(cost_, scenario_.meters.size(), {});
    for (std::size_t meter = 0; meter < units.size(); ++meter) {
        if (units[meter].idle == 0.0) continue;
        const Maybe mean = degrades() ? std::nullopt : meanUsage(meter);
        if (!mean) return std::nullopt;
        sum += units[meter].idle * *mean;
    }
    return sum;
}

// Ranks by X are ranks by cost only where the cost of payments does not depend on the bill.
Maybe PlanInSegment::costOfLargest(double share) const {
    const auto layers = layersOver(costMeters());
    if (!layers || !layers->isCostClosed() || cost_.payments || core::isDrawn(cost_)) return std::nullopt;
    return layers->costOfLargest(share);
}

Maybe PlanInSegment::costGini() const {
    const auto layers = layersOver(costMeters());
    if (!layers || !layers->isCostClosed() || cost_.payments || core::isDrawn(cost_)) return std::nullopt;
    return layers->costGini();
}

bool PlanInSegment::blocks() const {
    return std::ranges::any_of(
        plan_.limits, [](const core::Limit& limit) { return limit.action == core::Limit::Action::Block; });
}

bool PlanInSegment::degrades() const {
    return std::ranges::any_of(
        plan_.limits, [](const core::Limit& limit) { return limit.action == core::Limit::Action::Degrade; });
}

bool PlanInSegment::arePaymentsClosed() const {
    return baseValue(plan_.fee) > 0.0 || (plan_.minimum && baseValue(*plan_.minimum) > 0.0) ||
           baseValue(cost_.payments->amount) == 0.0;
}

Meters PlanInSegment::limitMeters(Limits which) const {
    Meters meters(scenario_.meters.size(), false);
    for (const core::Limit& limit : plan_.limits)
        if (which == Limits::All || limit.action == core::Limit::Action::Block) meters[limit.meter] = true;
    return meters;
}

Meters PlanInSegment::costMeters() const {
    Meters meters = limitMeters(Limits::All);
    const std::vector<double> rates = ratesOf(scenario_, cost_);
    for (std::size_t meter = 0; meter < rates.size(); ++meter)
        if (rates[meter] > 0.0) meters[meter] = true;
    if (cost_.payments)
        for (const core::Charge& charge : plan_.charges) addMeters(charge, meters);
    return meters;
}

void PlanInSegment::addMeters(const core::Charge& charge, Meters& meters) {
    for (const core::WeightedMeter& part : charge.meters)
        if (baseValue(part.weight) > 0.0) meters[part.meter] = true;
}

Meters PlanInSegment::revenueMeters() const {
    Meters meters = limitMeters(Limits::Blocks);
    for (const core::Charge& charge : plan_.charges) addMeters(charge, meters);
    return meters;
}

std::optional<TariffLayers> PlanInSegment::layersOver(const Meters& meters) const {
    std::optional<Driver> driver = usage_.driver(meters);
    if (!driver) return std::nullopt;
    TariffLayers layers(scenario_, plan_, std::move(*driver));
    return layers.areLimitsClosed() ? std::optional<TariffLayers>(std::move(layers)) : std::nullopt;
}

bool PlanInSegment::areChargesClosed(const TariffLayers& layers) const {
    return std::ranges::all_of(plan_.charges,
                               [&](const core::Charge& charge) { return layers.isClosed(charge); });
}

std::optional<TariffLayers> PlanInSegment::marginLayers() const {
    Meters meters = costMeters();
    for (const core::Charge& charge : plan_.charges) addMeters(charge, meters);
    auto layers = layersOver(meters);
    if (!layers || !layers->isCostClosed() || !areChargesClosed(*layers)) return std::nullopt;
    if (cost_.payments && !arePaymentsClosed()) return std::nullopt;
    layers->splitAtBreakEven();
    return layers;
}

Maybe PlanInSegment::meanCharge(const core::Charge& charge) const {
    if (isLinear(charge) && !blocks()) {
        double quantity = 0.0;
        for (const core::WeightedMeter& part : charge.meters) {
            const Maybe mean = usage_.mean(part.meter);
            if (!mean) return std::nullopt;
            quantity += baseValue(part.weight) * *mean;
        }
        return priceOf(charge, quantity);
    }
    Meters meters = limitMeters(Limits::Blocks);
    addMeters(charge, meters);
    const auto layers = layersOver(meters);
    if (!layers || !layers->isClosed(charge)) return std::nullopt;
    return layers->expect([&](double x) { return layers->chargeAt(charge, x); });
}

}  // namespace breakeven::sim
