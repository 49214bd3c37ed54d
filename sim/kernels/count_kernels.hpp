#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>

namespace breakeven::sim {

// Which bin of a logarithmic grid a value falls into. A bin's key is made of the exponent and the first bits
// of the mantissa: 7 for counts, so that a bin is at most 0.8 % wide; 6 for sums, which know a bin's mean.

inline constexpr int kBinKeyShift = 45;
inline constexpr int kSumKeyShift = 46;
inline constexpr double kSmallestBinned = 0x1p-30;   ///< smaller magnitudes share its bin
inline constexpr double kLargestBinned = 0x1.fffffffffffffp50;  ///< larger magnitudes share its bin

/// The bits of a magnitude, brought onto the grid.
[[nodiscard]] inline std::uint64_t binnedBits(double x) {
    return std::bit_cast<std::uint64_t>(std::min(std::max(std::abs(x), kSmallestBinned), kLargestBinned));
}

/// Key of a magnitude; ascending with it.
[[nodiscard]] inline std::int64_t binKey(double x, int shift = kBinKeyShift) {
    return static_cast<std::int64_t>(binnedBits(x) >> shift);
}

/// Where keys are counted: positive ones from index 0, negative ones after them. Either side begins and ends
/// with a power of two.
struct BinMap {
    struct Side {
        std::int64_t first = 0;  ///< key of its first bin
        std::int64_t size = 0;
        bool operator==(const Side&) const = default;
    };
    Side positive;
    Side negative;
    int shift = kBinKeyShift;

    /// Index of a value's bin; meaningless where `covers` says no.
    [[nodiscard]] std::int64_t index(double x) const {
        return x < 0.0 ? binKey(x, shift) - negative.first + positive.size
                       : binKey(x, shift) - positive.first;
    }
    [[nodiscard]] bool covers(double x) const {
        const Side& side = x < 0.0 ? negative : positive;
        return binKey(x, shift) >= side.first && binKey(x, shift) < side.first + side.size;
    }
    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>(positive.size + negative.size); }

    /// A bin's smaller edge, by its bits as a magnitude, and its sign.
    struct Edge {
        std::uint64_t bits = 0;
        double sign = 1.0;
    };
    /// Whether x is an Edge of some map with this shift, with its sign.
    [[nodiscard]] static bool isEdge(double x, int shift) {
        return std::abs(x) >= kSmallestBinned && std::abs(x) <= kLargestBinned &&
               binnedBits(x) % (std::uint64_t{1} << shift) == 0;
    }
    [[nodiscard]] Edge edgeOf(std::size_t index) const {
        const auto at = static_cast<std::int64_t>(index);
        const bool isNegative = at >= positive.size;
        const std::int64_t key = at + (isNegative ? negative.first - positive.size : positive.first);
        return {static_cast<std::uint64_t>(key) << shift, isNegative ? -1.0 : 1.0};
    }
    /// Bins per power of two.
    [[nodiscard]] std::int64_t octave() const { return std::int64_t{1} << (52 - shift); }

    /// The map that covers these values less `origin` too, zeros aside.
    [[nodiscard]] BinMap with(std::span<const double> values, double origin = 0.0) const;
    /// The map that covers what either does.
    [[nodiscard]] BinMap with(const BinMap& other) const;
};

/// Calls visit(index in a, index in b) for the first bin of every octave of a; b covers a.
template <typename Visit>
void alongOctaves(const BinMap& a, const BinMap& b, Visit visit) {
    const auto side = [&](const BinMap::Side& from, std::int64_t fromStart, const BinMap::Side& to,
                          std::int64_t toStart) {
        for (std::int64_t i = 0; i < from.size; i += a.octave()) {
            visit(static_cast<std::size_t>(fromStart + i),
                  static_cast<std::size_t>(toStart + i + from.first - to.first));
        }
    };
    side(a.positive, 0, b.positive, 0);
    side(a.negative, a.positive.size, b.negative, b.positive.size);
}

/// What was held by one map's index, held by another's that covers it; `empty` where nothing was.
template <typename Held>
[[nodiscard]] Held movedTo(const BinMap& map, const BinMap& from, const Held& old,
                           const typename Held::value_type& empty) {
    Held result(map.size(), empty);
    alongOctaves(from, map, [&](std::size_t source, std::size_t target) {
        std::copy_n(old.begin() + static_cast<std::ptrdiff_t>(source), from.octave(),
                    result.begin() + static_cast<std::ptrdiff_t>(target));
    });
    return result;
}

/// What `binsOf` found.
struct Binned {
    std::size_t kept = 0;   ///< values with a bin
    std::size_t zeros = 0;  ///< left out
    bool isCovered = true;  ///< no kept value lies outside the map; if not, the bins mean nothing
};

/// Most values of one call, and the room its outputs need.
inline constexpr std::size_t kMostBinned = 512;
inline constexpr std::size_t kBinnedRoom = kMostBinned + 8;

/// The bins of finite values[0, n) less `origin`, zeros left out.
///
/// @param n      at most kMostBinned
/// @param found  of each value kept, in order, the index of its bin; kBinnedRoom elements
[[nodiscard]] Binned binsOf(const double* values, std::size_t n, double origin, const BinMap& map,
                            std::uint16_t* found);

/// The same on the grid of sums (kSumKeyShift). What is found of a value: in bits 0 to 45 those of its
/// magnitude that follow the key, in bits 46 to 63 the index of its bin.
[[nodiscard]] Binned sumBinsOf(const double* values, std::size_t n, double origin, const BinMap& map,
                               std::uint64_t* found);

/// Finds the bins of values less `origin` in blocks: calls cover(block) where the map covers some of them
/// not, after which it must, then visit(block, zeros, what was found of the others).
///
/// @param kernel  binsOf or sumBinsOf
template <typename Word, typename Cover, typename Visit>
void alongBins(std::span<const double> values, double origin, const BinMap& map,
               Binned (*kernel)(const double*, std::size_t, double, const BinMap&, Word*), Cover cover,
               Visit visit) {
    std::array<Word, kBinnedRoom> words;  // filled below, so left as they are
    while (!values.empty()) {
        const std::span<const double> block = values.first(std::min(values.size(), kMostBinned));
        values = values.subspan(block.size());
        Binned found = kernel(block.data(), block.size(), origin, map, words.data());
        if (!found.isCovered) {
            cover(block);
            found = kernel(block.data(), block.size(), origin, map, words.data());
        }
        visit(block, found.zeros, std::span<const Word>(words.data(), found.kept));
    }
}

}  // namespace breakeven::sim
