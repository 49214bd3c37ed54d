#pragma once

#include <bit>
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

/// Two words to the open interval (0, 1): (52-bit integer + 1/2) 2^-52, exactly; from 2^-53 to 1 - 2^-53.
[[nodiscard]] constexpr double uniformFrom(std::uint32_t low, std::uint32_t high) {
    const std::uint64_t bits = ((std::uint64_t{high} << 32) | low) >> 12;
    // The bits are the mantissa of a number in [1, 2).
    return std::bit_cast<double>(0x3ff0000000000000ULL | bits) - (1.0 - 0x1p-53);
}

/// Which draws of users: one for each user, world, draw and stream.
struct DrawSource {
    PhiloxKey key{};
    std::uint32_t world = 0;
    std::uint32_t draw = 0;  ///< month in the upper, draw number in the lower 16 bits
    std::uint32_t stream = 0;
};

/// A user's uniform in (0, 1). A block of Philox is enough for two users: those of sixteen neighbours whose
/// numbers are eight apart share one, the first of them has its words 0 and 1. Block (user / 16 * 8 + user
/// mod 8) has the counter (block, world, draw, stream).
[[nodiscard]] constexpr double userUniform(const DrawSource& source, std::uint32_t user) {
    const PhiloxCounter words =
        philoxBlock({(user >> 4 << 3) | (user & 7U), source.world, source.draw, source.stream}, source.key);
    return (user & 8U) == 0 ? uniformFrom(words[0], words[1]) : uniformFrom(words[2], words[3]);
}

}  // namespace breakeven::sim
