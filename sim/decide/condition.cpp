#include "sim/decide/condition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>
#include <utility>

#include "core/diagnostics/suggest.hpp"
#include "sim/report/metric_catalogue.hpp"

namespace breakeven::sim {
namespace {

using Operator = Comparison::Operator;

// Longer ones first: "<=" begins with "<".
constexpr std::array<std::pair<std::string_view, Operator>, 6> kOperators{{{"<=", Operator::LessEqual},
                                                                           {">=", Operator::GreaterEqual},
                                                                           {"==", Operator::Equal},
                                                                           {"!=", Operator::NotEqual},
                                                                           {"<", Operator::Less},
                                                                           {">", Operator::Greater}}};
constexpr const char* kExample =
    "write PLAN.METRIC > NUMBER or P(METRIC >= NUMBER) >= NUMBER, "
    "for example pro.loss_making_users > 0.3";

struct Problem {
    std::size_t at;
    std::string problem;
    std::string remedy;
};

bool isNameChar(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '.' || c == '-';
}

std::vector<std::string> metricNames() {
    std::vector<std::string> names;
    for (const MetricInfo& info : metricCatalogue()) names.emplace_back(info.name);
    return names;
}

std::string metricRemedy(std::string_view typed) {
    if (const auto nearest = core::nearestWord(typed, metricNames()))
        return fmt::format("did you mean {}?", *nearest);
    return fmt::format("the metrics are {}", fmt::join(metricNames(), ", "));
}

/// Reads left to right; the first problem is thrown out of it and becomes the diagnostic.
class Parser {
  public:
    explicit Parser(std::string_view text) : text_(text) {}

    Condition whole() {
        Condition condition;
        condition.text = text_;
        const bool isOverWorlds = skip("P(");
        readName(condition);
        condition.comparison = comparison();
        if (isOverWorlds) {
            if (!skip(")")) fail("the parenthesis of P( is not closed", kExample);
            condition.worlds = comparison();
            checkShare(*condition.worlds);
        }
        skipBlanks();
        if (at_ < text_.size())
            fail(fmt::format("\"{}\" follows after the condition", text_.substr(at_)), kExample);
        return condition;
    }

  private:
    [[noreturn]] void fail(std::string problem, std::string remedy) const {
        throw Problem{at_, std::move(problem), std::move(remedy)};
    }

    void skipBlanks() { at_ = std::min(text_.find_first_not_of(" \t", at_), text_.size()); }

    bool skip(std::string_view word) {
        skipBlanks();
        if (text_.substr(at_, word.size()) != word) return false;
        at_ += word.size();
        return true;
    }

    void readName(Condition& condition) {
        skipBlanks();
        std::size_t end = at_;
        while (end < text_.size() && isNameChar(text_[end])) ++end;
        const std::string_view name = text_.substr(at_, end - at_);
        if (name.empty()) fail("a metric is missing", kExample);
        const std::size_t dot = name.find('.');
        std::string_view metric = name;
        if (findMetricInfo(name) == nullptr && dot != std::string_view::npos) {
            condition.plan = std::string(name.substr(0, dot));
            metric = name.substr(dot + 1);
            at_ += dot + 1;
        }
        if (findMetricInfo(metric) == nullptr)
            fail(fmt::format("\"{}\" is no metric", metric), metricRemedy(metric));
        condition.metric = std::string(metric);
        at_ = end;
    }

    Comparison comparison() {
        for (const auto& [word, op] : kOperators)
            if (skip(word)) return {op, number()};
        fail(skip("=") ? "= is no comparison" : "a comparison is missing", "use one of < <= > >= == !=");
    }

    double number() {
        skipBlanks();
        double value = 0.0;
        const char* end = text_.data() + text_.size();
        const auto read = std::from_chars(text_.data() + at_, end, value);
        const auto next = static_cast<std::size_t>(read.ptr - text_.data());
        if (read.ec != std::errc{} || !std::isfinite(value) ||
            (next < text_.size() && isNameChar(text_[next])))
            fail(fmt::format("\"{}\" is no number", text_.substr(at_)), "write it like 0.3, -5 or 1e6");
        at_ = next;
        if (skip("%")) fail("shares are not written in percent", fmt::format("write {}", value / 100.0));
        return value;
    }

    void checkShare(const Comparison& worlds) const {
        if (worlds.number < 0.0 || worlds.number > 1.0)
            fail(fmt::format("P is compared with {}, which is outside 0 to 1", worlds.number),
                 "P(...) is the share of worlds");
    }

    std::string_view text_;
    std::size_t at_ = 0;
};

core::Diagnostic located(const std::string& source, std::size_t at, std::string problem, std::string remedy) {
    return {
        core::Severity::Error, {source, 1, static_cast<int>(at) + 1}, std::move(problem), std::move(remedy)};
}

std::optional<double> valueOf(const Condition& condition, const RunResult& result, const std::string& plan) {
    if (!condition.worlds) {
        const MetricRow* row = findMetric(result, {plan, kAll, kAll}, condition.metric);
        return row != nullptr ? std::optional(row->estimate.value) : std::nullopt;
    }
    const auto worlds = result.worlds.expected(plan, condition.metric);
    if (worlds.empty()) return std::nullopt;
    const auto holding = std::ranges::count_if(
        worlds, [&](const auto& world) { return condition.comparison.holds(world.value); });
    return static_cast<double>(holding) / static_cast<double>(worlds.size());
}

std::vector<std::string> plansAsked(const Condition& condition, const RunResult& result) {
    if (condition.plan) return {*condition.plan};
    std::vector<std::string> plans;
    for (const MetricRow& row : result.metrics)
        if (std::find(plans.begin(), plans.end(), row.key.plan) == plans.end()) plans.push_back(row.key.plan);
    return plans;
}

core::Error noSuchNumber(const Condition& condition, const RunResult& result) {
    const std::string whose = condition.plan ? fmt::format("plan \"{}\"", *condition.plan) : "any plan";
    const std::string where = condition.worlds ? " world by world" : "";
    return {core::Error::Kind::Input,
            {core::Severity::Error,
             {},
             fmt::format("condition \"{}\": run {} has no {} of {}{}", condition.text, result.manifest.run,
                         condition.metric, whose, where),
             condition.worlds ? "P() works with the metrics of worlds.csv"
                              : "metrics.csv lists the numbers it has"}};
}

}  // namespace

bool Comparison::holds(double value) const {
    switch (op) {
        case Operator::Less:
            return value < number;
        case Operator::LessEqual:
            return value <= number;
        case Operator::Greater:
            return value > number;
        case Operator::GreaterEqual:
            return value >= number;
        case Operator::Equal:
            return value == number;
        case Operator::NotEqual:
            return value != number;
    }
    return false;
}

ConditionReading readCondition(const std::string& text, const std::string& source) {
    try {
        return {Parser(text).whole(), {}};
    } catch (const Problem& problem) {
        return {std::nullopt, {located(source, problem.at, problem.problem, problem.remedy)}};
    }
}

std::vector<core::Diagnostic> checkCondition(const Condition& condition, const core::Scenario& scenario,
                                             const std::string& source) {
    std::vector<core::Diagnostic> found;
    std::vector<std::string> plans;
    for (const core::Plan& plan : scenario.plans) plans.push_back(plan.id);
    if (condition.plan && std::find(plans.begin(), plans.end(), *condition.plan) == plans.end()) {
        const auto nearest = core::nearestWord(*condition.plan, plans);
        found.push_back(
            located(source, condition.text.find(*condition.plan),
                    fmt::format("scenario \"{}\" has no plan \"{}\"", scenario.name, *condition.plan),
                    nearest ? fmt::format("did you mean {}?", *nearest)
                            : fmt::format("its plans are {}", fmt::join(plans, ", "))));
    }
    constexpr std::string_view kUsage = "usage_";
    if (condition.metric.rfind(kUsage, 0) != 0) return found;
    std::vector<std::string> usages;
    for (const core::Meter& meter : scenario.meters)
        usages.push_back(fmt::format("usage_{}_per_user", meter.id));
    if (std::find(usages.begin(), usages.end(), condition.metric) != usages.end()) return found;
    const auto nearest = core::nearestWord(condition.metric, usages);
    found.push_back(
        located(source, condition.text.find(condition.metric),
                fmt::format("scenario \"{}\" has no meter for {}", scenario.name, condition.metric),
                nearest ? fmt::format("did you mean {}?", *nearest)
                        : fmt::format("its usage metrics are {}", fmt::join(usages, ", "))));
    return found;
}

ConditionOutcome evaluate(const Condition& condition, const RunResult& result) {
    std::optional<ConditionOutcome> first;
    for (const std::string& plan : plansAsked(condition, result)) {
        const std::optional<double> value = valueOf(condition, result, plan);
        if (!value) continue;
        ConditionOutcome outcome{(condition.worlds ? *condition.worlds : condition.comparison).holds(*value),
                                 plan, *value};
        if (outcome.holds) return outcome;
        if (!first) first = outcome;
    }
    if (!first) throw noSuchNumber(condition, result);
    return *first;
}

}  // namespace breakeven::sim
