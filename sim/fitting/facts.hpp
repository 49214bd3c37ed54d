#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "sim/fitting/law.hpp"

namespace breakeven::sim {

/// One published number about usage.
struct Fact {
    enum class Kind {
        Mean,
        Quantile,    ///< `level` of the users are at or below `value`
        ShareAbove,  ///< share `value` of the users is above the amount `level`
        TopShare,    ///< the heaviest share `level` of the users makes share `value` of the total
        Gini,
        Cv,  ///< standard deviation / mean
    };
    Kind kind = Kind::Mean;
    double level = 0.0;
    double value = 0.0;
    double rounding = 0.0;  ///< half a unit of the last digit given, or the tolerance asked for
    std::string text;       ///< as given: "p90=12"
};

/// What reading gave: the facts when there is no error.
struct FactsReading {
    std::vector<Fact> facts;
    std::vector<core::Diagnostic> diagnostics;
};

/// Reads `mean=6`, `median=4`, `p90=12`, `p99.9=80`, `above12=10%`, `top10=75%`, `gini=0.7`, `cv=1.5`; a
/// share is a number from 0 to 1 or a percentage.
///
/// @param within  relative tolerance instead of the rounding of each number
[[nodiscard]] FactsReading readFacts(std::span<const std::string> texts, std::optional<double> within);

/// A law that agrees with the facts.
struct Agreement {
    Law law;
    std::vector<double> values;       ///< of the facts under this law, in their order
    std::optional<double> shapeLow;   ///< with three facts or more: shapes from here
    std::optional<double> shapeHigh;  ///< to here agree within rounding
};

/// What one family makes of the facts.
struct FamilyAnswer {
    Family family = Family::Lognormal;
    std::vector<Agreement> laws;  ///< all that agree, ascending in the shape
    std::string whyNot;           ///< one sentence when there is none
};

/// All laws with a scale and at most one shape that agree with the facts: lognormal, gamma, Weibull, Pareto,
/// Lomax, exponential. Two facts are met exactly: every root in the shape is found, so a mean with a
/// percentile gives two lognormals, one, or none (MODEL 1.6: sigma = z -+ sqrt(z^2 - 2 ln(q / m))). Three or
/// more can only be met within their rounding; each range of shapes that does is given with its best point.
/// An exponential law has no shape, so it meets two facts within their rounding.
///
/// @param facts  at least two, one of them an amount (mean, percentile, share above)
[[nodiscard]] std::vector<FamilyAnswer> familiesThatAgree(std::span<const Fact> facts);

/// The value of a fact under a law; NaN or infinite where the law has none.
[[nodiscard]] double factUnder(const Law& law, const Fact& fact);

}  // namespace breakeven::sim
