#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/costing/cost.hpp"

namespace breakeven::sim {

/// What the use served by one model, or by what stands in for one, costs.
struct ModelCost {
    enum class Kind {
        Named,       ///< rates that name the model, whether from a price list or by hand
        Unnamed,     ///< rates that name none
        Student,     ///< the cheaper model of a route, with its router; named after the route
        Fleet,       ///< the own fleet as far as it follows use, and units bought beside it
        Harm,        ///< false positives and losses of guarded steps
        Production,  ///< one-off amounts spread over units
    };
    Kind kind = Kind::Named;
    std::string model;   ///< the model's, or the route's; empty for the other kinds
    double cost = 0.0;   ///< currency units per user-month
    double share = 0.0;  ///< of the cost of all use; 0 where that is 0
};

/// Use x unit cost of all meters by whose prices make it, at base values: named models in the order of their
/// first rate, then the other kinds; those without cost are left out. Their sum is that of the cost by meter.
///
/// Multipliers, guards and retries count with the model whose units they make more of; escalations of a route
/// with the teacher.
///
/// @param usage  mean per user-month, by meter of the scenario
[[nodiscard]] std::vector<ModelCost> costByModel(const core::Cost& cost, std::span<const double> usage);

/// What a row is called: the model, "No model named", "Student of route a".
[[nodiscard]] std::string modelTitle(const ModelCost& item);

/// "model", "unnamed", "student", "fleet", "harm", "one_off_by_use".
[[nodiscard]] const char* modelKindName(ModelCost::Kind kind);

}  // namespace breakeven::sim
