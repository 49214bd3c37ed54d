#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace breakeven::core {

/// Nanoseconds since 1970-01-01T00:00:00Z without leap seconds: the years 1678 to 2261.
using Instant = std::int64_t;

inline constexpr Instant kSecond = 1'000'000'000;
inline constexpr Instant kDay = 86'400 * kSecond;

/// How a number stands for a time.
enum class EpochUnit { Auto, Seconds, Milliseconds, Microseconds, Nanoseconds };

/// A date and time as written: of the wall clock when it names no offset.
struct WrittenTime {
    Instant instant = 0;
    bool hasOffset = false;  ///< false: `instant` is the wall clock read as if it were UTC
};

/// An ISO 8601 / RFC 3339 date or date-time: "2026-01-05", "2026-01-05T12:17:35.528Z", "2026-01-05
/// 12:17+09:00", with T or a space, up to nine decimals after a point or comma, and a second of 60 taken as
/// the next one's begin. None when it is anything else or out of range.
[[nodiscard]] std::optional<WrittenTime> parseTime(std::string_view text);

/// A number since the epoch. `Auto` goes by size: below 1e11 seconds, below 1e14 milliseconds, below 1e17
/// microseconds, else nanoseconds. None when the text is no number or out of range.
[[nodiscard]] std::optional<Instant> parseEpoch(std::string_view text, EpochUnit unit);
[[nodiscard]] std::optional<Instant> epochInstant(double value, EpochUnit unit);

/// Days since 1970-01-01 of a date of the Gregorian calendar; none when there is no such day.
[[nodiscard]] std::optional<std::int32_t> daysOf(int year, int month, int day);

/// Days since 1970-01-01 of a text "2026-01-05"; none when it is anything else.
[[nodiscard]] std::optional<std::int32_t> dayOfDate(std::string_view text);

/// "2026-01-05" of days since 1970-01-01.
[[nodiscard]] std::string dateText(std::int32_t days);

/// "2026-01-05T12:17:35Z", with decimals only where there are any.
[[nodiscard]] std::string instantText(Instant instant);

}  // namespace breakeven::core
