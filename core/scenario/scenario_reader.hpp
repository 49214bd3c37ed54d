#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/scenario/scenario.hpp"

namespace breakeven::core {

/// What reading gave: a scenario when there is no error, and everything worth telling.
struct ScenarioReading {
    std::optional<Scenario> scenario;  ///< none when any diagnostic is an error
    std::vector<Diagnostic>
        diagnostics;  ///< errors and warnings, in the order of the file; the first 200, then a count
    std::vector<Diagnostic> lints;  ///< warnings about what plans say, for `check`; none beside errors
    std::string file;  ///< the scenario's name in the diagnostics; others speak of files it names
    std::string text;  ///< the scenario's text, for carets
};

/// Opens a file the scenario names (a usage CSV). @return its bytes; throws Error when it can't be read
using FileOpener = std::function<std::string(const std::string& name)>;

/// Opens the files that the scenario at `scenarioPath` names, relative to its folder; at most 512 MiB each.
///
/// @param stored  opens the usage table NAME where the scenario says `store:NAME`; none: there is no store
[[nodiscard]] FileOpener filesBeside(const std::string& scenarioPath, FileOpener stored = {});

/// Reads a scenario file and the files it names (as `filesBeside` opens them), applies the overrides and
/// checks everything. All problems are reported at once.
/// Throws nothing for bad input: an unreadable file is a diagnostic too.
[[nodiscard]] ScenarioReading readScenarioFile(const std::string& path,
                                               const std::vector<Override>& overrides = {},
                                               FileOpener stored = {});

/// The same from text at hand; `file` is only for messages, `open` reads the files that it names.
[[nodiscard]] ScenarioReading readScenarioText(const std::string& text, const std::string& file,
                                               const std::vector<Override>& overrides,
                                               const FileOpener& open);

}  // namespace breakeven::core
