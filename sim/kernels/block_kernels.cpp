#include "sim/kernels/block_kernels.hpp"

#include <cstring>
#include <type_traits>

#include "sim/kernels/scalar_math.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/random/normal_quantile_table.hpp"
#include "sim/random/stream.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernels/block_kernels.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include "sim/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace breakeven::sim::HWY_NAMESPACE {

HWY_INLINE V ratio(const double (&top)[8], const double (&bottom)[8], V x) {
    V numerator = constant(top[7]);
    V denominator = constant(bottom[7]);
    for (std::size_t i = 7; i-- > 0;) {
        numerator = stepOf(numerator, x, constant(top[i]));
        denominator = stepOf(denominator, x, constant(bottom[i]));
    }
    return hn::Div(numerator, denominator);
}

/// The quantile of p in the middle, |p - 1/2| <= kCentreHalfWidth.
HWY_INLINE V centreQuantile(V q) {
    return hn::Mul(q, ratio(as241::kCentreTop, as241::kCentreBottom,
                            hn::Sub(constant(as241::kCentreConstant), hn::Mul(q, q))));
}

/// The quantile of p outside the middle.
HWY_INLINE V tailQuantile(V p) {
    const V q = hn::Sub(p, constant(0.5));
    const V smaller = hn::Min(p, hn::Sub(constant(1.0), p));
    const V r = hn::Sqrt(hn::Neg(logOf(smaller)));
    V tail = ratio(as241::kNearTop, as241::kNearBottom, hn::Sub(r, constant(as241::kNearShift)));
    const auto isFar = hn::Gt(r, constant(as241::kFarShift));
    if (!hn::AllFalse(d, isFar)) {
        tail = hn::IfThenElse(
            isFar, ratio(as241::kFarTop, as241::kFarBottom, hn::Sub(r, constant(as241::kFarShift))), tail);
    }
    return hn::CopySign(tail, q);
}

// Three in twenty values lie in a tail, whose formula costs several times the middle's: those are set aside
// and done in full vectors of their own.
void UniformsToNormals(double* values, std::size_t n) {
    constexpr std::size_t kStep = 512;
    HWY_ALIGN double tails[kStep + 2 * kLanes];
    HWY_ALIGN double places[kStep + 2 * kLanes];
    const V lane = hn::Iota(d, 0.0);
    for (std::size_t start = 0; start < n; start += kStep) {
        double* block = values + start;
        const std::size_t size = n - start < kStep ? n - start : kStep;
        std::size_t found = 0;
        std::size_t i = 0;
        for (; i + kLanes <= size; i += kLanes) {
            const V p = hn::LoadU(d, block + i);
            const V q = hn::Sub(p, constant(0.5));
            hn::StoreU(centreQuantile(q), d, block + i);
            const auto isTail = hn::Gt(hn::Abs(q), constant(as241::kCentreHalfWidth));
            if (hn::AllFalse(d, isTail)) continue;
            const V place = hn::Add(constant(static_cast<double>(i)), lane);
            storeSelected(place, isTail, places + found);
            found += storeSelected(p, isTail, tails + found);
        }
        for (; i < size; ++i) block[i] = normalQuantile(block[i], Twin{});
        hn::StoreU(constant(0.01), d, tails + found);  // fills the last vector
        for (std::size_t k = 0; k < found; k += kLanes)
            hn::StoreU(tailQuantile(hn::LoadU(d, tails + k)), d, tails + k);
        for (std::size_t k = 0; k < found; ++k) block[static_cast<std::size_t>(places[k])] = tails[k];
    }
}

void LognormalOf(double mu, double sigma, const double* z, double* out, std::size_t n) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        hn::StoreU(expOf(mulAdd(constant(sigma), hn::LoadU(d, z + i), constant(mu))), d, out + i);
    }
    for (; i < n; ++i) out[i] = expScalar(sigma * z[i] + mu, Twin{});
}

// Words live in the low halves of 64-bit lanes. High halves may hold rubbish: products only read the low
// ones.
HWY_INLINE V uniformOf(VU low, VU high) {
    const VU word = hn::Or(hn::ShiftLeft<32>(high), hn::And(low, hn::Set(du, 0xffffffffULL)));
    const VU bits = hn::Or(hn::ShiftRight<12>(word), hn::Set(du, 0x3ff0000000000000ULL));
    return hn::Sub(hn::BitCast(d, bits), constant(1.0 - 0x1p-53));
}

HWY_INLINE VU wordProduct(VU multiplier, VU words) {
#if HWY_TARGET == HWY_SCALAR
    return hn::Set(du, hn::GetLane(multiplier) * (hn::GetLane(words) & 0xffffffffULL));
#else
    constexpr hn::Repartition<std::uint32_t, DU> du32;
    return hn::MulEven(hn::BitCast(du32, multiplier), hn::BitCast(du32, words));
#endif
}

void FillUniforms(const DrawSource& source, std::uint32_t firstUser, std::size_t n, double* u) {
    const VU multiplier0 = hn::Set(du, 0xD2511F53ULL);
    const VU multiplier1 = hn::Set(du, 0xCD9E8D57ULL);
    const VU lane = hn::Iota(du, 0);
    constexpr std::size_t kRounds = 10;
    HWY_ALIGN std::uint64_t keys0[kRounds * kLanes];
    HWY_ALIGN std::uint64_t keys1[kRounds * kLanes];
    for (std::size_t round = 0; round < kRounds; ++round) {
        hn::Store(hn::Set(du, static_cast<std::uint32_t>(source.key[0] + round * 0x9E3779B9U)), du,
                  keys0 + round * kLanes);
        hn::Store(hn::Set(du, static_cast<std::uint32_t>(source.key[1] + round * 0xBB67AE85U)), du,
                  keys1 + round * kLanes);
    }
    std::size_t i = 0;
    const auto one = [&] {
        u[i] = userUniform(source, static_cast<std::uint32_t>(firstUser + i));
        ++i;
    };
    while (i < n && ((firstUser + i) & 15U) != 0) one();
    for (; i + 16 <= n; i += 16) {
        for (std::size_t k = 0; k < 8; k += kLanes) {
            VU c0 = hn::Add(hn::Set(du, (static_cast<std::uint32_t>(firstUser + i) >> 1) + k), lane);
            VU c1 = hn::Set(du, source.world);
            VU c2 = hn::Set(du, source.draw);
            VU c3 = hn::Set(du, source.stream);
            for (std::size_t round = 0; round < kRounds; ++round) {
                const VU p0 = wordProduct(multiplier0, c0);
                const VU p1 = wordProduct(multiplier1, c2);
                c0 = hn::Xor3(hn::ShiftRight<32>(p1), c1, hn::Load(du, keys0 + round * kLanes));
                c1 = p1;
                c2 = hn::Xor3(hn::ShiftRight<32>(p0), c3, hn::Load(du, keys1 + round * kLanes));
                c3 = p0;
            }
            hn::StoreU(uniformOf(c0, c1), d, u + i + k);
            hn::StoreU(uniformOf(c2, c3), d, u + i + 8 + k);
        }
    }
    while (i < n) one();
}

bool Fuses() {
    return std::is_same_v<Twin, Fused>;
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace breakeven::sim {
HWY_EXPORT(FillUniforms);
HWY_EXPORT(UniformsToNormals);
HWY_EXPORT(LognormalOf);
HWY_EXPORT(Fuses);

void fillUniforms(const DrawSource& source, std::uint32_t firstUser, std::size_t n, double* u) {
    HWY_DYNAMIC_DISPATCH(FillUniforms)(source, firstUser, n, u);
}
void uniformsToNormals(double* values, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(UniformsToNormals)(values, n);
}
void lognormalOf(double mu, double sigma, const double* z, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(LognormalOf)(mu, sigma, z, out, n);
}
bool kernelsFuse() {
    return HWY_DYNAMIC_DISPATCH(Fuses)();
}

std::vector<const char*> kernelTargets() {
    std::vector<const char*> names;
    for (const auto target : hwy::SupportedAndGeneratedTargets()) names.push_back(hwy::TargetName(target));
    return names;
}

void forceKernelTarget(const char* name) {
    hwy::SetSupportedTargetsForTest(0);
    for (const auto target : hwy::SupportedAndGeneratedTargets()) {
        if (std::strcmp(hwy::TargetName(target), name) == 0) hwy::SetSupportedTargetsForTest(target);
    }
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
}
}  // namespace breakeven::sim
#endif
