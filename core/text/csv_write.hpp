#pragma once

#include <string>
#include <string_view>

namespace breakeven::core {

/// A text as a CSV cell (RFC 4180: in quotes where needed). One that a spreadsheet would run as a formula (it
/// begins with = + - @, a tab or CR) gets an apostrophe in front.
[[nodiscard]] std::string csvText(std::string_view value);

/// Text that reads back as the same double: digits alone for a whole number below 1e15, else the shortest.
[[nodiscard]] std::string csvNumber(double value);

}  // namespace breakeven::core
