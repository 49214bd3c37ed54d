#include "sim/kernels/count_kernels.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "sim/kernels/scalar_math.hpp"
#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim::count_kernels_test {
namespace {

using tests::onEveryTarget;

constexpr std::size_t kValues = 507;  // no multiple of any vector length
constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Both signs from 2^-40 to 2^60, zeros of both signs, and 200 at every fifth place.
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

TEST(CountKernels, GivenValuesOfEitherSign_WhenBinned_ThenEveryTargetGivesTheScalarBinsAndLeavesAtomsOut) {
    const BinMap map = wholeMap();
    for (const double frequent : {kNone, 200.0}) {
        onEveryTarget([&] {
            const std::vector<double> all = values();
            std::vector<std::uint64_t> bins(kBinnedRoom);
            const Binned found = binsOf(all.data(), kValues, map, frequent, bins.data());
            std::size_t place = 0;
            std::size_t zeros = 0;
            std::size_t frequents = 0;
            for (const double x : all) {
                if (x == 0.0) {
                    ++zeros;
                } else if (x == frequent) {
                    ++frequents;
                } else {
                    const std::uint64_t said = bins[place];
                    ASSERT_EQ(all[placeSaid(said)], x);
                    ASSERT_EQ(binSaid(said), map.index(x)) << x;
                    ASSERT_EQ(said >> kOffsetShift, binOffset(x)) << x;
                    ++place;
                }
            }
            EXPECT_EQ(found.kept, place);
            EXPECT_EQ(found.zeros, zeros);
            EXPECT_EQ(found.frequent, frequents);
            EXPECT_TRUE(found.isCovered);
        });
    }
}

TEST(CountKernels, GivenAMapThatEndsBeforeOneValue_WhenBinned_ThenItSaysSoWhereverTheValueStands) {
    const BinMap map{{binKey(1.0), 512}, {binKey(1.0), 256}};  // [1, 4) and (-2, -1]
    for (const double outside : {0.999, 4.0, -0.999, -2.0, 1e30, -1e-30}) {
        for (const std::size_t place : {std::size_t{0}, std::size_t{250}, kValues - 1}) {
            onEveryTarget([&] {
                std::vector<double> all(kValues, 3.999);
                for (std::size_t i = 0; i < kValues; i += 2) all[i] = -1.0;
                for (std::size_t i = 0; i < kValues; i += 16) all[i] = 0.0;
                std::vector<std::uint64_t> bins(kBinnedRoom);
                EXPECT_TRUE(binsOf(all.data(), kValues, map, kNone, bins.data()).isCovered);
                all[place] = outside;
                EXPECT_FALSE(binsOf(all.data(), kValues, map, kNone, bins.data()).isCovered)
                    << outside << " at " << place;
            });
        }
    }
}

TEST(CountKernels, GivenAMapWithoutNegativeBins_WhenBinned_ThenOnlyNegativeValuesAndThoseBeyondAreMissed) {
    const BinMap map{{binKey(1.0), 512}, {}};
    for (const std::size_t place : {std::size_t{0}, std::size_t{250}, kValues - 1}) {
        onEveryTarget([&] {
            std::vector<double> all(kValues, 3.999);
            for (std::size_t i = 0; i < kValues; i += 2) all[i] = 1.25;
            for (std::size_t i = 0; i < kValues; i += 16) all[i] = -0.0;
            all[place] = 2.5;
            std::vector<std::uint64_t> bins(kBinnedRoom);
            const Binned found = binsOf(all.data(), kValues, map, kNone, bins.data());
            EXPECT_TRUE(found.isCovered);
            for (std::size_t i = 0; i < found.kept; ++i) {
                const double x = all[placeSaid(bins[i])];
                ASSERT_EQ(binSaid(bins[i]), map.index(x));
            }
            for (const double outside : {-1.5, -1e-30, 0.999, 4.0}) {
                all[place] = outside;
                EXPECT_FALSE(binsOf(all.data(), kValues, map, kNone, bins.data()).isCovered)
                    << outside << " at " << place;
            }
        });
    }
}

TEST(CountKernels, GivenAnyMagnitude_WhenKeyed_ThenAKeySpansLessThanHalfAPercentAndKeysAscend) {
    std::int64_t last = binKey(kSmallestBinned);
    for (double x = kSmallestBinned; x < kLargestBinned; x *= 1.00097) {
        EXPECT_GE(binKey(x), last);
        EXPECT_GT(binKey(x * 1.005), binKey(x));
        last = binKey(x);
    }
}

}  // namespace
}  // namespace breakeven::sim::count_kernels_test
