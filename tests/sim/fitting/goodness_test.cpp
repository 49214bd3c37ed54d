#include "sim/fitting/goodness.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace breakeven::sim::goodness_test {
namespace {

FitSample places(std::size_t n) {
    return {std::vector<double>(n, 1.0), {}};
}

TEST(Goodness, GivenADrawnSample_WhenComparedWithItsLaw_ThenEachFamilyIsNear) {
    // 1.63 / sqrt(n) is passed with probability 1 % (Smirnov); the seed is fixed.
    const Law laws[] = {{Family::Lognormal, {2.0, 1.3}},
                        {Family::Gamma, {0.4, 30.0}},
                        {Family::Weibull, {0.7, 12.0}},
                        {Family::Pareto, {1.4, 3.0}},
                        {Family::Lomax, {2.2, 40.0}},
                        {Family::Exponential, {7.0}},
                        {Family::Poisson, {4.0}},
                        {Family::NegativeBinomial, {0.6, 9.0}},
                        {Family::LognormalPareto, {2.0, 0.8, 15.0, 0.1, 1.7}}};
    for (const Law& law : laws) {
        SCOPED_TRACE(std::string(familyName(law.family)));
        const FitSample drawn = drawSample(law, places(10'000), 5, 0);
        EXPECT_EQ(drawn.values.size(), 10'000U);
        EXPECT_LT(distancesOf(law, drawn).kolmogorovSmirnov, 0.0163);
        // Another index, other draws.
        EXPECT_NE(drawn.values, drawSample(law, places(10'000), 5, 1).values);
    }
}

TEST(Goodness, GivenACapAndABound_WhenDrawn_ThenTheSampleIsCutInTheSameWay) {
    FitSample sample{std::vector<double>(700, 1.0), std::vector<double>(300, 20.0)};
    sample.above = 2.0;
    const Law law{Family::Lognormal, {2.0, 1.3}};
    const FitSample drawn = drawSample(law, sample, 5, 0);
    EXPECT_EQ(drawn.size(), 1'000U);
    EXPECT_GT(drawn.values.front(), 2.0);
    EXPECT_LT(drawn.values.back(), 20.0);
    EXPECT_EQ(drawn.capped.front(), 20.0);
    // P(X > 20 | X > 2) = 0.2642: four standard deviations of 1,000 draws are 0.056.
    const double share = shareAbove(law, 20.0) / shareAbove(law, 2.0);
    EXPECT_NEAR(static_cast<double>(drawn.capped.size()) / 1'000.0, share, 0.056);
    EXPECT_LT(distancesOf(law, drawn).kolmogorovSmirnov, 1.63 / std::sqrt(1'000.0));
    EXPECT_FALSE(distancesOf(law, drawn).andersonDarling);
}

TEST(Goodness, GivenCountsByHand_WhenCompared_ThenTheGapIsTakenAtWholeNumbers) {
    // Poisson 1: shares 0.3679, 0.7358, 0.9197. Counts 0, 0, 1, 3: shares 0.5, 0.75, 0.75, 1.
    const Distances distances = distancesOf({Family::Poisson, {1.0}}, {{0.0, 0.0, 1.0, 3.0}, {}});
    EXPECT_NEAR(distances.kolmogorovSmirnov, 2.5 * std::exp(-1.0) - 0.75, 1e-12);
    EXPECT_FALSE(distances.andersonDarling);
}

TEST(Goodness, GivenTheWrongFamily_WhenBootstrapped_ThenItIsRefusedAndTheRightOneIsNot) {
    const FitSample sample = drawSample({Family::Lognormal, {3.0, 1.4}}, places(300), 9, 0);
    const BootstrapSettings settings{199, 1, 0};
    const PValues right = *bootstrapPValues(*fitFamily(Family::Lognormal, sample).fit, sample, settings);
    const PValues wrong = *bootstrapPValues(*fitFamily(Family::Exponential, sample).fit, sample, settings);
    EXPECT_EQ(right.draws, 199U);
    EXPECT_GT(*right.andersonDarling, 0.05);
    EXPECT_GT(right.kolmogorovSmirnov, 0.05);
    EXPECT_DOUBLE_EQ(*wrong.andersonDarling, 1.0 / 200.0);
    EXPECT_DOUBLE_EQ(wrong.kolmogorovSmirnov, 1.0 / 200.0);
}

TEST(Goodness, GivenAnyNumberOfThreads_WhenBootstrapped_ThenThePValueIsTheSame) {
    const FitSample sample = drawSample({Family::Gamma, {0.7, 10.0}}, places(200), 2, 0);
    const Fit fit = *fitFamily(Family::Gamma, sample).fit;
    const PValues one = *bootstrapPValues(fit, sample, {99, 4, 1});
    const PValues three = *bootstrapPValues(fit, sample, {99, 4, 3});
    EXPECT_EQ(one.kolmogorovSmirnov, three.kolmogorovSmirnov);
    EXPECT_EQ(one.andersonDarling, three.andersonDarling);
}

TEST(Goodness, GivenAnExponentialSample_WhenBootstrapped_ThenThePValueIsThatOfTheTable) {
    // For an exponential law with estimated mean the 5 % point of A^2 (1 + 0.6 / n) is 1.321 and the 15 %
    // point 0.916 (D'Agostino & Stephens 1986, table 4.14). A sample is drawn until its distance is near one
    // of them.
    const double n = 100.0;
    for (std::uint32_t index = 0; index < 400; ++index) {
        const FitSample sample = drawSample({Family::Exponential, {5.0}}, places(100), 21, index);
        const Fit fit = *fitFamily(Family::Exponential, sample).fit;
        const double modified = *distancesOf(fit.law, sample).andersonDarling * (1.0 + 0.6 / n);
        if (std::abs(modified - 0.916) > 0.01) continue;
        const PValues p = *bootstrapPValues(fit, sample, {1999, 8, 0});
        EXPECT_NEAR(*p.andersonDarling, 0.15, 0.032);  // four standard errors of 1,999 draws
        return;
    }
    FAIL() << "no sample near the 15 % point";
}

TEST(Goodness, GivenCapsAtDifferentPlaces_WhenBootstrapped_ThenThereIsNoPValue) {
    const FitSample sample{{1.0, 2.0, 3.0}, {4.0, 5.0}};
    EXPECT_FALSE(bootstrapPValues(*fitFamily(Family::Exponential, sample).fit, sample, {9, 1, 1}));
}

}  // namespace
}  // namespace breakeven::sim::goodness_test
