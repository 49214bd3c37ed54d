#pragma once

#include <string>
#include <vector>

#include "sim/report/results_csv.hpp"

namespace breakeven::app {

/// The store that is used when --db names none: breakeven/runs.sqlite in the user's data directory.
[[nodiscard]] std::string defaultStorePath();

/// Writes all files into a folder, made when missing: each beside its place first, then all are renamed, so a
/// failure leaves no half-written file. Throws core::Error (System).
void writeFiles(const std::string& folder, const std::vector<sim::NamedText>& files);

/// Every .toml file below a folder in order of its path, or the file itself. Throws core::Error (Input) where
/// a folder holds none or can't be read.
[[nodiscard]] std::vector<std::string> scenarioFiles(const std::vector<std::string>& paths);

/// Now, UTC, ISO 8601 to the second.
[[nodiscard]] std::string nowUtc();

}  // namespace breakeven::app
