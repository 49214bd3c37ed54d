#include "sim/engine/simulate.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "tests/support/pro_200.hpp"
#include "tests/support/same_on_every_target.hpp"

namespace breakeven::sim::simulate_test {
namespace {

using tests::pro200;
using tests::pro200WithBeliefs;

Estimate metric(const RunResult& result, const std::string& plan, const std::string& name) {
    const MetricRow* row = findMetric(result, {plan, kAll, kAll}, name);
    EXPECT_NE(row, nullptr) << plan << " " << name;
    return row == nullptr ? Estimate{} : row->estimate;
}

struct KnownAnswer {
    const char* plan;
    const char* metric;
    double exact;
    double rounding;  ///< half a unit of the last digit that MODEL prints
};

// MODEL S1, closed forms of the lognormal at base values; within 4 standard errors (a failure has probability
// 6e-5 a row).
constexpr KnownAnswer kPro200[] = {
    {"flat", "cost_per_user", 207.28, 0.005},          {"flat", "margin_per_user", -7.28, 0.005},
    {"flat", "loss_making_users", 0.219, 0.0005},      {"flat", "cost_share_top_10", 0.623, 0.0005},
    {"flat", "cost_share_top_1", 0.232, 0.0005},       {"flat", "cost_gini", 0.740, 0.0005},
    {"flat", "cross_subsidy_per_user", 120.65, 0.005}, {"flat", "cvar95_cost_per_user", 1988.0, 0.5},
    {"soft-cap", "cost_per_user", 90.46, 0.005},       {"soft-cap", "touched_by_limit", 0.261, 0.0005},
    {"hard-cap", "margin_per_user", 113.37, 0.005},    {"pay-as-you-go", "margin_per_user", 384.96, 0.005},
    {"hybrid", "revenue_per_user", 660.2, 0.05}};

TEST(Simulate, GivenPro200AtBaseValues_WhenRunWithEitherSampling_ThenTheClosedFormsAreMet) {
    for (const core::Sampling sampling : {core::Sampling::Random, core::Sampling::Stratified}) {
        core::Scenario scenario = pro200();
        scenario.run.users = 200'000;
        scenario.run.sampling = sampling;
        const auto result = simulate(scenario);
        for (const KnownAnswer& known : kPro200) {
            const Estimate found = metric(*result, known.plan, known.metric);
            EXPECT_NEAR(found.value, known.exact, 4.0 * found.standardError + known.rounding)
                << known.plan << " " << known.metric;
            EXPECT_GT(found.standardError, 0.0);
        }
    }
}

TEST(Simulate, GivenPro200WithBeliefs_WhenRunOverManyWorlds_ThenTheModelsProbabilitiesAndBandsComeOut) {
    core::Scenario scenario = pro200WithBeliefs(5'000);
    scenario.run.users = 2'000;
    scenario.run.sampling = core::Sampling::Stratified;
    const auto result = simulate(scenario);
    EXPECT_NEAR(metric(*result, "flat", "probability_plan_loses").value, 0.573, 0.03);
    EXPECT_NEAR(*metric(*result, "flat", "cost_per_user").bandLow, 115.0, 0.05 * 115.0);
    EXPECT_NEAR(*metric(*result, "flat", "cost_per_user").bandHigh, 401.0, 0.05 * 401.0);
    EXPECT_LT(metric(*result, "soft-cap", "probability_plan_loses").value, 0.001);
    EXPECT_NEAR(metric(*result, "flat", "variance_share_between_worlds").value, 0.989, 0.005);
}

TEST(Simulate, GivenAnyThreadsBlocksAndTargets_WhenRun_ThenEveryRowIsTheSame) {
    struct Size {
        std::uint32_t worlds;
        std::uint64_t users;
        std::uint32_t months;
    };
    // Of the many users of the last, those after the 16th chunk are counted without a close look.
    for (const Size& size : {Size{1, 9'001, 3}, Size{5, 9'001, 3}, Size{1, 72'001, 1}}) {
        core::Scenario scenario = pro200WithBeliefs(size.worlds);
        scenario.run.users = size.users;
        scenario.run.months = size.months;
        scenario.run.sampling = core::Sampling::Stratified;
        const auto reference = simulate(scenario, {{}, {}, 1, 1024});
        for (const int threads : {2, 7}) EXPECT_EQ(*simulate(scenario, {{}, {}, threads, 1024}), *reference);
        for (const std::uint32_t block : {256U, 512U, 4096U}) {
            EXPECT_EQ(*simulate(scenario, {{}, {}, 2, block}), *reference);
        }
        tests::expectSameOnEveryTarget(scenario, *reference);
    }
}

TEST(Simulate, GivenAQuickLook_WhenRun_ThenWhatItHasIsWhatTheWholeRunHas) {
    Hooks look;
    look.closedForms = look.distributions = false;
    for (const core::Scenario& scenario : {pro200(), tests::pro200WithBeliefs(20)}) {
        const auto whole = simulate(scenario);
        const auto quick = simulate(scenario, look);
        EXPECT_TRUE(std::ranges::none_of(
            quick->quantiles, [](const QuantileRow& row) { return row.quantity != "break_even_fee"; }));
        EXPECT_GT(quick->metrics.size(), whole->metrics.size() / 2);
        for (const MetricRow& row : quick->metrics) {
            const MetricRow* same = findMetric(*whole, row.key, row.metric);
            ASSERT_NE(same, nullptr) << row.metric;
            EXPECT_EQ(row.estimate.value, same->estimate.value) << row.metric;
            EXPECT_EQ(row.estimate.low, same->estimate.low) << row.metric;
            EXPECT_FALSE(row.estimate.exact.has_value()) << row.metric;
        }
    }
}

TEST(Simulate, GivenAnotherMeter_WhenRun_ThenNoOtherDrawMoves) {
    core::Scenario scenario = pro200();
    const double before = metric(*simulate(scenario), "flat", "usage_requests_per_user").value;
    core::Lognormal images;
    images.location = {3.0, {}};
    images.spread = {1.0, {}};
    scenario.meters.push_back({"images", "image"});
    scenario.segments[0].usages.push_back({3, {}, images, {1.0, {}}, {0.0, {}}});
    EXPECT_EQ(metric(*simulate(scenario), "flat", "usage_requests_per_user").value, before);
}

TEST(Simulate, GivenMarginsOnly_WhenRun_ThenTheirQuantilesAndAllMetricsAreThoseOfTheWholeRun) {
    core::Scenario scenario = pro200WithBeliefs(20);
    const auto whole = simulate(scenario);
    scenario.keepsMarginsOnly = true;
    const auto margins = simulate(scenario);
    EXPECT_NE(margins->manifest.run, whole->manifest.run);
    ASSERT_EQ(margins->metrics.size(), whole->metrics.size());
    for (std::size_t i = 0; i < whole->metrics.size(); ++i)
        EXPECT_EQ(margins->metrics[i].estimate.value, whole->metrics[i].estimate.value);
    std::size_t compared = 0;
    for (const QuantileRow& row : margins->quantiles) {
        if (row.quantity == "break_even_fee") continue;
        EXPECT_EQ(row.quantity, "margin");
        const auto same = std::ranges::find_if(whole->quantiles, [&](const QuantileRow& other) {
            return other.key == row.key && other.quantity == row.quantity && other.level == row.level;
        });
        ASSERT_NE(same, whole->quantiles.end());
        // A flat plan's margins are counted themselves here, else read off its costs: another grid.
        EXPECT_NEAR(row.value, same->value, 0.008 * std::abs(200.0 - row.value)) << row.key.plan << row.level;
        ++compared;
    }
    EXPECT_EQ(compared, 10 * scenario.plans.size());
    EXPECT_TRUE(margins->lorenz.empty());
}

// Input tokens are 2,000 a request: counted as a multiple of the requests. With the 2,000 written as a belief
// they are counted by themselves, on a grid with bins elsewhere.
TEST(Simulate, GivenAMeterThatIsAMultiple_WhenRun_ThenItsQuantilesAreThoseOfCountingIt) {
    core::Scenario scenario = pro200();
    const auto derived = simulate(scenario);
    scenario.beliefs.push_back({"segment.subscribers.usage.input_tokens.value",
                                {1'000.0, 2'000.0, 3'000.0, core::BeliefShape::Pert}});
    scenario.segments[0].usages[1].distribution = core::Constant{{2'000.0, scenario.beliefs.size() - 1}};
    const auto counted = simulate(scenario);
    ASSERT_EQ(derived->quantiles.size(), counted->quantiles.size());
    std::size_t compared = 0;
    for (std::size_t i = 0; i < derived->quantiles.size(); ++i) {
        const QuantileRow& row = derived->quantiles[i];
        ASSERT_EQ(row.quantity, counted->quantiles[i].quantity);
        EXPECT_NEAR(row.value, counted->quantiles[i].value, std::abs(row.value) / 128.0)
            << row.quantity << row.level;
        compared += row.quantity == "usage_input_tokens" ? 1 : 0;
    }
    EXPECT_EQ(compared, 10 * scenario.plans.size());
}

TEST(Simulate, GivenAStopRequest_WhenRunning_ThenTheFinishedWorldsAreKept) {
    const core::Scenario scenario = pro200WithBeliefs(200);
    std::stop_source stop;
    Hooks hooks;
    hooks.progress = [&](const Progress& progress) {
        if (progress.worldsDone >= 20) stop.request_stop();
    };
    hooks.stop = stop.get_token();
    hooks.threads = 2;
    const auto result = simulate(scenario, hooks);
    EXPECT_TRUE(result->cancelled);
    EXPECT_GE(result->worldsFinished, 20U);
    EXPECT_LT(result->worldsFinished, 200U);
    EXPECT_FALSE(result->metrics.empty());
}

TEST(Simulate, GivenDormantUsers_WhenRun_ThenMeanUsageFallsByTheirShare) {
    core::Scenario scenario = pro200();
    scenario.run.users = 100'000;
    scenario.run.months = 2;
    scenario.segments[0].usages[0].dormant = {0.3, {}};
    const auto result = simulate(scenario);
    const Estimate active = metric(*result, "flat", "users_active");
    EXPECT_NEAR(active.value, 0.7, 4.0 * active.standardError);
    const Estimate cost = metric(*result, "flat", "cost_per_user");
    EXPECT_NEAR(cost.value, 0.7 * 207.28, 4.0 * cost.standardError + 0.01);
}

// Closed forms: means 500; the Gini of a uniform on [0, b] is 1/3, of an exponential (gamma of shape 1) 1/2.
TEST(Simulate, GivenUniformAndGammaUsage_WhenRun_ThenMeanAndGiniAreTheClosedForms) {
    const std::pair<core::Distribution, double> cases[] = {
        {core::Uniform{{0.0, {}}, {1000.0, {}}}, 1.0 / 3.0},
        {core::Gamma{core::Gamma::Location::Mean, {500.0, {}}, core::Gamma::Spread::Shape, {1.0, {}}}, 0.5}};
    for (const auto& [law, gini] : cases) {
        core::Scenario scenario = pro200();
        scenario.run.users = 100'000;
        scenario.segments[0].usages[0].distribution = law;
        const auto result = simulate(scenario);
        const Estimate usage = metric(*result, "flat", "usage_requests_per_user");
        EXPECT_NEAR(usage.value, 500.0, 4.0 * usage.standardError);
        const Estimate found = metric(*result, "flat", "cost_gini");
        EXPECT_NEAR(found.value, gini, 4.0 * found.standardError);
    }
}

}  // namespace
}  // namespace breakeven::sim::simulate_test
