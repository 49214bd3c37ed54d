#include "sim/pipeline/usage_quantiles.hpp"

#include <algorithm>

#include "sim/kernels/block_kernels.hpp"
#include "sim/kernels/column_kernels.hpp"
#include "sim/kernels/family_kernels.hpp"
#include "sim/kernels/piece_kernels.hpp"
#include "sim/kernels/quantile_kernels.hpp"

namespace breakeven::sim {

void usageQuantiles(const CompiledUsage& usage, const double* z, double* out, std::size_t n) {
    switch (usage.law) {
        case CompiledUsage::Law::Constant:
            fill(usage.a, out, n);
            return;
        case CompiledUsage::Law::Lognormal:
            lognormalOf(usage.a, usage.b, z, out, n);
            return;
        case CompiledUsage::Law::Uniform:
            uniformOf(usage.a, usage.b, z, out, n);
            return;
        case CompiledUsage::Law::Gamma:
            tableQuantiles(usage.table->gamma.data(), z, out, n);
            return;
        case CompiledUsage::Law::Exponential:
            exponentialOf(usage.a, z, out, n);
            return;
        case CompiledUsage::Law::Weibull:
            weibullOf({usage.a, usage.b}, z, out, n);
            return;
        case CompiledUsage::Law::Pareto:
            paretoOf({usage.a, usage.b}, z, out, n);
            return;
        case CompiledUsage::Law::Lomax:
            lomaxOf({usage.a, usage.b}, z, out, n);
            return;
        case CompiledUsage::Law::Geometric:
            geometricOf(usage.a, z, out, n);
            return;
        case CompiledUsage::Law::Triangular:
            triangularOf(usage.triangle, z, out, n);
            return;
        case CompiledUsage::Law::Pieces:
            pieceQuantiles(usage.table->pieces, z, out, n);
            return;
        case CompiledUsage::Law::Empirical: {
            const auto size = static_cast<double>(usage.sample.size());
            uniformOf(0.0, 1.0, z, out, n);
            for (std::size_t i = 0; i < n; ++i) {
                const auto rank = static_cast<std::size_t>(out[i] * size);
                out[i] = usage.sample[std::min(rank, usage.sample.size() - 1)];
            }
            return;
        }
    }
}

}  // namespace breakeven::sim
