#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/random/philox.hpp"

namespace breakeven::sim {

// Kernels over columns of doubles, compiled for every instruction set and picked at run time. They use no
// fused multiply-add, so every set gives the same bits as the scalar twins in scalar_math.hpp,
// normal_quantile.hpp and stream.hpp. Columns may be any length; none has to be aligned.

/// Which draws: user `firstUser + i` takes counter (user, world, draw, stream).
struct DrawSource {
    PhiloxKey key{};
    std::uint32_t world = 0;
    std::uint32_t draw = 0;  ///< month in the upper, draw number in the lower 16 bits
    std::uint32_t stream = 0;
};

/// first[i] and second[i], two independent uniforms in (0, 1) for each of n users; `second` may be null.
void fillUniforms(const DrawSource& source, std::uint32_t firstUser, std::size_t n, double* first,
                  double* second);

/// values[i] = Phi^-1(values[i]); in: (0, 1).
void uniformsToNormals(double* values, std::size_t n);

/// out[i] = e^(mu + sigma z[i]).
void lognormalOf(double mu, double sigma, const double* z, double* out, std::size_t n);

/// Names of the instruction sets that this build and this machine can run, best first; `forceTarget` picks
/// one of them for tests, an empty name undoes it. Not to be called while a run is going on.
[[nodiscard]] std::vector<const char*> kernelTargets();
void forceKernelTarget(const char* name);

}  // namespace breakeven::sim
