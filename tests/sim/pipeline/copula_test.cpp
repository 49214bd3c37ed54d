// How meters and beliefs go together. Known answers: tests/known_answers/montecarlo (copula).

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/math/distributions/students_t.hpp>
#include <cmath>
#include <numbers>

#include "sim/engine/simulate.hpp"
#include "sim/pipeline/copula_table.hpp"
#include "sim/pipeline/world_model.hpp"
#include "sim/results/run_result.hpp"
#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim::copula_test {
namespace {

core::Parameter point(double x) {
    return {x, {}};
}

/// Share of users whose use of both meters is among the largest `share`, each of them uniform on [0, 1]:
/// a user earns us money only beyond the level in both, by limits on neither.
///
/// Two meters a and b are lists of one step: 1 above the quantile, else 0. Their product is 1 where both are,
/// so with `b` per `a` the mean usage of b is P(both).
double jointShare(core::Copula copula, double nu, double rho, double share, double persistence = 1.0,
                  std::uint32_t months = 1) {
    core::Scenario s;
    s.name = "copula";
    s.currency = "USD";
    s.file = "copula.toml";
    s.run = {1'000'000, 1, months, 11, core::Sampling::Random};
    s.meters = {{"a", "unit"}, {"b", "unit"}};
    const core::Discrete step{{point(0.0), point(1.0)}, {point(1.0 - share), point(share)}};
    core::Segment people;
    people.id = "people";
    people.usages = {{0, {}, step, point(persistence), point(0.0)},
                     {1, 0, step, point(persistence), point(0.0)}};
    people.correlations = {{0, 1, core::Correlation::Kind::Pearson, point(rho)}};
    people.copula = copula;
    people.degreesOfFreedom = point(nu);
    s.segments = {people};
    core::Plan plan;
    plan.id = "plan";
    plan.segments = {0};
    s.plans = {plan};
    const auto result = simulate(s);
    const MetricRow* own = findMetric(*result, {"plan", kAll, kAll}, "usage_a_per_user");
    // Each meter keeps its distribution: 4 standard errors of a share.
    EXPECT_NEAR(own->estimate.value, share, 4.0 * std::sqrt(share / 1e6));
    return findMetric(*result, {"plan", kAll, kAll}, "usage_b_per_user")->estimate.value;
}

/// P(both scores of a t copula lie beyond their level) by integration over the radius: given chi^2, the
/// scores are normal with correlation rho, here by Plackett's integral over the correlation.
double studentJoint(double nu, double rho, double share) {
    const boost::math::students_t_distribution<double> law(nu);
    const double t = boost::math::quantile(boost::math::complement(law, share));
    // d/dr P(T1 > t, T2 > t) of the bivariate t = (1 + t^2 / (nu (1 + r) / 2 * ...)): closed density on the
    // diagonal. P at r = 0 of the t copula is not share^2, so integrate from -1, where it is 0.
    constexpr int kSteps = 200'000;
    double sum = 0.0;
    for (int i = 0; i < kSteps; ++i) {
        // r = sin(theta) takes the square root away from the ends.
        const double low = -0.5 * std::numbers::pi;
        const double high = std::asin(rho);
        const double theta = low + (high - low) * (i + 0.5) / kSteps;
        const double r = std::sin(theta);
        sum += std::pow(1.0 + 2.0 * t * t / (nu * (1.0 + r)), -0.5 * nu) * (high - low) / kSteps;
    }
    return sum / (2.0 * std::numbers::pi);
}

// Failure probability of each comparison: 6e-5; fixed seed.
TEST(Copula, GivenAGaussianCopula_WhenSimulated_ThenJointExtremesAreThoseOfTheVectors) {
    const struct {
        double rho;
        double joint;  // of 0.95 and above: mc.copula.001, .002, .004
    } cases[] = {{0.3, 0.007134628807841092}, {0.7, 0.019599300977794613}, {0.95, 0.03708243139509765}};
    for (const auto& [rho, joint] : cases)
        EXPECT_NEAR(jointShare(core::Copula::Gaussian, 0.0, rho, 0.05), joint, 4.0 * std::sqrt(joint / 1e6));
}

TEST(Copula, GivenATCopula_WhenSimulated_ThenJointExtremesAreThoseOfTheBivariateT) {
    const double cases[][2] = {{4.0, 0.5}, {10.0, 0.5}, {3.0, 0.8}, {4.0, 0.0}};
    for (const auto& [nu, rho] : cases) {
        for (const double share : {0.05, 0.001}) {
            const double joint = studentJoint(nu, rho, share);
            EXPECT_NEAR(jointShare(core::Copula::T, nu, rho, share), joint, 4.0 * std::sqrt(joint / 1e6))
                << nu << ' ' << rho << ' ' << share;
        }
    }
}

// Towards the end joint / share tends to the coefficient of tail dependence: mc.copula.005, .007, .008. The
// reference above does so, which ties it to the vectors.
TEST(Copula, GivenTheReferenceOfTheTCopula_WhenTakenToTheTail_ThenItIsTheTailDependenceOfTheVectors) {
    EXPECT_NEAR(studentJoint(4.0, 0.5, 1e-7) / 1e-7, 0.2531699951003226, 1e-3);
    EXPECT_NEAR(studentJoint(3.0, 0.8, 1e-7) / 1e-7, 0.541469739275585, 1e-3);
}

TEST(Copula, GivenMonthNoise_WhenSimulated_ThenEachMonthHasTheTCopulaToo) {
    const double joint = studentJoint(4.0, 0.5, 0.01);
    // Three months of one user are alike, so the error is that of as many users.
    EXPECT_NEAR(jointShare(core::Copula::T, 4.0, 0.5, 0.01, 0.6, 3), joint, 4.0 * std::sqrt(joint / 1e6));
}

TEST(Copula, GivenScoresOfT_WhenMadeNormal_ThenTheyAreThoseOfBoostOnEveryTarget) {
    for (const double nu : {1.0, 4.0, 30.0, 1000.0}) {
        const StudentCopula copula = studentCopula(nu);
        const boost::math::students_t_distribution<double> law(nu);
        std::vector<double> t;
        for (double y = -25.0; y <= 25.0; y += 0.0371) t.push_back(std::sinh(y));
        const std::vector<double> one(t.size(), 1.0);
        tests::onEveryTarget([&] {
            std::vector<double> out(t.size());
            studentScores(copula.scores, t.data(), one.data(), out.data(), t.size());
            for (std::size_t i = 0; i < t.size(); ++i) {
                ASSERT_EQ(out[i], tests::twin([&](auto how) {
                              return studentScoreScalar(copula.scores, t[i], how);
                          }));
                if (std::abs(out[i]) > 8.0) continue;
                const double tail = boost::math::cdf(boost::math::complement(law, std::abs(t[i])));
                ASSERT_NEAR(0.5 * std::erfc(std::abs(out[i]) / std::numbers::sqrt2) / tail, 1.0, 1e-7)
                    << nu << ' ' << t[i];
            }
        });
    }
}

/// Kendall's tau of two columns.
double kendall(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i)
        for (std::size_t j = i + 1; j < a.size(); ++j) sum += (a[i] < a[j]) == (b[i] < b[j]) ? 1.0 : -1.0;
    const auto n = static_cast<double>(a.size());
    return sum / (0.5 * n * (n - 1.0));
}

core::Scenario twoBeliefs() {
    core::Scenario s;
    s.run = {100, 3000, 1, 5, core::Sampling::Random};
    s.beliefs = {{"first", {0.2, 0.35, 0.6}},
                 {"second", {10.0, 20.0, 80.0, core::BeliefShape::Lognormal}},
                 {"third", {1.0, 2.0, 3.0, core::BeliefShape::Uniform}}};
    return s;
}

TEST(Copula, GivenBeliefsThatGoTogether_WhenDrawn_ThenTheirTauIsThatOfTheVectorsAndTheOthersStay) {
    core::Scenario tied = twoBeliefs();
    tied.beliefCorrelations = {{0, 1, core::Correlation::Kind::Pearson, 0.7}};
    std::vector<double> first;
    std::vector<double> second;
    for (std::uint32_t world = 0; world < tied.run.worlds; ++world) {
        const std::vector<double> draws = drawBeliefs(tied, world);
        const std::vector<double> free = drawBeliefs(twoBeliefs(), world);
        EXPECT_EQ(draws[2], free[2]);
        EXPECT_NEAR(draws[0], free[0], 1e-12);  // the first of a pair leads
        first.push_back(draws[0]);
        second.push_back(draws[1]);
    }
    // (2 / pi) asin 0.7: mc.copula.002. The standard error of tau is below 2 / (3 sqrt n) here: 0.0122.
    EXPECT_NEAR(kendall(first, second), 0.49363337778673005, 4.0 * 0.0122);
    std::ranges::sort(second);
    // Its own shape stays: P5 and P95 are those of the belief, within 4 errors of an order statistic.
    EXPECT_NEAR(second[150], 10.0, 1.0);
    EXPECT_NEAR(second[2850], 80.0, 8.0);
}

}  // namespace
}  // namespace breakeven::sim::copula_test
