#include "sim/random/stream.hpp"

#include <gtest/gtest.h>

namespace breakeven::sim {
namespace {

TEST(Stream, GivenStageAndName_WhenHashed_ThenItIsFnv1aOfBothWithASlash) {
    // Source: FNV-1a 32-bit test vectors (Noll): "" is 2166136261, "foobar" is 0xbf9cf968.
    EXPECT_EQ(streamId("", "a"), (((2166136261U ^ '/') * 16777619U) ^ 'a') * 16777619U);
    EXPECT_NE(streamId("user", "requests"), streamId("month", "requests"));
    EXPECT_NE(streamId("ab", "c"), streamId("a", "bc"));
}

TEST(Stream, GivenTheExtremeWords_WhenMadeUniform_ThenNeitherZeroNorOneComesOut) {
    EXPECT_EQ(uniformFrom(0, 0), 0x1p-54);
    EXPECT_LT(uniformFrom(~0U, ~0U), 1.0);
    EXPECT_EQ(uniformFrom(0, 0x80000000U), 0.5 + 0x1p-54);
}

TEST(Stream, GivenASeed_WhenMadeAKey_ThenBothHalvesCount) {
    EXPECT_EQ(philoxKey(0x0123456789abcdefULL), (PhiloxKey{0x89abcdefU, 0x01234567U}));
}

}  // namespace
}  // namespace breakeven::sim
