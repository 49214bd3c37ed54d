#include "sim/kernels/block_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/kernels/scalar_math.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/random/stream.hpp"
#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim::block_kernels_test {
namespace {

constexpr std::size_t kUsers = 1003;  // no multiple of any vector length
constexpr DrawSource kSource{philoxKey(0x0123456789abcdefULL), 7, (3U << 16) | 1U, 0xdeadbeefU};

using tests::onEveryTarget;
using tests::twin;

TEST(BlockKernels, GivenAnyFirstUser_WhenFilled_ThenEachHasTheirOwnUniform) {
    for (const std::uint32_t firstUser : {0U, 123U, 4'294'967'290U - static_cast<std::uint32_t>(kUsers)}) {
        onEveryTarget([&] {
            std::vector<double> u(kUsers + 1, -7.0);
            fillUniforms(kSource, firstUser, kUsers, u.data());
            for (std::size_t i = 0; i < kUsers; ++i)
                ASSERT_EQ(u[i], userUniform(kSource, static_cast<std::uint32_t>(firstUser + i))) << i;
            EXPECT_EQ(u.back(), -7.0);
        });
    }
}

TEST(BlockKernels, GivenUniformsToTheFarTail_WhenTurnedIntoNormals_ThenTheyEqualTheScalarTwin) {
    onEveryTarget([] {
        std::vector<double> values = tests::uniforms(kUsers);
        for (std::size_t i = 0; i < 60; ++i) values[i * 3] = std::ldexp(1.0, -static_cast<int>(i) - 1);
        values[1] = 1.0 - 0x1p-53;
        const std::vector<double> before = values;
        uniformsToNormals(values.data(), values.size());
        for (std::size_t i = 0; i < kUsers; ++i)
            ASSERT_EQ(values[i], twin([&](auto how) { return normalQuantile(before[i], how); })) << before[i];
    });
}

TEST(BlockKernels, GivenNormals_WhenMadeLognormal_ThenTheyEqualTheScalarTwinAndAreClampedAtTheEnds) {
    onEveryTarget([] {
        std::vector<double> z = tests::uniforms(kUsers);
        for (std::size_t i = 0; i < kUsers; ++i) z[i] = (z[i] - 0.5) * 2000.0;
        std::vector<double> out(kUsers);
        lognormalOf(0.25, 1.5, z.data(), out.data(), kUsers);
        for (std::size_t i = 0; i < kUsers; ++i)
            ASSERT_EQ(out[i], twin([&](auto how) { return expScalar(1.5 * z[i] + 0.25, how); })) << z[i];
    });
}

template <typename Arithmetic>
void expectTheCLibrarys(Arithmetic how) {
    for (int i = -7000; i <= 7000; ++i) {
        const double x = 0.1 * i + 0.0371;
        EXPECT_NEAR(expScalar(x, how) / std::exp(x), 1.0, 5e-16) << x;
        EXPECT_NEAR(logScalar(std::exp(x), how), std::log(std::exp(x)), 4e-16 * std::abs(x) + 2e-16) << x;
        const double z = x / 80.0;
        // erfc is the outside reference.
        EXPECT_NEAR(normalCdfScalar(z, how), 0.5 * std::erfc(-z / std::sqrt(2.0)), 1e-15) << z;
    }
    EXPECT_EQ(logScalar(1.0, how), 0.0);
    EXPECT_EQ(expScalar(0.0, how), 1.0);
    EXPECT_EQ(normalCdfScalar(40.0, how), 1.0);
}

TEST(ScalarMath, GivenTheWholeRange_WhenComparedWithTheCLibrary_ThenItAgreesToAFewUnitsInTheLastPlace) {
    expectTheCLibrarys(Plain{});
    expectTheCLibrarys(Fused{});
}

}  // namespace
}  // namespace breakeven::sim::block_kernels_test
