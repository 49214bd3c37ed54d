#include "sim/kernels/family_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim::family_kernels_test {
namespace {

using tests::onEveryTarget;

constexpr std::size_t kScores = 1003;  // no multiple of any vector length

/// Normal scores from -9 to 9, and two that no uniform gives.
std::vector<double> scores() {
    std::vector<double> z(kScores);
    for (std::size_t i = 0; i < kScores; ++i) z[i] = -9.0 + 18.0 * static_cast<double>(i) / kScores;
    z[100] = 50.0;
    z[200] = -50.0;
    return z;
}

/// -ln P(Z > z) from erfc.
double exponentialScore(double z) {
    return z < 0.0 ? -std::log1p(-0.5 * std::erfc(-z / std::sqrt(2.0)))
                   : -std::log(0.5 * std::erfc(z / std::sqrt(2.0)));
}

using Kernel = std::function<void(const double*, double*, std::size_t)>;
using Scalar = std::function<double(double)>;

/// Every target against the twin, to the bit, and against erfc within 1e-8 for scores within 7 of 0.
template <typename Twin>
void expectKernel(const char* name, const Kernel& kernel, const Twin& twinOf, const Scalar& reference) {
    const std::vector<double> z = scores();
    onEveryTarget([&] {
        std::vector<double> out(kScores);
        kernel(z.data(), out.data(), kScores);
        for (std::size_t i = 0; i < kScores; ++i) {
            const double exact = tests::twin([&](auto how) { return twinOf(z[i], how); });
            ASSERT_EQ(out[i], exact) << name << " at " << z[i];
            if (std::abs(z[i]) > 7.0) continue;
            const double expected = reference(z[i]);
            ASSERT_NEAR(out[i], expected, 1e-8 * std::abs(expected)) << name << " at " << z[i];
        }
    });
}

TEST(FamilyKernels, GivenScoresIntoBothTails_WhenTurnedIntoUsage_ThenTheyAreTheTwinsAndTheClosedForms) {
    const WeibullTerms weibull{std::log(300.0), 1.0 / 1.6};
    expectKernel(
        "weibull", [&](const double* z, double* out, std::size_t n) { weibullOf(weibull, z, out, n); },
        [&](double z, auto how) { return weibullScalar(weibull, z, how); },
        [](double z) { return 300.0 * std::pow(exponentialScore(z), 1.0 / 1.6); });
    expectKernel(
        "exponential", [](const double* z, double* out, std::size_t n) { exponentialOf(60.0, z, out, n); },
        [](double z, auto how) { return 60.0 * tailLogScalar(z, how); },
        [](double z) { return 60.0 * exponentialScore(z); });
    const PowerTailTerms pareto{5.0, 1.0 / 1.16};
    expectKernel(
        "pareto", [&](const double* z, double* out, std::size_t n) { paretoOf(pareto, z, out, n); },
        [&](double z, auto how) { return paretoScalar(pareto, z, how); },
        [](double z) { return 5.0 * std::exp(exponentialScore(z) / 1.16); });
    const PowerTailTerms lomax{150.0, 1.0 / 2.3};
    expectKernel(
        "lomax", [&](const double* z, double* out, std::size_t n) { lomaxOf(lomax, z, out, n); },
        [&](double z, auto how) { return lomaxScalar(lomax, z, how); },
        [](double z) { return 150.0 * std::expm1(exponentialScore(z) / 2.3); });
    const double rate = -std::log1p(-0.2);
    expectKernel(
        "geometric", [&](const double* z, double* out, std::size_t n) { geometricOf(rate, z, out, n); },
        [&](double z, auto how) { return geometricScalar(rate, z, how); },
        [&](double z) { return std::max(std::ceil(exponentialScore(z) / rate), 1.0); });
    const TriangularTerms triangle{1.0, 5.0, 0.25, 4.0, 12.0};  // mode 2
    expectKernel(
        "triangular", [&](const double* z, double* out, std::size_t n) { triangularOf(triangle, z, out, n); },
        [&](double z, auto how) { return triangularScalar(triangle, z, how); },
        [](double z) {
            const double p = 0.5 * std::erfc(-z / std::sqrt(2.0));
            return p < 0.25 ? 1.0 + std::sqrt(p * 4.0)
                            : 5.0 - std::sqrt(0.5 * std::erfc(z / std::sqrt(2.0)) * 12.0);
        });
}

}  // namespace
}  // namespace breakeven::sim::family_kernels_test
