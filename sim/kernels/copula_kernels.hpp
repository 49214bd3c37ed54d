#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#include "sim/kernels/scalar_math.hpp"

namespace breakeven::sim {

/// z = Phi^-1(P(T <= t)) of Student's t, by y = asinh(|t| / sqrt(nu)): value and slope at y = i step, cubic
/// Hermite between; beyond the last node its value.
struct StudentScores {
    static constexpr std::size_t kNodes = 1025;
    double inverseRoot = 1.0;  ///< 1 / sqrt(nu)
    double step = 1.0;
    std::vector<double> table;  ///< two numbers a node
    bool operator==(const StudentScores&) const = default;
};

/// Normal scores with the copula of Student's t: out[i] = z(score[i] spread[i]). Compiled for every
/// instruction set like block_kernels.hpp; every set gives the bits of the scalar twin.
///
/// @param scores  standard normal, correlated
/// @param spread  sqrt(nu / chi^2), one number for all scores of a user
void studentScores(const StudentScores& student, const double* scores, const double* spread, double* out,
                   std::size_t n);

/// x[i] = sqrt(nu / x[i]).
void spreadOf(double nu, double* x, std::size_t n);

template <typename Arithmetic = Plain>
[[nodiscard]] double studentScoreScalar(const StudentScores& student, double t, Arithmetic how = {}) {
    const double x = std::abs(t) * student.inverseRoot;
    const double y = logScalar(x + std::sqrt(x * x + 1.0), how) / student.step;
    const double position = std::min(y, static_cast<double>(StudentScores::kNodes - 1));
    const std::size_t node = std::min(static_cast<std::size_t>(position), StudentScores::kNodes - 2);
    const double u = position - static_cast<double>(node);
    const double* at = student.table.data() + 2 * node;
    const double rise = at[2] - at[0];
    const double m0 = at[1] * student.step;
    const double m1 = at[3] * student.step;
    const double square = (3.0 * rise - 2.0 * m0) - m1;
    const double cube = (m0 + m1) - 2.0 * rise;
    const double z = u * (u * (u * cube + square) + m0) + at[0];
    return t < 0.0 ? -z : z;
}

}  // namespace breakeven::sim
