#include "core/time/instant.hpp"

#include <gtest/gtest.h>

namespace breakeven::core::instant_test {
namespace {

struct Case {
    const char* text;
    const char* instant;  ///< as instantText writes it; null: refused
};

TEST(Instant, GivenIso8601Texts_WhenParsed_ThenTheyAreThatInstantOrRefused) {
    const std::vector<Case> cases{
        {"2026-01-05T12:17:35.528Z", "2026-01-05T12:17:35.528Z"},
        {"2026-01-05T12:17:35,5+09:00", "2026-01-05T03:17:35.5Z"},
        {"2026-01-05 12:17:35.1234567", "2026-01-05T12:17:35.1234567Z"},
        {"2026-01-05 12:17-0330", "2026-01-05T15:47:00Z"},
        {"2026-01-05T12:17:35+02", "2026-01-05T10:17:35Z"},
        {"2026-01-05", "2026-01-05T00:00:00Z"},
        {"2024-02-29", "2024-02-29T00:00:00Z"},
        {"2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z"},  // a leap second
        {"1969-12-31T23:59:59.5Z", "1969-12-31T23:59:59.5Z"},
        {"2026-01-05T12:17:35.123456789123Z", "2026-01-05T12:17:35.123456789Z"},
        {"2023-02-29", nullptr},
        {"2026-13-01", nullptr},
        {"2026-01-05T24:00:00Z", nullptr},
        {"2026-01-05T12:60Z", nullptr},
        {"2026-01-05T12", nullptr},
        {"2026-01-05T12:17:35.Z", nullptr},
        {"2026-01-05T12:17:35Zx", nullptr},
        {"2026-1-5", nullptr},
        {"9999-01-01", nullptr},  // an Instant ends in 2262
        {"", nullptr},
    };
    for (const Case& item : cases) {
        const auto time = parseTime(item.text);
        ASSERT_EQ(time.has_value(), item.instant != nullptr) << item.text;
        if (!time) continue;
        EXPECT_EQ(instantText(time->instant), item.instant) << item.text;
    }
}

TEST(Instant, GivenEpochNumbers_WhenParsed_ThenTheUnitIsGivenOrGoesBySize) {
    const Instant noon = 1'767'614'400 * kSecond;  // 2026-01-05T12:00:00Z
    EXPECT_EQ(parseEpoch("1767614400", EpochUnit::Auto), noon);
    EXPECT_EQ(parseEpoch("1767614400000", EpochUnit::Auto), noon);
    EXPECT_EQ(parseEpoch("1767614400000000", EpochUnit::Auto), noon);
    EXPECT_EQ(parseEpoch("1767614400000000000", EpochUnit::Auto), noon);
    EXPECT_EQ(parseEpoch("1767614400.5", EpochUnit::Auto), noon + kSecond / 2);
    EXPECT_EQ(parseEpoch("600", EpochUnit::Milliseconds), 600'000'000);
    EXPECT_EQ(parseEpoch("-1", EpochUnit::Seconds), -kSecond);
    EXPECT_FALSE(parseEpoch("9223372036854775807", EpochUnit::Seconds));
    EXPECT_FALSE(parseEpoch("1e300", EpochUnit::Auto));
    EXPECT_FALSE(parseEpoch("nan", EpochUnit::Auto));
    EXPECT_FALSE(parseEpoch("12x", EpochUnit::Auto));
    EXPECT_FALSE(parseEpoch("", EpochUnit::Auto));
}

TEST(Instant, GivenDates_WhenTurnedIntoDays_ThenTheyComeBack) {
    EXPECT_EQ(dayOfDate("1970-01-01"), 0);
    EXPECT_EQ(dayOfDate("2000-03-01"), 11'017);  // POSIX: 951868800 s
    EXPECT_EQ(dayOfDate("1969-12-31"), -1);
    EXPECT_EQ(dateText(11'017), "2000-03-01");
    EXPECT_FALSE(dayOfDate("2000-03-01T00:00Z"));
}

}  // namespace
}  // namespace breakeven::core::instant_test
