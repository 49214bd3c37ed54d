#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/billing/semantics.hpp"
#include "core/pricing/plan.hpp"
#include "core/pricing/rating/commitments.hpp"
#include "core/pricing/rating/price.hpp"
#include "core/scenario/scenario.hpp"
#include "core/units/decimal.hpp"

namespace breakeven::core {

/// A charge with exact numbers.
struct ExactCharge {
    std::string id;
    std::vector<std::pair<std::size_t, Decimal>> meters;  ///< index and weight
    std::optional<std::size_t> refunds;
    std::optional<std::size_t> events;  ///< meter that counts the events of a percentage
    bool isBucketed = false;            ///< every row of usage is priced by itself
    bool isValueSum = false;            ///< a percentage of the sum of all events' values
    Decimal per = 1;
    rating::QuantityRounding rounding = rating::QuantityRounding::None;
    /// Amounts are times `divisor`, which is 1 where the unit amounts divided by `per` end.
    rating::Price<Decimal> price;
    Decimal divisor = 1;
    std::vector<rating::CapacityTier<Decimal>> capacity;  ///< not empty: the price
    rating::LineBounds<Decimal> bounds;
    rating::Commitment<Decimal> commitment;
};

struct ExactLimit {
    std::string id;
    std::size_t meter = 0;
    Limit::Action action = Limit::Action::Block;
    Decimal amount;
    Decimal keptShare;
    Decimal price;
    Decimal per = 1;
};

struct ExactCredit {
    std::string id;
    Decimal amount;
    std::optional<Decimal> rolloverMax;
    const Credit* terms = nullptr;  ///< in the scenario's plan
};

/// A plan with the decimal digits of the file (base values of beliefs) under one semantics.
struct ExactPlan {
    const Plan* plan = nullptr;  ///< in the scenario, which outlives this
    Semantics semantics;
    int places = 2;  ///< of the currency's minor unit
    std::size_t meterCount = 0;
    Decimal fee;
    std::optional<Decimal> minimum;
    std::optional<Decimal> maximum;
    std::vector<ExactCharge> charges;
    std::vector<ExactLimit> limits;
    std::vector<ExactCredit> credits;
    std::optional<std::pair<Decimal, Decimal>> topUp;  ///< credit of a pack, its price
    std::vector<rating::Coupon<Decimal>> coupons;
    Decimal taxPercent;
};

/// The parameter as exact decimal number.
[[nodiscard]] Decimal exactValue(const Parameter& parameter);

[[nodiscard]] ExactPlan exactPlan(const Scenario& scenario, const Plan& plan, const Semantics& semantics);

}  // namespace breakeven::core
