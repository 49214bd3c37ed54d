#include "sim/report/verdict.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/report/plan_words.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::sim::verdict_test {
namespace {

using tests::pro200WithBeliefs;
using Notes = std::vector<std::string>;

core::Parameter point(double x) {
    return {x, {}};
}

/// Rows of a run over 500 worlds in which `flat` loses and every other plan carries.
RunResult flatLoses(const core::Scenario& scenario) {
    RunResult result;
    result.manifest.currency = scenario.currency;
    result.manifest.settings.worlds = 500;
    result.worldsFinished = 500;
    for (const core::Plan& plan : scenario.plans) {
        const bool isFlat = plan.id == "flat";
        const double revenue = plan.fee.base + (plan.id == "pay-as-you-go" ? 592.0
                                                : plan.id == "hybrid"      ? 460.0
                                                                           : 0.0);
        const Estimate loses = isFlat ? Estimate{0.5732, 0.022, 0.53, 0.6163, {}, {}, {}}
                                      : Estimate{0.0, 0.0, 0.0, 0.008, {}, {}, {}};
        result.metrics.push_back({{plan.id},
                                  "revenue_per_user",
                                  "USD/user-month",
                                  {revenue, 1.0, revenue - 2.0, revenue + 2.0, {}, {}, {}}});
        result.metrics.push_back({{plan.id}, "probability_plan_loses", "probability", loses});
    }
    result.metrics.push_back(
        {{"flat"}, "break_even_fee", "USD/user-month", {231.4, 4.0, 223.4, 239.4, {}, {}, {}}});
    result.metrics.push_back(
        {{"flat"}, "variance_share.cost.serving_share", "share", {0.2, 0.03, 0.14, 0.26, {}, {}, {}}});
    result.metrics.push_back({{"flat"},
                              "variance_share.segment.subscribers.usage.requests.median",
                              "share",
                              {0.51, 0.03, 0.45, 0.57, {}, {}, {}}});
    result.metrics.push_back(
        {{"soft-cap"}, "touched_by_limit", "share", {0.2607, 0.0004, 0.26, 0.2615, {}, {}, {}}});
    result.metrics.push_back(
        {{"hard-cap"}, "touched_by_limit", "share", {0.2193, 0.0004, 0.2185, 0.22, {}, {}, {}}});
    result.quantiles = {{{"flat"}, "break_even_fee", 0.9, 352.1, 340.0, 364.0}};
    return result;
}

/// `flatLoses` in which only the named plans carry.
RunResult onlyCarry(const core::Scenario& scenario, const Notes& ids) {
    RunResult result = flatLoses(scenario);
    for (MetricRow& row : result.metrics) {
        const bool carries = std::ranges::find(ids, row.key.plan) != ids.end();
        if (row.metric == "probability_plan_loses" && !carries)
            row.estimate = {0.5732, 0.022, 0.53, 0.6163, {}, {}, {}};
    }
    return result;
}

const char* const kDriver =
    "The main driver of flat's margin is how many requests a typical user makes "
    "(segment.subscribers.usage.requests.median): 51 % of its variance between worlds.";

/// The notes that begin so.
std::ptrdiff_t notesFrom(const Verdict& found, const std::string& beginning) {
    return std::ranges::count_if(found.notes,
                                 [&](const std::string& note) { return note.starts_with(beginning); });
}

TEST(Verdict, GivenWorldsOfFewUsers_WhenAPlansChanceHangsOnThem_ThenTheShareOfNoiseIsSaid) {
    RunResult result = flatLoses(pro200WithBeliefs(500));
    result.manifest.settings.users = 10'000;
    const auto addNoise = [&](const char* plan, double share) {
        result.metrics.push_back({{plan},
                                  "noise_share_between_worlds",
                                  "share",
                                  {share, 0.02, share - 0.04, share + 0.04, {}, {}, {}}});
    };
    addNoise("flat", 0.49);
    addNoise("soft-cap", 0.9);  // never loses, whatever the noise
    EXPECT_EQ(notesFrom(verdict(result), "90 %") + notesFrom(verdict(result), "49 %"), 0);
    result.metrics[result.metrics.size() - 2].estimate.value = 0.82;
    EXPECT_EQ(notesFrom(verdict(result),
                        "82 % of the variance of flat's margin between worlds is the noise of 10,000 "
                        "users a world, no ignorance. "),
              1);
}

TEST(Verdict, GivenBeliefsThatDoNotStandOutOfTheNoise_WhenRead_ThenNoneIsTheDriver) {
    RunResult result = flatLoses(pro200WithBeliefs(500));
    EXPECT_EQ(notesFrom(verdict(result), "The main driver"), 1);
    for (MetricRow& row : result.metrics)
        if (row.metric.starts_with("variance_share.")) row.estimate = {0.007, 0.007, 0.0, 0.03, {}, {}, {}};
    EXPECT_EQ(notesFrom(verdict(result), "The main driver"), 0);
}

TEST(Verdict, GivenSeveralPlansThatCarry_WhenRead_ThenTheSoftCapIsTheRemedySinceItChangesLeast) {
    const core::Scenario scenario = pro200WithBeliefs(500);
    const Verdict found = verdict(flatLoses(scenario), scenario);
    EXPECT_EQ(found.headline,
              "flat loses money with probability 0.57 (0.53 to 0.62); break-even price $231, $352 to be 90 % "
              "sure.");
    EXPECT_EQ(found.notes,
              (Notes{"A soft cap at 500 requests a month fixes it and touches 26.07 % of users in a month: "
                     "soft-cap loses money with probability 0 (0 to 0.008).",
                     kDriver}));
}

TEST(Verdict, GivenNoDegradingPlanThatCarries_WhenRead_ThenTheBlockingOneIsTheRemedy) {
    const core::Scenario scenario = pro200WithBeliefs(500);
    const Verdict found = verdict(onlyCarry(scenario, {"hard-cap", "pay-as-you-go", "hybrid"}), scenario);
    EXPECT_EQ(
        found.notes,
        (Notes{"A hard cap at 618.429 requests a month fixes it and touches 21.93 % of users in a month: "
               "hard-cap loses money with probability 0 (0 to 0.008).",
               kDriver}));
}

TEST(Verdict, GivenOnlyOtherBillsThatCarry_WhenRead_ThenTheOneNearestToTheOldMeanBillIsTheRemedy) {
    const core::Scenario scenario = pro200WithBeliefs(500);
    EXPECT_EQ(verdict(onlyCarry(scenario, {"pay-as-you-go", "hybrid"}), scenario).notes.front(),
              "No monthly fee but $42 per 1,000,000 input tokens and $168 per 1,000,000 output tokens fixes "
              "it and moves the mean "
              "bill from $200 to $592 if use stays as it is: pay-as-you-go loses money with probability 0 (0 "
              "to 0.008).");
    EXPECT_EQ(verdict(onlyCarry(scenario, {"hybrid"}), scenario).notes.front(),
              "A fee of $200 a month with 200 credits of input tokens and output tokens included and more "
              "charged fixes it and moves "
              "the mean bill from $200 to $660 if use stays as it is: hybrid loses money with probability 0 "
              "(0 to 0.008).");
}

TEST(Verdict, GivenTwoSoftCapsThatCarry_WhenRead_ThenTheOneThatTouchesFewerIsTheRemedy) {
    core::Scenario scenario = pro200WithBeliefs(500);
    core::Plan wider = scenario.plans[1];
    wider.id = "wider-cap";
    wider.limits.front().amount = point(1'000.0);
    scenario.plans.push_back(wider);
    RunResult result = flatLoses(scenario);
    result.metrics.push_back(
        {{"wider-cap"}, "touched_by_limit", "share", {0.141, 0.004, 0.133, 0.149, {}, {}, {}}});
    EXPECT_EQ(verdict(result, scenario).notes.front(),
              "A soft cap at 1,000 requests a month fixes it and touches 14.1 % of users in a month: "
              "wider-cap loses money with probability 0 (0 to 0.008).");
}

TEST(Verdict, GivenARemedyForOneSegmentOnly_WhenRead_ThenItIsNoRemedy) {
    core::Scenario scenario = pro200WithBeliefs(500);
    scenario.segments.push_back(scenario.segments.front());
    scenario.segments.back().id = "teams";
    scenario.plans.front().segments = {0, 1};
    scenario.plans[2].segments = {0, 1};
    EXPECT_EQ(verdict(flatLoses(scenario), scenario).notes.front(),
              "A hard cap at 618.429 requests a month fixes it and touches 21.93 % of users in a month: "
              "hard-cap loses money with probability 0 (0 to 0.008).");
}

TEST(Verdict, GivenNoPlanThatCarries_WhenRead_ThenItSaysSo) {
    const core::Scenario scenario = pro200WithBeliefs(500);
    EXPECT_EQ(verdict(onlyCarry(scenario, {}), scenario).notes.front(),
              "No other plan of this scenario carries its cost for sure.");
}

TEST(Verdict, GivenNoScenario_WhenRead_ThenThePlansThatCarryAreListedAndTheDriverIsItsPath) {
    const Verdict found = verdict(flatLoses(pro200WithBeliefs(500)));
    EXPECT_EQ(
        found.notes,
        (Notes{"These plans carry their cost: soft-cap, hard-cap, pay-as-you-go, hybrid.",
               "The main driver of flat's margin is segment.subscribers.usage.requests.median: 51 % of its "
               "variance between worlds."}));
}

TEST(Verdict, GivenAFirstPlanThatCarries_WhenRead_ThenNothingIsFixed) {
    const core::Scenario scenario = pro200WithBeliefs(500);
    RunResult result = flatLoses(scenario);
    for (MetricRow& row : result.metrics)
        if (row.metric == "probability_plan_loses") row.estimate = {0.0, 0.0, 0.0, 0.008, {}, {}, {}};
    EXPECT_EQ(verdict(result, scenario).notes, Notes{kDriver});
}

TEST(PlanWords, GivenEachKindOfChange_WhenPutInWords_ThenTheySayWhatThePlanDoes) {
    const core::Scenario scenario = pro200WithBeliefs(500);
    const core::Plan& flat = scenario.plans.front();
    const auto change = [&](auto edit) {
        core::Plan plan = flat;
        plan.id = "other";
        edit(plan);
        return planChange(scenario, flat, plan);
    };
    const auto charge = [](core::Price price, std::vector<core::WeightedMeter> meters) {
        return core::Charge{"c", std::move(meters), point(1.0), std::move(price)};
    };
    const std::pair<PlanChange, std::pair<PlanChange::Kind, const char*>> cases[] = {
        {change([](core::Plan&) {}), {PlanChange::Kind::Unseen, "the plan other"}},
        {change([&](core::Plan& p) {
             p.cost = scenario.cost;
             p.cost->servingShare = point(0.2);
         }),
         {PlanChange::Kind::Unseen, "serving it at 0.2 of the list price"}},
        {change([&](core::Plan& p) {
             p.cost = scenario.cost;
             p.cost->guards.resize(1);
         }),
         {PlanChange::Kind::Unseen, "serving it by other means"}},
        {change([](core::Plan& p) { p.fee = point(350.0); }),
         {PlanChange::Kind::Bills, "a fee of $350 a month"}},
        {change([](core::Plan& p) { p.minimum = point(250.0); }),
         {PlanChange::Kind::Bills, "a fee of $200 a month with a bill of at least $250"}},
        {change([&](core::Plan& p) {
             p.charges = {
                 charge(core::PackagePrice{point(100.0), point(5.0), point(0.0)}, {{0, point(1.0)}})};
             p.limits = scenario.plans[1].limits;
         }),
         {PlanChange::Kind::Bills,
          "a fee of $200 a month with packages of 100 requests at $5 and a soft cap at 500 requests a "
          "month"}},
        {change([&](core::Plan& p) {
             p.fee = point(0.0);
             p.charges = {charge(core::VolumePrice{{{{}, point(1.0), point(0.0)}}}, {{2, point(1.0)}}),
                          charge(core::FlatPrice{point(3.0)}, {})};
         }),
         {PlanChange::Kind::Bills, "no monthly fee but volume prices of output tokens and $3 more"}},
        {change([&](core::Plan& p) {
             p.charges = {charge(core::UnitPrice{point(0.2)}, {{0, point(1.0)}})};
         }),
         {PlanChange::Kind::Bills, "a fee of $200 a month with $0.2 per request"}},
        {change([&](core::Plan& p) {
             p.limits = {scenario.plans[1].limits.front(), scenario.plans[2].limits.front()};
         }),
         {PlanChange::Kind::Blocks,
          "a soft cap at 500 requests a month and a hard cap at 618.429 requests a month"}}};
    for (const auto& [found, wanted] : cases) {
        EXPECT_EQ(found.kind, wanted.first) << found.words;
        EXPECT_EQ(found.words, wanted.second);
    }
}

TEST(PlanWords, GivenBeliefs_WhenPutInWords_ThenEveryoneCanReadThem) {
    core::Scenario scenario = pro200WithBeliefs(500);
    const std::pair<const char*, const char*> cases[] = {
        {"segment.subscribers.usage.requests.median", "how many requests a typical user makes"},
        {"segment.subscribers.usage.requests.mean", "how many requests an average user makes"},
        {"segment.subscribers.usage.output_tokens.value",
         "how many output tokens come with each of the requests"},
        {"segment.subscribers.usage.requests.sigma", "how unequal the requests are"},
        {"segment.subscribers.usage.requests.dormant", "how many users go without requests in a month"},
        {"segment.subscribers.weight", "how many users are of subscribers"},
        {"cost.serving_share", "what serving costs as a share of the list price"},
        {"cost.rate.output_tokens.amount", "the list price of output tokens"},
        {"plan.flat.fee", "plan.flat.fee"}};
    for (const auto& [path, words] : cases) EXPECT_EQ(beliefWords(scenario, path), words);
    scenario.segments.push_back(scenario.segments.front());
    EXPECT_EQ(beliefWords(scenario, "segment.subscribers.usage.requests.median"),
              "how many requests a typical user of subscribers makes");
}

}  // namespace
}  // namespace breakeven::sim::verdict_test
