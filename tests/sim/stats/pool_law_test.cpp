#include "sim/stats/pool_law.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/binomial.hpp>
#include <cmath>
#include <vector>

#include "sim/engine/simulate.hpp"
#include "sim/exact/closed_forms.hpp"
#include "sim/stats/summaries.hpp"
#include "tests/support/one_plan.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::sim::pool_law_test {
namespace {

core::Parameter point(double x) {
    return {x, {}};
}

/// People whose cost is their usage, of a gamma law, at a flat price.
core::Scenario gammaPool(double shape, double scale, double price, double people) {
    core::Scenario scenario = tests::pro200();
    core::Gamma usage;
    usage.location = point(shape * scale);
    usage.spread = point(shape);
    scenario.meters = {{"requests", "request"}};
    scenario.segments[0].usages = {{0, {}, usage, point(1.0), point(0.0)}};
    scenario.cost = {};
    scenario.cost.rates = {{"use", 0, point(1.0), point(1.0)}};
    scenario.plans.resize(1);
    scenario.plans[0].fee = point(price);
    scenario.subscribers = point(people);
    return scenario;
}

struct GammaPool {
    double shape, scale, price, people, loses;
};

// mc.margin.013, .014, .016 and .017 of tests/known_answers/montecarlo: the regularised upper incomplete
// gamma function Q(n a, n P / t).
constexpr GammaPool kPools[] = {{0.5, 40.0, 24.0, 50.0, 0.1572420272383916},
                                {0.3, 100.0, 33.0, 200.0, 0.21392137876025288},
                                {0.05, 300.0, 16.0, 1000.0, 0.30564772899321735},
                                {0.9, 22.0, 20.5, 500.0, 0.22453384374391872}};

TEST(PoolLaw, GivenGammaCosts_WhenManyPayAFlatPrice_ThenTheChanceIsTheClosedForm) {
    for (const GammaPool& pool : kPools) {
        const core::Scenario scenario = gammaPool(pool.shape, pool.scale, pool.price, pool.people);
        EXPECT_NEAR(exactMetric(scenario, 0, {}, "probability_pool_loses").value(), pool.loses, 2e-5);
    }
}

TEST(PoolLaw, GivenGammaCosts_WhenSimulated_ThenThePoolAgreesWithItsExactLaw) {
    for (const GammaPool& pool : kPools) {
        core::Scenario scenario = gammaPool(pool.shape, pool.scale, pool.price, pool.people);
        scenario.run.users = 200'000;
        const auto result = simulate(scenario);
        const Estimate& found = findMetric(*result, {"flat", kAll, kAll}, "probability_pool_loses")->estimate;
        EXPECT_GT(found.standardError, 0.0);
        EXPECT_LT(std::abs(found.value - pool.loses), 4.0 * found.standardError);  // 6e-5 a pool by chance
        EXPECT_NEAR(found.exact.value(), pool.loses, 2e-5);
    }
}

// A few users of a heavy tail decide for a small pool: three moments, all tail, would put flat's 0.455 at
// 0.27.
TEST(PoolLaw, GivenAHeavyTailAndFewPeople_WhenSimulated_ThenThePoolAgreesWithItsExactLaw) {
    for (const double people : {10.0, 100.0, 10'000.0}) {
        core::Scenario scenario = tests::pro200();
        scenario.run.users = 400'000;
        scenario.run.sampling = core::Sampling::Stratified;
        scenario.subscribers = point(people);
        const auto result = simulate(scenario);
        for (const char* plan : {"flat", "soft-cap"}) {
            const Estimate& found =
                findMetric(*result, {plan, kAll, kAll}, "probability_pool_loses")->estimate;
            const double exact = found.exact.value_or(0.0);  // soft-cap's large pools hardly ever lose
            EXPECT_LT(std::abs(found.value - exact), 4.0 * found.standardError + 2e-4)
                << plan << " " << people << ": " << found.value << ", exactly " << exact;
        }
    }
}

// All that a free plan can do is not to lose: the pool loses unless nobody does.
TEST(PoolLaw, GivenNobodyWhoEarns_WhenPooled_ThenTheChanceIsThatSomebodyLoses) {
    const std::vector<LawPoint> law{{0.0, 0.3}, {-1.0, 0.5}, {-7.0, 0.2}};
    for (const std::uint64_t users : {1U, 2U, 10U})
        EXPECT_NEAR(probabilityPoolLoses(law, users), 1.0 - std::pow(0.3, static_cast<double>(users)), 1e-14);
    core::Scenario s = tests::onePlan({tests::lognormal(point(0.0), point(1.0))});
    tests::addRate(s, 0, point(1.0));
    s.segments[0].usages[0].dormant = point(0.3);
    s.subscribers = point(2.0);
    s.run.users = 20'000;
    const auto result = simulate(s);
    const Estimate found = tests::estimateOf(*result, "probability_pool_loses");
    EXPECT_GT(found.standardError, 0.0);
    EXPECT_NEAR(found.value, 1.0 - 0.3 * 0.3, 4.0 * found.standardError);
}

// A user costs 100 and a little more; five of them pay 1.8 of these littles. In numpy 0.32206 +- 0.00007 of
// 40 million sums of five lognormals are above 9.
TEST(PoolLaw, GivenACostThatHardlyVaries_WhenSimulated_ThenThePoolSeesWhatVaries) {
    for (const double scale : {0.01, 1.0, 100.0}) {
        core::Scenario s = tests::onePlan({tests::lognormal(point(0.0), point(1.0))});
        tests::addRate(s, 0, point(scale));
        s.cost.support = core::PerSubscriberCost{point(1.0), point(100.0)};
        s.plans[0].fee = point(100.0 + 1.8 * scale);
        s.subscribers = point(5.0);
        s.run = {50'000, 1, 1, 1, core::Sampling::Stratified};
        const auto result = simulate(s);
        const Estimate found = tests::estimateOf(*result, "probability_pool_loses");
        EXPECT_NEAR(found.value, found.exact.value(), 4.0 * found.standardError + 3e-4) << scale;
        EXPECT_NEAR(found.exact.value(), 0.32206, 3e-4) << scale;
        const Estimate gini = tests::estimateOf(*result, "cost_gini");
        const double exact = std::erf(0.5) * scale * std::exp(0.5) / (100.0 + scale * std::exp(0.5));
        EXPECT_NEAR(gini.value, exact, 4.0 * gini.standardError + 1e-9) << scale;
    }
}

// 30 of 100 chances of -7, 70 of +3.1: a loss where more than n 3.1 / 10.1 lose.
TEST(PoolLaw, GivenTwoOutcomes_WhenPooled_ThenTheChanceIsTheBinomials) {
    const std::vector<LawPoint> law{{-7.0, 0.3}, {3.1, 0.7}};
    for (const std::uint64_t users : {2U, 11U, 100U, 2'500U, 40'000U}) {
        const auto n = static_cast<double>(users);
        const double most = std::floor(n * 3.1 / 10.1);
        const boost::math::binomial_distribution<double> losers(n, 0.3);
        const double error = users > 100 ? 0.5 * pdf(losers, most) : 2e-5;
        EXPECT_NEAR(probabilityPoolLoses(law, users), cdf(complement(losers, most)), error) << users;
    }
}

TEST(PoolLaw, GivenMarginsOfOneSign_WhenPooled_ThenTheyDecide) {
    EXPECT_EQ(probabilityPoolLoses(std::vector<LawPoint>{{0.0, 0.4}, {5.0, 0.6}}, 1'000), 0.0);
    EXPECT_EQ(probabilityPoolLoses(std::vector<LawPoint>{{-0.1, 0.4}, {-5.0, 0.6}}, 1'000), 1.0);
}

// One loss that nobody makes up for decides alone, however far out it lies.
TEST(PoolLaw, GivenALossThatNobodyMakesUpFor_WhenPooled_ThenTheChanceIsThatItHappens) {
    for (const double loss : {1e4, 1e9, 1e15}) {
        const std::vector<LawPoint> law{{-loss, 1e-4}, {1.0, 0.5}, {2.0, 0.4999}};
        EXPECT_NEAR(probabilityPoolLoses(law, 100), 1.0 - std::pow(1.0 - 1e-4, 100.0), 1e-6) << loss;
    }
}

TEST(PoolLaw, GivenAHigherFee_WhenPooled_ThenLosingIsLessLikely) {
    double before = 1.0;
    for (double fee = 190.0; fee <= 230.0; fee += 4.0) {
        core::Scenario scenario = tests::pro200();
        scenario.plans[0].fee = point(fee);
        const double loses = exactMetric(scenario, 0, {}, "probability_pool_loses").value();
        EXPECT_LT(loses, before) << fee;
        before = loses;
    }
}

}  // namespace
}  // namespace breakeven::sim::pool_law_test
