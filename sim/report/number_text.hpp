#pragma once

#include <string>

#include "sim/results/estimate.hpp"

namespace breakeven::sim {

/// The error itself, to its first significant digit: "0.3", "20". "0" for none; "infinite".
[[nodiscard]] std::string formatError(double standardError);

/// A count or another exact amount, all its whole digits: "22,361,870". Rounded to whole numbers; from 1e15
/// on as `formatWithError`.
[[nodiscard]] std::string wholeText(double value);

/// An amount for people: "$231", "-$7.3", "231 EUR"; digits as `formatWithError`.
[[nodiscard]] std::string moneyText(double value, double standardError, const std::string& currency);

/// A share or probability as percent: "26.1 %".
[[nodiscard]] std::string percentText(double share, double standardError);

/// "low to high" with the digits that the error supports; "none: infinite variance" of an infinite interval.
[[nodiscard]] std::string rangeText(double low, double high, double standardError);

}  // namespace breakeven::sim
