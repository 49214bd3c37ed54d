// Laws and tariffs against values from two other methods, see tests/known_answers/montecarlo/README.md.

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>

#include "core/population/law_shares.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/exact/closed_forms.hpp"
#include "sim/exact/usage_law.hpp"

namespace breakeven::sim::law_vectors_test {
namespace {

using nlohmann::json;

core::Parameter point(double x) {
    return {x, {}};
}

const json& cases() {
    static const json loaded = [] {
        std::ifstream stream(std::string(BREAKEVEN_SOURCE_ROOT) +
                             "/tests/known_answers/montecarlo/laws.json");
        EXPECT_TRUE(stream);
        return json::parse(stream);
    }();
    return loaded;
}

std::shared_ptr<const core::Distribution> distributionOf(const json& dist) {
    const auto shared = [](core::Distribution found) {
        return std::make_shared<const core::Distribution>(std::move(found));
    };
    const auto number = [&](const char* key) { return point(dist.at(key).get<double>()); };
    const std::string name = dist.at("name");
    if (name == "lognormal")
        return shared(core::Lognormal{core::Lognormal::Location::Mu,
                                      number("mu"),
                                      core::Lognormal::Spread::Sigma,
                                      number("sigma"),
                                      {}});
    if (name == "gamma")
        return shared(core::Gamma{core::Gamma::Location::Scale, number("scale"), core::Gamma::Spread::Shape,
                                  number("shape")});
    if (name == "weibull")
        return shared(core::Weibull{core::Weibull::Location::Scale, number("scale"), number("shape")});
    if (name == "pareto")
        return shared(core::Pareto{core::Pareto::Location::Minimum, number("xm"), number("alpha")});
    if (name == "lomax")
        return shared(core::Lomax{core::Lomax::Location::Scale, number("scale"), number("alpha")});
    if (name == "exponential")
        return shared(core::Exponential{core::Exponential::Location::Mean, number("mean")});
    if (name == "negative_binomial")
        return shared(
            core::NegativeBinomial{number("mean"), core::NegativeBinomial::Spread::Shape, number("r")});
    if (name == "zero_inflated") {
        const double zero = dist.at("p0");
        return shared(core::Mixture{{shared(core::Constant{point(0.0)}), distributionOf(dist.at("base"))},
                                    {point(zero), point(1.0 - zero)}});
    }
    if (name == "right_truncated")
        return shared(core::Truncated{distributionOf(dist.at("base")), point(0.0), number("upper")});
    if (name == "spliced_pareto_tail")
        return shared(core::Spliced{distributionOf(dist.at("body")), number("threshold"),
                                    number("tail_weight"), number("alpha")});
    core::Mixture mixture;
    for (const json& component : dist.at("components"))
        mixture.components.push_back(distributionOf(component));
    for (const json& weight : dist.at("weights")) mixture.weights.push_back(point(weight.get<double>()));
    return shared(mixture);
}

core::UsageLaw lawOf(const json& dist) {
    return core::lawIn(*distributionOf(dist), {}).value();
}

/// E[min(X, d)].
double limitedMean(const core::UsageLaw& law, double d) {
    return core::meanUpTo(law, d) + d * core::shareBeyond(law, d);
}

/// Share of the total that users beyond the quantile p make; of a law without steps there.
double topShare(const core::UsageLaw& law, double p) {
    return 1.0 - core::meanUpTo(law, quantileOf(law, p)) / core::meanOf(law);
}

/// What our functions say to each key of a case; none for keys that they have no word for.
std::optional<double> answer(const json& item, const std::string& key) {
    const core::UsageLaw law = lawOf(item.at("dist"));
    const json args = item.value("args", json::object());
    const double d = args.value("d", 0.0);
    if (key == "mean") return core::meanOf(law);
    if (key == "cdf") return core::shareUpTo(law, d);
    if (key == "lev") return limitedMean(law, d);
    if (key == "stop_loss") return core::meanOf(law) - limitedMean(law, d);
    if (key == "loss_elimination_ratio") return limitedMean(law, d) / core::meanOf(law);
    if (key.starts_with("q0.")) return quantileOf(law, std::stod(key.substr(1)));
    if (key == "gini") return giniOf(law);
    if (key.starts_with("lorenz_")) return 1.0 - topShare(law, std::stod(key.substr(7)));
    if (key == "top_1pct_share") return topShare(law, 0.99);
    if (key == "top_5pct_share") return topShare(law, 0.95);
    if (key == "top_20pct_share") return topShare(law, 0.80);
    const double p = args.value("p", 0.5);
    const double q = item.at("kind") == "tail_cvar" ? quantileOf(law, p) : 0.0;
    const double tail = (core::meanOf(law) - core::meanUpTo(law, q)) / (1.0 - p);
    if (key == "var") return q;
    if (key == "tvar") return tail;
    if (key == "tvar_over_var") return tail / q;
    if (key == "unused") return args.at("C").get<double>() - limitedMean(law, args.at("C"));
    return std::nullopt;
}

/// One plan over one meter with the law of a case, which asks what a user pays, or what is left of it.
core::Scenario scenarioOf(const json& item) {
    const json args = item.value("args", json::object());
    core::Scenario s;
    s.name = "case";
    s.currency = "USD";
    s.file = "case.toml";
    const std::string id = item.at("id");
    s.run = {100'000, 1, 1, std::stoull(id.substr(id.size() - 3)), core::Sampling::Random};
    s.subscribers = point(1.0);
    s.meters = {{"use", "unit"}};
    core::Segment people;
    people.id = "people";
    people.usages = {{0, {}, *distributionOf(item.at("dist")), point(1.0), point(0.0)}};
    s.segments = {people};
    s.cost.servingShare = point(1.0);
    s.cost.rates = {{"use", 0, point(1.0), point(args.value("unit_cost", args.value("c", 0.0)))}};
    core::Plan plan;
    plan.id = "plan";
    plan.segments = {0};
    plan.fee = point(args.value("F", args.contains("unit_cost") ? args.at("price").get<double>() : 0.0));
    const auto charge = [&](core::Price price) {
        plan.charges = {{"use", {{0, point(1.0)}}, point(1.0), std::move(price)}};
    };
    if (args.contains("tiers")) {
        std::vector<core::Tier> tiers;
        for (const json& tier : args.at("tiers")) {
            const bool isLast = tier.at("up_to").is_null();
            tiers.push_back({isLast ? std::nullopt : std::optional(point(tier.at("up_to"))),
                             point(tier.at("rate")), point(0.0)});
        }
        const bool isVolume = item.at("formula").get<std::string>().find("E[X;") != std::string::npos;
        if (isVolume) {
            charge(core::VolumePrice{tiers});
        } else {
            charge(core::GraduatedPrice{tiers});
        }
    } else if (args.contains("A")) {
        charge(core::GraduatedPrice{{{point(args.at("A")), point(0.0), point(0.0)},
                                     {std::nullopt, point(args.at("p")), point(0.0)}}});
    } else if (args.contains("M")) {
        plan.minimum = point(args.at("M"));
        charge(core::UnitPrice{point(args.at("p"))});
    } else if (args.contains("u")) {
        charge(core::PackagePrice{point(args.at("price")), point(args.at("u")), point(0.0)});
    }
    if (args.contains("cap")) plan.maximum = point(args.at("cap"));
    s.plans = {plan};
    return s;
}

/// Which metric of a run a key of a tariff, margin or law is.
std::string metricOf(const std::string& key) {
    if (key == "expected_revenue") return "revenue_per_user";
    if (key == "mean_margin") return "margin_per_user";
    if (key == "share_loss_making") return "loss_making_users";
    if (key == "expected_loss_per_user") return "cross_subsidy_per_user";
    if (key == "breakeven_price") return "break_even_fee";
    if (key == "mean") return "usage_use_per_user";
    return "";
}

TEST(LawVectors, GivenMeansQuantilesLimitsAndInequality_WhenComputed_ThenTheyAreThoseOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases()) {
        if (!item.contains("dist")) continue;
        const double tolerance = item.at("tol").at("exact_rel");
        for (const auto& [key, expected] : item.at("expected").items()) {
            if (!expected.is_number()) continue;
            const std::optional<double> found = answer(item, key);
            if (!found) continue;
            const double value = expected.get<double>();
            // Bisection and quadrature end at about 1e-12; no case asks for more.
            EXPECT_NEAR(*found, value, std::max(tolerance, 1e-12) * std::abs(value) + 1e-12)
                << item.at("id") << ' ' << key;
            ++checked;
        }
    }
    EXPECT_GE(checked, 200U);
}

TEST(LawVectors, GivenTariffsOfOneMeter_WhenAskedForTheExactMetric_ThenItIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases()) {
        if (!item.contains("dist")) continue;
        const core::Scenario scenario = scenarioOf(item);
        for (const auto& [key, expected] : item.at("expected").items()) {
            const bool isPackage = item.value("args", json::object()).contains("u");
            const bool isLoss =
                key == "share_loss_making" && expected == 0.0;  // nobody, told by its own test
            if (metricOf(key).empty() || isPackage || isLoss) continue;
            const auto found = exactMetric(scenario, 0, std::nullopt, metricOf(key));
            ASSERT_TRUE(found) << item.at("id") << ' ' << key;
            const double value = expected.get<double>();
            // A margin is a difference of two larger numbers, each right to the tolerance.
            EXPECT_NEAR(*found, value, 1e-9 * std::max(std::abs(value), 1.0)) << item.at("id") << ' ' << key;
            ++checked;
        }
    }
    EXPECT_GE(checked, 50U);
}

// Under a right program each of the comparisons fails with probability 6e-5; the seeds are fixed.
TEST(LawVectors, GivenEachLawAndTariff_WhenSimulated_ThenItIsWithinFourStandardErrors) {
    std::size_t checked = 0;
    for (const json& item : cases()) {
        if (!item.contains("dist") || !item.at("tol").contains("mc_sd")) continue;
        const json& spread = item.at("tol").at("mc_sd");
        std::optional<RunResult> result;
        for (const auto& [key, expected] : item.at("expected").items()) {
            if (metricOf(key).empty() || !spread.contains(key)) continue;
            const core::Scenario scenario = scenarioOf(item);
            if (!result) result = *simulate(scenario);
            const std::string metric = metricOf(key);
            const auto row = std::ranges::find_if(result->metrics, [&](const MetricRow& each) {
                return each.metric == metric && each.key.segment == kAll && each.key.month == kAll;
            });
            ASSERT_NE(row, result->metrics.end()) << key;
            const double error = spread.at(key).get<double>() / std::sqrt(100'000.0);
            EXPECT_NEAR(row->estimate.value, expected.get<double>(), 4.0 * error + 1e-9)
                << item.at("id") << ' ' << key;
            ++checked;
        }
    }
    EXPECT_GE(checked, 40U);
}

/// What a run says of each key of a law whose users pay `d` and cost their usage; none where it has no word.
std::optional<double> simulatedAnswer(const RunResult& result, const json& item, const std::string& key) {
    const auto metric = [&](const char* name) {
        return findMetric(result, {"plan", kAll, kAll}, name)->estimate.value;
    };
    const double p = item.value("args", json::object()).contains("p") && item["args"]["p"].is_number()
                         ? item["args"]["p"].get<double>()
                         : 0.0;
    if (key == "lev") return metric("cost_per_user") - metric("cross_subsidy_per_user");
    if (key == "stop_loss") return metric("cross_subsidy_per_user");
    if (key == "cdf") return 1.0 - metric("loss_making_users");
    if (key == "tvar" && p == 0.95) return metric("cvar95_cost_per_user");
    const double level = key == "var" ? p : key.starts_with("q0.") ? std::stod(key.substr(1)) : 0.0;
    const auto row = std::ranges::find_if(result.quantiles, [&](const QuantileRow& each) {
        return each.quantity == "cost" && each.level == level;
    });
    return row == result.quantiles.end() ? std::nullopt : std::optional(row->value);
}

// As above. Quantiles are read from bins 0.8 % wide, which at these sizes is far below their errors.
TEST(LawVectors, GivenEachLaw_WhenSimulated_ThenQuantilesTailsAndLayersAreWithinFourStandardErrors) {
    std::size_t checked = 0;
    for (const json& item : cases()) {
        const std::string kind = item.at("kind");
        if (kind != "dist_quantile" && kind != "lev_stoploss" && kind != "tail_cvar") continue;
        core::Scenario scenario = scenarioOf(item);
        scenario.cost.rates.front().amount = point(1.0);
        const json args = item.value("args", json::object());
        scenario.plans.front().fee = point(args.value("d", 0.0));
        const auto result = simulate(scenario);
        const json spreads = item.at("tol").value("mc_sd", json::object());
        for (const auto& [key, spread] : spreads.items()) {
            const std::optional<double> found = simulatedAnswer(*result, item, key);
            if (!found) continue;
            EXPECT_NEAR(*found, item.at("expected").at(key).get<double>(),
                        4.0 * spread.get<double>() / std::sqrt(100'000.0))
                << item.at("id") << ' ' << key;
            ++checked;
        }
    }
    EXPECT_GE(checked, 110U);
}

TEST(LawVectors, GivenCounts_WhenTheirProbabilitiesAreTaken_ThenTheyAreThoseOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases()) {
        if (!item.at("expected").contains("pmf")) continue;
        const core::UsageLaw law = lawOf(item.at("dist"));
        for (const auto& [count, share] : item.at("expected").at("pmf").items()) {
            const double n = std::stod(count);
            const double upTo = item.at("expected").at("cdf").at(count);
            EXPECT_NEAR(core::shareBetween(law, n, n), share.get<double>(), 1e-10 * share.get<double>());
            EXPECT_NEAR(core::shareUpTo(law, n), upTo, 1e-10 * upTo);
            ++checked;
        }
    }
    EXPECT_EQ(checked, 8U);
}

TEST(LawVectors, GivenFlatPlans_WhenTheLossOfALoserOrASafePriceIsAsked_ThenItIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases()) {
        const json& expected = item.at("expected");
        if (!expected.contains("mean_loss_given_loss")) continue;
        core::Scenario scenario = scenarioOf(item);
        const auto exact = [&](const char* metric) {
            return exactMetric(scenario, 0, std::nullopt, metric).value();
        };
        const double loss = expected.at("mean_loss_given_loss");
        if (expected.at("share_loss_making") > 0.0) {
            EXPECT_NEAR(exact("cross_subsidy_per_user") / exact("loss_making_users"), loss, 1e-9 * loss)
                << item.at("id");
        }
        // At the safe price one user in twenty costs more.
        scenario.plans.front().fee = point(expected.at("price_for_P_margin_ge_0_95pct"));
        EXPECT_NEAR(exact("loss_making_users"), 0.05, 1e-9) << item.at("id");
        ++checked;
    }
    EXPECT_EQ(checked, 5U);
}

TEST(LawVectors, GivenPrepaidCredit_WhenSimulated_ThenWhatLapsesIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases()) {
        if (!item.at("expected").contains("unused")) continue;
        core::Scenario scenario = scenarioOf(item);
        core::Plan& plan = scenario.plans.front();
        plan.charges = {{"use", {{0, point(1.0)}}, point(1.0), core::UnitPrice{point(1.0)}}};
        core::Credit credit;
        credit.id = "prepaid";
        credit.amount = point(item.at("args").at("C"));
        credit.expires = 1;
        plan.terms.credits = {credit};
        const auto result = simulate(scenario);
        const double lapsed = findMetric(*result, {"plan", kAll, kAll}, "breakage_per_user")->estimate.value;
        const double error = item.at("tol").at("mc_sd").at("unused").get<double>() / std::sqrt(100'000.0);
        EXPECT_NEAR(lapsed, item.at("expected").at("unused").get<double>(), 4.0 * error) << item.at("id");
        EXPECT_NEAR(lapsed / item.at("args").at("C").get<double>(),
                    item.at("expected").at("breakage_share").get<double>(),
                    4.0 * error / item.at("args").at("C").get<double>());
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

}  // namespace
}  // namespace breakeven::sim::law_vectors_test
