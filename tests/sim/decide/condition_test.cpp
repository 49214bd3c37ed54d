#include "sim/decide/condition.hpp"

#include <gtest/gtest.h>

#include "sim/report/verdict.hpp"

namespace breakeven::sim::condition_test {
namespace {

RunResult fourWorlds() {
    RunResult result;
    result.manifest.run = "0123456789abcdef";
    result.manifest.currency = "USD";
    result.manifest.settings.worlds = 4;
    result.metrics = {
        {{"flat"}, "probability_plan_loses", "probability", {0.5732, 0.022, 0.53, 0.6163, {}, {}, {}}},
        {{"flat"}, "break_even_fee", "USD/user-month", {231.4, 4.0, 223.4, 239.4, {}, {}, {}}}};
    result.quantiles = {{{"flat"}, "break_even_fee", 0.9, 352.1, 340.0, 364.0}};
    result.worlds.add(1, "flat", "margin_per_user", -2.0);
    result.worlds.add(2, "flat", "margin_per_user", 1.0);
    result.worlds.add(3, "flat", "margin_per_user", 3.0);
    result.worlds.add(4, "flat", "margin_per_user", 0.0);
    return result;
}

TEST(Condition, GivenAShareOfWorlds_WhenEvaluated_ThenTheWorldsAreCounted) {
    const auto condition = readCondition("P(margin_per_user >= 0) >= 0.75", "--fail-if").condition;
    ASSERT_TRUE(condition);
    const ConditionOutcome outcome = evaluate(*condition, fourWorlds());
    EXPECT_TRUE(outcome.holds);
    EXPECT_EQ(outcome.value, 0.75);
}

TEST(Condition, GivenAMistypedMetric_WhenRead_ThenTheNearestIsNamedAtItsColumn) {
    const auto reading = readCondition("pro.los_making_users > 0.3", "--fail-if");
    ASSERT_EQ(reading.diagnostics.size(), 1U);
    EXPECT_EQ(
        core::formatDiagnostic(reading.diagnostics[0]),
        "--fail-if:1:5: error: \"los_making_users\" is no metric\n  hint: did you mean loss_making_users?\n");
}

TEST(Verdict, GivenAPlanWithABreakEvenFee_WhenRead_ThenTheHeadlineSaysBothWithTheirErrors) {
    EXPECT_EQ(verdict(fourWorlds()).headline,
              "flat loses money with probability 0.57 (0.53 to 0.62); break-even price $231, $352 to be 90 % "
              "sure.");
}

}  // namespace
}  // namespace breakeven::sim::condition_test
