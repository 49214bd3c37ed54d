// Six real usage series beside an independent program: tests/known_answers/fitting/make_scipy_fits.py.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <string>

#include "sim/fitting/goodness.hpp"
#include "sim/fitting/maximum_likelihood.hpp"
#include "sim/fitting/mixture.hpp"
#include "tests/support/known_answers.hpp"

namespace breakeven::sim::scipy_test {
namespace {

using nlohmann::json;
using tests::expectNear;

constexpr double kParameter = 1e-4;  // relative
constexpr double kAic = 0.01;        // absolute

std::map<std::string, std::vector<double>> realSeries() {
    std::map<std::string, std::vector<double>> all;
    const json file = tests::knownAnswers("fitting/series.json");
    for (const json& item : file["series"]) {
        std::vector<double> values = item["values"];
        std::ranges::sort(values);
        all[item["name"]] = values;
    }
    return all;
}

Family familyNamed(const std::string& name) {
    return *std::ranges::find(kFamilies, name, [](Family family) { return std::string(familyName(family)); });
}

void compare(const json& wanted, const FitSample& sample) {
    SCOPED_TRACE(wanted["family"].get<std::string>());
    const Family family = familyNamed(wanted["family"]);
    const FitOutcome outcome = fitFamily(family, sample);
    ASSERT_TRUE(outcome.fit) << outcome.whyNot;
    const auto names = parameterNames(family);
    for (std::size_t i = 0; i < names.size(); ++i) {
        const std::string name(names[i]);
        expectNear(outcome.fit->law.parameters[i], wanted["parameters"][name], kParameter, name);
    }
    EXPECT_NEAR(outcome.fit->aic, wanted["aic"], kAic);
    EXPECT_NEAR(outcome.fit->bic, wanted["bic"], kAic);
    if (!wanted.contains("ks")) return;
    const Distances distances = distancesOf(outcome.fit->law, sample);
    expectNear(distances.kolmogorovSmirnov, wanted["ks"], kParameter, "KS");
    EXPECT_EQ(distances.andersonDarling.has_value(), wanted.contains("ad"));
    if (wanted.contains("ad")) expectNear(*distances.andersonDarling, wanted["ad"], kParameter, "AD");
    expectNear(*distances.cramerVonMises, wanted["cvm"], kParameter, "CvM");
}

TEST(FitBesideScipy, GivenSixRealSeries_WhenEveryFamilyIsFitted_ThenParametersAndCriteriaAgree) {
    auto series = realSeries();
    int fits = 0;
    const json file = tests::knownAnswers("fitting/scipy_fits.json");
    for (const json& answer : file["answers"]) {
        SCOPED_TRACE(answer["series"].get<std::string>());
        for (const json& wanted : answer["fits"]) {
            compare(wanted, {series[answer["series"]], {}});
            ++fits;
        }
    }
    EXPECT_EQ(file["answers"].size(), 6U);
    EXPECT_EQ(fits, 43);
}

TEST(FitBesideScipy, GivenTheSeriesCapped_WhenFitted_ThenParametersAndCriteriaAgree) {
    auto series = realSeries();
    const json file = tests::knownAnswers("fitting/scipy_fits.json");
    for (const json& answer : file["answers"]) {
        SCOPED_TRACE(answer["series"].get<std::string>());
        const double cap = answer["capped"]["cap"];
        const std::vector<double>& all = series[answer["series"]];
        const auto cut = std::ranges::lower_bound(all, cap);
        const FitSample sample{{all.begin(), cut},
                               std::vector<double>(static_cast<std::size_t>(all.end() - cut), cap)};
        for (const json& wanted : answer["capped"]["fits"]) compare(wanted, sample);
    }
}

TEST(FitBesideScipy, GivenTheSeriesTruncated_WhenFitted_ThenParametersAndCriteriaAgree) {
    auto series = realSeries();
    const json file = tests::knownAnswers("fitting/scipy_fits.json");
    for (const json& answer : file["answers"]) {
        SCOPED_TRACE(answer["series"].get<std::string>());
        const double above = answer["truncated"]["above"];
        const std::vector<double>& all = series[answer["series"]];
        FitSample sample{{std::ranges::upper_bound(all, above), all.end()}, {}};
        sample.above = above;
        for (const json& wanted : answer["truncated"]["fits"]) compare(wanted, sample);
    }
}

TEST(FitBesideScipy, GivenTwoKindsOfUsers_WhenSplit_ThenTheMixtureIsThatOfTheDirectSearch) {
    auto series = realSeries();
    int mixtures = 0;
    const json file = tests::knownAnswers("fitting/scipy_fits.json");
    for (const json& answer : file["answers"]) {
        if (!answer.contains("mixture")) continue;
        SCOPED_TRACE(answer["series"].get<std::string>());
        const json& wanted = answer["mixture"];
        const auto mixture = fitMixture(series[answer["series"]], wanted["components"].get<std::size_t>());
        ASSERT_TRUE(mixture);
        EXPECT_NEAR(mixture->logLikelihood, wanted["log_likelihood"], 0.001);
        EXPECT_NEAR(mixture->bic, wanted["bic"], 0.002);
        // EM stops where the likelihood stands still to 11 digits; its place is known to fewer.
        for (std::size_t j = 0; j < mixture->weights.size(); ++j) {
            expectNear(mixture->weights[j], wanted["weights"][j], 1e-2, "weight");
            expectNear(mixture->mu[j], wanted["mu"][j], 1e-2, "mu");
            expectNear(mixture->sigma[j], wanted["sigma"][j], 1e-2, "sigma");
        }
        ++mixtures;
    }
    EXPECT_EQ(mixtures, 2);
}

}  // namespace
}  // namespace breakeven::sim::scipy_test
