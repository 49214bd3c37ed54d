#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

namespace breakeven::core {

/// A point in time, microseconds of UTC; comparable.
using TimePoint = std::chrono::sys_time<std::chrono::microseconds>;

/// ISO 8601: "2024-03-01", "2024-03-01T10:00", "…:30", "….250Z", "…+09:00"; without a zone it is UTC. None
/// for anything else and for dates that no calendar has.
[[nodiscard]] std::optional<TimePoint> parseTimePoint(std::string_view text);

/// The calendar day that an instant falls on.
[[nodiscard]] inline std::chrono::sys_days dayOf(TimePoint instant) {
    return std::chrono::floor<std::chrono::days>(instant);
}

/// `months` after a day, on the anchor day of the month, or on the month's last day where it has no such day:
/// 31 January + 1 month = 28 February, + 2 months = 31 March.
///
/// @param anchorDay  1 to 31
[[nodiscard]] std::chrono::sys_days addMonths(std::chrono::sys_days day, int months, unsigned anchorDay);

}  // namespace breakeven::core
