#include "sim/kernels/column_kernels.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/kernels/scalar_columns.hpp"
#include "tests/support/kernel_targets.hpp"

namespace breakeven::sim::column_kernels_test {
namespace {

using tests::onEveryTarget;
using Column = std::vector<double>;

constexpr std::size_t kUsers = 1003;  // no multiple of any vector length
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Use from 0 to 1000, with some zeros and some values that are exactly the amounts the tests price at.
Column usage(std::uint32_t stream) {
    Column values = tests::uniforms(kUsers, stream);
    for (std::size_t i = 0; i < kUsers; ++i) {
        values[i] *= 1000.0;
        if (i % 13 == 0) values[i] = 0.0;
        if (i % 17 == 0) values[i] = 250.0;
    }
    return values;
}

/// The column that `of` gives for each index.
template <typename Of>
Column columnOf(Of of) {
    Column values(kUsers);
    for (std::size_t i = 0; i < kUsers; ++i) values[i] = of(i);
    return values;
}

TEST(ColumnKernels, GivenWeightedColumns_WhenSummed_ThenTheyEqualTheScalarTwinEvenInPlace) {
    const Column a = usage(1);
    const Column b = usage(2);
    const Column c = usage(3);
    const WeightedColumn columns[] = {{a.data(), 0.3}, {b.data(), -1.7}, {c.data(), 2.5}};
    const Column expected = columnOf([&](std::size_t i) { return scalar::weightedSum(columns, i); });
    EXPECT_EQ(expected[5], 0.3 * a[5] + -1.7 * b[5] + 2.5 * c[5]);
    onEveryTarget([&] {
        Column out(kUsers);
        weightedSum(columns, out.data(), kUsers);
        EXPECT_EQ(out, expected);
        Column inPlace = a;
        const WeightedColumn own[] = {{inPlace.data(), 0.3}, {b.data(), -1.7}, {c.data(), 2.5}};
        weightedSum(own, inPlace.data(), kUsers);
        EXPECT_EQ(inPlace, expected);
        weightedSum({}, out.data(), kUsers);
        EXPECT_EQ(out, Column(kUsers, 0.0));
    });
}

TEST(ColumnKernels, GivenAValue_WhenFilled_ThenEveryElementHoldsIt) {
    onEveryTarget([] {
        Column out(kUsers + 1, 7.0);
        fill(2.5, out.data(), kUsers);
        EXPECT_EQ(std::ranges::count(out, 2.5), kUsers);
        EXPECT_EQ(out.back(), 7.0);
    });
}

TEST(ColumnKernels, GivenTwoColumns_WhenMultipliedAndAdded_ThenEachElementIsTheProductAndTheSum) {
    const Column a = usage(1);
    const Column b = usage(2);
    onEveryTarget([&] {
        Column product = a;
        multiply(b.data(), product.data(), kUsers);
        EXPECT_EQ(product, columnOf([&](std::size_t i) { return a[i] * b[i]; }));
        Column sum = a;
        addTo(b.data(), sum.data(), kUsers);
        EXPECT_EQ(sum, columnOf([&](std::size_t i) { return a[i] + b[i]; }));
    });
}

TEST(ColumnKernels, GivenDormantUsers_WhenZeroedAndMarked_ThenOnlyTheOthersAreActive) {
    const Column u = tests::uniforms(kUsers, 4);
    const Column x = usage(1);
    onEveryTarget([&] {
        Column used = x;
        zeroBelow(u.data(), 0.3, used.data(), kUsers);
        EXPECT_EQ(used, columnOf([&](std::size_t i) { return u[i] < 0.3 ? 0.0 : x[i]; }));
        Column active(kUsers, 0.0);
        active[0] = 1.0;
        markActive(used.data(), active.data(), kUsers);
        EXPECT_EQ(active, columnOf([&](std::size_t i) { return i == 0 || used[i] > 0.0 ? 1.0 : 0.0; }));
    });
}

TEST(ColumnKernels, GivenUniforms_WhenStratified_ThenOneLiesInEachStratum) {
    const Column u = tests::uniforms(kUsers, 5);
    onEveryTarget([&] {
        Column stratified = u;
        stratified[kUsers - 1] = 1.0 - 0x1p-53;
        stratifyInOrder(stratified.data(), kUsers);
        for (std::size_t i = 0; i + 1 < kUsers; ++i) {
            ASSERT_EQ(stratified[i], scalar::stratum(u[i], i, kUsers));
            ASSERT_EQ(static_cast<std::size_t>(stratified[i] * kUsers), i);
        }
        EXPECT_LT(stratified[kUsers - 1], 1.0);
    });
}

TEST(ColumnKernels, GivenLimits_WhenApplied_ThenServedCostedAndTouchedEqualTheScalarTwin) {
    const Column x = usage(1);
    const Column y = usage(2);
    const Column served = columnOf([&](std::size_t i) { return scalar::shareUpTo(x[i], 250.0); });
    const Column reached = columnOf([&](std::size_t i) { return scalar::shareUpTo(y[i], 250.0); });
    const Column costed =
        columnOf([&](std::size_t i) { return scalar::costedAfter(served[i], 0.9, served[i], reached[i]); });
    onEveryTarget([&] {
        Column servedOut(kUsers, 1.0);
        Column touched(kUsers, 0.0);
        blockBeyond(x.data(), 250.0, servedOut.data(), touched.data(), kUsers);
        EXPECT_EQ(servedOut, served);
        EXPECT_EQ(touched, columnOf([&](std::size_t i) { return x[i] > 250.0 ? 1.0 : 0.0; }));
        Column reachedOut(kUsers, 1.0);
        Column costedOut = servedOut;
        degradeBeyond(y.data(), {250.0, 0.9}, servedOut.data(), reachedOut.data(), costedOut.data(),
                      touched.data(), kUsers);
        EXPECT_EQ(reachedOut, reached);
        EXPECT_EQ(costedOut, costed);
        EXPECT_EQ(touched, columnOf([&](std::size_t i) { return x[i] > 250.0 || y[i] > 250.0 ? 1.0 : 0.0; }));
        Column cost(kUsers);
        costOf(y.data(), costedOut.data(), 0.35, 25.0, cost.data(), kUsers);
        EXPECT_EQ(cost, columnOf([&](std::size_t i) { return 0.35 * (y[i] * costed[i]) + 25.0; }));
        costOf(y.data(), nullptr, 0.35, 25.0, cost.data(), kUsers);
        EXPECT_EQ(cost, columnOf([&](std::size_t i) { return 0.35 * y[i] + 25.0; }));
    });
}

TEST(ColumnKernels, GivenEveryChargeModel_WhenAdded_ThenTheRevenueEqualsTheScalarTwin) {
    const Column q = usage(1);
    const PriceTier tiers[] = {
        {0.0, 100.0, 0.0, 0.0}, {100.0, 250.0, 0.7, 3.0}, {250.0, kInfinity, 0.3, 5.0}};
    const PriceTier withoutFlats[] = {{100.0, 250.0, 0.7, 0.0}, {250.0, kInfinity, 0.3, 0.0}};
    const PackageTerms package{1.25, 100.0, 50.0};
    onEveryTarget([&] {
        // Onto 20 in the column, and in place of what it holds.
        for (const RevenueStart& start : {RevenueStart{}, RevenueStart{20.0}}) {
            const Column before(kUsers, start ? -1.0 : 20.0);
            Column revenue = before;
            addPerUnit(q.data(), 0.11, revenue.data(), kUsers, start);
            EXPECT_EQ(revenue, columnOf([&](std::size_t i) { return 20.0 + 0.11 * q[i]; }));
            revenue = before;
            addGraduated(q.data(), tiers, revenue.data(), kUsers, start);
            EXPECT_EQ(revenue, columnOf([&](std::size_t i) { return scalar::graduated(20.0, q[i], tiers); }));
            revenue = before;
            addGraduated(q.data(), withoutFlats, revenue.data(), kUsers, start);
            EXPECT_EQ(revenue,
                      columnOf([&](std::size_t i) { return scalar::graduated(20.0, q[i], withoutFlats); }));
            revenue = before;
            addVolume(q.data(), tiers, revenue.data(), kUsers, start);
            EXPECT_EQ(revenue, columnOf([&](std::size_t i) { return scalar::volume(20.0, q[i], tiers); }));
            revenue = before;
            addPackages(q.data(), package, revenue.data(), kUsers, start);
            EXPECT_EQ(revenue,
                      columnOf([&](std::size_t i) { return scalar::packages(20.0, q[i], package); }));
        }
    });
}

// By hand: 320 units. Graduated: 20 + (150 x 0.7 + 3) + (70 x 0.3 + 5); volume: 20 + 320 x 0.3 + 5; packages
// beyond 50 free units: 3 begun of 1.25.
TEST(ColumnKernels, GivenThreeHundredAndTwentyUnits_WhenCharged_ThenTheAmountsAreThoseWorkedOutByHand) {
    const PriceTier tiers[] = {
        {0.0, 100.0, 0.0, 0.0}, {100.0, 250.0, 0.7, 3.0}, {250.0, kInfinity, 0.3, 5.0}};
    EXPECT_DOUBLE_EQ(scalar::graduated(20.0, 320.0, tiers), 154.0);
    EXPECT_DOUBLE_EQ(scalar::graduated(20.0, 100.0, tiers), 20.0);
    EXPECT_DOUBLE_EQ(scalar::volume(20.0, 320.0, tiers), 121.0);
    EXPECT_DOUBLE_EQ(scalar::volume(20.0, 250.0, tiers), 198.0);
    EXPECT_DOUBLE_EQ(scalar::packages(20.0, 320.0, {1.25, 100.0, 50.0}), 23.75);
    EXPECT_DOUBLE_EQ(scalar::packages(20.0, 50.0, {1.25, 100.0, 50.0}), 20.0);
}

TEST(ColumnKernels, GivenABillBetweenMinimumAndMaximum_WhenSettled_ThenTheMarginIsWhatIsLeft) {
    const Column bills = usage(1);
    const Column cost = usage(2);
    onEveryTarget([&] {
        Column revenue = bills;
        Column margin(kUsers);
        const PlanSums sums = settle({30.0, 700.0}, cost.data(), revenue.data(), margin.data(), kUsers);
        EXPECT_EQ(revenue, columnOf([&](std::size_t i) { return std::clamp(bills[i], 30.0, 700.0); }));
        EXPECT_EQ(margin, columnOf([&](std::size_t i) { return revenue[i] - cost[i]; }));
        EXPECT_EQ(sums.revenue, laneSum(revenue.data(), kUsers));
        EXPECT_EQ(sums.cost, laneSum(cost.data(), kUsers));
    });
}

TEST(ColumnKernels, GivenRevenueAndCost_WhenSettled_ThenEveryTargetGivesTheSameSumsAndThePlainOnes) {
    const Column bills = tests::uniforms(kUsers, 1);
    Column cost = tests::uniforms(kUsers, 2);
    for (std::size_t i = 0; i < kUsers; ++i) cost[i] *= 1.7;
    PlanSums plain;
    for (std::size_t i = 0; i < kUsers; ++i) {
        plain.revenue += bills[i];
        plain.cost += cost[i];
        plain.subsidy += std::max(cost[i] - bills[i], 0.0);
        plain.margins.losses += cost[i] > bills[i] ? 1.0 : 0.0;
    }
    const auto settled = [&] {
        Column revenue = bills;
        Column margin(kUsers);
        return settle({0.0, kInfinity}, cost.data(), revenue.data(), margin.data(), kUsers);
    };
    const PlanSums reference = settled();
    onEveryTarget([&] {
        const PlanSums sums = settled();
        EXPECT_EQ(sums.revenue, reference.revenue);
        EXPECT_EQ(sums.cost, reference.cost);
        EXPECT_EQ(sums.subsidy, reference.subsidy);
        EXPECT_EQ(sums.margins.squares, reference.margins.squares);
        EXPECT_EQ(sums.margins.cubes, reference.margins.cubes);
        EXPECT_EQ(sums.margins.losses, plain.margins.losses);
        EXPECT_NEAR(sums.revenue, plain.revenue, 1e-10);
        EXPECT_NEAR(sums.cost, plain.cost, 1e-10);
        EXPECT_NEAR(sums.subsidy, plain.subsidy, 1e-10);
    });
}

TEST(ColumnKernels, GivenMarginsOfRounding_WhenSettled_ThenNobodyLosesAndADearerUserDoes) {
    const Column bills(kUsers, 200.0);
    const Column cost =
        columnOf([](std::size_t i) { return 200.0 * (1.0 + (i % 2 == 0 ? 0x1p-52 : 0x1p-39)); });
    onEveryTarget([&] {
        Column revenue = bills;
        Column margin(kUsers);
        EXPECT_EQ(settle({0.0, kInfinity}, cost.data(), revenue.data(), margin.data(), kUsers).margins.losses,
                  kUsers / 2);
        EXPECT_EQ(margin, columnOf([&](std::size_t i) { return i % 2 == 0 ? 0.0 : bills[i] - cost[i]; }));
    });
}

TEST(ColumnKernels, GivenMargins_WhenTheirPowersAreSummed_ThenEveryTargetGivesTheSameBitsAndThePlainSum) {
    Column margin = usage(1);
    for (double& m : margin) m -= 400.0;
    MarginSums plain;
    for (const double m : margin) {
        plain.squares += m * m;
        plain.cubes += m * m * m;
        plain.losses += m < 0.0 ? 1.0 : 0.0;
    }
    const MarginSums reference = marginSums(margin.data(), kUsers);
    EXPECT_NEAR(reference.squares / plain.squares, 1.0, 1e-13);
    EXPECT_NEAR(reference.cubes / plain.cubes, 1.0, 1e-11);
    onEveryTarget([&] {
        const MarginSums sums = marginSums(margin.data(), kUsers);
        EXPECT_EQ(sums.squares, reference.squares);
        EXPECT_EQ(sums.cubes, reference.cubes);
        EXPECT_EQ(sums.losses, plain.losses);
    });
}

}  // namespace
}  // namespace breakeven::sim::column_kernels_test
