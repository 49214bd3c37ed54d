#include "sim/engine/control_variates.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/engine/simulate.hpp"
#include "sim/exact/closed_forms.hpp"
#include "sim/stats/summaries.hpp"
#include "tests/support/known_answers.hpp"
#include "tests/support/one_plan.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::sim::control_variates_test {
namespace {

using nlohmann::json;
using tests::point;

core::Distribution distributionOf(const json& law) {
    if (law["name"] == "lognormal") return tests::lognormal(point(law["mu"]), point(law["sigma"]));
    return core::Weibull{core::Weibull::Location::Scale, point(law["scale"]), point(law["shape"])};
}

/// A price of 1 for what goes beyond the allowance.
core::Scenario overage(const json& item) {
    core::Scenario s = tests::onePlan({distributionOf(item["dist"])});
    tests::addCharge(s.plans[0], 0,
                     core::GraduatedPrice{{{point(item["args"]["A"]), point(0.0), point(0.0)},
                                           {std::nullopt, point(1.0), point(0.0)}}});
    return s;
}

// mc.variance_reduction.008 and .010: how much of the variance is left with the best coefficient; with one
// that is taken from n = 32 batches (n - 2) / (n - 3) times that. 300 seeds tell a mean of squared standard
// errors to 2 % or, with these tails, some 3 %; a ratio of variances of means to 4 sqrt(4 / 300) = 0.46.
TEST(ControlVariates, GivenAnOverage_WhenControlledByTheUse_ThenTheVarianceIsThatOfTheVectors) {
    constexpr std::uint64_t kSeeds = 300;
    constexpr double kUsers = 3'200.0;
    std::size_t checked = 0;
    for (const json& item : tests::knownVectors("montecarlo/sampling.json", "variance_reduction")) {
        if (!item["expected"].contains("beta")) continue;
        SCOPED_TRACE(item["id"].get<std::string>());
        core::Scenario s = overage(item);
        std::vector<double> values[2];
        double squares[2] = {};
        double exact = 0.0;
        for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
            for (const bool isControlled : {false, true}) {
                s.usesControls = isControlled;
                s.run = {static_cast<std::uint64_t>(kUsers), 1, 1, seed, core::Sampling::Random};
                const Estimate found = tests::estimateOf(*simulate(s), "revenue_per_user");
                values[isControlled].push_back(found.value);
                squares[isControlled] += found.standardError * found.standardError / kSeeds;
                exact = found.exact.value();
            }
        }
        const double plain = item["expected"]["var_plain"];
        const double left = item["expected"]["ratio"].get<double>() * 30.0 / 29.0;
        EXPECT_NEAR(squares[0] * kUsers / plain, 1.0, 0.12);
        EXPECT_NEAR(squares[1] * kUsers / plain / left, 1.0, 0.12);
        const Summary controlled = summarise(values[1]);
        EXPECT_NEAR(controlled.variance / summarise(values[0]).variance / left, 1.0, 0.46);
        EXPECT_NEAR(controlled.mean, exact, 4.0 * std::sqrt(controlled.variance / kSeeds));
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

TEST(ControlVariates, GivenSeveralPlans_WhenControlled_ThenSumsAndDifferencesStayTrue) {
    core::Scenario s = tests::pro200();
    s.usesControls = true;
    const auto result = simulate(s);
    for (const core::Plan& plan : s.plans) {
        const auto of = [&](const char* metric) { return tests::estimateOf(*result, metric, plan.id); };
        const double revenue = of("revenue_per_user").value;
        const double margin = of("margin_per_user").value;
        EXPECT_NEAR(margin, revenue - of("cost_per_user").value, 1e-9 * revenue) << plan.id;
        EXPECT_NEAR(of("margin_rate").value, margin / revenue, 1e-12) << plan.id;
        EXPECT_NEAR(of("margin_total").value, 10'000.0 * margin, 1e-8 * 10'000.0 * revenue) << plan.id;
    }
    for (const DifferenceRow& row : result->differences) {
        if (row.metric != "margin_per_user") continue;
        const double difference = tests::estimateOf(*result, row.metric, row.key.plan).value -
                                  tests::estimateOf(*result, row.metric, "flat").value;
        EXPECT_NEAR(row.estimate.value, difference, 1e-9 * std::abs(difference));
    }
    // A cost that is a multiple of the use is known; what a soft cap leaves of it is known better.
    EXPECT_NEAR(tests::estimateOf(*result, "cost_per_user", "flat").value, 207.2851, 1e-3);
    EXPECT_LT(tests::estimateOf(*result, "cost_per_user", "flat").standardError, 1e-9);
    s.usesControls = false;
    const auto plain = simulate(s);
    EXPECT_LT(tests::estimateOf(*result, "cost_per_user", "soft-cap").standardError,
              0.2 * tests::estimateOf(*plain, "cost_per_user", "soft-cap").standardError);
    EXPECT_EQ(tests::estimateOf(*result, "loss_making_users", "soft-cap").value,
              tests::estimateOf(*plain, "loss_making_users", "soft-cap").value);
    EXPECT_NE(result->manifest.run, plain->manifest.run);
}

// 95 % of 400 are 380 +- 4.4; below 355 with probability below 1e-7 under intervals that hold 95 %.
TEST(ControlVariates, GivenManySeeds_WhenControlled_ThenTheIntervalsHoldTheTruth) {
    core::Scenario s = tests::pro200();
    s.usesControls = true;
    const double exact[] = {exactMetric(s, 1, {}, "cost_per_user").value(),
                            exactMetric(s, 4, {}, "revenue_per_user").value()};
    int held[2] = {};
    Hooks hooks;
    hooks.closedForms = hooks.distributions = false;  // only means are looked at
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        s.run = {20'000, 1, 1, seed, core::Sampling::Random};
        const auto result = simulate(s, hooks);
        const Estimate estimates[] = {tests::estimateOf(*result, "cost_per_user", "soft-cap"),
                                      tests::estimateOf(*result, "revenue_per_user", "hybrid")};
        for (int i = 0; i < 2; ++i)
            held[i] += estimates[i].low <= exact[i] && exact[i] <= estimates[i].high ? 1 : 0;
    }
    EXPECT_GE(held[0], 355);
    EXPECT_GE(held[1], 355);
}

// Four meters that vary by themselves, each with a price beyond an allowance, beside a constant one, which
// controls nothing: printed errors are those made. 600 seeds tell a root mean square to 4 sqrt(1 / 1,200) =
// 0.12.
TEST(ControlVariates, GivenSeveralControls_WhenRunOverSeeds_ThenThePrintedErrorIsTheOneMade) {
    core::Scenario s =
        tests::onePlan({core::Constant{point(0.1)}, tests::lognormal(point(0.0), point(0.5)),
                        tests::lognormal(point(0.0), point(0.5)), tests::lognormal(point(0.0), point(0.5)),
                        tests::lognormal(point(0.0), point(0.5))});
    for (std::size_t meter = 1; meter < 5; ++meter) {
        tests::addCharge(s.plans[0], meter,
                         core::GraduatedPrice{
                             {{point(1.2), point(0.0), point(0.0)}, {std::nullopt, point(1.0), point(0.0)}}});
    }
    const double exact = exactMetric(s, 0, {}, "revenue_per_user").value();
    Hooks hooks;
    hooks.closedForms = hooks.distributions = false;
    double made[2] = {};
    double printed[2] = {};
    for (std::uint64_t seed = 1; seed <= 600; ++seed) {
        for (const bool isControlled : {false, true}) {
            s.usesControls = isControlled;
            s.run = {3'200, 1, 1, seed, core::Sampling::Random};
            const Estimate found = tests::estimateOf(*simulate(s, hooks), "revenue_per_user");
            made[isControlled] += std::pow(found.value - exact, 2);
            printed[isControlled] += std::pow(found.standardError, 2);
        }
    }
    EXPECT_NEAR(std::sqrt(printed[0] / made[0]), 1.0, 0.12);
    EXPECT_NEAR(std::sqrt(printed[1] / made[1]), 1.0, 0.12);
    EXPECT_LT(made[1], 0.4 * made[0]);
}

// The tail index 1.5 leaves usage no variance: its error can't correct a capped bill.
TEST(ControlVariates, GivenUsageOfInfiniteVariance_WhenControlled_ThenNothingIs) {
    core::Scenario s =
        tests::onePlan({core::Pareto{core::Pareto::Location::Minimum, point(1.0), point(1.5)}});
    tests::addCharge(s.plans[0], 0, core::UnitPrice{point(1.0)});
    s.plans[0].maximum = point(5.0);
    const double plain = tests::estimateOf(*simulate(s), "revenue_per_user").value;
    s.usesControls = true;
    EXPECT_EQ(tests::estimateOf(*simulate(s), "revenue_per_user").value, plain);
    s.segments[0].usages[0].distribution =
        core::Pareto{core::Pareto::Location::Minimum, point(1.0), point(3.5)};
    const double controlled = tests::estimateOf(*simulate(s), "revenue_per_user").value;
    s.usesControls = false;
    EXPECT_NE(tests::estimateOf(*simulate(s), "revenue_per_user").value, controlled);
}

TEST(ControlVariates, GivenSeveralWorlds_WhenAskedFor_ThenNoNumberChanges) {
    core::Scenario s = tests::pro200();
    s.run.worlds = 4;
    const auto plain = simulate(s);
    s.usesControls = true;
    const auto controlled = simulate(s);
    for (const core::Plan& plan : s.plans) {
        EXPECT_EQ(tests::estimateOf(*controlled, "cost_per_user", plan.id).value,
                  tests::estimateOf(*plain, "cost_per_user", plan.id).value);
    }
}

}  // namespace
}  // namespace breakeven::sim::control_variates_test
