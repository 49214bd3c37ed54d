#include "sim/report/usage_curve.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "tests/support/pro_200.hpp"

namespace breakeven::sim::usage_curve_test {
namespace {

core::Parameter point(double x) {
    return {x, {}};
}

UsageCurve curveOf(core::Distribution law) {
    core::Scenario scenario = tests::pro200();
    scenario.segments[0].usages[0].distribution = std::move(law);
    return usageCurves(scenario).front();
}

/// Area under the density over the logarithm, by trapezoids.
double area(const UsageCurve& curve) {
    double sum = 0.0;
    for (std::size_t i = 1; i < curve.quantity.size(); ++i)
        sum += 0.5 * (curve.density[i] + curve.density[i - 1]) *
               std::log(curve.quantity[i] / curve.quantity[i - 1]);
    return sum;
}

TEST(UsageCurve, GivenTheProScenario_WhenDrawn_ThenThereIsOneCurveAUsageInItsOrderWithUnits) {
    const std::vector<UsageCurve> curves = usageCurves(tests::pro200());
    ASSERT_EQ(curves.size(), 3U);
    EXPECT_EQ(curves[0].segment, "subscribers");
    EXPECT_EQ(curves[0].meter, "requests");
    EXPECT_EQ(curves[0].unit, "request");
    EXPECT_EQ(curves[1].meter, "input_tokens");
    EXPECT_EQ(curves[1].unit, "token per request");
}

TEST(UsageCurve, GivenALognormal_WhenDrawn_ThenItIsTheNormalDensityOverTheLogarithm) {
    // MODEL S1: median 180, sigma 1.59374. Quantiles exp(mu + z sigma) with z from a table.
    const double sigma = 1.59374;
    const UsageCurve curve = usageCurves(tests::pro200()).front();
    EXPECT_NEAR(curve.median, 180.0, 1e-9);
    EXPECT_NEAR(curve.mean, 180.0 * std::exp(0.5 * sigma * sigma), 1e-9);
    EXPECT_NEAR(curve.p90 / (180.0 * std::exp(1.2815515655446004 * sigma)), 1.0, 1e-12);
    EXPECT_NEAR(curve.p99 / (180.0 * std::exp(2.3263478740408408 * sigma)), 1.0, 1e-12);
    EXPECT_EQ(curve.zeroShare, 0.0);
    // The middle of the grid is the median: the peak 1 / (sigma sqrt(2 pi)), half the users below.
    const std::size_t middle = curve.quantity.size() / 2;
    EXPECT_NEAR(curve.quantity[middle], 180.0, 1e-9);
    EXPECT_NEAR(curve.density[middle], 1.0 / (sigma * std::sqrt(2.0 * std::numbers::pi)), 1e-9);
    EXPECT_NEAR(curve.cumulative[middle], 0.5, 1e-12);
    EXPECT_NEAR(curve.cumulative.front(), 0.0005, 1e-12);
    EXPECT_NEAR(area(curve), 0.999, 1e-5);  // trapezoids over 201 points
}

TEST(UsageCurve, GivenAGammaOfShapeOne_WhenDrawn_ThenItIsTheExponentialLaw) {
    core::Gamma law;
    law.location = point(100.0);
    law.spread = point(1.0);
    const UsageCurve curve = curveOf(law);
    EXPECT_NEAR(curve.median, 100.0 * std::numbers::ln2, 1e-9);
    EXPECT_NEAR(curve.p99, 100.0 * std::log(100.0), 1e-9);
    for (std::size_t i = 0; i < curve.quantity.size(); ++i) {
        const double x = curve.quantity[i] / 100.0;
        EXPECT_NEAR(curve.density[i], x * std::exp(-x), 1e-8);
        EXPECT_NEAR(curve.cumulative[i], 1.0 - std::exp(-x), 1e-12);
    }
}

TEST(UsageCurve, GivenAGammaOfTinyShape_WhenDrawn_ThenTheGridStaysWithinNineDecades) {
    core::Gamma law;
    law.location = point(100.0);
    law.spread = point(0.01);
    const UsageCurve curve = curveOf(law);
    EXPECT_NEAR(curve.quantity.back() / curve.quantity.front(), 1e9, 1.0);
    EXPECT_TRUE(std::ranges::all_of(curve.density, [](double d) { return std::isfinite(d) && d >= 0.0; }));
}

TEST(UsageCurve, GivenAUniform_WhenDrawn_ThenTheLogDensityRisesWithTheQuantity) {
    const UsageCurve curve = curveOf(core::Uniform{point(50.0), point(150.0)});
    EXPECT_DOUBLE_EQ(curve.mean, 100.0);
    EXPECT_DOUBLE_EQ(curve.p90, 140.0);
    for (std::size_t i = 0; i < curve.quantity.size(); ++i)
        EXPECT_NEAR(curve.density[i], curve.quantity[i] / 100.0, 1e-7);
}

TEST(UsageCurve, GivenAConstant_WhenDrawn_ThenItIsOnePointWithoutDensity) {
    const UsageCurve curve = usageCurves(tests::pro200())[1];
    EXPECT_EQ(curve.quantity, std::vector<double>{2000.0});
    EXPECT_TRUE(curve.density.empty());
    EXPECT_EQ(curve.cumulative, std::vector<double>{1.0});
    EXPECT_EQ(curve.median, 2000.0);
    EXPECT_EQ(curve.p99, 2000.0);
    EXPECT_EQ(usageCurveOf(std::vector<double>{0.0, 0.0}).zeroShare, 1.0);
}

TEST(UsageCurve, GivenASample_WhenBinned_ThenSharesAndQuantilesAreThoseCountedByHand) {
    // Two bins over [1, 100]: one decade each. Of ten values two are 0, five in (.., 10], three beyond.
    const std::vector<double> sample{100, 0, 1, 10, 2, 50, 0, 3, 20, 4};
    const UsageCurve curve = usageCurveOf(sample, 2);
    const double decade = std::log(10.0);
    ASSERT_EQ(curve.quantity.size(), 2U);
    EXPECT_NEAR(curve.quantity[0], std::sqrt(10.0), 1e-12);
    EXPECT_NEAR(curve.quantity[1], std::sqrt(1000.0), 1e-9);
    EXPECT_NEAR(curve.density[0], 0.5 / decade, 1e-12);
    EXPECT_NEAR(curve.density[1], 0.3 / decade, 1e-12);
    EXPECT_DOUBLE_EQ(curve.cumulative[0], 0.5);  // 0, 0, 1, 2, 3
    EXPECT_DOUBLE_EQ(curve.cumulative[1], 0.8);
    EXPECT_DOUBLE_EQ(curve.zeroShare, 0.2);
    EXPECT_DOUBLE_EQ(curve.mean, 19.0);
    EXPECT_DOUBLE_EQ(curve.median, 4.0);  // rank floor(0.5 * 10): as the engine resamples
    EXPECT_DOUBLE_EQ(curve.p90, 100.0);
}

TEST(UsageCurve, GivenZerosAndOneValue_WhenBinned_ThenTheBarHoldsTheShareAboveZero) {
    const UsageCurve curve = usageCurveOf(std::vector<double>{0.0, 5.0, 5.0, 5.0});
    EXPECT_EQ(curve.quantity, std::vector<double>{5.0});
    EXPECT_EQ(curve.density, std::vector<double>{0.75});
    EXPECT_DOUBLE_EQ(curve.zeroShare, 0.25);
}

TEST(UsageCurve, GivenAnEmpiricalSegment_WhenDrawn_ThenItIsItsSample) {
    auto sorted = std::make_shared<const std::vector<double>>(std::vector<double>{1.0, 2.0, 4.0, 8.0});
    const UsageCurve curve = curveOf(core::Empirical{"usage.csv", "calls", sorted});
    const UsageCurve direct = usageCurveOf(*sorted);
    EXPECT_EQ(curve.quantity.size(), 10U);
    EXPECT_EQ(curve.density, direct.density);
    EXPECT_EQ(curve.unit, "request");
    // The bars hold everything: sum of density x width is 1.
    const double width = std::log(8.0) / 10.0;
    double sum = 0.0;
    for (const double d : curve.density) sum += d * width;
    EXPECT_NEAR(sum, 1.0, 1e-12);
}

TEST(UsageCurve, GivenAFittedLaw_WhenLaidOverASample_ThenItHasTheSamplesShareOfZeros) {
    const UsageCurve sample = usageCurveOf(std::vector<double>{0, 0, 1, 2, 4, 8, 16, 32, 64, 128}, 4);
    const Law law{Family::Exponential, {30.0}};
    const UsageCurve curve = fittedCurve(law, sample);
    ASSERT_EQ(curve.density.size(), 4U);
    for (std::size_t i = 0; i < 4; ++i) {
        const double x = sample.quantity[i] / 30.0;
        EXPECT_NEAR(curve.density[i], 0.8 * x * std::exp(-x), 1e-12);
        EXPECT_NEAR(curve.cumulative[i], 1.0 - 0.8 * std::exp(-x), 1e-12);
    }
    EXPECT_NEAR(curve.mean, 24.0, 1e-12);
    EXPECT_NEAR(curve.median, 30.0 * std::log(0.8 / 0.5), 1e-12);
    EXPECT_TRUE(fittedCurve({Family::Poisson, {30.0}}, sample).density.empty());
}

TEST(UsageCurve, GivenALawAndItsOwnQuantiles_WhenPlotted_ThenThePointsAreOnTheDiagonalFromEndToEnd) {
    const Law law{Family::Weibull, {0.8, 12.0}};
    std::vector<double> values;
    for (int i = 0; i < 1'000; ++i) values.push_back(quantileOf(law, (i + 0.5) / 1'000.0));
    const std::vector<QuantilePoint> points = quantilePlot(law, values, 50);
    ASSERT_EQ(points.size(), 50U);
    for (const QuantilePoint& point : points) EXPECT_DOUBLE_EQ(point.fitted, point.observed);
    EXPECT_EQ(points.front().observed, values.front());
    EXPECT_EQ(points.back().observed, values.back());
    EXPECT_EQ(quantilePlot(law, std::vector<double>{3.0}).size(), 1U);
}

}  // namespace
}  // namespace breakeven::sim::usage_curve_test
