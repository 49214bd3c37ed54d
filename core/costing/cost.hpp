#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/population/belief.hpp"

namespace breakeven::core {

/// List price of a meter: `amount` currency units per `per` units of it.
struct CostRate {
    std::string id;          ///< for --set: the file's, else the meter's, else the index from 1
    std::size_t meter = 0;   ///< index into Scenario::meters
    Parameter per{1.0, {}};  ///< > 0
    Parameter amount;        ///< >= 0
    bool operator==(const CostRate&) const = default;
};

/// A monthly amount, shared by the subscribers.
struct FixedCost {
    std::string id;
    Parameter amount;  ///< >= 0, currency units a month
    bool operator==(const FixedCost&) const = default;
};

/// What usage costs us. Cost of a user-month = serving share x sum of rates x usage + fixed / subscribers.
struct Cost {
    Parameter servingShare{1.0, {}};  ///< own cost / list price, >= 0
    std::vector<CostRate> rates;
    std::vector<FixedCost> fixed;
    bool operator==(const Cost&) const = default;
};

}  // namespace breakeven::core
