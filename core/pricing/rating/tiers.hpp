#pragma once

#include <algorithm>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "core/units/decimal.hpp"

/// Every price rule once, as a template on the number type: `Decimal` for invoices, `double` for simulation.
/// Pure functions; quantities below zero count as zero. Rules as billing systems have them: see
/// scenarios/CONFORMANCE.md.
namespace breakeven::core::rating {

/// Usage that a price has no answer for, or a rule that can't be followed (a period without days).
class Refused : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

/// Whether zero usage still pays the flat amount of the first tier.
enum class FlatAtZero { None, FirstTier };

/// How tiers are read; systems differ.
struct TierRules {
    FlatAtZero flatAtZero = FlatAtZero::None;
    std::optional<int> roundTo;  ///< every tier's amounts are rounded to these decimals first; none: never
    bool operator==(const TierRules&) const = default;
};

/// One step of a tiered price. The upper bound is inclusive, the lower one (the tier before) exclusive.
template <typename N>
struct Tier {
    std::optional<N> upTo{};       ///< none: no upper bound
    N unitAmount{0};               ///< per unit; per package where there is a size
    N flatAmount{0};               ///< once when any unit falls in (graduated) or the tier is picked (volume)
    std::optional<N> maxAmount{};  ///< graduated: caps units and flat amount together
    std::optional<N> packageSize{};  ///< > 0: every started package of this many units is paid
    bool operator==(const Tier&) const = default;
};

template <typename N>
[[nodiscard]] N ceilQuotient(const N& units, const N& size) {
    return roundUp(quotient(units, size), 0);
}

/// The amount of a tier for the units that it prices.
template <typename N>
[[nodiscard]] N tierAmount(const Tier<N>& tier, const N& units, const TierRules& rules) {
    N amount = (tier.packageSize ? ceilQuotient(units, *tier.packageSize) : units) * tier.unitAmount;
    N flat = tier.flatAmount;
    if (rules.roundTo) {
        amount = roundHalfAway(amount, *rules.roundTo);
        flat = roundHalfAway(flat, *rules.roundTo);
    }
    amount += flat;
    return tier.maxAmount && *tier.maxAmount < amount ? *tier.maxAmount : amount;
}

/// Units in each tier at the tier's price. Throws Refused above a finite last tier.
template <typename N>
[[nodiscard]] N graduated(std::span<const Tier<N>> tiers, const N& quantity, const TierRules& rules) {
    if (tiers.empty()) throw Refused("the price has no tiers");
    const N zero{0};
    if (!(zero < quantity)) {
        return rules.flatAtZero == FlatAtZero::FirstTier ? tierAmount(tiers.front(), zero, rules) : zero;
    }
    N sum{0};
    N from{0};
    for (const Tier<N>& tier : tiers) {
        const bool isLast = !tier.upTo || !(*tier.upTo < quantity);
        sum += tierAmount(tier, N((isLast ? quantity : *tier.upTo) - from), rules);
        if (isLast) return sum;
        from = *tier.upTo;
    }
    throw Refused("the quantity is above the last tier's up_to");
}

/// All units at the price of the first tier that reaches `picking`, which is the quantity itself unless an
/// earlier or shared usage picks the tier. Throws Refused above a finite last tier.
template <typename N>
[[nodiscard]] N volume(std::span<const Tier<N>> tiers, const N& quantity, const N& picking,
                       const TierRules& rules) {
    const N zero{0};
    if (!(zero < quantity) && rules.flatAtZero == FlatAtZero::None) return N{0};
    const auto tier = std::ranges::find_if(
        tiers, [&](const Tier<N>& item) { return !item.upTo || !(*item.upTo < picking); });
    if (tier == tiers.end()) throw Refused("the quantity is above the last tier's up_to");
    return tierAmount(*tier, zero < quantity ? quantity : zero, rules);
}

}  // namespace breakeven::core::rating
