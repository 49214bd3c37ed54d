#include "sim/report/cost_by_model.hpp"

#include <algorithm>

#include "core/costing/unit_cost.hpp"

namespace breakeven::sim {
namespace {

using core::UnitCost;

/// Mean of a part of the unit costs over the meters.
double sum(const core::Cost& cost, std::span<const double> usage, double UnitCost::*part) {
    const std::vector<UnitCost> units = core::unitCosts(cost, usage.size(), {});
    double total = 0.0;
    for (std::size_t meter = 0; meter < usage.size(); ++meter)
        if (units[meter].*part != 0.0) total += units[meter].*part * usage[meter];
    return total;
}

void makeFree(core::RouteCost& route) {
    if (route.studentAmount) route.studentAmount = core::Parameter{};
    route.studentCostShare = {};
    route.routerAmount = {};
}

}  // namespace

std::vector<ModelCost> costByModel(const core::Cost& cost, std::span<const double> usage) {
    using Kind = ModelCost::Kind;
    const double share = core::valueIn(cost.servingShare, {});
    std::vector<ModelCost> students;
    // The last route first: what a student costs is told with all that comes before it in place, and the
    // students before it are told without those behind them.
    core::Cost probe = cost;
    double before = sum(probe, usage, &UnitCost::list);
    for (std::size_t i = probe.routes.size(); i-- > 0;) {
        makeFree(probe.routes[i]);
        const double after = sum(probe, usage, &UnitCost::list);
        students.push_back({Kind::Student, cost.routes[i].id, share * (before - after), 0.0});
        before = after;
    }
    std::ranges::reverse(students);

    // With every student free, cost at list prices is linear in the prices: each model's are left alone in
    // turn.
    std::vector<std::string> models;
    for (const core::CostRate& rate : cost.rates)
        if (std::ranges::find(models, rate.model) == models.end()) models.push_back(rate.model);
    std::stable_partition(models.begin(), models.end(),
                          [](const std::string& model) { return !model.empty(); });
    std::vector<ModelCost> found;
    for (const std::string& model : models) {
        core::Cost alone = probe;
        for (core::CostRate& rate : alone.rates)
            if (rate.model != model) rate.amount = {};
        found.push_back({model.empty() ? Kind::Unnamed : Kind::Named, model,
                         share * sum(alone, usage, &UnitCost::list), 0.0});
    }
    found.insert(found.end(), students.begin(), students.end());
    found.push_back({Kind::Fleet, {}, sum(cost, usage, &UnitCost::fleet), 0.0});
    found.push_back({Kind::Harm, {}, sum(cost, usage, &UnitCost::harm), 0.0});
    found.push_back({Kind::Production, {}, sum(cost, usage, &UnitCost::production), 0.0});
    std::erase_if(found, [](const ModelCost& item) { return item.cost == 0.0; });
    double total = 0.0;
    for (const ModelCost& item : found) total += item.cost;
    for (ModelCost& item : found) item.share = total > 0.0 ? item.cost / total : 0.0;
    return found;
}

std::string modelTitle(const ModelCost& item) {
    switch (item.kind) {
        case ModelCost::Kind::Named:
            return item.model;
        case ModelCost::Kind::Unnamed:
            return "No model named";
        case ModelCost::Kind::Student:
            return "Student of route " + item.model;
        case ModelCost::Kind::Fleet:
            return "Fleet by use, and units bought";
        case ModelCost::Kind::Harm:
            return "False positives and losses";
        case ModelCost::Kind::Production:
            return "One-off cost by use";
    }
    return {};
}

const char* modelKindName(ModelCost::Kind kind) {
    switch (kind) {
        case ModelCost::Kind::Named:
            return "model";
        case ModelCost::Kind::Unnamed:
            return "unnamed";
        case ModelCost::Kind::Student:
            return "student";
        case ModelCost::Kind::Fleet:
            return "fleet";
        case ModelCost::Kind::Harm:
            return "harm";
        case ModelCost::Kind::Production:
            return "one_off_by_use";
    }
    return "";
}

}  // namespace breakeven::sim
