#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/scenario/scenario.hpp"
#include "core/units/decimal.hpp"
#include "core/units/time_point.hpp"

namespace breakeven::core {

/// One row of a usage file.
struct UsageRow {
    std::string subject;
    TimePoint start{};
    std::vector<Decimal> quantities;  ///< one per meter of the scenario, >= 0
    std::optional<TimePoint> activeFrom;
    std::optional<TimePoint> activeTo;
};

/// How rows are read.
struct UsageReading {
    std::uint64_t rows = 0;  ///< good ones
    std::uint64_t bad = 0;
    bool hasActiveDates = false;                   ///< columns active_from and active_to
    std::map<std::string, std::uint64_t> reasons;  ///< of bad rows, with their numbers
    std::vector<Diagnostic> diagnostics;           ///< warnings, and the first ten bad rows
};

/// Reads a usage CSV: `subject`, `period_start`, a column per meter, and `active_from` and `active_to` for
/// plans that are prorated. `each` is called for the rows in ascending order of subject and start. A file of
/// up to 16 MiB is sorted here; a larger one is read as a stream and must be sorted. Throws Error (Input) for
/// what makes the file useless: no such column, not sorted.
///
/// @param bytes  the table where it is at hand; `path` is then only for messages. None: the file is read
[[nodiscard]] UsageReading readUsageFile(const std::string& path, const std::vector<Meter>& meters,
                                         const std::function<void(const UsageRow&)>& each,
                                         const std::optional<std::string>& bytes = std::nullopt);

}  // namespace breakeven::core
