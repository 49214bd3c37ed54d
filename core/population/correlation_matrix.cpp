#include "core/population/correlation_matrix.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace breakeven::core {
namespace {

constexpr double kRounding = 1e-9;  // of a diagonal element that should be 0

/// Eigenvalues of a symmetric matrix, and its eigenvectors as columns. Source: Golub & Van Loan (2013),
/// "Matrix Computations", 8.5 (cyclic Jacobi).
struct Eigen {
    std::vector<double> values;
    std::vector<double> vectors;
};

Eigen eigenOf(std::vector<double> a, std::size_t n) {
    std::vector<double> v(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) v[i * n + i] = 1.0;
    for (int sweep = 0; sweep < 60; ++sweep) {
        double off = 0.0;
        for (std::size_t p = 0; p < n; ++p)
            for (std::size_t q = p + 1; q < n; ++q) off += a[p * n + q] * a[p * n + q];
        if (off < 1e-30) break;
        for (std::size_t p = 0; p < n; ++p) {
            for (std::size_t q = p + 1; q < n; ++q) {
                if (a[p * n + q] == 0.0) continue;
                const double tau = (a[q * n + q] - a[p * n + p]) / (2.0 * a[p * n + q]);
                const double t = (tau >= 0.0 ? 1.0 : -1.0) / (std::abs(tau) + std::sqrt(1.0 + tau * tau));
                const double c = 1.0 / std::sqrt(1.0 + t * t);
                const double s = t * c;
                const auto rotate = [&](double& x, double& y) {
                    const double before = x;
                    x = c * before - s * y;
                    y = s * before + c * y;
                };
                for (std::size_t k = 0; k < n; ++k) rotate(a[k * n + p], a[k * n + q]);
                for (std::size_t k = 0; k < n; ++k) rotate(a[p * n + k], a[q * n + k]);
                for (std::size_t k = 0; k < n; ++k) rotate(v[k * n + p], v[k * n + q]);
            }
        }
    }
    Eigen found{std::vector<double>(n), std::move(v)};
    for (std::size_t i = 0; i < n; ++i) found.values[i] = a[i * n + i];
    return found;
}

/// The nearest matrix without negative eigenvalues.
std::vector<double> withoutNegative(const std::vector<double>& matrix, std::size_t n) {
    const Eigen eigen = eigenOf(matrix, n);
    std::vector<double> result(n * n, 0.0);
    for (std::size_t k = 0; k < n; ++k) {
        if (!(eigen.values[k] > 0.0)) continue;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                result[i * n + j] += eigen.values[k] * eigen.vectors[i * n + k] * eigen.vectors[j * n + k];
    }
    return result;
}

/// Fills `factor`; the row that does not fit, if any.
std::optional<std::size_t> factorise(const CorrelationMatrix& matrix, std::vector<double>& factor) {
    const std::size_t n = matrix.size;
    factor.assign(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i) {
        for (std::size_t j = 0; j <= i; ++j) {
            double sum = matrix.at(i, j);
            for (std::size_t k = 0; k < j; ++k) sum -= factor[i * n + k] * factor[j * n + k];
            if (i != j) {
                // Nothing is left of j beyond those before it: i may have nothing of its own in common with
                // it.
                const bool isFollower = factor[j * n + j] <= 1e-6;
                if (isFollower && std::abs(sum) > 1e-6) return i;
                factor[i * n + j] = isFollower ? 0.0 : sum / factor[j * n + j];
                continue;
            }
            if (sum < -kRounding) return i;
            factor[i * n + i] = std::sqrt(std::max(sum, 0.0));
        }
    }
    return std::nullopt;
}

}  // namespace

CorrelationMatrix::CorrelationMatrix(std::size_t n) : size(n), values(n * n, 0.0) {
    for (std::size_t i = 0; i < n; ++i) values[i * n + i] = 1.0;
}

double scoreCorrelation(Correlation::Kind kind, double value) {
    return kind == Correlation::Kind::Spearman ? 2.0 * std::sin(std::numbers::pi * value / 6.0) : value;
}

std::optional<std::pair<std::size_t, std::size_t>> contradictionIn(const CorrelationMatrix& matrix) {
    std::vector<double> factor;
    const std::optional<std::size_t> row = factorise(matrix, factor);
    if (!row) return std::nullopt;
    std::size_t worst = 0;
    for (std::size_t k = 1; k < *row; ++k)
        if (std::abs(matrix.at(*row, k)) > std::abs(matrix.at(*row, worst))) worst = k;
    return std::pair(worst, *row);
}

std::optional<std::vector<double>> choleskyFactor(const CorrelationMatrix& matrix) {
    std::vector<double> factor;
    if (factorise(matrix, factor)) return std::nullopt;
    return factor;
}

CorrelationMatrix nearestCorrelation(const CorrelationMatrix& matrix) {
    const std::size_t n = matrix.size;
    CorrelationMatrix result = matrix;
    std::vector<double> correction(n * n, 0.0);
    for (int step = 0; step < 2000; ++step) {
        std::vector<double> shifted = result.values;
        for (std::size_t k = 0; k < n * n; ++k) shifted[k] -= correction[k];
        const std::vector<double> positive = withoutNegative(shifted, n);
        double change = 0.0;
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j < n; ++j) {
                const std::size_t k = i * n + j;
                correction[k] = positive[k] - shifted[k];
                const double next = i == j ? 1.0 : positive[k];
                change = std::max(change, std::abs(next - result.values[k]));
                result.values[k] = next;
            }
        }
        if (change < 1e-12) break;
    }
    // On the edge of the possible, rounding can fall on either side.
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j)
            result.set(i, j, std::clamp(result.at(i, j) * (1.0 - 1e-9), -1.0, 1.0));
    return result;
}

CorrelationMatrix scoreCorrelations(const Segment& segment, std::size_t meters,
                                    std::span<const double> draws) {
    CorrelationMatrix matrix(meters);
    for (const Correlation& item : segment.correlations)
        matrix.set(item.first, item.second, scoreCorrelation(item.kind, valueIn(item.value, draws)));
    const bool isRepaired = segment.repairsCorrelation && contradictionIn(matrix);
    return isRepaired ? nearestCorrelation(matrix) : matrix;
}

}  // namespace breakeven::core
