#include "sim/kernels/count_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernels/count_kernels.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include "sim/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace breakeven::sim::HWY_NAMESPACE {

using DI = hn::RebindToSigned<D>;
using VI = hn::Vec<DI>;
constexpr DI di;

Binned BinsOf(const double* values, std::size_t n, const BinMap& map, double frequent, std::uint64_t* bins,
              double* kept) {
    const V positiveFirst = hn::BitCast(d, hn::Set(di, map.positive.first));
    const V negativeFirst = hn::BitCast(d, hn::Set(di, map.negative.first));
    const V positiveLast = hn::BitCast(d, hn::Set(di, map.positive.size - 1));
    const V negativeLast = hn::BitCast(d, hn::Set(di, map.negative.size - 1));
    const V negativeStart = hn::BitCast(d, hn::Set(di, map.positive.size));
    VI outside = hn::Zero(di);  // sign bits of keys below the first or above the last
    Binned result;
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        const V x = hn::LoadU(d, values + i);
        const V magnitude = hn::Min(hn::Max(hn::Abs(x), constant(kSmallestBinned)), constant(kLargestBinned));
        const VI key = hn::BitCast(di, hn::ShiftRight<kBinKeyShift>(hn::BitCast(du, magnitude)));
        const auto isNegative = hn::Lt(x, hn::Zero(d));
        const VI place =
            hn::Sub(key, hn::BitCast(di, hn::IfThenElse(isNegative, negativeFirst, positiveFirst)));
        const VI last = hn::BitCast(di, hn::IfThenElse(isNegative, negativeLast, positiveLast));
        const VI index = hn::Add(place, hn::BitCast(di, hn::IfThenElseZero(isNegative, negativeStart)));
        const VU offset =
            hn::And(hn::ShiftRight<kBinKeyShift - 16>(hn::BitCast(du, magnitude)), hn::Set(du, 0xffff));
        const VU bin = hn::Or(hn::BitCast(du, index), hn::ShiftLeft<32>(offset));
        const VI miss = hn::Or(place, hn::Sub(last, place));
        const auto isZero = hn::Eq(x, hn::Zero(d));
        const auto isFrequent = hn::Eq(x, constant(frequent));
        const auto isLeftOut = hn::Or(isZero, isFrequent);
        if (hn::AllFalse(d, isLeftOut)) {
            outside = hn::Or(outside, miss);
            hn::StoreU(bin, du, bins + result.kept);
            hn::StoreU(x, d, kept + result.kept);
            result.kept += kLanes;
            continue;
        }
        outside = hn::Or(outside, hn::BitCast(di, hn::IfThenZeroElse(isLeftOut, hn::BitCast(d, miss))));
        const auto isKept = hn::Not(isLeftOut);
        storeSelected(hn::BitCast(d, bin), isKept, bins + result.kept);
        result.kept += storeSelected(x, isKept, kept + result.kept);
        result.zeros += hn::CountTrue(d, isZero);
        result.frequent += hn::CountTrue(d, isFrequent);
    }
    result.isCovered = hn::AllFalse(di, hn::Lt(outside, hn::Zero(di)));
    for (; i < n; ++i) {
        const double x = values[i];
        if (x == 0.0) {
            ++result.zeros;
        } else if (x == frequent) {
            ++result.frequent;
        } else {
            result.isCovered = result.isCovered && map.covers(x);
            bins[result.kept] = static_cast<std::uint64_t>(map.index(x)) | std::uint64_t{binOffset(x)} << 32;
            kept[result.kept++] = x;
        }
    }
    return result;
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace breakeven::sim {
HWY_EXPORT(BinsOf);

Binned binsOf(const double* values, std::size_t n, const BinMap& map, double frequent, std::uint64_t* bins,
              double* kept) {
    return HWY_DYNAMIC_DISPATCH(BinsOf)(values, n, map, frequent, bins, kept);
}
}  // namespace breakeven::sim
#endif
