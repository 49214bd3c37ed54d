#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/report/cost_by_model.hpp"
#include "sim/report/fleet_view.hpp"
#include "sim/report/results_csv.hpp"
#include "sim/report/results_table.hpp"
#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// A step on the way from the list price of a user-month to its full cost.
struct CostStep {
    std::string id;                ///< "serving_share"
    std::string title;             ///< "Serving share"
    double change = 0.0;           ///< what the step adds; currency units per user-month
    double total = 0.0;            ///< after it
    bool isBeyondAverage = false;  ///< comes after the average variable cost
};

/// What the use of one meter costs.
struct MeterCost {
    std::string meter;
    std::string unit;
    double usage = 0.0;      ///< mean per user-month
    double listPrice = 0.0;  ///< of a unit, without cache and what follows
    double unitCost = 0.0;   ///< of a unit in the end
    double cost = 0.0;       ///< per user-month
};

/// What a plan's user costs at base values, step by step. Average, marginal and fully loaded cost are three
/// numbers: what use costs with a fleet at its utilisation; what one more user adds, a fleet's capital and
/// operation left out; all of it.
struct CostBreakdown {
    std::string plan;
    std::string currency;
    std::vector<CostStep> steps;  ///< the last total is the fully loaded cost
    std::vector<MeterCost> meters;
    double average = 0.0;  ///< variable cost
    double marginal = 0.0;
    double fixed = 0.0;  ///< fully loaded less marginal
    double loaded = 0.0;
    double standardError = 0.0;  ///< of the fully loaded cost; 0: by a closed form
    std::optional<FleetView> fleet;
    std::vector<ModelCost> models;  ///< their sum is that of `meters`
};

/// Does a step change nothing that could be shown?
[[nodiscard]] bool isNoChange(const CostBreakdown& breakdown, const CostStep& step);

/// Does any plan have a cost at all, be it zero?
[[nodiscard]] bool hasCost(const core::Scenario& scenario);

/// @param plan  index into the scenario's plans
/// @param base  a run of the scenario with one world: where a mean has no closed form, its estimate is taken
[[nodiscard]] CostBreakdown costBreakdown(const core::Scenario& scenario, std::size_t plan,
                                          const RunResult& base);

/// One of the costs of a user that are kept apart.
struct CostFigure {
    std::string id;          ///< "marginal_cost"
    std::string title;       ///< "Marginal cost"
    std::string definition;  ///< one sentence
    double value = 0.0;      ///< currency units per user-month
    std::string text;        ///< as the tables show it
};
/// Average variable, marginal, fixed and fully loaded cost.
[[nodiscard]] std::vector<CostFigure> costFigures(const CostBreakdown& breakdown);

/// The steps as a table, those that change nothing left out.
[[nodiscard]] Table costStepTable(const CostBreakdown& breakdown);
[[nodiscard]] Table costMeterTable(const CostBreakdown& breakdown);
/// Cost by whose prices make it.
[[nodiscard]] Table costModelTable(const CostBreakdown& breakdown);
/// The fleet in numbers; no rows where there is none.
[[nodiscard]] Table fleetTable(const CostBreakdown& breakdown);

/// cost.csv and, where any plan has a fleet, fleet.csv with its curve, as name and bytes.
[[nodiscard]] std::vector<NamedText> costCsv(const std::string& scenario,
                                             const std::vector<CostBreakdown>& breakdowns);

/// The same as JSON, absent numbers null.
[[nodiscard]] std::string costJson(const std::string& scenario, const std::vector<CostBreakdown>& breakdowns);

}  // namespace breakeven::sim
