#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"

namespace breakeven::core {

/// A figure of a case that did not come out as expected.
struct Difference {
    std::string what;  ///< "expected", or the part: "expected_parts.balances.g1"
    std::string expected;
    std::string rated;  ///< "none" where the model has no such figure
};

/// What became of one case.
struct CaseOutcome {
    std::string id;  ///< as the file names it, else its number from 1
    std::string model;
    std::vector<Difference> differences;
    std::vector<Diagnostic> problems;  ///< why it could not be rated, with the place in the file
    [[nodiscard]] bool isEqual() const { return differences.empty() && problems.empty(); }
};

/// How a file of cases compares with our rating.
struct ConformanceReport {
    std::vector<CaseOutcome> cases;
    std::vector<Diagnostic> problems;  ///< of the file as a whole; then there are no cases
    [[nodiscard]] std::size_t equalCount() const;
};

/// Rates the cases of a JSON text: a list, or an object with the list under "cases". Format and rules:
/// scenarios/CONFORMANCE.md. An expected figure of 20 or more significant digits is compared
/// to its last digit when the figure itself does not end; all others exactly, as numbers.
[[nodiscard]] ConformanceReport checkConformance(std::string_view text, const std::string& file);

/// The report as JSON: counts, and every case that is not equal with its differences and problems.
[[nodiscard]] std::string conformanceJson(const ConformanceReport& report);

}  // namespace breakeven::core
