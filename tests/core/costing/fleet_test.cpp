#include "core/costing/fleet.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace breakeven::core::fleet_test {
namespace {

// MODEL S9.
constexpr GpuPrice kPrice{40'000.0, 4.0, 0.10, 1.5, 1.0, 0.07, 0.08};
constexpr double kThroughput = 1'800.0;

TEST(Fleet, GivenTheFleetOfTheModel_WhenCosted_ThenItsPublishedFiguresComeOut) {
    const GpuHour hour = gpuHour(kPrice);
    EXPECT_NEAR(hour.capital, 1.441, 0.0006);  // 1.44050: MODEL rounds 1.4405 up
    EXPECT_NEAR(hour.power, 0.105, 1e-12);
    EXPECT_NEAR(hour.ops, 0.365, 0.0005);
    EXPECT_NEAR(hour.total(), 1.911, 0.0005);
    EXPECT_NEAR(100'000.0 * hour.total() * kHoursOfYear, 1.67e9, 0.005e9);
    const auto perMillion = [&](double utilisation) {
        return 1e6 * costPerToken(hour.total(), kThroughput, utilisation);
    };
    EXPECT_NEAR(perMillion(1.0), 0.295, 0.0005);
    EXPECT_NEAR(perMillion(0.2), 1.474, 0.0005);
    EXPECT_NEAR(perMillion(0.4), 0.737, 0.0005);
    EXPECT_NEAR(perMillion(0.6), 0.491, 0.0005);
    EXPECT_NEAR(perMillion(0.8), 0.369, 0.0005);
    const auto breakEven = [&](double capex) {
        GpuPrice price = kPrice;
        price.capex = capex;
        return breakEvenUtilisation(gpuHour(price).total(), kThroughput, 0.88e-6);
    };
    EXPECT_NEAR(breakEven(40'000.0), 0.335, 0.0005);
    EXPECT_NEAR(breakEven(30'000.0), 0.256, 0.0005);
    EXPECT_NEAR(breakEven(50'000.0), 0.414, 0.0005);
}

TEST(Fleet, GivenTheDemandOfTheModel_WhenSized_ThenItsGpusComeOut) {
    const double tokens = 200'000.0 * 1.2e6 * std::exp(0.5 * 1.6 * 1.6);
    EXPECT_NEAR(tokens, 863e9, 0.5e9);
    const double fullLoad = gpusAtFullLoad(tokens, kThroughput, 720.0);
    EXPECT_NEAR(fullLoad, 185.0, 0.5);
    EXPECT_EQ(gpusNeeded(fullLoad, 2.0, 0.8), 463.0);
    EXPECT_NEAR(fullLoad / 463.0, 0.40, 0.005);
    EXPECT_NEAR(463.0 * gpuHour(kPrice).total() * 720.0 / 200'000.0, 3.18, 0.005);
}

// DeepSeek, one day, 27 to 28 February 2025: 226.75 nodes of 8 GPUs at $2 an hour = $87,072 (MODEL 2.2).
TEST(Fleet, GivenTheDeepSeekDay_WhenRented_ThenItsLedgerComesOut) {
    const double cost = 226.75 * 8.0 * 2.0 * 24.0;
    EXPECT_NEAR(cost, 87'072.0, 1e-9);
    const double income = 266e9 * 0.55e-6 + 342e9 * 0.14e-6 + 168e9 * 2.19e-6;
    EXPECT_NEAR(income, 562'100.0, 1.0);
    EXPECT_NEAR((income - cost) / cost, 5.456, 0.0005);
}

TEST(Profile, GivenHours_WhenAsked_ThenPeakAndOverflowAreTheirs) {
    const std::array profile{0.1, 0.4, 0.3, 0.2};
    EXPECT_DOUBLE_EQ(peakToMean(profile), 1.6);
    EXPECT_NEAR(shareBeyondCapacity(profile, 1.0), 0.2, 1e-15);  // 0.15 + 0.05 above 0.25
    EXPECT_EQ(shareBeyondCapacity(profile, 1.6), 0.0);
}

}  // namespace
}  // namespace breakeven::core::fleet_test
