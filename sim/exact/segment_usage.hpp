#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "core/costing/scale_cost.hpp"
#include "core/population/correlation_matrix.hpp"
#include "core/scenario/scenario.hpp"
#include "sim/exact/usage_law.hpp"

namespace breakeven::sim {

/// A closed form, where there is one.
using Maybe = std::optional<double>;
using Meters = std::vector<bool>;  ///< by meter: does the metric look at it

/// What a run with one world takes of a parameter.
[[nodiscard]] inline double baseValue(const core::Parameter& parameter) {
    return core::valueIn(parameter, {});
}

/// The quantity that all looked-at meters hang on: usage of meter m = slope[m] * X + offset[m], X = 0 for the
/// dormant.
struct Driver {
    core::UsageLaw law;
    std::optional<Points> points;  ///< of a law that has nothing else
    double dormant = 0.0;
    std::vector<double> slope;
    std::vector<double> offset;
};

/// The usage of one segment.
class SegmentUsage {
  public:
    SegmentUsage(const core::Scenario& scenario, const core::Segment& segment);

    /// Share of user-months with any use. Meters without a parent are dormant independently of each other.
    [[nodiscard]] Maybe activeShare() const;

    /// E[usage of a meter]: product of means, for lognormals exp(sum mu + half the variance of the summed
    /// logarithms).
    [[nodiscard]] Maybe mean(std::size_t meter) const;

    /// E[units of a meter x cost of one at the size of another]. The units weigh the sizes: under their
    /// weight lognormal sizes are lognormal again, their logarithm shifted by its covariance with that of
    /// the units; sizes that do not depend on the units keep their law.
    [[nodiscard]] Maybe scaleCost(std::size_t meter, std::size_t size,
                                  std::span<const core::ScaleOption> options) const;

    /// The one quantity that all of `meters` are multiples of, or constants beside.
    [[nodiscard]] std::optional<Driver> driver(const Meters& meters) const;

  private:
    /// Usage of a meter = factor * product of the random quantities (indices into the segment's usages,
    /// ascending).
    struct Chain {
        double factor = 1.0;
        std::vector<std::size_t> random;
    };

    [[nodiscard]] std::optional<Chain> chainOf(std::size_t meter) const;

    /// Correlation of the normal scores of two usages.
    [[nodiscard]] double correlation(std::size_t i, std::size_t j) const;

    [[nodiscard]] bool areCorrelated(const std::vector<std::size_t>& usages) const;

    /// The law of a product: of lognormals it is one, of others it has no closed form.
    [[nodiscard]] std::optional<core::UsageLaw> productOf(const std::vector<std::size_t>& usages) const;

    const core::Segment& segment_;
    std::size_t meters_;
    core::CorrelationMatrix correlations_;  ///< of normal scores, meter x meter
    std::vector<std::optional<core::UsageLaw>> laws_;
};

}  // namespace breakeven::sim
