#include "sim/report/verdict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <string_view>
#include <tuple>

#include "sim/report/number_text.hpp"
#include "sim/report/plan_words.hpp"
#include "sim/report/results_table.hpp"

namespace breakeven::sim {
namespace {

using Outcome = PlanVerdict::Outcome;

constexpr double kSureToCarry = 0.1;   // a plan carries when it loses in at most one world of ten
constexpr double kLikelyToLose = 0.5;  // and loses when that is likelier than not
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

bool hasWorlds(const RunResult& result) {
    return result.manifest.settings.worlds > 1;
}

/// A mean of infinite variance: it has no interval.
bool isHollow(const Estimate& estimate) {
    return std::isinf(estimate.standardError);
}

/// A chance of which nothing is known.
bool isOpen(const Estimate& chance) {
    return chance.low <= 0.0 && chance.high >= 1.0;
}

Outcome outcomeOf(const RunResult& result, const std::string& plan) {
    if (const Estimate* loses = estimateOf(result, plan, "probability_plan_loses");
        loses && hasWorlds(result)) {
        if (loses->high <= kSureToCarry) return Outcome::Carries;
        return loses->low > kLikelyToLose ? Outcome::Loses : Outcome::Uncertain;
    }
    const Estimate* margin = estimateOf(result, plan, "margin_per_user");
    if (margin == nullptr) return Outcome::Uncertain;
    if (isHollow(*margin) && margin->exact) return *margin->exact < 0.0 ? Outcome::Loses : Outcome::Carries;
    if (margin->low >= 0.0) return Outcome::Carries;
    return margin->high < 0.0 ? Outcome::Loses : Outcome::Uncertain;
}

/// "loses money with probability 0.57 (0.53 to 0.62)"
std::string chanceText(const Estimate& loses) {
    if (isOpen(loses)) return "may lose money: this run can't tell how probably";
    const double error = loses.standardError > 0.0 ? loses.standardError : (loses.high - loses.low) / 4.0;
    return fmt::format("loses money with probability {} ({})", formatWithError(loses.value, error),
                       rangeText(loses.low, loses.high, error));
}

/// With one world there is no probability: what the base values say.
std::string baseText(const Estimate& margin, Outcome outcome, const std::string& currency) {
    const bool isExact = isHollow(margin) && margin.exact;
    const std::string range = isExact ? "(exactly)"
                                      : fmt::format("({}{})", isHollow(margin) ? "interval: " : "",
                                                    rangeText(margin.low, margin.high, margin.standardError));
    const std::string amount = isExact ? moneyText(std::abs(*margin.exact), 0.0, currency)
                                       : moneyText(std::abs(margin.value), margin.standardError, currency);
    switch (outcome) {
        case Outcome::Loses:
            return fmt::format("loses {} per user and month at base values {}", amount, range);
        case Outcome::Carries:
            return fmt::format("earns {} per user and month at base values {}", amount, range);
        case Outcome::Uncertain:
            break;
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
    std::string text =
        fmt::format("; break-even price {}", moneyText(fee->value, fee->standardError, currency));
    const QuantileRow* sure = breakEvenQuantile(result, plan, 0.9);
    if (sure != nullptr && std::isfinite(sure->high)) {
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

constexpr const char* kNoRemedy = "No other plan of this scenario carries its cost for sure.";

/// A plan that would carry in the first one's place.
struct Remedy {
    const PlanVerdict* plan = nullptr;
    PlanChange change;
    double size = 0.0;  ///< what ranks it within its kind
};

double valueOf(const RunResult& result, const std::string& plan, const std::string& metric) {
    const Estimate* found = estimateOf(result, plan, metric);
    return found != nullptr ? found->value : 0.0;
}

/// By the rule that `verdict` documents. None when no other plan carries.
std::optional<Remedy> remedyAmong(const RunResult& result, const core::Scenario& scenario,
                                  const std::vector<PlanVerdict>& plans) {
    const auto planOf = [&](const std::string& id) {
        return std::ranges::find(scenario.plans, id, &core::Plan::id);
    };
    const auto first = planOf(plans.front().plan);
    if (first == scenario.plans.end()) return std::nullopt;
    std::optional<Remedy> best;
    for (std::size_t i = 1; i < plans.size(); ++i) {
        const auto plan = planOf(plans[i].plan);
        if (plans[i].outcome != Outcome::Carries || plan == scenario.plans.end()) continue;
        const bool isForAll = std::ranges::all_of(first->segments, [&](std::size_t segment) {
            return std::ranges::find(plan->segments, segment) != plan->segments.end();
        });
        if (!isForAll) continue;
        Remedy candidate{&plans[i], planChange(scenario, *first, *plan), 0.0};
        const bool isBill = candidate.change.kind == PlanChange::Kind::Bills;
        candidate.size = isBill ? std::abs(valueOf(result, plan->id, "revenue_per_user") -
                                           valueOf(result, first->id, "revenue_per_user"))
                                : valueOf(result, plan->id, "touched_by_limit");
        if (!best ||
            std::tie(candidate.change.kind, candidate.size) < std::tie(best->change.kind, best->size))
            best = std::move(candidate);
    }
    return best;
}

std::string remedyNote(const RunResult& result, const core::Scenario& scenario,
                       const std::vector<PlanVerdict>& plans) {
    const std::optional<Remedy> remedy = remedyAmong(result, scenario, plans);
    if (!remedy) return kNoRemedy;
    const std::string& first = plans.front().plan;
    const std::string& plan = remedy->plan->plan;
    std::string text = remedy->change.words + " fixes it";
    text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    const Estimate* touched = estimateOf(result, plan, "touched_by_limit");
    if (touched != nullptr && touched->value > 0.0)
        text += fmt::format(" and touches {} of users in a month",
                            percentText(touched->value, touched->standardError));
    const Estimate* before = estimateOf(result, first, "revenue_per_user");
    const Estimate* after = estimateOf(result, plan, "revenue_per_user");
    if (remedy->change.kind == PlanChange::Kind::Bills && before != nullptr && after != nullptr)
        text += fmt::format(" and moves the mean bill from {} to {} if use stays as it is",
                            moneyText(before->value, before->standardError, scenario.currency),
                            moneyText(after->value, after->standardError, scenario.currency));
    return fmt::format("{}: {}.", text, answerText(result, plan));
}

/// Without the plans' terms nothing says which of them changes least.
std::string carryingNote(const std::vector<PlanVerdict>& plans) {
    std::string names;
    for (std::size_t i = 1; i < plans.size(); ++i)
        if (plans[i].outcome == Outcome::Carries) names += (names.empty() ? "" : ", ") + plans[i].plan;
    return names.empty() ? kNoRemedy : fmt::format("These plans carry their cost: {}.", names);
}

/// What chances, sure prices and bands of the worlds rest on where each world draws few users.
std::string fewUsersNote(const RunResult& result) {
    constexpr double kFelt = 0.5;  // the users say more of a world's margin than the beliefs
    const MetricRow* worst = nullptr;
    for (const MetricRow& row : result.metrics) {
        const bool isNoise = row.metric == "noise_share_between_worlds" && row.estimate.value > kFelt;
        const MetricRow* loses = isNoise ? findMetric(result, row.key, "probability_plan_loses") : nullptr;
        if (loses == nullptr || loses->estimate.value <= 0.0 || loses->estimate.value >= 1.0 ||
            isOpen(loses->estimate))
            continue;
        if (worst == nullptr || row.estimate.value > worst->estimate.value) worst = &row;
    }
    if (worst == nullptr) return {};
    return fmt::format(
        "{} of the variance of {}'s margin between worlds is the noise of {} users a world, no ignorance. It "
        "is taken out of chances, sure prices and bands of money; more users make them surer.",
        percentText(worst->estimate.value, worst->estimate.standardError), worst->key.plan,
        wholeText(static_cast<double>(result.manifest.settings.users)));
}

std::string driverNote(const RunResult& result, const std::string& plan, const core::Scenario* scenario) {
    const MetricRow* driver = nullptr;
    for (const MetricRow& row : result.metrics) {
        const bool isShare = row.metric.rfind(kVarianceShare, 0) == 0 && row.key == RowKey{plan, kAll, kAll};
        if (isShare && (driver == nullptr || row.estimate.value > driver->estimate.value)) driver = &row;
    }
    if (driver == nullptr || !(driver->estimate.low > 0.0)) return {};  // none stands out of the noise
    const std::string path = driver->metric.substr(kVarianceShare.size());
    const std::string words = scenario != nullptr ? beliefWords(*scenario, path) : path;
    return fmt::format("The main driver of {}'s margin is {}{}: {} of its variance between worlds.", plan,
                       words, words != path ? fmt::format(" ({})", path) : "",
                       percentText(driver->estimate.value, driver->estimate.standardError));
}

std::vector<std::string> noiseNotes(const RunResult& result) {
    std::vector<std::string> notes;
    for (const DifferenceRow& row : result.differences)
        if (row.noise && row.metric == "margin_per_user" && row.key == RowKey{row.key.plan, kAll, kAll} &&
            row.estimate.standardError > 0.0 && !isHollow(row.estimate))
            notes.push_back(
                fmt::format("The margins of {} and {} can't be told apart in this run: their difference "
                            "is noise. More users or worlds may decide it.",
                            row.key.plan, row.baseline));
    return notes;
}

/// What an infinite variance means for the plans.
std::string hollowNote(const RunResult& result) {
    std::string plans;
    for (const MetricRow& row : result.metrics)
        if (row.metric == "margin_per_user" && row.key == RowKey{row.key.plan, kAll, kAll} &&
            isHollow(row.estimate))
            plans += (plans.empty() ? "" : ", ") + row.key.plan;
    if (plans.empty()) return {};
    return fmt::format(
        "Some usage has a tail index up to 2, so its variance is infinite: simulated means of "
        "margin and cost have no interval and need not settle with more users (plans: {}). "
        "Trust exact values, medians and shares; a cap on use, or a truncated law, ends it.",
        plans);
}

std::string stoppedNote(const RunResult& result) {
    return fmt::format("Stopped after {} of {} worlds: these numbers speak of the finished ones only.",
                       result.worldsFinished, result.manifest.settings.worlds);
}

std::vector<PlanVerdict> planVerdicts(const RunResult& result) {
    std::vector<PlanVerdict> plans;
    for (const MetricRow& row : result.metrics) {
        const bool isKnown = std::any_of(plans.begin(), plans.end(), [&](const PlanVerdict& verdict) {
            return verdict.plan == row.key.plan;
        });
        if (!isKnown)
            plans.push_back(
                {row.key.plan, outcomeOf(result, row.key.plan), planSentence(result, row.key.plan)});
    }
    return plans;
}

Verdict readVerdict(const RunResult& result, const core::Scenario* scenario) {
    Verdict found;
    found.plans = planVerdicts(result);
    if (found.plans.empty()) {
        found.headline = "No world was finished: there is nothing to say.";
        return found;
    }
    const PlanVerdict& first = found.plans.front();
    found.headline = answerText(result, first.plan) + breakEvenText(result, first.plan) + ".";
    if (result.cancelled) found.notes.push_back(stoppedNote(result));
    if (std::string hollow = hollowNote(result); !hollow.empty()) found.notes.push_back(std::move(hollow));
    if (std::string few = fewUsersNote(result); !few.empty()) found.notes.push_back(std::move(few));
    if (first.outcome != Outcome::Carries && found.plans.size() > 1)
        found.notes.push_back(scenario != nullptr ? remedyNote(result, *scenario, found.plans)
                                                  : carryingNote(found.plans));
    if (std::string driver = driverNote(result, first.plan, scenario); !driver.empty())
        found.notes.push_back(std::move(driver));
    for (std::string& note : noiseNotes(result)) found.notes.push_back(std::move(note));
    return found;
}

}  // namespace

Verdict verdict(const RunResult& result) {
    return readVerdict(result, nullptr);
}

Verdict verdict(const RunResult& result, const core::Scenario& scenario) {
    return readVerdict(result, &scenario);
}

}  // namespace breakeven::sim
