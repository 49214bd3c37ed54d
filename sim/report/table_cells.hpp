#pragma once

#include <optional>
#include <string>

#include "sim/fitting/law.hpp"
#include "sim/fitting/sample_summary.hpp"
#include "sim/report/results_table.hpp"

namespace breakeven::sim {

[[nodiscard]] TableCell textCell(std::string text);

/// With so many decimals; "-" where there is none or it is infinite.
[[nodiscard]] TableCell fixedCell(const std::optional<double>& value, int decimals);

/// In per cent with the digits that its error supports, and the error as detail.
[[nodiscard]] TableCell shareWithErrorCell(const std::optional<SampleShare>& share);

/// "mu 3.91, sigma 1.02", each with so many significant digits.
[[nodiscard]] std::string parametersText(const Law& law, int digits);

}  // namespace breakeven::sim
