#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/random/stream.hpp"

namespace breakeven::sim {

// Kernels over columns of doubles, compiled for every instruction set and picked at run time. They give the
// bits of the scalar twins in scalar_math.hpp, normal_quantile.hpp and stream.hpp, with polynomials Fused on
// every set that has a fused multiply-add (AVX2, AVX-512, NEON) and Plain on the others (SSE4 and older),
// whose results may therefore differ in the last bits. Columns may be any length; none has to be aligned.

/// u[i] = userUniform(source, firstUser + i), in (0, 1).
void fillUniforms(const DrawSource& source, std::uint32_t firstUser, std::size_t n, double* u);

/// values[i] = Phi^-1(values[i]); in: (0, 1).
void uniformsToNormals(double* values, std::size_t n);

/// out[i] = e^(mu + sigma z[i]).
void lognormalOf(double mu, double sigma, const double* z, double* out, std::size_t n);

/// Names of the instruction sets that this build and this machine can run, best first; `forceTarget` picks
/// one of them for tests, an empty name undoes it. Not to be called while a run is going on.
[[nodiscard]] std::vector<const char*> kernelTargets();
void forceKernelTarget(const char* name);

/// Whether the instruction set that is chosen has polynomials Fused.
[[nodiscard]] bool kernelsFuse();

}  // namespace breakeven::sim
