#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/engine/outcome.hpp"
#include "sim/engine/world_result.hpp"
#include "sim/results/estimate.hpp"
#include "sim/stats/expected_values.hpp"

namespace breakeven::sim {

/// A row of the worlds' tables, plan x scope; or what it is more than another, on the same users.
struct TableRow {
    std::size_t row = 0;
    std::optional<std::size_t> less;
    [[nodiscard]] double of(const std::vector<std::vector<double>>& table, std::size_t column) const {
        return table[row][column] - (less ? table[*less][column] : 0.0);
    }
};

/// An error of rounding only, as of a sum of equal numbers, is none: the estimate is exact.
void dropRounding(Estimate& estimate);

/// What the finished worlds of a run of several say together. Means are those of the simulated values, whose
/// spread holds the noise of each world's users: it is part of their error. Chances, sure prices and bands
/// speak of what is not known, so of expected values (BeliefFit), where their noise is known.
class AcrossWorlds {
  public:
    /// All are referred to. At least one world is finished.
    AcrossWorlds(const core::Scenario& scenario, const std::vector<const WorldOutcome*>& finished,
                 int threads);

    /// Mean over the worlds where it is finite, Student's t, and the band; none where it is finite in none.
    [[nodiscard]] std::optional<Estimate> mean(TableRow row, std::size_t metric) const;

    /// Share of worlds with a negative margin; Wilson's interval widened by that of the margins.
    [[nodiscard]] Estimate planLoses(std::size_t row) const;

    /// Mean chance that a plan's pool loses.
    [[nodiscard]] Estimate poolLoses(std::size_t plan) const;

    /// How much likelier a plan is to lose than another, by their rows; or its pool than that of another.
    [[nodiscard]] Estimate planLosesMore(std::size_t row, std::size_t other) const;
    [[nodiscard]] Estimate poolLosesMore(std::size_t plan, std::size_t other) const;

    /// A quantile with its interval.
    struct Quantile {
        double level = 0.0;
        double value = 0.0;
        Interval interval;
    };
    /// Of a plan's break-even fee over worlds; none where fewer than two have one.
    [[nodiscard]] std::vector<Quantile> feeQuantiles(std::size_t plan,
                                                     const std::vector<double>& levels) const;

    /// What the variance of a plan's margin between worlds is made of: shares by metric. None of fewer than
    /// three worlds; shares of beliefs from ten on.
    [[nodiscard]] std::vector<std::pair<std::string, Estimate>> varianceShares(std::size_t plan) const;

    /// By finished world, in the order of `finished`: what an amount would be with all the users there are;
    /// the simulated values where their noise is not known.
    [[nodiscard]] std::vector<double> expected(TableRow row, std::size_t metric) const;

    /// By finished world: the chance that a plan's pool loses.
    [[nodiscard]] const std::vector<double>& poolChances(std::size_t plan) const;

    [[nodiscard]] std::size_t metric(const char* name) const;

  private:
    [[nodiscard]] std::vector<double> simulated(TableRow row, std::size_t metric) const;
    /// Empty where it is not known or some value is not finite.
    [[nodiscard]] std::vector<double> noiseOf(TableRow row, std::size_t metric) const;
    [[nodiscard]] ExpectedValues expectedValues(TableRow row, std::size_t metric) const;
    [[nodiscard]] ExpectedValues marginsInRow(std::size_t row) const;
    /// Chances by world that a plan loses, and their mean, also for the margins at the ends of their
    /// intervals.
    struct Chances {
        std::vector<double> byWorld;
        ExpectedValues mean;
    };
    /// What a world's simulated chance that the pool loses knows beyond three moments, as a normal score.
    [[nodiscard]] std::vector<double> beyondMoments(std::size_t plan) const;
    /// The chances that the pool loses if its mean margins are these.
    [[nodiscard]] std::vector<double> chancesWith(std::size_t plan, const std::vector<double>& margins,
                                                  const std::vector<double>& beyond) const;
    [[nodiscard]] Chances poolChancesOf(std::size_t plan) const;
    [[nodiscard]] std::size_t rowOf(std::size_t plan) const { return plan * scopes_; }

    /// What the margins of worlds are made of. Source: METHODS 3.12.
    struct MarginVariance {
        double observed = 0.0;  ///< of the worlds' simulated margins
        double noise = 0.0;     ///< of one such margin about the world's own: its users are a sample
        double chance = 0.0;    ///< of the margin a user of a pool of `subscribers`
        [[nodiscard]] double between() const { return observed - noise; }
    };
    /// @param leftOut  the worlds w with w % groups == leftOut are not counted
    [[nodiscard]] MarginVariance marginVariance(std::size_t plan, const std::vector<double>& margins,
                                                const std::vector<double>& noise, std::size_t groups,
                                                std::size_t leftOut) const;

    const core::Scenario& scenario_;
    const std::vector<const WorldOutcome*>& finished_;
    std::size_t scopes_;
    std::vector<WorldMetric> metrics_;
    std::vector<std::size_t> amounts_;
    BeliefFit fit_;
    std::vector<ExpectedValues> margins_;  ///< by plan, over all segments and months
    std::vector<Chances> pools_;           ///< by plan
};

}  // namespace breakeven::sim
