#include "core/conformance/conformance.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/conformance/evaluate.hpp"
#include "core/pricing/rating/tiers.hpp"
#include "core/text/json_text.hpp"
#include "core/units/currency.hpp"

namespace breakeven::core {
namespace conformance {

using nlohmann::json;

Evaluation evaluateModel(const std::string& model, const json& price, const std::string& pricePath,
                         const json& usage, const std::string& usagePath, const Setting& setting) {
    for (const auto family : {&evaluateCharge, &evaluateCommitment, &evaluateCredits, &evaluateInvoice}) {
        if (auto evaluation = family(model, price, pricePath, usage, usagePath, setting)) return *evaluation;
    }
    throw CaseProblem("model", fmt::format("unknown model \"{}\"", model),
                      "the models are listed in scenarios/CONFORMANCE.md");
}

namespace {

constexpr std::size_t kCutOffDigits = 20;

/// Equal as numbers; a figure that does not end is compared to the last digit that `expected` gives.
bool agrees(const Decimal& rated, const Decimal& expected, const std::string& expectedText) {
    if (rated == expected) return true;
    const std::size_t point = expectedText.find('.');
    const auto digits = static_cast<std::size_t>(
        std::ranges::count_if(expectedText, [](char c) { return c >= '0' && c <= '9'; }));
    if (point == std::string::npos || digits < kCutOffDigits) return false;
    return roundHalfAway(rated, static_cast<int>(expectedText.size() - point - 1)) == expected;
}

std::string textOf(const json& value) {
    return value.is_string() ? value.get<std::string>() : value.dump();
}

/// Compares one case's figures.
class Comparison {
  public:
    Comparison(const Setting& setting, CaseOutcome& outcome) : setting_(setting), outcome_(outcome) {}

    void figure(const std::string& what, const Decimal& rated, const json& expected, bool isRounded) {
        const Decimal figure =
            setting_.roundPlaces && isRounded ? roundHalfAway(rated, *setting_.roundPlaces) : rated;
        if (!agrees(figure, decimalOf(expected, what), textOf(expected)))
            outcome_.differences.push_back({what, textOf(expected), figure.text()});
    }

    void part(const std::string& name, const Evaluation& evaluation, const json& expected) {
        const std::string what = "expected_parts." + name;
        const auto found = evaluation.parts.find(name);
        if (found == evaluation.parts.end()) {
            outcome_.differences.push_back({what, expected.dump(), "none"});
        } else if (const auto* single = std::get_if<Decimal>(&found->second)) {
            figure(what, *single, expected, name != "margin_rate");
        } else {
            figures(what, std::get<std::map<std::string, Decimal>>(found->second), expected);
        }
    }

  private:
    /// Figures by key; a key that is not there counts as 0.
    void figures(const std::string& what, const std::map<std::string, Decimal>& rated, const json& expected) {
        if (!expected.is_object()) throw CaseProblem(what, "must be an object of figures");
        for (const auto& [key, value] : expected.items()) {
            const auto found = rated.find(key);
            figure(fmt::format("{}.{}", what, key), found == rated.end() ? Decimal(0) : found->second, value,
                   true);
        }
        for (const auto& [key, value] : rated) {
            if (!expected.contains(key)) figure(fmt::format("{}.{}", what, key), value, json("0"), true);
        }
    }

    const Setting& setting_;
    CaseOutcome& outcome_;
};

void rateCase(const json& item, CaseOutcome& outcome) {
    Fields fields(item, "case");
    outcome.model = fields.word("model");
    fields.note({"id", "source", "rounding_note", "origin", "tags", "note", "comment"});
    Setting setting;
    const std::string currency = fields.has("currency") ? fields.word("currency") : "USD";
    setting.minorUnits =
        static_cast<int>(fields.whole("minor_unit_exponent").value_or(minorUnitDecimals(currency)));
    if (setting.minorUnits < 0 || setting.minorUnits > 12)
        throw CaseProblem(fields.pathOf("minor_unit_exponent"), "must be from 0 to 12");
    if (const auto places = fields.whole("round_places")) {
        if (*places < -20 || *places > 40)
            throw CaseProblem(fields.pathOf("round_places"), "must be from -20 to 40");
        setting.roundPlaces = static_cast<int>(*places);
    }
    if (const json* context = fields.find("context")) {
        Fields state(*context, "context");
        setting.context.alreadyRated = state.find("already_rated_quantity");
        setting.context.alreadyBilled = state.maybe("already_billed");
        setting.context.tierQuantity = state.maybe("tier_quantity");
        setting.context.isLastInPeriod = state.flag("last_in_period", true);
        state.finish();
    }
    static const json kNone = json::object();
    static const json kNull;
    const json* price = fields.find("price");
    const json* usage = fields.find("usage");
    const json& expected = fields.need("expected");
    const json* parts = fields.find("expected_parts");
    fields.finish();
    const Evaluation evaluation = evaluateModel(outcome.model, price != nullptr ? *price : kNone, "price",
                                                usage != nullptr ? *usage : kNull, "usage", setting);
    Comparison comparison(setting, outcome);
    comparison.figure("expected", evaluation.result, expected, true);
    if (parts == nullptr) return;
    if (!parts->is_object()) throw CaseProblem("expected_parts", "must be an object");
    for (const auto& [name, value] : parts->items()) comparison.part(name, evaluation, value);
}

/// The place where a case names its id, for messages; the file as a whole when it can't be found.
SourcePoint placeOfId(std::string_view text, const std::string& id, const std::string& file) {
    const std::string quoted = json(id).dump();
    for (std::size_t at = text.find(quoted); at != std::string_view::npos; at = text.find(quoted, at + 1)) {
        std::string_view before = text.substr(0, at);
        before = before.substr(0, before.find_last_not_of(" \t\r\n:") + 1);
        if (!before.ends_with("\"id\"")) continue;
        const std::string_view until = text.substr(0, at);
        return {file, static_cast<int>(std::ranges::count(until, '\n')) + 1,
                static_cast<int>(at - (until.rfind('\n') + 1)) + 1};  // npos + 1 is 0
    }
    return {file, 0, 0};
}

}  // namespace
}  // namespace conformance

std::size_t ConformanceReport::equalCount() const {
    return static_cast<std::size_t>(std::ranges::count_if(cases, &CaseOutcome::isEqual));
}

ConformanceReport checkConformance(std::string_view text, const std::string& file) {
    using nlohmann::json;
    ConformanceReport report;
    const auto refuse = [&](std::string problem, std::string remedy) {
        report.problems.push_back({Severity::Error, {file, 0, 0}, std::move(problem), std::move(remedy)});
        return report;
    };
    json document;
    try {
        document = json::parse(text);
    } catch (const json::parse_error& error) {
        const auto until = text.substr(0, std::min(error.byte, text.size()));
        const auto line = static_cast<int>(std::ranges::count(until, '\n')) + 1;
        report.problems.push_back({Severity::Error, {file, line, 1}, "this is not JSON", error.what()});
        return report;
    }
    const json* list = &document;
    if (document.is_object() && document.contains("cases")) list = &document["cases"];
    if (!list->is_array())
        return refuse("there is no list of cases", "write [ { \"model\": …, \"price\": …, … } ]");
    if (list->empty()) return refuse("the list of cases is empty", "give one case at least");
    for (std::size_t i = 0; i < list->size(); ++i) {
        const json& item = (*list)[i];
        CaseOutcome outcome;
        outcome.id = std::to_string(i + 1);
        const bool hasId = item.is_object() && item.contains("id") && item["id"].is_string();
        if (hasId) outcome.id = item["id"].get<std::string>();
        const auto fail = [&](const std::string& problem, const std::string& remedy) {
            const SourcePoint place =
                hasId ? conformance::placeOfId(text, outcome.id, file) : SourcePoint{file, 0, 0};
            outcome.differences.clear();
            outcome.problems.push_back(
                {Severity::Error, place, fmt::format("case \"{}\": {}", outcome.id, problem), remedy});
        };
        try {
            conformance::rateCase(item, outcome);
        } catch (const conformance::CaseProblem& problem) {
            fail(problem.what(), problem.remedy());
        } catch (const rating::Refused& problem) {
            fail(problem.what(), "");
        } catch (const json::exception& problem) {
            fail(problem.what(), "");
        } catch (const std::exception& problem) {  // a number beyond exact arithmetic
            fail(fmt::format("it can't be rated exactly: {}", problem.what()), "use shorter numbers");
        }
        report.cases.push_back(std::move(outcome));
    }
    return report;
}

std::string conformanceJson(const ConformanceReport& report) {
    using nlohmann::ordered_json;
    ordered_json document;
    document["cases"] = report.cases.size();
    document["equal"] = report.equalCount();
    ordered_json unequal = ordered_json::array();
    for (const CaseOutcome& item : report.cases) {
        if (item.isEqual()) continue;
        ordered_json one{{"id", item.id}, {"model", item.model}};
        one["differences"] = ordered_json::array();
        for (const Difference& difference : item.differences) {
            one["differences"].push_back(
                {{"what", difference.what}, {"expected", difference.expected}, {"rated", difference.rated}});
        }
        one["problems"] = ordered_json::array();
        for (const Diagnostic& problem : item.problems) {
            one["problems"].push_back(
                {{"line", problem.where.line}, {"problem", problem.problem}, {"remedy", problem.remedy}});
        }
        unequal.push_back(std::move(one));
    }
    document["unequal"] = std::move(unequal);
    return jsonText(document);
}

}  // namespace breakeven::core
