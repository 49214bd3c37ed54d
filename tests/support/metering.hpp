#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/metering/meter_logs.hpp"

namespace breakeven::tests {

/// The path of a file under tests/known_answers/metering.
inline std::string logPath(const std::string& name) {
    return std::string(BREAKEVEN_SOURCE_ROOT) + "/tests/known_answers/metering/" + name;
}

inline std::string fileText(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    EXPECT_TRUE(stream) << path;
    return {std::istreambuf_iterator<char>(stream), {}};
}

inline std::string textOf(const std::vector<core::Diagnostic>& diagnostics) {
    std::string text;
    for (const core::Diagnostic& item : diagnostics) text += core::formatDiagnostic(item);
    return text;
}

/// A map out of its TOML text.
inline core::MeterMap mapOf(const std::string& toml) {
    const core::MeterMapReading reading = core::readMeterMap(toml, "map.toml");
    EXPECT_TRUE(reading.map) << textOf(reading.diagnostics);
    return reading.map.value_or(core::MeterMap{});
}

/// Meters files that are good; fails the test when they are not.
inline core::Metering metered(const core::MeterJob& job) {
    core::Metering metering = core::meterLogs(job);
    EXPECT_TRUE(metering.usage) << textOf(metering.diagnostics);
    if (!metering.usage) metering.usage.emplace();
    return metering;
}

inline core::Metering metered(const std::vector<std::string>& files, const std::string& map) {
    core::MeterJob job;
    job.files = files;
    job.map = mapOf(map);
    return metered(job);
}

/// Sum of a column over all rows.
inline double total(const core::Metering& metering, const std::string& meter) {
    const auto& meters = metering.report.meters;
    const auto found = std::ranges::find(meters, meter, &core::MeterIntake::meter);
    EXPECT_NE(found, meters.end()) << meter;
    return found == meters.end() ? 0.0 : found->total.value_or(-1.0);
}

/// The value of one subject, period (YYYY-MM-DD) and meter; none when it is not there.
inline std::optional<double> value(const core::Metering& metering, const std::string& subject,
                                   const std::string& period, const std::string& meter) {
    const core::UsageTable& table = *metering.usage;
    const auto column = std::ranges::find(table.meters, meter);
    if (column == table.meters.end()) return std::nullopt;
    for (const core::MeteredRow& row : table.rows) {
        if (row.subject == subject && core::dateText(row.startDay) == period)
            return row.values[static_cast<std::size_t>(column - table.meters.begin())];
    }
    return std::nullopt;
}

}  // namespace breakeven::tests
