#include "sim/report/column_correlation.hpp"

#include <algorithm>

#include "sim/stats/summaries.hpp"

namespace breakeven::sim {
namespace {

bool isConstant(const std::vector<double>& values) {
    return std::ranges::adjacent_find(values, std::ranges::not_equal_to()) == values.end();
}

}  // namespace

std::vector<ColumnCorrelation> columnCorrelations(const core::CsvTable& table,
                                                  std::span<const std::size_t> columns) {
    std::vector<core::NumberColumn> numbers;
    for (const std::size_t column : columns) numbers.push_back(core::usageColumn(table, column, ""));
    std::vector<ColumnCorrelation> found;
    for (std::size_t a = 0; a < columns.size(); ++a) {
        for (std::size_t b = a + 1; b < columns.size(); ++b) {
            std::vector<double> x;
            std::vector<double> y;
            for (std::size_t i = 0, j = 0; i < numbers[a].rows.size() && j < numbers[b].rows.size();) {
                if (numbers[a].rows[i] == numbers[b].rows[j]) {
                    x.push_back(numbers[a].values[i]);
                    y.push_back(numbers[b].values[j]);
                }
                const bool isFirstBehind = numbers[a].rows[i] <= numbers[b].rows[j];
                const bool isSecondBehind = numbers[b].rows[j] <= numbers[a].rows[i];
                if (isFirstBehind) ++i;
                if (isSecondBehind) ++j;
            }
            if (x.size() < 3 || isConstant(x) || isConstant(y)) continue;
            found.push_back({columns[a], columns[b], rankCorrelation(x, y), x.size()});
        }
    }
    return found;
}

}  // namespace breakeven::sim
