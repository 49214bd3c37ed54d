#include "core/costing/multiplier.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cmath>
#include <numbers>

namespace breakeven::core::multiplier_test {
namespace {

using Kind = MultiplierPart::Kind;

// MODEL S10: 60 % of answers 1, 30 % best of 8, 10 % tree search LN(32, 1).
constexpr std::array kSearch{MultiplierPart{Kind::Value, 0.6, 1.0, 0.0},
                             MultiplierPart{Kind::Value, 0.3, 8.0, 0.0},
                             MultiplierPart{Kind::Lognormal, 0.1, 32.0, 1.0}};

TEST(Multiplier, GivenTheSearchOfTheModel_WhenAveraged_ThenItsPublishedFiguresComeOut) {
    const double mean = meanMultiplier(kSearch, {});
    EXPECT_NEAR(mean, 8.276, 0.0005);
    EXPECT_NEAR(multiplierCv(kSearch, {}), 3.215, 0.0005);
    EXPECT_NEAR(0.0077 * mean, 0.0637, 0.00005);
    struct Cap {
        double cap, saved, cut;  ///< percent
    };
    for (const Cap& item :
         {Cap{8, 54, 9.2}, Cap{16, 46, 7.6}, Cap{32, 34, 5.0}, Cap{64, 21, 2.4}, Cap{128, 9, 0.8}}) {
        EXPECT_NEAR(100.0 * (1.0 - meanMultiplier(kSearch, item.cap) / mean), item.saved, 0.5) << item.cap;
        EXPECT_NEAR(100.0 * shareBeyond(kSearch, item.cap), item.cut, 0.05) << item.cap;
    }
}

/// E min(K, cap)^power of one part by the midpoint rule over its quantiles.
double integrated(const MultiplierPart& part, double cap, int power) {
    constexpr int kSteps = 2'000'000;
    double sum = 0.0;
    for (int i = 0; i < kSteps; ++i) {
        const double p = (i + 0.5) / kSteps;
        double x = part.a * std::pow(1.0 - p, -1.0 / part.b);  // Pareto
        if (part.kind == Kind::Lognormal) {
            // substitution p = Phi(z) by a grid of z with its density as weight
            const double z = -9.0 + 18.0 * p;
            x = part.a * std::exp(part.b * z);
            const double weight = 18.0 * std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
            sum += weight * std::pow(std::min(x, cap), power);
            continue;
        }
        sum += std::pow(std::min(x, cap), power);
    }
    return sum / kSteps;
}

TEST(Multiplier, GivenCappedTails_WhenAveraged_ThenNumericIntegrationAgrees) {
    for (const MultiplierPart& part :
         {MultiplierPart{Kind::Lognormal, 1.0, 4.0, 1.3}, MultiplierPart{Kind::Pareto, 1.0, 1.5, 0.8},
          MultiplierPart{Kind::Pareto, 1.0, 1.5, 1.0}, MultiplierPart{Kind::Pareto, 1.0, 1.5, 2.0},
          MultiplierPart{Kind::Pareto, 1.0, 1.5, 2.7}}) {
        for (const int power : {1, 2}) {
            const double direct = integrated(part, 50.0, power);
            EXPECT_NEAR(cappedMoment(std::array{part}, 50.0, power), direct, 2e-5 * direct)
                << part.b << power;
        }
    }
}

TEST(Multiplier, GivenAHeavyTailWithoutCap_WhenAveraged_ThenTheMeanIsInfiniteAndACapMendsIt) {
    const std::array part{MultiplierPart{Kind::Pareto, 1.0, 1.0, 1.0}};
    EXPECT_TRUE(std::isinf(meanMultiplier(part, {})));
    EXPECT_NEAR(meanMultiplier(part, std::exp(1.0)), 2.0, 1e-12);  // 1 + ln(cap)
    const std::array heavy{MultiplierPart{Kind::Pareto, 1.0, 1.0, 1.5}};
    EXPECT_DOUBLE_EQ(meanMultiplier(heavy, {}), 3.0);
    EXPECT_TRUE(std::isinf(multiplierCv(heavy, {})));
    const std::array below{MultiplierPart{Kind::Pareto, 1.0, 5.0, 1.5}};
    EXPECT_DOUBLE_EQ(meanMultiplier(below, 2.0), 2.0);
    EXPECT_DOUBLE_EQ(shareBeyond(below, 2.0), 1.0);
}

}  // namespace
}  // namespace breakeven::core::multiplier_test
