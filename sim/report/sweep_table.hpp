#pragma once

#include <span>

#include "sim/report/results_table.hpp"
#include "sim/report/sweep.hpp"

namespace breakeven::sim {

/// A sweep to read: one row per point and plan with the varied values and the headline metrics. Where every
/// varied key belongs to plans (`plan.ID.…`), only those plans are listed: the others are the same at every
/// point.
[[nodiscard]] Table sweepTable(std::span<const SweepPoint> points);

}  // namespace breakeven::sim
