#include "sim/random/sobol.hpp"

#include <algorithm>
#include <bit>
#include <boost/random/sobol.hpp>

namespace breakeven::sim {
namespace {

std::uint32_t reversed(std::uint32_t x) {
    x = ((x >> 1) & 0x55555555U) | ((x & 0x55555555U) << 1);
    x = ((x >> 2) & 0x33333333U) | ((x & 0x33333333U) << 2);
    x = ((x >> 4) & 0x0f0f0f0fU) | ((x & 0x0f0f0f0fU) << 4);
    x = ((x >> 8) & 0x00ff00ffU) | ((x & 0x00ff00ffU) << 8);
    return (x >> 16) | (x << 16);
}

/// A hash in which bit k of the result depends on bits 0 to k alone: nested scrambling of reversed numbers.
std::uint32_t nestedHash(std::uint32_t x, std::uint32_t seed) {
    x ^= x * 0x3d20adeaU;
    x += seed;
    x *= (seed >> 16) | 1U;
    x ^= x * 0x05526c56U;
    x ^= x * 0x53a22864U;
    return x;
}

/// The point of this index, bits reversed.
std::uint32_t reversedPoint(const SobolDirections& directions, std::uint32_t index) {
    std::uint32_t gray = index ^ (index >> 1);
    std::uint32_t x = 0;
    for (std::size_t bit = 0; gray != 0; ++bit, gray >>= 1) {
        if ((gray & 1U) != 0) x ^= directions[bit];
    }
    return x;
}

}  // namespace

std::vector<SobolDirections> sobolDirections(std::size_t dimensions) {
    // 33 bits, since the engine counts one point ahead of the last that is asked for.
    using Engine = boost::random::sobol_engine<std::uint64_t, 33>;
    std::vector<SobolDirections> result(dimensions);
    if (dimensions == 0) return result;
    Engine engine(dimensions);
    for (std::uint32_t bit = 0; bit < 32; ++bit) {
        // In Gray-code order, point 2^(bit + 1) - 1 is the direction number of the bit alone; the engine
        // counts from the point after 0.
        engine.seed((std::uint64_t{2} << bit) - 2);
        for (SobolDirections& directions : result)
            directions[bit] = reversed(static_cast<std::uint32_t>(engine() >> 1));
    }
    return result;
}

std::uint32_t sobolPoint(const SobolDirections& directions, std::uint32_t index) {
    return reversed(reversedPoint(directions, index));
}

void scrambledSobol(const SobolDirections& directions, std::uint32_t seed, std::uint32_t first, std::size_t n,
                    double* u) {
    std::uint32_t x = reversedPoint(directions, first);
    for (std::size_t i = 0; i < n; ++i) {
        const std::uint32_t scrambled = reversed(nestedHash(x, seed));
        u[i] = std::min((static_cast<double>(scrambled) + u[i]) * 0x1p-32, 1.0 - 0x1p-53);
        x ^= directions[static_cast<std::size_t>(
                            std::countr_zero(first + static_cast<std::uint32_t>(i) + 1U)) %
                        32];
    }
}

}  // namespace breakeven::sim
