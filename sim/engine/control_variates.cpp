#include "sim/engine/control_variates.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "sim/engine/heavy_tails.hpp"
#include "sim/engine/world_result.hpp"
#include "sim/exact/closed_forms.hpp"

namespace breakeven::sim {
namespace {

constexpr std::size_t kMostControls = 4;  // of 32 batches
constexpr std::uint64_t kLeastUsers = 100 * kBatches;

/// A number of the run: the whole and with each batch left out.
struct Estimates {
    double whole = 0.0;
    std::vector<double> without;

    [[nodiscard]] bool isFinite() const {
        return std::isfinite(whole) &&
               std::ranges::all_of(without, [](double x) { return std::isfinite(x); });
    }
    /// The deviations of `without` from their mean.
    [[nodiscard]] std::vector<double> deviations() const {
        const double mean =
            std::accumulate(without.begin(), without.end(), 0.0) / static_cast<double>(without.size());
        std::vector<double> result;
        for (const double x : without) result.push_back(x - mean);
        return result;
    }
};

double product(const std::vector<double>& a, const std::vector<double>& b) {
    return std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
}

/// a - factor x b
void subtract(std::vector<double>& a, double factor, const std::vector<double>& b) {
    for (std::size_t i = 0; i < a.size(); ++i) a[i] -= factor * b[i];
}

/// One scope's controls, made orthogonal (modified Gram-Schmidt) so that each has its coefficient by itself.
class Controls {
  public:
    /// @param error  of the control, its exact mean subtracted
    void add(const Estimates& error, double exact) {
        if (controls_.size() == kMostControls) return;
        Control control{error, error.deviations()};
        const double all = product(control.deviations, control.deviations);
        // Of a constant there is rounding only.
        if (!(std::sqrt(all) > 1e-9 * std::abs(exact))) return;
        for (const Control& known : controls_) {
            const double factor = product(control.deviations, known.deviations) / known.square;
            subtract(control.deviations, factor, known.deviations);
            subtract(control.error.without, factor, known.error.without);
            control.error.whole -= factor * known.error.whole;
        }
        control.square = product(control.deviations, control.deviations);
        // A multiple of those before it, but for rounding.
        if (!(control.square > 1e-9 * all)) return;
        controls_.push_back(std::move(control));
    }

    [[nodiscard]] bool empty() const { return controls_.empty(); }

    [[nodiscard]] Estimates controlled(const Estimates& given) const {
        Estimates result = given;
        const std::vector<double> deviations = given.deviations();
        for (const Control& control : controls_) {
            const double factor = product(deviations, control.deviations) / control.square;
            result.whole -= factor * control.error.whole;
            subtract(result.without, factor, control.error.without);
        }
        // What is left of the spread has lost as many degrees of freedom; and coefficients that are taken
        // from the same batches make the estimate itself less sure.
        const auto n = static_cast<double>(given.without.size());
        const auto p = static_cast<double>(controls_.size());
        const double raise = std::sqrt((n - 1.0) / (n - 1.0 - p) * (n - 2.0) / (n - 2.0 - p));
        for (double& x : result.without) x = result.whole + raise * (x - result.whole);
        return result;
    }

  private:
    struct Control {
        Estimates error;
        std::vector<double> deviations;
        double square = 0.0;
    };
    std::vector<Control> controls_;
};

/// Has the usage of the meter an infinite variance in a segment of the scope?
bool isHeavy(const core::Scenario& scenario, std::size_t plan, std::optional<std::size_t> segment,
             std::size_t meter) {
    const core::Plan& terms = scenario.plans[plan];
    return std::ranges::any_of(terms.segments, [&](std::size_t s) {
        return (!segment || *segment == s) && heavyMeters(scenario, terms, scenario.segments[s])[meter];
    });
}

/// Is the metric a mean over users, or such a mean times and plus constants?
bool isMeanAmount(const std::string& metric) {
    static const std::vector<std::string> names = {
        "revenue_per_user", "cost_per_user",     "margin_per_user",        "cross_subsidy_per_user",
        "break_even_fee",   "margin_total",      "marginal_cost_per_user", "fixed_cost_per_user",
        "wait_hours",       "breakage_per_user",
    };
    return metric.starts_with("usage_") || std::ranges::find(names, metric) != names.end();
}

}  // namespace

void applyControls(const core::Scenario& scenario, const Layout& layout, RunOutcome& outcome) {
    WorldOutcome& world = outcome.worlds.front();
    if (!scenario.usesControls || scenario.run.worlds != 1 || !world.finished) return;
    if (outcome.without.size() < kBatches || scenario.run.users < kLeastUsers) return;
    const std::vector<Scope> scopes = reportedScopes(scenario);
    const std::vector<WorldMetric> metrics = worldMetrics(scenario);
    const auto indexOf = [&](const std::string& name) {
        return static_cast<std::size_t>(std::ranges::find(metrics, name, &WorldMetric::name) -
                                        metrics.begin());
    };
    const auto estimates = [&](std::size_t row, std::size_t metric) {
        Estimates result{world.values[row][metric], {}};
        for (const auto& values : outcome.without) result.without.push_back(values[row][metric]);
        return result;
    };
    for (std::size_t scope = 0; scope < scopes.size(); ++scope) {
        const auto segment =
            scopes[scope].segment == Scope::kEvery ? std::nullopt : std::optional(scopes[scope].segment);
        Controls controls;
        for (std::size_t plan = 0; plan < layout.plans; ++plan) {
            if (layout.servedLike[plan] != plan) continue;
            for (std::size_t meter = 0; meter < scenario.meters.size(); ++meter) {
                const std::string name = "usage_" + scenario.meters[meter].id + "_per_user";
                const auto exact = exactMetric(scenario, plan, segment, name);
                Estimates error = estimates(plan * scopes.size() + scope, indexOf(name));
                if (!exact || !error.isFinite() || isHeavy(scenario, plan, segment, meter)) continue;
                error.whole -= *exact;
                for (double& x : error.without) x -= *exact;
                controls.add(error, *exact);
            }
        }
        if (controls.empty()) continue;
        const std::size_t rate = indexOf("margin_rate");
        for (std::size_t plan = 0; plan < layout.plans; ++plan) {
            const std::size_t row = plan * scopes.size() + scope;
            for (std::size_t metric = 0; metric < metrics.size(); ++metric) {
                const Estimates given = estimates(row, metric);
                if (!isMeanAmount(metrics[metric].name) || !given.isFinite()) continue;
                const Estimates found = controls.controlled(given);
                world.values[row][metric] = found.whole;
                for (std::size_t i = 0; i < found.without.size(); ++i)
                    outcome.without[i][row][metric] = found.without[i];
            }
            const auto setRate = [&](std::vector<double>& values) {
                if (std::isfinite(values[rate]))
                    values[rate] = values[indexOf("margin_per_user")] / values[indexOf("revenue_per_user")];
            };
            setRate(world.values[row]);
            for (auto& values : outcome.without) setRate(values[row]);
        }
    }
}

}  // namespace breakeven::sim
