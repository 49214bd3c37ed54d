#include "core/costing/guard.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace breakeven::core::guard_test {
namespace {

// MODEL S6: 1,200 steps a month at $0.03, attack rate 1e-4, mean loss $300, a false positive $0.50.
constexpr double kStep = 0.03;
constexpr double kSteps = 1'200.0;
constexpr Guard kNone{0.0, 0.0, 0.0, 1e-4, 0.86, 300.0};
constexpr Guard kFirst{0.237, 0.0038, 0.5, 1e-4, 0.044, 300.0};
constexpr Guard kSecond{0.01, 0.0005, 0.5, 1e-4, 0.044, 300.0};

TEST(Guard, GivenTheOperatorOfTheModel_WhenGuarded_ThenItsPublishedFiguresComeOut) {
    EXPECT_NEAR(kSteps * guardedStepCost(kStep, kNone), 66.96, 0.005);
    EXPECT_NEAR(kSteps * guardedStepCost(kStep, kFirst), 48.40, 0.005);
    EXPECT_NEAR(kSteps * guardedStepCost(kStep, kSecond), 38.24, 0.005);
    EXPECT_NEAR(breakEvenAttackRate(kStep, kFirst, kNone), 3.7e-5, 0.05e-5);
    EXPECT_NEAR(breakEvenAttackRate(kStep, kSecond, kNone), 2.2e-6, 0.05e-6);
    EXPECT_NEAR(incidentProbability(kNone, kSteps), 0.098, 0.0005);
    EXPECT_NEAR(incidentProbability(kSecond, kSteps), 0.005, 0.0005);
}

TEST(Guard, GivenAttacksAtTheBreakEvenRate_WhenGuarded_ThenTheStepCostsTheSameWithAndWithout) {
    Guard none = kNone;
    Guard first = kFirst;
    none.attackRate = first.attackRate = breakEvenAttackRate(kStep, kFirst, kNone);
    EXPECT_NEAR(guardedStepCost(kStep, none), guardedStepCost(kStep, first), 1e-15);
}

TEST(Guard, GivenAGuardThatStopsNothing_WhenItsBreakEvenIsSought_ThenNoRateIsHighEnough) {
    EXPECT_TRUE(std::isinf(breakEvenAttackRate(kStep, kNone, kNone)));
}

}  // namespace
}  // namespace breakeven::core::guard_test
