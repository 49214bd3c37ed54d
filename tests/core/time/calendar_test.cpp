#include "core/time/calendar.hpp"

#include <gtest/gtest.h>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::core::calendar_test {
namespace {

Instant at(const char* text) {
    return parseTime(text).value().instant;
}

std::string spanText(const PeriodSpan& span) {
    return instantText(span.begin) + " " + instantText(span.end) + " " + dateText(span.startDay);
}

TEST(Calendar, GivenSummerTime_WhenMonthsBegin_ThenItIsAtLocalMidnight) {
    const Calendar berlin(PeriodKind::Month, "Europe/Berlin");
    // Berlin is at +01:00 until 2026-03-29 and at +02:00 until 2026-10-25 (tz database).
    EXPECT_EQ(spanText(berlin.at(at("2026-03-31T21:59:59Z"))),
              "2026-02-28T23:00:00Z 2026-03-31T22:00:00Z 2026-03-01");
    EXPECT_EQ(spanText(berlin.at(at("2026-03-31T22:00:00Z"))),
              "2026-03-31T22:00:00Z 2026-04-30T22:00:00Z 2026-04-01");
}

TEST(Calendar, GivenDaysOf23And25Hours_WhenMetered_ThenTheyAreThatLong) {
    const Calendar berlin(PeriodKind::Day, "Europe/Berlin");
    const PeriodSpan spring = berlin.at(at("2026-03-29T12:00:00Z"));
    EXPECT_EQ(spring.end - spring.begin, 23 * std::int64_t{3600} * kSecond);
    const PeriodSpan autumn = berlin.at(at("2026-10-25T12:00:00Z"));
    EXPECT_EQ(autumn.end - autumn.begin, 25 * std::int64_t{3600} * kSecond);
}

TEST(Calendar, GivenADayWithoutMidnight_WhenItBegins_ThenItIsAtItsFirstMoment) {
    // In São Paulo the clock went from 2018-11-03 23:59:59 to 2018-11-04 01:00:00.
    const Calendar saoPaulo(PeriodKind::Day, "America/Sao_Paulo");
    EXPECT_EQ(spanText(saoPaulo.at(at("2018-11-04T12:00:00Z"))),
              "2018-11-04T03:00:00Z 2018-11-05T02:00:00Z 2018-11-04");
}

TEST(Calendar, GivenAnAnchorDay_WhenMonthsAreShort_ThenTheyBeginOnTheirLastDay) {
    const Calendar utc(PeriodKind::Month, "UTC");
    EXPECT_EQ(spanText(utc.at(at("2026-02-15"), 31)), "2026-01-31T00:00:00Z 2026-02-28T00:00:00Z 2026-01-31");
    EXPECT_EQ(spanText(utc.at(at("2026-02-28"), 31)), "2026-02-28T00:00:00Z 2026-03-31T00:00:00Z 2026-02-28");
    EXPECT_EQ(spanText(utc.at(at("2024-02-29"), 30)), "2024-02-29T00:00:00Z 2024-03-30T00:00:00Z 2024-02-29");
    EXPECT_EQ(spanText(utc.at(at("2026-01-14"), 15)), "2025-12-15T00:00:00Z 2026-01-15T00:00:00Z 2025-12-15");
}

TEST(Calendar, GivenWeeks_WhenTheyBegin_ThenItIsOnMonday) {
    const Calendar utc(PeriodKind::Week, "UTC");
    EXPECT_EQ(spanText(utc.at(at("2026-01-01"))), "2025-12-29T00:00:00Z 2026-01-05T00:00:00Z 2025-12-29");
}

TEST(Calendar, GivenAMisspeltZone_WhenMade_ThenTheNearestNameIsTold) {
    try {
        const Calendar calendar(PeriodKind::Month, "Europe/Berln");
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::Input);
        EXPECT_STREQ(error.what(),
                     "time zone: error: there is no time zone \"Europe/Berln\"\n"
                     "  hint: did you mean \"Europe/Berlin\"?\n");
    }
}

}  // namespace
}  // namespace breakeven::core::calendar_test
