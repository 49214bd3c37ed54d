#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/fitting/law.hpp"
#include "sim/fitting/likelihood.hpp"

namespace breakeven::sim {

/// A family with the parameters that make the sample most likely.
struct Fit {
    Law law;
    double logLikelihood = 0.0;
    std::size_t free = 0;  ///< parameters that were estimated
    double aic = 0.0;      ///< 2 free - 2 logLikelihood
    double bic = 0.0;      ///< free ln n - 2 logLikelihood
};

/// What fitting gave: a fit, or why there is none.
struct FitOutcome {
    std::optional<Fit> fit;
    std::string whyNot;  ///< one sentence when there is none
};

/// Maximum likelihood.
///
/// Closed forms for lognormal, exponential, Poisson, Pareto (alpha = n / sum ln(x / xm), Hill 1975); roots of
/// the score for gamma, Weibull, Lomax and negative binomial; with capped values or a truncated range the
/// log-likelihood is maximised numerically (Nelder & Mead 1965, of NLopt). Pareto's xm is the smallest value
/// (or `sample.above`, then it is not estimated). LognormalPareto: see `fitSpliced`. No regular maximum:
/// Lomax and negative binomial of a sample no more spread than their limits (exponential, Poisson).
///
/// @param sample  at least 3 values, not all equal; > 0, or whole numbers >= 0 where the family counts
/// Source: Klugman, Panjer & Willmot (2012), "Loss Models", chapter 11; Minka (2002) for the gamma.
[[nodiscard]] FitOutcome fitFamily(Family family, const FitSample& sample);

}  // namespace breakeven::sim
