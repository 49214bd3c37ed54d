#include "core/population/distribution.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace breakeven::core::distribution_test {
namespace {

using enum Lognormal::Location;
using enum Lognormal::Spread;
constexpr auto kSmaller = Lognormal::Root::Smaller;
constexpr auto kLarger = Lognormal::Root::Larger;

// MODEL 1.6: Claude Code 2025, mean 6 and P90 12 fit sigma 0.78 and 1.79; mean 13 and P90 30 fit none.
TEST(LognormalLaw, GivenAMeanAndAPercentileWithTwoRoots_WhenSolved_ThenEitherCanBeTaken) {
    EXPECT_NEAR(lognormalLaw(Mean, 6.0, P90, 12.0, kSmaller)->sigma, 0.78, 0.01);
    EXPECT_NEAR(lognormalLaw(Mean, 6.0, P90, 12.0, kLarger)->sigma, 1.79, 0.01);
    EXPECT_NEAR(*otherLognormalRoot(Mean, 6.0, P90, 12.0, kSmaller), 1.79, 0.01);
    EXPECT_NEAR(*otherLognormalRoot(Mean, 6.0, P90, 12.0, kLarger), 0.78, 0.01);
}

TEST(LognormalLaw, GivenAPercentileTooFarAboveTheMean_WhenSolved_ThenThereIsNone) {
    EXPECT_FALSE(lognormalLaw(Mean, 13.0, P90, 30.0, kSmaller));
    EXPECT_FALSE(otherLognormalRoot(Mean, 13.0, P90, 30.0, kSmaller));
}

TEST(LognormalLaw, GivenAPercentileBelowTheMedian_WhenSolved_ThenThereIsNone) {
    EXPECT_FALSE(lognormalLaw(Median, 100.0, P95, 90.0, kSmaller));
}

TEST(LognormalLaw, GivenAPercentileBelowTheMean_WhenSolved_ThenTheOnlyPositiveRootIsTaken) {
    const auto law = lognormalLaw(Mean, 10.0, P90, 5.0, kSmaller);
    ASSERT_TRUE(law);
    EXPECT_NEAR(std::exp(law->mu + 1.2815515655446004 * law->sigma), 5.0, 1e-12);
    EXPECT_FALSE(otherLognormalRoot(Mean, 10.0, P90, 5.0, kSmaller));
}

struct Pair {
    Lognormal::Location location;
    Lognormal::Spread spread;
};

TEST(LognormalLaw, GivenEveryPairOfMeasuresOfOneLaw_WhenSolved_ThenThatLawComesBack) {
    const double mu = 4.2;
    const double sigma = 0.9;
    for (const auto location : {Median, Mean, Mu}) {
        for (const auto spread : {Sigma, Cv, P90, P95, P99}) {
            const double place =
                location == Mu ? mu : std::exp(location == Median ? mu : mu + 0.5 * sigma * sigma);
            const double scores[] = {0.0, 0.0, 1.2815515655446004, 1.6448536269514722, 2.3263478740408408};
            double width = std::exp(mu + sigma * scores[static_cast<int>(spread)]);
            if (spread == Sigma) width = sigma;
            if (spread == Cv) width = std::sqrt(std::exp(sigma * sigma) - 1.0);
            const auto law = lognormalLaw(location, place, spread, width, kSmaller);
            ASSERT_TRUE(law);
            EXPECT_NEAR(law->sigma, sigma, 1e-12);
            EXPECT_NEAR(law->mu, mu, 1e-12);
        }
    }
}

}  // namespace
}  // namespace breakeven::core::distribution_test
