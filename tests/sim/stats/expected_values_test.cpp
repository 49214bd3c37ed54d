#include "sim/stats/expected_values.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numeric>
#include <random>
#include <vector>

#include "sim/stats/summaries.hpp"

namespace breakeven::sim::expected_values_test {
namespace {

using List = std::vector<double>;

/// Worlds with what they are in truth, simulated with noise.
struct Simulation {
    std::vector<List> beliefs;
    List truth;
    List values;
    List noise;
};

/// @param truthOf  of a world's beliefs, each standard normal, and a number of its own, too
template <typename TruthOf>
Simulation simulationOf(std::uint64_t seed, std::size_t beliefs, std::size_t worlds, double noise,
                        TruthOf truthOf) {
    std::mt19937_64 generator(seed);
    std::normal_distribution<double> normal;
    Simulation made{std::vector<List>(beliefs), {}, {}, {}};
    for (std::size_t w = 0; w < worlds; ++w) {
        List draws;
        for (List& belief : made.beliefs) draws.push_back(belief.emplace_back(normal(generator)));
        made.truth.push_back(truthOf(draws, normal(generator)));
        // Halves of the users, each with twice the variance.
        const double first = made.truth.back() + std::sqrt(2.0) * noise * normal(generator);
        const double second = made.truth.back() + std::sqrt(2.0) * noise * normal(generator);
        made.values.push_back(0.5 * (first + second));
        made.noise.push_back(0.5 * (first - second));
    }
    return made;
}

double bilinear(const List& z, double) {
    return 7.0 + 2.0 * z[0] - z[1] + 0.5 * z[0] * z[1] + 0.3 * z[1] * z[1];
}

double shareAbove(const List& values, double limit) {
    double count = 0.0;
    for (const double x : values) count += x > limit ? 1.0 : 0.0;
    return count / static_cast<double>(values.size());
}

TEST(ExpectedValues, GivenNoNoise_ThenTheSimulatedValuesStand) {
    const Simulation s = simulationOf(1, 2, 100, 0.0, bilinear);
    const BeliefFit fit(s.beliefs, 100);
    EXPECT_EQ(fit.expected(s.values, s.noise), s.values);
    // Nor is rounding noise.
    EXPECT_EQ(fit.expected(s.values, List(100, 1e-14)), s.values);
    const ExpectedValues found = fit.estimate(s.values, s.noise);
    EXPECT_EQ(found.values, s.values);
    const Interval worlds{2.0, 9.0};
    const Interval interval = found.interval(worlds, [](const List& list) { return list.front(); });
    EXPECT_EQ(interval.low, worlds.low);
    EXPECT_EQ(interval.high, worlds.high);
}

// Variance 20 / 3 with 3 degrees of freedom, of which 4 is noise: the rest keeps sqrt(1 - 0.6).
TEST(ExpectedValues, GivenNoBeliefs_ThenTheValuesShrinkToTheirMeanByTheKnownFactor) {
    const BeliefFit fit({}, 4);
    const List values{7.0, 9.0, 11.0, 13.0};
    const List found = fit.expected(values, List{2.0, -2.0, 2.0, -2.0});
    for (std::size_t w = 0; w < values.size(); ++w)
        EXPECT_NEAR(found[w], 10.0 + std::sqrt(0.4) * (values[w] - 10.0), 1e-12);
    // More noise than spread: nothing is left of it.
    for (const double x : fit.expected(values, List{4.0, -4.0, 4.0, -4.0})) EXPECT_NEAR(x, 10.0, 1e-12);
    // A belief that nobody draws differently is none.
    EXPECT_EQ(BeliefFit({List(4, 3.0)}, 4).expected(values, List{2.0, -2.0, 2.0, -2.0}), found);
}

TEST(ExpectedValues, GivenAnyNoise_ThenMeanStaysAndVarianceIsLessByTheNoise) {
    for (const std::size_t worlds : {3, 15, 29, 40, 200, 1000}) {
        for (const double noise : {0.01, 0.5, 1.0}) {
            const Simulation s = simulationOf(worlds, 2, worlds, noise, [](const List& z, double own) {
                return 100.0 + 5.0 * z[0] + std::exp(z[1]) + 3.0 * own;
            });
            const List found = BeliefFit(s.beliefs, worlds).expected(s.values, s.noise);
            const Summary before = summarise(s.values);
            const Summary after = summarise(found);
            double squares = 0.0;
            for (const double x : s.noise) squares += x * x / static_cast<double>(worlds);
            // To the digit where nothing is fitted, else nearly.
            const bool isPlain = worlds < 30;
            EXPECT_NEAR(after.mean, before.mean, (isPlain ? 1e-12 : 1e-3) * std::sqrt(before.variance))
                << worlds;
            EXPECT_NEAR(after.variance, before.variance - squares, (isPlain ? 1e-12 : 3e-3) * before.variance)
                << worlds << " " << noise;
        }
    }
}

// A coefficient of 5 terms and the mean from n worlds misses by noise / sqrt(n).
TEST(ExpectedValues, GivenBeliefsThatSayItAll_ThenTheNoiseIsGone) {
    constexpr std::size_t kWorlds = 2'000;
    const Simulation s = simulationOf(3, 2, kWorlds, 3.0, bilinear);
    const BeliefFit fit(s.beliefs, kWorlds);
    EXPECT_EQ(fit.terms(), 7U);
    const List found = fit.expected(s.values, s.noise);
    double before = 0.0;
    double after = 0.0;
    for (std::size_t w = 0; w < kWorlds; ++w) {
        before += std::pow(s.values[w] - s.truth[w], 2) / kWorlds;
        after += std::pow(found[w] - s.truth[w], 2) / kWorlds;
    }
    EXPECT_NEAR(before, 9.0, 4.0 * 9.0 * std::sqrt(2.0 / kWorlds));
    // Of the 8 coefficients, and a rest that luck keeps: sd sqrt(2 (1 + 1) / n) of the variance of the noise.
    EXPECT_LT(after, 9.0 * (8.0 + 4.0 * std::sqrt(16.0)) / kWorlds + 9.0 * 2.0 * std::sqrt(4.0 / kWorlds));
}

TEST(ExpectedValues, GivenMoreWorlds_ThenThePolynomialHasMoreTerms) {
    const auto termsOf = [](std::size_t beliefs, std::size_t worlds) {
        return BeliefFit(
                   simulationOf(1, beliefs, worlds, 1.0, [](const List&, double own) { return own; }).beliefs,
                   worlds)
            .terms();
    };
    EXPECT_EQ(termsOf(3, 39), 0U);
    EXPECT_EQ(termsOf(3, 40), 3U);
    EXPECT_EQ(termsOf(3, 70), 6U);
    EXPECT_EQ(termsOf(3, 100), 9U);
    EXPECT_EQ(termsOf(3, 130), 12U);
    EXPECT_EQ(termsOf(12, 5'000), 24U);  // 90 products would be too many
    EXPECT_EQ(termsOf(80, 1'000), 0U);
}

TEST(ExpectedValues, GivenLimitsOfTwoKinds_ThenTheirDistancesJoinByPythagoras) {
    const ExpectedValues found{{10.0}, {6.0}, {13.0}, {9.0}, {10.5}};
    const Interval interval = found.interval({7.0, 14.0}, [](const List& list) { return list.front(); });
    EXPECT_DOUBLE_EQ(interval.low, 10.0 - std::sqrt(9.0 + 16.0 + 1.0));
    EXPECT_DOUBLE_EQ(interval.high, 10.0 + std::sqrt(16.0 + 9.0 + 0.25));
}

// Coverage of the chance that a normal, or a cubic of one, exceeds its 90 % quantile, and of that quantile.
// Of 400 intervals of 95 % fewer than 360 hold the truth with probability 2e-5 (binomial); counted with the
// noise in them they hold it in few. They may be too wide: the errors add up where one is a part of the
// other.
TEST(ExpectedValues, GivenSeeds_ThenTheIntervalsHoldChanceAndQuantile) {
    constexpr int kSeeds = 400;
    constexpr std::size_t kWorlds = 200;
    constexpr double kScore = 1.2815515655446004;
    const auto line = [](const List& z, double) { return z[0]; };
    const auto bend = [](const List& z, double) { return z[0] + 0.2 * std::pow(z[0], 3); };
    const auto own = [](const List&, double x) { return x; };
    const auto coverage = [&](double noise, double truth, auto truthOf) {
        std::array<int, 3> hits{};
        for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
            const Simulation s = simulationOf(seed, 2, kWorlds, noise, truthOf);
            ExpectedValues found = BeliefFit(s.beliefs, kWorlds).estimate(s.values, s.noise);
            const auto above = [&](const List& list) { return shareAbove(list, truth); };
            const auto wilson = [&](double share) { return wilson95(share * kWorlds, kWorlds); };
            const Interval chance = found.interval(wilson(above(found.values)), above);
            hits[0] += chance.low <= 0.1 && 0.1 <= chance.high ? 1 : 0;
            const Interval counted = wilson(above(s.values));
            hits[2] += counted.low <= 0.1 && 0.1 <= counted.high ? 1 : 0;
            found.sort();
            const double reach = 1.96 * std::sqrt(0.09 / kWorlds);
            const Interval fee = found.interval(
                {sortedQuantile(found.values, 0.9 - reach), sortedQuantile(found.values, 0.9 + reach)},
                [](const List& list) { return sortedQuantile(list, 0.9); });
            hits[1] += fee.low <= truth && truth <= fee.high ? 1 : 0;
        }
        return hits;
    };
    for (const auto& hits :
         {coverage(1.0, kScore, line), coverage(1.5, kScore + 0.2 * std::pow(kScore, 3), bend),
          coverage(1.0, kScore, own)}) {
        EXPECT_GE(hits[0], 360);
        EXPECT_GE(hits[1], 360);
        EXPECT_LE(hits[2], 200);
    }
}

// y = 2 z0 - z1 + 0.5 z0 z1 + 0.3 z1^2: variance 4 + 1 + 0.25 + 0.18, of which z0 alone explains 4, z1 1.18.
TEST(ExplainedVariances, GivenAPolynomial_ThenEachBeliefExplainsItsFirstOrderIndex) {
    constexpr std::size_t kWorlds = 200'000;
    const Simulation s = simulationOf(5, 3, kWorlds, 0.0, bilinear);
    const double expected[] = {4.0, 1.18, 0.0};
    for (std::size_t belief = 0; belief < 3; ++belief) {
        const List found = explainedVariances(s.beliefs[belief], s.values, 32);
        const List errors(32, static_cast<double>(kWorlds) / 32.0);
        const double error = jackknifeError(found.front(), std::span(found).subspan(1), errors);
        EXPECT_NEAR(found.front(), expected[belief], 4.0 * error);
        EXPECT_LT(error, 0.03);
    }
}

// The variance of a lognormal, e^(t^2) (e^(t^2) - 1), all of which one belief explains.
TEST(ExplainedVariances, GivenAnExponential_ThenItsBeliefExplainsAllOfIt) {
    constexpr std::size_t kWorlds = 400'000;
    const double square = 0.8 * 0.8;
    const Simulation s =
        simulationOf(9, 1, kWorlds, 0.0, [](const List& z, double) { return std::exp(0.8 * z[0]); });
    const List found = explainedVariances(s.beliefs[0], s.values, 32);
    const List sizes(32, static_cast<double>(kWorlds) / 32.0);
    const double error = jackknifeError(found.front(), std::span(found).subspan(1), sizes);
    EXPECT_NEAR(found.front(), std::exp(square) * std::expm1(square), 4.0 * error);
    EXPECT_LT(error, 0.02 * found.front());
}

TEST(ExplainedVariances, GivenAGroupLeftOut_ThenItIsThatOfTheOthers) {
    const Simulation s = simulationOf(7, 1, 84, 1.0, [](const List& z, double own) { return z[0] + own; });
    const List found = explainedVariances(s.beliefs[0], s.values, 4);
    ASSERT_EQ(found.size(), 5U);
    for (std::size_t group = 0; group < 4; ++group) {
        List draws;
        List values;
        for (std::size_t w = 0; w < 84; ++w) {
            if (w % 4 == group) continue;
            draws.push_back(3.0 + 2.0 * s.beliefs[0][w]);  // in any unit
            values.push_back(s.values[w] - 40.0);
        }
        // But for the scores, which are those of the ranks among all.
        EXPECT_NEAR(found[group + 1], explainedVariances(draws, values, 1).front(), 0.03);
    }
}

// Neighbours by chance have nothing to do with each other.
TEST(ExplainedVariances, GivenChanceOnly_ThenNothingIsExplainedOnAverage) {
    List found;
    for (std::uint64_t seed = 1; seed <= 500; ++seed) {
        const Simulation s = simulationOf(seed, 1, 20, 0.0, [](const List&, double own) { return own; });
        found.push_back(explainedVariances(s.beliefs[0], s.values, 1).front());
    }
    const Summary summary = summarise(found);
    EXPECT_NEAR(summary.mean, 0.0, 4.0 * std::sqrt(summary.variance / 500.0));
    EXPECT_LT(std::sqrt(summary.variance / 500.0), 0.01);
    EXPECT_EQ(explainedVariances(List(20, 1.0), List(20, 2.0), 2), List(3, 0.0));
}

}  // namespace
}  // namespace breakeven::sim::expected_values_test
