#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "sim/kernels/column_kernels.hpp"

namespace breakeven::sim::scalar {

// One element of each kernel in column_kernels.hpp: the same operations in the same order. They do what is
// left of a column after its last whole vector.

[[nodiscard]] inline double weightedSum(std::span<const WeightedColumn> columns, std::size_t i) {
    if (columns.empty()) return 0.0;
    double sum = columns[0].weight * columns[0].values[i];
    for (const WeightedColumn& column : columns.subspan(1)) sum += column.weight * column.values[i];
    return sum;
}

[[nodiscard]] inline double stratum(double u, std::size_t i, std::size_t n) {
    return std::min((static_cast<double>(i) + u) / static_cast<double>(n), 1.0 - 0x1p-53);
}

/// Share of the use x up to `amount`.
[[nodiscard]] inline double shareUpTo(double x, double amount) {
    return x > amount ? amount / x : 1.0;
}

[[nodiscard]] inline double costedAfter(double costed, double step, double served, double reached) {
    return costed - step * std::max(served - reached, 0.0);
}

[[nodiscard]] inline double graduated(double revenue, double q, std::span<const PriceTier> tiers) {
    for (const PriceTier& tier : tiers) {
        const double inTier = std::min(std::max(q - tier.from, 0.0), tier.upTo - tier.from);
        revenue += tier.unit * inTier + (inTier > 0.0 ? tier.flat : 0.0);
    }
    return revenue;
}

[[nodiscard]] inline double volume(double revenue, double q, std::span<const PriceTier> tiers) {
    for (const PriceTier& tier : tiers) {
        const bool isPicked = q > tier.from && q <= tier.upTo;
        revenue += isPicked ? tier.unit * q + tier.flat : 0.0;
    }
    return revenue;
}

[[nodiscard]] inline double packages(double revenue, double q, const PackageTerms& terms) {
    return revenue + terms.amount * std::ceil(std::max(q - terms.freeUnits, 0.0) / terms.size);
}

[[nodiscard]] inline double marginOf(double revenue, double cost) {
    const double difference = revenue - cost;
    return std::abs(difference) <= kRounding * cost ? 0.0 : difference;
}

[[nodiscard]] inline double clamped(double revenue, double minimum, double maximum) {
    return std::max(minimum, std::min(maximum, revenue));
}

}  // namespace breakeven::sim::scalar
