#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sim/kernels/block_kernels.hpp"
#include "sim/kernels/scalar_math.hpp"
#include "sim/random/stream.hpp"

namespace breakeven::tests {

/// Runs the body once on every instruction set of this machine.
template <typename Body>
void onEveryTarget(Body body) {
    for (const char* target : sim::kernelTargets()) {
        SCOPED_TRACE(target);
        sim::forceKernelTarget(target);
        body();
    }
    sim::forceKernelTarget("");
}

/// What `scalar(how)` gives with the polynomials of the instruction set that is chosen.
template <typename Scalar>
auto twin(Scalar scalar) {
    return sim::kernelsFuse() ? scalar(sim::Fused{}) : scalar(sim::Plain{});
}

/// n uniforms in (0, 1), other ones for every `stream`.
inline std::vector<double> uniforms(std::size_t n, std::uint32_t stream = 1) {
    std::vector<double> values(n);
    sim::fillUniforms({sim::philoxKey(0x0123456789abcdefULL), 7, 3, stream}, 11, n, values.data());
    return values;
}

}  // namespace breakeven::tests
