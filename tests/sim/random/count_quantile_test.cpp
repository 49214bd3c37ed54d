// Known answers: the distributions of Boost.Math, another program.

#include "sim/random/count_quantile.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <cmath>

namespace breakeven::sim::count_quantile_test {
namespace {

constexpr double kLevels[] = {1e-12, 1e-6, 0.001, 0.03,  0.2,      0.4999,
                              0.5,   0.63, 0.9,   0.999, 1 - 1e-6, 1 - 1e-9};

/// What rounding leaves open: the logarithm of the largest probability is a difference of some n ln n.
double rounding(double n) {
    return 1e-14 + 4.0 * n * std::log(n + 1.0) * 0x1p-53;
}

/// k is the least count with P(X <= k) >= u, but for what rounding leaves open.
template <typename Law>
void expectQuantile(const Law& law, double n, double k, double u) {
    EXPECT_GE(boost::math::cdf(law, k), u - rounding(n)) << k;
    EXPECT_TRUE(k == 0.0 || boost::math::cdf(law, k - 1.0) < u + rounding(n)) << k;
}

TEST(CountQuantile, GivenBinomials_ThenTheLeastCountThatReachesTheLevel) {
    for (const double n : {1.0, 2.0, 9.0, 150.0, 40'000.0}) {
        for (const double p : {1e-5, 0.03, 0.5, 0.8, 0.9999}) {
            for (const double u : kLevels) {
                SCOPED_TRACE(testing::Message() << n << " " << p << " " << u);
                expectQuantile(boost::math::binomial(n, p), n, binomialQuantile(n, p, u), u);
            }
        }
    }
}

TEST(CountQuantile, GivenPoissons_ThenTheLeastCountThatReachesTheLevel) {
    for (const double mean : {1e-6, 0.1032, 1.0, 7.5, 800.0, 250'000.0}) {
        for (const double u : kLevels) {
            SCOPED_TRACE(testing::Message() << mean << " " << u);
            expectQuantile(boost::math::poisson(mean), mean, poissonQuantile(mean, u), u);
        }
    }
}

TEST(CountQuantile, GivenSureOrNoTrials_ThenThatCount) {
    EXPECT_EQ(binomialQuantile(0.0, 0.5, 0.9), 0.0);
    EXPECT_EQ(binomialQuantile(7.0, 0.0, 0.9), 0.0);
    EXPECT_EQ(binomialQuantile(7.0, 1.0, 1e-9), 7.0);
    EXPECT_EQ(poissonQuantile(0.0, 1.0 - 1e-9), 0.0);
}

TEST(CountQuantile, GivenAVarianceAboveAMillion_ThenProbabilitiesUpToTheCountAreOffByAtMostTheStatedBound) {
    for (const double u : kLevels) {
        const double n = 1e8;
        const double k = binomialQuantile(n, 0.3, u);
        EXPECT_NEAR(boost::math::cdf(boost::math::binomial(n, 0.3), k), u, 5e-4) << u;
        EXPECT_NEAR(boost::math::cdf(boost::math::poisson(4e6), poissonQuantile(4e6, u)), u, 5e-4) << u;
    }
}

}  // namespace
}  // namespace breakeven::sim::count_quantile_test
