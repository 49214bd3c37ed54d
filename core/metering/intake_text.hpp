#pragma once

#include <string>

#include "core/metering/meter_logs.hpp"

namespace breakeven::core {

/// The report of the intake for a person: a few lines, rejected rows with their places.
[[nodiscard]] std::string intakeText(const IntakeReport& report);

/// The same for programs: one JSON object. Absent numbers are null.
[[nodiscard]] std::string intakeJson(const IntakeReport& report);

}  // namespace breakeven::core
