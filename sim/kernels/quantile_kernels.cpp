#include "sim/kernels/quantile_kernels.hpp"

#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernels/quantile_kernels.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include "sim/kernels/normal_cdf.hpp"
#include "sim/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace breakeven::sim::HWY_NAMESPACE {

using DI = hn::RebindToSigned<D>;
constexpr DI di;

void UniformOf(double low, double width, const double* z, double* out, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V share = normalCdfOf(hn::LoadU(d, z + i));
            hn::StoreU(mulAdd(constant(width), share, constant(low)), d, out + i);
        },
        [&](std::size_t i) { out[i] = width * normalCdfScalar(z[i], Twin{}) + low; });
}

void TableQuantiles(const double* table, const double* z, double* out, std::size_t n) {
    using namespace quantile_table;
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V steps = hn::Mul(hn::Sub(hn::LoadU(d, z + i), constant(kFirst)), constant(1.0 / kStep));
            const V position =
                hn::Min(hn::Max(steps, hn::Zero(d)), constant(static_cast<double>(kNodes - 1)));
            const V node = hn::Min(hn::Floor(position), constant(static_cast<double>(kNodes - 2)));
            const V t = hn::Sub(position, node);
            // The node's number sits in the low bits of node + 2^52.
            const auto index = hn::ShiftLeft<1>(hn::And(hn::BitCast(di, hn::Add(node, constant(0x1p52))),
                                                        hn::Set(di, std::int64_t{0xfffff})));
            const V y0 = hn::GatherIndex(d, table, index);
            const V m0 = hn::Mul(hn::GatherIndex(d, table + 1, index), constant(kStep));
            const V rise = hn::Sub(hn::GatherIndex(d, table + 2, index), y0);
            const V m1 = hn::Mul(hn::GatherIndex(d, table + 3, index), constant(kStep));
            const V square = hn::Sub(hn::Sub(hn::Mul(constant(3.0), rise), hn::Mul(constant(2.0), m0)), m1);
            const V cube = hn::Sub(hn::Add(m0, m1), hn::Mul(constant(2.0), rise));
            hn::StoreU(expOf(mulAdd(t, mulAdd(t, mulAdd(t, cube, square), m0), y0)), d, out + i);
        },
        [&](std::size_t i) { out[i] = tableQuantileScalar(table, z[i], Twin{}); });
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace breakeven::sim {
HWY_EXPORT(UniformOf);
HWY_EXPORT(TableQuantiles);

void uniformOf(double low, double width, const double* z, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(UniformOf)(low, width, z, out, n);
}
void tableQuantiles(const double* table, const double* z, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(TableQuantiles)(table, z, out, n);
}
}  // namespace breakeven::sim
#endif
