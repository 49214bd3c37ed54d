#include "core/costing/agent_run.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace breakeven::core::agent_run_test {
namespace {

// MODEL S3: 25 steps at the mean, 8,000 tokens read by each, 1,500 more with each step, 400 written; $0.705
// (cached $3) and $15 a million.
constexpr StepCount kSteps{StepLaw::Geometric, 25.0, 1.0};
constexpr RunTokens kTokens{8'000.0, 1'500.0, 400.0};
constexpr double kRead = 0.705e-6;
constexpr double kWritten = 15e-6;

TEST(AgentRun, GivenTheDigitalWorkerOfTheModel_WhenCosted_ThenItsPublishedFiguresComeOut) {
    EXPECT_NEAR(meanTokens(kSteps, kTokens).input, 1.1e6, 1e-6);
    EXPECT_NEAR(meanTokens(kSteps, kTokens).output, 10'000.0, 1e-9);
    const RunCost cost = runCost(kSteps, kTokens, kRead, kWritten);
    EXPECT_NEAR(cost.mean, 0.9255, 1e-12);
    EXPECT_NEAR(cost.deviation, 1.679, 0.0005);
    EXPECT_NEAR(cost.deviation / cost.mean, 1.814, 0.0005);
    EXPECT_NEAR(costOfSteps(25.0, kTokens, kRead, kWritten), 0.608, 0.0005);  // at the mean step count
    EXPECT_NEAR(cost.mean / costOfSteps(25.0, kTokens, kRead, kWritten), 1.52, 0.005);
    const auto quantile = [&](double level) {
        return costOfSteps(stepsQuantile(kSteps, level), kTokens, kRead, kWritten);
    };
    EXPECT_NEAR(quantile(0.5), 0.342, 0.0005);
    EXPECT_NEAR(quantile(0.99), 8.01, 0.005);
    EXPECT_NEAR(quantile(0.99) / quantile(0.5), 23.0, 0.5);
}

/// Mean and deviation by summing over the law itself.
RunCost summed(const StepCount& steps) {
    double mean = 0.0;
    double squares = 0.0;
    const double m = steps.mean - 1.0;
    // P(y = 0) of the negative binomial, then P(y) = P(y - 1) (shape + y - 1) / y x m / (m + shape)
    double probability = std::pow(steps.shape / (steps.shape + m), steps.shape);
    for (int y = 0; y < 20'000; ++y) {
        if (y > 0) probability *= (steps.shape + y - 1.0) / y * m / (m + steps.shape);
        const double cost = costOfSteps(y + 1.0, kTokens, kRead, kWritten);
        mean += probability * cost;
        squares += probability * cost * cost;
    }
    return {mean, std::sqrt(squares - mean * mean)};
}

TEST(AgentRun, GivenNegativeBinomialSteps_WhenCosted_ThenSummingOverTheLawGivesTheSame) {
    for (const StepCount steps :
         {StepCount{StepLaw::NegativeBinomial, 25.0, 1.0}, StepCount{StepLaw::NegativeBinomial, 7.0, 0.4},
          StepCount{StepLaw::NegativeBinomial, 12.5, 3.0}}) {
        const RunCost direct = summed(steps);
        const RunCost cost = runCost(steps, kTokens, kRead, kWritten);
        EXPECT_NEAR(cost.mean, direct.mean, 1e-9 * direct.mean) << steps.shape;
        EXPECT_NEAR(cost.deviation, direct.deviation, 1e-7 * direct.deviation) << steps.shape;
    }
}

TEST(AgentRun, GivenShapeOne_WhenCosted_ThenItIsTheGeometricLaw) {
    const StepCount same{StepLaw::NegativeBinomial, 25.0, 1.0};
    EXPECT_DOUBLE_EQ(meanPairs(same), meanPairs(kSteps));
    EXPECT_NEAR(meanPairs(kSteps), 2.0 * (1.0 - 0.04) / (0.04 * 0.04), 1e-9);
    EXPECT_TRUE(std::isnan(stepsQuantile(same, 0.5)));
}

TEST(AgentRun, GivenFixedStepsOrOne_WhenCosted_ThenNothingSpreads) {
    const StepCount fixed{StepLaw::Fixed, 25.0, 1.0};
    EXPECT_EQ(runCost(fixed, kTokens, kRead, kWritten).deviation, 0.0);
    EXPECT_DOUBLE_EQ(runCost(fixed, kTokens, kRead, kWritten).mean,
                     costOfSteps(25.0, kTokens, kRead, kWritten));
    const StepCount one{StepLaw::Geometric, 1.0, 1.0};
    EXPECT_DOUBLE_EQ(meanTokens(one, kTokens).input, 8'000.0);
    EXPECT_EQ(stepsQuantile(one, 0.99), 1.0);
}

}  // namespace
}  // namespace breakeven::core::agent_run_test
