// What ways of drawing users save, against tests/known_answers/montecarlo/sampling.json.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "sim/engine/simulate.hpp"
#include "sim/exact/closed_forms.hpp"
#include "sim/pipeline/score_sampler.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/random/stream.hpp"
#include "sim/stats/summaries.hpp"
#include "tests/support/known_answers.hpp"
#include "tests/support/one_plan.hpp"

namespace breakeven::sim::sampling_vectors_test {
namespace {

using nlohmann::json;
using tests::isNear;
using tests::point;

const ScoreSource kUser{2, 0, 0, 1, 77, 78};

json cases() {
    return tests::knownVectors("montecarlo/sampling.json", "variance_reduction");
}

json caseOf(const std::string& id) {
    for (const json& item : cases())
        if (item["id"] == id) return item;
    ADD_FAILURE() << id;
    return {};
}

/// Variance of the mean of e^U over so many users drawn together, neighbours of one batch or group: from
/// 32 of them or more in each of 400 seeds. Its standard error is sqrt(2 / 12,800) = 1.25 % where the means
/// are normal, a little more otherwise.
double varianceOfMeans(core::Sampling sampling, std::uint32_t together, std::uint32_t users) {
    std::vector<double> means;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        ScoreSampler sampler(sampling, philoxKey(seed), users);
        std::vector<double> u(users);
        sampler.fill(kUser, groupingOf(users), 0, users, u.data());
        for (std::uint32_t start = 0; start < users; start += together) {
            double mean = 0.0;
            for (std::uint32_t i = 0; i < together; ++i) mean += std::exp(u[start + i]) / together;
            means.push_back(mean);
        }
    }
    return summarise(means).variance;
}

// Each comparison fails with probability below 1e-4 under a right program; the seeds are fixed.
constexpr double kRoom = 0.06;

TEST(SamplingVectors, GivenRandomAndMirroredUsers_WhenAKnownMeanIsTaken_ThenItsVarianceIsTheExactOne) {
    const json expected = caseOf("mc.variance_reduction.001")["expected"];
    const double plain = expected["var_plain"];
    const double random = varianceOfMeans(core::Sampling::Random, 64, 64 * kBatches);
    EXPECT_NEAR(random, plain / 64.0, kRoom * plain / 64.0);
    const double pair = expected["var_antithetic_pair"];
    const double mirrored = varianceOfMeans(core::Sampling::Antithetic, 64, 64 * kBatches);
    EXPECT_NEAR(mirrored, pair / 32.0, kRoom * pair / 32.0);
    const double ratio = expected["antithetic_ratio_equal_work"];
    EXPECT_NEAR(mirrored / random, ratio, 1.5 * kRoom * ratio);
    EXPECT_NEAR(varianceOfMeans(core::Sampling::Antithetic, 2, 128), pair, kRoom * pair);
}

TEST(SamplingVectors, GivenStrata_WhenAKnownMeanIsTaken_ThenItsVarianceIsTheExactOne) {
    for (const char* id : {"mc.variance_reduction.002", "mc.variance_reduction.004"}) {
        const json item = caseOf(id);
        SCOPED_TRACE(id);
        const std::uint32_t m = item["args"]["m"];
        const double variance = item["expected"]["var"];
        const double plain = caseOf("mc.variance_reduction.001")["expected"]["var_plain"];
        EXPECT_TRUE(isNear(variance * m / plain, item["expected"]["ratio"], 1e-10));
        // A batch of m users is a Latin hypercube; so is one of m scrambled Sobol points in one dimension.
        const double spread = varianceOfMeans(core::Sampling::LatinHypercube, m, m * kBatches);
        EXPECT_NEAR(spread, variance, kRoom * variance);
        EXPECT_NEAR(varianceOfMeans(core::Sampling::Sobol, m, m * kBatches), variance, kRoom * variance);
        // Strata fill groups, of which there are 64 with m users each.
        const std::uint32_t users = 64 * m;
        EXPECT_EQ(groupingOf(users).users, m);
        EXPECT_NEAR(varianceOfMeans(core::Sampling::Stratified, m, users), variance, kRoom * variance);
    }
}

// The product of a mirrored pair e^(sigma Z), e^(-sigma Z) is 1, so their covariance is 1 - (E e^(sigma
// Z))^2, without the noise that a sample of sigma 1.8 would have.
TEST(SamplingVectors, GivenMirroredLognormals_WhenMultiplied_ThenTheirCorrelationIsThatOfTheVectors) {
    for (const char* id : {"mc.variance_reduction.005", "mc.variance_reduction.007"}) {
        const json item = caseOf(id);
        const double sigma = item["args"]["sigma"];
        constexpr std::uint32_t kUsers = 4096;
        ScoreSampler sampler(core::Sampling::Antithetic, philoxKey(11), kUsers);
        std::vector<double> u(kUsers);
        sampler.fill(kUser, groupingOf(kUsers), 0, kUsers, u.data());
        double product = 0.0;
        for (std::uint32_t i = 0; i < kUsers; i += 2)
            product += std::exp(sigma * normalQuantile(u[i])) * std::exp(sigma * normalQuantile(u[i + 1])) /
                       (0.5 * kUsers);
        const double square = std::exp(sigma * sigma);
        const double correlation = (product - square) / (square * (square - 1.0));
        EXPECT_TRUE(isNear(correlation, item["expected"]["corr"], 1e-10)) << id;
        EXPECT_TRUE(isNear(1.0 + correlation, item["expected"]["ratio"], 1e-10)) << id;
    }
}

/// Variance of a run's mean cost per user and month, from worlds that differ in their users only.
double varianceOfMean(const core::Scenario& scenario) {
    const double error = tests::estimateOf(*simulate(scenario), "cost_per_user").standardError;
    return error * error * scenario.run.worlds;
}

// 8,000 worlds: the ratio of two variances is known to sqrt(4 / 8,000) = 2.2 %, four times that is allowed.
TEST(SamplingVectors, GivenLognormalUsage_WhenRunWithMirroredUsers_ThenTheRunSavesWhatTheVectorSays) {
    const json item = caseOf("mc.variance_reduction.005");
    core::Scenario s = tests::onePlan({tests::lognormal(point(0.0), point(item["args"]["sigma"]))});
    tests::addRate(s, 0, point(1.0));
    s.run = {128, 8'000, 1, 2, core::Sampling::Random};
    const double random = varianceOfMean(s);
    s.run.sampling = core::Sampling::Antithetic;
    const double ratio = item["expected"]["ratio"];
    EXPECT_NEAR(varianceOfMean(s) / random, ratio, 0.09 * ratio);
}

/// Two plans with a fee, an allowance and a price beyond it, on the same users.
core::Scenario twoTariffs(const json& item) {
    core::Scenario s =
        tests::onePlan({tests::lognormal(point(item["dist"]["mu"]), point(item["dist"]["sigma"]))});
    s.plans.push_back(s.plans[0]);
    s.plans[1].id = "other";
    for (std::size_t i = 0; i < 2; ++i) {
        const json& terms = item["args"][i == 0 ? "plan1" : "plan2"];
        s.plans[i].fee = point(terms["F"]);
        tests::addCharge(s.plans[i], 0,
                         core::GraduatedPrice{{{point(terms["A"]), point(0.0), point(0.0)},
                                               {std::nullopt, point(terms["p"]), point(0.0)}}});
    }
    return s;
}

TEST(SamplingVectors, GivenTwoTariffsOnTheSameUsers_WhenCompared_ThenTheDifferenceHasTheVarianceOfThePair) {
    std::size_t checked = 0;
    for (const json& item : cases()) {
        if (!item.contains("args") || !item["args"].contains("plan1")) continue;
        SCOPED_TRACE(item["id"].get<std::string>());
        core::Scenario s = twoTariffs(item);
        const json& expected = item["expected"];
        const double exact = exactMetric(s, 1, std::nullopt, "revenue_per_user").value() -
                             exactMetric(s, 0, std::nullopt, "revenue_per_user").value();
        EXPECT_NEAR(exact, expected["mean_diff"], 1e-10 * expected["mean_diff"].get<double>() + 1e-9);

        s.run = {2'000, 4'000, 1, 3, core::Sampling::Random};
        const auto result = simulate(s);
        const double draws = 2'000.0 * 4'000.0;
        const auto row = std::ranges::find_if(result->differences, [](const DifferenceRow& each) {
            return each.metric == "revenue_per_user" && each.key.month == kAll;
        });
        ASSERT_NE(row, result->differences.end());
        EXPECT_NEAR(row->estimate.value, expected["mean_diff"],
                    4.0 * item["tol"]["mc_sd"]["mean_diff"].get<double>() / std::sqrt(draws));

        // Variances of one user, from the spread of the worlds' means; their errors from groups of worlds.
        const std::vector<double> first = tests::valuesByWorld(*result, "revenue_per_user", "plan");
        const std::vector<double> second = tests::valuesByWorld(*result, "revenue_per_user", "other");
        std::vector<double> paired;
        for (std::size_t w = 0; w < first.size(); ++w) paired.push_back(second[w] - first[w]);
        EXPECT_NEAR(row->estimate.standardError, std::sqrt(summarise(paired).variance / 4'000.0),
                    1e-9 * row->estimate.standardError);
        constexpr std::size_t kGroups = 40;
        const std::size_t size = first.size() / kGroups;
        std::vector<double> pairs;
        std::vector<double> alone;
        std::vector<double> ratios;
        for (std::size_t g = 0; g < kGroups; ++g) {
            const auto part = [&](const std::vector<double>& values) {
                return 2'000.0 * summarise(std::span(values).subspan(g * size, size)).variance;
            };
            pairs.push_back(part(paired));
            alone.push_back(part(first) + part(second));
            ratios.push_back(pairs.back() / alone.back());
        }
        const auto expectMean = [&](const std::vector<double>& values, double value) {
            const Summary summary = summarise(values);
            const double error = std::sqrt(summary.variance / kGroups);
            EXPECT_NEAR(summary.mean, value, 4.0 * error);
            EXPECT_LT(error, 0.06 * value);
        };
        expectMean(pairs, expected["var_paired"]);
        expectMean(alone, expected["var_independent"]);
        expectMean(ratios, expected["ratio"]);
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

}  // namespace
}  // namespace breakeven::sim::sampling_vectors_test
