#include "sim/kernels/block_kernels.hpp"

#include <cstring>

#include "sim/kernels/scalar_math.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/random/normal_quantile_table.hpp"
#include "sim/random/stream.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernels/block_kernels.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

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

HWY_INLINE V mulAdd(V a, V b, V c) {
    return hn::Add(hn::Mul(a, b), c);
}  // two roundings on every target
HWY_INLINE V constant(double x) {
    return hn::Set(d, x);
}

template <std::size_t n>
HWY_INLINE V polynomial(const double (&highestFirst)[n], V x) {
    V sum = constant(highestFirst[0]);
    for (std::size_t i = 1; i < n; ++i) sum = mulAdd(sum, x, constant(highestFirst[i]));
    return sum;
}

HWY_INLINE V expOf(V x) {
    x = hn::Min(hn::Max(x, constant(math::kExpLowest)), constant(math::kExpHighest));
    const V shifted = mulAdd(x, constant(math::kLog2e), constant(math::kRound));
    const V k = hn::Sub(shifted, constant(math::kRound));
    const V r =
        hn::Sub(hn::Sub(x, hn::Mul(k, constant(math::kLn2High))), hn::Mul(k, constant(math::kLn2Low)));
    const V series = polynomial(math::kExpSeries, r);
    const V value = hn::Add(mulAdd(hn::Mul(series, r), r, r), constant(1.0));
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

HWY_INLINE V ratio(const double (&top)[8], const double (&bottom)[8], V x) {
    V numerator = constant(top[7]);
    V denominator = constant(bottom[7]);
    for (std::size_t i = 7; i-- > 0;) {
        numerator = mulAdd(numerator, x, constant(top[i]));
        denominator = mulAdd(denominator, x, constant(bottom[i]));
    }
    return hn::Div(numerator, denominator);
}

HWY_INLINE V quantileOf(V p) {
    const V q = hn::Sub(p, constant(0.5));
    V z = hn::Mul(q, ratio(as241::kCentreTop, as241::kCentreBottom,
                           hn::Sub(constant(as241::kCentreConstant), hn::Mul(q, q))));
    const auto isTail = hn::Gt(hn::Abs(q), constant(as241::kCentreHalfWidth));
    if (hn::AllFalse(d, isTail)) return z;
    const V smaller = hn::Min(p, hn::Sub(constant(1.0), p));
    const V r = hn::Sqrt(hn::Neg(logOf(smaller)));
    V tail = ratio(as241::kNearTop, as241::kNearBottom, hn::Sub(r, constant(as241::kNearShift)));
    const auto isFar = hn::Gt(r, constant(as241::kFarShift));
    if (!hn::AllFalse(d, isFar)) {
        tail = hn::IfThenElse(
            isFar, ratio(as241::kFarTop, as241::kFarBottom, hn::Sub(r, constant(as241::kFarShift))), tail);
    }
    return hn::IfThenElse(isTail, hn::CopySign(tail, q), z);
}

void UniformsToNormals(double* values, std::size_t n) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) hn::StoreU(quantileOf(hn::LoadU(d, values + i)), d, values + i);
    for (; i < n; ++i) values[i] = normalQuantile(values[i]);
}

void LognormalOf(double mu, double sigma, const double* z, double* out, std::size_t n) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        hn::StoreU(expOf(mulAdd(constant(sigma), hn::LoadU(d, z + i), constant(mu))), d, out + i);
    }
    for (; i < n; ++i) out[i] = expScalar(sigma * z[i] + mu);
}

// Words live in the low halves of 64-bit lanes. High halves may hold rubbish: products only read the low
// ones.
HWY_INLINE V uniformOf(VU low, VU high) {
    const VU bits =
        hn::ShiftRight<11>(hn::Or(hn::ShiftLeft<32>(high), hn::And(low, hn::Set(du, 0xffffffffULL))));
    const VU magic = hn::Set(du, 0x4330000000000000ULL);  // 2^52: its low bits count units
    const V big = hn::Sub(hn::BitCast(d, hn::Or(hn::ShiftRight<21>(bits), magic)), constant(0x1p52));
    const V small =
        hn::Sub(hn::BitCast(d, hn::Or(hn::And(bits, hn::Set(du, 0x1fffffULL)), magic)), constant(0x1p52));
    const V value =
        hn::Add(hn::Mul(big, constant(0x1p-32)), hn::Mul(hn::Add(small, constant(0.5)), constant(0x1p-53)));
    return hn::Min(value, constant(1.0 - 0x1p-53));
}

HWY_INLINE VU wordProduct(VU multiplier, VU words) {
#if HWY_TARGET == HWY_SCALAR
    return hn::Set(du, hn::GetLane(multiplier) * (hn::GetLane(words) & 0xffffffffULL));
#else
    constexpr hn::Repartition<std::uint32_t, DU> du32;
    return hn::MulEven(hn::BitCast(du32, multiplier), hn::BitCast(du32, words));
#endif
}

void FillUniforms(const DrawSource& source, std::uint32_t firstUser, std::size_t n, double* first,
                  double* second) {
    const VU multiplier0 = hn::Set(du, 0xD2511F53ULL);
    const VU multiplier1 = hn::Set(du, 0xCD9E8D57ULL);
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        VU c0 = hn::Iota(du, firstUser + i);
        VU c1 = hn::Set(du, source.world);
        VU c2 = hn::Set(du, source.draw);
        VU c3 = hn::Set(du, source.stream);
        PhiloxKey key = source.key;
        for (int round = 0; round < 10; ++round) {
            const VU p0 = wordProduct(multiplier0, c0);
            const VU p1 = wordProduct(multiplier1, c2);
            c0 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p1), c1), hn::Set(du, key[0]));
            c1 = p1;
            c2 = hn::Xor(hn::Xor(hn::ShiftRight<32>(p0), c3), hn::Set(du, key[1]));
            c3 = p0;
            key[0] += 0x9E3779B9U;
            key[1] += 0xBB67AE85U;
        }
        hn::StoreU(uniformOf(c0, c1), d, first + i);
        hn::StoreU(uniformOf(c2, c3), d, second + i);
    }
    for (; i < n; ++i) {
        const PhiloxCounter words =
            philoxBlock({static_cast<std::uint32_t>(firstUser + i), source.world, source.draw, source.stream},
                        source.key);
        first[i] = uniformFrom(words[0], words[1]);
        second[i] = uniformFrom(words[2], words[3]);
    }
}

/// Eight running sums, user index modulo 8.
struct LaneSums {
    V parts[kVirtualLanes / kLanes];
    LaneSums() {
        for (V& part : parts) part = hn::Zero(d);
    }
    HWY_INLINE void add(std::size_t part, V value) { parts[part] = hn::Add(parts[part], value); }
    HWY_INLINE void store(double* lanes) const {
        for (std::size_t part = 0; part < kVirtualLanes / kLanes; ++part)
            hn::StoreU(parts[part], d, lanes + part * kLanes);
    }
};

inline double tree(const double* lanes) {
    return ((lanes[0] + lanes[1]) + (lanes[2] + lanes[3])) + ((lanes[4] + lanes[5]) + (lanes[6] + lanes[7]));
}

double LaneSum(const double* values, std::size_t n) {
    LaneSums sums;
    std::size_t i = 0;
    for (; i + kVirtualLanes <= n; i += kVirtualLanes) {
        for (std::size_t part = 0; part < kVirtualLanes / kLanes; ++part) {
            sums.add(part, hn::LoadU(d, values + i + part * kLanes));
        }
    }
    double lanes[kVirtualLanes];
    sums.store(lanes);
    for (std::size_t lane = 0; i < n; ++i, ++lane) lanes[lane] += values[i];
    return tree(lanes);
}

PlanSums PlanSumsOf(const double* revenue, const double* cost, std::size_t n) {
    LaneSums revenues;
    LaneSums costs;
    LaneSums subsidies;
    LaneSums losses;
    std::size_t i = 0;
    for (; i + kVirtualLanes <= n; i += kVirtualLanes) {
        for (std::size_t part = 0; part < kVirtualLanes / kLanes; ++part) {
            const V r = hn::LoadU(d, revenue + i + part * kLanes);
            const V c = hn::LoadU(d, cost + i + part * kLanes);
            revenues.add(part, r);
            costs.add(part, c);
            subsidies.add(part, hn::Max(hn::Sub(c, r), hn::Zero(d)));
            losses.add(part, hn::IfThenElseZero(hn::Gt(c, r), constant(1.0)));
        }
    }
    double lanes[4][kVirtualLanes];
    revenues.store(lanes[0]);
    costs.store(lanes[1]);
    subsidies.store(lanes[2]);
    losses.store(lanes[3]);
    for (std::size_t lane = 0; i < n; ++i, ++lane) {
        lanes[0][lane] += revenue[i];
        lanes[1][lane] += cost[i];
        if (cost[i] > revenue[i]) {
            lanes[2][lane] += cost[i] - revenue[i];
            lanes[3][lane] += 1.0;
        }
    }
    return {tree(lanes[0]), tree(lanes[1]), tree(lanes[2]), tree(lanes[3])};
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace breakeven::sim {
HWY_EXPORT(FillUniforms);
HWY_EXPORT(UniformsToNormals);
HWY_EXPORT(LognormalOf);
HWY_EXPORT(LaneSum);
HWY_EXPORT(PlanSumsOf);

void fillUniforms(const DrawSource& source, std::uint32_t firstUser, std::size_t n, double* first,
                  double* second) {
    HWY_DYNAMIC_DISPATCH(FillUniforms)(source, firstUser, n, first, second);
}
void uniformsToNormals(double* values, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(UniformsToNormals)(values, n);
}
void lognormalOf(double mu, double sigma, const double* z, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(LognormalOf)(mu, sigma, z, out, n);
}
double laneSum(const double* values, std::size_t n) {
    return HWY_DYNAMIC_DISPATCH(LaneSum)(values, n);
}
PlanSums planSums(const double* revenue, const double* cost, std::size_t n) {
    return HWY_DYNAMIC_DISPATCH(PlanSumsOf)(revenue, cost, n);
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
