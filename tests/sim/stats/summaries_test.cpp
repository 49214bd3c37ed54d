#include "sim/stats/summaries.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim::summaries_test {
namespace {

TEST(Summaries, GivenAFewValues_WhenSummarised_ThenTheVarianceDividesByOneLess) {
    const std::vector<double> values{2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0};
    const Summary summary = summarise(values);
    EXPECT_EQ(summary.count, 8U);
    EXPECT_DOUBLE_EQ(summary.mean, 5.0);
    EXPECT_DOUBLE_EQ(summary.variance, 32.0 / 7.0);
    EXPECT_EQ(summarise(std::vector<double>{3.0}).variance, 0.0);
    EXPECT_EQ(summarise({}).count, 0U);
}

// numpy.quantile([1, 2, 4, 8], level), linear (Hyndman & Fan type 7).
TEST(Summaries, GivenSortedValues_WhenAQuantileIsTaken_ThenItIsLinearBetweenOrderStatistics) {
    const std::vector<double> values{1.0, 2.0, 4.0, 8.0};
    EXPECT_DOUBLE_EQ(sortedQuantile(values, 0.0), 1.0);
    EXPECT_DOUBLE_EQ(sortedQuantile(values, 0.25), 1.75);
    EXPECT_DOUBLE_EQ(sortedQuantile(values, 0.5), 3.0);
    EXPECT_DOUBLE_EQ(sortedQuantile(values, 0.9), 6.8);
    EXPECT_DOUBLE_EQ(sortedQuantile(values, 1.0), 8.0);
}

// Printed tables of Student's t at 0.975: 12.706, 2.228, 2.042, 1.960.
TEST(Summaries, GivenDegreesOfFreedom_WhenTheT95IsTaken_ThenItIsThatOfTheTables) {
    EXPECT_NEAR(studentT95(1.0), 12.706, 5e-4);
    EXPECT_NEAR(studentT95(10.0), 2.228, 5e-4);
    EXPECT_NEAR(studentT95(30.0), 2.042, 5e-4);
    EXPECT_NEAR(studentT95(1e6), 1.960, 5e-4);
}

// Newcombe (1998), Statistics in Medicine 17, table I, method 3 (score): 81 of 263 and 0 of 20.
TEST(Summaries, GivenHits_WhenTheWilsonIntervalIsTaken_ThenItIsThatOfNewcombesTable) {
    const Interval some = wilson95(81.0, 263.0);
    EXPECT_NEAR(some.low, 0.2553, 5e-5);
    EXPECT_NEAR(some.high, 0.3662, 5e-5);
    const Interval none = wilson95(0.0, 20.0);
    EXPECT_EQ(none.low, 0.0);
    EXPECT_NEAR(none.high, 0.1611, 5e-5);
}

// For a mean over equal groups the jackknife is the standard error of the group means.
TEST(Summaries, GivenAMeanOverEqualGroups_WhenJackknifed_ThenTheErrorIsThatOfTheGroupMeans) {
    const std::vector<double> means{3.0, 5.0, 4.0, 8.0, 7.0};
    const double total = std::accumulate(means.begin(), means.end(), 0.0);
    std::vector<double> without;
    for (const double mean : means) without.push_back((total - mean) / 4.0);
    const std::vector<double> sizes(5, 40.0);
    EXPECT_NEAR(jackknifeError(total / 5.0, without, sizes), std::sqrt(summarise(means).variance / 5.0),
                1e-12);
}

// Ranks and confidence of the sign test's interval of a median: n = 8: (1, 8) 99.2 %, 10: (2, 9) 97.9 %, 20:
// (6, 15) 95.9 %, 50: (18, 33) 96.7 %; up to 5 values there is none (Conover 1999, "Practical Nonparametric
// Statistics", 3.2). Of a 90 % quantile: 0.9^36 is the first below 2.5 %.
TEST(Summaries, GivenSortedValues_WhenAQuantilesIntervalIsTaken_ThenItsRanksAreTheTables) {
    const auto rankInterval = [](std::size_t n, double level) {
        std::vector<double> ranks;
        for (std::size_t i = 1; i <= n; ++i) ranks.push_back(static_cast<double>(i));
        const Interval interval = quantileInterval(ranks, level);
        return std::pair(interval.low, interval.high);
    };
    constexpr double kNone = std::numeric_limits<double>::infinity();
    EXPECT_EQ(rankInterval(5, 0.5), std::pair(-kNone, kNone));
    EXPECT_EQ(rankInterval(8, 0.5), std::pair(1.0, 8.0));
    EXPECT_EQ(rankInterval(10, 0.5), std::pair(2.0, 9.0));
    EXPECT_EQ(rankInterval(20, 0.5), std::pair(6.0, 15.0));
    EXPECT_EQ(rankInterval(50, 0.5), std::pair(18.0, 33.0));
    EXPECT_EQ(rankInterval(35, 0.9).second, kNone);
    EXPECT_EQ(rankInterval(36, 0.9).second, 36.0);
    EXPECT_EQ(rankInterval(36, 0.1).first, 1.0);
    EXPECT_EQ(rankInterval(1, 0.999), std::pair(1.0, kNone));
    const auto [low, high] = rankInterval(1'000'000, 0.5);
    EXPECT_NEAR(low, 500'000.0 - 980.0, 2.0);
    EXPECT_NEAR(high, 500'000.0 + 981.0, 2.0);
}

// Five values, one a group, with mean 5 and variance 10 and no skewness: 5 -+ 2.776 sqrt(10 / 5), the
// interval of the textbooks, with 4 degrees of freedom.
TEST(Summaries, GivenOneValueInEachGroup_WhenAnIntervalIsTaken_ThenItIsTheTextbooks) {
    const std::vector<double> values{1.0, 3.0, 5.0, 7.0, 9.0};
    std::vector<double> without;
    for (const double value : values) without.push_back((25.0 - value) / 4.0);
    const Interval interval = jackknifeInterval(5.0, without, std::vector<double>(5, 1.0));
    EXPECT_NEAR(interval.low, 1.0735, 1e-4);
    EXPECT_NEAR(interval.high, 8.9265, 1e-4);
}

// 24 groups of means of one exponential each (mean 1, skewness 2): the t interval holds 1 in about 91 %, the
// corrected one in about 94 % (Hall 1992, table 1, n = 20: 0.90 and 0.93). 4,000 samples: standard deviation
// 0.4 %.
TEST(Summaries, GivenSkewedGroups_WhenAnIntervalIsTaken_ThenItHoldsTheTruthMoreOftenThanStudents) {
    constexpr std::size_t kGroups = 24;
    const std::vector<double> sizes(kGroups, 1.0);
    const std::vector<double> u = tests::uniforms(4'000 * kGroups, 9);
    int hits = 0;
    int plain = 0;
    for (std::size_t sample = 0; sample < 4'000; ++sample) {
        std::vector<double> values;
        for (std::size_t i = 0; i < kGroups; ++i) values.push_back(-std::log(u[sample * kGroups + i]));
        const double total = std::accumulate(values.begin(), values.end(), 0.0);
        std::vector<double> without;
        for (const double value : values) without.push_back((total - value) / (kGroups - 1.0));
        const double mean = total / kGroups;
        const Interval interval = jackknifeInterval(mean, without, sizes);
        const double half = studentT95(kGroups - 1.0) * jackknifeError(mean, without, sizes);
        hits += interval.low <= 1.0 && 1.0 <= interval.high ? 1 : 0;
        plain += std::abs(mean - 1.0) <= half ? 1 : 0;
    }
    EXPECT_GT(hits / 4'000.0, plain / 4'000.0 + 0.01);
    EXPECT_GT(hits / 4'000.0, 0.925);
    EXPECT_LT(hits / 4'000.0, 0.965);
}

TEST(Summaries, GivenTheTiniestProbabilities_WhenAnIntervalIsTaken_ThenItIsThatOfLargerOnesToScale) {
    const std::vector<double> sizes(3, 5.0);
    for (const int power : {-1000, -420, 900}) {
        const auto scaled = [&](double x) { return std::ldexp(x, power); };
        const std::vector<double> without{scaled(1.0), scaled(2.0), scaled(4.5)};
        const Interval interval = jackknifeInterval(scaled(2.5), without, sizes);
        const Interval plain = jackknifeInterval(2.5, std::vector{1.0, 2.0, 4.5}, sizes);
        EXPECT_EQ(interval.low, scaled(plain.low));
        EXPECT_EQ(interval.high, scaled(plain.high));
        EXPECT_EQ(jackknifeError(scaled(2.5), without, sizes),
                  scaled(jackknifeError(2.5, std::vector{1.0, 2.0, 4.5}, sizes)));
    }
}

TEST(Summaries, GivenGroupsWithoutSkewness_WhenAnIntervalIsTaken_ThenItIsStudents) {
    const std::vector<double> without{1.0, 2.0, 3.0};
    const std::vector<double> sizes(3, 5.0);
    const double half = studentT95(2.0) * jackknifeError(2.0, without, sizes);
    const Interval interval = jackknifeInterval(2.0, without, sizes);
    EXPECT_NEAR(interval.low, 2.0 - half, 1e-12);
    EXPECT_NEAR(interval.high, 2.0 + half, 1e-12);
}

TEST(Summaries, GivenRanks_WhenCorrelated_ThenMonotoneIsOneAndTiesShareTheirRank) {
    const std::vector<double> x{1.0, 2.0, 3.0, 4.0, 5.0};
    const std::vector<double> rising{1.0, 8.0, 27.0, 64.0, 125.0};
    const std::vector<double> falling{5.0, 4.0, 3.0, 2.0, 1.0};
    EXPECT_DOUBLE_EQ(rankCorrelation(x, rising), 1.0);
    EXPECT_DOUBLE_EQ(rankCorrelation(x, falling), -1.0);
    EXPECT_EQ(rankCorrelation(x, std::vector<double>(5, 2.0)), 0.0);
    // By hand: ranks 0, 1.5, 1.5, 3, 4 against 0 to 4: covariance 9.5 of 10 and 9.5.
    const std::vector<double> tied{1.0, 2.0, 2.0, 4.0, 5.0};
    EXPECT_NEAR(rankCorrelation(x, tied), 9.5 / std::sqrt(10.0 * 9.5), 1e-15);
}

// Sum of 100 exponentials of mean 1 less 110 (margins 1.1 - x have mean 0.1, variance 1, third moment -2): it
// is negative when a gamma of shape 100 exceeds 110, 0.158279 (regularised upper incomplete gamma Q(100,
// 110)).
TEST(Summaries, GivenSumsOfGammaCosts_WhenTheirChanceOfALossIsTaken_ThenItIsTheExactOne) {
    EXPECT_NEAR(probabilitySumBelowZero(0.1, 1.0, -2.0, 100.0), 0.158279, 5e-7);
    // Turned over: income of a gamma law, P(100 exponentials of mean 1 < 110) = 1 - 0.158279.
    EXPECT_NEAR(probabilitySumBelowZero(-0.1, 1.0, 2.0, 100.0), 1.0 - 0.158279, 5e-7);
    EXPECT_NEAR(probabilitySumBelowZero(0.1, 1.0, 1e-9, 100.0), 0.158655254, 1e-9) << "normal";
    // x of so small a shape is hardly ever above 0: P(shape, x) -> 1.
    EXPECT_NEAR(probabilitySumBelowZero(0.0, 1.0, 2e3, 1.0), 1.0, 2e-5);
}

TEST(Summaries, GivenAnySkewness_WhenAChanceOfALossIsTaken_ThenItIsAChanceThatFallsWithTheMean) {
    for (double size = 1e-9; size < 1e9; size *= 1.3) {
        for (const double skewness : {size, -size}) {
            double before = 1.0;
            for (double mean = -60.0; mean <= 60.0; mean += 0.5) {
                const double chance = probabilitySumBelowZero(mean, 1.0, skewness, 1.0);
                ASSERT_TRUE(chance >= 0.0 && chance <= before + 1e-12) << skewness << " " << mean;
                before = chance;
            }
        }
    }
}

TEST(Summaries, GivenNoSpread_WhenAChanceOfALossIsTaken_ThenTheMeanDecides) {
    EXPECT_EQ(probabilitySumBelowZero(-1.0, 0.0, 0.0, 10.0), 1.0);
    EXPECT_EQ(probabilitySumBelowZero(1.0, 0.0, 0.0, 10.0), 0.0);
}

}  // namespace
}  // namespace breakeven::sim::summaries_test
