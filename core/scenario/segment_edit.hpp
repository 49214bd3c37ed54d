#pragma once

#include <string>
#include <vector>

namespace breakeven::core {

/// Which CSV column feeds which meter.
struct ColumnUse {
    std::string meter;
    std::string column;
};

/// An empirical segment to be written into a scenario.
struct EmpiricalSegment {
    std::string id;  ///< [a-z0-9-]+
    double weight = 1.0;
    std::string file;                ///< the usage CSV as the scenario will name it
    std::vector<ColumnUse> columns;  ///< at least one
};

enum class SegmentEdit {
    Append,   ///< beside the segments already there
    Replace,  ///< in place of all of them
};

/// The scenario text with an empirical segment added; comments and everything else stay as they are. The
/// result is to be read again: it is not checked here.
[[nodiscard]] std::string withEmpiricalSegment(const std::string& scenarioText,
                                               const EmpiricalSegment& segment, SegmentEdit edit);

}  // namespace breakeven::core
