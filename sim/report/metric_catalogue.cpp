#include "sim/report/metric_catalogue.hpp"

#include <algorithm>
#include <array>

namespace breakeven::sim {
namespace {

constexpr std::string_view kUsagePrefix = "usage_";
constexpr std::string_view kUsageSuffix = "_per_user";
constexpr std::string_view kUsageName = "usage_<meter>_per_user";
constexpr std::string_view kVariancePrefix = "variance_share.";
constexpr std::string_view kVarianceName = "variance_share.<belief>";

constexpr std::array kCatalogue{
    MetricInfo{"users_active", "Active users",
               "Share of the users that the plan is offered to who use anything in a month (share)."},
    MetricInfo{kUsageName, "Usage",
               "Mean usage of the meter after the plan's limits, in the meter's unit per user and month."},
    MetricInfo{"revenue_per_user", "Revenue", "Mean bill of a user and month, in the scenario's currency."},
    MetricInfo{"cost_per_user", "Cost",
               "Mean cost of a user and month with its share of fixed cost, in the scenario's currency."},
    MetricInfo{"margin_per_user", "Margin",
               "Mean revenue less cost of a user and month, in the scenario's currency."},
    MetricInfo{"margin_rate", "Margin rate", "Margin divided by revenue (ratio)."},
    MetricInfo{"loss_making_users", "Loss-making users",
               "Share of user-months that cost more than they pay (share)."},
    MetricInfo{"loss_making_users_horizon", "Loss-making over all months",
               "Share of users who cost more than they pay over all months together (share)."},
    MetricInfo{"cross_subsidy_per_user", "Cross-subsidy",
               "Mean of what loss-making user-months cost beyond their bill, spread over all user-months, in "
               "the scenario's currency."},
    MetricInfo{"touched_by_limit", "Touched by a limit",
               "Share of user-months in which a limit of the plan blocks, slows, degrades or "
               "bills use (share)."},
    MetricInfo{"probability_plan_loses", "Plan loses",
               "Share of worlds in which the plan's expected margin is below zero (probability)."},
    MetricInfo{"probability_pool_loses", "Pool loses",
               "Probability that the business of so many subscribers loses money in a month, chance included "
               "(probability)."},
    MetricInfo{"break_even_fee", "Break-even fee",
               "Monthly fee at which the expected margin is zero with all else unchanged, in the scenario's "
               "currency."},
    MetricInfo{"cvar95_cost_per_user", "Cost of the top 5 %",
               "Mean cost of the most expensive 5 % of user-months, in the scenario's currency."},
    MetricInfo{
        "cost_gini", "Gini of cost",
        "Concentration of cost: 0 when all cost the same, 1 when one user-month makes all of it (ratio)."},
    MetricInfo{"cost_share_top_1", "Cost share of the top 1 %",
               "Share of the cost that the most expensive 1 % of user-months make (share)."},
    MetricInfo{"cost_share_top_10", "Cost share of the top 10 %",
               "Share of the cost that the most expensive 10 % of user-months make (share)."},
    MetricInfo{"variance_share_between_worlds", "Variance from ignorance",
               "Share of the variance of the pool's margin that comes from not knowing the beliefs, the rest "
               "is chance (share)."},
    MetricInfo{"noise_share_between_worlds", "Variance from few users",
               "Share of the variance of margin between worlds that is there because each world draws only "
               "so many users; more users make it smaller (share)."},
    MetricInfo{kVarianceName, "Variance from a belief",
               "Share of the variance of margin between worlds that the draws of one belief explain by "
               "themselves (share)."},
    MetricInfo{"margin_total", "Total margin",
               "Margin of all subscribers in a month, in the scenario's currency."},
    MetricInfo{"marginal_cost_per_user", "Marginal cost",
               "Mean cost that one more user and month causes, fixed cost, one-off cost and the capital and "
               "operation of a fleet left out, in the scenario's currency."},
    MetricInfo{"fixed_cost_per_user", "Fixed cost",
               "What is left of the cost of a user and month beside the marginal cost: shared and one-off "
               "amounts and the capital and operation of a fleet, in the scenario's currency."},
    MetricInfo{
        "wait_hours", "Wait",
        "Mean over user-months of the hours that a unit of use waits behind the plan's queues by window; "
        "only for plans with such a queue."},
    MetricInfo{"breakage_per_user", "Breakage",
               "Mean credit that a user loses unused at a month's end, expired or above what rolls over, in "
               "the scenario's currency; only for plans with credits."},
};

bool isBetween(std::string_view name, std::string_view prefix, std::string_view suffix) {
    return name.size() > prefix.size() + suffix.size() && name.substr(0, prefix.size()) == prefix &&
           name.substr(name.size() - suffix.size()) == suffix;
}

}  // namespace

std::span<const MetricInfo> metricCatalogue() {
    return kCatalogue;
}

const MetricInfo* findMetricInfo(std::string_view name) {
    if (isBetween(name, kUsagePrefix, kUsageSuffix)) name = kUsageName;
    if (isBetween(name, kVariancePrefix, "")) name = kVarianceName;
    const auto* const found = std::find_if(kCatalogue.begin(), kCatalogue.end(),
                                           [&](const MetricInfo& info) { return info.name == name; });
    return found == kCatalogue.end() ? nullptr : found;
}

std::string metricTitle(std::string_view name) {
    if (isBetween(name, kUsagePrefix, kUsageSuffix)) {
        name.remove_prefix(kUsagePrefix.size());
        name.remove_suffix(kUsageSuffix.size());
        return "Usage of " + std::string(name);
    }
    if (isBetween(name, kVariancePrefix, ""))
        return "Variance from " + std::string(name.substr(kVariancePrefix.size()));
    const MetricInfo* info = findMetricInfo(name);
    return std::string(info != nullptr ? info->title : name);
}

}  // namespace breakeven::sim
