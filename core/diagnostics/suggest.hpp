#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace breakeven::core {

/// The known word nearest to a mistyped one, by the number of single-letter edits (Levenshtein); the first of
/// equals. None when even the nearest needs more edits than a third of the typed word's length (at least 1).
[[nodiscard]] std::optional<std::string> nearestWord(std::string_view typed,
                                                     std::span<const std::string> known);

}  // namespace breakeven::core
