// Sums of requests, self-selection, rollover and products of meters:
// tests/known_answers/montecarlo/usage.json. Seeds are fixed; a comparison to 4 standard errors fails with
// probability 6e-5 under a right program.

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/population/correlation_matrix.hpp"
#include "core/population/law_shares.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/exact/closed_forms.hpp"
#include "sim/exact/usage_law.hpp"
#include "sim/pipeline/event_costs.hpp"
#include "sim/pipeline/quantile_pieces.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/random/stream.hpp"
#include "sim/stats/summaries.hpp"
#include "tests/support/known_answers.hpp"
#include "tests/support/one_plan.hpp"

namespace breakeven::sim::usage_vectors_test {
namespace {

using nlohmann::json;
using tests::addRate;
using tests::estimateOf;
using tests::isNear;
using tests::onePlan;
using tests::point;

json cases(const char* kind) {
    return tests::knownVectors("montecarlo/usage.json", kind);
}

double exact(const core::Scenario& scenario, const char* metric) {
    const auto found = exactMetric(scenario, 0, std::nullopt, metric);
    EXPECT_TRUE(found) << metric;
    return found.value_or(std::nan(""));
}

/// The law of the number of requests, `kept` of which cost anything: both laws stay themselves when thinned.
core::Distribution requestsOf(const json& item, double kept = 1.0) {
    const json& law = item["dist"]["frequency"];
    if (law["name"] == "poisson") return core::Poisson{point(kept * law["lambda"].get<double>())};
    return core::NegativeBinomial{point(kept * law["mean"].get<double>()),
                                  core::NegativeBinomial::Spread::Shape, point(law["r"])};
}

std::string severityOf(const json& item) {
    return item["dist"]["severity"]["name"];
}

/// Each request draws its cost.
core::Scenario requestCosts(core::Distribution requests, std::vector<core::MultiplierCost::Part> parts) {
    core::Scenario s = onePlan({std::move(requests)});
    addRate(s, 0, point(1.0));
    s.cost.multipliers = {{"cost", {0}, std::move(parts), {}, 0}};
    return s;
}

/// Mean, variance and skewness.
std::array<double, 3> momentsOf(const std::vector<double>& values) {
    const Summary summary = summarise(values);
    double cube = 0.0;
    for (const double x : values) cube += std::pow(x - summary.mean, 3);
    return {summary.mean, summary.variance,
            cube / static_cast<double>(values.size()) / std::pow(summary.variance, 1.5)};
}

/// Within 4 errors, which come from leaving out one of 40 parts of the sample.
void expectMoments(const json& item, const std::vector<double>& sums) {
    constexpr std::size_t kParts = 40;
    const std::size_t size = sums.size() / kParts;
    const std::array<double, 3> found = momentsOf(sums);
    std::array<std::vector<double>, 3> without;
    for (std::size_t part = 0; part < kParts; ++part) {
        std::vector<double> kept = sums;
        const auto from = kept.begin() + static_cast<std::ptrdiff_t>(part * size);
        kept.erase(from, from + static_cast<std::ptrdiff_t>(size));
        const std::array<double, 3> moments = momentsOf(kept);
        for (std::size_t i = 0; i < moments.size(); ++i) without[i].push_back(moments[i]);
    }
    const char* const names[] = {"mean", "variance", "skewness"};
    const std::vector<double> sizes(kParts, static_cast<double>(size));
    for (std::size_t i = 0; i < found.size(); ++i) {
        const double value = item["expected"][names[i]];
        const double error = jackknifeError(found[i], without[i], sizes);
        // The skewness of a sample from a wide law hangs on the few largest: no error tells how much.
        if (i == 2 && item["dist"]["severity"]["sigma"] > 1.0) continue;
        EXPECT_NEAR(found[i], value, 4.0 * error) << names[i];
        EXPECT_LT(error, 0.1 * value) << names[i];
    }
}

TEST(UsageVectors, GivenLognormalRequests_WhenEachDrawsItsCost_ThenTheSumHasTheMomentsOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("compound")) {
        if (severityOf(item) != "lognormal") continue;
        SCOPED_TRACE(item["id"].get<std::string>());
        const double mu = item["dist"]["severity"]["mu"];
        const double sigma = item["dist"]["severity"]["sigma"];
        core::Scenario s = requestCosts(requestsOf(item), {{core::MultiplierPart::Kind::Lognormal, point(1.0),
                                                            point(std::exp(mu)), point(sigma)}});
        const double mean = item["expected"]["mean"];
        EXPECT_TRUE(isNear(exact(s, "cost_per_user"), mean, item["tol"]["exact_rel"]));
        EXPECT_NEAR(estimateOf(*simulate(s), "cost_per_user").value, mean,
                    4.0 * item["tol"]["mc_sd"]["mean"].get<double>() / std::sqrt(100'000.0));

        const core::MultiplierPart part{core::MultiplierPart::Kind::Lognormal, 1.0, std::exp(mu), sigma};
        const QuantilePieces requests = quantilePieces(core::lawIn(requestsOf(item), {}).value());
        std::vector<double> answers;
        std::vector<double> incidents;
        const std::uint32_t users = mean < 20.0 ? 40'000 : 200'000;  // of 250 requests, or few
        for (std::uint32_t user = 0; user < users; ++user) {
            DrawSequence draws(philoxKey(21), user, 0, 1, 3);
            const double n = pieceQuantileScalar(requests, normalQuantile(draws.next()));
            answers.push_back(drawAnswers({&part, 1}, {}, n, draws));
            if (item["dist"]["frequency"]["name"] != "poisson") continue;
            // Losses of incidents are the same sum.
            const double units = item["dist"]["frequency"]["lambda"];
            DrawSequence others(philoxKey(22), user, 0, 1, 4);
            incidents.push_back(drawLosses({1.0, std::exp(mu + 0.5 * sigma * sigma), sigma}, units, others));
        }
        expectMoments(item, answers);
        if (!incidents.empty()) expectMoments(item, incidents);
        ++checked;
    }
    EXPECT_EQ(checked, 3U);
}

// A Pareto cost less its least value is a Lomax one: with a price of that value the margin is minus the sum.
TEST(UsageVectors,
     GivenLomaxRequests_WhenWrittenAsParetoCostsBeyondAPrice_ThenTheSumHasTheMomentsOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("compound")) {
        if (severityOf(item) != "lomax") continue;
        const double alpha = item["dist"]["severity"]["alpha"];
        const double scale = item["dist"]["severity"]["scale"];
        core::Scenario s = requestCosts(
            requestsOf(item), {{core::MultiplierPart::Kind::Pareto, point(1.0), point(scale), point(alpha)}});
        tests::addCharge(s.plans[0], 0, core::UnitPrice{point(scale)});
        const double mean = item["expected"]["mean"];
        EXPECT_TRUE(isNear(-exact(s, "margin_per_user"), mean, item["tol"]["exact_rel"]));
        s.run = {500, 1'000, 1, 3, core::Sampling::Random};
        const auto result = simulate(s);
        const Estimate margin = estimateOf(*result, "margin_per_user");
        EXPECT_NEAR(-margin.value, mean, 4.0 * item["tol"]["mc_sd"]["mean"].get<double>() / std::sqrt(5e5));
        // Means of 500 users are nearly normal, so their variance is known to sqrt(2 / 1,000).
        const double variance = item["expected"]["variance"];
        EXPECT_NEAR(margin.standardError * margin.standardError * 5e5, variance,
                    4.0 * variance * std::sqrt(2.0 / 1'000.0));
        ++checked;
    }
    EXPECT_EQ(checked, 1U);
}

TEST(UsageVectors, GivenRequestsOfWholeCosts_WhenSimulated_ThenTheSumHasTheLawOfTheVectors) {
    std::size_t checked = 0;
    constexpr std::uint64_t kUsers = 400'000;
    for (const json& item : cases("compound")) {
        if (severityOf(item) != "discrete") continue;
        SCOPED_TRACE(item["id"].get<std::string>());
        const std::vector<double> pmf = item["dist"]["severity"]["pmf_from_0"];
        const double kept = 1.0 - pmf[0];
        std::vector<core::MultiplierCost::Part> parts;
        double mean = 0.0;
        double square = 0.0;
        for (std::size_t k = 1; k < pmf.size(); ++k) {
            const auto cost = static_cast<double>(k);
            parts.push_back({core::MultiplierPart::Kind::Value, point(pmf[k] / kept), point(cost), {}});
            mean += pmf[k] * cost;
            square += pmf[k] * cost * cost;
        }
        core::Scenario s = requestCosts(requestsOf(item, kept), parts);
        s.plans[0].fee = point(10.0);
        s.run.users = kUsers;
        const auto result = simulate(s);
        const json& expected = item["expected"];
        const auto error = [](double share) { return std::sqrt(share * (1.0 - share) / kUsers); };
        const double upTo = expected["cdf_at_10"];
        EXPECT_NEAR(1.0 - estimateOf(*result, "loss_making_users").value, upTo, 4.0 * error(upTo));
        // (S - 10)+ varies less than S: Var S = E N Var Y + Var N (E Y)^2.
        const json& law = item["dist"]["frequency"];
        const bool isPoisson = law["name"] == "poisson";
        const double requests = law[isPoisson ? "lambda" : "mean"];
        const double spread = requests + (isPoisson ? 0.0 : requests * requests / law["r"].get<double>());
        const double variance = requests * (square - mean * mean) + spread * mean * mean;
        EXPECT_NEAR(estimateOf(*result, "cross_subsidy_per_user").value, expected["stop_loss_at_10"],
                    4.0 * std::sqrt(variance / kUsers));
        for (const double level : {0.9, 0.95}) {
            const auto row = std::ranges::find_if(result->quantiles, [&](const QuantileRow& each) {
                return each.quantity == "cost" && each.level == level;
            });
            ASSERT_NE(row, result->quantiles.end());
            EXPECT_TRUE(isNear(row->value, expected[level == 0.9 ? "var_0.9" : "var_0.95"], 1e-12));
        }
        std::size_t points = 0;
        for (const auto& [key, share] : expected["pmf"].items()) {
            const double cost = std::stod(key);
            const auto row = std::ranges::find_if(result->histogram, [&](const HistogramRow& each) {
                return each.quantity == "cost" && isNear(each.binLow, cost, 1e-12) &&
                       isNear(each.binHigh, cost, 1e-12);
            });
            if (row == result->histogram.end()) continue;  // joined with its neighbour
            const double probability = share;
            EXPECT_NEAR(static_cast<double>(row->count) / kUsers, probability, 4.0 * error(probability))
                << key;
            ++points;
        }
        EXPECT_GE(points, 5U);
        ++checked;
    }
    EXPECT_EQ(checked, 3U);
}

/// The sum of a Poisson number of gamma costs: given the number it is gamma itself.
core::Distribution sumOfGammas(double requests, double shape, double scale) {
    const auto shared = [](core::Distribution law) {
        return std::make_shared<const core::Distribution>(std::move(law));
    };
    core::Mixture mixture{{shared(core::Constant{point(0.0)})}, {point(std::exp(-requests))}};
    for (double n = 1.0; n < requests + 8.0 * std::sqrt(requests) + 10.0; n += 1.0) {
        mixture.components.push_back(shared(core::Gamma{core::Gamma::Location::Scale, point(scale),
                                                        core::Gamma::Spread::Shape, point(n * shape)}));
        mixture.weights.push_back(point(std::exp(n * std::log(requests) - requests - std::lgamma(n + 1.0))));
    }
    return mixture;
}

TEST(UsageVectors, GivenPoissonSumsOfGammas_WhenWrittenAsAMixture_ThenTheirLawIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("compound")) {
        const json& severity = item["dist"]["severity"];
        if (item["dist"]["frequency"]["name"] != "poisson" || !item.contains("args")) continue;
        SCOPED_TRACE(item["id"].get<std::string>());
        const bool isExponential = severity["name"] == "exponential";
        const core::Distribution sum = sumOfGammas(item["dist"]["frequency"]["lambda"],
                                                   isExponential ? 1.0 : severity["shape"].get<double>(),
                                                   severity[isExponential ? "mean" : "scale"]);
        core::Scenario s = onePlan({sum});
        addRate(s, 0, point(1.0));
        s.plans[0].fee = point(item["args"]["x"]);
        const json& expected = item["expected"];
        const double tolerance = item["tol"]["exact_rel"];
        const double cdf = expected["cdf"];
        EXPECT_TRUE(isNear(1.0 - exact(s, "loss_making_users"), cdf, tolerance));
        if (isExponential) {
            const core::UsageLaw law = core::lawIn(sum, {}).value();
            EXPECT_TRUE(isNear(core::shareUpTo(law, 0.0), expected["p0"], tolerance));
            EXPECT_TRUE(isNear(exact(s, "cross_subsidy_per_user"), expected["stop_loss"], tolerance));
        }
        EXPECT_NEAR(1.0 - estimateOf(*simulate(s), "loss_making_users").value, cdf,
                    4.0 * item["tol"]["mc_sd"]["cdf"].get<double>() / std::sqrt(100'000.0));
        ++checked;
    }
    EXPECT_EQ(checked, 3U);
}

// A geometric number of exponential costs is 0 or exponential with the mean of both together.
TEST(UsageVectors,
     GivenGeometricSumsOfExponentials_WhenWrittenAsDormantUsers_ThenTheirTailIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("compound")) {
        if (severityOf(item) != "exponential" || item["dist"]["frequency"]["name"] == "poisson") continue;
        SCOPED_TRACE(item["id"].get<std::string>());
        const double requests = item["dist"]["frequency"]["mean"];
        const double mean = item["dist"]["severity"]["mean"].get<double>() * (1.0 + requests);
        const json& expected = item["expected"];
        const double tolerance = item["tol"]["exact_rel"];
        const core::Exponential law{core::Exponential::Location::Mean, point(mean)};
        core::Scenario s = onePlan({law});
        s.segments[0].usages[0].dormant = point(1.0 / (1.0 + requests));
        addRate(s, 0, point(1.0));
        EXPECT_TRUE(isNear(1.0 - exact(s, "users_active"), expected["p0"], tolerance));
        EXPECT_TRUE(isNear(exact(s, "cvar95_cost_per_user"), expected["tvar"], tolerance));
        // Who pays less than the quantile: the share beyond it.
        s.plans[0].fee = point(expected["var"]);
        EXPECT_TRUE(isNear(exact(s, "loss_making_users"), 0.05, tolerance));
        const auto result = simulate(s);
        EXPECT_NEAR(estimateOf(*result, "loss_making_users").value, 0.05,
                    4.0 * std::sqrt(0.05 * 0.95 / 100'000.0));
        const Estimate worst = estimateOf(*result, "cvar95_cost_per_user");
        // Of an exponential tail the mean beyond the quantile varies by the mean, and the quantile with it.
        EXPECT_NEAR(worst.value, expected["tvar"],
                    4.0 * mean * std::sqrt((1.0 + 0.95) / (0.05 * 100'000.0)) + 0.002 * worst.value);
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

// Users who know their use take the flat plan beyond F / u: all together they pay what a cap at F leaves.
TEST(UsageVectors, GivenFlatAndMeteredPlan_WhenUsersPickTheCheaper_ThenSharesAndMarginsAreThoseOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("choice")) {
        SCOPED_TRACE(item["id"].get<std::string>());
        const json& args = item["args"];
        const double flat = args["F"];
        const double u = args["u"];
        const double c = args["c"];
        const json& dist = item["dist"];
        const core::Distribution law =
            dist["name"] == "gamma"
                ? core::Distribution(core::Gamma{core::Gamma::Location::Scale, point(dist["scale"]),
                                                 core::Gamma::Spread::Shape, point(dist["shape"])})
                : tests::lognormal(point(dist["mu"]), point(dist["sigma"]));
        core::Scenario capped = onePlan({law});
        tests::addCharge(capped.plans[0], 0, core::UnitPrice{point(u)});
        capped.plans[0].maximum = point(flat);
        const json& expected = item["expected"];
        const double tolerance = item["tol"]["exact_rel"];
        EXPECT_TRUE(isNear(exact(capped, "revenue_per_user"), expected["expected_revenue"], tolerance));

        // Had the flat plan to pay the metered price, these users would be its losses.
        core::Scenario loses = onePlan({law});
        addRate(loses, 0, point(u));
        loses.plans[0].fee = point(flat);
        const double share = exact(loses, "loss_making_users");
        const double usage = (exact(loses, "cross_subsidy_per_user") + flat * share) / u;
        const double mean = exact(capped, "usage_m0_per_user");
        EXPECT_TRUE(isNear(share, expected["flat_share"], tolerance));
        EXPECT_TRUE(isNear(usage / share, expected["flat_mean_usage"], tolerance));
        EXPECT_TRUE(isNear(flat - c * usage / share, expected["flat_margin_per_flat_user"], 10 * tolerance));
        EXPECT_TRUE(isNear((u - c) * (mean - usage), expected["payg_margin_total"], 10 * tolerance));
        EXPECT_TRUE(isNear(usage / share / mean, expected["adverse_selection_ratio"], tolerance));

        const json& spread = item["tol"]["mc_sd"];
        EXPECT_NEAR(estimateOf(*simulate(capped), "revenue_per_user").value, expected["expected_revenue"],
                    4.0 * spread["expected_revenue"].get<double>() / std::sqrt(100'000.0));
        EXPECT_NEAR(estimateOf(*simulate(loses), "loss_making_users").value, expected["flat_share"],
                    4.0 * spread["flat_share"].get<double>() / std::sqrt(100'000.0));
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

// A credit for the allowance that two periods may use is an allowance whose rest rolls over once.
TEST(UsageVectors, GivenAnAllowanceThatRollsOver_WhenSimulated_ThenTheSecondMonthsOverageIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("tariff")) {
        const double mean = item["dist"]["mean"];
        const double allowance = item["args"]["A"];
        core::Scenario s = onePlan({core::Exponential{core::Exponential::Location::Mean, point(mean)}});
        s.segments[0].usages[0].persistence = point(0.0);
        tests::addCharge(s.plans[0], 0, core::UnitPrice{point(1.0)});
        core::Credit credit;
        credit.id = "allowance";
        credit.amount = point(allowance);
        credit.expires = 2;
        s.plans[0].terms.credits = {credit};
        s.run = {400'000, 1, 2, 7, core::Sampling::Random};
        const auto result = simulate(s);
        const double overage = item["expected"]["expected_overage_month2"];
        // Overage is exponential again where there is any, so its mean square is 2 mean E.
        const double error = std::sqrt((2.0 * mean * overage - overage * overage) / 400'000.0);
        EXPECT_NEAR(estimateOf(*result, "revenue_per_user", "plan", "2").value, overage, 4.0 * error)
            << item["id"];
        // Nothing rolls into the first month.
        const double first = mean * std::exp(-allowance / mean);
        EXPECT_NEAR(estimateOf(*result, "revenue_per_user", "plan", "1").value, first,
                    4.0 * std::sqrt(2.0 * mean * first / 400'000.0));
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

// `pearson` is of the normal scores; the correlation of the lognormals themselves follows from E[a b].
TEST(UsageVectors,
     GivenLognormalMetersWithCorrelatedScores_WhenMultiplied_ThenTheirPearsonIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("copula")) {
        SCOPED_TRACE(item["id"].get<std::string>());
        const double rho = item["args"]["rho"];
        const double s1 = item["args"]["sigma1"];
        const double s2 = item["args"]["sigma2"];
        core::Scenario s =
            onePlan({tests::lognormal(point(0.0), point(s1)), tests::lognormal(point(0.0), point(s2))}, true);
        s.segments[0].correlations = {{0, 1, core::Correlation::Kind::Pearson, point(rho)}};
        s.run.users = 1'000'000;
        const double means = std::exp(0.5 * (s1 * s1 + s2 * s2));
        const double deviations = means * std::sqrt(std::expm1(s1 * s1) * std::expm1(s2 * s2));
        const double expected = item["expected"]["pearson"];
        EXPECT_TRUE(
            isNear((exact(s, "usage_m1_per_user") - means) / deviations, expected, item["tol"]["exact_rel"]));
        // The product is lognormal with this log variance.
        const double square = s1 * s1 + s2 * s2 + 2.0 * rho * s1 * s2;
        const double error = std::exp(0.5 * square) * std::sqrt(std::expm1(square) / 1e6) / deviations;
        const double found = (estimateOf(*simulate(s), "usage_m1_per_user").value - means) / deviations;
        EXPECT_NEAR(found, expected, 4.0 * error + 1e-9);
        ++checked;
    }
    EXPECT_EQ(checked, 3U);
}

TEST(UsageVectors, GivenARankCorrelation_WhenMadeOneOfScores_ThenItIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : tests::knownVectors("montecarlo/laws.json", "copula")) {
        if (!item["expected"].contains("spearman")) continue;
        const double rho =
            core::scoreCorrelation(core::Correlation::Kind::Spearman, item["expected"]["spearman"]);
        EXPECT_TRUE(isNear(rho, item["args"]["rho"], item["tol"]["exact_rel"])) << item["id"];
        ++checked;
    }
    EXPECT_EQ(checked, 3U);
}

}  // namespace
}  // namespace breakeven::sim::usage_vectors_test
