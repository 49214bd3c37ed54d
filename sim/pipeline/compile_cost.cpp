#include <algorithm>

#include "core/costing/unit_cost.hpp"
#include "sim/pipeline/world_model.hpp"

namespace breakeven::sim {

void compileCost(const core::Cost& cost, std::size_t meters, WorldModel& model) {
    CompiledPlan& plan = model.plans.back();
    const std::vector<core::UnitCost> units = core::unitCosts(cost, meters, model.beliefs);
    const double share = core::valueIn(cost.servingShare, model.beliefs);
    // What is not bought at list price knows no serving share: then it goes into the rates.
    const bool isListOnly =
        std::ranges::all_of(units, [](const core::UnitCost& unit) { return unit.own() == 0.0; });
    CompiledCosting costing;
    for (const core::UnitCost& unit : units)
        costing.rate.push_back(isListOnly ? unit.list : share * unit.list + unit.own());
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
