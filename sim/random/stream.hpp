#pragma once

#include <cstdint>
#include <string_view>

#include "sim/random/philox.hpp"

namespace breakeven::sim {

/// A named source of draws: `stage` says what is drawn ("user", "month", "belief", ...), `name` for which
/// meter, segment or belief. The id is the 32-bit FNV-1a hash of `stage/name`; two names of one scenario that
/// hash alike are refused when the scenario is compiled.
[[nodiscard]] std::uint32_t streamId(std::string_view stage, std::string_view name);

/// The key of a run: the 64-bit seed, low word first. Seed 0 is a seed like any other.
[[nodiscard]] constexpr PhiloxKey philoxKey(std::uint64_t seed) {
    return {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
}

/// Two words to the open interval (0, 1): (53-bit integer + 1/2) 2^-53, never 0; the largest value would
/// round to 1 in double, so the last bit is dropped there: at most 1 - 2^-53.
[[nodiscard]] constexpr double uniformFrom(std::uint32_t low, std::uint32_t high) {
    const std::uint64_t bits = ((std::uint64_t{high} << 32) | low) >> 11;
    const double value = (static_cast<double>(bits) + 0.5) * 0x1p-53;
    return value < 1.0 ? value : 1.0 - 0x1p-53;
}

}  // namespace breakeven::sim
