#include "sim/random/normal_quantile.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace breakeven::sim::normal_quantile_test {
namespace {

// Source: Wichura (1988), the check values of AS 241.
TEST(NormalQuantile, GivenTheAuthorsCheckValues_WhenComputed_ThenTheyAgree) {
    EXPECT_NEAR(normalQuantile(0.25), -0.6744897501960817, 1e-15);
    EXPECT_NEAR(normalQuantile(0.001), -3.090232306167814, 4e-15);
    EXPECT_NEAR(normalQuantile(1e-20), -9.262340089798408, 2e-14);
}

TEST(NormalQuantile, GivenItsOwnDistributionFunction_WhenInverted_ThenTheRoundTripHolds) {
    for (double z = -8.0; z <= 0.0; z += 0.01) {
        const double p = 0.5 * std::erfc(-z / std::sqrt(2.0));
        // erfc itself is good to about 1e-15 relative; through the quantile that is 1e-15 p / density(z) <=
        // 1e-15.
        ASSERT_NEAR(normalQuantile(p), z, 3e-15 * (1.0 + std::abs(z))) << z;
    }
}

TEST(NormalQuantile, GivenBothTails_WhenComputed_ThenTheyMirrorAndTheEndsAreInfinite) {
    EXPECT_EQ(normalQuantile(0.125), -normalQuantile(0.875));
    EXPECT_EQ(normalQuantile(0.5), 0.0);
    EXPECT_TRUE(std::isinf(normalQuantile(0.0)));
    EXPECT_TRUE(std::isinf(normalQuantile(1.0)));
}

}  // namespace
}  // namespace breakeven::sim::normal_quantile_test
