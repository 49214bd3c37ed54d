#pragma once

#include <vector>

#include "sim/kernels/copula_kernels.hpp"

namespace breakeven::sim {

/// What the t copula of a segment draws with.
struct StudentCopula {
    double degreesOfFreedom = 1.0;
    std::vector<double> chiSquare;  ///< quantiles by normal score, see quantile_table.hpp
    StudentScores scores;
};

/// @param degreesOfFreedom  >= 1
[[nodiscard]] StudentCopula studentCopula(double degreesOfFreedom);

}  // namespace breakeven::sim
