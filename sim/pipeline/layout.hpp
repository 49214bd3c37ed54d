#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/scenario/scenario.hpp"

namespace breakeven::sim {

inline constexpr std::uint32_t kChunkUsers = 4096;     ///< users of a segment that are summed before merging
inline constexpr std::uint32_t kMostGroupUsers = 256;  ///< largest group
inline constexpr std::size_t kBatches = 32;            ///< the spread between batches gives the errors

/// How the users of a segment are put together: into groups, which are stratified each by itself, and
/// neighbouring groups into batches, which are as nearly equal as whole groups allow.
struct Grouping {
    std::uint32_t users = kMostGroupUsers;  ///< of a group
    std::uint64_t groups = 1;               ///< of the segment
    std::uint64_t segmentUsers = 1;
    [[nodiscard]] std::size_t batch(std::uint64_t group) const { return group * kBatches / groups; }
    /// Users of the segment before this batch.
    [[nodiscard]] std::uint64_t usersBefore(std::size_t batch) const {
        return std::min((batch * groups + kBatches - 1) / kBatches * users, segmentUsers);
    }
};

/// Groups of the largest power of two up to 256 users that makes at least 64 of them, so that every batch has
/// some.
[[nodiscard]] Grouping groupingOf(std::uint64_t segmentUsers);

/// The usage of a meter as a multiple of another's, for every user in every world.
struct Multiple {
    std::size_t meter = 0;
    double factor = 1.0;
};

/// Which columns a run keeps. Plans that cost or serve alike share one.
struct Layout {
    explicit Layout(const core::Scenario& scenario);

    std::size_t plans = 0;
    std::size_t meters = 0;
    std::size_t months = 0;
    double users = 0.0;                   ///< of a world, in all segments
    std::vector<std::size_t> servedLike;  ///< by plan: the first plan with the same limits that block
    std::vector<std::size_t> costsLike;   ///< by plan: the first plan with the same cost

    /// By meter: what it is a multiple of, or itself; a multiple is not counted again.
    std::vector<Multiple> multiples;

    bool keepsMarginsOnly = false;  ///< no other quantity is counted

    /// By slot: the value that users have who do nothing, where that is the same in every month and world;
    /// else 0.
    std::vector<double> origins;

    /// Users count by weight, in whole numbers of 1 / weightUnits; none: each counts once.
    std::optional<double> weightUnits;

    /// Sums of one plan and month: revenue, cost, subsidy, losses, touched, lapsed credit, hours
    /// waited, active, then the usage of each meter.
    enum Field : std::size_t {
        kRevenue,
        kCost,
        kSubsidy,
        kLosses,
        kTouched,
        kBreakage,
        kWait,
        kActive,
        kUsage
    };
    /// Sums of one plan over users' whole horizons: squares and cubes of the margin, users who lose money.
    enum HorizonField : std::size_t { kMarginSquares, kMarginCubes, kHorizonLosses, kHorizonFields };
    [[nodiscard]] std::size_t fields() const { return kUsage + meters; }
    [[nodiscard]] std::size_t monthly(std::size_t month, std::size_t plan, std::size_t field) const {
        return (month * plans + plan) * fields() + field;
    }

    /// Quantities counted: cost, revenue, margin, then each meter's usage.
    enum Quantity : std::size_t { kCostCount, kRevenueCount, kMarginCount, kUsageCount };
    [[nodiscard]] std::size_t quantities() const { return kUsageCount + meters; }
    /// Where plan's quantity is counted: shared by plans alike.
    [[nodiscard]] std::size_t slot(std::size_t plan, std::size_t quantity) const {
        const std::size_t owner = quantity == kCostCount    ? costsLike[plan]
                                  : quantity >= kUsageCount ? servedLike[plan]
                                                            : plan;
        return owner * quantities() + quantity;
    }
    [[nodiscard]] std::size_t slots() const { return plans * quantities(); }
    /// Whether a plan's quantity is counted in its own slot.
    [[nodiscard]] bool isCounted(std::size_t plan, std::size_t quantity) const {
        if (keepsMarginsOnly) return quantity == kMarginCount;
        if (quantity == kCostCount) return costsLike[plan] == plan;
        if (quantity == kRevenueCount || quantity == kMarginCount) return true;
        const std::size_t meter = quantity - kUsageCount;
        return servedLike[plan] == plan && multiples[meter].meter == meter;
    }
};

/// Sums over the users of one or more groups.
struct GroupSums {
    double users = 0.0;
    std::vector<double> monthly;  ///< by Layout::monthly
    std::vector<double> horizon;  ///< plan x kHorizonFields
    void add(const GroupSums& other);
};

}  // namespace breakeven::sim
