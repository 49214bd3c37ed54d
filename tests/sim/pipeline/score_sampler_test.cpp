#include "sim/pipeline/score_sampler.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "sim/random/stream.hpp"

namespace breakeven::sim::score_sampler_test {
namespace {

constexpr std::uint32_t kUsers = 10'000;

/// All users' uniforms of one score, drawn in blocks.
std::vector<double> drawn(core::Sampling sampling, const ScoreSource& source, std::uint32_t block = 1024,
                          std::uint64_t seed = 5) {
    ScoreSampler sampler(sampling, philoxKey(seed), block);
    std::vector<double> u(kUsers);
    for (std::uint32_t first = 0; first < kUsers; first += block)
        sampler.fill(source, groupingOf(kUsers), first, std::min(block, kUsers - first), &u[first]);
    return u;
}

constexpr ScoreSource kUser{3, 0, 0, 2, 11, 12};
constexpr ScoreSource kSecond{3, 0, 1, 2, 13, 14};
constexpr ScoreSource kMonth{3, 2, 1, 2, 15, 14};

TEST(ScoreSampler, GivenAnySamplingAndBlocks_WhenDrawn_ThenTheUniformsAreTheSameAndInside) {
    for (std::size_t i = 0; i < core::kSamplingNames.size(); ++i) {
        const auto sampling = static_cast<core::Sampling>(i);
        for (const ScoreSource& source : {kUser, kSecond, kMonth}) {
            const std::vector<double> u = drawn(sampling, source);
            EXPECT_EQ(u, drawn(sampling, source, 256)) << core::samplingName(sampling);
            EXPECT_EQ(u, drawn(sampling, source, 4096)) << core::samplingName(sampling);
            double sum = 0.0;
            for (const double x : u) {
                ASSERT_GT(x, 0.0);
                ASSERT_LT(x, 1.0);
                sum += x;
            }
            // 5 standard deviations of the mean of independent uniforms; the others are closer.
            EXPECT_NEAR(sum / kUsers, 0.5, 5.0 / std::sqrt(12.0 * kUsers)) << core::samplingName(sampling);
        }
    }
}

TEST(ScoreSampler, GivenALatinHypercube_WhenDrawn_ThenEveryBatchHasOneUserInEachStratum) {
    const Grouping grouping = groupingOf(kUsers);
    for (const ScoreSource& source : {kUser, kSecond, kMonth}) {
        const std::vector<double> u = drawn(core::Sampling::LatinHypercube, source);
        for (std::size_t batch = 0; batch < kBatches; ++batch) {
            const std::uint64_t first = grouping.usersBefore(batch);
            const std::uint64_t size = grouping.usersBefore(batch + 1) - first;
            std::set<std::uint64_t> strata;
            for (std::uint64_t i = first; i < first + size; ++i)
                strata.insert(static_cast<std::uint64_t>(u[i] * static_cast<double>(size)));
            ASSERT_EQ(strata.size(), size);
        }
    }
}

TEST(ScoreSampler, GivenAntitheticUsers_WhenDrawn_ThenNeighboursMirrorEachOther) {
    for (const ScoreSource& source : {kUser, kMonth}) {
        const std::vector<double> u = drawn(core::Sampling::Antithetic, source);
        for (std::size_t i = 0; i < kUsers; i += 2) ASSERT_EQ(u[i + 1], 1.0 - u[i]);
    }
}

TEST(ScoreSampler, GivenTwoScores_WhenDrawn_ThenTheyAreNotCorrelated) {
    for (std::size_t s = 0; s < core::kSamplingNames.size(); ++s) {
        const auto sampling = static_cast<core::Sampling>(s);
        const std::vector<double> first = drawn(sampling, kUser);
        const std::vector<double> second = drawn(sampling, kSecond);
        double covariance = 0.0;
        for (std::size_t i = 0; i < kUsers; ++i) covariance += (first[i] - 0.5) * (second[i] - 0.5);
        // Mirrored pairs count once: standard deviation sqrt(2 / n).
        EXPECT_NEAR(12.0 * covariance / kUsers, 0.0, 5.0 * std::sqrt(2.0 / kUsers))
            << core::samplingName(sampling);
    }
}

}  // namespace
}  // namespace breakeven::sim::score_sampler_test
