#include "sim/kernels/quantile_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/pipeline/quantile_table.hpp"
#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim::quantile_kernels_test {
namespace {

using tests::onEveryTarget;
using tests::twin;

constexpr std::size_t kScores = 1003;  // no multiple of any vector length

/// Normal scores from -9 to 9, and two that no uniform gives.
std::vector<double> scores() {
    std::vector<double> z(kScores);
    for (std::size_t i = 0; i < kScores; ++i) z[i] = -9.0 + 18.0 * static_cast<double>(i) / kScores;
    z[100] = 50.0;
    z[200] = -50.0;
    return z;
}

TEST(QuantileKernels, GivenScoresIntoTheFarTail_WhenMadeUniform_ThenEveryTargetGivesTheScalarTwin) {
    const std::vector<double> z = scores();
    onEveryTarget([&] {
        std::vector<double> out(kScores);
        uniformOf(10.0, 5.0, z.data(), out.data(), kScores);
        for (std::size_t i = 0; i < kScores; ++i)

            ASSERT_EQ(out[i], twin([&](auto how) { return 5.0 * normalCdfScalar(z[i], how) + 10.0; }))
                << z[i];
        uniformOf(0.0, 1.0, z.data(), out.data(), kScores);
        // erfc is the outside reference.
        for (std::size_t i = 0; i < kScores; ++i)
            ASSERT_NEAR(out[i], 0.5 * std::erfc(-z[i] / std::sqrt(2.0)), 1e-15) << z[i];
    });
}

// A gamma law of shape 1 is exponential: Q = -ln(1 - Phi(z)), from erfc. DESIGN allows 1e-8 in |z| <= 7.
TEST(QuantileKernels, GivenATable_WhenRead_ThenEveryTargetGivesTheScalarTwinAndTheClosedForm) {
    const std::vector<double> table = gammaTable(1.0, 3.0);
    ASSERT_EQ(table.size(), 2 * quantile_table::kNodes);
    const std::vector<double> z = scores();
    onEveryTarget([&] {
        std::vector<double> out(kScores);
        tableQuantiles(table.data(), z.data(), out.data(), kScores);
        for (std::size_t i = 0; i < kScores; ++i) {
            ASSERT_EQ(out[i], twin([&](auto how) { return tableQuantileScalar(table.data(), z[i], how); }))
                << z[i];
            if (std::abs(z[i]) > 7.0) continue;
            const double exact = z[i] < 0.0 ? -3.0 * std::log1p(-0.5 * std::erfc(-z[i] / std::sqrt(2.0)))
                                            : -3.0 * std::log(0.5 * std::erfc(z[i] / std::sqrt(2.0)));
            ASSERT_NEAR(out[i] / exact, 1.0, 1e-8) << z[i];
        }
    });
}

}  // namespace
}  // namespace breakeven::sim::quantile_kernels_test
