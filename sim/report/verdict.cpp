#include "sim/report/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "sim/report/number_text.hpp"
#include "sim/report/results_table.hpp"

namespace breakeven::sim {
namespace {

using Outcome = PlanVerdict::Outcome;

constexpr double kSureToCarry = 0.1;    // a plan carries when it loses in at most one world of ten
constexpr double kLikelyToLose = 0.5;   // and loses when that is likelier than not
constexpr std::string_view kVarianceShare = "variance_share.";

const Estimate* estimateOf(const RunResult& result, const std::string& plan, const std::string& metric) {
    const MetricRow* row = findMetric(result, {plan, kAll, kAll}, metric);
    return row != nullptr ? &row->estimate : nullptr;
}

const QuantileRow* breakEvenQuantile(const RunResult& result, const std::string& plan, double level) {
    for (const QuantileRow& row : result.quantiles)
        if (row.key == RowKey{plan, kAll, kAll} && row.quantity == "break_even_fee" &&
            std::abs(row.level - level) < 1e-9)
            return &row;
    return nullptr;
}

bool hasWorlds(const RunResult& result) { return result.manifest.settings.worlds > 1; }

Outcome outcomeOf(const RunResult& result, const std::string& plan) {
    if (const Estimate* loses = estimateOf(result, plan, "probability_plan_loses"); loses && hasWorlds(result)) {
        if (loses->high <= kSureToCarry) return Outcome::Carries;
        return loses->low > kLikelyToLose ? Outcome::Loses : Outcome::Uncertain;
    }
    const Estimate* margin = estimateOf(result, plan, "margin_per_user");
    if (margin == nullptr) return Outcome::Uncertain;
    if (margin->low >= 0.0) return Outcome::Carries;
    return margin->high < 0.0 ? Outcome::Loses : Outcome::Uncertain;
}

/// "loses money with probability 0.57 (0.53 to 0.62)"
std::string chanceText(const Estimate& loses) {
    const double error = loses.standardError > 0.0 ? loses.standardError : (loses.high - loses.low) / 4.0;
    return fmt::format("loses money with probability {} ({})", formatWithError(loses.value, error),
                       rangeText(loses.low, loses.high, error));
}

/// With one world there is no probability: what the base values say.
std::string baseText(const Estimate& margin, Outcome outcome, const std::string& currency) {
    const std::string range = fmt::format("({})", rangeText(margin.low, margin.high, margin.standardError));
    const std::string amount = moneyText(std::abs(margin.value), margin.standardError, currency);
    switch (outcome) {
        case Outcome::Loses: return fmt::format("loses {} per user and month at base values {}", amount, range);
        case Outcome::Carries: return fmt::format("earns {} per user and month at base values {}", amount, range);
        case Outcome::Uncertain: break;
    }
    return fmt::format("may lose or earn at base values: margin {} per user and month {}",
                       moneyText(margin.value, margin.standardError, currency), range);
}

std::string answerText(const RunResult& result, const std::string& plan) {
    const Estimate* loses = estimateOf(result, plan, "probability_plan_loses");
    if (loses != nullptr && hasWorlds(result)) return plan + " " + chanceText(*loses);
    if (const Estimate* margin = estimateOf(result, plan, "margin_per_user"))
        return plan + " " + baseText(*margin, outcomeOf(result, plan), result.manifest.currency);
    return plan + ": no margin is known";
}

/// "; break-even price $231, $352 to be 90 % sure", or nothing.
std::string breakEvenText(const RunResult& result, const std::string& plan) {
    const Estimate* fee = estimateOf(result, plan, "break_even_fee");
    if (fee == nullptr) return {};
    const std::string& currency = result.manifest.currency;
    std::string text = fmt::format("; break-even price {}", moneyText(fee->value, fee->standardError, currency));
    if (const QuantileRow* sure = breakEvenQuantile(result, plan, 0.9)) {
        const double error = std::max((sure->high - sure->low) / 4.0, fee->standardError);
        text += fmt::format(", {} to be 90 % sure", moneyText(sure->value, error, currency));
    }
    return text;
}

std::string planSentence(const RunResult& result, const std::string& plan) {
    std::string text = answerText(result, plan);
    const Estimate* margin = estimateOf(result, plan, "margin_per_user");
    if (margin != nullptr && hasWorlds(result)) {
        const std::string& currency = result.manifest.currency;
        text += fmt::format("; margin {} per user and month",
                            moneyText(margin->value, margin->standardError, currency));
        if (margin->bandLow && margin->bandHigh)
            text += fmt::format(", in nine worlds of ten {} to {}",
                                moneyText(*margin->bandLow, margin->standardError, currency),
                                moneyText(*margin->bandHigh, margin->standardError, currency));
    }
    return text + ".";
}

/// The other plan that carries, by least P(loses), then by most margin. Null when none does.
const PlanVerdict* remedyAmong(const RunResult& result, const std::vector<PlanVerdict>& plans) {
    const PlanVerdict* best = nullptr;
    const auto isBetter = [&](const PlanVerdict& a, const PlanVerdict& b) {
        const Estimate* losesA = estimateOf(result, a.plan, "probability_plan_loses");
        const Estimate* losesB = estimateOf(result, b.plan, "probability_plan_loses");
        if (losesA != nullptr && losesB != nullptr && losesA->value != losesB->value)
            return losesA->value < losesB->value;
        const Estimate* marginA = estimateOf(result, a.plan, "margin_per_user");
        const Estimate* marginB = estimateOf(result, b.plan, "margin_per_user");
        return marginA != nullptr && marginB != nullptr && marginA->value > marginB->value;
    };
    for (std::size_t i = 1; i < plans.size(); ++i)
        if (plans[i].outcome == Outcome::Carries && (best == nullptr || isBetter(plans[i], *best))) best = &plans[i];
    return best;
}

std::string remedyNote(const RunResult& result, const std::vector<PlanVerdict>& plans) {
    const PlanVerdict* remedy = remedyAmong(result, plans);
    if (remedy == nullptr) return "No other plan of this scenario carries its cost for sure.";
    std::string text = answerText(result, remedy->plan);
    const Estimate* touched = estimateOf(result, remedy->plan, "touched_by_limit");
    if (touched != nullptr && touched->value > 0.0)
        text += fmt::format("; its limit touches {} of user-months", percentText(touched->value, touched->standardError));
    return text + ".";
}

std::string driverNote(const RunResult& result, const std::string& plan) {
    const MetricRow* driver = nullptr;
    for (const MetricRow& row : result.metrics) {
        const bool isShare = row.metric.rfind(kVarianceShare, 0) == 0 && row.key == RowKey{plan, kAll, kAll};
        if (isShare && (driver == nullptr || row.estimate.value > driver->estimate.value)) driver = &row;
    }
    if (driver == nullptr) return {};
    return fmt::format("What drives {}'s margin most: {}, {} of its variance between worlds.", plan,
                       driver->metric.substr(kVarianceShare.size()),
                       percentText(driver->estimate.value, driver->estimate.standardError));
}

std::vector<std::string> noiseNotes(const RunResult& result) {
    std::vector<std::string> notes;
    for (const DifferenceRow& row : result.differences)
        if (row.noise && row.metric == "margin_per_user" && row.key == RowKey{row.key.plan, kAll, kAll} &&
            row.estimate.standardError > 0.0)
            notes.push_back(fmt::format("The margins of {} and {} can't be told apart in this run: their difference "
                                        "is noise. More users or worlds may decide it.",
                                        row.key.plan, row.baseline));
    return notes;
}

std::string stoppedNote(const RunResult& result) {
    return fmt::format("Stopped after {} of {} worlds: these numbers speak of the finished ones only.",
                       result.worldsFinished, result.manifest.settings.worlds);
}

std::vector<PlanVerdict> planVerdicts(const RunResult& result) {
    std::vector<PlanVerdict> plans;
    for (const MetricRow& row : result.metrics) {
        const bool isKnown = std::any_of(plans.begin(), plans.end(),
                                         [&](const PlanVerdict& verdict) { return verdict.plan == row.key.plan; });
        if (!isKnown)
            plans.push_back({row.key.plan, outcomeOf(result, row.key.plan), planSentence(result, row.key.plan)});
    }
    return plans;
}

}  // namespace

Verdict verdict(const RunResult& result) {
    Verdict found;
    found.plans = planVerdicts(result);
    if (found.plans.empty()) {
        found.headline = "No world was finished: there is nothing to say.";
        return found;
    }
    const PlanVerdict& first = found.plans.front();
    found.headline = answerText(result, first.plan) + breakEvenText(result, first.plan) + ".";
    if (result.cancelled) found.notes.push_back(stoppedNote(result));
    if (first.outcome != Outcome::Carries && found.plans.size() > 1)
        found.notes.push_back(remedyNote(result, found.plans));
    if (std::string driver = driverNote(result, first.plan); !driver.empty()) found.notes.push_back(std::move(driver));
    for (std::string& note : noiseNotes(result)) found.notes.push_back(std::move(note));
    return found;
}

}  // namespace breakeven::sim
