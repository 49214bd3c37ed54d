#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "core/population/belief.hpp"

namespace breakeven::core {

// What the scenario said of a usage distribution; how it is drawn is `sim`'s affair. Quantities are per user
// and month in the meter's unit, or per unit of the parent meter where the usage hangs on one.

struct Constant {
    Parameter value;  ///< >= 0
    bool operator==(const Constant&) const = default;
};

struct Uniform {
    Parameter low;   ///< >= 0
    Parameter high;  ///< > low
    bool operator==(const Uniform&) const = default;
};

/// ln X is normal. Given by one measure of location and one of spread; `lognormalLaw` turns them into mu and
/// sigma.
struct Lognormal {
    enum class Location { Median, Mean, Mu };
    enum class Spread { Sigma, Cv, P90, P95, P99 };
    /// A mean and a percentile can agree with two sigmas; which one is meant.
    enum class Root { Smaller, Larger };
    Location locationKind = Location::Median;
    Parameter location;
    Spread spreadKind = Spread::Sigma;
    Parameter spread;
    Root root = Root::Smaller;
    bool operator==(const Lognormal&) const = default;
};

/// Density x^(shape-1) e^(-x/scale) / (scale^shape Gamma(shape)). Given by shape or cv, and mean or scale.
struct Gamma {
    enum class Location { Mean, Scale };
    enum class Spread { Shape, Cv };
    Location locationKind = Location::Mean;
    Parameter location;
    Spread spreadKind = Spread::Shape;
    Parameter spread;
    bool operator==(const Gamma&) const = default;
};

/// Density rising in a straight line from `low` to `mode` and falling to `high`.
struct Triangular {
    Parameter low;   ///< >= 0
    Parameter mode;  ///< low <= mode <= high
    Parameter high;  ///< > low
    bool operator==(const Triangular&) const = default;
};

/// Beta on [low, high] with alpha = 1 + 4 (mode - low) / (high - low), beta = 1 + 4 (high - mode) /
/// (high - low). Source: Malcolm et al. (1959), Operations Research 7.
struct Pert {
    Parameter low;   ///< >= 0
    Parameter mode;  ///< low <= mode <= high
    Parameter high;  ///< > low
    bool operator==(const Pert&) const = default;
};

/// low + (high - low) B, B of density b^(alpha-1) (1-b)^(beta-1) / B(alpha, beta).
struct Beta {
    Parameter alpha;          ///< > 0
    Parameter beta;           ///< > 0
    Parameter low{0.0, {}};   ///< >= 0
    Parameter high{1.0, {}};  ///< > low
    bool operator==(const Beta&) const = default;
};

/// S(x) = exp(-x / mean).
struct Exponential {
    enum class Location { Mean, Rate };
    Location locationKind = Location::Mean;
    Parameter location;  ///< > 0; a rate is 1 / mean
    bool operator==(const Exponential&) const = default;
};

/// S(x) = exp(-(x / scale)^shape).
struct Weibull {
    enum class Location { Mean, Scale };
    Location locationKind = Location::Mean;
    Parameter location;  ///< > 0
    Parameter shape;     ///< > 0
    bool operator==(const Weibull&) const = default;
};

/// Type I: S(x) = (minimum / x)^tailIndex from the minimum on.
struct Pareto {
    enum class Location { Mean, Minimum };
    Location locationKind = Location::Minimum;
    Parameter location;   ///< > 0
    Parameter tailIndex;  ///< > 0; above 1 beside a mean
    bool operator==(const Pareto&) const = default;
};

/// Pareto II: S(x) = (1 + x / scale)^-tailIndex.
struct Lomax {
    enum class Location { Mean, Scale };
    Location locationKind = Location::Scale;
    Parameter location;   ///< > 0
    Parameter tailIndex;  ///< > 0; above 1 beside a mean
    bool operator==(const Lomax&) const = default;
};

struct Poisson {
    Parameter mean;  ///< > 0
    bool operator==(const Poisson&) const = default;
};

/// Trials up to the first success: P(N = n) = q (1 - q)^(n - 1), n >= 1; mean 1 / q.
struct Geometric {
    enum class Location { Mean, Probability };
    Location locationKind = Location::Mean;
    Parameter location;  ///< a mean >= 1, or a probability in (0, 1]
    bool operator==(const Geometric&) const = default;
};

/// Counts from 0 with variance mean + mean^2 / shape. Given by shape, or by cv with cv^2 > 1 / mean.
struct NegativeBinomial {
    enum class Spread { Shape, Cv };
    Parameter mean;  ///< > 0
    Spread spreadKind = Spread::Shape;
    Parameter spread;
    bool operator==(const NegativeBinomial&) const = default;
};

/// One of a list of values.
struct Discrete {
    std::vector<Parameter> values;   ///< n >= 1, each >= 0
    std::vector<Parameter> weights;  ///< as many, each >= 0, relative; not all 0
    bool operator==(const Discrete&) const = default;
};

/// A sample from a file, resampled with equal weights.
struct Empirical {
    std::string file;    ///< as the scenario names it, relative to the scenario
    std::string column;  ///< header of the column
    std::shared_ptr<const std::vector<double>> sorted;  ///< n >= 1 values >= 0, ascending
    bool operator==(const Empirical& other) const {
        return file == other.file && column == other.column && *sorted == *other.sorted;
    }
};

struct Distribution;

/// One of several laws, by weight.
struct Mixture {
    std::vector<std::shared_ptr<const Distribution>> components;  ///< n >= 1
    std::vector<Parameter> weights;                               ///< as many, each >= 0, relative; not all 0
    bool operator==(const Mixture& other) const;
};

/// `body` below the threshold, Pareto from it on: P(X > x) = tailWeight (threshold / x)^tailIndex there.
/// Source: Klugman, Panjer & Willmot (2012), "Loss Models", section 5.2.5 (splicing).
struct Spliced {
    std::shared_ptr<const Distribution> body;  ///< cut off at the threshold
    Parameter threshold;                       ///< > 0
    Parameter tailWeight;                      ///< in [0, 1]
    Parameter tailIndex;                       ///< > 0
    bool operator==(const Spliced& other) const;
};

/// A law given that low <= X <= high.
struct Truncated {
    std::shared_ptr<const Distribution> law;
    Parameter low{0.0, {}};         ///< >= 0
    std::optional<Parameter> high;  ///< > low, or = low where the law counts; none: unbounded
    bool operator==(const Truncated& other) const;
};

struct Distribution : std::variant<Constant, Uniform, Lognormal, Gamma, Empirical, Triangular, Pert, Beta,
                                   Exponential, Weibull, Pareto, Lomax, Poisson, Geometric, NegativeBinomial,
                                   Discrete, Mixture, Spliced, Truncated> {
    using variant::variant;
};

/// ln X ~ N(mu, sigma^2).
struct LognormalLaw {
    double mu = 0.0;
    double sigma = 0.0;
    bool operator==(const LognormalLaw&) const = default;
};

/// mu and sigma of a lognormal given by any pair of measures.
///
/// With a percentile q at normal score z: from the median, sigma = ln(q / median) / z; from the mean,
/// sigma = z -+ sqrt(z^2 - 2 ln(q / mean)), of which `root` picks one where both are positive (MODEL 1.6).
/// @return none when no sigma >= 0 agrees with both numbers
[[nodiscard]] std::optional<LognormalLaw> lognormalLaw(Lognormal::Location locationKind, double location,
                                                       Lognormal::Spread spreadKind, double spread,
                                                       Lognormal::Root root);

/// The other sigma that a mean and a percentile agree with, where there are two; else none.
[[nodiscard]] std::optional<double> otherLognormalRoot(Lognormal::Location locationKind, double location,
                                                       Lognormal::Spread spreadKind, double spread,
                                                       Lognormal::Root root);

}  // namespace breakeven::core
