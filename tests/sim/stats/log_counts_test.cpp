#include "sim/stats/log_counts.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "sim/kernels/scalar_math.hpp"
#include "sim/random/normal_quantile.hpp"
#include "tests/support/kernel_targets.hpp"
#include "tests/support/packed_counts.hpp"

namespace breakeven::sim::log_counts_test {
namespace {

using tests::packed;
using tests::unpacked;

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
constexpr double kBinWidth = 1.0 / 128.0;  // relative, at most

/// Lognormal with median 100; every seventh value is 0 and every fifth an atom of 200.
std::vector<double> sample(std::size_t n, std::uint32_t stream) {
    std::vector<double> values = tests::uniforms(n, stream);
    for (std::size_t i = 0; i < n; ++i) {
        values[i] = 100.0 * expScalar(1.5 * normalQuantile(values[i]));
        if (i % 5 == 0) values[i] = 200.0;
        if (i % 7 == 0) values[i] = 0.0;
    }
    return values;
}

std::vector<double> sorted(std::vector<double> values) {
    std::ranges::sort(values);
    return values;
}

LogCounts counted(const std::vector<double>& values) {
    LogCounts counts;
    counts.add(values, 1, 0);
    return counts;
}

/// What each batch counted in each of the bins.
std::vector<std::vector<double>> batchWeights(const LogCounts& counts) {
    const LogCounts::Table table = counts.table();
    std::vector<std::size_t> places(table.bins.size());
    std::iota(places.begin(), places.end(), 0U);
    std::vector<std::vector<double>> weights;
    for (LogCounts::BatchCounts& batch : counts.batchCounts(table, places)) {
        std::vector<double> upTo(batch.in.size());
        std::partial_sum(batch.in.begin(), batch.in.end(), upTo.begin());
        // Beyond 2^53 adding numbers rounds.
        for (std::size_t bin = 0; bin < upTo.size(); ++bin)
            EXPECT_NEAR(batch.upTo[bin], upTo[bin], 1e-13 * upTo[bin]);
        EXPECT_NEAR(batch.total, upTo.empty() ? 0.0 : upTo.back(), 1e-13 * batch.total);
        weights.push_back(std::move(batch.in));
    }
    return weights;
}

bool operator==(const std::vector<WeightedBin>& a, const std::vector<WeightedBin>& b) {
    return std::ranges::equal(a, b, [](const WeightedBin& x, const WeightedBin& y) {
        return x.low == y.low && x.high == y.high && x.weight == y.weight;
    });
}

TEST(LogCounts, GivenASample_WhenQuantilesAreTaken_ThenTheyLieWithinABinOfTheSamplesOwn) {
    std::vector<double> values = sample(20'000, 1);
    for (std::size_t i = 0; i < values.size(); i += 3) values[i] -= 150.0;  // losses too
    const std::vector<double> exact = sorted(values);
    const std::vector<WeightedBin> bins = counted(values).bins();
    for (const double level : {0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999}) {
        const double rank = level * static_cast<double>(exact.size());
        const double below = exact[static_cast<std::size_t>(std::ceil(rank)) - 1];
        EXPECT_NEAR(quantileOf(bins, level), below, kBinWidth * std::abs(below)) << level;
    }
    EXPECT_EQ(quantileOf(bins, 0.0), exact.front());
    EXPECT_EQ(quantileOf(bins, 1.0), exact.back());
}

// A cap of 200.70 reached by most users, each with a rounding of its own, and others just below it in the
// same bin.
TEST(LogCounts, GivenAnAtomAmongOthersOfItsBin_WhenTailAndQuantilesAreTaken_ThenTheAtomIsExact) {
    std::vector<double> values(1'000, 200.7);
    for (std::size_t i = 0; i < 400; ++i) values[i] = 200.5 + 0.0004 * static_cast<double>(i);
    for (std::size_t i = 400; i < 700; ++i) values[i] = 200.7 * (1.0 - 0x1p-52);
    LogCounts counts;
    for (std::size_t i = 0; i < values.size(); ++i) counts.add(values[i * 7 % values.size()]);
    const std::vector<WeightedBin> bins = counts.bins();
    ASSERT_EQ(bins.back().high, 200.7);
    ASSERT_EQ(bins.back().low, 200.5);
    EXPECT_NEAR(meanOfLargest(bins, 0.5), 200.7, 1e-12);
    EXPECT_NEAR(meanOfLargest(bins, 1.0), (400.0 * 200.5798 + 600.0 * 200.7) / 1000.0, 0.03);
    EXPECT_EQ(quantileOf(bins, 0.95), 200.7);
    EXPECT_LT(quantileOf(bins, 0.2), 200.6);
}

TEST(LogCounts, GivenAtoms_WhenQuantilesFallOnThem_ThenTheyAreExact) {
    const double fee = 200.0;
    const double odd = 618.4 * 0.3234;  // no round number of bits
    std::vector<double> values(1000, fee);
    std::fill_n(values.begin(), 300, 0.0);
    std::fill_n(values.begin() + 300, 200, -odd);
    for (const double origin : {0.0, fee, -odd}) {
        LogCounts counts(1, origin);
        counts.add(values, 1, 0);
        const std::vector<WeightedBin> bins = counts.bins();
        ASSERT_EQ(bins.size(), 3U);
        EXPECT_EQ(quantileOf(bins, 0.1), -odd);
        EXPECT_EQ(quantileOf(bins, 0.2), -odd);
        EXPECT_EQ(quantileOf(bins, 0.3), 0.0);
        EXPECT_EQ(quantileOf(bins, 0.51), fee);
        EXPECT_EQ(quantileOf(bins, 0.999), fee);
        EXPECT_EQ(bins[0].weight, 200.0);
        EXPECT_EQ(bins[1].weight, 300.0);
        EXPECT_EQ(counts.count(), 1000U);
    }
}

TEST(LogCounts, GivenASample_WhenConcentrationIsMeasured_ThenItIsTheSamplesOwnWithinABin) {
    const std::vector<double> values = sample(20'000, 2);
    const std::vector<double> exact = sorted(values);
    const std::vector<WeightedBin> bins = counted(values).bins();
    const double total = std::accumulate(exact.begin(), exact.end(), 0.0);
    for (const double share : {0.01, 0.05, 0.1, 0.5}) {
        const auto count = std::lround(share * static_cast<double>(exact.size()));
        const double largest = std::accumulate(exact.end() - count, exact.end(), 0.0);
        EXPECT_NEAR(meanOfLargest(bins, share), largest / static_cast<double>(count),
                    kBinWidth * largest / static_cast<double>(count));
        EXPECT_NEAR(shareOfLargest(bins, share), largest / total, kBinWidth);
    }
    // Gini = 2 sum(i x_i) / (n sum x) - (n + 1) / n over the ascending sample.
    const auto n = static_cast<double>(exact.size());
    double ranked = 0.0;
    for (std::size_t i = 0; i < exact.size(); ++i) ranked += static_cast<double>(i + 1) * exact[i];
    EXPECT_NEAR(giniOf(bins), 2.0 * ranked / (n * total) - (n + 1.0) / n, kBinWidth);
    const std::vector<WeightedBin> nothing = counted(std::vector<double>(10, 0.0)).bins();
    EXPECT_EQ(giniOf(nothing), 0.0);
    EXPECT_EQ(shareOfLargest(nothing, 0.1), 0.0);
}

TEST(LogCounts, GivenASample_WhenAQuantileIsPlaced_ThenTheSharesOfTheBinsAreThoseOfTheSample) {
    const std::vector<double> values = sample(20'000, 3);
    const std::vector<WeightedBin> bins = counted(values).bins();
    for (const double level : {0.16, 0.3, 0.6, 0.9}) {
        const QuantilePlace place = quantilePlace(bins, level);
        double share = place.part * bins[place.bin].weight;
        for (std::size_t i = 0; i < place.bin; ++i) share += bins[i].weight;
        // The user who lies at the value is among them.
        EXPECT_GE(share, 20'000.0 * level - 1e-9);
        EXPECT_LE(share, 20'000.0 * level + 2.0);
        EXPECT_GE(place.value, bins[place.bin].low);
        EXPECT_LE(place.value, bins[place.bin].high);
    }
    // Two users in ten pay exactly 200: all of the atom lies at or below it.
    const QuantilePlace atom = quantilePlace(bins, 0.75);
    EXPECT_EQ(atom.value, 200.0);
    EXPECT_EQ(atom.part, bins[atom.bin].lowShare);
    EXPECT_GT(atom.part, 0.9);
}

// Exponential with mean 100, by its quantiles at the midpoints of so many strata. Linear bins would miss up
// to 1.5e-5; what is left is that of a user's gap to the next.
TEST(LogCounts, GivenBinsKnownByTheirEdgesAlone_WhenQuantilesAreTaken_ThenTheyAreBetterThanLinear) {
    constexpr std::size_t kUsers = 4'000'000;
    std::vector<double> values(kUsers);
    const auto quantile = [](double p) { return -100.0 * std::log1p(-p); };
    for (std::size_t i = 0; i < kUsers; ++i)
        values[i] = quantile((static_cast<double>(i) + 0.5) / static_cast<double>(kUsers));
    LogCounts counts;
    counts.add(values.front());  // no whole number
    counts.add(std::span(values).subspan(1), 1, 0, LogCounts::kPassing);
    const std::vector<WeightedBin> bins = counts.bins();
    for (double level = 0.3; level < 0.955; level += 0.01) {
        const double gap = 100.0 / (static_cast<double>(kUsers) * (1.0 - level) * quantile(level));
        EXPECT_NEAR(quantileOf(bins, level) / quantile(level), 1.0, gap) << level;
    }
}

TEST(LogCounts, GivenParts_WhenAddedAndMergedInAnyOrder_ThenTheStateIsTheSame) {
    std::vector<std::vector<double>> parts;
    for (std::uint32_t part = 0; part < 6; ++part) {
        parts.push_back(sample(777, 10 + part));
        for (double& x : parts.back())
            x = part % 2 == 0 ? x * std::ldexp(1.0, 4 * static_cast<int>(part)) : -x;
    }
    LogCounts oneByOne;
    for (const auto& part : parts) {
        for (const double x : part) oneByOne.add(x);
    }
    std::vector<std::size_t> order{0, 1, 2, 3, 4, 5};
    do {
        LogCounts merged;
        LogCounts half;
        for (std::size_t i = 0; i < 3; ++i) half.add(parts[order[i]], 1, 0);
        for (std::size_t i = 3; i < 6; ++i) merged.merge(counted(parts[order[i]]));
        merged.merge(std::move(half));
        ASSERT_TRUE(merged.bins() == oneByOne.bins());
        ASSERT_EQ(merged.count(), oneByOne.count());
    } while (std::ranges::next_permutation(order).found);
}

TEST(LogCounts, GivenEveryTarget_WhenCounted_ThenTheStateIsTheSame) {
    const std::vector<double> values = sample(5'003, 4);
    const std::vector<WeightedBin> reference = counted(values).bins();
    tests::onEveryTarget([&] { EXPECT_TRUE(counted(values).bins() == reference); });
}

TEST(LogCounts, GivenBatches_WhenListed_ThenEachBatchesWeightsAddUpToTheBins) {
    LogCounts counts(3);
    counts.add(sample(500, 5), 1, 0);
    counts.add(sample(400, 6), 2, 2);
    counts.add(-1e-12, 7, 2);
    const std::vector<WeightedBin> bins = counts.bins(0.5);
    const std::vector<std::vector<double>> weights = batchWeights(counts);
    ASSERT_EQ(weights.size(), 3U);
    for (std::size_t i = 0; i < bins.size(); ++i)
        ASSERT_EQ(bins[i].weight, 0.5 * (weights[0][i] + weights[1][i] + weights[2][i]));
    EXPECT_EQ(std::accumulate(weights[0].begin(), weights[0].end(), 0.0), 500.0);
    EXPECT_EQ(std::accumulate(weights[1].begin(), weights[1].end(), 0.0), 0.0);
    const std::vector<std::size_t> some{3, 3, 7};
    const LogCounts::BatchCounts first = counts.batchCounts(counts.table(), some).front();
    EXPECT_EQ(first.upTo[1], std::accumulate(weights[0].begin(), weights[0].begin() + 4, 0.0));
    EXPECT_EQ(first.upTo[2], std::accumulate(weights[0].begin(), weights[0].begin() + 8, 0.0));
    EXPECT_EQ(first.in, (std::vector<double>{weights[0][3], weights[0][3], weights[0][7]}));
    EXPECT_EQ(first.total, 500.0);
    EXPECT_EQ(std::accumulate(weights[2].begin(), weights[2].end(), 0.0), 807.0);
    EXPECT_TRUE(std::ranges::is_sorted(bins, {}, &WeightedBin::low));
}

TEST(LogCounts, GivenAWorldsCounts_WhenMergedIntoABatch_ThenTheyAreAddedToIt) {
    LogCounts world;
    world.add(sample(300, 7), 1, 0);
    LogCounts pooled(4);
    pooled.add(sample(100, 8), 1, 1);
    pooled.mergeInto(1, world);
    LogCounts expected(4);
    expected.add(sample(100, 8), 1, 1);
    expected.add(sample(300, 7), 1, 1);
    EXPECT_TRUE(pooled.bins() == expected.bins());
    EXPECT_EQ(batchWeights(pooled), batchWeights(expected));
}

TEST(LogCounts, GivenClearedCounts_WhenUsedAgain_ThenNothingOldIsLeft) {
    LogCounts counts = counted(sample(1000, 9));
    counts.clear();
    EXPECT_EQ(counts.count(), 0U);
    EXPECT_TRUE(counts.bins().empty());
    counts.add(sample(50, 10), 1, 0);
    EXPECT_TRUE(counts.bins() == counted(sample(50, 10)).bins());
}

TEST(LogCounts, GivenMagnitudesBeyondTheGrid_WhenCounted_ThenTheOutermostBinsKeepTheirExtremes) {
    const std::vector<double> values{1e-300, 1e-20,      0x1p-30, 0x1.001p-30, 1e20,
                                     1e300,  0x1.ff8p50, -1e-300, -1e300};
    LogCounts counts = counted(values);
    counts.add(values, 1, 0);
    const std::vector<WeightedBin> bins = counts.bins();
    ASSERT_EQ(bins.size(), 4U);
    EXPECT_EQ(bins[0].low, -1e300);
    EXPECT_EQ(bins[1].high, -1e-300);
    EXPECT_EQ(bins[2].low, 1e-300);
    EXPECT_EQ(bins[2].high, 0x1.001p-30);
    EXPECT_EQ(bins[2].weight, 8.0);
    EXPECT_EQ(bins[3].low, 0x1.ff8p50);
    EXPECT_EQ(bins[3].high, 1e300);
    EXPECT_EQ(bins[3].weight, 6.0);
}

// A map that grows towards an end of the grid must not grow beyond it.
TEST(LogCounts, GivenMagnitudesThatNearAnEndOfTheGridByAndBy_WhenGoneBeyond_ThenTheyShareTheOutermostBin) {
    const std::vector<std::vector<double>> columns{{0x1.8p-28, 0x1.8p49}, {0x1.8p-29, 0x1.8p50},
                                                   {0x1.8p-30, 0x1.4p50}, {0x1.8p-31, 0x1.8p51},
                                                   {0x1.8p-32, 0x1.8p52}, {-1e-12, -1e18}};
    LogCounts upwards;
    LogCounts downwards;
    for (std::size_t i = 0; i < columns.size(); ++i) {
        std::vector<double> copies;
        for (int k = 0; k < 20; ++k) copies.insert(copies.end(), columns[i].begin(), columns[i].end());
        upwards.add(copies, 1, 0);
        for (const double x : columns[columns.size() - 1 - i]) {
            for (int k = 0; k < 20; ++k) downwards.add(x);
        }
    }
    EXPECT_EQ(packed(upwards), packed(downwards));
    EXPECT_EQ(upwards.bins().size(), 10U);
}

// By columns, with a merge and a value by itself in between.
TEST(LogCounts, GivenManyValuesInFewBins_WhenCounted_ThenTheirSmallestAndLargestAreExact) {
    std::vector<double> values = tests::uniforms(60'000, 12);
    for (double& x : values) x = 64.0 + 0.9 * x;
    for (const double sign : {1.0, -1.0}) {
        std::vector<double> signedValues = values;
        for (double& x : signedValues) x *= sign;
        std::map<std::int64_t, std::pair<double, double>> expected;
        for (const double x : signedValues) {
            auto& [low, high] = expected.try_emplace(binKey(x), x, x).first->second;
            low = std::min(low, x);
            high = std::max(high, x);
        }
        LogCounts counts;
        const std::span<const double> all = signedValues;
        counts.add(all.first(40'000), 1, 0);
        counts.add(all[40'000]);
        counts.merge(counted({all.begin() + 40'001, all.begin() + 50'000}));
        counts.add(all.subspan(50'000), 1, 0);
        const std::vector<WeightedBin> bins = counts.bins();
        ASSERT_EQ(bins.size(), expected.size());
        for (const WeightedBin& bin : bins) {
            EXPECT_EQ(bin.low, expected.at(binKey(bin.low)).first);
            EXPECT_EQ(bin.high, expected.at(binKey(bin.low)).second);
        }
        EXPECT_EQ(counts.count(), 60'000U);
    }
}

// The roundings of an atom count as one value.
TEST(LogCounts, GivenAtomsOfSeveralRoundings_WhenCountedByColumnsOrOneByOne_ThenTheStateIsTheSame) {
    const double atom = 200.25;
    std::vector<double> values = tests::uniforms(4'000, 14);
    for (std::size_t i = 0; i < values.size(); ++i) {
        values[i] = atom + 0.2 * values[i];
        if (i % 3 == 0) values[i] = atom;
        if (i % 3 == 1 && i > 600) values[i] = atom * (1.0 - 0x1p-52);
        if (i % 5 == 0) values[i] = atom + 0.2;
        if (i % 10 == 0 && i > 700) values[i] = (atom + 0.2) * (1.0 + 0x1p-52);
    }
    for (const double sign : {1.0, -1.0}) {
        LogCounts oneByOne;
        for (double& x : values) oneByOne.add(x *= sign);
        EXPECT_EQ(packed(counted(values)), packed(oneByOne));
    }
}

TEST(LogCounts, GivenLargeWeights_WhenCountedMergedAndPacked_ThenNoneIsLost) {
    const std::vector<double> values = sample(600, 13);
    const std::vector<std::vector<double>> once = batchWeights(counted(values));
    for (const int bits : {30, 38, 45}) {
        const std::uint64_t times = std::uint64_t{1} << bits;
        LogCounts counts;
        for (int i = 0; i < 3; ++i) counts.add(values, times, 0);
        LogCounts merged = counted(values);
        for (int i = 0; i < 2; ++i) merged.merge(LogCounts(counts));
        for (int i = 0; i < 3; ++i) merged.mergeInto(0, unpacked(packed(counts)));
        EXPECT_EQ(counts.count(), 1'800U * times);
        EXPECT_EQ(merged.count(), 600U + 9'000U * times);
        const std::vector<std::vector<double>> weights = batchWeights(merged);
        for (std::size_t bin = 0; bin < once[0].size(); ++bin)
            ASSERT_EQ(weights[0][bin], once[0][bin] * (1.0 + 15.0 * std::ldexp(1.0, bits))) << bits;
        merged.clear();
        merged.add(values, 1, 0);
        EXPECT_EQ(packed(merged), packed(counted(values)));
    }
}

// What people pay less what they cost crowds just below the fee, where a grid about zero has but one bin.
TEST(LogCounts, GivenValuesThatCrowdAtTheOrigin_WhenQuantilesAreTaken_ThenTheyAreExactToTheirDistanceFromIt) {
    constexpr double kFee = 200.0;
    std::vector<double> values = tests::uniforms(20'000, 15);
    for (double& x : values) x = kFee - 10.0 * expScalar(2.0 * normalQuantile(x));
    const std::vector<double> exact = sorted(values);
    LogCounts counts(1, kFee);
    counts.add(values, 1, 0);
    EXPECT_EQ(counts.origin(), kFee);
    const std::vector<WeightedBin> bins = counts.bins();
    for (const double level : {0.001, 0.01, 0.1, 0.5, 0.9, 0.99, 0.999}) {
        const double value = exact[static_cast<std::size_t>(std::ceil(level * 20'000.0)) - 1];
        EXPECT_NEAR(quantileOf(bins, level), value, kBinWidth * (kFee - value)) << level;
    }
    EXPECT_EQ(quantileOf(bins, 0.0), exact.front());
}

TEST(LogCounts, GivenAPassingLookAtSomeValues_WhenBinned_ThenAllAreCountedAndAtomsSeenBeforeStayExact) {
    const std::vector<double> looked = sample(2'000, 16);
    std::vector<double> passed = sample(30'000, 17);
    passed.insert(passed.end(), {1e9, -3.0});  // in bins of their own
    std::vector<double> all = looked;
    all.insert(all.end(), passed.begin(), passed.end());
    const std::vector<double> exact = sorted(all);
    LogCounts counts;
    counts.add(looked, 1, 0);
    counts.add(passed, 1, 0, LogCounts::kPassing);
    const std::vector<WeightedBin> bins = counts.bins();
    EXPECT_EQ(counts.count(), all.size());
    for (const double level : {0.05, 0.25, 0.5, 0.75, 0.95, 0.999}) {
        const double rank = std::ceil(level * static_cast<double>(all.size()));
        const double value = exact[static_cast<std::size_t>(rank) - 1];
        EXPECT_NEAR(quantileOf(bins, level), value, kBinWidth * value) << level;
    }
    const auto atom = std::ranges::find(bins, 200.0, &WeightedBin::low);
    ASSERT_NE(atom, bins.end());
    EXPECT_GT(atom->lowShare, 0.9);
    EXPECT_TRUE(bins.front().low <= -3.0 && bins.front().high >= -3.0 && bins.front().high < -2.9);
    EXPECT_TRUE(bins.back().low <= 1e9 && bins.back().high >= 1e9 && bins.back().low > 0.99e9);
    // In any order.
    LogCounts others;
    for (const double x : passed) others.add(x, 1, 0, LogCounts::kPassing);
    others.merge(counted(looked));
    EXPECT_EQ(packed(others), packed(counts));
    EXPECT_EQ(packed(unpacked(packed(others))), packed(counts));
}

TEST(LogCounts, GivenAnAmountFarFromTheOrigin_WhenListed_ThenItIsTheAmountItself) {
    LogCounts counts(1, 199.99);
    for (int i = 0; i < 3; ++i) counts.add(9.99);
    ASSERT_EQ(counts.bins().size(), 1U);
    EXPECT_EQ(counts.bins()[0].low, 9.99);
    EXPECT_EQ(counts.bins()[0].high, 9.99);
}

// Beyond the grid nothing but what was seen says where values lie.
TEST(LogCounts, GivenValuesBeyondTheGrid_WhenMostAreCountedInPassing_ThenTheOutermostBinReachesAsFarAsSeen) {
    std::vector<double> values = tests::uniforms(5'000, 18);
    for (double& x : values) x = 1e17 * expScalar(normalQuantile(x));
    LogCounts counts;
    counts.add(std::span(values).first(500), 1, 0);
    counts.add(std::span(values).subspan(500), 1, 0, LogCounts::kPassing);
    const double median = quantileOf(counts.bins(), 0.5);
    EXPECT_GT(median, 0.3e17);  // of what lies between 5e15 and 2e18 the middle of the logarithms
    EXPECT_LT(median, 3e17);
}

TEST(LogCounts, GivenAUserSeenEveryMonth_WhenOthersArePassed_ThenOnlySeveralUsersMakeAnAtom) {
    for (const bool isShared : {false, true}) {
        LogCounts counts(1, 0.0, 3);
        for (int month = 0; month < 3; ++month) counts.add(100.3);
        if (isShared) counts.add(100.3);
        counts.add(std::vector<double>(50, 100.4), 1, 0, LogCounts::kPassing);
        ASSERT_EQ(counts.bins().size(), 1U);
        EXPECT_EQ(counts.bins()[0].low == 100.3, isShared);
    }
}

TEST(MergedBins, GivenSeveralLists_WhenPutTogether_ThenTheyAscend) {
    const std::vector<WeightedBin> all =
        mergedBins({counted(sample(100, 20)).bins(), counted(sample(100, 21)).bins()});
    const double weight = std::accumulate(
        all.begin(), all.end(), 0.0, [](double sum, const WeightedBin& bin) { return sum + bin.weight; });
    EXPECT_EQ(weight, 200.0);
    EXPECT_TRUE(std::ranges::is_sorted(all, {}, [](const WeightedBin& bin) { return bin.low + bin.high; }));
}

TEST(LogCounts, GivenRandomCounts_WhenPackedAndTakenOut_ThenAllThatComesAfterIsTheSame) {
    for (std::uint32_t seed = 0; seed < 20; ++seed) {
        std::vector<double> values = sample(3'000, seed);
        for (std::size_t i = 0; i < values.size(); i += 3) values[i] -= 150.0;
        values.insert(values.end(), {1e-300, -1e-12, 1e300, -1e20});
        LogCounts counts(7);
        for (std::size_t i = 0; i < values.size(); ++i) counts.add(values[i], 1 + i % 3, i % (1 + seed % 7));
        const LogCounts copy = unpacked(packed(counts));
        LogCounts found = copy;
        EXPECT_TRUE(packed(found) == packed(counts));
        EXPECT_EQ(found.count(), counts.count());
        EXPECT_EQ(batchWeights(found), batchWeights(counts));
        // It goes on as the other does.
        for (LogCounts* one : {&counts, &found}) {
            one->add(sample(2'000, 99), 5, 1);
            one->merge(LogCounts(copy));
        }
        EXPECT_TRUE(packed(found) == packed(counts));
        EXPECT_TRUE(found.bins() == counts.bins());
    }
    EXPECT_EQ(unpacked(packed(LogCounts(3))).batches(), 3U);
}

TEST(LogCounts, GivenAnyOrderOfMerging_WhenPacked_ThenTheBytesAreTheSame) {
    std::vector<LogCounts> parts;
    for (std::uint32_t part = 0; part < 9; ++part) {
        std::vector<double> values = sample(400, part);
        for (double& value : values) value *= 1.0 + 1e-13 * part;
        parts.emplace_back(2).add(values, 1 + part, part % 2);
    }
    std::string reference;
    for (std::size_t start = 0; start < parts.size(); ++start) {
        LogCounts whole(2);
        for (std::size_t i = 0; i < parts.size(); ++i)
            whole.merge(LogCounts(parts[(start + 4 * i) % parts.size()]));
        if (start == 0) reference = packed(whole);
        EXPECT_TRUE(packed(whole) == reference) << start;
    }
}

TEST(LogCounts, GivenBytesThatNoCountsMake_WhenTakenOut_ThenTheyAreRefused) {
    struct Bin {
        double edge;
        double low;
        double high;
        unsigned count = 1;
        std::vector<SharedValue> shared{};
    };
    const auto bytes = [](const std::vector<Bin>& bins, double origin = 0.0) {
        core::BytePacker packer;
        packer.whole(1);  // batches
        packer.number(origin);
        packer.whole(1);  // repeats
        packer.whole(1);  // fractions
        packer.whole(0);  // zeros
        packer.whole(bins.size());
        for (const Bin& bin : bins) {
            packer.number(bin.edge);
            packer.whole(2);
            for (const double value : {bin.low, bin.high}) {
                packer.number(value);
                packer.whole(bin.count);
                packer.whole(1);
            }
            packer.whole(2);  // what was looked at weighs
            packer.whole(bin.shared.size());
            for (const SharedValue& each : bin.shared) {
                packer.number(each.value);
                packer.whole(each.weight);
                packer.whole(each.looks);
            }
            for (const unsigned whole : {1U, 2U, 0U}) packer.whole(whole);
        }
        return packer.take();
    };
    EXPECT_EQ(unpacked(bytes({{3.0, 3.0, 3.0}, {5.0, 5.0, 5.001}})).count(), 4U);
    EXPECT_EQ(unpacked(bytes({}, -7.5)).origin(), -7.5);
    EXPECT_EQ(unpacked(bytes({{5.0, 5.0, 5.02, 1, {{5.01, 2, 2}}}})).bins().size(), 2U);
    for (const std::string& bad :
         {bytes({{3.0, 3.0, 4.0}}), bytes({{3.0, 3.0, -3.0}}), bytes({{3.0, -3.0, -3.0}}),
          bytes({{0.0, 0.0, 0.0}}), bytes({{kNone, kNone, kNone}}), bytes({{3.0, kNone, kNone}}),
          bytes({{3.0, 3.001, 3.0}}), bytes({{3.0001, 3.0001, 3.0001}}), bytes({{3.0, 3.0, 3.0, 3}}),
          bytes({{5.0, 5.0, 5.0}, {3.0, 3.0, 3.0}}), bytes({{3.0, 3.0, 3.0}, {3.0, 3.0, 3.0}}),
          bytes({{-3.0, -3.0, -3.0}, {3.0, 3.0, 3.0}}), bytes({}, kNone), std::string(1, '\0'),
          bytes({{5.0, 5.0, 5.02, 1, {{5.2, 1, 2}}}}), bytes({{5.0, 5.0, 5.02, 1, {{5.01, 3, 3}}}}),
          bytes({{5.0, 5.0, 5.02, 1, {{5.01, 1, 2}, {5.005, 1, 2}}}}),
          bytes({{5.0, 5.0, 5.02, 1, {{5.01, 1, 2}, {5.01, 1, 2}}}})})
        EXPECT_THROW(static_cast<void>(unpacked(bad)), core::BytesUnreadable);
}

}  // namespace
}  // namespace breakeven::sim::log_counts_test
