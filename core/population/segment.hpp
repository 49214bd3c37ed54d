#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "core/population/distribution.hpp"

namespace breakeven::core {

/// How one segment uses one meter.
struct Usage {
    std::size_t meter = 0;           ///< index into Scenario::meters
    std::optional<std::size_t> per;  ///< meter this one hangs on: usage = its usage x the drawn quantity
    Distribution distribution;
    Parameter persistence{1.0,
                          {}};   ///< share of the normal score's variance that belongs to the user, in [0, 1]
    Parameter dormant{0.0, {}};  ///< share of user-months with no use of this meter, in [0, 1]
    bool operator==(const Usage&) const = default;
};

/// How the meters of a segment go together: normal scores with these correlations, or t: all scores of a user
/// divided by one random number, so that extremes come together even without correlation.
enum class Copula { Gaussian, T };

/// Correlation between two meters of a segment.
struct Correlation {
    enum class Kind { Pearson, Spearman };  ///< of the normal scores; of the ranks, r = 2 sin(pi rho / 6)
    std::size_t first = 0;                  ///< index into Scenario::meters
    std::size_t second = 0;
    Kind kind = Kind::Pearson;
    Parameter value;  ///< in [-1, 1]
    bool operator==(const Correlation&) const = default;
};

/// When within the month the use of a segment happens: in sessions of events, whose starts follow a profile
/// of the hours.
struct Activity {
    std::size_t meter = 0;             ///< index into Scenario::meters: its units are the events
    Parameter sessionEvents{1.0, {}};  ///< >= 1: mean of the geometric number of events in a session
    Parameter gapMinutes{0.0, {}};  ///< >= 0: mean of the exponential time from one to the next of a session
    std::vector<double> profile;    ///< 24 or 168 shares of the sessions by hour; empty: even
    /// How single events differ in what they use of a meter: each the same where it is not named.
    struct Size {
        std::size_t meter = 0;
        Parameter sigma;  ///< >= 0, log standard deviation
        bool operator==(const Size&) const = default;
    };
    std::vector<Size> sizes;
    bool operator==(const Activity&) const = default;
};

/// Subjects that share one usage distribution.
struct Segment {
    std::string id;
    Parameter weight{1.0, {}};  ///< > 0 or 0; relative, normalised over the segments
    std::vector<Usage> usages;  ///< parents before the meters that hang on them; a meter not listed is unused
    std::vector<Correlation> correlations;
    Copula copula = Copula::Gaussian;
    Parameter degreesOfFreedom{0.0, {}};  ///< >= 1, of a t copula
    std::optional<Activity> activity{};   ///< what limits by window look at
    bool repairsCorrelation = false;      ///< take the nearest possible correlations for impossible ones
    bool operator==(const Segment&) const = default;
};

}  // namespace breakeven::core
