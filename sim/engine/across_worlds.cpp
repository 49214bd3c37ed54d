#include "sim/engine/across_worlds.hpp"

#include <algorithm>
#include <cmath>
#include <span>

#include "sim/kernels/scalar_math.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/stats/summaries.hpp"

namespace breakeven::sim {
namespace {

constexpr double kNormal95 = 1.959963984540054;
constexpr std::size_t kLeastForDrivers = 10;  // worlds
constexpr const char* kMargin = "margin_per_user";

std::vector<double> finiteOf(std::vector<double> values) {
    std::erase_if(values, [](double x) { return !std::isfinite(x); });
    return values;
}

std::vector<std::vector<double>> drawsOf(const core::Scenario& scenario,
                                         const std::vector<const WorldOutcome*>& finished) {
    std::vector<std::vector<double>> draws(scenario.beliefs.size());
    for (std::size_t belief = 0; belief < draws.size(); ++belief)
        for (const WorldOutcome* world : finished) draws[belief].push_back(world->beliefs[belief]);
    return draws;
}

/// Mean with its t interval, and the band of `spread`, in any order.
Estimate meanOf(const std::vector<double>& values, std::vector<double> spread) {
    const Summary summary = summarise(values);
    Estimate estimate;
    estimate.value = summary.mean;
    estimate.low = estimate.high = summary.mean;
    if (summary.count > 1) {
        const auto n = static_cast<double>(summary.count);
        estimate.standardError = std::sqrt(summary.variance / n);
        const double half = studentT95(n - 1.0) * estimate.standardError;
        estimate.low = summary.mean - half;
        estimate.high = summary.mean + half;
        dropRounding(estimate);
    }
    std::ranges::sort(spread);
    estimate.bandLow = sortedQuantile(spread, 0.05);
    estimate.bandHigh = sortedQuantile(spread, 0.95);
    return estimate;
}

double shareBelowZero(const std::vector<double>& values) {
    const auto below = std::ranges::count_if(values, [](double x) { return x < 0.0; });
    return static_cast<double>(below) / static_cast<double>(values.size());
}

/// Joins what the values leave open with what the draws of the worlds do, which `estimate` of(values) says.
template <typename Of>
void widen(const ExpectedValues& values, Of of, Estimate& estimate) {
    const auto half = [](const Interval& interval) { return 0.5 * (interval.high - interval.low); };
    const Interval worlds{estimate.low, estimate.high};
    const Interval joined = values.interval(worlds, of);
    const double more = std::pow(half(joined), 2) - std::pow(half(worlds), 2);
    if (!(more > 0.0)) return;
    estimate.standardError = std::hypot(estimate.standardError, std::sqrt(more) / kNormal95);
    estimate.low = joined.low;
    estimate.high = joined.high;
}

/// How much larger the mean of chances is that two plans' margins make in the same worlds.
///
/// @param chancesOf  (isFirst, margins): chances by world
template <typename ChancesOf>
Estimate differenceOfChances(const ExpectedValues& to, const ExpectedValues& from, ChancesOf chancesOf) {
    const std::vector<double> larger = chancesOf(true, to.values);
    const std::vector<double> smaller = chancesOf(false, from.values);
    std::vector<double> differences;
    for (std::size_t w = 0; w < larger.size(); ++w) differences.push_back(larger[w] - smaller[w]);
    Estimate result = meanOf(differences, differences);
    const double toMean = summarise(larger).mean;
    const double fromMean = summarise(smaller).mean;
    using List = std::vector<double>;
    widen(
        to, [&](const List& list) { return summarise(chancesOf(true, list)).mean - fromMean; }, result);
    widen(
        from, [&](const List& list) { return toMean - summarise(chancesOf(false, list)).mean; }, result);
    return result;
}

/// A share of a variance, from the shares without each group; the first is that of all.
Estimate shareOf(const std::vector<double>& shares, const std::vector<double>& sizes) {
    Estimate found;
    found.value = shares.front();
    found.standardError = jackknifeError(found.value, std::span(shares).subspan(1), sizes);
    const double half = studentT95(static_cast<double>(sizes.size()) - 1.0) * found.standardError;
    // Not clamped before: an estimate near 0 would seem to have no error.
    found.low = std::clamp(found.value - half, 0.0, 1.0);
    found.high = std::clamp(found.value + half, 0.0, 1.0);
    found.value = std::clamp(found.value, 0.0, 1.0);
    return found;
}

}  // namespace

void dropRounding(Estimate& estimate) {
    if (!(estimate.standardError <= 1e-13 * std::abs(estimate.value))) return;
    estimate.standardError = 0.0;
    estimate.low = estimate.high = estimate.value;
}

AcrossWorlds::AcrossWorlds(const core::Scenario& scenario, const std::vector<const WorldOutcome*>& finished)
    : scenario_(scenario),
      finished_(finished),
      scopes_(reportedScopes(scenario).size()),
      metrics_(worldMetrics(scenario)),
      amounts_(amountMetrics(scenario)),
      fit_(drawsOf(scenario, finished), finished.size()) {
    for (std::size_t plan = 0; plan < scenario.plans.size(); ++plan)
        margins_.push_back(expectedValues({rowOf(plan), {}}, metric(kMargin)));
}

std::size_t AcrossWorlds::metric(const char* name) const {
    return static_cast<std::size_t>(std::ranges::find(metrics_, name, &WorldMetric::name) - metrics_.begin());
}

std::vector<double> AcrossWorlds::simulated(TableRow row, std::size_t metric) const {
    std::vector<double> values;
    for (const WorldOutcome* world : finished_) values.push_back(row.of(world->values, metric));
    return values;
}

std::vector<double> AcrossWorlds::noiseOf(TableRow row, std::size_t metric) const {
    const auto amount = std::ranges::find(amounts_, metric);
    if (amount == amounts_.end()) return {};
    const auto column = static_cast<std::size_t>(amount - amounts_.begin());
    std::vector<double> noise;
    for (const WorldOutcome* world : finished_) {
        noise.push_back(row.of(world->noise, column));
        if (!std::isfinite(noise.back()) || !std::isfinite(row.of(world->values, metric))) return {};
    }
    return noise;
}

std::vector<double> AcrossWorlds::expected(TableRow row, std::size_t metric) const {
    const std::vector<double> noise = noiseOf(row, metric);
    const std::vector<double> values = simulated(row, metric);
    return noise.empty() ? values : fit_.expected(values, noise);
}

ExpectedValues AcrossWorlds::expectedValues(TableRow row, std::size_t metric) const {
    const std::vector<double> noise = noiseOf(row, metric);
    const std::vector<double> values = simulated(row, metric);
    return noise.empty() ? ExpectedValues{values, {}, {}, {}, {}} : fit_.estimate(values, noise);
}

ExpectedValues AcrossWorlds::marginsInRow(std::size_t row) const {
    return row % scopes_ == 0 ? margins_[row / scopes_] : expectedValues({row, {}}, metric(kMargin));
}

std::optional<Estimate> AcrossWorlds::mean(TableRow row, std::size_t metric) const {
    const std::vector<double> values = finiteOf(simulated(row, metric));
    if (values.empty()) return std::nullopt;
    return meanOf(values, finiteOf(expected(row, metric)));
}

Estimate AcrossWorlds::planLoses(std::size_t row) const {
    ExpectedValues margins = marginsInRow(row);
    margins.values = finiteOf(margins.values);
    const auto n = static_cast<double>(margins.values.size());
    const double share = shareBelowZero(margins.values);
    const Interval worlds = wilson95(share * n, n);
    Estimate result{share, std::sqrt(share * (1.0 - share) / n), worlds.low, worlds.high, {}, {}, {}};
    widen(margins, shareBelowZero, result);
    return result;
}

Estimate AcrossWorlds::planLosesMore(std::size_t row, std::size_t other) const {
    Estimate result = differenceOfChances(marginsInRow(row), marginsInRow(other),
                                          [](bool, const std::vector<double>& margins) {
                                              std::vector<double> chances(margins);
                                              for (double& x : chances) x = x < 0.0 ? 1.0 : 0.0;
                                              return chances;
                                          });
    result.bandLow.reset();
    result.bandHigh.reset();
    return result;
}

std::vector<double> AcrossWorlds::poolChances(std::size_t plan, const std::vector<double>& margins) const {
    const std::size_t chance = metric("probability_pool_loses");
    std::vector<double> chances;
    for (std::size_t w = 0; w < finished_.size(); ++w) {
        const WorldOutcome& world = *finished_[w];
        const double simulated = world.values[rowOf(plan)][chance];
        const double moved = margins[w] - world.values[rowOf(plan)][metric(kMargin)];
        const double spread = std::sqrt(world.userVariance[plan] / scenario_.subscribers.base);
        if (moved == 0.0 || !std::isfinite(simulated)) {
            chances.push_back(simulated);
        } else if (!(spread > 0.0)) {
            chances.push_back(margins[w] < 0.0 ? 1.0 : 0.0);
        } else if (simulated > 0.0 && simulated < 1.0) {
            chances.push_back(normalCdfScalar(normalQuantile(simulated) - moved / spread));
        } else {
            chances.push_back(normalCdfScalar(-margins[w] / spread));
        }
    }
    return chances;
}

Estimate AcrossWorlds::poolLoses(std::size_t plan) const {
    const ExpectedValues& margins = margins_[plan];
    const std::vector<double> chances = finiteOf(poolChances(plan, margins.values));
    Estimate result = meanOf(chances, chances);
    const auto meanChance = [&](const std::vector<double>& list) {
        return summarise(finiteOf(poolChances(plan, list))).mean;
    };
    widen(margins, meanChance, result);
    return result;
}

Estimate AcrossWorlds::poolLosesMore(std::size_t plan, std::size_t other) const {
    return differenceOfChances(margins_[plan], margins_[other],
                               [&](bool isFirst, const std::vector<double>& margins) {
                                   return poolChances(isFirst ? plan : other, margins);
                               });
}

std::vector<AcrossWorlds::Quantile> AcrossWorlds::feeQuantiles(std::size_t plan,
                                                               const std::vector<double>& levels) const {
    ExpectedValues fees = expectedValues({rowOf(plan), {}}, metric("break_even_fee"));
    fees.values = finiteOf(fees.values);
    if (fees.values.size() < 2) return {};
    fees.sort();
    std::vector<Quantile> quantiles;
    for (const double level : levels) {
        const auto quantile = [&](const std::vector<double>& list) { return sortedQuantile(list, level); };
        quantiles.push_back(
            {level, quantile(fees.values), fees.interval(quantileInterval(fees.values, level), quantile)});
    }
    return quantiles;
}

AcrossWorlds::MarginVariance AcrossWorlds::marginVariance(std::size_t plan,
                                                          const std::vector<double>& margins,
                                                          const std::vector<double>& noise,
                                                          std::size_t groups, std::size_t leftOut) const {
    const double subscribers = scenario_.subscribers.base;
    std::vector<double> kept;
    MarginVariance sums;
    for (std::size_t w = 0; w < finished_.size(); ++w) {
        if (w % groups == leftOut) continue;
        kept.push_back(margins[w]);
        sums.noise += noise[w] * noise[w];
        sums.chance += finished_[w]->userVariance[plan] / subscribers;
    }
    const auto n = static_cast<double>(kept.size());
    return {summarise(kept).variance, sums.noise / n, sums.chance / n};
}

std::vector<std::pair<std::string, Estimate>> AcrossWorlds::varianceShares(std::size_t plan) const {
    const TableRow row{rowOf(plan), {}};
    const std::vector<double> noise = noiseOf(row, metric(kMargin));
    if (finished_.size() < 3 || noise.empty()) return {};
    const std::vector<double> margins = simulated(row, metric(kMargin));
    std::vector<double> sizes(std::min<std::size_t>(finished_.size(), kBatches), 0.0);
    for (std::size_t w = 0; w < finished_.size(); ++w) sizes[w % sizes.size()] += 1.0;
    std::vector<MarginVariance> variances{marginVariance(plan, margins, noise, sizes.size(), sizes.size())};
    for (std::size_t group = 0; group < sizes.size(); ++group)
        variances.push_back(marginVariance(plan, margins, noise, sizes.size(), group));

    std::vector<double> ignorance;
    std::vector<double> fewUsers;
    for (const MarginVariance& of : variances) {
        const double total = std::max(of.between(), 0.0) + of.chance;
        ignorance.push_back(total > 0.0 ? of.between() / total : 0.0);
        fewUsers.push_back(of.observed > 0.0 ? of.noise / of.observed : 0.0);
    }
    std::vector<std::pair<std::string, Estimate>> found{
        {"variance_share_between_worlds", shareOf(ignorance, sizes)},
        {"noise_share_between_worlds", shareOf(fewUsers, sizes)}};
    if (finished_.size() < kLeastForDrivers) return found;
    const std::vector<std::vector<double>> draws = drawsOf(scenario_, finished_);
    for (std::size_t belief = 0; belief < draws.size(); ++belief) {
        std::vector<double> shares = explainedVariances(draws[belief], margins, sizes.size());
        for (std::size_t i = 0; i < shares.size(); ++i)
            shares[i] = variances[i].between() > 0.0 ? shares[i] / variances[i].between() : 0.0;
        found.emplace_back("variance_share." + scenario_.beliefs[belief].path, shareOf(shares, sizes));
    }
    return found;
}

}  // namespace breakeven::sim
