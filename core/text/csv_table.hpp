#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::core {

/// Where a cell begins in its file: line and column from 1, the column in characters.
struct CellPlace {
    int line = 1;
    int column = 1;
    bool operator==(const CellPlace&) const = default;
};

/// A CSV file as text cells. Every row has as many cells as the header.
struct CsvTable {
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;
    std::vector<std::vector<CellPlace>> places;  ///< of every cell of `rows`
    std::vector<int> lines;                      ///< line of the file where each row begins, from 1
    char delimiter = ',';                        ///< found by looking at the header: , ; tab or |
};

/// What reading gave: a table when there is no error.
struct CsvReading {
    std::optional<CsvTable> table;
    std::vector<Diagnostic> diagnostics;
};

/// Reads RFC 4180 CSV: quotes, CRLF, a BOM, delimiter , ; tab or |. Empty lines are skipped. Errors, each
/// with a remedy: an empty file (the file as a whole); with line and column NUL bytes, an empty header line,
/// a ragged row, an open quote, text after a closing quote, a cell over 1 MiB, more than 16,384 columns. The
/// first ten bad rows are listed and the rest counted. Needs memory in proportion to the cells that the
/// header has room for, however long a line is.
///
/// @param most  stop after this many rows (a preview)
[[nodiscard]] CsvReading readCsv(std::string_view bytes, const std::string& file,
                                 std::size_t most = std::numeric_limits<std::size_t>::max());

/// A column as usage quantities.
struct NumberColumn {
    std::vector<double> values;     ///< in row order, without the missing ones
    std::vector<std::size_t> rows;  ///< of the table, of each of the values
    std::size_t missing = 0;        ///< empty cells: missing, not zero
    std::vector<Diagnostic>
        diagnostics;  ///< errors: text for a number, NaN, infinite, negative, out of range
};

/// The finite numbers >= 0 of a column; locale-free. Errors name line and column; the first ten, then a
/// count.
[[nodiscard]] NumberColumn usageColumn(const CsvTable& table, std::size_t column, const std::string& file);

}  // namespace breakeven::core
