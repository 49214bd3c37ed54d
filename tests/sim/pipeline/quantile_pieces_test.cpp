#include "sim/pipeline/quantile_pieces.hpp"

#include <gtest/gtest.h>

#include <boost/math/distributions/beta.hpp>
#include <boost/math/distributions/gamma.hpp>
#include <cmath>
#include <functional>
#include <memory>

#include "core/diagnostics/diagnostic.hpp"
#include "core/population/law_shares.hpp"
#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim::quantile_pieces_test {
namespace {

using tests::onEveryTarget;

double tail(double z) {
    return 0.5 * std::erfc(std::abs(z) / std::sqrt(2.0));
}

template <typename Boost>
double boostQuantile(const Boost& law, double z) {
    return z < 0.0 ? boost::math::quantile(law, tail(z))
                   : boost::math::quantile(boost::math::complement(law, tail(z)));
}

/// inf { x : P(X <= x) >= Phi(z) } by bisection of the logarithm.
double bisected(const core::UsageLaw& law, double z) {
    const auto isBelow = [&](double x) {
        return z < 0.0 ? core::shareUpTo(law, x) < tail(z) : core::shareBeyond(law, x) > tail(z);
    };
    if (!isBelow(0.0)) return 0.0;
    double low = -690.0;
    double high = 690.0;
    for (int i = 0; i < 80; ++i) {
        const double middle = 0.5 * (low + high);
        (isBelow(std::exp(middle)) ? low : high) = middle;
    }
    return std::exp(high);
}

/// DESIGN allows a relative error of 1e-8 for scores within 7 of 0.
void expectQuantiles(const char* name, const core::UsageLaw& law,
                     const std::function<double(double)>& reference) {
    const QuantilePieces table = quantilePieces(law);
    double before = 0.0;
    for (double z = -7.0; z <= 7.0; z += 0.0173) {
        const double found = pieceQuantileScalar(table, z);
        const double expected = reference(z);
        ASSERT_NEAR(found, expected, 1e-8 * expected) << name << " at " << z;
        ASSERT_GE(found, before) << name << " at " << z;
        before = found * (1.0 - 1e-9);
    }
}

std::shared_ptr<const core::UsageLaw> shared(core::UsageLaw law) {
    return std::make_shared<const core::UsageLaw>(std::move(law));
}

TEST(QuantilePieces, GivenGammaAndBetaLaws_WhenRead_ThenTheyAreWithin1e8OfBoost) {
    for (const double shape : {0.1, 0.5, 1.0, 3.0, 40.0, 4000.0})
        expectQuantiles("gamma", core::GammaLaw{shape, 3.0}, [&](double z) {
            return boostQuantile(boost::math::gamma_distribution<>(shape, 3.0), z);
        });
    constexpr double kShapes[][2] = {{2.0, 3.0}, {1.0, 5.0}, {0.4, 0.7}, {5.0, 1.0}, {30.0, 2.0}};
    for (const auto& [alpha, beta] : kShapes) {
        for (const double low : {0.0, 10.0})
            expectQuantiles("beta", core::BetaLaw{alpha, beta, low, low + 100.0},
                            [low, a = alpha, b = beta](double z) {
                                return low + 100.0 * boostQuantile(boost::math::beta_distribution<>(a, b), z);
                            });
    }
}

TEST(QuantilePieces, GivenMixturesSplicesAndCuts_WhenRead_ThenTheyAreWithin1e8OfBisection) {
    using namespace core;
    const double infinity = std::numeric_limits<double>::infinity();
    const std::pair<const char*, UsageLaw> laws[] = {
        {"three lognormals",
         MixtureLaw{{LognormalLaw{2.5, 0.9}, LognormalLaw{5.0, 0.7}, LognormalLaw{7.5, 0.6}},
                    {0.8, 0.17, 0.03}}},
        {"zeros", MixtureLaw{{PointLaw{0.0}, LognormalLaw{3.1, 1.4}}, {0.42, 0.58}}},
        {"points inside",
         MixtureLaw{{PointLaw{10.0}, LognormalLaw{3.1, 1.4}, PointLaw{50.0}}, {0.2, 0.5, 0.3}}},
        {"two ranges", MixtureLaw{{UniformLaw{0.0, 5.0}, UniformLaw{10.0, 20.0}}, {0.4, 0.6}}},
        {"range in a lognormal", MixtureLaw{{UniformLaw{1.0, 5.0}, LognormalLaw{1.0, 1.0}}, {0.5, 0.5}}},
        {"hill and range", MixtureLaw{{BetaLaw{2.0, 2.0, 10.0, 20.0}, UniformLaw{0.0, 5.0}}, {0.4, 0.6}}},
        {"counts and lognormal", MixtureLaw{{PoissonLaw{5.0}, LognormalLaw{1.0, 1.0}}, {0.5, 0.5}}},
        {"splice", SplicedLaw{shared(LognormalLaw{3.0, 1.1}), 120.0, 0.06, 2.4}},
        {"splice of a gamma", SplicedLaw{shared(GammaLaw{1.2, 30.0}), 150.0, 0.02, 1.7}},
        {"cut above", TruncatedLaw{shared(LognormalLaw{4.0, 1.9}), 0.0, 5000.0}},
        {"cut on both sides", TruncatedLaw{shared(LognormalLaw{4.0, 1.9}), 100.0, 5000.0}},
        {"cut far out", TruncatedLaw{shared(LognormalLaw{0.0, 1.0}), 400.0, infinity}},
    };
    for (const auto& [name, law] : laws)
        expectQuantiles(name, law, [&of = law](double z) { return bisected(of, z); });
}

TEST(QuantilePieces, GivenCounts_WhenRead_ThenEachIsTheSmallestThatReachesTheScore) {
    using namespace core;
    const UsageLaw laws[] = {PoissonLaw{0.1},
                             PoissonLaw{5.0},
                             PoissonLaw{2000.0},
                             NegativeBinomialLaw{0.35, 14.0},
                             NegativeBinomialLaw{2.0, 55.0},
                             DiscreteLaw{{0.0, 5.0, 20.0}, {0.5, 0.25, 0.25}},
                             TruncatedLaw{shared(PoissonLaw{5.0}), 3.0, 7.0}};
    for (const UsageLaw& law : laws) {
        const QuantilePieces table = quantilePieces(law);
        for (double z = -7.0; z <= 7.0; z += 0.0173) {
            const double found = pieceQuantileScalar(table, z);
            const bool reaches =
                z < 0.0 ? shareUpTo(law, found) >= tail(z) : shareBeyond(law, found) <= tail(z);
            const bool isFirst = z < 0.0 ? shareUpTo(law, found, Edge::Excluded) < tail(z)
                                         : shareBeyond(law, found, Edge::Included) > tail(z);
            ASSERT_TRUE(reaches && isFirst) << law.index() << " at " << z << ": " << found;
        }
    }
}

TEST(QuantilePieces, GivenCountsThatSpanManyValues_WhenRead_ThenTheyMissByOneAtMostAndHardlyEver) {
    using namespace core;
    const UsageLaw laws[] = {PoissonLaw{1e6}, NegativeBinomialLaw{0.35, 2000.0},
                             NegativeBinomialLaw{3.0, 5e4}};
    for (const UsageLaw& law : laws) {
        const QuantilePieces table = quantilePieces(law);
        int missed = 0;
        for (double z = -7.0; z <= 7.0; z += 0.0173) {
            const double found = pieceQuantileScalar(table, z);
            const double expected = std::ceil(bisected(law, z) * (1.0 - 1e-13));
            ASSERT_EQ(found, std::floor(found));
            ASSERT_NEAR(found, expected, 1.0 + 1e-8 * expected) << law.index() << " at " << z;
            missed += found != expected ? 1 : 0;
        }
        EXPECT_LE(missed, 8)
            << law.index();  // 1e-8 of a value of 1e6 is a hundredth of a unit, of 810 scores
    }
}

TEST(QuantilePieces, GivenScoresFarOut_WhenRead_ThenEveryTargetGivesTheScalarTwin) {
    using namespace core;
    std::vector<double> z(1003);
    for (std::size_t i = 0; i < z.size(); ++i) z[i] = -13.0 + 26.0 * static_cast<double>(i) / 1003.0;
    for (const UsageLaw& law : {UsageLaw(MixtureLaw{{PointLaw{0.0}, LognormalLaw{3.1, 1.4}}, {0.42, 0.58}}),
                                UsageLaw(PoissonLaw{5.0}), UsageLaw(NegativeBinomialLaw{0.35, 2000.0}),
                                UsageLaw(DiscreteLaw{{7.0}, {1.0}})}) {
        const QuantilePieces table = quantilePieces(law);
        onEveryTarget([&] {
            std::vector<double> out(z.size());
            pieceQuantiles(table, z.data(), out.data(), z.size());
            for (std::size_t i = 0; i < z.size(); ++i)
                ASSERT_EQ(out[i],
                          tests::twin([&](auto how) { return pieceQuantileScalar(table, z[i], how); }))
                    << law.index() << " at " << z[i];
        });
    }
}

TEST(QuantilePieces, GivenAMixtureWithTooManyValues_WhenMade_ThenItIsRefused) {
    const core::UsageLaw law = core::MixtureLaw{{core::PoissonLaw{1e9}, core::PointLaw{0.0}}, {0.5, 0.5}};
    EXPECT_THROW((void)quantilePieces(law), core::Error);
}

}  // namespace
}  // namespace breakeven::sim::quantile_pieces_test
