#pragma once

#include "core/metering/meter_logs.hpp"
#include "sim/report/results_table.hpp"

namespace breakeven::ui {

/// What became of the rows of a log, and what it covers: one count or time a row.
[[nodiscard]] sim::Table intakeTable(const core::IntakeReport& report);

/// The first rejected rows with their places; empty where there is none.
[[nodiscard]] sim::Table rejectedTable(const core::IntakeReport& report);

}  // namespace breakeven::ui
