#include "core/units/time_point.hpp"

#include <gtest/gtest.h>

#include <string>

namespace breakeven::core::time_point_test {
namespace {

using std::chrono::sys_days;
using namespace std::chrono_literals;

TEST(TimePoint, GivenIso8601_WhenParsed_ThenZonesAndFractionsCount) {
    const TimePoint noon = sys_days(2024y / 3 / 1) + 12h;
    EXPECT_EQ(parseTimePoint("2024-03-01T12:00"), noon);
    EXPECT_EQ(parseTimePoint("2024-03-01 12:00:00Z"), noon);
    EXPECT_EQ(parseTimePoint("2024-03-01T21:00:00+09:00"), noon);
    EXPECT_EQ(parseTimePoint("2024-03-01T07:30:00.250-0430"), noon + 250ms);
    EXPECT_EQ(parseTimePoint("2024-03-01"), TimePoint(sys_days(2024y / 3 / 1)));
}

TEST(TimePoint, GivenDatesNoCalendarHas_WhenParsed_ThenThereIsNone) {
    for (const std::string text : {"2023-02-29", "2024-13-01", "2024-3-1", "2024-03-01T24:00",
                                   "2024-03-01T12", "2024-03-01T12:00x", "", "20240301"})
        EXPECT_FALSE(parseTimePoint(text)) << text;
}

TEST(AddMonths, GivenTheThirtyFirst_WhenMonthsPass_ThenTheAnchorDayComesBack) {
    const sys_days start = 2024y / 1 / 31;
    EXPECT_EQ(addMonths(start, 1, 31), sys_days(2024y / 2 / 29));
    EXPECT_EQ(addMonths(addMonths(start, 1, 31), 1, 31), sys_days(2024y / 3 / 31));
    EXPECT_EQ(addMonths(start, 13, 31), sys_days(2025y / 2 / 28));
    EXPECT_EQ(addMonths(start, -2, 31), sys_days(2023y / 11 / 30));
}

}  // namespace
}  // namespace breakeven::core::time_point_test
