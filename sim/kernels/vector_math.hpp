// Vector forms of scalar_math.hpp for the kernels. Compiled once for each instruction set: included after
// <hwy/foreach_target.h>, so the guard flips instead of closing.
#if defined(BREAKEVEN_SIM_KERNELS_VECTOR_MATH) == defined(HWY_TARGET_TOGGLE)
#ifdef BREAKEVEN_SIM_KERNELS_VECTOR_MATH
#undef BREAKEVEN_SIM_KERNELS_VECTOR_MATH
#else
#define BREAKEVEN_SIM_KERNELS_VECTOR_MATH
#endif

#include <hwy/highway.h>

#include <bit>
#include <cstddef>
#include <cstdint>

#include "sim/kernels/scalar_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace breakeven::sim::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using D = hn::CappedTag<double, 8>;
using DU = hn::RebindToUnsigned<D>;
using V = hn::Vec<D>;
using VU = hn::Vec<DU>;
constexpr D d;
constexpr DU du;
constexpr std::size_t kLanes = hn::MaxLanes(D());
constexpr std::size_t kVirtualLanes = 8;
static_assert(kVirtualLanes % kLanes == 0);

HWY_INLINE V constant(double x) {
    return hn::Set(d, x);
}

/// a b + c with two roundings on every target: what money is made of.
HWY_INLINE V mulAdd(V a, V b, V c) {
    return hn::Add(hn::Mul(a, b), c);
}

#if HWY_NATIVE_FMA
/// Whose bits the functions below give.
using Twin = Fused;
/// A step of a polynomial: one rounding where the target has a fused multiply-add.
HWY_INLINE V stepOf(V a, V b, V c) {
    return hn::MulAdd(a, b, c);
}
#else
using Twin = Plain;
HWY_INLINE V stepOf(V a, V b, V c) {
    return mulAdd(a, b, c);
}
#endif

/// Stores the bits of the lanes where the mask is set as T, in order; up to kLanes elements of `out` may be
/// overwritten.
/// @return their number
template <typename T, typename Mask>
HWY_INLINE std::size_t storeSelected(V v, Mask mask, T* out) {
    // Highway 1.0.3 copies its tables to the stack for every Compress of 64-bit lanes.
#if HWY_ARCH_X86 && HWY_TARGET <= HWY_AVX3
    constexpr hn::Rebind<T, D> tag;
    hn::StoreU(hn::BitCast(tag, V{_mm512_maskz_compress_pd(mask.raw, v.raw)}), tag, out);
    return hn::CountTrue(d, mask);
#else
    HWY_ALIGN double values[kLanes];
    HWY_ALIGN std::uint64_t selected[kLanes];
    hn::Store(v, d, values);
    hn::Store(hn::BitCast(du, hn::VecFromMask(d, mask)), du, selected);
    std::size_t count = 0;
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
        out[count] = std::bit_cast<T>(values[lane]);
        count += selected[lane] & 1U;
    }
    return count;
#endif
}

template <std::size_t n>
HWY_INLINE V polynomial(const double (&highestFirst)[n], V x) {
    V sum = constant(highestFirst[0]);
    for (std::size_t i = 1; i < n; ++i) sum = stepOf(sum, x, constant(highestFirst[i]));
    return sum;
}

HWY_INLINE V expOf(V x) {
    x = hn::Min(hn::Max(x, constant(math::kExpLowest)), constant(math::kExpHighest));
    const V shifted = mulAdd(x, constant(math::kLog2e), constant(math::kRound));
    const V k = hn::Sub(shifted, constant(math::kRound));
    const V r =
        hn::Sub(hn::Sub(x, hn::Mul(k, constant(math::kLn2High))), hn::Mul(k, constant(math::kLn2Low)));
    const V series = polynomial(math::kExpSeries, r);
    const V value = hn::Add(stepOf(hn::Mul(series, r), r, r), constant(1.0));
    return hn::BitCast(d, hn::Add(hn::BitCast(du, value), hn::ShiftLeft<52>(hn::BitCast(du, shifted))));
}

HWY_INLINE V logOf(V x) {
    const VU bits = hn::BitCast(du, x);
    const VU exponent =
        hn::And(hn::Sub(bits, hn::Set(du, 0x3fe6a09e00000000ULL)), hn::Set(du, 0xfff0000000000000ULL));
    const V mantissa = hn::BitCast(d, hn::Sub(bits, exponent));
    const VU index = hn::Or(hn::Xor(hn::ShiftRight<52>(exponent), hn::Set(du, 0x800ULL)),
                            hn::Set(du, 0x4330000000000000ULL));
    const V k = hn::Sub(hn::BitCast(d, index), constant(0x1p52 + 0x800));
    const V f = hn::Sub(mantissa, constant(1.0));
    const V s = hn::Div(f, hn::Add(constant(2.0), f));
    const V s2 = hn::Mul(s, s);
    const V series = polynomial(math::kLogSeries, s2);
    const V half = hn::Mul(hn::Mul(constant(0.5), f), f);
    const V rest =
        hn::Add(hn::Mul(s, hn::Add(half, hn::Mul(s2, series))), hn::Mul(k, constant(math::kLn2Low)));
    return hn::Sub(hn::Mul(k, constant(math::kLn2High)), hn::Sub(hn::Sub(half, rest), f));
}

/// Applies `vectorStep` to whole vectors of [0, n) and `scalarStep` to the rest.
template <typename VectorStep, typename ScalarStep>
HWY_INLINE void alongColumn(std::size_t n, VectorStep vectorStep, ScalarStep scalarStep) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) vectorStep(i);
    for (; i < n; ++i) scalarStep(i);
}

/// Eight running sums, user index modulo 8.
struct LaneSums {
    V parts[kVirtualLanes / kLanes];
    HWY_INLINE LaneSums() {
        for (V& part : parts) part = hn::Zero(d);
    }
    HWY_INLINE void add(std::size_t part, V value) { parts[part] = hn::Add(parts[part], value); }
    HWY_INLINE void store(double* lanes) const {
        for (std::size_t part = 0; part < kVirtualLanes / kLanes; ++part)
            hn::StoreU(parts[part], d, lanes + part * kLanes);
    }
};

HWY_INLINE double tree(const double* lanes) {
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif
