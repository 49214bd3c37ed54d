#include "sim/fitting/maximum_likelihood.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "sim/fitting/goodness.hpp"
#include "sim/fitting/profile_interval.hpp"
#include "tests/support/known_answers.hpp"

namespace breakeven::sim::maximum_likelihood_test {
namespace {

using nlohmann::json;
using tests::expectNear;
using tests::isNear;

FitSample sampleOf(std::vector<double> values) {
    std::ranges::sort(values);
    return {std::move(values), {}};
}

Family familyOf(const json& expected) {
    if (expected.contains("mu")) return Family::Lognormal;
    if (expected.contains("shape")) return Family::Gamma;
    if (expected.contains("alpha")) return Family::Pareto;
    return expected.contains("r") ? Family::NegativeBinomial : Family::Exponential;
}

TEST(MaximumLikelihood, GivenPublishedFits_WhenFitted_ThenParametersAndDistancesAgree) {
    int checked = 0;
    for (const json& item : tests::knownVectors({"fit_mle"})) {
        SCOPED_TRACE(item["id"].get<std::string>());
        FitSample sample = sampleOf(item["args"]["data"]);
        if (item["args"].contains("xm")) sample.above = item["args"]["xm"];
        const json& expected = item["expected"];
        const FitOutcome outcome = fitFamily(familyOf(expected), sample);
        ASSERT_TRUE(outcome.fit) << outcome.whyNot;
        const double tolerance = item["tol"]["exact_rel"];
        const auto names = parameterNames(outcome.fit->law.family);
        for (std::size_t i = 0; i < names.size(); ++i) {
            const std::string name(names[i]);
            if (expected.contains(name))
                expectNear(outcome.fit->law.parameters[i], expected[name], tolerance, name);
        }
        expectNear(outcome.fit->logLikelihood, expected["log_likelihood"], tolerance, "log-likelihood");
        expectNear(outcome.fit->aic, expected["aic"], tolerance, "AIC");
        expectNear(outcome.fit->bic, expected["bic"], tolerance, "BIC");
        const Distances distances = distancesOf(outcome.fit->law, sample);
        if (expected.contains("ks")) expectNear(distances.kolmogorovSmirnov, expected["ks"], tolerance, "KS");
        if (expected.contains("ad")) expectNear(*distances.andersonDarling, expected["ad"], tolerance, "AD");
        if (expected.contains("cvm"))
            expectNear(*distances.cramerVonMises, expected["cvm"], tolerance, "CvM");
        if (expected.contains("poisson_log_likelihood"))
            expectNear(fitFamily(Family::Poisson, sample).fit->logLikelihood,
                       expected["poisson_log_likelihood"], tolerance, "Poisson");
        ++checked;
    }
    EXPECT_EQ(checked, 9);
}

/// The numeric climb finds what the closed form gives when a bound beyond all values is set.
TEST(MaximumLikelihood, GivenABoundThatCutsNothing_WhenFittedNumerically_ThenTheFitIsThatOfTheWholeSample) {
    const FitSample whole =
        drawSample({Family::Lognormal, {3.0, 1.2}}, {std::vector<double>(500, 1.0), {}}, 7, 0);
    const FitSample counts =
        drawSample({Family::NegativeBinomial, {1.5, 8.0}}, {std::vector<double>(500, 1.0), {}}, 7, 0);
    for (const Family family : {Family::Lognormal, Family::Gamma, Family::Weibull, Family::Exponential,
                                Family::NegativeBinomial, Family::Poisson}) {
        SCOPED_TRACE(std::string(familyName(family)));
        FitSample sample = isCounting(family) ? counts : whole;
        const Fit exact = *fitFamily(family, sample).fit;
        sample.below = 1e12;
        const FitOutcome climbed = fitFamily(family, sample);
        ASSERT_TRUE(climbed.fit);
        for (std::size_t i = 0; i < exact.law.parameters.size(); ++i)
            EXPECT_TRUE(isNear(climbed.fit->law.parameters[i], exact.law.parameters[i], 1e-6));
        EXPECT_NEAR(climbed.fit->aic, exact.aic, 1e-6);
    }
}

// A maximum is flat: its place is known to the square root of the arithmetic's precision, so 1e-6 here.
TEST(MaximumLikelihood, GivenCappedExponentialValues_WhenFitted_ThenTheMeanIsTotalTimeOverEvents) {
    // Closed form: sum of all (capped ones included) over the number of exact ones. 1 + 2 + 3 + 4 + 4 + 4
    // = 18.
    const FitSample sample{{1.0, 2.0, 3.0}, {4.0, 4.0, 4.0}};
    const FitOutcome outcome = fitFamily(Family::Exponential, sample);
    ASSERT_TRUE(outcome.fit);
    EXPECT_TRUE(isNear(outcome.fit->law.parameters[0], 6.0, 1e-6));
    EXPECT_NEAR(outcome.fit->logLikelihood, -3.0 * std::log(6.0) - 3.0, 1e-9);
}

TEST(MaximumLikelihood, GivenExponentialValuesAboveABound_WhenFitted_ThenTheBoundIsTakenOff) {
    // Without memory: the mean of x - 10.
    FitSample sample{{11.0, 12.0, 14.0, 19.0}, {}};
    sample.above = 10.0;
    EXPECT_TRUE(isNear(fitFamily(Family::Exponential, sample).fit->law.parameters[0], 4.0, 1e-6));
    EXPECT_TRUE(isNear(fitFamily(Family::Pareto, sample).fit->law.parameters[0],
                       4.0 / std::log(11.0 * 12.0 * 14.0 * 19.0 / 1e4), 1e-12));
}

TEST(MaximumLikelihood, GivenValuesLessSpreadThanTheLimit_WhenFitted_ThenThereIsNoMaximumAndTheReasonIsTold) {
    const FitSample even = sampleOf({8.0, 9.0, 10.0, 11.0, 12.0});
    EXPECT_EQ(fitFamily(Family::Lomax, even).whyNot,
              "no finite maximum: the values are no more spread than an exponential law, its limit");
    EXPECT_EQ(fitFamily(Family::NegativeBinomial, even).whyNot,
              "no finite maximum: the counts are no more spread than a Poisson law, its limit");
    EXPECT_EQ(fitFamily(Family::LognormalPareto, even).whyNot, "too few values for a tail of 10 at least");
}

TEST(MaximumLikelihood, GivenASplicedSample_WhenFitted_ThenThresholdTailAndBodyAreFoundAgain) {
    const Law truth{Family::LognormalPareto, {3.0, 0.6, 60.0, 0.1, 1.2}};
    const FitSample sample = drawSample(truth, {std::vector<double>(20'000, 1.0), {}}, 11, 0);
    const FitOutcome outcome = fitFamily(Family::LognormalPareto, sample);
    ASSERT_TRUE(outcome.fit) << outcome.whyNot;
    const std::vector<double>& p = outcome.fit->law.parameters;
    EXPECT_NEAR(p[0], 3.0, 0.02);  // four standard errors: 18,000 in the body, 2,000 in the tail
    EXPECT_NEAR(p[1], 0.6, 0.02);
    EXPECT_NEAR(p[2], 60.0, 6.0);
    EXPECT_NEAR(p[3], 0.1, 0.01);
    EXPECT_NEAR(p[4], 1.2, 0.12);
    // The parts' sum is the likelihood of the whole.
    double sum = 0.0;
    for (const double x : sample.values) sum += logDensity(outcome.fit->law, x);
    EXPECT_TRUE(isNear(outcome.fit->logLikelihood, sum, 1e-12));
    EXPECT_LT(outcome.fit->aic, fitFamily(Family::Lognormal, sample).fit->aic);
}

TEST(ProfileInterval, GivenALognormal_WhenProfiled_ThenTheEdgesAreThoseOfTheClosedForm) {
    // mu: m -+ s sqrt(e^(c / n) - 1), c the chi-square quantile 3.841458820694124 (2.705543454095404 for 90
    // %).
    const FitSample sample = sampleOf(tests::knownVectors({"fit_mle"}).front()["args"]["data"]);
    const Fit fit = *fitFamily(Family::Lognormal, sample).fit;
    const std::vector<ParameterInterval> intervals = profileIntervals(fit, sample);
    ASSERT_EQ(intervals.size(), 3U);
    const double m = fit.law.parameters[0];
    const double s = fit.law.parameters[1];
    const double n = 30.0;
    const double reach95 = s * std::sqrt(std::expm1(3.841458820694124 / n));
    const double reach90 = s * std::sqrt(std::expm1(2.705543454095404 / n));
    EXPECT_TRUE(isNear(*intervals[0].low95, m - reach95, 1e-7));
    EXPECT_TRUE(isNear(*intervals[0].high95, m + reach95, 1e-7));
    EXPECT_TRUE(isNear(*intervals[0].high90, m + reach90, 1e-7));
    EXPECT_EQ(intervals[2].name, "median");
    EXPECT_TRUE(isNear(*intervals[2].high95, std::exp(m + reach95), 1e-7));
    // sigma: n ln(v / s) + n (s^2 / v^2 - 1) / 2 = c / 2 at both edges.
    for (const double edge : {*intervals[1].low95, *intervals[1].high95})
        EXPECT_NEAR(n * std::log(edge / s) + 0.5 * n * (s * s / (edge * edge) - 1.0), 0.5 * 3.841458820694124,
                    1e-6);
    EXPECT_LT(*intervals[1].low95, s);
    // Four rows worth one: the interval of a quarter as many.
    const std::vector<ParameterInterval> wide = profileIntervals(fit, sample, 4.0);
    EXPECT_TRUE(isNear(*wide[0].high95, m + s * std::sqrt(std::expm1(4.0 * 3.841458820694124 / n)), 1e-7));
}

TEST(ProfileInterval, GivenAGamma_WhenProfiled_ThenBothParametersAndTheMeanHaveTheirDrop) {
    const FitSample sample =
        drawSample({Family::Gamma, {0.8, 50.0}}, {std::vector<double>(300, 1.0), {}}, 3, 0);
    const Fit fit = *fitFamily(Family::Gamma, sample).fit;
    const std::vector<ParameterInterval> intervals = profileIntervals(fit, sample);
    ASSERT_EQ(intervals.size(), 3U);
    EXPECT_EQ(intervals[2].name, "mean");
    EXPECT_TRUE(isNear(intervals[2].value, fit.law.parameters[0] * fit.law.parameters[1], 1e-12));
    // At the edge of the shape, the best scale is mean / shape: closed.
    const Likelihood likelihood(Family::Gamma, sample);
    const double mean = fit.law.parameters[0] * fit.law.parameters[1];
    for (const double shape : {*intervals[0].low95, *intervals[0].high95})
        EXPECT_NEAR(likelihood(std::vector{shape, mean / shape}), fit.logLikelihood - 0.5 * 3.841458820694124,
                    1e-5);
}

TEST(ProfileInterval, GivenATailIndex_WhenProfiled_ThenTheEdgesSolveTheEquation) {
    const FitSample sample =
        drawSample({Family::Pareto, {2.0, 20.0}}, {std::vector<double>(200, 1.0), {}}, 3, 0);
    const Fit fit = *fitFamily(Family::Pareto, sample).fit;
    const std::vector<ParameterInterval> intervals = profileIntervals(fit, sample);
    ASSERT_EQ(intervals.size(), 1U);  // xm is a threshold
    for (const double edge : {*intervals[0].low95, *intervals[0].high95}) {
        const double ratio = edge / fit.law.parameters[0];
        EXPECT_NEAR(200.0 * (ratio - 1.0 - std::log(ratio)), 0.5 * 3.841458820694124, 1e-6);
    }
}

}  // namespace
}  // namespace breakeven::sim::maximum_likelihood_test
