#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "sim/fitting/goodness.hpp"
#include "sim/fitting/hill.hpp"
#include "sim/fitting/mixture.hpp"
#include "sim/fitting/panel.hpp"
#include "sim/fitting/sample_summary.hpp"
#include "sim/stats/summaries.hpp"
#include "tests/support/known_answers.hpp"

namespace breakeven::sim::sample_test {
namespace {

using nlohmann::json;
using tests::expectNear;

TEST(SampleSummary, GivenPublishedSamples_WhenSummarised_ThenGiniAndLorenzAgree) {
    int checked = 0;
    for (const json& item : tests::knownVectors({"inequality"})) {
        if (item.contains("dist")) continue;
        SCOPED_TRACE(item["id"].get<std::string>());
        std::vector<double> x = item["args"]["x"];
        std::ranges::sort(x);
        const SampleSummary summary = summariseSample(x);
        expectNear(summary.gini->value, item["expected"]["gini"], item["tol"]["exact_rel"], "gini");
        const json& lorenz = item["expected"]["lorenz"];
        ASSERT_EQ(summary.lorenz.size(), lorenz.size());
        for (std::size_t i = 0; i < lorenz.size(); ++i)
            expectNear(summary.lorenz[i].usage, lorenz[i], item["tol"]["exact_rel"], "lorenz");
        ++checked;
    }
    EXPECT_EQ(checked, 2);
}

TEST(SampleSummary, GivenPublishedQuantilesAndCorrelations_WhenComputed_ThenTheyAgree) {
    int checked = 0;
    for (const json& item : tests::knownVectors({"sample_statistics"})) {
        const json& args = item["args"];
        std::vector<double> x = args["x"];
        if (args.contains("y")) {
            const std::vector<double> y = args["y"];
            expectNear(rankCorrelationOf(x, y)->value, item["expected"]["spearman"], 1e-10, "spearman");
        } else {
            std::ranges::sort(x);
            for (std::size_t i = 0; i < args["p"].size(); ++i)
                expectNear(sortedQuantile(x, args["p"][i]), item["expected"]["type7"][i], 1e-10, "type 7");
        }
        ++checked;
    }
    EXPECT_EQ(checked, 2);
}

TEST(SampleSummary, GivenASmallSample_WhenSummarised_ThenSharesAreThoseCountedByHand) {
    const SampleSummary summary = summariseSample(std::vector<double>{0, 0, 0, 5, 5, 12, 40, 138});
    EXPECT_DOUBLE_EQ(summary.zeroShare, 0.375);
    EXPECT_DOUBLE_EQ(summary.total, 200.0);
    EXPECT_DOUBLE_EQ(summary.mean, 25.0);
    EXPECT_NEAR(summary.top10->value, 0.8 * 138.0 / 200.0,
                1e-12);  // a tenth of eight rows is 0.8 of the largest
    EXPECT_FALSE(summariseSample(std::vector<double>{0, 0}).gini);
    EXPECT_FALSE(summariseSample(std::vector<double>{3, 3}).skewness);
    // 1, 2, 3, 4, 10: mean 4, m2 = 10, m3 = 36, so 36 / 10^1.5.
    EXPECT_NEAR(*summariseSample(std::vector<double>{1, 2, 3, 4, 10}).skewness, 36.0 / std::pow(10.0, 1.5),
                1e-12);
}

TEST(SampleSummary, GivenManySamplesOfALaw_WhenSummarised_ThenTheErrorsAreTheSpreadOfTheEstimates) {
    // A gamma law of shape 1: Gini 1/2, top tenth q (1 - ln q) = 0.330. The mean jackknife error of 60
    // samples is within a third of their spread: the spread itself is known to 9 % and singles have little
    // bias.
    for (const std::size_t rows : {200U, 2'000U}) {
        const FitSample places{std::vector<double>(rows, 1.0), {}};
        std::vector<double> ginis;
        std::vector<double> tops;
        double giniError = 0.0;
        double topError = 0.0;
        for (std::uint32_t i = 0; i < 60; ++i) {
            const SampleSummary summary =
                summariseSample(drawSample({Family::Exponential, {5.0}}, places, 3, i).values);
            ginis.push_back(summary.gini->value);
            tops.push_back(summary.top10->value);
            giniError += summary.gini->standardError / 60.0;
            topError += summary.top10->standardError / 60.0;
        }
        EXPECT_NEAR(summarise(ginis).mean, 0.5, 0.01);
        EXPECT_NEAR(summarise(tops).mean, 0.1 * (1.0 - std::log(0.1)), 0.01);
        EXPECT_NEAR(giniError / std::sqrt(summarise(ginis).variance), 1.0, 0.33);
        EXPECT_NEAR(topError / std::sqrt(summarise(tops).variance), 1.0, 0.33);
    }
}

TEST(Panel, GivenTheRatingsOfShroutAndFleiss_WhenComputed_ThenTheIntraclassCorrelationIsPublishedOne) {
    // Shrout & Fleiss (1979), table 2: six targets, four judges; ICC(1,1) = 0.17, mean squares 11.24
    // and 6.26. The interval -0.13 to 0.72 is that of psych::ICC in R on the same table.
    const std::vector<double> ratings{9, 2, 5, 8, 6,  1, 3, 2, 8, 4, 6, 8,
                                      7, 1, 2, 6, 10, 5, 6, 9, 6, 2, 4, 7};
    std::vector<std::size_t> targets;
    for (std::size_t i = 0; i < ratings.size(); ++i) targets.push_back(i / 4);
    const Persistence persistence = *persistenceOf(targets, ratings);
    EXPECT_NEAR(persistence.value, 0.17, 0.005);
    EXPECT_NEAR(persistence.low, -0.13, 0.005);
    EXPECT_NEAR(persistence.high, 0.72, 0.005);
    EXPECT_EQ(persistence.subjects, 6U);
    EXPECT_DOUBLE_EQ(persistence.periods, 4.0);
    EXPECT_NEAR(persistence.designEffect, 1.0 + 3.0 * persistence.value, 1e-12);
}

TEST(Panel, GivenOnePeriodASubject_WhenAsked_ThenThereIsNoPersistence) {
    EXPECT_FALSE(persistenceOf(std::vector<std::size_t>{0, 1, 2}, std::vector<double>{1, 2, 3}));
    EXPECT_FALSE(persistenceOf(std::vector<std::size_t>{0, 0, 0}, std::vector<double>{1, 2, 3}));
    EXPECT_FALSE(rankCorrelationOf(std::vector<double>{1, 1, 1, 1, 1}, std::vector<double>{1, 2, 3, 4, 5}));
}

TEST(Panel, GivenFewRows_WhenCorrelated_ThenTheIntervalIsThatOfBonettAndWright) {
    // rho of eight rows from the vectors: 0.891566; z = atanh, se = sqrt((1 + rho^2 / 2) / 5).
    const std::vector<double> x{12, 5, 5, 30, 8, 1, 44, 19};
    const std::vector<double> y{3, 2, 2.5, 9, 4, 1, 7, 9};
    const RankCorrelation result = *rankCorrelationOf(x, y);
    const double reach = 1.959963984540054 * std::sqrt((1.0 + 0.5 * result.value * result.value) / 5.0);
    EXPECT_NEAR(std::atanh(result.high) - std::atanh(result.value), reach, 1e-9);
    EXPECT_NEAR(std::atanh(result.value) - std::atanh(result.low), reach, 1e-9);
}

TEST(Panel, GivenARealTable_WhenCorrelated_ThenSpearmanIsThatOfScipy) {
    // Clients of one service, those without token counts left out; both columns in the file's order.
    const json file = tests::knownAnswers("fitting/series.json");
    const json fits = tests::knownAnswers("fitting/scipy_fits.json");
    std::vector<double> requests = file["spearman"]["requests"];
    std::vector<double> inputs = file["spearman"]["input_per_request"];
    EXPECT_NEAR(rankCorrelationOf(requests, inputs)->value, fits["spearman_mlarge_requests_input"], 1e-12);
}

TEST(Hill, GivenAParetoSample_WhenPlotted_ThenAlphaIsWithinItsIntervalAndTheWarningFollowsIt) {
    const FitSample places{std::vector<double>(5'000, 1.0), {}};
    const HillPlot heavy = hillPlot(drawSample({Family::Pareto, {1.5, 3.0}}, places, 4, 0).values);
    ASSERT_TRUE(heavy.chosen);
    EXPECT_LT(heavy.chosen->low, 1.5);
    EXPECT_GT(heavy.chosen->high, 1.5);
    EXPECT_TRUE(heavy.warnsOfInfiniteVariance);
    EXPECT_EQ(heavy.points.front().k, 10U);
    EXPECT_EQ(heavy.points.back().k, 2'500U);
    EXPECT_NEAR(heavy.points.back().alpha, 1.5, 4.0 * 1.5 / std::sqrt(2'500.0));
    EXPECT_FALSE(
        hillPlot(drawSample({Family::Pareto, {4.0, 3.0}}, places, 4, 0).values).warnsOfInfiniteVariance);
    EXPECT_TRUE(hillPlot(std::vector<double>{1, 2, 3}).points.empty());
}

TEST(Hill, GivenValuesByHand_WhenPlotted_ThenAlphaIsTheMeanLogExcess) {
    // 20 powers of 2: of the 10 largest, ln(x / x_10) is ln 2 times 1 to 10, mean 5.5 ln 2.
    std::vector<double> powers;
    for (int i = 0; i < 20; ++i) powers.push_back(std::pow(2.0, i));
    const HillPlot plot = hillPlot(powers);
    ASSERT_EQ(plot.points.size(), 1U);
    EXPECT_EQ(plot.points[0].threshold, 512.0);
    EXPECT_NEAR(plot.points[0].alpha, 1.0 / (5.5 * std::log(2.0)), 1e-12);
}

TEST(Mixture, GivenTwoKinds_WhenSplit_ThenBicFindsTwoAndOneKindStaysOne) {
    const FitSample many{std::vector<double>(1'400, 1.0), {}};
    const FitSample few{std::vector<double>(600, 1.0), {}};
    std::vector<double> values = drawSample({Family::Lognormal, {2.0, 0.6}}, many, 4, 0).values;
    const auto one = fitMixtures(values, 3);
    const std::vector<double> heavy = drawSample({Family::Lognormal, {5.0, 0.5}}, few, 4, 1).values;
    values.insert(values.end(), heavy.begin(), heavy.end());
    const auto two = fitMixtures(values, 3);
    const auto best = [](const std::vector<LognormalMixture>& all) {
        return static_cast<std::size_t>(std::ranges::min_element(all, {}, &LognormalMixture::bic) -
                                        all.begin());
    };
    ASSERT_GE(two.size(), 2U);
    EXPECT_EQ(best(one), 0U);
    ASSERT_EQ(best(two), 1U);
    EXPECT_NEAR(two[1].weights[1], 0.3, 0.02);
    EXPECT_NEAR(two[1].mu[0], 2.0, 4.0 * 0.6 / std::sqrt(1'400.0));
    EXPECT_NEAR(two[1].mu[1], 5.0, 4.0 * 0.5 / std::sqrt(600.0));
    EXPECT_EQ(likeliestComponent(two[1], std::exp(2.0)), 0U);
    EXPECT_EQ(likeliestComponent(two[1], std::exp(5.0)), 1U);
    // One component is the closed form.
    expectNear(
        one[0].logLikelihood,
        fitFamily(Family::Lognormal, {drawSample({Family::Lognormal, {2.0, 0.6}}, many, 4, 0).values, {}})
            .fit->logLikelihood,
        1e-10, "one kind");
}

}  // namespace
}  // namespace breakeven::sim::sample_test
