#include "sim/random/permutation.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace breakeven::sim::permutation_test {
namespace {

TEST(Permutation, GivenAnySize_WhenAllAreMapped_ThenEachComesOutOnce) {
    for (std::uint32_t size = 1; size <= 300; ++size) {
        const Permutation permutation(size, {size, 2, 3, 4});
        std::vector<int> seen(size, 0);
        for (std::uint32_t i = 0; i < size; ++i) {
            const std::uint32_t to = permutation(i);
            ASSERT_LT(to, size);
            ++seen[to];
        }
        EXPECT_EQ(seen, std::vector<int>(size, 1)) << size;
    }
}

// Chi-squared of where the first of 10 goes under 20,000 keys: 9 degrees of freedom, above 33.7 with
// probability 1e-4.
TEST(Permutation, GivenManyKeys_WhenOneIsMapped_ThenItGoesEverywhereAlike) {
    constexpr std::uint32_t kSize = 10;
    constexpr std::uint32_t kKeys = 20'000;
    for (const std::uint32_t index : {0U, 7U}) {
        std::vector<double> seen(kSize, 0.0);
        for (std::uint32_t key = 0; key < kKeys; ++key)
            seen[Permutation(kSize, philoxBlock({key, 0, 0, 0}, {1, 2}))(index)] += 1.0;
        double statistic = 0.0;
        for (const double count : seen)
            statistic += (count - kKeys / 10.0) * (count - kKeys / 10.0) / (kKeys / 10.0);
        EXPECT_LT(statistic, 33.7);
    }
}

}  // namespace
}  // namespace breakeven::sim::permutation_test
