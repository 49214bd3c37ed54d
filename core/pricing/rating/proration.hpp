#pragma once

#include <chrono>
#include <cstdint>

#include "core/pricing/rating/tiers.hpp"
#include "core/units/time_point.hpp"

namespace breakeven::core::rating {

enum class ProrationMethod {
    DaysInclusive,        ///< whole days, both ends count
    DaysExclusiveEnd,     ///< whole days, the end day does not count
    SecondsExclusiveEnd,  ///< by time; a part without length or longer than the period counts in full
};

/// A part of a period: part / whole, in days or microseconds.
struct PeriodShare {
    std::int64_t part = 1;
    std::int64_t whole = 1;
};

/// The share of [periodStart, periodEnd] that [from, to] is. Throws Refused for a period without length.
[[nodiscard]] inline PeriodShare periodShare(ProrationMethod method, TimePoint periodStart,
                                             TimePoint periodEnd, TimePoint from, TimePoint to) {
    PeriodShare share;
    if (method == ProrationMethod::SecondsExclusiveEnd) {
        share.part = (to - from).count();
        share.whole = (periodEnd - periodStart).count();
    } else {
        const std::int64_t ends = method == ProrationMethod::DaysInclusive ? 1 : 0;
        share.part = (dayOf(to) - dayOf(from)).count() + ends;
        share.whole = (dayOf(periodEnd) - dayOf(periodStart)).count() + ends;
    }
    if (share.whole <= 0) throw Refused("the period has no length");
    if (share.part < 0) throw Refused("the part of the period ends before it begins");
    if (method == ProrationMethod::SecondsExclusiveEnd && (share.part == 0 || share.part > share.whole))
        share.part = share.whole;
    return share;
}

/// amount × part / whole, not rounded. Throws Refused when whole is not above 0.
template <typename N>
[[nodiscard]] N prorated(const N& amount, const N& part, const N& whole) {
    if (!(N{0} < whole)) throw Refused("the period has no length");
    return quotient(N(amount * part), whole);
}

/// A price change within a period: the unused old price back, the new price for the rest.
template <typename N>
struct PriceChange {
    N credit{0};  ///< <= 0
    N charge{0};
};

/// Both are rounded to `places` by themselves.
template <typename N>
[[nodiscard]] PriceChange<N> priceChange(const N& oldAmount, const N& newAmount, const N& part,
                                         const N& whole, int places) {
    return {-roundHalfAway(prorated(oldAmount, part, whole), places),
            roundHalfAway(prorated(newAmount, part, whole), places)};
}

}  // namespace breakeven::core::rating
