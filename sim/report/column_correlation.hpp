#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/text/csv_table.hpp"

namespace breakeven::sim {

/// How two columns of a usage table go together.
struct ColumnCorrelation {
    std::size_t first = 0;  ///< index of the column
    std::size_t second = 0;
    double spearman = 0.0;  ///< rank correlation over the rows that have both, in [-1, 1]
    std::size_t rows = 0;   ///< how many those are
};

/// Spearman's rank correlation of every pair of the columns, pairs in the given order; pairs with fewer than
/// three common rows, or a constant column, are left out. Source: `rankCorrelation`.
[[nodiscard]] std::vector<ColumnCorrelation> columnCorrelations(const core::CsvTable& table,
                                                                std::span<const std::size_t> columns);

}  // namespace breakeven::sim
