#include "core/costing/scale_cost.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

namespace breakeven::core::scale_cost_test {
namespace {

// MODEL S7, currency units a query.
constexpr ScaleOption kDense{ScaleShape::Linear, 2e-6, 1e-11, 0.0, 0.0};
constexpr ScaleOption kGenerative{ScaleShape::Constant, 3e-5, 0.0, 0.0, 0.0};
constexpr ScaleOption kHybrid{ScaleShape::Hybrid, 3e-5, 1e-11, 100.0, 0.02};

TEST(ScaleCost, GivenTheCatalogueOfTheModel_WhenCompared_ThenItsSwitchingSizesComeOut) {
    EXPECT_NEAR(switchSize(kDense, kGenerative), 2.8e6, 1e-3);
    EXPECT_NEAR(switchSize(kDense, kHybrid), 2.86e6, 0.005e6);
    EXPECT_TRUE(std::isinf(switchSize(kGenerative, kGenerative)));
}

TEST(ScaleCost, GivenSizes_WhenCosted_ThenTheCheapestOptionServes) {
    const std::array options{kDense, kGenerative, kHybrid};
    EXPECT_DOUBLE_EQ(cheapestAt(options, 0.0), 2e-6);
    EXPECT_DOUBLE_EQ(cheapestAt(options, 1e6), 1.2e-5);
    EXPECT_DOUBLE_EQ(cheapestAt(options, 1e9), 3e-5);
    EXPECT_DOUBLE_EQ(unitCostAt(kHybrid, 1e6), 3e-5 + 1e-11 * (100.0 + 2e4));
    EXPECT_DOUBLE_EQ(unitCostAt({ScaleShape::Log2, 1.0, 0.5, 0.0, 0.0}, 1024.0), 6.0);
    EXPECT_DOUBLE_EQ(unitCostAt({ScaleShape::Log2, 1.0, 0.5, 0.0, 0.0}, 0.0), 1.0);
}

}  // namespace
}  // namespace breakeven::core::scale_cost_test
