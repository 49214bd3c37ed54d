#include "core/population/correlation_matrix.hpp"

#include <gtest/gtest.h>

#include <cmath>

namespace breakeven::core::correlation_matrix_test {
namespace {

CorrelationMatrix tridiagonal(std::size_t n) {
    CorrelationMatrix matrix(n);
    for (std::size_t i = 0; i + 1 < n; ++i) matrix.set(i, i + 1, 1.0);
    return matrix;
}

// Higham (2002), section 1: the matrix [1 1 0; 1 1 1; 0 1 1] has the nearest correlation matrix
// [1 0.7607 0.1573; 0.7607 1 0.7607; 0.1573 0.7607 1].
TEST(CorrelationMatrix, GivenHighamsExample_WhenRepaired_ThenItIsHis) {
    const CorrelationMatrix matrix = tridiagonal(3);
    ASSERT_TRUE(contradictionIn(matrix));
    const CorrelationMatrix nearest = nearestCorrelation(matrix);
    EXPECT_NEAR(nearest.at(0, 1), 0.7607, 5e-5);
    EXPECT_NEAR(nearest.at(1, 2), 0.7607, 5e-5);
    EXPECT_NEAR(nearest.at(0, 2), 0.1573, 5e-5);
    EXPECT_TRUE(choleskyFactor(nearest));
}

TEST(CorrelationMatrix, GivenAPossibleMatrix_WhenRepairedAndFactored_ThenItStaysAndTheFactorGivesItBack) {
    CorrelationMatrix matrix(3);
    matrix.set(0, 1, 0.9);
    matrix.set(1, 2, 0.9);
    matrix.set(0, 2, 0.8);
    EXPECT_FALSE(contradictionIn(matrix));
    const CorrelationMatrix nearest = nearestCorrelation(matrix);
    for (std::size_t i = 0; i < 9; ++i) EXPECT_NEAR(nearest.values[i], matrix.values[i], 1e-8);
    const auto factor = choleskyFactor(matrix);
    ASSERT_TRUE(factor);
    for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t j = 0; j < 3; ++j) {
            double sum = 0.0;
            for (std::size_t k = 0; k < 3; ++k) sum += (*factor)[i * 3 + k] * (*factor)[j * 3 + k];
            EXPECT_NEAR(sum, matrix.at(i, j), 1e-14);
        }
    }
}

TEST(CorrelationMatrix,
     GivenImpossibleMatricesOfManySizes_WhenRepaired_ThenTheyArePossibleWithOnesOnTheDiagonal) {
    for (std::size_t n = 3; n <= 12; ++n) {
        const CorrelationMatrix nearest = nearestCorrelation(tridiagonal(n));
        EXPECT_FALSE(contradictionIn(nearest)) << n;
        for (std::size_t i = 0; i < n; ++i) EXPECT_EQ(nearest.at(i, i), 1.0);
    }
}

TEST(CorrelationMatrix, GivenAContradiction_WhenSought_ThenThePairThatBreaksItIsNamed) {
    CorrelationMatrix matrix(3);
    matrix.set(0, 1, 0.9);
    matrix.set(1, 2, 0.9);
    matrix.set(0, 2, -0.8);
    const auto pair = contradictionIn(matrix);
    ASSERT_TRUE(pair);
    EXPECT_EQ(*pair, std::pair(std::size_t{1}, std::size_t{2}));
}

}  // namespace
}  // namespace breakeven::core::correlation_matrix_test
