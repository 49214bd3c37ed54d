#pragma once

#include "core/population/usage_law.hpp"

namespace breakeven::core {

// Probabilities and means of usage laws. Source of all forms: Klugman, Panjer & Willmot (2012), "Loss
// Models", appendices A and B; for the lognormal's limited mean Aitchison & Brown (1957), theorem 2.6.

/// Whether the ends of an interval belong to it.
enum class Edge { Included, Excluded };

/// P(X <= x), or P(X < x); x may be infinite. Exact where it is small.
[[nodiscard]] double shareUpTo(const UsageLaw& law, double x, Edge edge = Edge::Included);

/// P(X > x), or P(X >= x); x may be infinite. Exact where it is small.
[[nodiscard]] double shareBeyond(const UsageLaw& law, double x, Edge edge = Edge::Excluded);

/// P(low <= X <= high), exact where it is small; either end may be excluded.
[[nodiscard]] double shareBetween(const UsageLaw& law, double low, double high, Edge lowEdge = Edge::Included,
                                  Edge highEdge = Edge::Included);

/// E X; infinite for a tail index of at most 1.
[[nodiscard]] double meanOf(const UsageLaw& law);

/// E[X; X <= x], the part of the mean that quantities up to x make, or below x; x may be infinite.
[[nodiscard]] double meanUpTo(const UsageLaw& law, double x, Edge edge = Edge::Included);

/// Density of ln X at x > 0, and how it changes with ln x.
struct LogDensity {
    double value = 0.0;
    double slope = 0.0;
};

/// Of the part of a law that has a density; 0 outside its support.
[[nodiscard]] LogDensity logDensityOf(const UsageLaw& law, double x);

/// Does the law have whole numbers or other single values only, all with probability?
[[nodiscard]] bool isDiscrete(const UsageLaw& law);

}  // namespace breakeven::core
