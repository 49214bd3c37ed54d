#include "sim/kernels/count_kernels.hpp"

#include "core/units/infinity.hpp"

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

/// What is found of a value: the index of its bin, or that and the rest of its bits.
struct CountWords {
    using Word = std::uint16_t;
    static constexpr int kKeyShift = kBinKeyShift;
    static HWY_INLINE VU word(VU index, VU /*bits*/) { return index; }
    static std::uint64_t word(std::uint64_t index, double /*x*/) { return index; }
};
struct SumWords {
    using Word = std::uint64_t;
    static constexpr int kKeyShift = kSumKeyShift;
    static constexpr std::uint64_t kRest = (1ULL << kSumKeyShift) - 1;
    static HWY_INLINE VU word(VU index, VU bits) {
        return hn::Or(hn::And(bits, hn::Set(du, kRest)), hn::ShiftLeft<kSumKeyShift>(index));
    }
    static std::uint64_t word(std::uint64_t index, double x) {
        return (binnedBits(x) & kRest) | index << kSumKeyShift;
    }
};

/// Stores the low bits of kLanes words.
HWY_INLINE void storeWords(VU words, std::uint64_t* out) {
    hn::StoreU(words, du, out);
}
HWY_INLINE void storeWords(VU words, std::uint16_t* out) {
    constexpr hn::Rebind<std::uint16_t, D> d16;
    hn::StoreU(hn::TruncateTo(d16, words), d16, out);
}

/// Bins of the values x, and which of them have none: a zero, or what lies outside the map.
struct Found {
    VU words;
    VI missing;  ///< the sign bit
};

/// What is found of the values x.
///
/// @tparam isOneSided  the map has no bins for negative values
/// @tparam isClamped   magnitudes beyond the grid count as its ends; else they have no bin
template <bool isOneSided, bool isClamped, typename Words>
HWY_INLINE Found binsAt(const BinMap& map, V x) {
    V magnitude = x;
    if constexpr (isClamped)
        magnitude = hn::Min(hn::Max(hn::Abs(x), constant(kSmallestBinned)), constant(kLargestBinned));
    else if constexpr (!isOneSided)
        magnitude = hn::Abs(x);
    const VU bits = hn::BitCast(du, magnitude);
    const VI key = hn::BitCast(di, hn::ShiftRight<Words::kKeyShift>(bits));
    VI index;
    VI beyond;
    if constexpr (isOneSided) {
        index = hn::Sub(key, hn::Set(di, map.positive.first));
        beyond = hn::Sub(hn::Set(di, map.positive.size - 1), index);
        if constexpr (isClamped) beyond = hn::Or(beyond, hn::BitCast(di, x));
        return {Words::word(hn::BitCast(du, index), bits), hn::Or(index, beyond)};
    } else {
        const auto isNegative = hn::RebindMask(di, hn::Lt(x, hn::Zero(d)));
        const auto ofSide = [&](std::int64_t negative, std::int64_t positive) HWY_ATTR {
            return hn::IfThenElse(isNegative, hn::Set(di, negative), hn::Set(di, positive));
        };
        index = hn::Sub(key, ofSide(map.negative.first, map.positive.first));
        beyond = hn::Sub(ofSide(map.negative.size - 1, map.positive.size - 1), index);
        const VI start = hn::IfThenElseZero(isNegative, hn::Set(di, map.positive.size));
        return {Words::word(hn::BitCast(du, hn::Add(index, start)), bits), hn::Or(index, beyond)};
    }
}

template <bool isOneSided, typename Words>
Binned binsWith(const double* values, std::size_t n, double origin, const BinMap& sharedMap,
                typename Words::Word* found) {
    const BinMap map = sharedMap;  // beyond the reach of what is stored, so in registers
    VI outside = hn::Zero(di);
    Binned result;
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) {
        const V x = hn::Sub(hn::LoadU(d, values + i), constant(origin));
        Found bins = binsAt<isOneSided, false, Words>(map, x);
        const auto isMissing = hn::Lt(bins.missing, hn::Zero(di));
        if (hn::AllFalse(di, isMissing)) {
            storeWords(bins.words, found + result.kept);
            result.kept += kLanes;
            continue;
        }
        const auto isZero = hn::Eq(x, hn::Zero(d));
        if (!hn::AllFalse(di, hn::AndNot(hn::RebindMask(di, isZero), isMissing))) {
            bins = binsAt<isOneSided, true, Words>(map, x);
            outside =
                hn::Or(outside, hn::BitCast(di, hn::IfThenZeroElse(isZero, hn::BitCast(d, bins.missing))));
        }
        HWY_ALIGN std::uint64_t kept[kLanes];
        const std::size_t count = storeSelected(hn::BitCast(d, bins.words), hn::Not(isZero), kept);
        storeWords(hn::Load(du, kept), found + result.kept);
        result.kept += count;
        result.zeros += kLanes - count;
    }
    result.isCovered = hn::AllFalse(di, hn::Lt(outside, hn::Zero(di)));
    for (; i < n; ++i) {
        const double x = values[i] - origin;
        if (x == 0.0) {
            ++result.zeros;
        } else {
            result.isCovered = result.isCovered && map.covers(x);
            found[result.kept++] =
                static_cast<typename Words::Word>(Words::word(static_cast<std::uint64_t>(map.index(x)), x));
        }
    }
    return result;
}

Binned BinsOf(const double* values, std::size_t n, double origin, const BinMap& map, std::uint16_t* found) {
    return map.negative.size == 0 ? binsWith<true, CountWords>(values, n, origin, map, found)
                                  : binsWith<false, CountWords>(values, n, origin, map, found);
}

Binned SumBinsOf(const double* values, std::size_t n, double origin, const BinMap& map,
                 std::uint64_t* found) {
    return map.negative.size == 0 ? binsWith<true, SumWords>(values, n, origin, map, found)
                                  : binsWith<false, SumWords>(values, n, origin, map, found);
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

BinMap BinMap::with(std::span<const double> values, double origin) const {
    constexpr std::int64_t kSpare = 2;  // octaves, so that a side does not grow by each in turn
    BinMap map = *this;
    for (const double value : values) {
        const double x = value - origin;
        if (x == 0.0 || map.covers(x)) continue;
        Side& side = x < 0.0 ? map.negative : map.positive;
        const std::int64_t key = binKey(x, shift) / octave() * octave();
        const std::int64_t spare = side.size == 0 ? 0 : kSpare * octave();
        // Not beyond the grid: a kernel takes what the map covers for a bin of its own.
        const std::int64_t first = std::max(key < side.first ? key - spare : key, binKey(0.0, shift));
        const std::int64_t end = std::min(key < side.first ? key + octave() : key + octave() + spare,
                                          binKey(kInfinity, shift) + 1);
        side = joined(side, {first, end - first});
    }
    return map;
}

BinMap BinMap::with(const BinMap& other) const {
    return {joined(positive, other.positive), joined(negative, other.negative), shift};
}

Binned binsOf(const double* values, std::size_t n, double origin, const BinMap& map, std::uint16_t* found) {
    return HWY_DYNAMIC_DISPATCH(BinsOf)(values, n, origin, map, found);
}

Binned sumBinsOf(const double* values, std::size_t n, double origin, const BinMap& map,
                 std::uint64_t* found) {
    return HWY_DYNAMIC_DISPATCH(SumBinsOf)(values, n, origin, map, found);
}
}  // namespace breakeven::sim
#endif
