#include "core/billing/amount_summary.hpp"

#include <gtest/gtest.h>

namespace breakeven::core::amount_summary_test {
namespace {

TEST(AmountSummary, GivenFewAmounts_WhenAsked_ThenMeanAndQuantilesAreExact) {
    AmountSummary summary;
    EXPECT_EQ(summary.mean(2), Decimal(0));
    EXPECT_EQ(summary.quantile(0.5), 0.0);
    for (const int amount : {30, 10, 20, 40}) summary.add(amount);
    EXPECT_EQ(summary.mean(2), Decimal(25));
    EXPECT_EQ(summary.quantile(0.0), 10.0);
    EXPECT_EQ(summary.quantile(0.5), 25.0);
    EXPECT_EQ(summary.quantile(0.9), 37.0);
    EXPECT_EQ(summary.quantile(1.0), 40.0);
}

TEST(AmountSummary, GivenMoreThanAMillionAmounts_WhenAsked_ThenQuantilesAreWithinAThousandth) {
    AmountSummary summary;
    constexpr int kCount = 1'200'000;
    for (int i = 0; i < kCount; ++i) summary.add(i % 1000 - 100);  // uniform on -100 … 899
    EXPECT_EQ(summary.count(), static_cast<std::uint64_t>(kCount));
    EXPECT_EQ(summary.mean(1).text(1), "399.5");
    EXPECT_NEAR(summary.quantile(0.5), 399.5, 1.0);
    EXPECT_NEAR(summary.quantile(0.9), 799.5, 1.3);
    EXPECT_NEAR(summary.quantile(0.05), -50.5, 1.0);
    EXPECT_EQ(summary.quantile(0.1005), 0.0);
}

}  // namespace
}  // namespace breakeven::core::amount_summary_test
