#pragma once

#include <string>
#include <vector>

namespace breakeven::core {

/// Which CSV column feeds which meter.
struct ColumnUse {
    std::string meter;
    std::string column;
    /// "key = value" lines that name a law fitted to the column; empty: its values are resampled.
    std::vector<std::string> law = {};
};

/// Which meters' quantities go together.
struct MeterCorrelation {
    std::string first;
    std::string second;
    double spearman = 0.0;  ///< in [-1, 1]
};

/// A segment of measured usage to be written into a scenario.
struct MeasuredSegment {
    std::string id;  ///< [a-z0-9-]+
    double weight = 1.0;
    std::string file;                            ///< the usage CSV as the scenario will name it; empty where
                                                 ///< every column has a law
    std::vector<ColumnUse> columns;              ///< at least one
    std::vector<MeterCorrelation> correlations;  ///< none: each column is drawn by itself
};

enum class SegmentEdit {
    Append,   ///< beside the segments already there
    Replace,  ///< in place of all of them
};

/// The scenario text with a measured segment added; comments and everything else stay as they are. The
/// result is to be read again: it is not checked here.
///
/// Append puts it after the last segment (or at the end of the file), as one more item where the segments are
/// an inline list `segment = [ … ]`. Replace takes out every segment with its sub-tables and lists of tables,
/// wherever they stand, and the comments inside them; the new one stands where the first was. Plans whose
/// `segments = [ … ]` name a removed segment are not changed: reading the result reports them.
///
/// @param scenarioText  what the scenario reader took for TOML; throws Error with line and column otherwise
[[nodiscard]] std::string withMeasuredSegment(const std::string& scenarioText, const MeasuredSegment& segment,
                                              SegmentEdit edit);

}  // namespace breakeven::core
