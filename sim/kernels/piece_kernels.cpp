#include "sim/kernels/piece_kernels.hpp"

#include <cstdint>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernels/piece_kernels.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include "sim/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace breakeven::sim::HWY_NAMESPACE {

using DI = hn::RebindToSigned<D>;
using VI = hn::Vec<DI>;
constexpr DI di;

HWY_INLINE VI pieceOf(const QuantilePieces& table, V z) {
    VI index = hn::Zero(di);
    for (std::size_t step = std::size_t{1} << table.depth >> 1U; step > 0; step >>= 1U) {
        const V upTo = hn::GatherIndex(d, table.breaks.data() + (step - 1), index);
        const auto isBeyond = hn::RebindMask(di, hn::Lt(upTo, z));
        index = hn::Add(index, hn::IfThenElseZero(isBeyond, hn::Set(di, static_cast<std::int64_t>(step))));
    }
    return index;
}

void PieceQuantiles(const QuantilePieces& table, const double* z, double* out, std::size_t n) {
    using enum QuantilePieces::Field;
    static_assert(kFields == 9);
    const double* pieces = table.pieces.data();
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V score = hn::Min(hn::Max(hn::LoadU(d, z + i), constant(-QuantilePieces::kReach)),
                                    constant(QuantilePieces::kReach));
            const VI index = pieceOf(table, score);
            const VI at = hn::Add(hn::ShiftLeft<3>(index), index);
            const V start = hn::GatherIndex(d, pieces + kStart, at);
            const V t = hn::Mul(hn::Sub(score, start), hn::GatherIndex(d, pieces + kInverseWidth, at));
            V sum = hn::GatherIndex(d, pieces + kLastCoefficient, at);
            for (std::size_t k = kLastCoefficient; k-- > kFirstCoefficient;)
                sum = stepOf(t, sum, hn::GatherIndex(d, pieces + k, at));
            const V kind = hn::GatherIndex(d, pieces + kKind, at);
            const V smooth = expOf(sum);
            const V count = hn::Sub(hn::Ceil(smooth), constant(1.0));
            const V value = hn::IfThenElse(hn::Eq(kind, constant(QuantilePieces::kCount)), count, smooth);
            const V atom = hn::GatherIndex(d, pieces + kFirstCoefficient, at);
            hn::StoreU(hn::IfThenElse(hn::Eq(kind, constant(QuantilePieces::kAtom)), atom, value), d,
                       out + i);
        },
        [&](std::size_t i) { out[i] = pieceQuantileScalar(table, z[i], Twin{}); });
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace breakeven::sim {
HWY_EXPORT(PieceQuantiles);

void pieceQuantiles(const QuantilePieces& table, const double* z, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(PieceQuantiles)(table, z, out, n);
}
}  // namespace breakeven::sim
#endif
