#pragma once

#include <cstdint>

namespace breakeven::sim {

/// How many chunks of a segment one of them stands for, beside others that LogCounts looks at closely; 0: it
/// is not looked at. Those are the first, whose number and the world's (both from 0) add up to less than 16,
/// then one in 256: which depends on nothing that was drawn.
[[nodiscard]] double lookedAtFor(std::uint64_t world, std::uint64_t chunk, std::uint64_t segmentUsers);

/// What looks are weighed in: a part of a world's users, in all segments. Whole numbers, so that any order of
/// adding gives the same.
inline constexpr double kLookUnits = 0x1p30;

}  // namespace breakeven::sim
