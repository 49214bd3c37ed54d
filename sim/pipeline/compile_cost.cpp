#include <algorithm>
#include <utility>

#include "core/costing/unit_cost.hpp"
#include "sim/pipeline/world_model.hpp"

namespace breakeven::sim {
namespace {

/// What is drawn event by event. The cost of a unit is linear in every multiple and in every loss, so the
/// part of its rate that one of them makes is what is missing without it.
///
/// @param rate  of a meter, of a cost
template <typename Rate>
void addDrawn(const core::Cost& cost, std::span<const double> draws, CompiledCosting& costing, Rate rate) {
    if (!core::isDrawn(cost)) return;
    core::Cost without = cost;
    for (std::size_t i = 0; i < cost.multipliers.size(); ++i) {
        const core::MultiplierCost& item = cost.multipliers[i];
        if (!item.drawnPer) continue;
        CompiledAnswers answers;
        answers.parts = core::multiplierParts(item, draws);
        if (item.cap) answers.cap = core::valueIn(*item.cap, draws);
        answers.mean = core::meanMultiplier(answers.parts, answers.cap);
        without.multipliers[i].parts = {{core::MultiplierPart::Kind::Value, std::nullopt, {0.0, {}}, {}}};
        answers.meter = *item.drawnPer;
        for (const std::size_t meter : item.meters) {
            const double part = costing.rate[meter] - rate(without, meter);
            if (part > 0.0) answers.rates.emplace_back(meter, part);
        }
        if (!answers.rates.empty()) costing.answers.push_back(std::move(answers));
        without.multipliers[i] = item;
    }
    for (std::size_t i = 0; i < cost.guards.size(); ++i) {
        const core::GuardCost& item = cost.guards[i];
        if (!item.areIncidentsDrawn) continue;
        const core::Guard guard = core::guardNumbers(item, draws);
        CompiledIncidents incidents;
        incidents.meter = item.meter;
        incidents.terms.loss = guard.loss;
        incidents.terms.sigma = core::valueIn(item.lossSigma, draws);
        without.guards[i].loss = {};
        incidents.rate = costing.rate[item.meter] - rate(without, item.meter);
        without.guards[i] = item;
        if (!(incidents.rate > 0.0)) continue;
        // With retries, more of them: as many as there are attempts.
        incidents.terms.perUnit = incidents.rate / guard.loss;
        costing.incidents.push_back(incidents);
    }
}

}  // namespace

void compileCost(const core::Cost& cost, std::size_t meters, WorldModel& model) {
    CompiledPlan& plan = model.plans.back();
    const std::vector<core::UnitCost> units = core::unitCosts(cost, meters, model.beliefs);
    const double share = core::valueIn(cost.servingShare, model.beliefs);
    // What is not bought at list price knows no serving share: then it goes into the rates.
    const bool isListOnly =
        std::ranges::all_of(units, [](const core::UnitCost& unit) { return unit.own() == 0.0; });
    const auto rateOf = [&](const core::UnitCost& unit) {
        return isListOnly ? unit.list : share * unit.list + unit.own();
    };
    CompiledCosting costing;
    for (const core::UnitCost& unit : units) costing.rate.push_back(rateOf(unit));
    addDrawn(cost, model.beliefs, costing, [&](const core::Cost& other, std::size_t meter) {
        return rateOf(core::unitCosts(other, meters, model.beliefs)[meter]);
    });
    for (const core::ScaleCost& scale : cost.scales) {
        costing.scales.push_back({scale.meter, scale.size, core::scaleOptions(scale, model.beliefs)});
        if (isListOnly) continue;
        for (core::ScaleOption& option : costing.scales.back().options) {
            option.base *= share;
            option.slope *= share;
        }
    }
    plan.servingShare = isListOnly ? share : 1.0;
    if (std::ranges::any_of(units, [](const core::UnitCost& unit) { return unit.idle > 0.0; }))
        for (const core::UnitCost& unit : units) plan.idleRate.push_back(unit.idle);
    const core::StandingCost standing = core::standingCost(cost, model.subscribers, model.beliefs);
    plan.standingCost = standing.total();
    plan.marginalStanding = standing.marginal();
    if (cost.payments) {
        plan.payments = {core::valueIn(cost.payments->rate, model.beliefs),
                         core::valueIn(cost.payments->amount, model.beliefs)};
    }
    const auto same = std::ranges::find(model.costings, costing);
    plan.costing = static_cast<std::size_t>(same - model.costings.begin());
    if (same == model.costings.end()) model.costings.push_back(std::move(costing));
}

}  // namespace breakeven::sim
