#include "sim/kernels/charge_kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <random>

#include "core/pricing/rating/commitments.hpp"
#include "core/pricing/rating/price.hpp"
#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim::charge_kernels_test {
namespace {

namespace rating = core::rating;
using tests::onEveryTarget;
using Column = std::vector<double>;

constexpr std::size_t kUsers = 203;  // no multiple of any vector length
constexpr int kPrices = 200;         // drawn anew for each test

/// Use from 0 to 1000, with some zeros and some values at the bounds that the tests price at.
Column usage(std::uint32_t stream) {
    Column values = tests::uniforms(kUsers, stream);
    for (std::size_t i = 0; i < kUsers; ++i) {
        values[i] *= 1000.0;
        if (i % 13 == 0) values[i] = 0.0;
        if (i % 17 == 0) values[i] = 250.0;
    }
    return values;
}

/// The same sequence of uniforms on every machine.
class Draws {
  public:
    double upTo(double top) { return static_cast<double>(engine_() >> 11) * 0x1p-53 * top; }
    bool coin() { return upTo(1.0) < 0.5; }

  private:
    std::mt19937_64 engine_{11};
};

/// Tiers as the rules and as the kernels have them.
struct Tiers {
    std::vector<rating::Tier<double>> rule;
    std::vector<ChargeTier> kernel;
};

Tiers drawTiers(Draws& draws) {
    Tiers tiers;
    double from = 0.0;
    const auto count = static_cast<int>(1.0 + draws.upTo(5.0));
    for (int k = 0; k < count; ++k) {
        rating::Tier<double> rule;
        ChargeTier tier;
        tier.from = from;
        if (k + 1 < count) rule.upTo = tier.upTo = k == 1 ? 250.0 : from + draws.upTo(300.0);
        if (rule.upTo && *rule.upTo <= from) *rule.upTo = tier.upTo = from + 1.0;
        rule.unitAmount = tier.unit = draws.upTo(2.0);
        if (draws.coin()) rule.flatAmount = tier.flat = draws.upTo(50.0);
        if (draws.coin()) rule.maxAmount = tier.most = draws.upTo(200.0);
        if (draws.coin()) rule.packageSize = tier.packageSize = 0.5 + draws.upTo(60.0);
        from = tier.upTo;
        tiers.rule.push_back(rule);
        tiers.kernel.push_back(tier);
    }
    return tiers;
}

/// Expects the column that `kernel` fills to hold rule(q[i]) to the bit.
template <typename Kernel, typename Rule>
void expectRule(const Column& q, Kernel kernel, Rule rule) {
    Column expected(kUsers);
    for (std::size_t i = 0; i < kUsers; ++i) expected[i] = rule(q[i]);
    onEveryTarget([&] {
        Column out(kUsers + 1, -7.0);
        kernel(out.data());
        EXPECT_EQ(out.back(), -7.0);
        out.pop_back();
        EXPECT_EQ(out, expected);
    });
}

TEST(ChargeKernels, GivenTiersOfAnyTerms_WhenPriced_ThenTheAmountsAreThoseOfTheRulesToTheBit) {
    const Column q = usage(1);
    Draws draws;
    for (int round = 0; round < kPrices; ++round) {
        const Tiers tiers = drawTiers(draws);
        const bool isFlatAtZero = draws.coin();
        const rating::TierRules rules{isFlatAtZero ? rating::FlatAtZero::FirstTier : rating::FlatAtZero::None,
                                      {}};
        const TierTerms terms{tiers.kernel, isFlatAtZero};
        const rating::Price<double> graduated = rating::GraduatedPrice<double>{tiers.rule, rules};
        expectRule(
            q, [&](double* out) { graduatedAmounts(q.data(), terms, out, kUsers); },
            [&](double x) { return rating::amountOf(graduated, x); });
        const rating::Price<double> volume = rating::VolumePrice<double>{tiers.rule, rules};
        expectRule(
            q, [&](double* out) { volumeAmounts(q.data(), terms, out, kUsers); },
            [&](double x) { return rating::amountOf(volume, x); });
    }
}

TEST(ChargeKernels, GivenPackagesAndPercentages_WhenPriced_ThenTheAmountsAreThoseOfTheRulesToTheBit) {
    const Column q = usage(2);
    Draws draws;
    for (int round = 0; round < kPrices; ++round) {
        const PackingTerms packing{draws.upTo(5.0), 1.0 + draws.upTo(200.0), draws.coin() ? 250.0 : 0.0,
                                   draws.coin() ? 2.0 : 0.0, draws.coin()};
        const rating::Price<double> packages = rating::PackagePrice<double>{
            packing.size, packing.amount, packing.freeUnits, packing.minPackages, packing.isRoundedDown};
        expectRule(
            q, [&](double* out) { packageAmounts(q.data(), packing, out, kUsers); },
            [&](double x) { return rating::amountOf(packages, x); });

        rating::PercentagePrice<double> event{draws.upTo(10.0), draws.upTo(1.0), 0, 0.0, {}, {}};
        EventTerms terms{event.ratePercent, event.fixedAmount, -kUnbounded, kUnbounded};
        if (draws.coin()) event.perEventMin = terms.least = draws.upTo(20.0);
        if (draws.coin()) event.perEventMax = terms.most = draws.upTo(60.0);
        expectRule(
            q, [&](double* out) { eventAmounts(q.data(), terms, out, kUsers); },
            [&](double x) { return rating::percentageOfEvent(event, x); });
        const double free = draws.upTo(500.0);
        expectRule(
            q, [&](double* out) { shareAmounts(q.data(), free, event.ratePercent, out, kUsers); },
            [&](double x) { return rating::percentOf(std::max(x - free, 0.0), event.ratePercent); });
    }
}

TEST(ChargeKernels, GivenCapacityTiers_WhenPriced_ThenTheHighestTierThatAnyMeterNeedsIsPaid) {
    const Column a = usage(3);
    const Column b = usage(4);
    const double* const columns[] = {a.data(), b.data()};
    const double limits[] = {100.0, 250.0, 250.0, kUnbounded, kUnbounded, kUnbounded};
    const double amounts[] = {5.0, 30.0, 99.0};
    const std::vector<rating::CapacityTier<double>> tiers = {
        {{100.0, 250.0}, 5.0}, {{250.0, {}}, 30.0}, {{{}, {}}, 99.0}};
    Column expected(kUsers);
    for (std::size_t i = 0; i < kUsers; ++i) expected[i] = rating::capacityAmount(tiers, {a[i], b[i]});
    EXPECT_TRUE(std::ranges::count(expected, 5.0) > 0 && std::ranges::count(expected, 99.0) > 0);
    onEveryTarget([&] {
        Column out(kUsers);
        capacityAmounts(columns, {limits, amounts}, out.data(), kUsers);
        EXPECT_EQ(out, expected);
    });
}

TEST(ChargeKernels, GivenQuantities_WhenRefundedAndRounded_ThenTheyAreThoseOfTheRules) {
    const Column q = usage(5);
    const Column refunds = usage(6);
    expectRule(
        q,
        [&](double* out) {
            std::copy(q.begin(), q.end(), out);
            takeOff(refunds.data(), out, kUsers);
        },
        [&, i = std::size_t{0}](double x) mutable { return std::max(x - refunds[i++], 0.0); });
    const std::pair<WholeUnits, rating::QuantityRounding> roundings[] = {
        {WholeUnits::HalfUp, rating::QuantityRounding::HalfAway},
        {WholeUnits::Up, rating::QuantityRounding::Up},
        {WholeUnits::Down, rating::QuantityRounding::Down}};
    for (const auto& [kernel, rule] : roundings) {
        for (const double per : {1.0, 100.0, 0.3}) {
            expectRule(
                q,
                [&, how = kernel](double* out) {
                    std::copy(q.begin(), q.end(), out);
                    roundQuantities(per, how, out, kUsers);
                },
                [&, how = rule](double x) { return rating::roundedQuantity(x / per, how, 0) * per; });
        }
    }
}

TEST(ChargeKernels, GivenLines_WhenCommittedAndBounded_ThenTheyAreThoseOfTheRules) {
    const Column q = usage(7);
    for (const bool hasTrueUp : {false, true}) {
        expectRule(
            q,
            [&](double* out) {
                std::copy(q.begin(), q.end(), out);
                applyCommitment({250.0, 1.7, hasTrueUp}, out, kUsers);
            },
            [&](double x) {
                return rating::committedCharge(x, rating::Commitment<double>{250.0, 1.7, hasTrueUp}).amount();
            });
    }
    Column expected;
    for (const double x : q) {
        rating::LineBounds<double> bounds;
        bounds.discountPercent = 12.5;
        bounds.minimum = 40.0;
        bounds.maximum = 700.0;
        expected.push_back(rating::boundedLine(x, bounds, 12).amount());
    }
    onEveryTarget([&] {
        Column out = q;
        boundLines({12.5, 40.0, 700.0}, out.data(), kUsers);
        for (std::size_t i = 0; i < kUsers; ++i) EXPECT_NEAR(out[i], expected[i], 1e-11);
    });
}

// By hand: of 500 units 250 + 0.2 x 250 = 300 happen, 60 %.
TEST(ChargeKernels, GivenAThrottle_WhenUseIsBeyond_ThenTheKeptShareOfTheRestHappens) {
    const Column x = usage(8);
    onEveryTarget([&] {
        Column served(kUsers, 1.0);
        Column touched(kUsers, 0.0);
        const double five = 500.0;
        throttleBeyond(&five, {250.0, 0.2}, served.data(), touched.data(), 1);
        EXPECT_DOUBLE_EQ(served[0], 0.6);
        EXPECT_EQ(touched[0], 1.0);
        served.assign(kUsers, 0.9);
        touched.assign(kUsers, 0.0);
        throttleBeyond(x.data(), {250.0, 0.2}, served.data(), touched.data(), kUsers);
        Column marks(kUsers, 0.0);
        markBeyond(x.data(), 250.0, marks.data(), kUsers);
        EXPECT_EQ(marks, touched);
        for (std::size_t i = 0; i < kUsers; ++i) {
            const bool isBeyond = x[i] > 250.0;
            EXPECT_EQ(touched[i], isBeyond ? 1.0 : 0.0);
            EXPECT_EQ(served[i], isBeyond ? std::min(0.9, (0.2 * (x[i] - 250.0) + 250.0) / x[i]) : 0.9);
        }
    });
}

}  // namespace
}  // namespace breakeven::sim::charge_kernels_test
