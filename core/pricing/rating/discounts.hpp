#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "core/pricing/rating/percentage.hpp"
#include "core/pricing/rating/tiers.hpp"

namespace breakeven::core::rating {

template <typename N>
struct Coupon {
    std::optional<N> percent{};  ///< a share of what is left; none: a fixed amount
    N amount{0};
    N alreadyUsed{0};  ///< part of the fixed amount that was spent before
    bool operator==(const Coupon&) const = default;
};

enum class CouponOrder { AsGiven, PercentageFirst };

/// What coupons take off a subtotal: one after the other on what is left, each rounded, never below 0.
template <typename N>
[[nodiscard]] N couponDiscount(const N& subtotal, std::vector<Coupon<N>> coupons, CouponOrder order,
                               int places) {
    if (order == CouponOrder::PercentageFirst)
        std::stable_partition(coupons.begin(), coupons.end(),
                              [](const Coupon<N>& item) { return bool(item.percent); });
    const N zero{0};
    N left = std::max(subtotal, zero);
    const N start = left;
    for (const Coupon<N>& coupon : coupons) {
        const N value = coupon.percent ? percentOf(left, *coupon.percent)
                                       : std::max(N(coupon.amount - coupon.alreadyUsed), zero);
        left -= std::min(roundHalfAway(value, places), left);
    }
    return start - left;
}

/// The order of what comes between the lines and the amount due.
enum class InvoiceOrder {
    CouponsCreditsThenTax,
    CouponsTaxCredits,
    TaxThenCouponsCredits,
};

/// Fees to amount due. Tax is rounded; coupons and credits never take it below 0.
template <typename N>
struct InvoiceTotal {
    N coupons{0};
    N credits{0};
    N tax{0};
    N due{0};
};

template <typename N>
[[nodiscard]] InvoiceTotal<N> invoiceTotal(const N& fees, const N& coupons, const N& credits,
                                           const N& taxPercent, InvoiceOrder order, int places) {
    InvoiceTotal<N> total;
    total.due = fees;
    const auto take = [&](const N& offered, N& taken) {
        taken = std::min(offered, std::max(total.due, N{0}));
        total.due -= taken;
    };
    const auto tax = [&] {
        total.tax = roundHalfAway(percentOf(total.due, taxPercent), places);
        total.due += total.tax;
    };
    if (order == InvoiceOrder::TaxThenCouponsCredits) tax();
    take(coupons, total.coupons);
    if (order == InvoiceOrder::CouponsTaxCredits) tax();
    take(credits, total.credits);
    if (order == InvoiceOrder::CouponsCreditsThenTax) tax();
    return total;
}

enum class TieBreak { GivenOrder, Key };

/// An amount split in minor units by weight, largest remainder first; the shares add up to the amount.
///
/// @param keys     decide ties when asked to, else may be empty
/// @param weights  >= 0, not all 0 (Refused)
template <typename N>
[[nodiscard]] std::vector<N> allocated(const N& amount, const std::vector<N>& weights,
                                       const std::vector<std::string>& keys, TieBreak ties, int places) {
    const N zero{0};
    const N all = std::accumulate(weights.begin(), weights.end(), zero);
    const bool isBad =
        !(zero < all) || std::ranges::any_of(weights, [&](const N& weight) { return weight < zero; });
    if (isBad) throw Refused("the weights must be at least 0, and one of them above");
    const bool isNegative = amount < zero;
    const N magnitude = isNegative ? -amount : amount;
    std::vector<N> shares;
    std::vector<N> rests;  // times the sum of the weights, so that they are exact
    N left = magnitude;
    for (const N& weight : weights) {
        const N scaled = magnitude * weight;
        shares.push_back(roundDown(quotient(scaled, all), places));
        rests.push_back(scaled - shares.back() * all);
        left -= shares.back();
    }
    std::vector<std::size_t> order(weights.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) {
        if (rests[a] != rests[b]) return rests[b] < rests[a];
        return ties == TieBreak::Key && keys[a] < keys[b];
    });
    N unit{1};
    for (int i = 0; i < places; ++i) unit = quotient(unit, N{10});
    for (const std::size_t i : order) {
        if (!(zero < left)) break;
        const N step = std::min(unit, left);
        shares[i] += step;
        left -= step;
    }
    if (isNegative) {
        for (N& share : shares) share = -share;
    }
    return shares;
}

}  // namespace breakeven::core::rating
