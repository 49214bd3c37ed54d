#pragma once

#include <cstddef>
#include <optional>
#include <variant>
#include <vector>

#include "core/pricing/rating/percentage.hpp"
#include "core/pricing/rating/tiers.hpp"

namespace breakeven::core::rating {

template <typename N>
struct FlatPrice {
    N amount{0};
    bool operator==(const FlatPrice&) const = default;
};

/// max(quantity, 0) × unitAmount; a multiplier on a cost (cost-plus) is the same rule.
template <typename N>
struct UnitPrice {
    N unitAmount{0};
    bool operator==(const UnitPrice&) const = default;
};

/// Units in each tier; with package sizes and percentages as unit amounts the tiers say so.
template <typename N>
struct GraduatedPrice {
    std::vector<Tier<N>> tiers;
    TierRules rules;
    bool operator==(const GraduatedPrice&) const = default;
};

template <typename N>
struct VolumePrice {
    std::vector<Tier<N>> tiers;
    TierRules rules;
    bool operator==(const VolumePrice&) const = default;
};

/// Started packages of what is beyond the free units.
template <typename N>
struct PackagePrice {
    N size{1};  ///< > 0
    N amount{0};
    N freeUnits{0};
    N minPackages{0};  ///< what usage within the free units costs
    bool isRoundedDown = false;
    bool operator==(const PackagePrice&) const = default;
};

/// A price on one quantity.
template <typename N>
using Price = std::variant<FlatPrice<N>, UnitPrice<N>, GraduatedPrice<N>, VolumePrice<N>, PackagePrice<N>,
                           PercentagePrice<N>>;

template <typename N>
[[nodiscard]] N packageAmount(const PackagePrice<N>& price, const N& quantity) {
    if (!(price.freeUnits < quantity)) return price.minPackages * price.amount;
    const N packages = quotient(N(quantity - price.freeUnits), price.size);
    return (price.isRoundedDown ? roundDown(packages, 0) : roundUp(packages, 0)) * price.amount;
}

/// What a quantity costs. A percentage takes the quantity for the value of one event. Throws Refused.
///
/// @param picking  the quantity that picks a volume tier; null: the quantity itself
template <typename N>
[[nodiscard]] N amountOf(const Price<N>& price, const N& quantity, const N* picking = nullptr) {
    struct Rule {
        const N& quantity;
        const N& picking;
        N operator()(const FlatPrice<N>& item) const { return item.amount; }
        N operator()(const UnitPrice<N>& item) const {
            return N{0} < quantity ? N(quantity * item.unitAmount) : N{0};
        }
        N operator()(const GraduatedPrice<N>& item) const {
            return graduated(std::span<const Tier<N>>(item.tiers), quantity, item.rules);
        }
        N operator()(const VolumePrice<N>& item) const {
            return volume(std::span<const Tier<N>>(item.tiers), quantity, picking, item.rules);
        }
        N operator()(const PackagePrice<N>& item) const { return packageAmount(item, quantity); }
        N operator()(const PercentagePrice<N>& item) const { return percentageOfEvent(item, quantity); }
    };
    return std::visit(Rule{quantity, picking != nullptr ? *picking : quantity}, price);
}

/// What a period still owes when a part of its usage was rated before: late events, split periods and
/// progressive billing come out right, a correction downwards is negative.
template <typename N>
[[nodiscard]] N amountBeyond(const Price<N>& price, const N& total, const N& alreadyRated) {
    return amountOf(price, total) - amountOf(price, alreadyRated);
}

/// One tier of a capacity price: a price for staying within limits of several metrics.
template <typename N>
struct CapacityTier {
    std::vector<std::optional<N>> limits;  ///< one per metric, in the metrics' order; none: no limit
    N amount{0};
    bool operator==(const CapacityTier&) const = default;
};

/// The price of the highest tier that any metric needs. Throws Refused where a metric exceeds the last.
template <typename N>
[[nodiscard]] N capacityAmount(const std::vector<CapacityTier<N>>& tiers, const std::vector<N>& usage) {
    if (tiers.empty()) throw Refused("the price has no tiers");
    std::size_t highest = 0;
    for (std::size_t metric = 0; metric < usage.size(); ++metric) {
        std::size_t tier = 0;
        while (tier < tiers.size() && tiers[tier].limits[metric] &&
               *tiers[tier].limits[metric] < usage[metric])
            ++tier;
        if (tier == tiers.size()) throw Refused("a quantity is above the last tier's limit");
        highest = std::max(highest, tier);
    }
    return tiers[highest].amount;
}

}  // namespace breakeven::core::rating
