#pragma once

#include <span>
#include <string>
#include <vector>

#include "sim/fitting/facts.hpp"
#include "sim/fitting/usage_fit.hpp"
#include "sim/report/results_table.hpp"

namespace breakeven::sim {

/// One row a quantity: rows, zeros, moments, quantiles and concentration.
[[nodiscard]] Table fitSummaryTable(const UsageFit& fit);

/// One row a family, smallest AIC first: parameters, criteria, distances and p-values; no fit: why.
[[nodiscard]] Table fitFamilyTable(const QuantityFit& fit);

/// The regular parameters of the best family that fits and of the one proposed, with their 95 % intervals.
[[nodiscard]] Table fitParameterTable(const QuantityFit& fit);

/// Rank correlations of the quantities as proposed, with their 95 % intervals.
[[nodiscard]] Table fitCorrelationTable(const UsageFit& fit);

/// "requests" or "tokens per requests".
[[nodiscard]] std::string quantityName(const QuantityFit& fit);

/// What a fragment names.
struct FragmentNames {
    std::string segment;  ///< id; several kinds of users get -1, -2, ... behind it
    std::string file;     ///< the usage CSV as the scenario will name it
};

/// Segments to paste into a scenario that declares the meters (a column's name in small letters, digits, _
/// and
/// -): each quantity as proposed, its parameters as
/// beliefs (90 % interval of the likelihood as 5th and 95th percentile), share of zeros as `dormant`,
/// persistence, and the rank correlations whose interval does not hold 0. Correlations that contradict each
/// other are drawn together until they do not, which a comment says.
[[nodiscard]] std::string fitToml(std::span<const UsageFit> kinds, const FragmentNames& names);

/// The keys of the family that a fit proposes, "key = value" each, as `fitToml` writes them: the law, its
/// parameters as beliefs, share of zeros and persistence. None where it proposes no family.
///
/// @param file  the usage CSV, for the source of each number
[[nodiscard]] std::vector<std::string> proposalLines(const QuantityFit& fit, const std::string& file);

/// Everything as JSON.
[[nodiscard]] std::string fitJson(std::span<const UsageFit> kinds, const FragmentNames& names);

/// One row for every law that agrees with the facts, and one for every family that does not.
[[nodiscard]] Table factsTable(std::span<const Fact> facts, std::span<const FamilyAnswer> answers);

/// The same as JSON, each law that a scenario can name with its TOML.
[[nodiscard]] std::string factsJson(std::span<const Fact> facts, std::span<const FamilyAnswer> answers);

/// The keys of a usage table that name this law: `distribution = …` and its parameters; empty when a scenario
/// can not name it.
[[nodiscard]] std::string lawToml(const Law& law);

}  // namespace breakeven::sim
