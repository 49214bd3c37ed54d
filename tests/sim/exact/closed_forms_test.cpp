#include "sim/exact/closed_forms.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <numbers>
#include <numeric>

#include "sim/engine/simulate.hpp"
#include "sim/report/results_table.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::sim::closed_forms_test {
namespace {

using tests::pro200;

core::Parameter point(double x) {
    return {x, {}};
}

std::size_t planAt(const core::Scenario& scenario, const std::string& id) {
    return static_cast<std::size_t>(std::ranges::find(scenario.plans, id, &core::Plan::id) -
                                    scenario.plans.begin());
}

double exact(const core::Scenario& scenario, const std::string& plan, const std::string& metric) {
    const auto found = exactMetric(scenario, planAt(scenario, plan), {}, metric);
    EXPECT_TRUE(found.has_value()) << plan << " " << metric;
    return found.value_or(std::numeric_limits<double>::quiet_NaN());
}

/// E g(X) by the trapezoid rule on the normal score (X = Q(z)), 4 million steps on [-9, 9]: a kink or step of
/// g costs one step of 5e-6, so the relative error is below 1e-5 of g's largest weighted value.
double integral(const std::function<double(double)>& quantileOfScore,
                const std::function<double(double)>& g) {
    constexpr int kSteps = 4'000'000;
    constexpr double kStep = 18.0 / kSteps;
    double sum = 0.0;
    for (int i = 0; i <= kSteps; ++i) {
        const double z = -9.0 + kStep * i;
        sum += (i == 0 || i == kSteps ? 0.5 : 1.0) * std::exp(-0.5 * z * z) * g(quantileOfScore(z));
    }
    return sum * kStep / std::sqrt(2.0 * std::numbers::pi);
}

double requestsOfScore(double z) {
    return 180.0 * std::exp(1.59374 * z);
}

constexpr double kCostOfRequest = 0.3234;

struct Published {
    const char* plan;
    const char* metric;
    double value;
    double rounding;  ///< half a unit of the last digit that MODEL S1 prints
};
constexpr Published kModelS1[] = {
    {"flat", "cost_per_user", 207.28, 0.0051},  // 207.2851: MODEL cuts the last digit
    {"flat", "margin_per_user", -7.28, 0.0051},     {"flat", "loss_making_users", 0.219, 0.0005},
    {"flat", "cost_share_top_10", 0.623, 0.0005},   {"flat", "cost_share_top_1", 0.232, 0.0005},
    {"flat", "cost_gini", 0.740, 0.0005},           {"flat", "cross_subsidy_per_user", 120.65, 0.005},
    {"flat", "cvar95_cost_per_user", 1988.0, 0.5},  {"flat", "break_even_fee", 207.28, 0.0051},
    {"soft-cap", "cost_per_user", 90.46, 0.005},    {"soft-cap", "touched_by_limit", 0.261, 0.0005},
    {"hard-cap", "margin_per_user", 113.37, 0.005}, {"pay-as-you-go", "margin_per_user", 384.96, 0.005},
    {"hybrid", "revenue_per_user", 660.2, 0.05}};

TEST(ClosedForms, GivenPro200_WhenComputed_ThenTheModelsPublishedNumbersComeOut) {
    const core::Scenario scenario = pro200();
    for (const Published& known : kModelS1)
        EXPECT_NEAR(exact(scenario, known.plan, known.metric), known.value, known.rounding)
            << known.plan << " " << known.metric;
}

// Against integration that knows nothing of pieces, partial moments or Lorenz curves.
TEST(ClosedForms, GivenLimitsTiersAndBillBounds_WhenComputed_ThenNumericIntegrationAgrees) {
    core::Scenario scenario = pro200();
    core::Plan& soft = scenario.plans[planAt(scenario, "soft-cap")];
    core::Plan& hard = scenario.plans[planAt(scenario, "hard-cap")];
    core::Plan& hybrid = scenario.plans[planAt(scenario, "hybrid")];
    soft.limits.push_back(
        {"2", 2, point(5'000'000.0), core::Limit::Action::Degrade, point(0.02)});  // 1,000 requests
    hard.limits.front().amount = point(700.0);  // 26.38 above the fee: losing users sit at one point
    hybrid.minimum = point(230.0);
    hybrid.maximum = point(900.0);

    const auto softCost = [](double x) {
        return kCostOfRequest * (std::min(x, 500.0) + 0.1 * std::clamp(x - 500.0, 0.0, 500.0) +
                                 0.02 * std::max(x - 1'000.0, 0.0));
    };
    const auto hardCost = [](double x) { return kCostOfRequest * std::min(x, 700.0); };
    const auto hybridRevenue = [](double x) {
        return std::clamp(200.0 + std::max(0.924 * x - 200.0, 0.0), 230.0, 900.0);
    };
    const auto hybridMargin = [&](double x) { return hybridRevenue(x) - kCostOfRequest * x; };
    const auto near = [&](const char* plan, const char* metric, const std::function<double(double)>& g) {
        const double wanted = integral(requestsOfScore, g);
        EXPECT_NEAR(exact(scenario, plan, metric), wanted, 1e-5 * std::abs(wanted)) << plan << " " << metric;
    };
    near("soft-cap", "cost_per_user", softCost);
    near("soft-cap", "loss_making_users", [&](double x) { return softCost(x) > 200.0 ? 1.0 : 0.0; });
    near("soft-cap", "cross_subsidy_per_user", [&](double x) { return std::max(softCost(x) - 200.0, 0.0); });
    near("hard-cap", "cost_per_user", hardCost);
    near("hard-cap", "loss_making_users", [&](double x) { return hardCost(x) > 200.0 ? 1.0 : 0.0; });
    near("hard-cap", "usage_output_tokens_per_user", [](double x) { return 5'000.0 * std::min(x, 700.0); });
    near("hybrid", "revenue_per_user", hybridRevenue);
    near("hybrid", "loss_making_users", [&](double x) { return hybridMargin(x) < 0.0 ? 1.0 : 0.0; });
    near("hybrid", "cross_subsidy_per_user", [&](double x) { return std::max(-hybridMargin(x), 0.0); });
    // The dearest tenth begins at the score 1.2815515655446004.
    const auto inTop = [&](double x) { return x > requestsOfScore(1.2815515655446004) ? softCost(x) : 0.0; };
    EXPECT_NEAR(exact(scenario, "soft-cap", "cost_share_top_10"),
                integral(requestsOfScore, inTop) / integral(requestsOfScore, softCost), 1e-5);
}

TEST(ClosedForms, GivenUniformAndExponentialUsage_WhenComputed_ThenNumericIntegrationAgrees) {
    const auto cdf = [](double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); };
    const std::pair<core::Distribution, std::function<double(double)>> cases[] = {
        {core::Uniform{point(100.0), point(1'100.0)}, [&](double z) { return 100.0 + 1'000.0 * cdf(z); }},
        {core::Gamma{core::Gamma::Location::Mean, point(600.0), core::Gamma::Spread::Shape, point(1.0)},
         [&](double z) { return -600.0 * std::log(cdf(-z)); }}};
    for (const auto& [law, quantile] : cases) {
        core::Scenario scenario = pro200();
        scenario.segments[0].usages[0].distribution = law;
        const double mean = integral(quantile, [](double x) { return x; });
        EXPECT_NEAR(exact(scenario, "flat", "usage_requests_per_user"), mean, 1e-5 * mean);
        const double subsidy =
            integral(quantile, [](double x) { return std::max(kCostOfRequest * x - 200.0, 0.0); });
        EXPECT_NEAR(exact(scenario, "flat", "cross_subsidy_per_user"), subsidy, 1e-5 * subsidy);
        // Gini = E[X (2 F(X) - 1)] / E X.
        double weighted = 0.0;
        for (int i = 0; i < 1'000'000; ++i) {
            const double z = -9.0 + 18e-6 * (i + 0.5);
            weighted += 18e-6 * std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi) * quantile(z) *
                        (2.0 * cdf(z) - 1.0);
        }
        EXPECT_NEAR(exact(scenario, "flat", "cost_gini"), weighted / mean, 1e-5);
    }
}

TEST(ClosedForms, GivenAFixedCostAndDormantUsers_WhenComputed_ThenBothEnterEveryForm) {
    core::Scenario scenario = pro200();
    scenario.segments[0].usages[0].dormant = point(0.3);
    scenario.cost.fixed = {{"staff", point(500'000.0)}};  // $50 a subscriber
    const auto cost = [](double x) { return 50.0 + kCostOfRequest * x; };
    const double mean = 0.7 * integral(requestsOfScore, cost) + 0.3 * 50.0;
    EXPECT_NEAR(exact(scenario, "flat", "users_active"), 0.7, 1e-12);
    EXPECT_NEAR(exact(scenario, "flat", "cost_per_user"), mean, 1e-5 * mean);
    EXPECT_NEAR(exact(scenario, "flat", "loss_making_users"),
                0.7 * integral(requestsOfScore, [&](double x) { return cost(x) > 200.0 ? 1.0 : 0.0; }), 1e-5);
    // Gini = 1 - 2 * area under the Lorenz curve, by adding it up over the awake users' ranks.
    const auto cdf = [](double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); };
    double weighted = 0.3 * 50.0 * (0.3 - 1.0);
    for (int i = 0; i < 1'000'000; ++i) {
        const double z = -9.0 + 18e-6 * (i + 0.5);
        const double density = 18e-6 * std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
        weighted += 0.7 * density * cost(requestsOfScore(z)) * (2.0 * (0.3 + 0.7 * cdf(z)) - 1.0);
    }
    EXPECT_NEAR(exact(scenario, "flat", "cost_gini"), weighted / mean, 1e-5);
}

TEST(ClosedForms, GivenCorrelatedLognormals_WhenMultiplied_ThenTheMeanIsThatOfTheSummedLogarithms) {
    core::Scenario scenario = pro200();
    core::Lognormal tokens;
    tokens.location = point(5'000.0);
    tokens.spread = point(0.7);
    scenario.segments[0].usages[2].distribution = tokens;
    scenario.segments[0].correlations = {{0, 2, core::Correlation::Kind::Pearson, point(0.4)}};
    const double logVariance = 1.59374 * 1.59374 + 0.49 + 2.0 * 0.4 * 1.59374 * 0.7;
    EXPECT_NEAR(exact(scenario, "flat", "usage_output_tokens_per_user"),
                180.0 * 5'000.0 * std::exp(0.5 * logVariance), 1.0);
    // Input and output tokens no longer are multiples of one quantity: who loses has no closed form, the mean
    // has.
    EXPECT_FALSE(exactMetric(scenario, 0, {}, "loss_making_users").has_value());
    EXPECT_TRUE(exactMetric(scenario, 0, {}, "cost_per_user").has_value());
    // Of an independent gamma only the mean remains, of a correlated one not even that.
    const core::Gamma gamma{core::Gamma::Location::Mean, point(5'000.0), core::Gamma::Spread::Shape,
                            point(2.0)};
    scenario.segments[0].usages[2].distribution = gamma;
    EXPECT_FALSE(exactMetric(scenario, 0, {}, "usage_output_tokens_per_user").has_value());
    scenario.segments[0].correlations.clear();
    EXPECT_NEAR(exact(scenario, "flat", "usage_output_tokens_per_user"), 640.955764686682 * 5'000.0, 1.0);
}

TEST(ClosedForms, GivenAResampledFile_WhenComputed_ThenItsRowsAreCounted) {
    core::Scenario scenario = pro200();
    // 100, 200, 700 and 1,000 requests cost 32.34, 64.68, 226.38 and 323.40; their mean is 500 requests.
    scenario.segments[0].usages[0].distribution = core::Empirical{
        "u.csv", "requests",
        std::make_shared<const std::vector<double>>(std::vector{100.0, 200.0, 700.0, 1'000.0})};
    EXPECT_NEAR(exact(scenario, "flat", "cost_per_user"), 161.70, 1e-9);
    EXPECT_NEAR(exact(scenario, "flat", "loss_making_users"), 0.5, 1e-12);
    EXPECT_NEAR(exact(scenario, "flat", "cross_subsidy_per_user"), (26.38 + 123.40) / 4.0, 1e-9);
    EXPECT_NEAR(exact(scenario, "flat", "cost_gini"), (-3.0 * 100 - 200 + 700 + 3.0 * 1'000) / (4.0 * 2'000),
                1e-12);
    EXPECT_NEAR(exact(scenario, "flat", "cost_share_top_10"), 0.1 * 1'000 / 500, 1e-12);
    EXPECT_NEAR(exact(scenario, "soft-cap", "cost_per_user"), kCostOfRequest * (100 + 200 + 520 + 550) / 4.0,
                1e-9);
}

TEST(ClosedForms, GivenTwoSegments_WhenMixed_ThenMeansAreWeightedAndConcentrationHasNone) {
    core::Scenario scenario = pro200();
    core::Segment heavy = scenario.segments[0];
    heavy.id = "heavy";
    heavy.weight = point(3.0);
    std::get<core::Lognormal>(heavy.usages[0].distribution).location = point(360.0);
    scenario.segments.push_back(heavy);
    scenario.plans[0].segments = {0, 1};
    const double light = 207.2850942996729;
    EXPECT_NEAR(exact(scenario, "flat", "cost_per_user"), 0.25 * light + 0.75 * 2.0 * light, 1e-9);
    EXPECT_NEAR(*exactMetric(scenario, 0, 1, "cost_per_user"), 2.0 * light, 1e-9);
    EXPECT_NEAR(*exactMetric(scenario, 0, 1, "margin_total"), 7'500.0 * (200.0 - 2.0 * light), 1e-5);
    EXPECT_FALSE(exactMetric(scenario, 0, {}, "cost_gini").has_value());
    EXPECT_TRUE(exactMetric(scenario, 0, 1, "cost_gini").has_value());
    EXPECT_FALSE(exactMetric(scenario, 1, 1, "cost_per_user").has_value())
        << "soft-cap is not offered to the heavy";
}

// hard-cap of tests::pro200 blocks exactly where cost meets the fee: who reaches it costs what they pay.
TEST(ClosedForms, GivenUsersAtBreakEven_WhenAskedWhoLoses_ThenNobodyDoes) {
    core::Scenario scenario = pro200();
    scenario.run.sampling = core::Sampling::Sobol;
    scenario.run.users = 262'144;  // of whom rounding alone would let 18 lose
    const auto result = simulate(scenario);
    for (const char* metric : {"loss_making_users", "cross_subsidy_per_user"}) {
        EXPECT_EQ(exact(scenario, "hard-cap", metric), 0.0) << metric;
        EXPECT_EQ(findMetric(*result, {"hard-cap", kAll, kAll}, metric)->estimate.value, 0.0) << metric;
    }
}

TEST(ClosedForms, GivenWhatHasNoClosedForm_WhenAsked_ThenThereIsNoAnswer) {
    const core::Scenario scenario = pro200();
    EXPECT_FALSE(exactMetric(scenario, 0, 0, "probability_pool_loses").has_value());
    EXPECT_FALSE(exactMetric(scenario, planAt(scenario, "soft-cap"), {}, "cost_gini").has_value());
}

TEST(ClosedForms, GivenARun_WhenAtBaseValues_ThenEveryExpectationIsWithinFourErrorsOfItsClosedForm) {
    core::Scenario scenario = pro200();
    scenario.run.users = 100'000;
    scenario.run.months = 2;
    const auto result = simulate(scenario);
    const Table table = exactTable(*result);
    EXPECT_GT(table.rows.size(), 30U);
    for (const auto& row : table.rows) {
        // Read off counts in bins of up to 0.5 %, which the error does not cover; simulate_test compares
        // flat's.
        if (row[1].text == "cvar95_cost_per_user" || row[1].text.starts_with("cost_share")) continue;
        EXPECT_LT(std::abs(*row[5].number), 4.0)
            << row[0].text << " " << row[1].text << " " << row[3].text << " " << row[4].text;
    }
    EXPECT_EQ(findMetric(*result, {"flat", kAll, "2"}, "cost_per_user")->estimate.exact,
              findMetric(*result, {"flat", kAll, kAll}, "cost_per_user")->estimate.exact);
    EXPECT_FALSE(
        findMetric(*result, {"flat", kAll, kAll}, "loss_making_users_horizon")->estimate.exact.has_value());
}

TEST(ClosedForms, GivenSeveralWorlds_WhenRun_ThenNothingIsExact) {
    const auto result = simulate(tests::pro200WithBeliefs(12));
    EXPECT_TRUE(std::ranges::none_of(result->metrics,
                                     [](const MetricRow& row) { return row.estimate.exact.has_value(); }));
    EXPECT_TRUE(exactTable(*result).rows.empty());
}

// Scores -3 in (-4, -2), exactly -2: as far as the interval reaches, 1.96 standard errors.
TEST(ExactTable, GivenTheChanceOfAPool_WhenFarInTheTail_ThenItsDistanceIsThatOfScores) {
    RunResult result;
    result.metrics = {
        {{"plan"},
         "probability_pool_loses",
         "probability",
         {0.0013498980316301, 0.0006, 3.167124183312e-05, 0.0227501319481792, {}, {}, 0.0227501319481792}}};
    ASSERT_EQ(exactTable(result).rows.size(), 1U);
    EXPECT_EQ(exactTable(result).rows[0].back().text, "-2.0");
    result.metrics[0].metric = "cost_per_user";
    EXPECT_EQ(exactTable(result).rows[0].back().text, "-35.7");
}

}  // namespace
}  // namespace breakeven::sim::closed_forms_test
