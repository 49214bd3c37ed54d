#include "core/costing/retries.hpp"

#include <gtest/gtest.h>

namespace breakeven::core::retries_test {
namespace {

// MODEL S3: $0.9255 an attempt, success 0.7.
TEST(Retries, GivenALimit_WhenCounted_ThenTheCostOfASuccessIsTheSameForEveryLimit) {
    for (const std::uint64_t limit : {1U, 2U, 3U, 10U, 1'000'000U}) {
        const Retries retries{0.7, limit};
        EXPECT_NEAR(0.9255 * meanAttempts(retries) / successShare(retries), 1.322, 0.0005) << limit;
    }
    EXPECT_NEAR(0.9255 * meanAttempts({0.7, {}}), 1.322, 0.0005);
}

TEST(Retries, GivenTwoAttempts_WhenSoldByOutcome_ThenTheModelsMarginsComeOut) {
    const Retries retries{0.7, 2};
    EXPECT_DOUBLE_EQ(meanAttempts(retries), 1.3);
    EXPECT_DOUBLE_EQ(successShare(retries), 0.91);
    EXPECT_NEAR(0.99 * successShare(retries) - 0.9255 * meanAttempts(retries), -0.302, 0.0005);
    EXPECT_NEAR(2.00 * successShare(retries) - 0.9255 * meanAttempts(retries), 0.617, 0.0005);
}

TEST(Retries, GivenCertainSuccess_WhenCounted_ThenThereIsOneAttempt) {
    EXPECT_EQ(meanAttempts({1.0, 3}), 1.0);
    EXPECT_EQ(successShare({1.0, {}}), 1.0);
}

}  // namespace
}  // namespace breakeven::core::retries_test
