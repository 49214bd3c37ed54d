#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "core/pricing/rating/tiers.hpp"

namespace breakeven::core::rating {

/// A share of the value of events, with a fixed fee for each.
template <typename N>
struct PercentagePrice {
    N ratePercent{0};
    N fixedAmount{0};                ///< per paying event
    std::uint64_t freeEvents = 0;    ///< the first events are free; 0: no such rule
    N freeAmount{0};                 ///< the first value is free; 0: no such rule
    std::optional<N> perEventMin{};  ///< of what one paying event costs
    std::optional<N> perEventMax{};
    bool operator==(const PercentagePrice&) const = default;
};

template <typename N>
[[nodiscard]] N percentOf(const N& value, const N& percent) {
    return hundredth(N(value * percent));
}

/// What one paying event of this value costs.
template <typename N>
[[nodiscard]] N eventAmount(const PercentagePrice<N>& price, const N& value) {
    N amount = percentOf(value, price.ratePercent) + price.fixedAmount;
    if (price.perEventMin && amount < *price.perEventMin) return *price.perEventMin;
    if (price.perEventMax && *price.perEventMax < amount) return *price.perEventMax;
    return amount;
}

/// One event: clamp(value × rate + fixed, min, max), also for 0; below 0 costs 0.
template <typename N>
[[nodiscard]] N percentageOfEvent(const PercentagePrice<N>& price, const N& value) {
    return value < N{0} ? N{0} : eventAmount(price, value);
}

/// All events of a period in their order. The free part ends with whichever of freeEvents and freeAmount is
/// used up first; an event is free of the fixed fee only while the running total, it included, stays below
/// freeAmount.
template <typename N>
[[nodiscard]] N percentageOfEvents(const PercentagePrice<N>& price, std::span<const N> events) {
    const N zero{0};
    const bool hasFreeEvents = price.freeEvents > 0;
    const bool hasFreeAmount = zero < price.freeAmount;
    const bool isClamped = price.perEventMin || price.perEventMax;
    bool isFree = hasFreeEvents || hasFreeAmount;
    std::uint64_t freeSeen = 0;
    std::uint64_t paid = 0;
    N total{0};
    N freeValue{0};
    N sum{0};  // of the paying events, when each is clamped by itself
    for (const N& value : events) {
        total += value;
        if (isFree && hasFreeEvents && freeSeen >= price.freeEvents) isFree = false;
        if (!isFree) {
            ++paid;
            if (isClamped) sum += eventAmount(price, value);
            continue;
        }
        ++freeSeen;
        if (!hasFreeAmount || total < price.freeAmount) {
            freeValue += value;
            continue;
        }
        isFree = false;  // this event uses the amount up and pays on the rest
        ++paid;
        if (isClamped) sum += eventAmount(price, N(total - price.freeAmount));
        freeValue = price.freeAmount;
    }
    if (isClamped) return sum;
    if (!(zero < total)) return N{0};
    return percentOf(N(total - freeValue), price.ratePercent) +
           N(static_cast<std::int64_t>(paid)) * price.fixedAmount;
}

}  // namespace breakeven::core::rating
