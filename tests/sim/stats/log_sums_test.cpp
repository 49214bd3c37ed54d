#include "sim/stats/log_sums.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "sim/kernels/scalar_math.hpp"
#include "sim/random/normal_quantile.hpp"
#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim::log_sums_test {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Lognormal with median 100 and sigma 1.5; every seventh value is 0 and every fifth an atom of 200.7.
std::vector<double> sample(std::size_t n, std::uint32_t stream) {
    std::vector<double> values = tests::uniforms(n, stream);
    for (std::size_t i = 0; i < n; ++i) {
        values[i] = 100.0 * expScalar(1.5 * normalQuantile(values[i]));
        if (i % 5 == 0) values[i] = 200.7;
        if (i % 7 == 0) values[i] = 0.0;
    }
    return values;
}

LogSums summed(const std::vector<double>& values) {
    LogSums sums;
    sums.add(values, 0.0, 0);
    return sums;
}

std::string packed(const LogSums& sums) {
    core::BytePacker packer;
    sums.pack(packer);
    return packer.take();
}

LogSums unpacked(const std::string& bytes) {
    core::ByteUnpacker unpacker(bytes);
    return LogSums::unpack(unpacker);
}

/// Sums over bins are those over the values.
void expectSumsOf(const std::vector<WeightedBin>& bins, const std::vector<double>& values) {
    double weight = 0.0;
    double total = 0.0;
    for (const WeightedBin& bin : bins) {
        weight += bin.weight;
        total += bin.weight * middleOf(bin);
    }
    const double exact = std::accumulate(values.begin(), values.end(), 0.0);
    double magnitude = 0.0;
    for (const double x : values) magnitude += std::abs(x);
    EXPECT_EQ(weight, static_cast<double>(values.size()));
    EXPECT_NEAR(total, exact, 1e-13 * magnitude);
}

TEST(LogSums, GivenValuesOfEitherSign_WhenSummedOnAnyInstructionSet_ThenNothingIsLost) {
    std::vector<double> values = sample(30'003, 1);
    for (std::size_t i = 0; i < values.size(); i += 3) values[i] = -2.5 * values[i];
    std::string first;
    tests::onEveryTarget([&] {
        const LogSums sums = summed(values);
        expectSumsOf(sums.bins(), values);
        if (first.empty()) first = packed(sums);
        EXPECT_EQ(packed(sums), first);
    });
    LogSums oneByOne;
    for (const double x : values) oneByOne.add(x, 1, 0);
    EXPECT_EQ(packed(oneByOne), first);
    std::vector<double> moved = values;
    for (double& x : moved) x = std::floor(x) + 50.0;
    for (double& x : values) x = std::floor(x);
    LogSums aboutOrigin;
    aboutOrigin.add(moved, 50.0, 0);
    EXPECT_EQ(packed(aboutOrigin), packed(summed(values)));
}

// Gini of a lognormal is erf(sigma / 2), the share of the largest p is Phi(sigma - Phi^-1(1 - p)).
TEST(LogSums, GivenTheQuantilesOfALognormal_WhenItsConcentrationIsTaken_ThenTheClosedFormsAreMet) {
    constexpr std::size_t kUsers = 1'000'000;
    constexpr double kSigma = 1.2;
    std::vector<double> values(kUsers);
    for (std::size_t i = 0; i < kUsers; ++i)
        values[i] = expScalar(kSigma * normalQuantile((static_cast<double>(i) + 0.5) / kUsers));
    const std::vector<WeightedBin> bins = summed(values).bins();
    // The midpoints of a million strata miss 1.3e-5 of the mean, all of it in the largest.
    EXPECT_NEAR(giniOf(bins), std::erf(kSigma / 2.0), 5e-5);
    for (const double share : {0.05, 0.1}) {
        const double exact = normalCdfScalar(kSigma - normalQuantile(1.0 - share));
        EXPECT_NEAR(shareOfLargest(bins, share) / exact, 1.0, 1e-4) << share;
    }
    // The bins come closer to the sample itself.
    const double total = std::accumulate(values.begin(), values.end(), 0.0);
    double largest = 0.0;
    double ranks = 0.0;
    for (std::size_t i = kUsers; i-- > 0;) {
        largest += values[i];
        ranks += (static_cast<double>(i) + 0.5) * values[i];
        const auto taken = static_cast<double>(kUsers - i);
        if (taken == 0.01 * kUsers || taken == 0.05 * kUsers) {
            EXPECT_NEAR(meanOfLargest(bins, taken / kUsers) * taken / largest, 1.0, 2e-6) << taken;
        }
    }
    EXPECT_NEAR(giniOf(bins), 2.0 * ranks / (kUsers * total) - 1.0, 1e-7);
}

TEST(LogSums, GivenACapThatManyReach_WhenTheLargestAreTaken_ThenTheCapIsExact) {
    std::vector<double> values = sample(5'000, 2);
    for (double& x : values) x = std::min(x, 200.7);
    const std::vector<WeightedBin> bins = summed(values).bins();
    EXPECT_EQ(bins.back().high, 200.7);
    EXPECT_DOUBLE_EQ(meanOfLargest(bins, 0.05), 200.7);
    expectSumsOf(bins, values);
}

TEST(LogSums, GivenACapBesideHardlyAnyOther_WhenTheBinIsTaken_ThenItStaysInsideItself) {
    for (const double sign : {1.0, -1.0}) {
        for (const int bits : {10, 40, 50, 60}) {
            LogSums sums;
            sums.add(sign * 200.7, std::uint64_t{1} << bits, 0);
            sums.add(sign * 200.1, 1, 0);
            const std::vector<WeightedBin> bins = sums.bins();
            ASSERT_EQ(bins.size(), 1U);
            const double far = sign > 0.0 ? bins[0].low : -bins[0].high;
            EXPECT_EQ(sign > 0.0 ? bins[0].high : -bins[0].low, 200.7);
            EXPECT_GE(far, 200.0) << bits;
            EXPECT_LE(far, 200.7) << bits;
            EXPECT_NEAR(middleOf(bins[0]), sign * 200.7, 0.6 * std::ldexp(1.0, -bits) + 1e-10);
            EXPECT_GE(giniOf(bins), 0.0);
        }
    }
}

TEST(LogSums, GivenBatches_WhenOneIsLeftOut_ThenTheBinsAreThoseOfTheOthers) {
    LogSums sums(3);
    LogSums others;
    for (std::uint32_t batch = 0; batch < 3; ++batch) {
        std::vector<double> values = sample(2'000, 10 + batch);
        for (double& x : values) x = batch == 1 ? -1e6 * x : x;
        sums.add(values, 0.0, batch);
        if (batch != 1) others.add(values, 0.0, 0);
    }
    const auto isSame = [](const WeightedBin& a, const WeightedBin& b) {
        return a.low == b.low && a.high == b.high && a.weight == b.weight;
    };
    const std::vector<std::vector<WeightedBin>> without = sums.binsWithoutEach();
    ASSERT_EQ(without.size(), 3U);
    EXPECT_TRUE(std::ranges::equal(without[1], others.bins(), isSame));
    EXPECT_FALSE(std::ranges::equal(without[0], others.bins(), isSame));
}

TEST(LogSums, GivenCostsAtTheEndOfTheGrid_WhenSummedInPartsOfAnySize_ThenTheStateIsTheSame) {
    std::vector<double> values(40, 0x1.ff8p50);
    values[3] = 0x1.fffp50;
    values[21] = 1e17;
    const std::string whole = packed(summed(values));
    for (const std::size_t size : {std::size_t{1}, std::size_t{5}, std::size_t{8}}) {
        LogSums sums;
        for (std::size_t i = 0; i < values.size(); i += size)
            sums.add(std::span(values).subspan(i, size), 0.0, 0);
        EXPECT_EQ(packed(sums), whole) << size;
    }
}

TEST(LogSums, GivenAnyOrderOfMerging_WhenPacked_ThenTheBytesAreTheSame) {
    std::vector<LogSums> parts;
    for (std::uint32_t part = 0; part < 9; ++part) {
        std::vector<double> values = sample(400, part);
        for (double& x : values) x *= std::ldexp(part % 2 == 0 ? 1.0 : -1.0, static_cast<int>(part));
        parts.emplace_back(2).add(values, 0.0, part % 2);
        parts.back().add(3.0, std::uint64_t{1} << 50, part % 2);
    }
    std::string reference;
    for (std::size_t start = 0; start < parts.size(); ++start) {
        LogSums whole(2);
        for (std::size_t i = 0; i < parts.size(); ++i)
            whole.merge(LogSums(parts[(start + 4 * i) % parts.size()]));
        if (start == 0) reference = packed(whole);
        EXPECT_EQ(packed(whole), reference) << start;
        EXPECT_EQ(packed(unpacked(reference)), reference);
    }
    parts[0].clear();
    LogSums whole(2);
    whole.merge(std::move(parts[0]));
    EXPECT_TRUE(whole.bins().empty());
}

TEST(LogSums, GivenBytesThatNoSumsMake_WhenTakenOut_ThenTheyAreRefused) {
    struct Bin {
        double edge;
        std::uint64_t count, low, high, top, atTop;
    };
    const auto bytes = [](const std::vector<Bin>& bins) {
        core::BytePacker packer;
        packer.whole(1);  // batches
        packer.whole(0);  // zeros
        packer.whole(bins.size());
        for (const Bin& bin : bins) {
            packer.number(bin.edge);
            for (const std::uint64_t word : {bin.count, bin.low, bin.high, bin.top, bin.atTop})
                packer.whole(word);
        }
        return packer.take();
    };
    EXPECT_NO_THROW(static_cast<void>(unpacked(bytes({{2.0, 3, 5, 0, 4, 1}, {-2.0, 1, 0, 0, 0, 1}}))));
    const std::vector<std::vector<Bin>> wrong = {
        {{2.001, 3, 5, 0, 4, 1}}, {{kNone, 3, 5, 0, 4, 1}}, {{HUGE_VAL, 1, 0, 0, 0, 1}},
        {{0.0, 1, 0, 0, 0, 1}},   {{2.0, 0, 0, 0, 0, 0}},   {{2.0, 3, 0, 1, 4, 1}},
        {{2.0, 3, 5, 0, 1, 1}},   {{2.0, 3, 5, 0, 4, 4}},   {{2.0, 3, 5, 0, 4, 1}, {2.0, 3, 5, 0, 4, 1}}};
    for (std::size_t i = 0; i < wrong.size(); ++i)
        EXPECT_THROW(static_cast<void>(unpacked(bytes(wrong[i]))), core::BytesUnreadable) << i;
    EXPECT_THROW(static_cast<void>(unpacked(bytes({{2.0, 3, 5, 0, 4, 1}}).substr(0, 12))),
                 core::BytesUnreadable);
}

}  // namespace
}  // namespace breakeven::sim::log_sums_test
