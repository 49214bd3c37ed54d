#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace breakeven::sim {

/// Direction numbers of one dimension of the Sobol sequence, their bits reversed (bit 0 is worth 1/2).
using SobolDirections = std::array<std::uint32_t, 32>;

/// Dimensions that have direction numbers.
inline constexpr std::size_t kSobolDimensions = 3667;

/// The first `dimensions` of them, at most kSobolDimensions. Source: Joe & Kuo (2008), "Constructing Sobol
/// sequences with better two-dimensional projections", SIAM J. Sci. Comput. 30; numbers from Boost.Random.
[[nodiscard]] std::vector<SobolDirections> sobolDirections(std::size_t dimensions);

/// Points [first, first + n) of one dimension in Gray-code order, scrambled: nested uniform (Owen) scrambling
/// by a hash of the seed, the same for all points of a sequence.
///
/// @param u  in: uniforms in (0, 1), which place each point within its cell of 2^-32; out: the points, in (0,
/// 1) Source: Owen (1995), "Randomly permuted (t,m,s)-nets"; Laine & Karras (2011) for the hash; Burley
/// (2020), "Practical hash-based Owen scrambling", JCGT 9(4), for its use.
void scrambledSobol(const SobolDirections& directions, std::uint32_t seed, std::uint32_t first, std::size_t n,
                    double* u);

/// Point `index` of one dimension, not scrambled, as a multiple of 2^-32; Gray-code order, the first is 0.
[[nodiscard]] std::uint32_t sobolPoint(const SobolDirections& directions, std::uint32_t index);

}  // namespace breakeven::sim
