#include "sim/report/verdict.hpp"

#include <gtest/gtest.h>

namespace breakeven::sim::verdict_text_test {
namespace {

constexpr const char* kMoney = "USD/user-month";

/// Adds a plan with its probability of losing and its margin, both with interval and error.
void addPlan(RunResult& result, const char* plan, Estimate loses, Estimate margin) {
    result.metrics.push_back({{plan}, "probability_plan_loses", "probability", loses});
    result.metrics.push_back({{plan}, "margin_per_user", kMoney, margin});
}

RunResult overWorlds(std::uint32_t worlds) {
    RunResult result;
    result.manifest.currency = "USD";
    result.manifest.settings.worlds = worlds;
    result.worldsFinished = worlds;
    return result;
}

const Estimate kLikely{0.7, 0.02, 0.66, 0.74, {}, {}, {}};
const Estimate kOpen{0.5, 0.02, 0.46, 0.54, {}, {}, {}};
const Estimate kSeldom{0.02, 0.01, 0.0, 0.04, {}, {}, {}};
const Estimate kMargin{12.34, 0.5, 11.3, 13.3, -20.0, 40.0, {}};

std::string textOf(const Verdict& verdict) {
    std::string text = verdict.headline + "\n";
    for (const PlanVerdict& plan : verdict.plans) {
        const char* outcomes[] = {"loses", "uncertain", "carries"};
        text += plan.plan + " " + outcomes[static_cast<int>(plan.outcome)] + ": " + plan.sentence + "\n";
    }
    for (const std::string& note : verdict.notes) text += "- " + note + "\n";
    return text;
}

TEST(VerdictText, GivenALosingPlanAndTwoThatCarryWithoutAScenario_WhenRead_ThenBothAreNamed) {
    RunResult result = overWorlds(500);
    addPlan(result, "flat", kLikely, {-12.0, 1.0, -14.0, -10.0, {}, {}, {}});
    addPlan(result, "soft", {0.04, 0.01, 0.02, 0.06, {}, {}, {}}, kMargin);
    addPlan(result, "hard", kSeldom, kMargin);

    EXPECT_EQ(
        textOf(verdict(result)),
        "flat loses money with probability 0.70 (0.66 to 0.74).\n"
        "flat loses: flat loses money with probability 0.70 (0.66 to 0.74); margin -$12 per user and month.\n"
        "soft carries: soft loses money with probability 0.04 (0.02 to 0.06); margin $12.3 per user and "
        "month, in nine worlds of ten -$20.0 to $40.0.\n"
        "hard carries: hard loses money with probability 0.02 (0 to 0.04); margin $12.3 per user and month, "
        "in nine worlds of ten -$20.0 to $40.0.\n"
        "- These plans carry their cost: soft, hard.\n");
}

TEST(VerdictText, GivenNoPlanThatCarries_WhenRead_ThenTheNoteSaysSo) {
    RunResult result = overWorlds(500);
    addPlan(result, "flat", kOpen, kMargin);
    addPlan(result, "other", kOpen, kMargin);

    const Verdict found = verdict(result);

    EXPECT_EQ(found.plans[0].outcome, PlanVerdict::Outcome::Uncertain);
    EXPECT_EQ(found.notes,
              std::vector<std::string>{"No other plan of this scenario carries its cost for sure."});
}

TEST(VerdictText, GivenAPlanThatCarries_WhenRead_ThenNoOtherIsRecommended) {
    RunResult result = overWorlds(500);
    addPlan(result, "hard", kSeldom, kMargin);
    addPlan(result, "flat", kLikely, kMargin);

    EXPECT_TRUE(verdict(result).notes.empty());
}

TEST(VerdictText, GivenVarianceShares_WhenRead_ThenTheLargestOfTheFirstPlanIsTheDriver) {
    RunResult result = overWorlds(500);
    addPlan(result, "hard", kSeldom, kMargin);
    result.metrics.push_back(
        {{"hard"}, "variance_share.cost.serving_share", "share", {0.25, 0.02, 0.2, 0.3, {}, {}, {}}});
    result.metrics.push_back(
        {{"hard"}, "variance_share.segment.a.usage.b.median", "share", {0.61, 0.02, 0.5, 0.7, {}, {}, {}}});
    result.metrics.push_back(
        {{"hard", "teams"}, "variance_share.plan.hard.fee", "share", {0.9, 0.02, 0.8, 1.0, {}, {}, {}}});

    EXPECT_EQ(verdict(result).notes,
              std::vector<std::string>{"The main driver of hard's margin is segment.a.usage.b.median: "
                                       "61 % of its variance between worlds."});
}

TEST(VerdictText, GivenDifferencesThatAreNoise_WhenRead_ThenOnlyThoseOfTheTotalMarginAreNoted) {
    RunResult result = overWorlds(500);
    addPlan(result, "hard", kSeldom, kMargin);
    addPlan(result, "soft", kSeldom, kMargin);
    const Estimate noise{0.1, 0.2, -0.3, 0.5, {}, {}, {}};
    const Estimate same{0.0, 0.0, 0.0, 0.0,
                        {},  {},  {}};  // the same bill on the same users: no noise to speak of
    result.differences = {
        {"hard", {"soft"}, "margin_per_user", kMoney, noise, true},
        {"hard", {"soft", "teams"}, "margin_per_user", kMoney, noise, true},
        {"hard", {"soft"}, "cost_per_user", kMoney, noise, true},
        {"hard", {"copy"}, "margin_per_user", kMoney, same, true},
        {"hard", {"far"}, "margin_per_user", kMoney, {9.0, 0.2, 8.6, 9.4, {}, {}, {}}, false}};

    EXPECT_EQ(verdict(result).notes,
              std::vector<std::string>{"The margins of soft and hard can't be told apart in this run: their "
                                       "difference is noise. More users or worlds may decide it."});
}

TEST(VerdictText, GivenAStoppedRun_WhenRead_ThenTheFirstNoteSaysHowFarItCame) {
    RunResult result = overWorlds(500);
    addPlan(result, "flat", kLikely, kMargin);
    result.cancelled = true;
    result.worldsFinished = 20;

    EXPECT_EQ(verdict(result).notes,
              std::vector<std::string>{
                  "Stopped after 20 of 500 worlds: these numbers speak of the finished ones only."});
}

TEST(VerdictText, GivenNoFinishedWorld_WhenRead_ThenThereIsNothingToSay) {
    const Verdict found = verdict(overWorlds(500));

    EXPECT_EQ(textOf(found), "No world was finished: there is nothing to say.\n");
}

struct BaseCase {
    Estimate margin;
    const char* text;
};

TEST(VerdictText, GivenOneWorld_WhenRead_ThenTheBaseValuesSpeakAndNoProbability) {
    const BaseCase cases[] = {
        {{-12.34, 0.5, -13.3, -11.3, {}, {}, {}},
         "flat loses $12.3 per user and month at base values (-13.3 to -11.3); break-even price $212.3."},
        {{12.34, 0.5, 11.3, 13.3, {}, {}, {}},
         "flat earns $12.3 per user and month at base values (11.3 to 13.3); break-even price $212.3."},
        {{0.1, 0.5, -0.9, 1.1, {}, {}, {}},
         "flat may lose or earn at base values: margin $0.1 per user and month (-0.9 to 1.1); break-even "
         "price $212.3."},
    };
    for (const BaseCase& item : cases) {
        RunResult result = overWorlds(1);
        addPlan(result, "flat", {1.0, 0.0, 1.0, 1.0, {}, {}, {}}, item.margin);
        result.metrics.push_back(
            {{"flat"}, "break_even_fee", kMoney, {212.34, 0.5, 211.3, 213.3, {}, {}, {}}});

        EXPECT_EQ(verdict(result).headline, item.text);
    }
}

}  // namespace
}  // namespace breakeven::sim::verdict_text_test
