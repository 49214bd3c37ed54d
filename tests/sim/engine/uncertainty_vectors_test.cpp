// What is not known against what is chance: tests/known_answers/montecarlo/uncertainty.json. Seeds are fixed;
// a comparison to 4 standard errors fails with probability 6e-5 under a right program.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>
#include <numeric>
#include <set>
#include <vector>

#include "sim/engine/simulate.hpp"
#include "sim/exact/closed_forms.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/stats/summaries.hpp"
#include "tests/support/known_answers.hpp"
#include "tests/support/one_plan.hpp"

namespace breakeven::sim::uncertainty_vectors_test {
namespace {

using nlohmann::json;
using tests::addBelief;
using tests::addRate;
using tests::estimateOf;
using tests::isNear;
using tests::onePlan;
using tests::point;

json cases(const char* kind) {
    return tests::knownVectors("montecarlo/uncertainty.json", kind);
}

double phi(double z) {
    return std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
}

/// Variance of worlds' values, and its standard error by their fourth moment.
struct Spread {
    double variance = 0.0;
    double error = 0.0;
};

Spread spreadOf(const std::vector<double>& values) {
    const Summary summary = summarise(values);
    double fourth = 0.0;
    for (const double x : values) fourth += std::pow(x - summary.mean, 4);
    const auto n = static_cast<double>(values.size());
    return {summary.variance, std::sqrt((fourth / n - summary.variance * summary.variance) / n)};
}

/// Cost is lognormal among users, its mu a belief N(m, t); users pay a fee.
core::Scenario uncertainCost(double m, double t, double s, double fee) {
    core::Scenario scenario = onePlan({core::Constant{point(1.0)}});
    const core::Parameter mu = addBelief(scenario, "segment.people.usage.m0.mu", tests::normalBelief(m, t));
    scenario.segments[0].usages[0].distribution = tests::lognormal(mu, point(s));
    addRate(scenario, 0, point(1.0));
    scenario.plans[0].fee = point(fee);
    return scenario;
}

TEST(UncertaintyVectors, GivenAnUncertainMu_WhenTheClosedFormIsTakenAtEachMu_ThenMeanSpreadAndBandAreExact) {
    std::size_t checked = 0;
    for (const json& item : cases("nested")) {
        const json& args = item["args"];
        if (!args.contains("price")) continue;
        const double m = args["m"];
        const double t = args["t"];
        const auto lossesAt = [&](double z) {
            const core::Scenario s = uncertainCost(m + t * z, t, args["s"], args["price"]);
            return exactMetric(s, 0, std::nullopt, "loss_making_users").value();
        };
        const json& expected = item["expected"];
        for (const auto& [key, value] : expected.items()) {
            if (!key.starts_with("q")) continue;
            EXPECT_TRUE(isNear(lossesAt(normalQuantile(std::stod(key.substr(1)))), value, 1e-10)) << key;
            ++checked;
        }
        // The trapezoid rule is as good as exact for a smooth integrand under the normal density.
        constexpr double kStep = 0.125;
        double mean = 0.0;
        double square = 0.0;
        for (double z = -10.0; z <= 10.0; z += kStep) {
            const double losses = lossesAt(z);
            mean += kStep * phi(z) * losses;
            square += kStep * phi(z) * losses * losses;
        }
        EXPECT_TRUE(isNear(mean, expected["mean"], 1e-10)) << item["id"];
        EXPECT_TRUE(isNear(std::sqrt(square - mean * mean), expected["sd"], 1e-10)) << item["id"];
    }
    EXPECT_EQ(checked, 6U);
}

TEST(UncertaintyVectors, GivenAnUncertainMu_WhenSimulated_ThenTheShareOfLossesHasTheSpreadOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("nested")) {
        const json& args = item["args"];
        if (!args.contains("price")) continue;
        const double m = args["m"];
        const double t = args["t"];
        const double s = args["s"];
        const double price = args["price"];
        core::Scenario scenario = uncertainCost(m, t, s, price);
        // Strata leave of 2,048 users an error of a share of at most 0.002, a hundredth of a standard error.
        scenario.run = {2'048, 6'000, 1, 4, core::Sampling::Stratified};
        const auto result = simulate(scenario);
        const Estimate losses = estimateOf(*result, "loss_making_users");
        const json& expected = item["expected"];
        const double n = scenario.run.worlds;
        EXPECT_NEAR(losses.value, expected["mean"],
                    4.0 * item["tol"]["mc_sd"]["mean"].get<double>() / std::sqrt(n));

        std::vector<double> values = tests::valuesByWorld(*result, "loss_making_users");
        const Spread spread = spreadOf(values);
        const double sd = expected["sd"];
        EXPECT_NEAR(losses.standardError * std::sqrt(n), sd, 4.0 * spread.error / (2.0 * sd)) << item["id"];

        // A quantile's error is sqrt(p (1 - p) / n) over the density of the share there.
        const auto error = [&](double p) {
            const double z = normalQuantile(p);
            const double density = phi(z) / t / (phi((m + t * z - std::log(price)) / s) / s);
            return std::sqrt(p * (1.0 - p) / n) / density;
        };
        std::ranges::sort(values);
        EXPECT_NEAR(*losses.bandLow, expected["q0.05"], 4.0 * error(0.05)) << item["id"];
        EXPECT_NEAR(sortedQuantile(values, 0.5), expected["q0.5"], 4.0 * error(0.5)) << item["id"];
        EXPECT_NEAR(*losses.bandHigh, expected["q0.95"], 4.0 * error(0.95)) << item["id"];
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

TEST(UncertaintyVectors, GivenAnUncertainMu_WhenSimulated_ThenTheVarianceIsSplitAsInTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("nested")) {
        const json& args = item["args"];
        if (!args.contains("n_inner")) continue;
        const double inner = args["n_inner"];
        core::Scenario scenario = uncertainCost(args["m"], args["t"], args["s"], 0.0);
        scenario.run = {args["n_inner"], 10'000, 1, 8, core::Sampling::Random};
        const json& expected = item["expected"];
        const double epistemic = expected["epistemic"];
        const double aleatory = expected["aleatory"];
        for (const double subscribers : {1.0, 50.0}) {
            SCOPED_TRACE(item["id"]);
            if (subscribers > 1.0 && inner > 100.0) continue;  // once is enough
            scenario.subscribers = point(subscribers);
            const auto result = simulate(scenario);
            const Estimate share = estimateOf(*result, "variance_share_between_worlds");
            EXPECT_NEAR(share.value, epistemic / (epistemic + aleatory / subscribers),
                        4.0 * share.standardError);
            EXPECT_LT(share.standardError, 0.05 * share.value);
            const Estimate noise = estimateOf(*result, "noise_share_between_worlds");
            const double observed = expected["var_inner_mean"];
            EXPECT_NEAR(noise.value, 1.0 - epistemic / observed, 4.0 * noise.standardError);
            EXPECT_LT(noise.standardError, 0.05);

            const Spread spread = spreadOf(tests::valuesByWorld(*result, "cost_per_user"));
            const double error = estimateOf(*result, "cost_per_user").standardError;
            EXPECT_NEAR(error * error * 10'000.0, spread.variance, 1e-9 * spread.variance);
            EXPECT_NEAR(spread.variance, expected["var_inner_mean"], 4.0 * spread.error);
            if (subscribers > 1.0) continue;
            // Var of the inner means = E + A / n and share = E / (E + A) tell both.
            const double ratio = 1.0 / share.value - 1.0;
            const double between = spread.variance / (1.0 + ratio / inner);
            const double room = 4.0 * (spread.error / spread.variance + share.standardError / share.value);
            EXPECT_NEAR(between, epistemic, room * epistemic);
            EXPECT_NEAR(between * ratio, aleatory, room * aleatory);
            EXPECT_NEAR(between * (1.0 + ratio), expected["total"], room * (epistemic + aleatory));
        }
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

/// A factor of a product: how users differ in it, or what is believed of it.
struct Factor {
    core::Distribution amongUsers;
    core::Belief belief;
};

/// Cost is a product, of which the factors in `believed` are beliefs and the others differ between users.
core::Scenario productOf(const std::vector<Factor>& factors, const std::set<std::size_t>& believed) {
    std::vector<core::Distribution> distributions;
    for (const Factor& factor : factors) distributions.push_back(factor.amongUsers);
    core::Scenario s = onePlan(distributions, true);
    for (const std::size_t i : believed) {
        const core::Parameter value =
            addBelief(s, "segment.people.usage.m" + std::to_string(i) + ".value", factors[i].belief);
        s.segments[0].usages[i].distribution = core::Constant{value};
    }
    addRate(s, factors.size() - 1, point(1.0));
    s.run = {64, 1'500, 1, 3, core::Sampling::Random};
    return s;
}

/// (|4 u - 2| + a) / (1 + a) of a uniform u is uniform itself, from a / (1 + a) on and 2 / (1 + a) wide.
std::vector<Factor> gFunction(const std::vector<double>& a) {
    std::vector<Factor> factors;
    for (const double each : a) {
        const double low = each / (1.0 + each);
        const double high = (2.0 + each) / (1.0 + each);
        factors.push_back(
            {core::Uniform{point(low), point(high)}, {low, 1.0, high, core::BeliefShape::Uniform}});
    }
    return factors;
}

std::vector<Factor> lognormals(const std::vector<double>& sigmas) {
    std::vector<Factor> factors;
    for (const double sigma : sigmas) {
        const double reach = std::exp(1.6448536269514722 * sigma);
        factors.push_back({tests::lognormal(point(0.0), point(sigma)),
                           {1.0 / reach, 1.0, reach, core::BeliefShape::Lognormal}});
    }
    return factors;
}

/// The share of the variance between worlds is the first-order index of what is believed: of one factor, or
/// of all but one, whose total index is the rest.
void expectIndices(const json& item, const std::vector<Factor>& factors, const std::vector<double>& sizes) {
    std::set<std::size_t> all;
    for (std::size_t i = 0; i < factors.size(); ++i) all.insert(i);
    std::set<double> done;
    for (std::size_t i = 0; i < factors.size(); ++i) {
        if (!done.insert(sizes[i]).second) continue;  // alike another one
        SCOPED_TRACE(item["id"].get<std::string>() + " factor " + std::to_string(i));
        const Estimate first =
            estimateOf(*simulate(productOf(factors, {i})), "variance_share_between_worlds");
        const double firstIndex = item["expected"]["S"][i];
        EXPECT_NEAR(first.value, firstIndex, 4.0 * first.standardError);
        std::set<std::size_t> others = all;
        others.erase(i);
        const Estimate rest =
            estimateOf(*simulate(productOf(factors, others)), "variance_share_between_worlds");
        const double totalIndex = item["expected"]["ST"][i];
        EXPECT_NEAR(1.0 - rest.value, totalIndex, 4.0 * rest.standardError);
        // Errors so small that another factor's index would fail.
        EXPECT_LT(first.standardError, 0.01 + 0.05 * firstIndex);
        EXPECT_LT(rest.standardError, 0.01 + 0.05 * totalIndex);
    }
}

TEST(UncertaintyVectors, GivenProductsOfUniforms_WhenSplitIntoBeliefsAndUsers_ThenTheSharesAreSobolsIndices) {
    std::size_t checked = 0;
    for (const json& item : cases("sensitivity")) {
        if (!item["args"].contains("a") || !item["args"]["a"].is_array()) continue;
        const std::vector<double> a = item["args"]["a"];
        expectIndices(item, gFunction(a), a);
        // All of it among users: mean and variance.
        core::Scenario s = productOf(gFunction(a), {});
        const auto result = simulate(s);
        const double variance = item["expected"]["variance"];
        const double users = 64.0;
        const double draws = users * 1'500.0;
        EXPECT_NEAR(estimateOf(*result, "cost_per_user").value, item["expected"]["mean"],
                    4.0 * std::sqrt(variance / draws));
        const Spread spread = spreadOf(tests::valuesByWorld(*result, "cost_per_user"));
        EXPECT_NEAR(users * spread.variance, variance, 4.0 * users * spread.error) << item["id"];
        ++checked;
    }
    EXPECT_EQ(checked, 4U);
}

TEST(UncertaintyVectors,
     GivenProductsOfLognormals_WhenSplitIntoBeliefsAndUsers_ThenTheSharesAreSobolsIndices) {
    std::size_t checked = 0;
    for (const json& item : cases("sensitivity")) {
        if (!item["args"].contains("log_sd")) continue;
        const std::vector<double> sigmas = item["args"]["log_sd"];
        expectIndices(item, lognormals(sigmas), sigmas);
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

/// Y = 2 A W - W + a B + fee with A and B of arcsine laws: of uniform angles, sin x1 = 2 A - 1 and
/// sin^2 x2 = B, and W = 1 + b x3^4 with x3^4 / pi^4 = beta(1/4, 1). W may stand at its mean instead, and B
/// left out.
core::Scenario ishigami(double a, double b, bool isWAtMean, bool hasB) {
    const double top = b * std::pow(std::numbers::pi, 4);
    const core::Beta arcsine{point(0.5), point(0.5)};
    core::Distribution w = core::Beta{point(0.25), point(1.0), point(1.0), point(1.0 + top)};
    if (isWAtMean) w = core::Constant{point(1.0 + top / 5.0)};
    core::Scenario s = onePlan({w, arcsine, arcsine});
    s.segments[0].usages[1].per = 0;
    tests::addCharge(s.plans[0], 1, core::UnitPrice{point(2.0)});
    if (hasB) tests::addCharge(s.plans[0], 2, core::UnitPrice{point(a)});
    addRate(s, 0, point(1.0));
    s.plans[0].fee = addBelief(s, "plan.plan.fee", {0.0, 5.0, 10.0, core::BeliefShape::Uniform});
    s.run = {2'000, 2'000, 1, 6, core::Sampling::Random};
    return s;
}

/// Variance of a user, from its share beside that of the fee's draws.
double userVariance(const RunResult& result) {
    const double share = estimateOf(result, "variance_share_between_worlds").value;
    return summarise(tests::valuesByWorld(result, "belief.plan.plan.fee", "")).variance * (1.0 / share - 1.0);
}

TEST(UncertaintyVectors, GivenIshigamisFunction_WhenBuiltOfUsage_ThenVarianceAndIndicesAreThoseOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("sensitivity")) {
        if (!item["args"].contains("b")) continue;
        SCOPED_TRACE(item["id"].get<std::string>());
        const double a = item["args"]["a"];
        const double b = item["args"]["b"];
        const json& expected = item["expected"];
        const auto whole = simulate(ishigami(a, b, false, true));
        const double variance = userVariance(*whole);
        // 4 million users: 0.05 %; fee and users go together by chance in 2,000 worlds: 0.2 %.
        EXPECT_NEAR(variance, expected["variance"], 0.01 * variance);
        const double fee = summarise(tests::valuesByWorld(*whole, "belief.plan.plan.fee", "")).mean;
        EXPECT_NEAR(estimateOf(*whole, "margin_per_user").value - fee, expected["mean"],
                    4.0 * std::sqrt(variance / 4e6));
        // B is added, so what is lost without it is its own; Y is linear in W, so W's mean leaves E[Y | A,
        // B].
        const double second = 1.0 - userVariance(*simulate(ishigami(a, b, false, false))) / variance;
        const double first = userVariance(*simulate(ishigami(a, b, true, true))) / variance - second;
        EXPECT_NEAR(first, expected["S"][0], 0.01);
        EXPECT_NEAR(second, expected["S"][1], 0.01);
        EXPECT_NEAR(1.0 - second, expected["ST"][0], 0.01);
        EXPECT_NEAR(second, expected["ST"][1], 0.01);
        EXPECT_NEAR(1.0 - first - second, expected["ST"][2], 0.01);
        EXPECT_NEAR(1.0 - first - second, expected["S13"], 0.01);
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

TEST(UncertaintyVectors, GivenALinearModelOfBeliefs_WhenSimulated_ThenTheDriversAreItsIndices) {
    std::size_t checked = 0;
    for (const json& item : cases("sensitivity")) {
        if (!item["args"].contains("c")) continue;
        const std::vector<double> c = item["args"]["c"];
        const std::vector<double> sd = item["args"]["sd"];
        std::vector<core::Distribution> constants;
        for (const double each : c) constants.push_back(core::Constant{point(std::abs(each))});
        core::Scenario s = onePlan(constants);
        for (std::size_t i = 0; i < c.size(); ++i) {
            const core::Parameter x = addBelief(s, "x" + std::to_string(i), tests::normalBelief(20.0, sd[i]));
            if (c[i] > 0.0) {
                tests::addCharge(s.plans[0], i, core::UnitPrice{x});
            } else {
                addRate(s, i, x);
            }
        }
        s.run = {2, 50'000, 1, 2, core::Sampling::Random};
        const auto result = simulate(s);
        const double n = s.run.worlds;
        for (std::size_t i = 0; i < c.size(); ++i) {
            const Estimate share = estimateOf(*result, "variance_share.x" + std::to_string(i));
            EXPECT_NEAR(share.value, item["expected"]["S"][i], 4.0 * share.standardError);
            EXPECT_LT(share.standardError, 0.01);
        }
        const double error = estimateOf(*result, "margin_per_user").standardError;
        const double variance = item["expected"]["variance"];
        EXPECT_NEAR(error * error * n, variance, 4.0 * variance * std::sqrt(2.0 / n));
        ++checked;
    }
    EXPECT_EQ(checked, 1U);
}

TEST(UncertaintyVectors, GivenAPoolOfGammaCosts_WhenItsLossIsAskedFor_ThenItIsTheExactOne) {
    std::size_t checked = 0;
    for (const json& item : cases("margin")) {
        if (!item["args"].contains("n_users")) continue;
        SCOPED_TRACE(item["id"].get<std::string>());
        const double shape = item["dist"]["shape"];
        const double scale = item["dist"]["scale"];
        const double n = item["args"]["n_users"];
        const double price = item["args"]["price"];
        const double mean = shape * scale;
        const double variance = mean * scale;
        const double third = -2.0 * variance * scale;  // of the margin
        const json& expected = item["expected"];
        EXPECT_NEAR(probabilitySumBelowZero(price - mean, variance, third, n), expected["P_plan_loses"],
                    1e-9);
        EXPECT_NEAR(probabilitySumBelowZero(expected["price_95"].get<double>() - mean, variance, third, n),
                    0.05, 1e-9);
        EXPECT_TRUE(isNear(probabilitySumBelowZero(price - mean, variance, 0.0, n),
                           expected["clt_P_plan_loses"], item["tol"]["exact_rel"]));

        // Scrambled Sobol users have these moments but for little.
        core::Scenario s = onePlan({core::Gamma{core::Gamma::Location::Scale, point(scale),
                                                core::Gamma::Spread::Shape, point(shape)}});
        addRate(s, 0, point(1.0));
        s.plans[0].fee = point(price);
        s.subscribers = point(n);
        s.run = {1'048'576, 1, 1, 9, core::Sampling::Sobol};
        const Estimate pool = estimateOf(*simulate(s), "probability_pool_loses");
        EXPECT_NEAR(pool.value, expected["P_plan_loses"], 5e-4);
        EXPECT_NEAR(pool.exact.value(), expected["P_plan_loses"], 2e-5);
        ++checked;
    }
    EXPECT_EQ(checked, 4U);
}

// A shock that all costs share is a belief: what is left of a large plan's chance is that of the worlds.
TEST(UncertaintyVectors,
     GivenACommonShock_WhenSimulated_ThenLossCorrelationAndSafePriceAreThoseOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("margin")) {
        if (item["dist"]["name"] != "one_factor_lognormal") continue;
        SCOPED_TRACE(item["id"].get<std::string>());
        const double sigma = item["dist"]["sigma"];
        const double common = sigma * std::sqrt(item["dist"]["rho"].get<double>());
        const double own = sigma * std::sqrt(1.0 - item["dist"]["rho"].get<double>());
        core::Scenario s = uncertainCost(item["dist"]["mu"], common, own, item["args"]["price"]);
        s.run = {2'048, 6'000, 1, 5, core::Sampling::Stratified};
        const auto result = simulate(s);
        const json& expected = item["expected"];
        const double n = s.run.worlds;
        EXPECT_NEAR(estimateOf(*result, "probability_plan_loses").value, expected["P_plan_loses"],
                    4.0 * item["tol"]["mc_sd"]["P_plan_loses"].get<double>() / std::sqrt(n));
        // Two users of one world have in common what is between worlds.
        const Estimate share = estimateOf(*result, "variance_share_between_worlds");
        EXPECT_NEAR(share.value, expected["pairwise_cost_correlation"], 4.0 * share.standardError);
        EXPECT_LT(share.standardError, 0.1 * share.value);
        const double price = expected["price_95"];
        const double density = phi(normalQuantile(0.95)) / (common * price);
        EXPECT_NEAR(*estimateOf(*result, "break_even_fee").bandHigh, price,
                    4.0 * std::sqrt(0.95 * 0.05 / n) / density);
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

}  // namespace
}  // namespace breakeven::sim::uncertainty_vectors_test
