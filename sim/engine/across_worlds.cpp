#include "sim/engine/across_worlds.hpp"

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "sim/engine/threads.hpp"
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

/// The interval of a mean of chances: Wilson's, of as many worlds as would tell a share so well. Where few
/// worlds make it, there may be others like them: then it is that of a share of the worlds there are.
void takeShareInterval(std::size_t worlds, Estimate& estimate) {
    constexpr double kFew = 10.0;
    const auto n = static_cast<double>(worlds);
    const double p = std::clamp(estimate.value, 0.0, 1.0);
    const double variance = estimate.standardError * estimate.standardError;
    const bool isRare = n * std::min(p, 1.0 - p) < kFew || !(variance > 0.0);
    const double told = isRare ? n : std::max(n, p * (1.0 - p) / variance);
    const Interval interval = wilson95(p * told, told);
    estimate.low = interval.low;
    estimate.high = interval.high;
}

/// A mean of numbers from -1 to 1 is not better known than to one of the worlds that it was taken from: what
/// none of n has may be up to 3.69 / n with 97.5 % (the rule of three).
void widenToOneWorld(std::size_t worlds, Estimate& estimate) {
    constexpr double kGaps = 3.688879454113936;  // -ln 0.025
    const auto n = static_cast<double>(worlds);
    estimate.standardError = std::max(estimate.standardError, 1.0 / n);
    estimate.low = std::min(estimate.low, estimate.value - kGaps / n);
    estimate.high = std::max(estimate.high, estimate.value + kGaps / n);
}

double onlyOf(const std::vector<double>& list) {
    return list.front();
}

/// A mean of each of the lists.
template <typename Mean>
ExpectedValues meansOf(const ExpectedValues& values, Mean mean) {
    const auto one = [&](const std::vector<double>& list) {
        return list.empty() ? std::vector<double>{} : std::vector<double>{mean(list)};
    };
    return {one(values.values), one(values.lower), one(values.upper), one(values.narrow), one(values.wide)};
}

/// How much larger the mean of chances is. What is open about the two margins is so in different worlds,
/// those near zero, and joins like independent errors.
template <typename Chances>
Estimate differenceOf(const Chances& to, const Chances& from) {
    std::vector<double> differences;
    for (std::size_t w = 0; w < to.byWorld.size(); ++w)
        differences.push_back(to.byWorld[w] - from.byWorld[w]);
    Estimate result = meanOf(differences, differences);
    const double toMean = onlyOf(to.mean.values);
    const double fromMean = onlyOf(from.mean.values);
    widen(
        to.mean, [&](const std::vector<double>& list) { return onlyOf(list) - fromMean; }, result);
    widen(
        from.mean, [&](const std::vector<double>& list) { return toMean - onlyOf(list); }, result);
    widenToOneWorld(differences.size(), result);
    return result;
}

/// A number from all worlds and from those without each group.
class Jackknifed {
  public:
    /// @param values  of all worlds first
    /// @param sizes   of the groups
    Jackknifed(std::vector<double> values, const std::vector<double>& sizes)
        : values_(std::move(values)),
          error_(jackknifeError(value(), std::span(values_).subspan(1), sizes)),
          half_(studentT95(static_cast<double>(sizes.size()) - 1.0) * error_) {}
    [[nodiscard]] double value() const { return values_.front(); }
    [[nodiscard]] double low() const { return value() - half_; }
    [[nodiscard]] double high() const { return value() + half_; }
    [[nodiscard]] const std::vector<double>& values() const { return values_; }
    /// Is it above 0 for sure, so that it can be divided by?
    [[nodiscard]] bool isAboveZero() const { return low() > 0.0; }
    /// As a share, clamped not before now: an estimate near 0 would seem to have no error.
    [[nodiscard]] Estimate share() const { return shareIn(value(), low(), high(), error_); }
    [[nodiscard]] static Estimate shareIn(double value, double low, double high, double error) {
        const auto inside = [](double x) { return std::clamp(x, 0.0, 1.0); };
        return {inside(value), error, inside(low), inside(high), {}, {}, {}};
    }

  private:
    std::vector<double> values_;
    double error_;
    double half_;
};

/// What share of `whole` a `part` of it is: by the jackknife where the whole is known well enough, else from
/// the ends of both intervals.
Estimate shareOf(const Jackknifed& part, const Jackknifed& whole, const std::vector<double>& sizes) {
    if (whole.isAboveZero()) {
        std::vector<double> shares;
        for (std::size_t i = 0; i < sizes.size() + 1; ++i)
            shares.push_back(whole.values()[i] > 0.0 ? part.values()[i] / whole.values()[i] : 0.0);
        return Jackknifed(std::move(shares), sizes).share();
    }
    const double value = whole.value() > 0.0 ? part.value() / whole.value() : part.value() > 0.0 ? 1.0 : 0.0;
    const double low = part.low() > 0.0 && whole.high() > 0.0 ? part.low() / whole.high() : 0.0;
    const double high = part.high() <= 0.0 ? 0.0 : whole.low() > 0.0 ? part.high() / whole.low() : 1.0;
    constexpr double kErrorsWide = 2.0 * kNormal95;
    const Estimate ends = Jackknifed::shareIn(value, low, high, 0.0);
    return Jackknifed::shareIn(value, low, high, (ends.high - ends.low) / kErrorsWide);
}

}  // namespace

void dropRounding(Estimate& estimate) {
    if (!(estimate.standardError <= 1e-13 * std::abs(estimate.value))) return;
    estimate.standardError = 0.0;
    estimate.low = estimate.high = estimate.value;
}

AcrossWorlds::AcrossWorlds(const core::Scenario& scenario, const std::vector<const WorldOutcome*>& finished,
                           int threads)
    : scenario_(scenario),
      finished_(finished),
      scopes_(reportedScopes(scenario).size()),
      metrics_(worldMetrics(scenario)),
      amounts_(amountMetrics(scenario)),
      fit_(drawsOf(scenario, finished), finished.size()),
      margins_(scenario.plans.size()),
      pools_(scenario.plans.size()) {
    forEach(threads, scenario.plans.size(), [&](std::size_t plan) {
        margins_[plan] = expectedValues({rowOf(plan), {}}, metric(kMargin));
        pools_[plan] = poolChancesOf(plan);
    });
}

const std::vector<double>& AcrossWorlds::poolChances(std::size_t plan) const {
    return pools_[plan].byWorld;
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
    const auto chancesIn = [&](std::size_t of) {
        const ExpectedValues margins = marginsInRow(of);
        Chances chances{margins.values, meansOf(margins, shareBelowZero)};
        for (double& x : chances.byWorld) x = x < 0.0 ? 1.0 : 0.0;
        return chances;
    };
    Estimate result = differenceOf(chancesIn(row), chancesIn(other));
    result.bandLow.reset();
    result.bandHigh.reset();
    return result;
}

std::vector<double> AcrossWorlds::beyondMoments(std::size_t plan) const {
    const auto isInside = [](double p) { return p > 0.0 && p < 1.0; };
    const std::size_t chance = metric("probability_pool_loses");
    const std::size_t margin = metric(kMargin);
    std::vector<double> beyond;
    for (const WorldOutcome* world : finished_) {
        const std::vector<double>& values = world->values[rowOf(plan)];
        const double simulated = values[chance];
        const double own =
            probabilitySumBelowZero(scenario_.run.months * values[margin], world->userMoments[2 * plan],
                                    world->userMoments[2 * plan + 1], world->subscribers);
        const bool isMore = isInside(simulated) && isInside(own) && std::abs(simulated - own) > 1e-9;
        beyond.push_back(isMore ? normalQuantile(simulated) - normalQuantile(own) : 0.0);
    }
    return beyond;
}

std::vector<double> AcrossWorlds::chancesWith(std::size_t plan, const std::vector<double>& margins,
                                              const std::vector<double>& beyond) const {
    const std::size_t chance = metric("probability_pool_loses");
    const std::size_t margin = metric(kMargin);
    std::vector<double> chances;
    for (std::size_t w = 0; w < finished_.size(); ++w) {
        const WorldOutcome& world = *finished_[w];
        const double simulated = world.values[rowOf(plan)][chance];
        if (margins[w] == world.values[rowOf(plan)][margin] || !std::isfinite(simulated)) {
            chances.push_back(simulated);
            continue;
        }
        const double moved =
            probabilitySumBelowZero(scenario_.run.months * margins[w], world.userMoments[2 * plan],
                                    world.userMoments[2 * plan + 1], world.subscribers);
        const bool hasMore = beyond[w] != 0.0 && moved > 0.0 && moved < 1.0;
        chances.push_back(hasMore ? normalCdfScalar(normalQuantile(moved) + beyond[w]) : moved);
    }
    return chances;
}

AcrossWorlds::Chances AcrossWorlds::poolChancesOf(std::size_t plan) const {
    const ExpectedValues& margins = margins_[plan];
    const std::vector<double> beyond = beyondMoments(plan);
    Chances chances{chancesWith(plan, margins.values, beyond), {}};
    chances.mean = meansOf(margins, [&](const std::vector<double>& list) {
        const bool isKnown = &list == &margins.values;
        return summarise(finiteOf(isKnown ? chances.byWorld : chancesWith(plan, list, beyond))).mean;
    });
    return chances;
}

Estimate AcrossWorlds::poolLoses(std::size_t plan) const {
    const Chances& chances = pools_[plan];
    const std::vector<double> finite = finiteOf(chances.byWorld);
    Estimate result = meanOf(finite, finite);
    takeShareInterval(finite.size(), result);
    widen(chances.mean, onlyOf, result);
    return result;
}

Estimate AcrossWorlds::poolLosesMore(std::size_t plan, std::size_t other) const {
    return differenceOf(pools_[plan], pools_[other]);
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
    const double months = scenario_.run.months;
    std::vector<double> kept;
    MarginVariance sums;
    for (std::size_t w = 0; w < finished_.size(); ++w) {
        if (w % groups == leftOut) continue;
        kept.push_back(margins[w]);
        sums.noise += noise[w] * noise[w];
        sums.chance += finished_[w]->userMoments[2 * plan] / (months * months) / finished_[w]->subscribers;
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

    std::vector<double> differing;
    std::vector<double> whole;  // with the chance of the pool
    std::vector<double> fewUsers;
    for (const MarginVariance& of : variances) {
        differing.push_back(of.between());
        whole.push_back(of.between() + of.chance);
        fewUsers.push_back(of.observed > 0.0 ? of.noise / of.observed : 0.0);
    }
    const Jackknifed between(std::move(differing), sizes);
    std::vector<std::pair<std::string, Estimate>> found{
        {"variance_share_between_worlds", shareOf(between, Jackknifed(std::move(whole), sizes), sizes)},
        {"noise_share_between_worlds", Jackknifed(std::move(fewUsers), sizes).share()}};
    if (finished_.size() < kLeastForDrivers) return found;
    const std::vector<std::vector<double>> draws = drawsOf(scenario_, finished_);
    for (std::size_t belief = 0; belief < draws.size(); ++belief) {
        const Jackknifed explained(explainedVariances(draws[belief], margins, sizes.size()), sizes);
        found.emplace_back("variance_share." + scenario_.beliefs[belief].path,
                           shareOf(explained, between, sizes));
    }
    return found;
}

}  // namespace breakeven::sim
