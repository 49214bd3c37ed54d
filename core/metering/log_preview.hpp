#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/metering/meter_map.hpp"

namespace breakeven::core {

/// The beginning of a log, to choose what its columns mean.
struct LogPreview {
    LogFormat format = LogFormat::Csv;
    std::vector<std::string> columns;  ///< of the CSV header; of JSON the names and dotted paths of single
                                       ///< values, in the order in which they come, at most 200
    std::vector<std::vector<std::string>> rows;  ///< one cell per column; empty where a row has no value
    MeterMap suggested;                          ///< the format's, and what the names and values tell
    /// A CSV that is no log of events: it has a row per subject and period already (period_start), or nothing
    /// that tells a time.
    bool isUsageTable = false;
};

/// What looking gave: a preview when there is no error.
struct LogPreviewReading {
    std::optional<LogPreview> preview;
    std::vector<Diagnostic> diagnostics;
};

/// Looks at the first MiB of a log (packed or not), at most `most` rows of it; rows that can't be read are
/// left out here. Throws Error for a file that can't be read.
///
/// @param map  what is known already: format, delimiter and header
[[nodiscard]] LogPreviewReading previewLog(const std::string& path, const MeterMap& map = {},
                                           std::size_t most = 100);

/// The map with what a preview's names and values suggest where it says nothing: subject, time and event id
/// by their usual names, one sum per column of numbers >= 0, and a count of the events. Nothing is guessed
/// for subject or time where no column looks like one.
[[nodiscard]] MeterMap suggestedMap(const LogPreview& preview, MeterMap map);

}  // namespace breakeven::core
