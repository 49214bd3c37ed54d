#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/results/run_result.hpp"

namespace breakeven::sim {

/// One cell: what is shown, what it is sorted by, and what stands behind it.
struct TableCell {
    std::string text;              ///< no digit that is noise; "-" when not applicable
    std::optional<double> number;  ///< full precision, for sorting
    std::string detail;            ///< interval, band and unit in words, for a tooltip
};

struct TableColumn {
    std::string title;
    std::string unit;
    std::string definition;  ///< of the metric, one sentence
    bool isText = false;     ///< left-aligned
};

/// A table to show: CLI, window and clipboard all draw this one.
struct Table {
    std::vector<TableColumn> columns;
    std::vector<std::vector<TableCell>> rows;
};

/// `value` down to the first digit of its standard error: the digits below move by ten or more and are noise.
/// An error of 0 means exact: at most six digits, no trailing zeros. Locale-free, thousands separated by
/// commas: "1,234.5". "-" when it is not a finite number.
[[nodiscard]] std::string formatWithError(double value, double standardError);

/// The plans of a run: one row a plan, the headline metrics as columns.
[[nodiscard]] Table planTable(const RunResult& result);

/// Differences of every plan to the baseline (the first plan), with the noise mark.
[[nodiscard]] Table differenceTable(const RunResult& result);

/// The standing self-test: every total that has a closed form and a Monte Carlo error, as exact | simulated ±
/// error | z, z = (simulated - exact) / error. No rows where nothing is exact, as in every run over several
/// worlds.
[[nodiscard]] Table exactTable(const RunResult& result);

/// Runs side by side: one row per plan and headline metric, one column a run, then (two runs) their
/// difference with its error (`compareRuns`); runs on the same draws say so in the column's title.
[[nodiscard]] Table compareTable(std::span<const std::shared_ptr<const RunResult>> runs);

}  // namespace breakeven::sim
