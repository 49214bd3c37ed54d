#include "sim/kernels/block_kernels.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/kernels/scalar_math.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/random/stream.hpp"
#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim {
namespace {

constexpr std::size_t kUsers = 1003;  // no multiple of any vector length
constexpr DrawSource kSource{philoxKey(0x0123456789abcdefULL), 7, (3U << 16) | 1U, 0xdeadbeefU};

using tests::onEveryTarget;

std::vector<double> uniforms() {
    std::vector<double> first(kUsers);
    std::vector<double> second(kUsers);
    fillUniforms(kSource, 4'294'967'000U - 2000U, kUsers, first.data(), second.data());
    return first;
}

TEST(BlockKernels, GivenAnySource_WhenFilled_ThenBothColumnsHoldTheWordsOfPhilox) {
    onEveryTarget([] {
        std::vector<double> first(kUsers);
        std::vector<double> second(kUsers);
        fillUniforms(kSource, 123, kUsers, first.data(), second.data());
        for (std::size_t i = 0; i < kUsers; ++i) {
            const PhiloxCounter words = philoxBlock(
                {static_cast<std::uint32_t>(123 + i), kSource.world, kSource.draw, kSource.stream},
                kSource.key);
            ASSERT_EQ(first[i], uniformFrom(words[0], words[1])) << i;
            ASSERT_EQ(second[i], uniformFrom(words[2], words[3])) << i;
        }
    });
}

TEST(BlockKernels, GivenNoSecondColumn_WhenFilled_ThenTheFirstIsTheSame) {
    onEveryTarget([] {
        std::vector<double> first(kUsers);
        std::vector<double> second(kUsers);
        std::vector<double> alone(kUsers);
        fillUniforms(kSource, 123, kUsers, first.data(), second.data());
        fillUniforms(kSource, 123, kUsers, alone.data(), nullptr);
        EXPECT_EQ(alone, first);
    });
}

TEST(BlockKernels, GivenUniformsToTheFarTail_WhenTurnedIntoNormals_ThenTheyEqualTheScalarTwin) {
    onEveryTarget([] {
        std::vector<double> values = uniforms();
        for (std::size_t i = 0; i < 60; ++i) values[i * 3] = std::ldexp(1.0, -static_cast<int>(i) - 1);
        values[1] = 1.0 - 0x1p-53;
        const std::vector<double> before = values;
        uniformsToNormals(values.data(), values.size());
        for (std::size_t i = 0; i < kUsers; ++i) ASSERT_EQ(values[i], normalQuantile(before[i])) << before[i];
    });
}

TEST(BlockKernels, GivenNormals_WhenMadeLognormal_ThenTheyEqualTheScalarTwinAndAreClampedAtTheEnds) {
    onEveryTarget([] {
        std::vector<double> z = uniforms();
        for (std::size_t i = 0; i < kUsers; ++i) z[i] = (z[i] - 0.5) * 2000.0;
        std::vector<double> out(kUsers);
        lognormalOf(0.25, 1.5, z.data(), out.data(), kUsers);
        for (std::size_t i = 0; i < kUsers; ++i) ASSERT_EQ(out[i], expScalar(1.5 * z[i] + 0.25)) << z[i];
    });
}

TEST(ScalarMath, GivenTheWholeRange_WhenComparedWithTheCLibrary_ThenItAgreesToAFewUnitsInTheLastPlace) {
    for (int i = -7000; i <= 7000; ++i) {
        const double x = 0.1 * i + 0.0371;
        EXPECT_NEAR(expScalar(x) / std::exp(x), 1.0, 5e-16) << x;
        EXPECT_NEAR(logScalar(std::exp(x)), std::log(std::exp(x)), 4e-16 * std::abs(x) + 2e-16) << x;
        const double z = x / 80.0;
        // erfc is the outside reference.
        EXPECT_NEAR(normalCdfScalar(z), 0.5 * std::erfc(-z / std::sqrt(2.0)), 1e-15) << z;
    }
    EXPECT_EQ(logScalar(1.0), 0.0);
    EXPECT_EQ(expScalar(0.0), 1.0);
    EXPECT_EQ(normalCdfScalar(40.0), 1.0);
}

}  // namespace
}  // namespace breakeven::sim
