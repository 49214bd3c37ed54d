#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/fitting/maximum_likelihood.hpp"

namespace breakeven::sim {

/// A parameter with what the sample leaves open of it.
struct ParameterInterval {
    std::string name;  ///< as in `parameterNames`, or "mean" of a gamma law, "median" of a lognormal
    double value = 0.0;
    std::optional<double> low95;  ///< none: the likelihood never falls far enough on this side
    std::optional<double> high95;
    std::optional<double> low90;
    std::optional<double> high90;
};

/// Profile-likelihood intervals of the regular parameters: the values of a parameter whose log-likelihood,
/// with the others at their best for it, is within half a chi-square quantile of the maximum. Thresholds (xm
/// of Pareto, threshold of a spliced law) are not regular and have none; the other parameters of a spliced
/// law are profiled over its threshold too. Gamma: also its mean, which is what a scenario takes; lognormal:
/// also its median.
///
/// @param designEffect  >= 1: how many dependent rows are worth one independent one; the log-likelihood is
///                      divided by it
/// Source: Wilks (1938); Venzon & Moolgavkar (1988), Applied Statistics 37.
[[nodiscard]] std::vector<ParameterInterval> profileIntervals(const Fit& fit, const FitSample& sample,
                                                              double designEffect = 1.0);

}  // namespace breakeven::sim
