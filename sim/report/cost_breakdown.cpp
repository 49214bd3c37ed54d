#include "sim/report/cost_breakdown.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "sim/exact/closed_forms.hpp"

namespace breakeven::sim {
namespace {

using core::CostStage;
using core::UnitCost;

constexpr double kRounding = 1e-12;  // share of the full cost that is nothing

/// Puts one breakdown together.
class Builder {
  public:
    Builder(const core::Scenario& scenario, std::size_t plan, const RunResult& base)
        : scenario_(scenario),
          index_(plan),
          plan_(scenario.plans[plan]),
          cost_(core::costOf(scenario, plan_)),
          base_(base) {}

    CostBreakdown build() {
        result_.plan = plan_.id;
        result_.currency = scenario_.currency;
        isExact_ = exactMetric(scenario_, index_, {}, "cost_per_user").has_value();
        for (const core::Meter& meter : scenario_.meters)
            isExact_ = isExact_ && exactMetric(scenario_, index_, {}, "usage_" + meter.id + "_per_user");
        for (const core::Meter& meter : scenario_.meters)
            usage_.push_back(estimateOf("usage_" + meter.id + "_per_user").value);
        const Estimate loaded = estimateOf("cost_per_user");
        addUse(loaded.value);
        addStanding();
        result_.loaded = loaded.value;
        result_.standardError = loaded.standardError;
        result_.average = withoutRounding(result_.average);
        result_.marginal = withoutRounding(result_.loaded - estimateOf("fixed_cost_per_user").value);
        result_.fixed = withoutRounding(result_.loaded - result_.marginal);
        if (cost_.fleet) result_.fleet = fleetView(*cost_.fleet, fleetUnits());
        return std::move(result_);
    }

  private:
    /// A total of the plan: all by closed forms, else all as simulated, so that the steps add up.
    [[nodiscard]] Estimate estimateOf(const std::string& metric) const {
        Estimate estimate;
        if (const auto exact = isExact_ ? exactMetric(scenario_, index_, {}, metric) : std::nullopt) {
            estimate.value = *exact;
            return estimate;
        }
        const auto row = std::ranges::find_if(base_.metrics, [&](const MetricRow& item) {
            return item.metric == metric && item.key == RowKey{plan_.id, kAll, kAll};
        });
        if (row != base_.metrics.end()) return row->estimate;
        estimate.value = std::nan("");
        return estimate;
    }

    /// Differences of large numbers leave rounding where there is nothing.
    [[nodiscard]] double withoutRounding(double amount) const {
        return std::abs(amount) <= kRounding * std::abs(result_.loaded) ? 0.0 : amount;
    }

    void add(const char* id, std::string title, double change) {
        const double before = result_.steps.empty() ? 0.0 : result_.steps.back().total;
        result_.steps.push_back({id, std::move(title), change, before + change, isBeyondAverage_});
    }

    /// Mean over the meters of a part of their unit costs.
    [[nodiscard]] double sum(CostStage stage, double UnitCost::*part) const {
        const std::vector<UnitCost> units = core::unitCosts(cost_, usage_.size(), {}, stage);
        double total = 0.0;
        for (std::size_t meter = 0; meter < usage_.size(); ++meter)
            if (units[meter].*part != 0.0) total += units[meter].*part * usage_[meter];
        return total;
    }

    void addUse(double loaded) {
        const double share = core::valueIn(cost_.servingShare, {});
        double list = sum(CostStage::List, &UnitCost::list);
        add("list_price", "List price of the use", list);
        add("serving_share", "Serving share", (share - 1.0) * list);
        const auto next = [&](const char* id, const char* title, CostStage stage) {
            const double after = sum(stage, &UnitCost::list);
            add(id, title, share * (after - list));
            list = after;
        };
        next("cache", "Cache", CostStage::Cache);
        next("multipliers", "Multipliers", CostStage::Multipliers);
        next("routes", "Routing", CostStage::Routes);
        next("guards", "Guards", CostStage::Guards);
        next("retries", "Retries", CostStage::Retries);
        add("harm", "False positives and losses", sum(CostStage::Retries, &UnitCost::harm));
        add("fleet_use", "Fleet by use, and units bought", sum(CostStage::Retries, &UnitCost::fleet));
        const core::StandingCost standing = standingCosts();
        const double production = sum(CostStage::Retries, &UnitCost::production);
        const double payments = paymentsPerUser();
        // Neither the cost by scale nor what limits save is linear in mean usage: they are what is left.
        const double left = loaded - standing.total() - production - payments - result_.steps.back().total;
        const bool hasLimits = !plan_.limits.empty();
        const bool hasScale = !cost_.scales.empty();
        if (hasLimits || hasScale || isPaymentLeft())
            add("by_scale_and_limits", leftTitle(hasScale, hasLimits), left);
        add("payments", "Payments", payments);
        add("per_subscriber", "Per subscriber", standing.perSubscriber);
        add("support", "Support", standing.support);
        result_.average = result_.steps.back().total;
        isBeyondAverage_ = true;
        add("one_off_by_use", "One-off cost by use", production);
        addMeters(share);
        result_.models = costByModel(cost_, usage_);
    }

    [[nodiscard]] std::string leftTitle(bool hasScale, bool hasLimits) const {
        std::vector<const char*> parts;
        if (hasScale) parts.push_back("by scale");
        if (hasLimits) parts.push_back("limits");
        if (isPaymentLeft()) parts.push_back("payments");
        std::string title = fmt::format("{}", fmt::join(parts, ", "));
        title.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(title.front())));
        return title;
    }

    [[nodiscard]] core::StandingCost standingCosts() const {
        return core::standingCost(cost_, core::valueIn(scenario_.subscribers, {}), {});
    }

    /// Is the share of users who pay anything unknown here?
    [[nodiscard]] bool isPaymentLeft() const {
        return cost_.payments && core::valueIn(cost_.payments->amount, {}) > 0.0 &&
               !(core::valueIn(plan_.fee, {}) > 0.0);
    }
    [[nodiscard]] double paymentsPerUser() const {
        if (!cost_.payments || isPaymentLeft()) return 0.0;
        return core::valueIn(cost_.payments->rate, {}) * estimateOf("revenue_per_user").value +
               core::valueIn(cost_.payments->amount, {});
    }

    void addStanding() {
        const core::StandingCost standing = standingCosts();
        add("fleet_fixed", "Fleet of fixed size", standing.fleet);
        add("amortised", "One-off cost by month", standing.amortised);
        add("fixed", "Fixed cost", standing.fixed);
        add("free_tier", "Free users", standing.freeTier);
    }

    void addMeters(double share) {
        const auto list = core::unitCosts(cost_, usage_.size(), {}, CostStage::List);
        const auto units = core::unitCosts(cost_, usage_.size(), {});
        for (std::size_t meter = 0; meter < usage_.size(); ++meter) {
            const double unit = share * units[meter].list + units[meter].own();
            if (unit == 0.0 && list[meter].list == 0.0) continue;
            result_.meters.push_back({scenario_.meters[meter].id, scenario_.meters[meter].unit, usage_[meter],
                                      list[meter].list, unit, unit == 0.0 ? 0.0 : unit * usage_[meter]});
        }
    }

    /// Units that the fleet makes in a month for all subscribers: retries, multipliers and guards make more
    /// of them than the meters count.
    [[nodiscard]] double fleetUnits() const {
        core::Cost probe = cost_;
        probe.fleet->gpus.reset();
        probe.fleet->target.reset();
        probe.fleet->utilisation = core::Parameter{1.0, {}};
        probe.fleet->hourlyAmount = core::Parameter{1.0, {}};
        probe.fleet->marketPrice.reset();
        const auto one = core::unitCosts(probe, usage_.size(), {}, CostStage::List);
        const auto all = core::unitCosts(probe, usage_.size(), {});
        double units = 0.0;
        for (const std::size_t meter : cost_.fleet->meters)
            if (one[meter].fleet > 0.0) units += usage_[meter] * all[meter].fleet / one[meter].fleet;
        return units * core::valueIn(cost_.fleet->ownShare, {}) * core::valueIn(scenario_.subscribers, {});
    }

    const core::Scenario& scenario_;
    std::size_t index_;
    const core::Plan& plan_;
    const core::Cost& cost_;
    const RunResult& base_;
    std::vector<double> usage_;  ///< by meter
    bool isExact_ = false;
    bool isBeyondAverage_ = false;  ///< are the steps of the average variable cost told?
    CostBreakdown result_;
};

}  // namespace

bool isNoChange(const CostBreakdown& breakdown, const CostStep& step) {
    return std::abs(step.change) <= kRounding * std::abs(breakdown.loaded);
}

bool hasCost(const core::Scenario& scenario) {
    return std::ranges::any_of(scenario.plans, [&](const core::Plan& plan) {
        const core::Cost& cost = core::costOf(scenario, plan);
        core::Cost none;
        none.servingShare = cost.servingShare;
        return cost != none;
    });
}

CostBreakdown costBreakdown(const core::Scenario& scenario, std::size_t plan, const RunResult& base) {
    return Builder(scenario, plan, base).build();
}

}  // namespace breakeven::sim
