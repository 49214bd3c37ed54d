#pragma once

#include <memory>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "core/population/distribution.hpp"

namespace breakeven::core {

// A usage distribution in one world: every belief drawn, every pair of measures turned into native
// parameters.

/// X = value.
struct PointLaw {
    double value = 0.0;
    bool operator==(const PointLaw&) const = default;
};

struct UniformLaw {
    double low = 0.0;
    double high = 1.0;  ///< > low
    bool operator==(const UniformLaw&) const = default;
};

struct TriangularLaw {
    double low = 0.0;
    double mode = 0.0;
    double high = 1.0;  ///< > low
    bool operator==(const TriangularLaw&) const = default;
};

/// low + (high - low) B.
struct BetaLaw {
    double alpha = 1.0;
    double beta = 1.0;
    double low = 0.0;
    double high = 1.0;  ///< > low
    bool operator==(const BetaLaw&) const = default;
};

struct GammaLaw {
    double shape = 1.0;
    double scale = 1.0;
    bool operator==(const GammaLaw&) const = default;
};

/// S(x) = exp(-(x / scale)^shape); shape 1 is the exponential law.
struct WeibullLaw {
    double shape = 1.0;
    double scale = 1.0;
    bool operator==(const WeibullLaw&) const = default;
};

struct ParetoLaw {
    double minimum = 1.0;
    double tailIndex = 1.0;
    bool operator==(const ParetoLaw&) const = default;
};

struct LomaxLaw {
    double scale = 1.0;
    double tailIndex = 1.0;
    bool operator==(const LomaxLaw&) const = default;
};

struct PoissonLaw {
    double mean = 1.0;
    bool operator==(const PoissonLaw&) const = default;
};

/// P(N = n) = q (1 - q)^(n - 1), n >= 1.
struct GeometricLaw {
    double probability = 1.0;
    bool operator==(const GeometricLaw&) const = default;
};

struct NegativeBinomialLaw {
    double shape = 1.0;
    double mean = 1.0;
    bool operator==(const NegativeBinomialLaw&) const = default;
};

/// Values in ascending order, each with its probability.
struct DiscreteLaw {
    std::vector<double> values;
    std::vector<double> shares;  ///< > 0, sum 1
    bool operator==(const DiscreteLaw&) const = default;
};

/// Values in ascending order, each as likely. Shared with the distribution it comes from.
struct SampleLaw {
    std::shared_ptr<const std::vector<double>> sorted;
    bool operator==(const SampleLaw& other) const { return *sorted == *other.sorted; }
};

struct UsageLaw;

struct MixtureLaw {
    std::vector<UsageLaw> components;
    std::vector<double> shares;  ///< > 0, sum 1
    bool operator==(const MixtureLaw& other) const;
};

struct SplicedLaw {
    std::shared_ptr<const UsageLaw> body;
    double threshold = 1.0;
    double tailWeight = 0.0;
    double tailIndex = 1.0;
    bool operator==(const SplicedLaw& other) const;
};

/// Given that low <= X <= high.
struct TruncatedLaw {
    std::shared_ptr<const UsageLaw> law;
    double low = 0.0;
    double high = 0.0;  ///< may be infinite
    bool operator==(const TruncatedLaw& other) const;
};

struct UsageLaw : std::variant<PointLaw, UniformLaw, TriangularLaw, BetaLaw, LognormalLaw, GammaLaw,
                               WeibullLaw, ParetoLaw, LomaxLaw, PoissonLaw, GeometricLaw, NegativeBinomialLaw,
                               DiscreteLaw, SampleLaw, MixtureLaw, SplicedLaw, TruncatedLaw> {
    using variant::variant;
};

/// The law of a distribution at these draws of the beliefs.
///
/// @param draws  one value per belief of the scenario; empty: the base values
/// @return none where the numbers contradict each other there: no lognormal has the mean and the percentile,
/// a
///         high is not above its low, a mode is outside, a mean goes with a tail index up to 1
[[nodiscard]] std::optional<UsageLaw> lawIn(const Distribution& distribution, std::span<const double> draws);

/// The lower end of a parameter's draws; of the shapes normal and lognormal, which have none, the 0.1 %
/// point.
[[nodiscard]] double leastValue(const Parameter& parameter, std::span<const NamedBelief> beliefs);

/// The smallest tail index that a distribution can have in any world, of the parts that reach to infinity:
/// P(X > x) falls like x^-index there. None where no part is a power tail. Up to 1 the mean is infinite, up
/// to 2 the variance. Of beliefs of the shapes normal and lognormal the 0.1 % point counts as their end.
///
/// @param beliefs  of the scenario
[[nodiscard]] std::optional<double> leastTailIndex(const Distribution& distribution,
                                                   std::span<const NamedBelief> beliefs);

}  // namespace breakeven::core
