#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "core/population/segment.hpp"

namespace breakeven::core {

/// A symmetric matrix with ones on its diagonal, row by row.
struct CorrelationMatrix {
    std::size_t size = 0;
    std::vector<double> values;
    /// The unit matrix.
    explicit CorrelationMatrix(std::size_t n);
    [[nodiscard]] double at(std::size_t i, std::size_t j) const { return values[i * size + j]; }
    void set(std::size_t i, std::size_t j, double r) { values[i * size + j] = values[j * size + i] = r; }
    bool operator==(const CorrelationMatrix&) const = default;
};

/// The correlation of two normal scores: of ranks, r = 2 sin(pi rho / 6). Source: Pearson (1907), "On further
/// methods of determining correlation".
[[nodiscard]] double scoreCorrelation(Correlation::Kind kind, double value);

/// The pair that breaks a matrix: what the row of the second has in common with those before it leaves no
/// room for the correlation with the first, its strongest. None where random numbers can have these
/// correlations.
[[nodiscard]] std::optional<std::pair<std::size_t, std::size_t>> contradictionIn(
    const CorrelationMatrix& matrix);

/// The lower triangular factor, row by row, of a possible matrix; none of an impossible one.
[[nodiscard]] std::optional<std::vector<double>> choleskyFactor(const CorrelationMatrix& matrix);

/// The possible matrix with the smallest sum of squared differences.
/// Source: Higham (2002), "Computing the nearest correlation matrix", IMA Journal of Numerical Analysis 22,
/// algorithm 3.3: alternating projections with Dykstra's correction; eigenvalues by Jacobi's method.
[[nodiscard]] CorrelationMatrix nearestCorrelation(const CorrelationMatrix& matrix);

/// Correlations of the normal scores of a segment's meters at these draws of the beliefs, meter x meter; the
/// nearest possible ones where the segment asks for that.
[[nodiscard]] CorrelationMatrix scoreCorrelations(const Segment& segment, std::size_t meters,
                                                  std::span<const double> draws);

}  // namespace breakeven::core
