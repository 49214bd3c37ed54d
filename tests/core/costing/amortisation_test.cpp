#include "core/costing/amortisation.hpp"

#include <gtest/gtest.h>

namespace breakeven::core::amortisation_test {
namespace {

TEST(Amortisation, GivenInterest_WhenSpread_ThenTextbookPaymentsComeOut) {
    EXPECT_NEAR(annuityFactor(0.10, 4.0), 0.3155, 0.00005);  // MODEL S9
    // $100,000 over 30 years at 6 %: $599.55 a month, the standard mortgage table.
    EXPECT_NEAR(monthlyAnnuity(100'000.0, 0.06, 360.0), 599.55, 0.005);
    EXPECT_DOUBLE_EQ(monthlyAnnuity(1'200.0, 0.0, 12.0), 100.0);
}

TEST(Amortisation, GivenInterestNearZero_WhenSpread_ThenItJoinsTheStraightLine) {
    EXPECT_NEAR(annuityFactor(1e-12, 48.0), 1.0 / 48.0, 1e-12);
}

TEST(Amortisation, GivenAnnuityPayments_WhenDiscounted_ThenTheyAreWorthTheAmount) {
    double worth = 0.0;
    for (int month = 1; month <= 36; ++month) {
        double discounted = monthlyAnnuity(5'000.0, 0.12, 36.0);
        for (int i = 0; i < month; ++i) discounted /= 1.01;
        worth += discounted;
    }
    EXPECT_NEAR(worth, 5'000.0, 1e-9);
}

}  // namespace
}  // namespace breakeven::core::amortisation_test
