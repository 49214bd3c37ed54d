#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace breakeven::sim {

// Which bin of a logarithmic grid a value falls into: 256 bins per power of two, so that a bin is at most
// 0.4 % wide. A bin's key is made of the exponent and the first 8 bits of the mantissa.

inline constexpr int kBinKeyShift = 44;
inline constexpr double kSmallestBinned = 0x1p-30;   ///< smaller magnitudes share its bin
inline constexpr double kLargestBinned = 0x1.ffp50;  ///< larger magnitudes share its bin

/// The bits of a magnitude, brought onto the grid.
[[nodiscard]] inline std::uint64_t binnedBits(double x) {
    return std::bit_cast<std::uint64_t>(std::min(std::max(std::abs(x), kSmallestBinned), kLargestBinned));
}

/// Key of a magnitude; ascending with it.
[[nodiscard]] inline std::int64_t binKey(double x) {
    return static_cast<std::int64_t>(binnedBits(x) >> kBinKeyShift);
}

/// The 12 bits that follow those of the key: where in its bin the magnitude lies; ascending with it.
inline constexpr int kOffsetBits = 12;
[[nodiscard]] inline std::uint32_t binOffset(double x) {
    return static_cast<std::uint32_t>(binnedBits(x) >> (kBinKeyShift - kOffsetBits)) & 0xfffU;
}

/// Where keys are counted: positive ones from index 0, negative ones after them.
struct BinMap {
    struct Side {
        std::int64_t first = 0;  ///< key of its first bin
        std::int64_t size = 0;
    };
    Side positive;
    Side negative;

    /// Index of a value's bin; meaningless where `covers` says no.
    [[nodiscard]] std::int64_t index(double x) const {
        return x < 0.0 ? binKey(x) - negative.first + positive.size : binKey(x) - positive.first;
    }
    [[nodiscard]] bool covers(double x) const {
        const Side& side = x < 0.0 ? negative : positive;
        return binKey(x) >= side.first && binKey(x) < side.first + side.size;
    }
};

/// What `binsOf` found.
struct Binned {
    std::size_t kept = 0;      ///< values with a bin
    std::size_t zeros = 0;     ///< left out
    std::size_t frequent = 0;  ///< left out: equal to the frequent value
    bool isCovered = true;     ///< no kept value lies outside the map; if not, the bins mean nothing
};

/// Most values of one call, and the room its outputs need.
inline constexpr std::size_t kMostBinned = 512;
inline constexpr std::size_t kBinnedRoom = kMostBinned + 8;

/// What is said of a value in one word: the index of its bin in bits 0 to 15, its place among the values in
/// bits 16 to 31, its binOffset in bits 52 to 63.
inline constexpr int kPlaceShift = 16;
inline constexpr int kOffsetShift = 52;
[[nodiscard]] constexpr std::uint32_t binSaid(std::uint64_t said) {
    return said & 0xffffU;
}
[[nodiscard]] constexpr std::uint32_t placeSaid(std::uint64_t said) {
    return said >> kPlaceShift & 0xffffU;
}

/// The bins of finite values[0, n), zeros and values equal to `frequent` left out (NaN: no such value).
///
/// @param n      at most kMostBinned
/// @param found  of each value kept, in order, what is said of it; kBinnedRoom elements
[[nodiscard]] Binned binsOf(const double* values, std::size_t n, const BinMap& map, double frequent,
                            std::uint64_t* found);

}  // namespace breakeven::sim
