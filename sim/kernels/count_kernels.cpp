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

/// The two kinds of words that say something of a value.
struct CountWords {
    static constexpr int kKeyShift = kBinKeyShift;
    static HWY_INLINE VU word(VU index, VU bits, VU places) {
        constexpr int kShift = kOffsetShift - (kBinKeyShift - kOffsetBits);
        const VU offset = hn::And(hn::ShiftLeft<kShift>(bits), hn::Set(du, ~0ULL << kOffsetShift));
        return hn::Or(hn::Or(offset, places), index);
    }
    static std::uint64_t word(std::uint64_t index, double x, std::size_t place) {
        return index | std::uint64_t{binOffset(x)} << kOffsetShift | std::uint64_t{place} << kPlaceShift;
    }
};
struct SumWords {
    static constexpr int kKeyShift = kSumKeyShift;
    static constexpr std::uint64_t kRest = (1ULL << kSumKeyShift) - 1;
    static HWY_INLINE VU word(VU index, VU bits, VU /*places*/) {
        return hn::Or(hn::And(bits, hn::Set(du, kRest)), hn::ShiftLeft<kSumKeyShift>(index));
    }
    static std::uint64_t word(std::uint64_t index, double x, std::size_t /*place*/) {
        return (binnedBits(x) & kRest) | index << kSumKeyShift;
    }
};

/// What is said of the values x; `miss` gets the sign bit where no bin of the map holds one.
///
/// @tparam isOneSided  the map has no bins for negative values
template <bool isOneSided, typename Words>
HWY_INLINE VU binOf(const BinMap& map, V x, VU places, VI& miss) {
    const V magnitude = hn::Min(hn::Max(hn::Abs(x), constant(kSmallestBinned)), constant(kLargestBinned));
    const VU bits = hn::BitCast(du, magnitude);
    const VI key = hn::BitCast(di, hn::ShiftRight<Words::kKeyShift>(bits));
    if constexpr (isOneSided) {
        const VI index = hn::Sub(key, hn::Set(di, map.positive.first));
        const VI beyond = hn::Sub(hn::Set(di, map.positive.size - 1), index);
        miss = hn::Or(hn::Or(index, beyond), hn::BitCast(di, x));
        return Words::word(hn::BitCast(du, index), bits, places);
    } else {
        const auto isNegative = hn::RebindMask(di, hn::Lt(x, hn::Zero(d)));
        const auto ofSide = [&](std::int64_t negative, std::int64_t positive) HWY_ATTR {
            return hn::IfThenElse(isNegative, hn::Set(di, negative), hn::Set(di, positive));
        };
        const VI index = hn::Sub(key, ofSide(map.negative.first, map.positive.first));
        miss = hn::Or(index, hn::Sub(ofSide(map.negative.size - 1, map.positive.size - 1), index));
        const VI start = hn::IfThenElseZero(isNegative, hn::Set(di, map.positive.size));
        return Words::word(hn::BitCast(du, hn::Add(index, start)), bits, places);
    }
}

template <bool isOneSided, typename Words>
Binned binsWith(const double* values, std::size_t n, const BinMap& map, double frequent,
                std::uint64_t* found) {
    VI outside = hn::Zero(di);  // sign bits of keys below the first or above the last
    VU places = hn::ShiftLeft<kPlaceShift>(hn::Iota(du, 0));
    Binned result;
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        const V x = hn::LoadU(d, values + i);
        VI miss;
        const VU bin = binOf<isOneSided, Words>(map, x, places, miss);
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
            found[result.kept++] = Words::word(static_cast<std::uint64_t>(map.index(x)), x, i);
        }
    }
    return result;
}

Binned BinsOf(const double* values, std::size_t n, const BinMap& map, double frequent, std::uint64_t* found) {
    return map.negative.size == 0 ? binsWith<true, CountWords>(values, n, map, frequent, found)
                                  : binsWith<false, CountWords>(values, n, map, frequent, found);
}

Binned SumBinsOf(const double* values, std::size_t n, const BinMap& map, double frequent,
                 std::uint64_t* found) {
    return map.negative.size == 0 ? binsWith<true, SumWords>(values, n, map, frequent, found)
                                  : binsWith<false, SumWords>(values, n, map, frequent, found);
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace breakeven::sim {
HWY_EXPORT(BinsOf);
HWY_EXPORT(SumBinsOf);

namespace {

BinMap::Side joined(const BinMap::Side& a, const BinMap::Side& b) {
    if (a.size == 0) return b;
    if (b.size == 0) return a;
    const std::int64_t first = std::min(a.first, b.first);
    return {first, std::max(a.first + a.size, b.first + b.size) - first};
}

}  // namespace

BinMap BinMap::with(std::span<const double> values) const {
    constexpr std::int64_t kSpare = 2;  // octaves, so that a side does not grow by each in turn
    BinMap map = *this;
    for (const double x : values) {
        if (x == 0.0 || map.covers(x)) continue;
        Side& side = x < 0.0 ? map.negative : map.positive;
        const std::int64_t first = binKey(x, shift) / octave() * octave();
        const std::int64_t spare = side.size == 0 ? 0 : kSpare * octave();
        const bool isBelow = first < side.first;
        side = joined(side, {first - (isBelow ? spare : 0), octave() + spare});
    }
    return map;
}

BinMap BinMap::with(const BinMap& other) const {
    return {joined(positive, other.positive), joined(negative, other.negative), shift};
}

Binned binsOf(const double* values, std::size_t n, const BinMap& map, double frequent, std::uint64_t* found) {
    return HWY_DYNAMIC_DISPATCH(BinsOf)(values, n, map, frequent, found);
}

Binned sumBinsOf(const double* values, std::size_t n, const BinMap& map, double frequent,
                 std::uint64_t* found) {
    return HWY_DYNAMIC_DISPATCH(SumBinsOf)(values, n, map, frequent, found);
}
}  // namespace breakeven::sim
#endif
