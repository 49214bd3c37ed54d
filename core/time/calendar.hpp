#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/time/instant.hpp"

namespace breakeven::core {

enum class PeriodKind { Day, Week, Month };

/// A billing period [begin, end).
struct PeriodSpan {
    Instant begin = 0;
    Instant end = 0;
    std::int32_t startDay = 0;  ///< its first local date, days since 1970-01-01
    bool operator==(const PeriodSpan&) const = default;
};

/// Billing periods in a named time zone. Periods begin at local midnight, or at the first moment of a day
/// that has none; weeks begin on Monday.
class Calendar {
  public:
    /// @param zone  a name of the system's time zone database, "Europe/Berlin" or "UTC". Throws Error (Input)
    ///              with the nearest names when there is none of this name, Error (System) without a
    ///              database.
    Calendar(PeriodKind kind, const std::string& zone);
    ~Calendar();
    Calendar(Calendar&&) noexcept;
    Calendar& operator=(Calendar&&) noexcept;

    /// The period that holds an instant.
    ///
    /// @param anchorDay  1 to 31: the day of the month on which a month's period begins, its last day in
    ///                   shorter months; days and weeks take no notice
    [[nodiscard]] PeriodSpan at(Instant instant, int anchorDay = 1) const;

    /// The instant of a wall clock time of this zone; the earlier one when the clock shows it twice, and the
    /// moment of the change when it never does.
    [[nodiscard]] Instant fromLocal(Instant wallClock) const;

    [[nodiscard]] const std::string& zone() const { return zone_; }
    [[nodiscard]] PeriodKind kind() const { return kind_; }

  private:
    struct Zone;
    [[nodiscard]] Instant midnight(std::int32_t day) const;
    PeriodKind kind_;
    std::string zone_;
    std::unique_ptr<Zone> found_;
};

}  // namespace breakeven::core
