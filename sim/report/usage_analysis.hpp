#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/text/csv_table.hpp"
#include "sim/fitting/sample_summary.hpp"
#include "sim/fitting/usage_fit.hpp"
#include "sim/report/results_table.hpp"
#include "sim/report/usage_curve.hpp"

namespace breakeven::sim {

/// A column of a usage table, described; not fitted.
struct UsageColumn {
    std::string name;
    std::size_t missing = 0;                 ///< empty cells: missing, not zero
    std::vector<double> ascending;           ///< its values
    std::optional<SampleSummary> summary;    ///< none where it holds no number
    UsageCurve curve;                        ///< of the values, where there is a summary
    std::vector<double> edges;               ///< of the curve's bins, one more than these; ascending, > 0
    Table heaviest;                          ///< subjects, as `heaviestSubjects` lists them
    std::vector<core::Diagnostic> problems;  ///< cells that are no usage
};

/// A usage table as it is looked at before anything is fitted.
struct UsageAnalysis {
    std::vector<UsageColumn> columns;  ///< all of the table, in its order
    Table totals;                      ///< one row per column of usage: total, shape and concentration
};

/// Describes every column of a usage table.
///
/// @param file  for the places of problems
[[nodiscard]] UsageAnalysis analyseUsage(const core::CsvTable& table, const std::string& file);

/// The subjects with the largest totals of a column, the heaviest first: rows, total, and their share of all.
/// Subjects are told by the column `subject`, else by the first that holds text, else by their lines.
///
/// @param most  how many are listed
[[nodiscard]] Table heaviestSubjects(const core::CsvTable& table, std::size_t column, std::size_t most = 20);

/// A fitted family as it is drawn over the values.
struct DrawnFamily {
    std::string name;
    bool passes = false;                   ///< of `FamilyFit`
    UsageCurve curve;                      ///< from the smallest value above 0 to the largest, 201 points
    std::vector<QuantilePoint> quantiles;  ///< beside those of the values
};

/// The fits of one column.
struct ColumnFit {
    QuantityFit fit;
    std::vector<DrawnFamily> families;  ///< those with a fit, smallest BIC first
    Table ranking;                      ///< in the same order, those without a fit behind them
};

/// Fits every family to a column of usage. None, and `problems` of the column say why, where it holds none.
[[nodiscard]] std::optional<ColumnFit> fitColumn(const core::CsvTable& table, const UsageColumn& column,
                                                 const std::string& file, const FitSettings& settings);

}  // namespace breakeven::sim
