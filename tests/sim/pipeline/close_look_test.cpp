#include "sim/pipeline/close_look.hpp"

#include <gtest/gtest.h>

#include "sim/pipeline/layout.hpp"

namespace breakeven::sim::close_look_test {
namespace {

TEST(CloseLook, GivenAnyWorldAndSegment_WhenSomeChunksAreLookedAt_ThenTogetherTheyStandForAll) {
    for (const std::uint64_t world : {0U, 1U, 15U, 16U, 200U, 255U, 256U, 511U}) {
        for (const std::uint64_t chunks : {1U, 3U, 16U, 17U, 256U, 1'000U}) {
            const std::uint64_t users = chunks * kChunkUsers - 5;
            double all = 0.0;
            for (std::uint64_t chunk = 0; chunk < chunks; ++chunk) all += lookedAtFor(world, chunk, users);
            if (all > 0.0) {
                EXPECT_NEAR(all, static_cast<double>(chunks), 1e-9) << world << " " << chunks;
            } else {
                EXPECT_LT(chunks, 256U);
                EXPECT_GE(world, 16U);
            }
        }
    }
}

}  // namespace
}  // namespace breakeven::sim::close_look_test
