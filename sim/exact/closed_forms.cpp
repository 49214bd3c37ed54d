#include "sim/exact/closed_forms.hpp"

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/costing/unit_cost.hpp"
#include "sim/exact/plan_in_segment.hpp"
#include "sim/pipeline/compiled_terms.hpp"
#include "sim/stats/pool_law.hpp"

namespace breakeven::sim {
namespace {

/// The segments of a scope with their shares.
class PlanExact {
  public:
    PlanExact(const core::Scenario& scenario, std::size_t plan, std::optional<std::size_t> segment)
        : scenario_(scenario), plan_(scenario.plans[plan]), isOneSegment_(segment.has_value()) {
        double offered = 0.0;
        for (const std::size_t s : plan_.segments) offered += baseValue(scenario.segments[s].weight);
        double inScope = 0.0;
        for (const std::size_t s : plan_.segments) {
            const double weight = baseValue(scenario.segments[s].weight);
            if ((segment && *segment != s) || !(weight > 0.0)) continue;
            parts_.emplace_back(weight, PlanInSegment(scenario, plan_, scenario.segments[s]));
            inScope += weight;
        }
        for (auto& [weight, part] : parts_) weight /= inScope;
        pool_ = baseValue(scenario.subscribers) * (segment ? inScope / offered : 1.0);
    }

    [[nodiscard]] Maybe metric(const std::string& name) const {
        if (parts_.empty()) return std::nullopt;
        if (name == "users_active") return mixed(&PlanInSegment::active);
        if (!hasClosedLimits() || (looksAtBill(name) && hasTerms(plan_))) return std::nullopt;
        if (core::costOf(scenario_, plan_).payments && hasTerms(plan_)) return std::nullopt;
        for (std::size_t meter = 0; meter < scenario_.meters.size(); ++meter)
            if (name == "usage_" + scenario_.meters[meter].id + "_per_user")
                return mixedOf([&](const PlanInSegment& part) { return part.meanUsage(meter); });
        if (name == "revenue_per_user") return mixed(&PlanInSegment::revenue);
        if (name == "cost_per_user") return mixed(&PlanInSegment::cost);
        if (name == "fixed_cost_per_user") return mixed(&PlanInSegment::fixedCost);
        if (name == "marginal_cost_per_user") {
            const Maybe cost = mixed(&PlanInSegment::cost);
            const Maybe fixed = mixed(&PlanInSegment::fixedCost);
            return cost && fixed ? Maybe(*cost - *fixed) : std::nullopt;
        }
        if (name == "loss_making_users") return mixed(&PlanInSegment::losses);
        if (name == "loss_making_users_horizon" && scenario_.run.months == 1)
            return mixed(&PlanInSegment::losses);
        if (name == "probability_pool_loses") return poolLoses();
        if (name == "cross_subsidy_per_user") return mixed(&PlanInSegment::subsidy);
        if (name == "touched_by_limit") return mixed(&PlanInSegment::touched);
        return concentration(name) ? concentration(name) : marginMetric(name);
    }

  private:
    [[nodiscard]] bool hasClosedLimits() const {
        return std::ranges::all_of(plan_.limits, [](const core::Limit& limit) {
            const bool isClosed =
                limit.action == core::Limit::Action::Block || limit.action == core::Limit::Action::Degrade;
            return isClosed && !limit.window;
        });
    }
    static bool looksAtBill(const std::string& name) {
        return name != "cost_per_user" && name != "touched_by_limit" && !name.starts_with("usage_") &&
               !name.starts_with("cost_") && name != "cvar95_cost_per_user";
    }

    template <typename Of>
    [[nodiscard]] Maybe mixedOf(Of of) const {
        double sum = 0.0;
        for (const auto& [weight, part] : parts_) {
            const Maybe value = of(part);
            if (!value) return std::nullopt;
            sum += weight * *value;
        }
        return sum;
    }
    [[nodiscard]] Maybe mixed(Maybe (PlanInSegment::*of)() const) const {
        return mixedOf([&](const PlanInSegment& part) { return (part.*of)(); });
    }

    /// One month of the whole pool, of segments in the shares of their weights.
    [[nodiscard]] Maybe poolLoses() const {
        const auto people = static_cast<std::uint64_t>(std::llround(pool_));
        if (isOneSegment_ || scenario_.run.months != 1 || people == 0) return std::nullopt;
        if (people == 1) return mixed(&PlanInSegment::losses);
        std::vector<LawPoint> law;
        for (const auto& [weight, part] : parts_) {
            const std::vector<LawPoint> cells = part.marginCells();
            if (cells.empty()) return std::nullopt;
            for (const LawPoint& cell : cells) law.push_back({cell.value, weight * cell.share});
        }
        constexpr double kTold = 1e-5;  // less is too little for the grid
        const double chance = probabilityPoolLoses(law, people);
        return chance >= kTold && chance <= 1.0 - kTold ? Maybe(chance) : std::nullopt;
    }

    [[nodiscard]] Maybe marginMetric(const std::string& name) const {
        const Maybe revenue = mixed(&PlanInSegment::revenue);
        const Maybe cost = mixed(&PlanInSegment::cost);
        if (!revenue || !cost) return std::nullopt;
        const double margin = *revenue - *cost;
        if (name == "margin_per_user") return margin;
        if (name == "margin_total") return margin * pool_;
        if (name == "margin_rate") return *revenue > 0.0 ? Maybe(margin / *revenue) : std::nullopt;
        if (name == "break_even_fee") {
            const core::Cost& terms = core::costOf(scenario_, plan_);
            if (!terms.payments) return baseValue(plan_.fee) - margin;
            if (baseValue(terms.payments->amount) > 0.0 && !(baseValue(plan_.fee) > 0.0)) return std::nullopt;
            return baseValue(plan_.fee) - margin / (1.0 - baseValue(terms.payments->rate));
        }
        // At a margin of zero rounding would decide.
        if (name == "probability_plan_loses" && std::abs(margin) > 1e-9 * std::max(*revenue, *cost))
            return margin < 0.0 ? 1.0 : 0.0;
        return std::nullopt;
    }

    /// Ranks over several segments would need the quantiles of their mixture.
    [[nodiscard]] Maybe concentration(const std::string& name) const {
        if (parts_.size() != 1) return std::nullopt;
        const PlanInSegment& part = parts_.front().second;
        if (name == "cost_gini") return part.costGini();
        double share = 0.0;
        if (name == "cvar95_cost_per_user") share = 0.05;
        if (name == "cost_share_top_1") share = 0.01;
        if (name == "cost_share_top_10") share = 0.10;
        if (share == 0.0) return std::nullopt;
        const Maybe largest = part.costOfLargest(share);
        if (!largest) return std::nullopt;
        if (name == "cvar95_cost_per_user") return *largest / share;
        const Maybe all = part.costOfLargest(1.0);
        return *all > 0.0 ? Maybe(*largest / *all) : std::nullopt;
    }

    const core::Scenario& scenario_;
    const core::Plan& plan_;
    std::vector<std::pair<double, PlanInSegment>> parts_;
    double pool_ = 0.0;
    bool isOneSegment_ = false;
};

}  // namespace

std::optional<double> exactMetric(const core::Scenario& scenario, std::size_t plan,
                                  std::optional<std::size_t> segment, const std::string& metric) {
    const Maybe value = PlanExact(scenario, plan, segment).metric(metric);
    return value && std::isfinite(*value) ? value : std::nullopt;
}

std::optional<double> exactValue(const core::Scenario& scenario, const MetricRow& row) {
    const auto plan =
        std::ranges::find(scenario.plans, row.key.plan, &core::Plan::id) - scenario.plans.begin();
    std::optional<std::size_t> segment;
    if (row.key.segment != kAll) {
        segment = static_cast<std::size_t>(
            std::ranges::find(scenario.segments, row.key.segment, &core::Segment::id) -
            scenario.segments.begin());
    }
    // Every month has the law of the first: a month's row has the value of the total.
    return exactMetric(scenario, static_cast<std::size_t>(plan), segment, row.metric);
}

}  // namespace breakeven::sim
