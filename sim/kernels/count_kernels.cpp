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

/// What is said of the values x; `miss` gets the sign bit where no bin of the map holds one.
///
/// @tparam isOneSided  the map has no bins for negative values
template <bool isOneSided>
HWY_INLINE VU binOf(const BinMap& map, V x, VU places, VI& miss) {
    const V magnitude = hn::Min(hn::Max(hn::Abs(x), constant(kSmallestBinned)), constant(kLargestBinned));
    const VU bits = hn::BitCast(du, magnitude);
    const VI key = hn::BitCast(di, hn::ShiftRight<kBinKeyShift>(bits));
    constexpr int kShift = kOffsetShift - (kBinKeyShift - kOffsetBits);
    const VU offset = hn::And(hn::ShiftLeft<kShift>(bits), hn::Set(du, ~0ULL << kOffsetShift));
    const VU rest = hn::Or(offset, places);
    if constexpr (isOneSided) {
        const VI index = hn::Sub(key, hn::Set(di, map.positive.first));
        const VI beyond = hn::Sub(hn::Set(di, map.positive.size - 1), index);
        miss = hn::Or(hn::Or(index, beyond), hn::BitCast(di, x));
        return hn::Or(hn::BitCast(du, index), rest);
    } else {
        const auto isNegative = hn::RebindMask(di, hn::Lt(x, hn::Zero(d)));
        const auto ofSide = [&](std::int64_t negative, std::int64_t positive) HWY_ATTR {
            return hn::IfThenElse(isNegative, hn::Set(di, negative), hn::Set(di, positive));
        };
        const VI index = hn::Sub(key, ofSide(map.negative.first, map.positive.first));
        miss = hn::Or(index, hn::Sub(ofSide(map.negative.size - 1, map.positive.size - 1), index));
        const VI start = hn::IfThenElseZero(isNegative, hn::Set(di, map.positive.size));
        return hn::Or(hn::BitCast(du, hn::Add(index, start)), rest);
    }
}

template <bool isOneSided>
Binned binsWith(const double* values, std::size_t n, const BinMap& map, double frequent,
                std::uint64_t* found) {
    VI outside = hn::Zero(di);  // sign bits of keys below the first or above the last
    VU places = hn::ShiftLeft<kPlaceShift>(hn::Iota(du, 0));
    Binned result;
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        const V x = hn::LoadU(d, values + i);
        VI miss;
        const VU bin = binOf<isOneSided>(map, x, places, miss);
        places = hn::Add(places, hn::Set(du, std::uint64_t{kLanes} << kPlaceShift));
        const auto isZero = hn::Eq(x, hn::Zero(d));
        const auto isFrequent = hn::Eq(x, constant(frequent));
        const auto isLeftOut = hn::Or(isZero, isFrequent);
        if (hn::AllFalse(d, isLeftOut)) {
            outside = hn::Or(outside, miss);
            hn::StoreU(bin, du, found + result.kept);
            result.kept += kLanes;
            continue;
        }
        outside = hn::Or(outside, hn::BitCast(di, hn::IfThenZeroElse(isLeftOut, hn::BitCast(d, miss))));
        result.kept += storeSelected(hn::BitCast(d, bin), hn::Not(isLeftOut), found + result.kept);
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
            found[result.kept++] = static_cast<std::uint64_t>(map.index(x)) |
                                   std::uint64_t{binOffset(x)} << kOffsetShift |
                                   std::uint64_t{i} << kPlaceShift;
        }
    }
    return result;
}

Binned BinsOf(const double* values, std::size_t n, const BinMap& map, double frequent, std::uint64_t* found) {
    return map.negative.size == 0 ? binsWith<true>(values, n, map, frequent, found)
                                  : binsWith<false>(values, n, map, frequent, found);
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace breakeven::sim {
HWY_EXPORT(BinsOf);

Binned binsOf(const double* values, std::size_t n, const BinMap& map, double frequent, std::uint64_t* found) {
    return HWY_DYNAMIC_DISPATCH(BinsOf)(values, n, map, frequent, found);
}
}  // namespace breakeven::sim
#endif
