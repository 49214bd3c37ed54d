#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <utility>

namespace breakeven::core {

/// Bytes of the UTF-8 character at the beginning of a text; 0 when there is none (Unicode 15, table 3-7).
[[nodiscard]] std::size_t characterLength(std::string_view text);

/// Offset of the first byte that is not UTF-8.
[[nodiscard]] std::optional<std::size_t> notUtf8(std::string_view text);

/// Line and column (in characters) of an offset, from 1.
[[nodiscard]] std::pair<int, int> lineAndColumn(std::string_view text, std::size_t offset);

}  // namespace breakeven::core
