#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/text/csv_table.hpp"

namespace breakeven::sim {

/// A usage table as columns of numbers: one row per subject and period.
struct UsageColumns {
    std::vector<std::string> names;
    std::vector<std::vector<std::optional<double>>> values;  ///< of each column; none: missing
    std::vector<std::size_t> subjects;  ///< number of each row's subject; empty: every row is its own
    [[nodiscard]] std::size_t rows() const { return values.empty() ? 0 : values.front().size(); }
};

/// Which columns are taken for what.
struct ColumnChoice {
    std::vector<std::string> meters;     ///< empty: every column that holds numbers
    std::optional<std::string> subject;  ///< none: `subject` where there is such a column
    std::optional<std::string> period;   ///< none: `period_start` where there is such a column
};

/// What reading gave: columns when there is no error.
struct UsageColumnsReading {
    std::optional<UsageColumns> columns;
    std::vector<core::Diagnostic> diagnostics;  ///< errors; warnings name columns that were left out
};

/// Takes the meters of a usage table (as `meter` writes it) out of a CSV file.
[[nodiscard]] UsageColumnsReading usageColumnsOf(const core::CsvTable& table, const std::string& file,
                                                 const ColumnChoice& choice);

/// What is to be fitted: a column, or its ratio to another.
struct Quantity {
    std::size_t column = 0;
    std::optional<std::size_t> per;  ///< the quantity is column / this one, where this one is above 0
    std::optional<double> cap;       ///< values of this size or more only say "at least this"
    double above = 0.0;              ///< only quantities above it were recorded
    double below = std::numeric_limits<double>::infinity();  ///< and only those below this
};

/// The quantity of each row; none where it is missing or the other column is 0.
[[nodiscard]] std::vector<std::optional<double>> quantityRows(const UsageColumns& columns,
                                                              const Quantity& quantity);

}  // namespace breakeven::sim
