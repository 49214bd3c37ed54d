#include "sim/stats/shared_values.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sim/stats/log_counts.hpp"
#include "tests/support/kernel_targets.hpp"
#include "tests/support/packed_counts.hpp"

namespace breakeven::sim::shared_values_test {
namespace {

using tests::packed;
using tests::unpacked;

/// Chunks of 4,000 values spread over one bin, of which so many lie on each atom, whole or counted in
/// passing.
std::vector<LogCounts> atomsInChunks(std::span<const double> atoms, std::size_t onEach) {
    std::vector<LogCounts> chunks;
    for (std::uint32_t chunk = 0; chunk < 6; ++chunk) {
        std::vector<double> values = tests::uniforms(4'000, 30 + chunk);
        for (double& x : values) x = 100.0 + 0.5 * x;
        for (std::size_t i = 0; i < atoms.size(); ++i)
            std::fill_n(values.begin() + static_cast<std::ptrdiff_t>(i * onEach), onEach, atoms[i]);
        values.back() = atoms.front() * (1.0 + 0x1p-52);  // another rounding of it
        LogCounts& counts = chunks.emplace_back(2);
        if (chunk < 4) {
            counts.add(values, 1, 0, 3);
            counts.findAtoms({values, {3}});
        } else {
            counts.add(values, 1, 1, LogCounts::kPassing);
        }
    }
    return chunks;
}

TEST(SharedValues, GivenAtomsInTheMidstOfABin_WhenBinned_ThenQuantilesOnThemAreExactAndNoWeightIsLost) {
    const std::vector<double> atoms{100.1003, 100.3003};
    LogCounts counts(2);
    for (LogCounts& chunk : atomsInChunks(atoms, 400)) counts.merge(std::move(chunk));
    const LogCounts::Table table = counts.table();
    ASSERT_EQ(table.bins.size(), 3U);
    // 80 % of what there is lies evenly over 0.5.
    const double ends[] = {0.8 * 0.2006, 0.8 * 0.2006 + 0.1, 0.8 * 0.6006 + 0.1, 0.8 * 0.6006 + 0.2};
    const double values[] = {atoms[0], atoms[0], atoms[1], atoms[1]};
    for (std::size_t i = 0; i < 4; ++i) {
        const double inwards = i % 2 == 0 ? 0.01 : -0.01;
        EXPECT_EQ(quantileOf(table.bins, ends[i] + inwards), values[i]);
        EXPECT_NEAR(quantileOf(table.bins, ends[i] - inwards), values[i], 0.02);
        EXPECT_NE(quantileOf(table.bins, ends[i] - inwards), values[i]);
    }
    double weight = 0.0;
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_NEAR(table.cells[i].before, weight / 24'000.0, 1e-12);
        weight += table.bins[i].weight;
        EXPECT_EQ(table.cells[i].perLook, 1.5);
    }
    EXPECT_NEAR(weight, 24'000.0, 1e-8);
    EXPECT_NEAR(table.whole(1).weight, 24'000.0, 1e-8);
    // Batches count the whole bin wherever in it one looks.
    const std::vector<std::size_t> at{0, 1, 2};
    for (const LogCounts::BatchCounts& batch : counts.batchCounts(table, at)) {
        EXPECT_EQ(batch.in, std::vector<double>(3, batch.total));
        EXPECT_EQ(batch.upTo, std::vector<double>(3, batch.total));
    }
}

TEST(SharedValues, GivenMoreAtomsInABinThanAreKept_WhenBinned_ThenItSaysWhatMayBeMisplaced) {
    std::vector<double> atoms;
    for (int i = 0; i < 17; ++i) atoms.push_back(100.0103 + 0.02 * i);
    LogCounts counts(2);
    for (LogCounts& chunk : atomsInChunks(atoms, 20)) counts.merge(std::move(chunk));
    const LogCounts::Table table = counts.table();
    ASSERT_EQ(table.bins.size(), 1U);
    EXPECT_EQ(table.cells[0].unplaced, 1.0 / 16.0);
    atoms.pop_back();
    LogCounts fewer(2);
    for (LogCounts& chunk : atomsInChunks(atoms, 20)) fewer.merge(std::move(chunk));
    EXPECT_EQ(fewer.table().bins.size(), 17U);
    EXPECT_EQ(fewer.table().cells[0].unplaced, 0.0);
}

TEST(SharedValues, GivenAtomsInTheMidstOfBins_WhenMergedInAnyOrder_ThenTheBytesAreTheSame) {
    std::vector<double> atoms;
    for (int i = 0; i < 17; ++i) atoms.push_back(100.0103 + 0.02 * i);
    for (const std::size_t kept : {2U, 16U, 17U}) {
        std::vector<LogCounts> chunks = atomsInChunks(std::span(atoms).first(kept), 10);
        for (LogCounts& chunk : atomsInChunks(std::span(atoms).last(2), 300))
            chunks.push_back(std::move(chunk));
        std::string reference;
        for (std::size_t start = 0; start < chunks.size(); ++start) {
            LogCounts whole(2);
            LogCounts half(2);
            for (std::size_t i = 0; i < chunks.size(); ++i) {
                const LogCounts& chunk = chunks[(start + 5 * i) % chunks.size()];
                (i % 3 == 0 ? half : whole).merge(unpacked(packed(chunk)));
            }
            whole.merge(std::move(half));
            if (start == 0) reference = packed(whole);
            EXPECT_EQ(packed(whole), reference) << start;
            EXPECT_EQ(packed(unpacked(reference)), reference);
        }
        LogCounts cleared = unpacked(reference);
        cleared.clear();
        EXPECT_EQ(packed(cleared), packed(LogCounts(2)));
    }
}

// In chunks of smooth values, as they come, nobody shares one; that a user has it again in another month
// makes no atom of it.
TEST(SharedValues, GivenNothingShared_WhenAtomsAreSought_ThenNoneIsFound) {
    LogCounts counts(1, 100.0, 3);
    LookedAt month{{}, {1}};
    month.values = tests::uniforms(4'096, 40);
    for (double& x : month.values) x = 10.0 / x;
    for (std::size_t i = 0; i < month.values.size(); i += 7)
        month.values[i] = 100.0;  // the origin is no atom
    for (int i = 0; i < 3; ++i) counts.add(month.values, 1, 0);
    const std::string before = packed(counts);
    for (int i = 0; i < 3; ++i) counts.findAtoms(month);
    EXPECT_EQ(packed(counts), before);
    // One more user has what another has.
    month.values.push_back(month.values[1]);
    counts.add(month.values.back());
    const std::string more = packed(counts);
    counts.findAtoms(month);
    EXPECT_NE(packed(counts), more);
}

// An atom on the edge of a bin, some of whose roundings fall into the bin below.
TEST(SharedValues, GivenAnAtomOnAnEdge_WhenItsRoundingsFallIntoTwoBins_ThenEachKeepsItsOwn) {
    LookedAt looked{tests::uniforms(2'000, 41), {1}};
    for (double& x : looked.values) x = 99.6 + 0.8 * x;  // bins meet at 100
    std::fill_n(looked.values.begin(), 300, 100.0);
    std::fill_n(looked.values.begin() + 300, 200, 100.0 * (1.0 - 0x1p-53));
    LogCounts counts;
    counts.add(looked.values, 1, 0);
    counts.findAtoms(looked);
    const std::string bytes = packed(counts);
    EXPECT_EQ(packed(unpacked(bytes)), bytes);
    EXPECT_NEAR(quantileOf(counts.bins(), 0.5), 100.0, 1e-12);
}

}  // namespace
}  // namespace breakeven::sim::shared_values_test
