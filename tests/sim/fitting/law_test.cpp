#include "sim/fitting/law.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>

#include "tests/support/known_answers.hpp"

namespace breakeven::sim::law_test {
namespace {

using nlohmann::json;
using tests::expectNear;
using tests::isNear;

Law lawOf(const json& dist) {
    static const std::map<std::string, Family> kNames{
        {"lognormal", Family::Lognormal}, {"gamma", Family::Gamma},
        {"weibull", Family::Weibull},     {"pareto", Family::Pareto},
        {"lomax", Family::Lomax},         {"negative_binomial", Family::NegativeBinomial}};
    const std::string name = dist["name"];
    if (name == "spliced_pareto_tail")
        return {Family::LognormalPareto,
                {dist["body"]["mu"], dist["body"]["sigma"], dist["threshold"], dist["tail_weight"],
                 dist["alpha"]}};
    Law law{kNames.at(name), {}};
    for (const std::string_view parameter : parameterNames(law.family))
        law.parameters.push_back(dist[std::string(parameter)]);
    return law;
}

TEST(Law, GivenPublishedMomentsAndQuantiles_WhenComputed_ThenTheyAgree) {
    int checked = 0;
    for (const json& item : tests::knownVectors({"dist_moments", "dist_quantile"})) {
        SCOPED_TRACE(item["id"].get<std::string>());
        const Law law = lawOf(item["dist"]);
        const double tolerance = item["tol"]["exact_rel"];
        for (const auto& [key, wanted] : item["expected"].items()) {
            if (key == "mean") expectNear(meanOf(law), wanted, tolerance, key);
            if (key == "variance") expectNear(varianceOf(law), wanted, tolerance, key);
            if (key.starts_with("q"))
                expectNear(quantileOf(law, std::stod(key.substr(1))), wanted, tolerance, key);
            if (key == "pmf") {
                for (const auto& [k, p] : wanted.items())
                    expectNear(std::exp(logDensity(law, std::stod(k))), p, tolerance, k);
            }
            if (key == "cdf") {
                for (const auto& [k, p] : wanted.items()) {
                    expectNear(shareUpTo(law, std::stod(k)), p, tolerance, k);
                    EXPECT_NEAR(shareUpTo(law, std::stod(k)) + shareAbove(law, std::stod(k)), 1.0, 1e-12);
                }
            }
            ++checked;
        }
    }
    EXPECT_GT(checked, 60);
}

TEST(Law, GivenPublishedConcentration_WhenComputed_ThenItAgrees) {
    int checked = 0;
    for (const json& item : tests::knownVectors({"inequality"})) {
        if (!item.contains("dist")) continue;
        SCOPED_TRACE(item["id"].get<std::string>());
        const Law law = lawOf(item["dist"]);
        const double tolerance = item["tol"]["exact_rel"];
        for (const auto& [key, wanted] : item["expected"].items()) {
            if (key == "gini") expectNear(giniOf(law), wanted, tolerance, key);
            if (key.starts_with("lorenz_"))
                expectNear(1.0 - topShare(law, 1.0 - std::stod(key.substr(7))), wanted, tolerance, key);
            if (key.starts_with("top_"))
                expectNear(topShare(law, std::stod(key.substr(4)) / 100.0), wanted, tolerance, key);
            ++checked;
        }
    }
    EXPECT_GT(checked, 20);
}

TEST(Law, GivenLaws_WhenTheQuantileIsTaken_ThenItUndoesTheShare) {
    const Law laws[] = {{Family::Lognormal, {2.0, 1.3}},
                        {Family::Gamma, {0.4, 30.0}},
                        {Family::Weibull, {0.7, 12.0}},
                        {Family::Pareto, {1.4, 3.0}},
                        {Family::Lomax, {2.2, 40.0}},
                        {Family::Exponential, {7.0}},
                        {Family::LognormalPareto, {2.0, 0.8, 15.0, 0.1, 1.7}}};
    for (const Law& law : laws) {
        SCOPED_TRACE(std::string(familyName(law.family)));
        for (const double p : {0.001, 0.2, 0.5, 0.89, 0.9, 0.97, 0.9999}) {
            const double x = quantileOf(law, p);
            EXPECT_NEAR(shareUpTo(law, x), p, 1e-12);
            EXPECT_NEAR(shareAbove(law, x), 1.0 - p, 1e-12);
            // The density is the slope of the share.
            const double h = 1e-5 * x;
            EXPECT_TRUE(isNear(std::exp(logDensity(law, x + h)),
                               (shareUpTo(law, x + 2.0 * h) - shareUpTo(law, x)) / (2.0 * h), 1e-5));
        }
    }
    EXPECT_EQ(logDensity({Family::Lognormal, {0.0, 1.0}}, 0.0), -HUGE_VAL);
    EXPECT_EQ(logDensity({Family::Poisson, {3.0}}, 1.5), -HUGE_VAL);
    EXPECT_EQ(meanOf({Family::Pareto, {1.0, 3.0}}), HUGE_VAL);
    EXPECT_EQ(varianceOf({Family::Lomax, {2.0, 3.0}}), HUGE_VAL);
    EXPECT_TRUE(std::isnan(giniOf({Family::Pareto, {0.9, 3.0}})));
}

TEST(Law, GivenAPoissonLaw_WhenComputed_ThenItAgreesWithTheTable) {
    // Poisson with mean 3: P(X = 0) = e^-3, P(X <= 3) = 13 e^-3, median 3.
    const Law law{Family::Poisson, {3.0}};
    EXPECT_NEAR(std::exp(logDensity(law, 0.0)), std::exp(-3.0), 1e-15);
    EXPECT_NEAR(shareUpTo(law, 3.7), 13.0 * std::exp(-3.0), 1e-14);
    EXPECT_EQ(quantileOf(law, 0.5), 3.0);
    EXPECT_EQ(quantileOf(law, 0.01), 0.0);
    EXPECT_EQ(varianceOf(law), 3.0);
}

}  // namespace
}  // namespace breakeven::sim::law_test
