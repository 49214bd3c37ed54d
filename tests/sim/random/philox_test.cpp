#include "sim/random/philox.hpp"

#include <gtest/gtest.h>

#include <Random123/philox.h>

namespace breakeven::sim::philox_test {
namespace {

// Source: Random123 1.14, tests/kat_vectors, philox4x32 with 10 rounds.
TEST(Philox, GivenThePublishedVectors_WhenComputed_ThenTheWordsAgree) {
    EXPECT_EQ(philoxBlock({0, 0, 0, 0}, {0, 0}),
              (PhiloxCounter{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
    EXPECT_EQ(philoxBlock({~0U, ~0U, ~0U, ~0U}, {~0U, ~0U}),
              (PhiloxCounter{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
    EXPECT_EQ(philoxBlock({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
              (PhiloxCounter{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, GivenManyCounters_WhenComputed_ThenTheyAgreeWithRandom123) {
    for (std::uint32_t i = 0; i < 10'000; ++i) {
        const PhiloxCounter counter{i, i * 2654435761U, ~i, i << 7};
        const PhiloxKey key{i * 40503U, 7 - i};

        r123::Philox4x32::ctr_type theirCounter{{counter[0], counter[1], counter[2], counter[3]}};
        r123::Philox4x32::key_type theirKey{{key[0], key[1]}};
        const auto theirs = r123::Philox4x32{}(theirCounter, theirKey);

        ASSERT_EQ(philoxBlock(counter, key), (PhiloxCounter{theirs[0], theirs[1], theirs[2], theirs[3]}))
            << i;
    }
}

}  // namespace
}  // namespace breakeven::sim::philox_test
