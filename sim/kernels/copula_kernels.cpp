#include "sim/kernels/copula_kernels.hpp"

#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernels/copula_kernels.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include "sim/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace breakeven::sim::HWY_NAMESPACE {

using DI = hn::RebindToSigned<D>;
constexpr DI di;

void StudentScoresOf(const StudentScores& student, const double* scores, const double* spread, double* out,
                     std::size_t n) {
    const double* table = student.table.data();
    const V step = constant(student.step);
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V t = hn::Mul(hn::LoadU(d, scores + i), hn::LoadU(d, spread + i));
            const V x = hn::Mul(hn::Abs(t), constant(student.inverseRoot));
            const V root = hn::Sqrt(hn::Add(hn::Mul(x, x), constant(1.0)));
            const V y = hn::Div(logOf(hn::Add(x, root)), step);
            const V position = hn::Min(y, constant(static_cast<double>(StudentScores::kNodes - 1)));
            const V node =
                hn::Min(hn::Floor(position), constant(static_cast<double>(StudentScores::kNodes - 2)));
            const V u = hn::Sub(position, node);
            // The node's number sits in the low bits of node + 2^52.
            const auto index = hn::ShiftLeft<1>(hn::And(hn::BitCast(di, hn::Add(node, constant(0x1p52))),
                                                        hn::Set(di, std::int64_t{0xfffff})));
            const V z0 = hn::GatherIndex(d, table, index);
            const V m0 = hn::Mul(hn::GatherIndex(d, table + 1, index), step);
            const V rise = hn::Sub(hn::GatherIndex(d, table + 2, index), z0);
            const V m1 = hn::Mul(hn::GatherIndex(d, table + 3, index), step);
            const V square = hn::Sub(hn::Sub(hn::Mul(constant(3.0), rise), hn::Mul(constant(2.0), m0)), m1);
            const V cube = hn::Sub(hn::Add(m0, m1), hn::Mul(constant(2.0), rise));
            const V z = mulAdd(u, mulAdd(u, mulAdd(u, cube, square), m0), z0);
            hn::StoreU(hn::IfThenElse(hn::Lt(t, hn::Zero(d)), hn::Neg(z), z), d, out + i);
        },
        [&](std::size_t i) { out[i] = studentScoreScalar(student, scores[i] * spread[i], Twin{}); });
}

void SpreadOf(double nu, double* x, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i)
            HWY_ATTR { hn::StoreU(hn::Sqrt(hn::Div(constant(nu), hn::LoadU(d, x + i))), d, x + i); },
        [&](std::size_t i) { x[i] = std::sqrt(nu / x[i]); });
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace breakeven::sim {
HWY_EXPORT(StudentScoresOf);
HWY_EXPORT(SpreadOf);

void studentScores(const StudentScores& student, const double* scores, const double* spread, double* out,
                   std::size_t n) {
    HWY_DYNAMIC_DISPATCH(StudentScoresOf)(student, scores, spread, out, n);
}
void spreadOf(double nu, double* x, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(SpreadOf)(nu, x, n);
}
}  // namespace breakeven::sim
#endif
