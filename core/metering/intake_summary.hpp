#pragma once

#include <cstdint>
#include <set>
#include <vector>

#include "core/metering/meter_logs.hpp"
#include "core/metering/usage_fold.hpp"

// Inside core/metering only: the last steps of metering, over the finished table.

namespace breakeven::core {

/// Sorts the table by subject and period, adds the periods without events between others of a subject, marks
/// those that the log covers in part, and replaces subjects by pseudonyms when there is a key. In a gap sums
/// and counts are 0 where the log has events of anyone in that period, and not known where it has none.
///
/// @param days  UTC days with a used event of anyone
void completeUsage(const MeterJob& job, const Calendar& calendar, const MeterMap& map,
                   const std::vector<MeterColumn>& columns, const std::set<std::int32_t>& days,
                   UsageTable& table, IntakeReport& report);

/// Fills in the report per meter: totals, missing values and outliers.
void summariseUsage(const MeterMap& map, const std::vector<MeterColumn>& columns,
                    const std::vector<MeterTotals>& totals, const UsageTable& table, IntakeReport& report);

}  // namespace breakeven::core
