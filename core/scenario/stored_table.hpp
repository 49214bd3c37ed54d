#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::core {

// A scenario or an option may say `store:NAME` where a usage CSV is wanted: a usage table kept in the store.

inline constexpr std::string_view kStoredPrefix = "store:";

/// NAME of `store:NAME`, whether such a table is there or not; none for the name of a file.
[[nodiscard]] std::optional<std::string> storedTable(std::string_view file);

/// Throws Error (Input) unless the name is [a-z0-9-]+, at most 100 characters.
///
/// @param where  what the problem is reported at
void checkTableName(std::string_view name, const std::string& where);

/// The error for a table that is not among those of the store, with the nearest name or all of them.
[[nodiscard]] Error noSuchTable(const std::string& name, const std::vector<std::string>& names);

}  // namespace breakeven::core
