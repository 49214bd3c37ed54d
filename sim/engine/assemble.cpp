#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>

#include "core/units/infinity.hpp"
#include "sim/engine/across_worlds.hpp"
#include "sim/engine/outcome.hpp"
#include "sim/engine/threads.hpp"
#include "sim/engine/work_plan.hpp"
#include "sim/engine/world_result.hpp"
#include "sim/kernels/scalar_math.hpp"
#include "sim/pipeline/importance.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/stats/summaries.hpp"

namespace breakeven::sim {
namespace {

constexpr double kGaps = 3.688879454113936;  // -ln 0.025: quantile of an exponential with mean 1
constexpr double kCrowd = 400.0;             // users whose number is by no chance twice what it should be
constexpr double kLevels[] = {0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999};

bool isShare(const std::string& unit) {
    return unit == "share" || unit == "probability";
}

/// Builds the rows of one run.
class Assembler {
  public:
    Assembler(const core::Scenario& scenario, const Layout& layout, const RunOutcome& outcome, int threads,
              RunResult& result)
        : scenario_(scenario),
          layout_(layout),
          outcome_(outcome),
          threads_(threads),
          result_(result),
          scopes_(reportedScopes(scenario)),
          metrics_(worldMetrics(scenario)) {
        for (std::size_t w = 0; w < outcome.worlds.size(); ++w) {
            if (!outcome.worlds[w].finished) continue;
            finished_.push_back(&outcome.worlds[w]);
            numbers_.push_back(static_cast<std::uint32_t>(w + 1));
        }
        if (scenario.run.worlds > 1 && !finished_.empty()) across_.emplace(scenario, finished_, threads);
    }

    void assemble() {
        result_.worldsFinished = static_cast<std::uint32_t>(finished_.size());
        if (finished_.empty()) return;
        const std::vector<QuantityRows> quantities = quantityRows();
        findEstimates();
        std::vector<std::vector<std::pair<std::string, Estimate>>> shares(layout_.plans);
        if (across_)
            forEach(threads_, layout_.plans,
                    [&](std::size_t plan) { shares[plan] = across_->varianceShares(plan); });
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
            for (std::size_t scope = 0; scope < scopes_.size(); ++scope) addMetrics(plan, scope);
            for (const auto& [name, share] : shares[plan])
                result_.metrics.push_back({key(plan, 0), name, "share", share});
            for (std::size_t i = 0; i < layout_.quantities(); ++i) {
                const QuantityRows& rows = quantities[plan * layout_.quantities() + i];
                append(result_.quantiles, rows.quantiles);
                append(result_.histogram, rows.histogram);
                append(result_.lorenz, rows.lorenz);
            }
            if (across_) addBreakEvenQuantiles(plan);
        }
        for (std::size_t plan = 1; plan < layout_.plans; ++plan) {
            for (std::size_t scope = 0; scope < scopes_.size(); ++scope) addDifferences(plan, scope);
        }
        addWorlds();
    }

  private:
    template <typename Row>
    static void append(std::vector<Row>& to, const std::vector<Row>& rows) {
        to.insert(to.end(), rows.begin(), rows.end());
    }

    [[nodiscard]] RowKey key(std::size_t plan, std::size_t scopeIndex) const {
        const Scope& scope = scopes_[scopeIndex];
        RowKey result{scenario_.plans[plan].id, kAll, kAll};
        if (scope.segment != Scope::kEvery) result.segment = scenario_.segments[scope.segment].id;
        if (scope.month != Scope::kEvery) result.month = std::to_string(scope.month + 1);
        return result;
    }

    [[nodiscard]] double value(const WorldOutcome& world, std::size_t plan, std::size_t scope,
                               std::size_t metric) const {
        return world.values[plan * scopes_.size() + scope][metric];
    }
    /// One world: error from the estimates with one batch of users left out.
    [[nodiscard]] Estimate fromBatches(double whole, const std::vector<double>& without) const {
        Estimate estimate;
        estimate.value = whole;
        estimate.standardError = jackknifeError(whole, without, outcome_.batchUsers);
        const Interval interval = jackknifeInterval(whole, without, outcome_.batchUsers);
        estimate.low = interval.low;
        estimate.high = interval.high;
        dropRounding(estimate);
        return estimate;
    }

    /// Estimate of a metric, which must be finite in the whole.
    [[nodiscard]] std::optional<Estimate> estimate(TableRow row, std::size_t metric) const {
        if (across_) return across_->mean(row, metric);
        const double whole = row.of(finished_.front()->values, metric);
        if (!std::isfinite(whole)) return std::nullopt;
        std::vector<double> without;
        for (const auto& values : outcome_.without) without.push_back(row.of(values, metric));
        // Without some batch there is no such number: how sure this one is can't be said.
        if (!std::ranges::all_of(without, [](double x) { return std::isfinite(x); })) return std::nullopt;
        return fromBatches(whole, without);
    }

    /// All of them on so many threads, for with many worlds they take time: row x metric.
    void findEstimates() {
        const std::size_t rows = layout_.plans * scopes_.size();
        totals_.resize(rows * metrics_.size());
        differences_.resize(totals_.size());
        forEach(threads_, totals_.size(), [&](std::size_t i) {
            const std::size_t row = i / metrics_.size();
            const std::size_t metric = i % metrics_.size();
            totals_[i] = estimate({row, {}}, metric);
            if (row >= scopes_.size()) differences_[i] = estimate({row, row % scopes_.size()}, metric);
        });
    }

    static void clampShare(Estimate& estimate, double low) {
        estimate.low = std::clamp(estimate.low, low, 1.0);
        estimate.high = std::clamp(estimate.high, low, 1.0);
    }

    /// Whether a metric counts users who could have been more or fewer.
    [[nodiscard]] static bool isShareOfUsers(const std::string& metric, double value) {
        if (metric == "users_active") return value > 0.0 && value < 1.0;
        return metric == "loss_making_users" || metric == "loss_making_users_horizon" ||
               metric == "touched_by_limit";
    }

    /// A share, or a difference of two, is never better known than to one of the users it was counted from,
    /// even where strata make all batches alike or nobody was found: none of n is up to 3.69 / n with 97.5 %
    /// (the rule of three). Under importance sampling a user counts up to twice.
    void widenToOneUser(std::size_t scopeIndex, Estimate& estimate) const {
        if (across_) return;
        const std::size_t segment = scopes_[scopeIndex].segment;
        const std::uint64_t users =
            segment == Scope::kEvery ? scenario_.run.users : usersBySegment(scenario_)[segment];
        const double one = (scenario_.run.sampling == core::Sampling::Importance ? kHeaviestUser : 1.0) /
                           static_cast<double>(users);
        estimate.standardError = std::max(estimate.standardError, one);
        estimate.low = std::min(estimate.low, estimate.value - kGaps * one);
        estimate.high = std::max(estimate.high, estimate.value + kGaps * one);
    }

    /// A chance hangs on the mean margin like a normal law on its score: near 0 and 1 only scores are about
    /// symmetric, so the interval is theirs.
    void takeScoreInterval(std::size_t row, std::size_t metric, Estimate& estimate) const {
        if (!(estimate.standardError > 0.0)) return;
        std::vector<double> scores{normalQuantile(estimate.value)};
        for (const auto& values : outcome_.without) scores.push_back(normalQuantile(values[row][metric]));
        if (!std::ranges::all_of(scores, [](double z) { return std::isfinite(z); })) return;
        const Interval interval =
            jackknifeInterval(scores.front(), std::span(scores).subspan(1), outcome_.batchUsers);
        estimate.low = normalCdfScalar(interval.low);
        estimate.high = normalCdfScalar(interval.high);
    }

    void addMetrics(std::size_t plan, std::size_t scope) {
        const std::size_t row = plan * scopes_.size() + scope;
        for (std::size_t metric = 0; metric < metrics_.size(); ++metric) {
            std::optional<Estimate> found = totals_[row * metrics_.size() + metric];
            if (!found) continue;
            if (isShareOfUsers(metrics_[metric].name, found->value)) widenToOneUser(scope, *found);
            if (metrics_[metric].name == "probability_pool_loses") {
                if (across_) {
                    found = across_->poolLoses(plan);
                } else {
                    takeScoreInterval(row, metric, *found);
                }
            }
            if (isShare(metrics_[metric].unit)) clampShare(*found, 0.0);
            result_.metrics.push_back(
                {key(plan, scope), metrics_[metric].name, metrics_[metric].unit, *found});
            if (metrics_[metric].name == "margin_per_user") {
                result_.metrics.push_back(
                    {key(plan, scope), "probability_plan_loses", "probability", planLoses(row, *found)});
            }
        }
    }

    [[nodiscard]] Estimate planLoses(std::size_t row, const Estimate& margin) const {
        if (across_) {
            Estimate result = across_->planLoses(row);
            clampShare(result, 0.0);
            return result;
        }
        // The plan loses or it does not; the error says how sure that is.
        Estimate result;
        result.value = margin.value < 0.0 ? 1.0 : 0.0;
        const bool isOpen = margin.low < 0.0 && margin.high > 0.0;
        result.low = isOpen ? 0.0 : result.value;
        result.high = isOpen ? 1.0 : result.value;
        result.standardError =
            margin.standardError > 0.0
                ? 0.5 * std::erfc(std::abs(margin.value) / margin.standardError / std::sqrt(2.0))
                : 0.0;
        return result;
    }

    void addDifferences(std::size_t plan, std::size_t scope) {
        const std::size_t row = plan * scopes_.size() + scope;
        for (std::size_t metric = 0; metric < metrics_.size(); ++metric) {
            std::optional<Estimate> found = differences_[row * metrics_.size() + metric];
            if (!found) continue;
            if (isShareOfUsers(metrics_[metric].name, found->value)) widenToOneUser(scope, *found);
            if (across_ && metrics_[metric].name == "probability_pool_loses")
                found = across_->poolLosesMore(plan, 0);
            if (isShare(metrics_[metric].unit)) clampShare(*found, -1.0);
            addDifference(plan, scope, metrics_[metric].name, metrics_[metric].unit, *found);
            if (metrics_[metric].name != "margin_per_user" || !across_) continue;
            Estimate loses = across_->planLosesMore(row, scope);
            clampShare(loses, -1.0);
            addDifference(plan, scope, "probability_plan_loses", "probability", loses);
        }
    }

    void addDifference(std::size_t plan, std::size_t scope, const std::string& metric,
                       const std::string& unit, const Estimate& estimate) {
        const bool isNoise = estimate.low <= 0.0 && estimate.high >= 0.0;
        result_.differences.push_back(
            {scenario_.plans.front().id, key(plan, scope), metric, unit, estimate, isNoise});
    }

    /// What is told of one quantity of one plan.
    struct QuantityRows {
        std::vector<QuantileRow> quantiles;
        std::vector<HistogramRow> histogram;
        std::vector<LorenzRow> lorenz;  ///< of the cost
    };

    /// Plan x quantity.
    [[nodiscard]] std::vector<QuantityRows> quantityRows() const {
        std::vector<QuantityRows> rows(layout_.plans * layout_.quantities());
        forEach(threads_, rows.size(), [&](std::size_t i) {
            const std::size_t plan = i / layout_.quantities();
            const std::size_t quantity = i % layout_.quantities();
            std::string name = quantity == Layout::kCostCount      ? "cost"
                               : quantity == Layout::kRevenueCount ? "revenue"
                               : quantity == Layout::kMarginCount
                                   ? "margin"
                                   : "usage_" + scenario_.meters[quantity - Layout::kUsageCount].id;
            const bool isUsage = quantity >= Layout::kUsageCount;
            const Multiple source = isUsage ? layout_.multiples[quantity - Layout::kUsageCount] : Multiple{};
            const std::size_t counted = isUsage ? Layout::kUsageCount + source.meter : quantity;
            rows[i] = rowsOf(plan, name, layout_.slot(plan, counted), source.factor);
        });
        return rows;
    }

    /// @param factor  the quantity is so many times what the slot counts
    [[nodiscard]] QuantityRows rowsOf(std::size_t plan, const std::string& name, std::size_t slot,
                                      double factor) const {
        QuantityRows rows;
        const LogCounts& counts = outcome_.pooled[slot];
        LogCounts::Table table = counts.table(outcome_.countUnit);
        std::vector<WeightedBin>& bins = table.bins;
        if (bins.empty()) return rows;
        for (WeightedBin& bin : bins) {
            bin.low *= factor;
            bin.high *= factor;
        }
        std::vector<QuantilePlace> places;
        std::vector<std::size_t> at;  // the bins that they lie in
        for (const double level : kLevels) {
            places.push_back(quantilePlace(bins, level));
            at.push_back(places.back().bin);
        }
        std::vector<LogCounts::BatchCounts> batches = counts.batchCounts(table, at);
        std::erase_if(batches, [](const LogCounts::BatchCounts& batch) { return !(batch.total > 0.0); });
        for (std::size_t i = 0; i < places.size(); ++i) {
            const double level = kLevels[i];
            const double spread = levelSpread(batches, i, table.cells[places[i].bin], places[i].part);
            // Where many users crowd in a bin, the whole of it is what is known.
            const WeightedBin bin = table.whole(places[i].bin);
            const bool isVague = bin.weight > kCrowd && table.isCrowded(places[i].bin);
            const double low = quantileOf(bins, std::max(level - spread, 0.0));
            const double high = quantileOf(bins, std::min(level + spread, 1.0));
            rows.quantiles.push_back({key(plan, 0), name, level, places[i].value,
                                      isVague ? std::min(low, bin.low) : low,
                                      isVague ? std::max(high, bin.high) : high});
        }
        rows.histogram = histogramOf(plan, name, table.wholes());
        if (name == "cost") rows.lorenz = lorenzOf(plan, bins);
        return rows;
    }

    /// How many users of a bin lie where they do independently of each other, at most: spread evenly, one of
    /// each stratum, of a group or of a batch.
    [[nodiscard]] double independentUsers() const {
        const auto segments = static_cast<double>(scenario_.segments.size());
        switch (scenario_.run.sampling) {
            case core::Sampling::Random:
            case core::Sampling::Antithetic:
                return kInfinity;
            case core::Sampling::Stratified:
                return across_ ? kInfinity
                               : segments * static_cast<double>(groupingOf(scenario_.run.users).groups);
            case core::Sampling::LatinHypercube:
            case core::Sampling::Sobol:
            case core::Sampling::Importance:
                break;
        }
        return across_ ? kInfinity : segments * static_cast<double>(kBatches);
    }

    /// Half the 95 % interval of the share at or below a value, from the batches and from the bin, of whose m
    /// users the batches can't tell how many lie below: m part (1 - part) is their variance. At least the
    /// share that lies between the value and the user next to it with 97.5 % on either side, which is all
    /// that is left where strata fix the share itself: gaps between n users are exponential with mean 1 / n.
    ///
    /// @param batches  that counted something
    /// @param at       which of the bins that they were asked for the value lies in
    /// @param cell     where it is counted: how many of m say what part lies below is what its error is of
    /// @param inside   share of this bin at or below the value
    [[nodiscard]] double levelSpread(const std::vector<LogCounts::BatchCounts>& batches, std::size_t at,
                                     const LogCounts::Cell& cell, double inside) const {
        if (batches.size() < 2) return 1.0;
        const double part = cell.before + cell.share * inside;
        double weight = 0.0;
        double below = 0.0;
        double inBin = 0.0;
        std::vector<std::pair<double, double>> parts;
        for (const LogCounts::BatchCounts& batch : batches) {
            parts.emplace_back(batch.total, batch.upTo[at] - (1.0 - part) * batch.in[at]);
            weight += batch.total;
            below += parts.back().second;
            inBin += batch.in[at];
        }
        const auto n = static_cast<double>(parts.size());
        double squares = 0.0;
        for (const auto& [size, hits] : parts) squares += std::pow(hits - size * below / weight, 2);
        const double users = static_cast<double>(scenario_.run.users) * static_cast<double>(finished_.size());
        const double scattered = std::min(inBin / weight * users, independentUsers()) * cell.perLook;
        const double variance =
            n / (n - 1.0) * squares / (weight * weight) + scattered * part * (1.0 - part) / (users * users);
        const double unseen = (cell.hasShared ? unseenShare() : 0.0) + cell.unplaced * inBin / weight;
        return std::max(studentT95(n - 1.0) * std::sqrt(variance), kGaps / users) + unseen;
    }

    /// At most what share of all users lies on an atom without being told from others, for each is the only
    /// one there of its chunk: the largest x exp(-x) of a chunk's.
    [[nodiscard]] double unseenShare() const {
        return std::exp(-1.0) /
               static_cast<double>(std::min<std::uint64_t>(kChunkUsers, scenario_.run.users));
    }

    /// Neighbouring bins joined up to a ratio of 1.03.
    [[nodiscard]] std::vector<HistogramRow> histogramOf(std::size_t plan, const std::string& name,
                                                        const std::vector<WeightedBin>& bins) const {
        std::vector<HistogramRow> result;
        constexpr double kWidest = 1.03;
        double weight = 0.0;
        const auto flush = [&](double low, double high) {
            const auto count = static_cast<std::uint64_t>(std::llround(weight));
            if (count > 0) result.push_back({key(plan, 0), name, low, high, count});
            weight = 0.0;
        };
        std::size_t first = 0;
        for (std::size_t i = 0; i < bins.size(); ++i) {
            weight += bins[i].weight;
            const bool isLast = i + 1 == bins.size();
            const auto joins = [&] {
                const double low = bins[first].low;
                const double high = bins[i + 1].high;
                return (low > 0.0 && high <= kWidest * low) || (high < 0.0 && low >= kWidest * high);
            };
            if (!isLast && joins()) continue;
            flush(bins[first].low, bins[i].high);
            first = i + 1;
        }
        return result;
    }

    void addBreakEvenQuantiles(std::size_t plan) {
        const std::vector<double> levels(std::begin(kLevels), std::end(kLevels));
        for (const auto& [level, value, interval] : across_->feeQuantiles(plan, levels))
            result_.quantiles.push_back(
                {key(plan, 0), "break_even_fee", level, value, interval.low, interval.high});
    }

    [[nodiscard]] std::vector<LorenzRow> lorenzOf(std::size_t plan,
                                                  const std::vector<WeightedBin>& bins) const {
        std::vector<LorenzRow> result;
        if (!(bins.back().high > 0.0)) return result;
        for (int percent = 0; percent <= 100; ++percent) {
            const double users = percent / 100.0;
            result.push_back(
                {key(plan, 0), users, std::clamp(1.0 - shareOfLargest(bins, 1.0 - users), 0.0, 1.0)});
        }
        return result;
    }

    /// What every world has of one plan beside its simulated values; nothing of one world.
    struct PlanInWorlds {
        std::vector<double> margins;
        std::vector<double> fees;
        std::vector<double> chances;  ///< that its pool loses
    };
    [[nodiscard]] PlanInWorlds planInWorlds(std::size_t plan) const {
        if (!across_) return {};
        const TableRow row{plan * scopes_.size(), {}};
        PlanInWorlds found{across_->expected(row, across_->metric("margin_per_user")),
                           across_->expected(row, across_->metric("break_even_fee")),
                           {}};
        found.chances = across_->poolChances(plan);
        return found;
    }

    void addWorlds() {
        std::vector<std::string> beliefNames;
        for (const auto& belief : scenario_.beliefs) beliefNames.push_back("belief." + belief.path);
        std::vector<PlanInWorlds> plans;
        for (std::size_t plan = 0; plan < layout_.plans; ++plan) plans.push_back(planInWorlds(plan));
        const std::size_t perWorld = beliefNames.size() + layout_.plans * (metrics_.size() + 2);
        result_.worlds.reserve(finished_.size() * perWorld);
        for (std::size_t w = 0; w < finished_.size(); ++w) {
            for (std::size_t belief = 0; belief < beliefNames.size(); ++belief)
                result_.worlds.add(numbers_[w], "", beliefNames[belief], finished_[w]->beliefs[belief]);
            for (std::size_t plan = 0; plan < layout_.plans; ++plan) {
                const auto add = [&](const std::string& name, double x) {
                    if (std::isfinite(x)) result_.worlds.add(numbers_[w], scenario_.plans[plan].id, name, x);
                };
                const PlanInWorlds& of = plans[plan];
                for (std::size_t metric = 0; metric < metrics_.size(); ++metric) {
                    const bool isMoved =
                        metrics_[metric].name == "probability_pool_loses" && !of.chances.empty();
                    add(metrics_[metric].name,
                        isMoved ? of.chances[w] : finished_[w]->values[plan * scopes_.size()][metric]);
                }
                if (!across_) continue;
                add(kExpectedPrefix + std::string("margin_per_user"), of.margins[w]);
                add(kExpectedPrefix + std::string("break_even_fee"), of.fees[w]);
            }
        }
    }

    const core::Scenario& scenario_;
    const Layout& layout_;
    const RunOutcome& outcome_;
    const int threads_;
    RunResult& result_;
    std::vector<Scope> scopes_;
    std::vector<WorldMetric> metrics_;
    std::vector<const WorldOutcome*> finished_;
    std::vector<std::uint32_t> numbers_;                ///< of the finished worlds, from 1
    std::vector<std::optional<Estimate>> totals_;       ///< row x metric
    std::vector<std::optional<Estimate>> differences_;  ///< the same, less that of the first plan
    std::optional<AcrossWorlds> across_;                ///< several worlds
};

}  // namespace

void assembleRows(const core::Scenario& scenario, const Layout& layout, const RunOutcome& outcome,
                  int threads, RunResult& result) {
    Assembler(scenario, layout, outcome, threads, result).assemble();
}

}  // namespace breakeven::sim
