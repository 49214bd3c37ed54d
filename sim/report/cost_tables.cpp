#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text/json_text.hpp"
#include "sim/report/cost_breakdown.hpp"
#include "sim/report/csv_text.hpp"
#include "sim/report/number_text.hpp"
#include "sim/report/table_cells.hpp"

namespace breakeven::sim {
namespace {

using Json = nlohmann::ordered_json;

TableCell numberCell(double value, double standardError = 0.0) {
    if (!std::isfinite(value)) return {"-", std::nullopt, ""};
    return {formatWithError(value, standardError), value, ""};
}

std::string perUser(const CostBreakdown& breakdown) {
    return breakdown.currency + "/user-month";
}

/// What is told of a waiting line: name, value, unit.
struct FleetFact {
    const char* id;
    const char* title;
    std::optional<double> value;
    std::string unit;
};

/// A number of the fleet; of chances and waits that nobody will ever see only that they are tiny.
TableCell factCell(const FleetFact& fact) {
    constexpr double kTiny = 1e-9;
    TableCell cell = numberCell(fact.value.value_or(std::nan("")));
    if (fact.value && *fact.value > 0.0 && *fact.value < kTiny) cell.text = "< 1e-9";
    return cell;
}

void addWait(const std::optional<FleetWait>& wait, bool isPeak, std::vector<FleetFact>& facts) {
    if (!wait) return;
    facts.push_back({isPeak ? "load_at_peak" : "load_at_mean", isPeak ? "Load at the peak" : "Mean load",
                     wait->utilisation, "share"});
    facts.push_back({isPeak ? "wait_probability_at_peak" : "wait_probability_at_mean",
                     isPeak ? "A request waits at the peak" : "A request waits at the mean load",
                     wait->probability, "probability"});
    facts.push_back({isPeak ? "mean_wait_at_peak" : "mean_wait_at_mean",
                     isPeak ? "Mean wait at the peak" : "Mean wait at the mean load", wait->meanSeconds,
                     "s"});
    facts.push_back({isPeak ? "wait_95_at_peak" : "wait_95_at_mean",
                     isPeak ? "95 % wait no longer at the peak" : "95 % wait no longer at the mean load",
                     wait->seconds95, "s"});
}

std::vector<FleetFact> fleetFacts(const CostBreakdown& breakdown) {
    const FleetView& fleet = *breakdown.fleet;
    const std::string money = breakdown.currency;
    std::vector<FleetFact> facts{
        {"gpu_hour", "A GPU for an hour", fleet.hour.total(), money},
        {"gpu_hour_capital", "of it capital", fleet.hour.capital, money},
        {"gpu_hour_power", "of it power", fleet.hour.power, money},
        {"gpu_hour_operation", "of it operation", fleet.hour.ops, money},
        {"units_per_month", "Units made", fleet.unitsPerMonth, "unit/month"},
        {"units_per_second", "Units made, mean", fleet.unitsPerSecond, "unit/s"},
        {"gpus_at_full_load", "GPUs at full load", fleet.fullLoad, "GPU"},
        {"gpus", "GPUs", fleet.gpus, "GPU"},
        {"utilisation", "Utilisation", fleet.utilisation, "share"},
        {"peak_to_mean", "Peak / mean", fleet.peakToMean, "ratio"},
        {"fleet_cost", "Cost of the fleet", fleet.amountPerMonth, money + "/month"},
        {"cost_per_million", "A million units", fleet.perMillion, money},
        {"market_price", "A million units on the market", fleet.marketPrice, money},
        {"break_even_utilisation", "Break-even utilisation", fleet.breakEvenUtilisation, "share"},
        {"beyond_capacity", "Units in hours beyond capacity", fleet.beyondCapacity, "share"}};
    addWait(fleet.waitAtMean, false, facts);
    addWait(fleet.waitAtPeak, true, facts);
    return facts;
}

}  // namespace

std::vector<CostFigure> costFigures(const CostBreakdown& breakdown) {
    std::vector<CostFigure> figures{
        {"average_variable_cost",
         "Average variable cost",
         "What a user causes in a month: use (a fleet that follows demand at its utilisation), payments, "
         "support. Nothing that all subscribers share.",
         breakdown.average,
         {}},
        {"marginal_cost",
         "Marginal cost",
         "What one more user adds in a month: average and one-off cost by use, without a fleet's capital and "
         "operation, which are there already.",
         breakdown.marginal,
         {}},
        {"fixed_cost",
         "Fixed cost",
         "What stays when one user leaves: fully loaded less marginal cost.",
         breakdown.fixed,
         {}},
        {"fully_loaded_cost",
         "Fully loaded cost",
         "All costs of a month divided by the subscribers: use, fleet, one-off, fixed and free users.",
         breakdown.loaded,
         {}}};
    for (CostFigure& figure : figures) figure.text = numberCell(figure.value, breakdown.standardError).text;
    return figures;
}

Table costStepTable(const CostBreakdown& breakdown) {
    Table table;
    table.columns = {{"Step", "", "What is added on the way from the list price to the full cost.", true},
                     {"Change", perUser(breakdown), "What the step adds.", false},
                     {"Cost", perUser(breakdown), "Cost of a user and month after the step.", false}};
    for (const CostStep& step : breakdown.steps) {
        if (isNoChange(breakdown, step)) continue;
        table.rows.push_back({textCell(step.title), numberCell(step.change, breakdown.standardError),
                              numberCell(step.total, breakdown.standardError)});
    }
    for (const CostFigure& figure : costFigures(breakdown)) {
        TableCell total = numberCell(figure.value, breakdown.standardError);
        total.detail = figure.definition;
        table.rows.push_back({textCell(figure.title), textCell(""), std::move(total)});
    }
    return table;
}

Table costMeterTable(const CostBreakdown& breakdown) {
    Table table;
    table.columns = {{"Meter", "", "What is counted.", true},
                     {"Use", "/user-month", "Mean use after the plan's limits.", false},
                     {"List price", breakdown.currency + "/unit", "Of a unit, without what follows.", false},
                     {"Unit cost", breakdown.currency + "/unit", "Of a unit in the end.", false},
                     {"Cost", perUser(breakdown), "Use x unit cost.", false}};
    for (const MeterCost& meter : breakdown.meters) {
        table.rows.push_back({textCell(meter.meter), numberCell(meter.usage), numberCell(meter.listPrice),
                              numberCell(meter.unitCost), numberCell(meter.cost)});
    }
    return table;
}

Table costModelTable(const CostBreakdown& breakdown) {
    Table table;
    table.columns = {{"Model", "", "Whose prices make the cost, or what stands in for a model.", true},
                     {"Cost", perUser(breakdown), "Of the use that it serves.", false},
                     {"Share", "", "Of the cost of all use.", false}};
    for (const ModelCost& item : breakdown.models) {
        table.rows.push_back({textCell(modelTitle(item)),
                              numberCell(item.cost),
                              {percentText(item.share, 1e-3), item.share, ""}});
    }
    return table;
}

Table fleetTable(const CostBreakdown& breakdown) {
    Table table;
    table.columns = {{"Fleet", "", "At base values, for all subscribers.", true},
                     {"Value", "", "", false},
                     {"Unit", "", "", true}};
    if (!breakdown.fleet) return table;
    for (const FleetFact& fact : fleetFacts(breakdown)) {
        table.rows.push_back({textCell(fact.title), factCell(fact), textCell(fact.unit)});
    }
    return table;
}

std::vector<NamedText> costCsv(const std::string& scenario, const std::vector<CostBreakdown>& breakdowns) {
    CsvText csv({"scenario", "plan", "part", "item", "value", "unit"});
    CsvText fleet({"scenario", "plan", "utilisation", "cost_per_million", "market_price", "unit"});
    bool hasFleet = false;
    for (const CostBreakdown& breakdown : breakdowns) {
        const auto add = [&](std::string_view part, std::string_view item, const std::optional<double>& value,
                             std::string_view unit) {
            csv.text(scenario).text(breakdown.plan).text(part).text(item).number(value).text(unit).endRow();
        };
        const std::string money = perUser(breakdown);
        for (const CostStep& step : breakdown.steps) {
            add("step", step.id, step.change, money);
            add("after_step", step.id, step.total, money);
        }
        for (const CostFigure& figure : costFigures(breakdown)) add("cost", figure.id, figure.value, money);
        add("cost", "standard_error", breakdown.standardError, money);
        for (const MeterCost& meter : breakdown.meters) {
            const std::string perUnit = breakdown.currency + "/" + meter.unit;
            add("usage", meter.meter, meter.usage, meter.unit + "/user-month");
            add("list_price", meter.meter, meter.listPrice, perUnit);
            add("unit_cost", meter.meter, meter.unitCost, perUnit);
            add("meter_cost", meter.meter, meter.cost, money);
        }
        if (breakdown.fleet)
            for (const FleetFact& fact : fleetFacts(breakdown)) add("fleet", fact.id, fact.value, fact.unit);
        for (const ModelCost& item : breakdown.models) {
            const bool isModel = item.kind == ModelCost::Kind::Named;
            const bool isStudent = item.kind == ModelCost::Kind::Student;
            add(isModel     ? "model_cost"
                : isStudent ? "student_cost"
                            : "other_cost",
                isModel || isStudent ? item.model : modelKindName(item.kind), item.cost, money);
        }
        if (!breakdown.fleet) continue;
        hasFleet = true;
        for (const FleetPoint& point : breakdown.fleet->curve) {
            fleet.text(scenario).text(breakdown.plan).number(point.utilisation).number(point.amount);
            fleet.number(breakdown.fleet->marketPrice).text(breakdown.currency).endRow();
        }
    }
    std::vector<NamedText> files{{"cost.csv", csv.bytes()}};
    if (hasFleet) files.push_back({"fleet.csv", fleet.bytes()});
    return files;
}

std::string costJson(const std::string& scenario, const std::vector<CostBreakdown>& breakdowns) {
    Json plans = Json::array();
    for (const CostBreakdown& breakdown : breakdowns) {
        Json steps = Json::array();
        for (const CostStep& step : breakdown.steps)
            steps.push_back(
                {{"id", step.id}, {"title", step.title}, {"change", step.change}, {"total", step.total}});
        Json meters = Json::array();
        for (const MeterCost& meter : breakdown.meters)
            meters.push_back({{"meter", meter.meter},
                              {"unit", meter.unit},
                              {"usage", meter.usage},
                              {"list_price", meter.listPrice},
                              {"unit_cost", meter.unitCost},
                              {"cost", meter.cost}});
        Json plan{{"id", breakdown.plan}};
        for (const CostFigure& figure : costFigures(breakdown))
            plan[figure.id] = core::numberOrNull(figure.value);
        plan["standard_error"] = breakdown.standardError;
        plan["unit"] = perUser(breakdown);
        plan["steps"] = std::move(steps);
        plan["meters"] = std::move(meters);
        plan["fleet"] = nullptr;
        if (breakdown.fleet) {
            Json fleet = Json::object();
            for (const FleetFact& fact : fleetFacts(breakdown))
                fleet[fact.id] = core::numberOrNull(fact.value);
            Json curve = Json::array();
            for (const FleetPoint& point : breakdown.fleet->curve)
                curve.push_back({{"utilisation", point.utilisation}, {"cost_per_million", point.amount}});
            fleet["curve"] = std::move(curve);
            plan["fleet"] = std::move(fleet);
        }
        Json models = Json::array();
        for (const ModelCost& item : breakdown.models) {
            models.push_back({{"model", item.model.empty() ? Json(nullptr) : Json(item.model)},
                              {"kind", modelKindName(item.kind)},
                              {"cost", item.cost},
                              {"share", item.share}});
        }
        plan["models"] = std::move(models);
        plans.push_back(std::move(plan));
    }
    const Json document{{"format", 1}, {"scenario", scenario}, {"plans", std::move(plans)}};
    return core::jsonText(document);
}

}  // namespace breakeven::sim
