// Sums over the events of a month: exact moments of compound sums, E S = E N E Y and
// Var S = E N Var Y + Var N (E Y)^2 (MODEL 1.1), and the drawn sum against the sum of drawn ones.

#include "sim/pipeline/event_costs.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

namespace breakeven::sim::event_costs_test {
namespace {

using core::MultiplierPart;

const PhiloxKey kKey = philoxKey(7);
constexpr double kNoEnd = std::numeric_limits<double>::infinity();

/// MODEL S10: 60 % answered at once, 30 % best of 8, 10 % tree search.
const std::vector<MultiplierPart> kSearch{{MultiplierPart::Kind::Value, 0.6, 1.0, 0.0},
                                          {MultiplierPart::Kind::Value, 0.3, 8.0, 0.0},
                                          {MultiplierPart::Kind::Lognormal, 0.1, 32.0, 1.0}};

template <typename Draw>
std::vector<double> sample(std::uint32_t users, Draw draw) {
    std::vector<double> values;
    for (std::uint32_t user = 0; user < users; ++user) {
        DrawSequence draws(kKey, user, 2, 1, 5);
        values.push_back(draw(draws));
    }
    return values;
}

double meanOf(const std::vector<double>& values) {
    double sum = 0.0;
    for (const double x : values) sum += x;
    return sum / static_cast<double>(values.size());
}

double momentOf(const std::vector<double>& values, double mean, int power) {
    double sum = 0.0;
    for (const double x : values) sum += std::pow(x - mean, power);
    return sum / static_cast<double>(values.size());
}

/// Mean and variance within 4 standard errors of the exact ones.
void expectMoments(const std::vector<double>& values, double mean, double variance) {
    const auto n = static_cast<double>(values.size());
    const double spread = momentOf(values, mean, 2);
    EXPECT_NEAR(meanOf(values), mean, 4.0 * std::sqrt(variance / n));
    EXPECT_NEAR(spread, variance, 4.0 * std::sqrt((momentOf(values, mean, 4) - spread * spread) / n));
}

TEST(Answers, GivenAMixture_ThenMeanAndVarianceOfTheirSumAreExact) {
    for (const std::optional<double> cap : {std::optional<double>{}, std::optional(32.0)}) {
        const double mean = core::cappedMoment(kSearch, cap, 1);
        const double square = core::cappedMoment(kSearch, cap, 2);
        for (const double answers : {1.0, 9.0, 150.0, 5000.0}) {
            SCOPED_TRACE(answers);
            const auto sums = sample(
                40'000, [&](DrawSequence& draws) { return drawAnswers(kSearch, cap, answers, draws); });
            expectMoments(sums, answers * mean, answers * (square - mean * mean));
        }
    }
}

TEST(Answers, GivenAllDrawnOrTheirSumDrawnAtOnce_ThenTheQuantilesAgree) {
    // 4,000 answers, of which some 400 by tree search; at once: all but the first 256, or nearly all.
    const auto sorted = [&](double mostDrawn) {
        auto sums = sample(
            40'000, [&](DrawSequence& draws) { return drawAnswers(kSearch, {}, 4000.0, draws, mostDrawn); });
        std::ranges::sort(sums);
        return sums;
    };
    const std::vector<double> each = sorted(kNoEnd);
    const std::vector<double> some = sorted(kMostDrawn);
    const std::vector<double> few = sorted(8.0);
    const double sd = std::sqrt(momentOf(each, meanOf(each), 2));
    for (const double level : {0.01, 0.1, 0.5, 0.9, 0.99}) {
        const auto at = static_cast<std::size_t>(level * 40'000);
        // A quantile of 40,000 draws is sure to 0.02 sd in the middle and 0.05 sd at 1 and 99 %.
        EXPECT_NEAR(some[at], each[at], 0.1 * sd) << level;
        EXPECT_NEAR(few[at], each[at], 0.1 * sd) << level;
    }
}

TEST(Answers, GivenAParetoOfInfiniteVariance_ThenEachIsDrawn) {
    const std::vector<MultiplierPart> heavy{{MultiplierPart::Kind::Pareto, 1.0, 1.0, 1.5}};
    DrawSequence a(kKey, 1, 2, 1, 5);
    DrawSequence b(kKey, 1, 2, 1, 5);
    EXPECT_EQ(drawAnswers(heavy, {}, 5000.0, a, 8.0), drawAnswers(heavy, {}, 5000.0, b, kNoEnd));
}

TEST(Losses, GivenRareIncidents_ThenMeanVarianceAndFrequencyAreExact) {
    // MODEL S6: 1,200 steps, attack rate 1e-4, success 0.86, loss of mean 300 and sigma 1.5: sd 296.9.
    const IncidentTerms terms{1e-4 * 0.86, 300.0, 1.5};
    const auto losses =
        sample(400'000, [&](DrawSequence& draws) { return drawLosses(terms, 1200.0, draws); });
    const double incidents = 1200.0 * terms.perUnit;
    const double variance = incidents * 300.0 * 300.0 * std::exp(1.5 * 1.5);
    EXPECT_NEAR(std::sqrt(variance), 296.9, 0.1);
    EXPECT_NEAR(meanOf(losses), incidents * 300.0, 4.0 * std::sqrt(variance / 400'000.0));
    const auto hit = static_cast<double>(std::ranges::count_if(losses, [](double x) { return x > 0.0; }));
    const double share = -std::expm1(-incidents);  // 9.8 %
    EXPECT_NEAR(hit / 400'000.0, share, 4.0 * std::sqrt(share * (1.0 - share) / 400'000.0));
    // The fourth moment is too wide for the variance of a sample of sigma 1.5; at sigma 0.5 it is not.
    const IncidentTerms tame{terms.perUnit, 300.0, 0.5};
    expectMoments(sample(400'000, [&](DrawSequence& draws) { return drawLosses(tame, 1200.0, draws); }),
                  incidents * 300.0, incidents * 300.0 * 300.0 * std::exp(0.25));
}

TEST(Losses, GivenManyIncidents_ThenTheirSumAtOnceHasTheSameMoments) {
    const IncidentTerms terms{0.5, 2.0, 0.8};
    const double variance = 1000.0 * 4.0 * std::exp(0.64);
    for (const double mostDrawn : {kMostDrawn, 0.0, kNoEnd}) {
        SCOPED_TRACE(mostDrawn);
        expectMoments(
            sample(20'000, [&](DrawSequence& draws) { return drawLosses(terms, 2000.0, draws, mostDrawn); }),
            2000.0, variance);
    }
}

TEST(Losses, GivenFewerAttacksThatSucceed_ThenTheSameUserNeverLosesMore) {
    const IncidentTerms open{1e-3, 10.0, 0.0};
    const IncidentTerms guarded{1e-4, 10.0, 0.0};
    for (std::uint32_t user = 0; user < 2000; ++user) {
        DrawSequence a(kKey, user, 0, 1, 5);
        DrawSequence b(kKey, user, 0, 1, 5);
        EXPECT_LE(drawLosses(guarded, 3000.0, a), drawLosses(open, 3000.0, b));
    }
}

}  // namespace
}  // namespace breakeven::sim::event_costs_test
