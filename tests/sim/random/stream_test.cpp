#include "sim/random/stream.hpp"

#include <gtest/gtest.h>

namespace breakeven::sim::stream_test {
namespace {

TEST(Stream, GivenStageAndName_WhenHashed_ThenItIsFnv1aOfBothWithASlash) {
    // Source: FNV-1a 32-bit test vectors (Noll): "" is 2166136261, "foobar" is 0xbf9cf968.
    EXPECT_EQ(streamId("", "a"), (((2166136261U ^ '/') * 16777619U) ^ 'a') * 16777619U);
    EXPECT_NE(streamId("user", "requests"), streamId("month", "requests"));
    EXPECT_NE(streamId("ab", "c"), streamId("a", "bc"));
}

TEST(Stream, GivenTheExtremeWords_WhenMadeUniform_ThenNeitherZeroNorOneComesOut) {
    EXPECT_EQ(uniformFrom(0, 0), 0x1p-53);
    EXPECT_EQ(uniformFrom(~0U, ~0U), 1.0 - 0x1p-53);
    EXPECT_EQ(uniformFrom(0, 0x80000000U), 0.5 + 0x1p-53);
    EXPECT_EQ(uniformFrom(0x1000U, 0), 0x1p-52 + 0x1p-53);
    EXPECT_EQ(uniformFrom(0xfffU, 0), 0x1p-53);
}

TEST(Stream, GivenSixteenNeighbours_WhenDrawn_ThenUsersEightApartShareABlockOfPhilox) {
    const DrawSource source{philoxKey(5), 7, 3, 9};
    for (std::uint32_t user = 0; user < 64; ++user) {
        const std::uint32_t block = user / 16 * 8 + user % 8;
        const PhiloxCounter words = philoxBlock({block, 7, 3, 9}, source.key);
        const std::size_t half = user % 16 < 8 ? 0 : 2;
        EXPECT_EQ(userUniform(source, user), uniformFrom(words[half], words[half + 1])) << user;
    }
}

TEST(Stream, GivenASeed_WhenMadeAKey_ThenBothHalvesCount) {
    EXPECT_EQ(philoxKey(0x0123456789abcdefULL), (PhiloxKey{0x89abcdefU, 0x01234567U}));
}

}  // namespace
}  // namespace breakeven::sim::stream_test
