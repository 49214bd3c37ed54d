#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/time/instant.hpp"

namespace breakeven::core {

/// What a log file holds.
enum class LogFormat {
    Csv,          ///< CSV or TSV with a column map
    Windows,      ///< CSV of pre-aggregated windows (ServeGen): client_id, window_start_s, counts
    Json,         ///< JSON, an object a line or a list, with a column map of dotted paths
    CloudEvents,  ///< CloudEvents 1.0 as JSON, an event a line or a batch
    ClaudeCode,   ///< local session log of Claude Code
    Codex,        ///< local session log of Codex
    UsageObjects  ///< API responses or their usage objects: OpenAI, Anthropic, Google, Bedrock, Cohere shapes
};

/// How the values of a meter become one number per subject and period.
enum class Aggregate {
    Sum,
    Count,   ///< events
    Unique,  ///< different texts of the column
    Max,
    Min,
    Latest,       ///< the value of the latest time; of equal times the later row's
    Average,      ///< of the events that have a value
    TimeWeighted  ///< sum of value x hours that it held: until the subject's next value or the end of the log
};

/// Rows for which a column holds one of the values (or none of them).
struct RowFilter {
    std::string column;
    std::vector<std::string> values;  ///< at least one
    bool isExcluding = false;
    bool operator==(const RowFilter&) const = default;
};

/// One meter of a log.
struct MeterRule {
    std::string id;
    Aggregate aggregate = Aggregate::Sum;
    std::string column;              ///< empty for Count only
    std::vector<std::string> minus;  ///< columns to be subtracted, such as the cached part of the input
    std::string atLeast;             ///< column whose value times `atLeastFactor` is taken when that is more
    double atLeastFactor = 1.0;      ///< > 0, such as 0.25 tokens per character of output
    double factor = 1.0;             ///< > 0: unit conversion, applied to each value
    std::vector<RowFilter> where;    ///< all must hold
    std::vector<std::string> groupBy;  ///< columns; each combination of their values is a meter of its own
    bool operator==(const MeterRule&) const = default;
};

/// What the columns (or dotted JSON paths) of a log mean.
struct MeterMap {
    std::optional<LogFormat> format;  ///< none: found by content
    char delimiter = '\0';            ///< '\0': found by content
    bool hasHeader = true;            ///< false: columns are named 1, 2, 3 …
    bool isDecimalComma = false;
    std::string subject;                      ///< column; empty: that of the format
    std::optional<std::string> subjectValue;  ///< all rows are this subject's
    std::string time;                         ///< column; empty: that of the format
    std::optional<Instant> timeValue;         ///< all rows are of this time
    EpochUnit timeUnit = EpochUnit::Auto;     ///< of times that are numbers
    Instant epoch = 0;                        ///< where times that are numbers begin
    std::string timeZone = "UTC";             ///< of times without an offset
    std::string id;                           ///< column; empty: that of the format, or no deduplication
    std::string source;                       ///< column; ids are unique within a source
    std::vector<MeterRule> meters;            ///< empty: those of the format
    bool operator==(const MeterMap&) const = default;
};

/// What reading a map gave; no map when any diagnostic is an error.
struct MeterMapReading {
    std::optional<MeterMap> map;
    std::vector<Diagnostic> diagnostics;
};

/// Reads a map file (TOML, see scenarios/METERING.md). Unknown keys are errors.
[[nodiscard]] MeterMapReading readMeterMap(const std::string& text, const std::string& file);

/// One meter as `NAME=COLUMN`, `NAME=AGGREGATE(COLUMN)` or `NAME=count()`. Problems are reported at `where`.
[[nodiscard]] std::optional<MeterRule> readMeterRule(std::string_view text, const std::string& where,
                                                     std::vector<Diagnostic>& diagnostics);

[[nodiscard]] std::optional<LogFormat> logFormatOf(std::string_view name);
[[nodiscard]] std::string_view nameOf(LogFormat format);
[[nodiscard]] std::string_view nameOf(Aggregate aggregate);
[[nodiscard]] std::vector<std::string> logFormatNames();

/// The map with what the format brings along filled in where the user said nothing. For Csv and Json there is
/// nothing to fill in.
[[nodiscard]] MeterMap withDefaults(MeterMap map, LogFormat format);

/// Errors for what is missing or contradicts itself once the defaults are in.
[[nodiscard]] std::vector<Diagnostic> checkMeterMap(const MeterMap& map, LogFormat format);

}  // namespace breakeven::core
