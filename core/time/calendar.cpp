#include "core/time/calendar.hpp"

#include <date/tz.h>
#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/diagnostics/suggest.hpp"

namespace breakeven::core {
namespace {

using Nanoseconds = date::local_time<std::chrono::nanoseconds>;

Nanoseconds asLocal(Instant wallClock) {
    return Nanoseconds(std::chrono::nanoseconds(wallClock));
}

Instant countOf(date::sys_time<std::chrono::nanoseconds> time) {
    return time.time_since_epoch().count();
}

/// First day of the month's period that holds a local date.
std::int32_t monthStart(date::local_days today, int anchorDay) {
    const date::year_month_day ymd{today};
    const auto startIn = [&](date::year_month month) {
        const auto last = (month / date::last).day();
        return date::local_days(month / std::min(date::day(static_cast<unsigned>(anchorDay)), last));
    };
    const date::year_month month = ymd.year() / ymd.month();
    const date::local_days start = startIn(month);
    return (start <= today ? start : startIn(month - date::months(1))).time_since_epoch().count();
}

std::int32_t monthEnd(std::int32_t startDay, int anchorDay) {
    const date::year_month_day ymd{date::local_days(date::days(startDay))};
    const date::year_month month = ymd.year() / ymd.month() + date::months(1);
    const auto last = (month / date::last).day();
    return date::local_days(month / std::min(date::day(static_cast<unsigned>(anchorDay)), last))
        .time_since_epoch()
        .count();
}

}  // namespace

struct Calendar::Zone {
    const date::time_zone* zone = nullptr;
};

Calendar::Calendar(PeriodKind kind, const std::string& zone)
    : kind_(kind), zone_(zone), found_(std::make_unique<Zone>()) {
    std::vector<std::string> names;
    try {
        const date::tzdb& database = date::get_tzdb();
        for (const auto& item : database.zones) names.push_back(item.name());
        found_->zone = date::locate_zone(zone);
    } catch (const std::exception& error) {
        if (names.empty()) {
            throw Error(Error::Kind::System,
                        {Severity::Error,
                         {"time zones", 0, 0},
                         fmt::format("the time zone database can't be read: {}", error.what()),
                         "install the package tzdata"});
        }
        const auto nearest = nearestWord(zone, names);
        throw Error(Error::Kind::Input, {Severity::Error,
                                         {"time zone", 0, 0},
                                         fmt::format("there is no time zone \"{}\"", zone),
                                         nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                                                 : "give a name such as UTC, Europe/Berlin or Asia/Seoul"});
    }
}

Calendar::~Calendar() = default;
Calendar::Calendar(Calendar&&) noexcept = default;
Calendar& Calendar::operator=(Calendar&&) noexcept = default;

Instant Calendar::fromLocal(Instant wallClock) const {
    return countOf(found_->zone->to_sys(asLocal(wallClock), date::choose::earliest));
}

Instant Calendar::midnight(std::int32_t day) const {
    return fromLocal(static_cast<Instant>(day) * 86'400 * kSecond);
}

PeriodSpan Calendar::at(Instant instant, int anchorDay) const {
    const auto local =
        found_->zone->to_local(date::sys_time<std::chrono::nanoseconds>(std::chrono::nanoseconds(instant)));
    const auto today = date::floor<date::days>(local);
    std::int32_t first = today.time_since_epoch().count();
    std::int32_t next = first + 1;
    if (kind_ == PeriodKind::Week) {
        first -= static_cast<std::int32_t>(date::weekday(today).iso_encoding()) - 1;
        next = first + 7;
    } else if (kind_ == PeriodKind::Month) {
        first = monthStart(today, anchorDay);
        next = monthEnd(first, anchorDay);
    }
    return {midnight(first), midnight(next), first};
}

}  // namespace breakeven::core
