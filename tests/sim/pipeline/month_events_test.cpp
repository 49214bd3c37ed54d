// When within a month events fall, and what limits by window make of them. Known answers: by hand, and from
// the binomial and the Poisson distribution (Boost.Math).

#include "sim/pipeline/month_events.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>
#include <numeric>

#include "sim/random/count_quantile.hpp"

namespace breakeven::sim::month_events_test {
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

WindowUse useOfCounts(const std::vector<double>& counts, const WindowLimit& limit) {
    std::vector<double> times;
    std::vector<double> uses;
    spreadHours(counts, 1.0, times, uses);
    return useInWindows(times, uses, limit);
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

TEST(HourCounts, GivenCounts_ThenSpreadOverTheirHoursTheyAreAllThere) {
    const std::vector<double> counts{3.0, 0.0, 1.0, 40.0};
    std::vector<double> times;
    std::vector<double> uses;
    spreadHours(counts, 2.5, times, uses);
    ASSERT_EQ(times.size(), 3U + 1U + 16U);
    EXPECT_TRUE(std::ranges::is_sorted(times));
    for (std::size_t hour = 0; hour < counts.size(); ++hour) {
        double inHour = 0.0;
        for (std::size_t k = 0; k < times.size(); ++k)
            inHour += std::floor(times[k]) == static_cast<double>(hour) ? uses[k] : 0.0;
        EXPECT_DOUBLE_EQ(inHour, 2.5 * counts[hour]);
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
    struct Case {
        double events, amount;
    };
    const Case cases[] = {{90.0, 3.0}, {600.0, 3.0}, {600.0, 10.0}, {2400.0, 12.0}};
    for (const Case& item : cases) {
        const double n = item.events;
        const double amount = item.amount;
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
                                drawHourCounts(*even().profile, n, draws, counts);
                                EXPECT_EQ(std::accumulate(counts.begin(), counts.end(), 0.0), n);
                                return useOfCounts(counts, limit).within;
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
                drawHourCounts(*terms.profile, 400.0, draws, counts);
                return of(useOfCounts(counts, limit));
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

TEST(Windows, GivenManyEventsByHour_ThenWindowsThatOpenAtUseMissTheGapsBetweenThemAlone) {
    // 29,200 events, 40 an hour. Between two windows of 5 hours a Poisson process waits for the mean of one
    // event, which parts at even distances do not: of 1 + 200 events a window, one.
    const double n = 29'200.0;
    const WindowLimit limit{5.0, true, false, 190.0};
    const std::vector<double> uses(static_cast<std::size_t>(n), 1.0);
    const Mean each = meanOver(200, [&](DrawSequence& draws) {
        std::vector<double> times;
        drawEventTimes(even(), uses.size(), draws, times);
        return useInWindows(times, uses, limit).within;
    });
    const Mean counted = meanOver(200, [&](DrawSequence& draws) {
        std::vector<double> counts;
        drawHourCounts(*even().profile, n, draws, counts);
        return useOfCounts(counts, limit).within;
    });
    EXPECT_LT(each.value, 0.96);
    EXPECT_GT(counted.value, each.value);
    EXPECT_LT(counted.value - each.value, 1.0 / 201.0 + 4.0 * std::hypot(each.error, counted.error));
}

// One request is served in each window, Poisson(0.6) come: the M/D/1 queue, of which rho^2 / (2 (1 - rho))
// wait on the mean (Pollaczek 1930, Khinchine 1932). The month begins empty and works off what waits at its
// end, which moves the sum of 1,460 windows by the mean of some six of them: 0.5 %.
TEST(Windows, GivenAQueueOfOneInEachWindow_ThenTheMeanWaitIsPollaczekAndKhinchines) {
    const double rho = 0.6;
    const double windows = kMonthHours / 0.5;
    double waits = 0.0;
    std::vector<double> ofUsers;
    for (std::uint32_t user = 0; user < 3000; ++user) {
        DrawSequence draws(kKey, user, 0, 1, 77);
        const double n = poissonQuantile(rho * windows, draws.next());
        std::vector<double> times;
        drawEventTimes(even(), static_cast<std::size_t>(n), draws, times);
        const std::vector<double> uses(times.size(), 1.0);
        const WindowUse use = useInWindows(times, uses, {0.5, false, true, 1.0});
        ofUsers.push_back(use.waitHours * n / 0.5 / windows);
        waits += ofUsers.back();
    }
    const double mean = waits / 3000.0;
    double squares = 0.0;
    for (const double x : ofUsers) squares += (x - mean) * (x - mean);
    const double exact = rho * rho / (2.0 * (1.0 - rho));
    EXPECT_NEAR(mean, exact, 4.0 * std::sqrt(squares) / 3000.0 + 0.005 * exact);
}

}  // namespace
}  // namespace breakeven::sim::month_events_test
