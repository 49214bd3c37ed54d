#include "core/costing/queue.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/poisson.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

namespace breakeven::core::queue_test {
namespace {

TEST(ErlangC, GivenTheModelsFleets_WhenAsked_ThenItsPublishedProbabilitiesComeOut) {
    struct Case {
        unsigned servers;
        double utilisation, waits;
    };
    for (const Case& item : {Case{10, 0.8, .4092}, Case{10, 0.9, .6687}, Case{100, 0.9, .2169},
                             Case{100, 0.95, .5065}, Case{1000, 0.95, .0683}, Case{1000, 0.98, .4122}})
        EXPECT_NEAR(erlangC(item.servers, item.utilisation), item.waits, 0.00005) << item.servers;
}

// B(k, a) = P(N = k) / P(N <= k) of a Poisson(a), by the incomplete gamma function.
TEST(ErlangC, GivenThousandsOfServers_WhenAsked_ThenThePoissonFormAgrees) {
    for (const unsigned servers : {1U, 7U, 250U, 1'000U, 5'000U}) {
        for (const double utilisation : {0.3, 0.7, 0.95, 0.999}) {
            const double load = servers * utilisation;
            const double k = servers;
            const double ratio = boost::math::gamma_p_derivative(k + 1.0, load);  // load^k e^-load / k!
            const double blocked = ratio / boost::math::gamma_q(k + 1.0, load);
            const double waits = blocked / (1.0 - utilisation * (1.0 - blocked));
            EXPECT_NEAR(erlangC(servers, utilisation), waits, 1e-10 + 1e-9 * waits)
                << servers << " " << utilisation;
        }
    }
}

TEST(Queue, GivenOneServer_WhenAsked_ThenItIsTheTextbookQueue) {
    EXPECT_NEAR(erlangC(1, 0.8), 0.8, 1e-15);                    // M/M/1: P(wait) = rho
    EXPECT_NEAR(meanWait({1, 2.0, 1.0, 1.0}, 0.8), 8.0, 1e-12);  // rho / (mu - lambda)
    EXPECT_NEAR(meanWait({1, 2.0, 1.0, 0.0}, 0.8), 4.0, 1e-12);  // M/D/1: half of it (Pollaczek-Khinchine)
    EXPECT_NEAR(waitQuantile({1, 2.0, 1.0, 1.0}, 0.8, 0.95), 10.0 * std::log(16.0), 1e-12);
    EXPECT_EQ(waitQuantile({1, 2.0, 1.0, 1.0}, 0.8, 0.1), 0.0);
}

TEST(Queue, GivenLoadBeyondCapacity_WhenAsked_ThenEveryoneWaitsForEver) {
    EXPECT_EQ(erlangC(10, 1.0), 1.0);
    EXPECT_TRUE(std::isinf(meanWait({10, 1.0, 1.0, 1.0}, 1.2)));
    EXPECT_TRUE(std::isinf(waitQuantile({10, 1.0, 1.0, 1.0}, 1.0, 0.5)));
    EXPECT_EQ(erlangC(10, 0.0), 0.0);
}

}  // namespace
}  // namespace breakeven::core::queue_test
