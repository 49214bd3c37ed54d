#include "sim/kernels/count_kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>

#include "sim/kernels/scalar_math.hpp"
#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim::count_kernels_test {
namespace {

using tests::onEveryTarget;

constexpr std::size_t kValues = 507;  // no multiple of any vector length

/// Both signs from 2^-40 to 2^60, zeros of both signs, and 200 at every fifth place. What is left of the
/// first block is none of either, as of most columns.
std::vector<double> values() {
    std::vector<double> result = tests::uniforms(kValues);
    for (std::size_t i = 0; i < kValues; ++i) {
        result[i] = (i % 3 == 0 ? -1.0 : 1.0) * expScalar(result[i] * 69.0 - 27.7);
        if (i % 7 == 0) result[i] = 0.0;
        if (i % 14 == 0) result[i] = -0.0;
        if (i % 5 == 0) result[i] = 200.0;
    }
    return result;
}

BinMap wholeMap() {
    const BinMap::Side side{binKey(kSmallestBinned), binKey(kLargestBinned) - binKey(kSmallestBinned) + 1};
    return {side, side};
}

/// What the kernels must find: the scalar bins, in order, without zeros.
std::vector<std::uint16_t> scalarBins(const std::vector<double>& all, double origin, const BinMap& map) {
    std::vector<std::uint16_t> bins;
    for (const double x : all) {
        if (x != origin) bins.push_back(static_cast<std::uint16_t>(map.index(x - origin)));
    }
    return bins;
}

TEST(CountKernels,
     GivenValuesOfEitherSign_WhenBinned_ThenEveryTargetGivesTheScalarBinsAndLeavesTheOriginOut) {
    const BinMap map = wholeMap();
    for (const double origin : {0.0, 200.0, -3.7}) {
        onEveryTarget([&] {
            std::vector<double> all = values();
            const std::vector<std::uint16_t> expected = scalarBins(all, origin, map);
            std::vector<std::uint16_t> bins(kBinnedRoom);
            const Binned found = binsOf(all.data(), kValues, origin, map, bins.data());
            EXPECT_EQ(found.kept, expected.size());
            EXPECT_EQ(found.zeros, kValues - expected.size());
            EXPECT_TRUE(found.isCovered);
            EXPECT_TRUE(std::ranges::equal(std::span(bins).first(found.kept), expected)) << origin;
        });
    }
}

TEST(CountKernels, GivenAMapThatEndsBeforeOneValue_WhenBinned_ThenItSaysSoWhereverTheValueStands) {
    const BinMap map{{binKey(1.0), 256}, {binKey(1.0), 128}};  // [1, 4) and (-2, -1]
    for (const double outside : {0.999, 4.0, -0.999, -2.0, 1e30, -1e-30}) {
        for (const std::size_t place : {std::size_t{0}, std::size_t{250}, kValues - 1}) {
            onEveryTarget([&] {
                std::vector<double> all(kValues, 3.999);
                for (std::size_t i = 0; i < kValues; i += 2) all[i] = -1.0;
                for (std::size_t i = 0; i < kValues; i += 16) all[i] = 0.0;
                std::vector<std::uint16_t> bins(kBinnedRoom);
                EXPECT_TRUE(binsOf(all.data(), kValues, 0.0, map, bins.data()).isCovered);
                all[place] = outside;
                EXPECT_FALSE(binsOf(all.data(), kValues, 0.0, map, bins.data()).isCovered)
                    << outside << " at " << place;
            });
        }
    }
}

TEST(CountKernels, GivenAMapWithoutNegativeBins_WhenBinned_ThenOnlyNegativeValuesAndThoseBeyondAreMissed) {
    const BinMap map{{binKey(1.0), 256}, {}};
    for (const std::size_t place : {std::size_t{0}, std::size_t{250}, kValues - 1}) {
        onEveryTarget([&] {
            std::vector<double> all(kValues, 3.999);
            for (std::size_t i = 0; i < kValues; i += 2) all[i] = 1.25;
            for (std::size_t i = 0; i < kValues; i += 16) all[i] = -0.0;
            all[place] = 2.5;
            std::vector<std::uint16_t> bins(kBinnedRoom);
            const Binned found = binsOf(all.data(), kValues, 0.0, map, bins.data());
            EXPECT_TRUE(found.isCovered);
            EXPECT_TRUE(std::ranges::equal(std::span(bins).first(found.kept), scalarBins(all, 0.0, map)));
            for (const double outside : {-1.5, -1e-30, 0.999, 4.0}) {
                all[place] = outside;
                EXPECT_FALSE(binsOf(all.data(), kValues, 0.0, map, bins.data()).isCovered)
                    << outside << " at " << place;
            }
        });
    }
}

TEST(CountKernels, GivenAnyMagnitude_WhenKeyed_ThenAKeySpansLessThanOnePercentAndKeysAscend) {
    std::int64_t last = binKey(kSmallestBinned);
    for (double x = kSmallestBinned; x < 0x1.fep50; x *= 1.00097) {
        EXPECT_GE(binKey(x), last);
        EXPECT_GT(binKey(x * 1.008), binKey(x));
        last = binKey(x);
    }
}

}  // namespace
}  // namespace breakeven::sim::count_kernels_test
