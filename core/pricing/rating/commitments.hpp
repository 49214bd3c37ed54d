#pragma once

#include <algorithm>
#include <optional>

#include "core/pricing/rating/percentage.hpp"
#include "core/pricing/rating/tiers.hpp"

namespace breakeven::core::rating {

/// What bounds the charge of a line, in the order percent discount, cap, minimum.
template <typename N>
struct LineBounds {
    N discountPercent{0};
    std::optional<N> minimum{};
    std::optional<N> maximum{};
    N alreadyBilled{0};          ///< in the same period; counts towards cap and minimum
    bool isLastInPeriod = true;  ///< the minimum is only asked for at the end of the period
};

/// The parts of a bounded line. It adds usage - percentDiscount - capDiscount + trueUp.
template <typename N>
struct BoundedLine {
    N usage{0};
    N percentDiscount{0};
    N capDiscount{0};
    N trueUp{0};
    [[nodiscard]] N amount() const { return usage - percentDiscount - capDiscount + trueUp; }
};

/// Bounds a charge that is rounded to `places` already; what is taken off and added is rounded too.
template <typename N>
[[nodiscard]] BoundedLine<N> boundedLine(const N& usage, const LineBounds<N>& bounds, int places) {
    const N zero{0};
    BoundedLine<N> line;
    line.usage = usage;
    line.percentDiscount = roundHalfAway(percentOf(usage, bounds.discountPercent), places);
    N amount = usage - line.percentDiscount;
    if (bounds.maximum && zero < amount) {
        const N room = std::max(N(*bounds.maximum - bounds.alreadyBilled), zero);
        if (room < amount) line.capDiscount = amount - room;
        amount -= line.capDiscount;
    }
    if (bounds.minimum && bounds.isLastInPeriod) {
        const N missing = *bounds.minimum - bounds.alreadyBilled - amount;
        if (zero < missing) line.trueUp = roundHalfAway(missing, places);
    }
    return line;
}

/// What is missing to a minimum that holds for `days` of `daysInPeriod`.
template <typename N>
[[nodiscard]] N trueUp(const N& minimum, const N& used, const N& days, const N& daysInPeriod) {
    if (!(N{0} < daysInPeriod)) throw Refused("the period has no days");
    return std::max(N(quotient(N(minimum * days), daysInPeriod) - used), N{0});
}

/// A commitment of money with what lies beyond it at another price.
template <typename N>
struct Commitment {
    std::optional<N> amount{};  ///< after what earlier usage took of it; none: no commitment
    N overageFactor{1};         ///< > 0
    bool hasTrueUp = false;     ///< whether the unused rest of the commitment is paid
};

template <typename N>
struct CommittedCharge {
    N utilized{0};
    N overage{0};
    N trueUp{0};
    [[nodiscard]] N amount() const { return utilized + overage + trueUp; }
};

template <typename N>
[[nodiscard]] CommittedCharge<N> committedCharge(const N& charge, const Commitment<N>& commitment) {
    CommittedCharge<N> result;
    if (!commitment.amount) {
        result.utilized = charge;
        return result;
    }
    const N committed = std::max(*commitment.amount, N{0});
    result.utilized = std::min(charge, committed);
    if (committed < charge) result.overage = (charge - committed) * commitment.overageFactor;
    if (charge < committed && commitment.hasTrueUp) result.trueUp = committed - charge;
    return result;
}

/// The part of a line's quantity that is billed when a free quantity was partly taken by earlier usage.
template <typename N>
[[nodiscard]] N billableQuantity(const N& quantity, const N& free, const N& alreadyRated) {
    const N left = std::max(N(free - alreadyRated), N{0});
    return std::max(N(quantity - left), N{0});
}

enum class QuantityRounding { None, HalfAway, Up, Down };

template <typename N>
[[nodiscard]] N roundedQuantity(const N& quantity, QuantityRounding rounding, int places) {
    switch (rounding) {
        case QuantityRounding::HalfAway:
            return roundHalfAway(quantity, places);
        case QuantityRounding::Up:
            return roundUp(quantity, places);
        case QuantityRounding::Down:
            return roundDown(quantity, places);
        default:
            return quantity;
    }
}

/// Another unit for a quantity: convert, round, then take off what is free.
template <typename N>
struct UnitConversion {
    N factor{1};  ///< > 0
    bool isDivided = false;
    QuantityRounding rounding = QuantityRounding::None;
    int places = 0;
    N freeQuantity{0};
    bool operator==(const UnitConversion&) const = default;
};

template <typename N>
[[nodiscard]] N convertedQuantity(const N& quantity, const UnitConversion<N>& conversion) {
    const N converted =
        conversion.isDivided ? quotient(quantity, conversion.factor) : N(quantity * conversion.factor);
    N rounded = roundedQuantity(converted, conversion.rounding, conversion.places);
    if (!(N{0} < conversion.freeQuantity)) return rounded;
    return std::max(N(rounded - conversion.freeQuantity), N{0});
}

}  // namespace breakeven::core::rating
