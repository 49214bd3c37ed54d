// When within a month events fall, and what limits by window make of them. Known answers: by hand, and from
// the binomial and the Poisson distribution (Boost.Math).

#include "sim/pipeline/month_events.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <numeric>

namespace breakeven::sim {
namespace {

const PhiloxKey kKey = philoxKey(20'260'101);

ActivityTerms even(double sessionEvents = 1.0, double gapHours = 0.0) {
    return {sessionEvents, gapHours, std::make_shared<const HourProfile>(std::span<const double>{})};
}

/// Mean and standard error of what `draw` gives for so many users.
struct Mean {
    double value = 0.0;
    double error = 0.0;
};
template <typename Draw>
Mean meanOver(std::uint32_t users, Draw draw) {
    double sum = 0.0;
    double squares = 0.0;
    for (std::uint32_t user = 0; user < users; ++user) {
        DrawSequence draws(kKey, user, 0, 1, 99);
        const double x = draw(draws);
        sum += x;
        squares += x * x;
    }
    const double n = users;
    return {sum / n, std::sqrt((squares / n - sum / n * sum / n) / n)};
}

void expectMean(const Mean& mean, double exact) {
    EXPECT_NEAR(mean.value, exact, 4.0 * mean.error) << mean.error;
    EXPECT_GT(mean.error, 0.0);
}

TEST(DrawSequence, GivenUserWorldMonthAndStream_ThenTheUniformsOfTheirCountersInOrder) {
    DrawSequence draws(kKey, 5, 7, 3, 11);
    for (std::uint32_t number = 0; number < 3; ++number) {
        const PhiloxCounter words = philoxBlock({5, 7, (3U << 16) | number, 11}, kKey);
        EXPECT_EQ(draws.next(), uniformFrom(words[0], words[1]));
        EXPECT_EQ(draws.next(), uniformFrom(words[2], words[3]));
    }
}

TEST(HourProfile, GivenADayWithItsUseInOneHour_ThenAllEventsFallIntoThatHourOfSomeDay) {
    std::vector<double> shares(24, 0.0);
    shares[9] = 1.0;
    const HourProfile profile(shares);
    for (double u = 0.005; u < 1.0; u += 0.01) {
        const double hour = profile.at(u);
        EXPECT_EQ(std::floor(std::fmod(hour, 24.0)), 9.0) << hour;
        EXPECT_GE(hour, 0.0);
        EXPECT_LT(hour, kMonthHours);
        EXPECT_NEAR(profile.between(0.0, hour), u, 1e-12);
    }
    EXPECT_NEAR(profile.between(24.0, 48.0), 1.0 / 31.0, 1e-12);  // 30 whole days, and 10 hours of the next
}

TEST(HourProfile, GivenAWeek_ThenHoursAreDrawnByTheirShares) {
    std::vector<double> shares;
    for (int hour = 0; hour < 168; ++hour) shares.push_back((1.0 + hour % 5) / 501.0);
    const HourProfile profile(shares);
    double total = 0.0;
    for (int hour = 0; hour < 730; ++hour) total += shares[static_cast<std::size_t>(hour % 168)];
    for (const int hour : {0, 1, 167, 168, 700, 729}) {
        const double from = profile.between(0.0, hour);
        const double share = shares[static_cast<std::size_t>(hour % 168)] / total;
        EXPECT_NEAR(profile.between(hour, hour + 1.0), share, 1e-12);
        EXPECT_NEAR(profile.at(from + 0.25 * share), hour + 0.25, 1e-6) << hour;
    }
}

TEST(WindowUse, GivenClockWindows_ThenWhatLiesBeyondEachOfThem) {
    // Windows of 5 hours: 3 events, none, 1, 4.
    const std::vector<double> times{0.1, 2.0, 4.9, 10.0, 15.0, 15.1, 19.0, 19.9};
    const std::vector<double> uses(8, 1.0);
    const WindowUse use = useInWindows(times, uses, {5.0, false, false, 2.0});
    EXPECT_DOUBLE_EQ(use.within, (2.0 + 1.0 + 2.0) / 8.0);
    EXPECT_TRUE(use.touches);
    EXPECT_FALSE(useInWindows(times, uses, {5.0, false, false, 4.0}).touches);
    EXPECT_EQ(useInWindows(times, uses, {5.0, false, false, 4.0}).within, 1.0);
    EXPECT_EQ(useInWindows(times, uses, {5.0, false, false, 0.0}).within, 0.0);
}

TEST(WindowUse, GivenWindowsThatOpenAtUse_ThenTheFirstUseAfterOneOpensTheNext) {
    // From 4.9 to 9.9: 3 events; from 10.0 to 15.0: 1 event (15.0 is after it); from 15.0: 3 events.
    const std::vector<double> times{4.9, 5.0, 9.8, 10.0, 15.0, 15.1, 19.9};
    const std::vector<double> uses{1.0, 1.0, 2.0, 1.0, 1.0, 1.0, 1.0};
    const WindowUse use = useInWindows(times, uses, {5.0, true, false, 2.0});
    EXPECT_DOUBLE_EQ(use.within, (2.0 + 1.0 + 2.0) / 8.0);
}

TEST(WindowUse, GivenAQueue_ThenUseMovesToTheNextWindowsWithRoom) {
    // 7 units in the first of the windows of 5 hours, 1 in the third; 2 are served in each. After the first
    // 5 wait, after the second 3, after the third (3 + 1 - 2) 2, after the fourth none.
    const std::vector<double> times{0.0, 1.0, 2.0, 2.1, 2.2, 3.0, 4.0, 11.0};
    const std::vector<double> uses(8, 1.0);
    const WindowUse use = useInWindows(times, uses, {5.0, false, true, 2.0});
    EXPECT_EQ(use.within, 1.0);
    EXPECT_TRUE(use.touches);
    EXPECT_DOUBLE_EQ(use.waitHours, 5.0 * (5.0 + 3.0 + 2.0) / 8.0);
}

TEST(WindowUse, GivenCountsByWindow_ThenTheSameAsFromTheTimes) {
    const std::vector<double> times{0.1, 2.0, 4.9, 10.0, 15.0, 15.1, 19.0, 19.9};
    const std::vector<double> uses(8, 2.5);
    const std::vector<double> counts{3.0, 0.0, 1.0, 4.0};
    for (const bool queues : {false, true}) {
        const WindowLimit limit{5.0, false, queues, 6.0};
        const WindowUse each = useInWindows(times, uses, limit);
        const WindowUse counted = useInWindows(counts, 2.5, limit);
        EXPECT_DOUBLE_EQ(each.within, counted.within);
        EXPECT_DOUBLE_EQ(each.waitHours, counted.waitHours);
        EXPECT_EQ(each.touches, counted.touches);
    }
}

TEST(EventTimes, GivenSessions_ThenTheirMeanNumberAndGapsAreThoseOfTheTerms) {
    // Sessions of one event begin by themselves; the gaps inside others are short: 0.05 h against 7 h
    // between.
    const ActivityTerms terms = even(6.0, 0.05);
    const Mean starts = meanOver(4000, [&](DrawSequence& draws) {
        std::vector<double> times;
        drawEventTimes(terms, 100, draws, times);
        EXPECT_EQ(times.size(), 100U);
        EXPECT_TRUE(std::ranges::is_sorted(times));
        double count = 1.0;
        for (std::size_t i = 1; i < times.size(); ++i) count += times[i] - times[i - 1] > 0.5 ? 1.0 : 0.0;
        return count;
    });
    // 100 events, each but the first begins a session with probability 1/6: 17.5 sessions. Some overlap, some
    // gaps are long: within 5 %.
    EXPECT_NEAR(starts.value, 1.0 + 99.0 / 6.0, 0.9);
}

TEST(Windows, GivenEventsWithoutSessions_ThenTimesAndCountsBothGiveTheBinomialMean) {
    // n events over 146 windows: the count of each is binomial(n, 1/146).
    const double windows = kMonthHours / 5.0;
    const std::pair<double, double> cases[] = {{90.0, 3.0}, {600.0, 3.0}, {600.0, 10.0}, {2400.0, 12.0}};
    for (const auto& [n, amount] : cases) {
        const boost::math::binomial law(n, 1.0 / windows);
        double beyond = 0.0;
        for (double k = amount + 1.0; k <= n; k += 1.0) beyond += (k - amount) * boost::math::pdf(law, k);
        const double exact = 1.0 - windows * beyond / n;
        SCOPED_TRACE(testing::Message() << n << " " << amount);
        const WindowLimit limit{5.0, false, false, amount};
        const std::vector<double> uses(static_cast<std::size_t>(n), 1.0);
        expectMean(meanOver(3000,
                            [&](DrawSequence& draws) {
                                std::vector<double> times;
                                drawEventTimes(even(), uses.size(), draws, times);
                                return useInWindows(times, uses, limit).within;
                            }),
                   exact);
        expectMean(meanOver(3000,
                            [&](DrawSequence& draws) {
                                std::vector<double> counts;
                                drawWindowCounts(*even().profile, n, 5.0, draws, counts);
                                EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0.0), n);
                                return useInWindows(counts, 1.0, limit).within;
                            }),
                   exact);
    }
}

TEST(Windows, GivenAProfile_ThenTimesAndCountsAgreeInDistribution) {
    // 400 events a month, nearly all in 8 hours of the day; P(touched), and mean and spread of what lies
    // within.
    std::vector<double> shares(24, 0.01);
    for (std::size_t hour = 9; hour < 17; ++hour) shares[hour] = 0.105;
    const ActivityTerms terms{1.0, 0.0, std::make_shared<const HourProfile>(shares)};
    const std::vector<double> uses(400, 1.0);
    for (const double amount : {10.0, 16.0}) {
        const WindowLimit limit{5.0, false, false, amount};
        const auto ofTimes = [&](auto of) {
            return meanOver(4000, [&](DrawSequence& draws) {
                std::vector<double> times;
                drawEventTimes(terms, uses.size(), draws, times);
                return of(useInWindows(times, uses, limit));
            });
        };
        const auto ofCounts = [&](auto of) {
            return meanOver(4000, [&](DrawSequence& draws) {
                std::vector<double> counts;
                drawWindowCounts(*terms.profile, 400.0, 5.0, draws, counts);
                return of(useInWindows(counts, 1.0, limit));
            });
        };
        const auto expectAlike = [&](auto of) {
            const Mean a = ofTimes(of);
            const Mean b = ofCounts(of);
            EXPECT_NEAR(a.value, b.value, 4.0 * std::hypot(a.error, b.error));
        };
        expectAlike([](const WindowUse& use) { return use.within; });
        expectAlike([](const WindowUse& use) { return use.within * use.within; });
        expectAlike([](const WindowUse& use) { return use.touches ? 1.0 : 0.0; });
    }
}

TEST(Windows, GivenWindowsThatOpenAtUse_ThenTheMeanOfARenewalProcess) {
    // A window holds the event that opens it and a Poisson(rate x hours) number more. Many events: the ends
    // of the month hardly count. Given n of them, the share within is E min(1 + X, amount) / (1 + E X), up to
    // 1 / (number of windows).
    const double n = 7300.0;  // 10 an hour
    const double hours = 0.5;
    const double amount = 6.0;
    const boost::math::poisson law(10.0 * hours);
    double served = 0.0;
    for (double k = 0.0; k < 60.0; k += 1.0) served += std::min(1.0 + k, amount) * boost::math::pdf(law, k);
    const double exact = served / (1.0 + 10.0 * hours);
    const std::vector<double> uses(static_cast<std::size_t>(n), 1.0);
    const Mean mean = meanOver(400, [&](DrawSequence& draws) {
        std::vector<double> times;
        drawEventTimes(even(), uses.size(), draws, times);
        return useInWindows(times, uses, {hours, true, false, amount}).within;
    });
    EXPECT_NEAR(mean.value, exact, 4.0 * mean.error + 1.0 / (n / 6.0));
}

}  // namespace
}  // namespace breakeven::sim
