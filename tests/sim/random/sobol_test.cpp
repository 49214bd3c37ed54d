#include "sim/random/sobol.hpp"

#include <gtest/gtest.h>

#include <set>
#include <utility>

namespace breakeven::sim::sobol_test {
namespace {

// Joe-Kuo 2008 directions new-joe-kuo-6.21201 in Gray-code order, as scipy.stats.qmc.Sobol gives them, in
// sixteenths.
constexpr unsigned kKnown[16][3] = {
    {0, 0, 0},  {8, 8, 8},   {12, 4, 4},  {4, 12, 12}, {6, 6, 10}, {14, 14, 2},  {10, 2, 14}, {2, 10, 6},
    {3, 5, 15}, {11, 13, 7}, {15, 1, 11}, {7, 9, 3},   {5, 3, 5},  {13, 11, 13}, {9, 7, 1},   {1, 15, 9}};

TEST(Sobol, GivenThreeDimensions_WhenCountedThrough_ThenThePointsAreThoseOfJoeAndKuo) {
    const std::vector<SobolDirections> directions = sobolDirections(3);
    for (std::uint32_t i = 0; i < 16; ++i) {
        for (std::size_t dimension = 0; dimension < 3; ++dimension)
            EXPECT_EQ(sobolPoint(directions[dimension], i) >> 28, kKnown[i][dimension])
                << i << " " << dimension;
    }
}

TEST(Sobol, GivenMoreDimensions_WhenAskedFor_ThenTheFirstStayTheSame) {
    const std::vector<SobolDirections> few = sobolDirections(2);
    const std::vector<SobolDirections> many = sobolDirections(kSobolDimensions);
    EXPECT_EQ(few[1], many[1]);
    EXPECT_NE(many[kSobolDimensions - 1], many[kSobolDimensions - 2]);
}

TEST(Sobol, GivenAnyScrambling_WhenAPowerOfTwoOfPointsIsDrawn_ThenEachIntervalHoldsOne) {
    constexpr std::size_t kPoints = 1024;
    const std::vector<SobolDirections> directions = sobolDirections(40);
    for (const std::uint32_t seed : {0U, 1U, 0xdeadbeefU}) {
        for (const SobolDirections& dimension : directions) {
            for (const std::uint32_t first : {0U, 3'072U}) {
                std::vector<double> u(kPoints, 0.5);
                scrambledSobol(dimension, seed, first, kPoints, u.data());
                std::set<std::size_t> intervals;
                for (const double x : u) intervals.insert(static_cast<std::size_t>(x * kPoints));
                ASSERT_EQ(intervals.size(), kPoints);
            }
        }
    }
}

// The first two dimensions are a (0, 2)-sequence, and scrambling keeps that: every box of area 2^-8 holds one
// of 256 points. Source: Owen (1995).
TEST(Sobol, GivenTwoDimensions_WhenScrambled_ThenEachBoxOfEveryShapeHoldsOnePoint) {
    const std::vector<SobolDirections> directions = sobolDirections(2);
    std::vector<double> x(256, 0.5);
    std::vector<double> y(256, 0.5);
    scrambledSobol(directions[0], 12'345U, 0, x.size(), x.data());
    scrambledSobol(directions[1], 67'890U, 0, y.size(), y.data());
    for (unsigned bits = 0; bits <= 8; ++bits) {
        std::set<std::pair<unsigned, unsigned>> boxes;
        for (std::size_t i = 0; i < x.size(); ++i)
            boxes.emplace(static_cast<unsigned>(x[i] * (1U << bits)),
                          static_cast<unsigned>(y[i] * (256U >> bits)));
        EXPECT_EQ(boxes.size(), 256U) << bits;
    }
}

TEST(Sobol, GivenOnePoint_WhenItIsDrawnAlone_ThenItIsThatOfTheWholeSequence) {
    const std::vector<SobolDirections> directions = sobolDirections(5);
    std::vector<double> whole(300, 0.25);
    scrambledSobol(directions[4], 7U, 0, whole.size(), whole.data());
    for (const std::uint32_t i : {0U, 1U, 127U, 299U}) {
        double one = 0.25;
        scrambledSobol(directions[4], 7U, i, 1, &one);
        EXPECT_EQ(one, whole[i]);
    }
}

}  // namespace
}  // namespace breakeven::sim::sobol_test
