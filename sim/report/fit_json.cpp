#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "core/text/json_text.hpp"
#include "sim/report/fit_report.hpp"

namespace breakeven::sim {
namespace {

using Json = nlohmann::ordered_json;

Json parametersJson(const Law& law) {
    Json json = Json::object();
    const auto names = parameterNames(law.family);
    for (std::size_t i = 0; i < names.size(); ++i) json[std::string(names[i])] = law.parameters[i];
    return json;
}

Json intervalsJson(const std::vector<ParameterInterval>& all) {
    Json json = Json::object();
    for (const ParameterInterval& item : all)
        json[item.name] = {{"value", item.value},
                           {"low", core::numberOrNull(item.low95)},
                           {"high", core::numberOrNull(item.high95)},
                           {"low_90", core::numberOrNull(item.low90)},
                           {"high_90", core::numberOrNull(item.high90)}};
    return json;
}

Json shareJson(const std::optional<SampleShare>& item) {
    if (!item) return nullptr;
    return {{"value", item->value}, {"standard_error", item->standardError}};
}

Json summaryJson(const SampleSummary& s) {
    Json quantiles = Json::array();
    for (const SampleQuantile& item : s.quantiles)
        quantiles.push_back({{"level", item.level}, {"value", item.value}});
    Json lorenz = Json::array();
    for (const LorenzPoint& item : s.lorenz) lorenz.push_back({item.users, item.usage});
    return {{"count", s.count},
            {"zero_share", s.zeroShare},
            {"total", s.total},
            {"mean", s.mean},
            {"mean_standard_error", s.meanError},
            {"standard_deviation", s.standardDeviation},
            {"cv", core::numberOrNull(s.cv)},
            {"skewness", core::numberOrNull(s.skewness)},
            {"smallest", s.smallest},
            {"largest", s.largest},
            {"quantiles", quantiles},
            {"top_1", shareJson(s.top1)},
            {"top_5", shareJson(s.top5)},
            {"top_10", shareJson(s.top10)},
            {"gini", shareJson(s.gini)},
            {"lorenz", lorenz}};
}

Json familyJson(const FamilyFit& item) {
    Json json{{"family", std::string(familyName(item.family))}};
    if (!item.fit) {
        json["why_not"] = item.whyNot;
        return json;
    }
    json["parameters"] = parametersJson(item.fit->law);
    json["intervals"] = intervalsJson(item.parameters);
    json["log_likelihood"] = item.fit->logLikelihood;
    json["free_parameters"] = item.fit->free;
    json["aic"] = item.aic;
    json["bic"] = item.bic;
    json["ks"] = item.distances.kolmogorovSmirnov;
    json["ad"] = core::numberOrNull(item.distances.andersonDarling);
    json["cvm"] = core::numberOrNull(item.distances.cramerVonMises);
    json["ks_p"] = item.pValues ? Json(item.pValues->kolmogorovSmirnov) : Json(nullptr);
    json["ad_p"] = item.pValues ? core::numberOrNull(item.pValues->andersonDarling) : Json(nullptr);
    json["bootstrap_draws"] = item.pValues ? item.pValues->draws : 0;
    json["fits"] = item.passes;
    return json;
}

Json hillJson(const HillPlot& plot) {
    const auto point = [](const HillPoint& p) {
        return Json{
            {"k", p.k}, {"threshold", p.threshold}, {"alpha", p.alpha}, {"low", p.low}, {"high", p.high}};
    };
    Json points = Json::array();
    for (const HillPoint& item : plot.points) points.push_back(point(item));
    return {{"points", points},
            {"chosen", plot.chosen ? point(*plot.chosen) : Json(nullptr)},
            {"warns_of_infinite_variance", plot.warnsOfInfiniteVariance}};
}

Json proposalJson(const Proposal& proposal) {
    switch (proposal.kind) {
        case Proposal::Kind::Constant:
            return {{"distribution", "constant"}, {"value", proposal.value}, {"why", proposal.why}};
        case Proposal::Kind::Family:
            return {{"distribution", std::string(familyName(proposal.law.family))},
                    {"parameters", parametersJson(proposal.law)},
                    {"why", proposal.why}};
        case Proposal::Kind::Empirical:
            break;
    }
    return {{"distribution", "empirical"}, {"why", proposal.why}};
}

Json quantityJson(const QuantityFit& fit) {
    Json families = Json::array();
    for (const FamilyFit& item : fit.families) families.push_back(familyJson(item));
    Json json{{"meter", fit.name},
              {"per", fit.per ? Json(*fit.per) : Json(nullptr)},
              {"missing", fit.missing},
              {"capped", fit.capped},
              {"summary", fit.summary ? summaryJson(*fit.summary) : Json(nullptr)},
              {"families", families},
              {"hill", hillJson(fit.hill)}};
    json["persistence"] =
        fit.persistence
            ? Json{{"value", fit.persistence->value},     {"low", fit.persistence->low},
                   {"high", fit.persistence->high},       {"subjects", fit.persistence->subjects},
                   {"periods", fit.persistence->periods}, {"design_effect", fit.persistence->designEffect}}
            : Json(nullptr);
    json["proposal"] = proposalJson(fit.proposal);
    json["notes"] = fit.notes;
    return json;
}

}  // namespace

std::string fitJson(std::span<const UsageFit> kinds, const FragmentNames& names) {
    Json segments = Json::array();
    for (const UsageFit& kind : kinds) {
        Json quantities = Json::array();
        for (const QuantityFit& fit : kind.quantities) quantities.push_back(quantityJson(fit));
        Json correlations = Json::array();
        for (const QuantityCorrelation& item : kind.correlations)
            correlations.push_back(
                {{"between", {kind.quantities[item.first].name, kind.quantities[item.second].name}},
                 {"spearman", item.correlation.value},
                 {"low", item.correlation.low},
                 {"high", item.correlation.high},
                 {"rows", item.correlation.rows}});
        segments.push_back(
            {{"weight", kind.weight}, {"quantities", quantities}, {"correlations", correlations}});
    }
    return core::jsonText(
        {{"format", 1}, {"file", names.file}, {"segments", segments}, {"toml", fitToml(kinds, names)}});
}

std::string factsJson(std::span<const Fact> facts, std::span<const FamilyAnswer> answers) {
    Json given = Json::array();
    for (const Fact& fact : facts) given.push_back(fact.text);
    Json families = Json::array();
    for (const FamilyAnswer& answer : answers) {
        Json laws = Json::array();
        for (const Agreement& law : answer.laws) {
            const std::string toml = lawToml(law.law);
            const double top = topShare(law.law, 0.1);
            const double gini = giniOf(law.law);
            laws.push_back({{"parameters", parametersJson(law.law)},
                            {"facts", law.values},
                            {"shape_low", core::numberOrNull(law.shapeLow)},
                            {"shape_high", core::numberOrNull(law.shapeHigh)},
                            {"mean", core::numberOrNull(meanOf(law.law))},
                            {"median", quantileOf(law.law, 0.5)},
                            {"p90", quantileOf(law.law, 0.9)},
                            {"p99", quantileOf(law.law, 0.99)},
                            {"top_10", core::numberOrNull(top)},
                            {"gini", core::numberOrNull(gini)},
                            {"toml", toml.empty() ? Json(nullptr) : Json(toml)}});
        }
        families.push_back({{"family", std::string(familyName(answer.family))},
                            {"laws", laws},
                            {"why_not", answer.whyNot.empty() ? Json(nullptr) : Json(answer.whyNot)}});
    }
    return core::jsonText({{"format", 1}, {"facts", given}, {"families", families}});
}

}  // namespace breakeven::sim
