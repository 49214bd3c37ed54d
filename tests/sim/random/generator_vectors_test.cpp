// Random words, Sobol points and quantiles against tests/known_answers/montecarlo/generators.json.

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/exact/usage_law.hpp"
#include "sim/fitting/law.hpp"
#include "sim/kernels/quantile_kernels.hpp"
#include "sim/kernels/scalar_math.hpp"
#include "sim/pipeline/copula_table.hpp"
#include "sim/pipeline/quantile_table.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/random/philox.hpp"
#include "sim/random/sobol.hpp"
#include "sim/stats/summaries.hpp"
#include "tests/support/kernel_targets.hpp"
#include "tests/support/known_answers.hpp"

namespace breakeven::sim::generator_vectors_test {
namespace {

using nlohmann::json;
using tests::isNear;

json cases(const char* kind) {
    return tests::knownVectors("montecarlo/generators.json", kind);
}

template <std::size_t kSize>
std::array<std::uint32_t, kSize> wordsOf(const json& hex) {
    std::array<std::uint32_t, kSize> words{};
    for (std::size_t i = 0; i < kSize; ++i)
        words[i] = static_cast<std::uint32_t>(std::stoul(hex.at(i).get<std::string>(), nullptr, 16));
    return words;
}

TEST(GeneratorVectors, GivenKeysAndCounters_WhenABlockIsMade_ThenItsWordsAreThoseOfTheVectors) {
    std::size_t blocks = 0;
    for (const json& item : cases("rng_kat")) {
        const auto key = wordsOf<2>(item["args"]["key"]);
        json counters = item["args"]["ctr"];
        json words = item["expected"]["out"];
        if (counters.front().is_string()) {
            counters = json::array({counters});
            words = json::array({words});
        }
        for (std::size_t i = 0; i < counters.size(); ++i, ++blocks)
            EXPECT_EQ(philoxBlock(wordsOf<4>(counters[i]), key), wordsOf<4>(words[i])) << item["id"];
    }
    EXPECT_EQ(blocks, 11U);
}

/// The first n points of the sequence, not scrambled.
std::vector<std::vector<double>> sobolPoints(std::size_t n, std::size_t dimensions) {
    const std::vector<SobolDirections> directions = sobolDirections(dimensions);
    std::vector<std::vector<double>> points(n);
    for (std::uint32_t i = 0; i < n; ++i)
        for (const SobolDirections& dimension : directions)
            points[i].push_back(0x1p-32 * sobolPoint(dimension, i));
    return points;
}

/// Squared centred L2 discrepancy. Source: Hickernell (1998), Mathematics of Computation 67.
double centredDiscrepancy(const std::vector<std::vector<double>>& points) {
    const auto n = static_cast<double>(points.size());
    const std::size_t dimensions = points.front().size();
    double single = 0.0;
    double pairs = 0.0;
    for (const auto& x : points) {
        double product = 1.0;
        for (const double u : x) {
            const double far = std::abs(u - 0.5);
            product *= 1.0 + 0.5 * far - 0.5 * far * far;
        }
        single += product;
        for (const auto& y : points) {
            product = 1.0;
            for (std::size_t d = 0; d < dimensions; ++d)
                product *= 1.0 + 0.5 * std::abs(x[d] - 0.5) + 0.5 * std::abs(y[d] - 0.5) -
                           0.5 * std::abs(x[d] - y[d]);
            pairs += product;
        }
    }
    return std::pow(13.0 / 12.0, static_cast<double>(dimensions)) - 2.0 / n * single + pairs / (n * n);
}

TEST(GeneratorVectors, GivenTheSobolSequence_WhenNotScrambled_ThenItsPointsAreThoseOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("qmc")) {
        const auto points = sobolPoints(item["args"]["n"], item["args"]["dim"]);
        const json& expected = item["expected"];
        if (expected.contains("points")) {
            EXPECT_EQ(json(points), expected["points"]) << item["id"];
        } else {
            EXPECT_TRUE(isNear(centredDiscrepancy(points), expected["cd2"], item["tol"]["exact_rel"]))
                << item["id"];
        }
        ++checked;
    }
    EXPECT_EQ(checked, 3U);
}

TEST(GeneratorVectors, GivenAProbability_WhenTheNormalQuantileIsTaken_ThenItIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("special")) {
        if (!item["expected"].contains("z")) continue;
        const double p = item["args"]["p"];
        // The double nearest to 0.99999999 is 5e-17 off, which moves z by 9e-10; its tail 1e-8 loses nothing.
        const double tail = p < 0.5 ? p : std::round((1.0 - p) * 1e10) / 1e10;
        const double sign = p < 0.5 ? 1.0 : -1.0;
        tests::onEveryTarget([&] {
            const double z = sign * tests::twin([&](auto how) { return normalQuantile(tail, how); });
            EXPECT_TRUE(isNear(z, item["expected"]["z"], item["tol"]["exact_rel"])) << item["id"];
        });
        ++checked;
    }
    EXPECT_EQ(checked, 7U);
}

TEST(GeneratorVectors, GivenGammaLaws_WhenAQuantileIsTaken_ThenItIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("special")) {
        if (!item["expected"].contains("q")) continue;
        const double shape = item["args"]["shape"];
        const double p = item["args"]["p"];
        const double q = item["expected"]["q"];
        const double tolerance = item["tol"]["exact_rel"];
        EXPECT_TRUE(isNear(quantileOf(Law{Family::Gamma, {shape, 1.0}}, p), q, tolerance)) << item["id"];
        EXPECT_TRUE(isNear(quantileOf(core::UsageLaw(core::GammaLaw{shape, 1.0}), p), q, tolerance))
            << item["id"];
        // What the engine draws from is a table, right to 1e-8 (quantile_kernels_test.cpp).
        const std::vector<double> table = gammaTable(shape, 1.0);
        EXPECT_TRUE(isNear(tableQuantileScalar(table.data(), normalQuantile(p)), q, 1e-8)) << item["id"];
        ++checked;
    }
    EXPECT_EQ(checked, 3U);
}

TEST(GeneratorVectors, GivenStudentsT_WhenAQuantileIsTaken_ThenItIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("special")) {
        if (!item["expected"].contains("t")) continue;
        const double nu = item["args"]["nu"];
        const double p = item["args"]["p"];
        const double t = item["expected"]["t"];
        if (p == 0.975) {
            EXPECT_TRUE(isNear(studentT95(nu), t, item["tol"]["exact_rel"])) << item["id"];
        }
        // The copula's table turns t into the normal score of p; its tail is right to 1e-7 (copula_test.cpp).
        const double score = studentScoreScalar(studentCopula(nu).scores, t);
        EXPECT_TRUE(isNear(normalCdfScalar(-score), 1.0 - p, 1e-7)) << item["id"];
        ++checked;
    }
    EXPECT_EQ(checked, 3U);
}

}  // namespace
}  // namespace breakeven::sim::generator_vectors_test
