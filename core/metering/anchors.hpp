#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::core {

/// The day of the month (1 to 31) on which each subject's billing period begins, from a CSV with the columns
/// `subject` and `anchor`: a day of the month, or a date whose day it is. Null, with diagnostics, when any
/// row is wrong or a subject stands there twice.
[[nodiscard]] std::optional<std::unordered_map<std::string, int>> readAnchors(
    std::string_view bytes, const std::string& file, std::vector<Diagnostic>& diagnostics);

}  // namespace breakeven::core
