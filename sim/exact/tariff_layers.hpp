#pragma once

#include <cstddef>
#include <limits>
#include <utility>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/stats/pool_law.hpp"
#include "sim/exact/segment_usage.hpp"

namespace breakeven::sim {

/// A price on a quantity, as `ChunkRunner::addCharge` bills it.
[[nodiscard]] double priceOf(const core::Charge& charge, double quantity);

/// What a unit of each meter costs us, without what it costs by scale.
[[nodiscard]] std::vector<double> ratesOf(const core::Scenario& scenario, const core::Cost& cost);

/// One plan in one segment whose looked-at meters hang on one driver: cost and revenue as functions of X.
class TariffLayers {
  public:
    TariffLayers(const core::Scenario& scenario, const core::Plan& plan, Driver driver);

    [[nodiscard]] double served(double x) const { return std::min(x, block_); }
    [[nodiscard]] double touched(double x) const { return x > firstLimit_ ? 1.0 : 0.0; }

    [[nodiscard]] double cost(double x) const;

    [[nodiscard]] double payments(double x) const;

    [[nodiscard]] double rawRevenue(double x) const;
    [[nodiscard]] double revenue(double x) const;
    [[nodiscard]] double margin(double x) const;
    [[nodiscard]] double chargeAt(const core::Charge& charge, double x) const;

    /// Splits the pieces where revenue and cost meet.
    void splitAtBreakEven();

    /// E g(X) of a function that is linear within each piece.
    template <typename Function>
    [[nodiscard]] double expect(Function g) const {
        double sum = 0.0;
        if (isDiscrete()) {
            const Points& points = *driver_.points;
            for (std::size_t i = 0; i < points.values.size(); ++i)
                sum += points.shares.empty() ? g(points.values[i]) : points.shares[i] * g(points.values[i]);
            if (points.shares.empty()) sum /= static_cast<double>(points.values.size());
        } else {
            if (const double idle = core::shareUpTo(driver_.law, 0.0); idle > 0.0) sum += idle * g(0.0);
            forPieces([&](double first, double second, double share, double mean) {
                const double slope = (g(second) - g(first)) / (second - first);
                // Beyond the last break the mean can be infinite, and nothing hang on it.
                sum += (g(first) - slope * first) * share + (slope == 0.0 ? 0.0 : slope * mean);
            });
        }
        return driver_.dormant == 0.0 ? sum : (1.0 - driver_.dormant) * sum + driver_.dormant * g(0.0);
    }

    /// The margin's law in cells of 1 % of X; none where the mean of X is infinite.
    [[nodiscard]] std::vector<LawPoint> marginCells() const;

    /// E[cost; the dearest `share` of user-months]. Cost never falls in X, so these are the largest X.
    [[nodiscard]] double costOfLargest(double share) const;

    /// Gini of cost = fixed part + h(X). Zero-inflation by d turns a Gini G into d + (1 - d) G; a constant
    /// beside h scales it by the share of the mean that h makes.
    [[nodiscard]] Maybe costGini() const;

    /// Do the closed pieces hold: no constant meter shrinks with a limit on X, no packages of continuous
    /// usage?
    [[nodiscard]] bool isCostClosed() const {
        return (plan_.limits.empty() || offset_ == 0.0) && cost_.scales.empty();
    }
    [[nodiscard]] bool isClosed(const core::Charge& charge) const;
    /// Limits on a meter that is constant beside a random X touch all or none and shrink all: left out.
    [[nodiscard]] bool areLimitsClosed() const;

  private:
    [[nodiscard]] bool isDiscrete() const { return driver_.points.has_value(); }

    [[nodiscard]] std::pair<double, double> quantity(const core::Charge& charge) const;

    void tidyBreaks();

    /// Calls with two inner points of each piece (from, to] of X, its probability and its part of E X.
    template <typename Visit>
    void forPieces(Visit visit) const {
        double from = 0.0;
        for (std::size_t i = 0; i <= breaks_.size(); ++i) {
            const bool isLast = i == breaks_.size();
            const double to = isLast ? std::numeric_limits<double>::infinity() : breaks_[i];
            // Inner points, since a tier's flat amount makes a step at the edge.
            const double width = isLast ? (from > 0.0 ? from : 1.0) : to - from;
            visit(from + 0.25 * width, from + 0.75 * width,
                  core::shareUpTo(driver_.law, to) - core::shareUpTo(driver_.law, from),
                  core::meanUpTo(driver_.law, to) - core::meanUpTo(driver_.law, from));
            from = to;
        }
    }

    template <typename Function>
    void addRoots(Function g) {
        std::vector<double> roots;
        forPieces([&](double first, double second, double, double) {
            const double slope = (g(second) - g(first)) / (second - first);
            if (slope != 0.0) roots.push_back(first - g(first) / slope);
        });
        // A root outside its piece only splits another one, which changes nothing.
        breaks_.insert(breaks_.end(), roots.begin(), roots.end());
        tidyBreaks();
    }

    const core::Scenario& scenario_;
    const core::Plan& plan_;
    const core::Cost& cost_;
    Driver driver_;
    double block_ = std::numeric_limits<double>::infinity();
    double firstLimit_ = std::numeric_limits<double>::infinity();
    std::vector<std::pair<double, double>> degrades_;  ///< X from which use costs this share, ascending
    std::vector<double> breaks_;                       ///< ends of the pieces, ascending, > 0
    double fixed_ = 0.0;
    double slope_ = 0.0;   ///< cost of a unit of X
    double offset_ = 0.0;  ///< cost of the constant meters
};

}  // namespace breakeven::sim
