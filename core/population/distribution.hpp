#pragma once

#include <memory>
#include <optional>
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

/// A sample from a file, resampled with equal weights.
struct Empirical {
    std::string file;    ///< as the scenario names it, relative to the scenario
    std::string column;  ///< header of the column
    std::shared_ptr<const std::vector<double>> sorted;  ///< n >= 1 values >= 0, ascending
    bool operator==(const Empirical& other) const {
        return file == other.file && column == other.column && *sorted == *other.sorted;
    }
};

using Distribution = std::variant<Constant, Uniform, Lognormal, Gamma, Empirical>;

/// ln X ~ N(mu, sigma^2).
struct LognormalLaw {
    double mu = 0.0;
    double sigma = 0.0;
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
