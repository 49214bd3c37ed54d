// Rules that work inside the month, through the whole engine. Users' noise is compared within 4 standard
// errors (a false alarm in 16,000).

#include <gtest/gtest.h>

#include <boost/math/distributions/binomial.hpp>
#include <boost/math/distributions/normal.hpp>
#include <cmath>

#include "sim/engine/simulate.hpp"
#include "sim/exact/closed_forms.hpp"
#include "sim/pipeline/month_events.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::sim::events_test {
namespace {

core::Parameter point(double x) {
    return {x, {}};
}

double normalCdf(double x) {
    return boost::math::cdf(boost::math::normal(), x);
}

/// Everyone makes so many requests a month; a request costs 1.
core::Scenario constantUse(double requests, std::uint32_t users) {
    core::Scenario s;
    s.name = "events";
    s.currency = "USD";
    s.file = "events.toml";
    s.run = {users, 1, 1, 4, core::Sampling::Random};
    s.subscribers = point(1000.0);
    s.meters = {{"requests", "request"}};
    core::Segment people;
    people.id = "people";
    people.usages = {{0, {}, core::Constant{point(requests)}, point(1.0), point(0.0)}};
    s.segments = {people};
    s.cost.rates = {{"requests", 0, point(1.0), point(1.0)}};
    return s;
}

core::Plan planOf(const char* id, double fee, std::vector<core::Limit> limits = {}) {
    core::Plan plan;
    plan.id = id;
    plan.fee = point(fee);
    plan.segments = {0};
    plan.limits = std::move(limits);
    return plan;
}

core::Limit windowLimit(core::Limit::Action action, double amount, double hours, bool opensAtUse = false) {
    core::Limit limit;
    limit.id = "window";
    limit.amount = point(amount);
    limit.action = action;
    limit.window = core::LimitWindow{point(hours), opensAtUse};
    return limit;
}

const Estimate& estimateOf(const RunResult& result, const char* plan, const char* metric) {
    return findMetric(result, {plan, kAll, kAll}, metric)->estimate;
}

void expectWithin4(const Estimate& found, double exact) {
    EXPECT_NEAR(found.value, exact, 4.0 * found.standardError);
    EXPECT_GT(found.standardError, 0.0);
}

core::Scenario withWindows() {
    using enum core::Limit::Action;
    core::Scenario s = constantUse(600.0, 20'000);
    s.segments[0].activity = core::Activity{};
    core::Limit soft = windowLimit(Degrade, 6.0, 5.0);
    soft.costFactor = point(0.25);
    core::Limit slow = windowLimit(Throttle, 6.0, 5.0);
    slow.keptShare = point(0.5);
    s.plans = {planOf("free", 100.0), planOf("hard", 100.0, {windowLimit(Block, 6.0, 5.0)}),
               planOf("soft", 100.0, {soft}), planOf("slow", 100.0, {slow}),
               planOf("queue", 100.0, {windowLimit(Queue, 6.0, 5.0)})};
    return s;
}

TEST(WindowLimits, GivenUseSpreadEvenly_WhenSimulated_ThenTheBinomialMeans) {
    const auto result = simulate(withWindows());
    const boost::math::binomial law(600.0, 5.0 / kMonthHours);
    double beyond = 0.0;  // requests a month beyond 6 in their window
    for (double k = 7.0; k < 80.0; k += 1.0)
        beyond += kMonthHours / 5.0 * (k - 6.0) * boost::math::pdf(law, k);
    ASSERT_GT(beyond, 20.0);
    expectWithin4(estimateOf(*result, "hard", "usage_requests_per_user"), 600.0 - beyond);
    expectWithin4(estimateOf(*result, "hard", "cost_per_user"), 600.0 - beyond);
    expectWithin4(estimateOf(*result, "soft", "cost_per_user"), 600.0 - 0.75 * beyond);
    expectWithin4(estimateOf(*result, "slow", "usage_requests_per_user"), 600.0 - 0.5 * beyond);
    EXPECT_EQ(estimateOf(*result, "soft", "usage_requests_per_user").value, 600.0);
    EXPECT_EQ(estimateOf(*result, "queue", "cost_per_user").value, 600.0);
    EXPECT_EQ(estimateOf(*result, "hard", "touched_by_limit").value,
              estimateOf(*result, "queue", "touched_by_limit").value);
    EXPECT_GT(estimateOf(*result, "queue", "wait_hours").value, 0.0);
    EXPECT_EQ(findMetric(*result, {"hard", kAll, kAll}, "wait_hours"), nullptr);
}

TEST(WindowLimits, GivenOtherPlansBesideIt_ThenAPlanWithAWindowKeepsItsNumbers) {
    // Few requests, each with its time, and so many that they are counted by the hour.
    for (const double requests : {600.0, 40'000.0}) {
        core::Scenario s = withWindows();
        s.run.users = 500;
        s.segments[0].usages[0].distribution = core::Constant{point(requests)};
        for (core::Plan& plan : s.plans)
            for (core::Limit& limit : plan.limits) limit.amount = point(requests / 140.0);
        const auto all = simulate(s);
        s.plans.push_back(
            planOf("weekly", 100.0, {windowLimit(core::Limit::Action::Block, requests / 4.0, 168.0, true)}));
        s.plans.push_back(
            planOf("odd", 100.0, {windowLimit(core::Limit::Action::Block, requests / 100.0, 7.3)}));
        const auto more = simulate(s);
        for (const char* plan : {"hard", "soft", "slow", "queue"}) {
            EXPECT_EQ(estimateOf(*all, plan, "cost_per_user"), estimateOf(*more, plan, "cost_per_user"))
                << plan;
            EXPECT_GT(estimateOf(*all, plan, "touched_by_limit").value, 0.9);
        }
        EXPECT_EQ(estimateOf(*all, "queue", "wait_hours"), estimateOf(*more, "queue", "wait_hours"));
        EXPECT_GT(estimateOf(*all, "hard", "cost_per_user").standardError, 0.0);
    }
}

TEST(WindowLimits, GivenSessions_ThenMoreLiesBeyondThanWithout) {
    core::Scenario s = withWindows();
    const auto even = simulate(s);
    s.segments[0].activity->sessionEvents = point(8.0);
    s.segments[0].activity->gapMinutes = point(3.0);
    const auto together = simulate(s);
    EXPECT_LT(estimateOf(*together, "hard", "usage_requests_per_user").value,
              0.8 * estimateOf(*even, "hard", "usage_requests_per_user").value);
}

TEST(WindowLimits, GivenEventsOfDifferentSize_ThenMoreTokensLieBeyond) {
    core::Scenario s = withWindows();
    s.meters.push_back({"tokens", "token"});
    s.segments[0].usages.push_back({1, 0, core::Constant{point(100.0)}, point(1.0), point(0.0)});
    s.plans = {planOf("hard", 0.0, {windowLimit(core::Limit::Action::Block, 900.0, 5.0)})};
    s.plans[0].limits[0].meter = 1;
    const double alike = estimateOf(*simulate(s), "hard", "usage_tokens_per_user").value;
    s.segments[0].activity->sizes = {{1, point(1.5)}};
    const double unlike = estimateOf(*simulate(s), "hard", "usage_tokens_per_user").value;
    EXPECT_LT(unlike, 0.95 * alike);
    EXPECT_LE(alike, 60'000.0);
}

TEST(WindowLimits, GivenThreadsAndBlocks_ThenTheSameRows) {
    core::Scenario s = withWindows();
    s.run.users = 9000;
    s.run.months = 2;
    s.segments[0].activity->sessionEvents = point(4.0);
    s.cost.multipliers = {
        {"k", {0}, {{core::MultiplierPart::Kind::Lognormal, {}, point(1.0), point(1.0)}}, {}, 0}};
    const auto reference = simulate(s, {{}, {}, 1, 4096});
    EXPECT_EQ(*simulate(s, {{}, {}, 2, 256}), *reference);
    EXPECT_EQ(*simulate(s, {{}, {}, 7, 1024}), *reference);
}

/// One answer a month: of parts 1, 8 and a lognormal of median 32 and sigma 1.
core::Scenario oneAnswer() {
    using Kind = core::MultiplierPart::Kind;
    core::Scenario s = constantUse(1.0, 400'000);
    s.cost.multipliers = {{"search",
                           {0},
                           {{Kind::Value, {}, point(1.0), {}},
                            {Kind::Value, point(0.3), point(8.0), {}},
                            {Kind::Lognormal, point(0.1), point(32.0), point(1.0)}},
                           {},
                           0}};
    s.plans = {planOf("flat", 10.0)};
    return s;
}

TEST(DrawnAnswers, GivenOneAnswerAMonth_ThenLossesAreThoseOfItsMultiple) {
    const core::Scenario s = oneAnswer();
    const auto result = simulate(s);
    const double mean = 0.6 + 2.4 + 3.2 * std::exp(0.5);  // 8.276
    expectWithin4(estimateOf(*result, "flat", "cost_per_user"), mean);
    expectWithin4(estimateOf(*result, "flat", "loss_making_users"), 0.1 * normalCdf(std::log(3.2)));
    // E(K - 10)+ of the lognormal part.
    const double d = std::log(3.2);
    expectWithin4(estimateOf(*result, "flat", "cross_subsidy_per_user"),
                  0.1 * (32.0 * std::exp(0.5) * normalCdf(d + 1.0) - 10.0 * normalCdf(d)));
    // The exact column knows the mean and nothing of what the multiple spreads.
    EXPECT_NEAR(*exactMetric(s, 0, {}, "cost_per_user"), mean, 1e-12);
    EXPECT_FALSE(exactMetric(s, 0, {}, "loss_making_users"));
    EXPECT_FALSE(exactMetric(s, 0, {}, "cost_gini"));
}

TEST(DrawnAnswers, GivenACapInOnePlan_ThenItsUsersCostWhatTheirAnswersCostUpToTheCap) {
    core::Scenario s = oneAnswer();
    s.plans.push_back(planOf("capped", 10.0));
    s.plans[1].cost = s.cost;
    s.plans[1].cost->multipliers[0].cap = point(8.0);
    const auto result = simulate(s);
    EXPECT_EQ(estimateOf(*result, "capped", "loss_making_users").value, 0.0);
    // Paired: the same answers in both plans, so that no user of the capped plan costs more.
    double beyond = 0.0;
    const double d = std::log(4.0);
    beyond = 0.1 * (32.0 * std::exp(0.5) * normalCdf(d + 1.0) - 8.0 * normalCdf(d));
    for (const DifferenceRow& row : result->differences) {
        if (row.metric == "cost_per_user") expectWithin4(row.estimate, -beyond);
    }
}

TEST(DrawnAnswers, GivenATailOfInfiniteVariance_ThenNoIntervalForTheMeanCost) {
    core::Scenario s = oneAnswer();
    s.run.users = 1000;
    s.cost.multipliers[0].parts = {{core::MultiplierPart::Kind::Pareto, {}, point(1.0), point(1.5)}};
    EXPECT_TRUE(std::isinf(estimateOf(*simulate(s), "flat", "cost_per_user").standardError));
    s.cost.multipliers[0].drawnPer.reset();  // all at the mean, which is finite
    EXPECT_EQ(estimateOf(*simulate(s), "flat", "cost_per_user").standardError, 0.0);
    s.cost.multipliers[0].drawnPer = 0;
    s.cost.multipliers[0].cap = point(100.0);
    EXPECT_FALSE(std::isinf(estimateOf(*simulate(s), "flat", "cost_per_user").standardError));
}

TEST(DrawnIncidents, GivenMODELS6_ThenShareSdAndLargestLossesOfUsers) {
    // 1,200 steps of no cost, attacks at 1e-4 of which 86 % succeed, loss 300 with sigma 1.5.
    core::Scenario s = constantUse(1200.0, 400'000);
    s.cost.rates.clear();
    core::GuardCost guard;
    guard.id = "none";
    guard.attackRate = point(1e-4);
    guard.attackSuccess = point(0.86);
    guard.loss = point(300.0);
    guard.areIncidentsDrawn = true;
    guard.lossSigma = point(1.5);
    s.cost.guards = {guard};
    s.plans = {planOf("flat", 0.0)};
    const auto result = simulate(s);
    expectWithin4(estimateOf(*result, "flat", "cost_per_user"), 30.96);
    expectWithin4(estimateOf(*result, "flat", "loss_making_users"), -std::expm1(-0.1032));
    // Standard deviation of a user's month 296.85, from the error of the mean of so many: 32 batches know it
    // to 12 %, so within 4 of these.
    const double sd = estimateOf(*result, "flat", "cost_per_user").standardError * std::sqrt(400'000.0);
    EXPECT_NEAR(sd, 296.85, 0.5 * 296.85);
    // With losses of one size the largest 5 % of months are those of two incidents or more, and of one.
    s.cost.guards[0].lossSigma = point(0.0);
    const double twoOrMore = 1.0 - std::exp(-0.1032) * 1.1032;
    const double incidents = 0.1032 * -std::expm1(-0.1032);  // E(N; N >= 2)
    expectWithin4(estimateOf(*simulate(s), "flat", "cvar95_cost_per_user"),
                  300.0 * (incidents + 0.05 - twoOrMore) / 0.05);
}

}  // namespace
}  // namespace breakeven::sim::events_test
