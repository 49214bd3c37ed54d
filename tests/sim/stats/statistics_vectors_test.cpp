// Moments, quantiles and intervals against tests/known_answers/montecarlo/statistics.json.

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "sim/decide/target_error.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/engine/world_result.hpp"
#include "sim/exact/usage_law.hpp"
#include "sim/random/normal_quantile.hpp"
#include "sim/stats/summaries.hpp"
#include "tests/support/known_answers.hpp"
#include "tests/support/one_plan.hpp"

namespace breakeven::sim::statistics_vectors_test {
namespace {

using nlohmann::json;
using tests::isNear;
using tests::point;

json cases(const char* kind) {
    return tests::knownVectors("montecarlo/statistics.json", kind);
}

/// So many decimal digits of pi from 3 on. Source: Rabinowitz & Wagon (1995), "A spigot algorithm for the
/// digits of pi", American Mathematical Monthly 102.
std::vector<double> digitsOfPi(std::size_t count) {
    std::vector<std::uint64_t> remainders((count + 10) * 10 / 3 + 1, 2);
    std::vector<double> digits;
    std::uint64_t held = 0;
    std::uint64_t nines = 0;
    bool isFirst = true;
    while (digits.size() < count) {
        std::uint64_t carry = 0;
        for (std::size_t i = remainders.size() - 1; i > 0; --i) {
            const std::uint64_t value = 10 * remainders[i] + carry * (i + 1);
            remainders[i] = value % (2 * i + 1);
            carry = value / (2 * i + 1);
        }
        const std::uint64_t value = 10 * remainders[0] + carry;
        remainders[0] = value % 10;
        const std::uint64_t next = value / 10;
        if (next == 9) {
            ++nines;
            continue;
        }
        // Ten of a digit that was held back makes it and the nines after it roll over.
        if (!isFirst) digits.push_back(static_cast<double>(next == 10 ? held + 1 : held));
        isFirst = false;
        digits.insert(digits.end(), nines, next == 10 ? 0.0 : 9.0);
        nines = 0;
        held = next % 10;
    }
    digits.resize(count);
    return digits;
}

std::vector<double> dataOf(const json& item) {
    const json& args = item["args"];
    if (args.contains("data")) return args["data"];
    const std::string id = item["id"];
    if (id == "mc.nist_strd.005") {
        std::vector<double> digits = digitsOfPi(5000);
        digits[956] = 3.0;  // as NIST has it
        return digits;
    }
    const double base = id == "mc.nist_strd.007" ? 1.0 : 1'000'000.0;
    std::vector<double> data{base + 0.2};
    for (int i = 0; i < 500; ++i) data.insert(data.end(), {base + 0.1, base + 0.3});
    return data;
}

TEST(StatisticsVectors, GivenTheCertifiedDataOfNist_WhenSummarised_ThenMeanAndSpreadAreCertified) {
    std::size_t checked = 0;
    for (const json& item : cases("nist_strd")) {
        const std::vector<double> data = dataOf(item);
        ASSERT_EQ(data.size(), item["args"]["n"]);
        const Summary summary = summarise(data);
        const double tolerance = item["tol"]["exact_rel"];
        EXPECT_TRUE(isNear(summary.mean, item["expected"]["mean"], tolerance)) << item["id"];
        EXPECT_TRUE(isNear(std::sqrt(summary.variance), item["expected"]["sd"], std::max(tolerance, 1e-12)))
            << item["id"];
        ++checked;
    }
    EXPECT_EQ(checked, 6U);
}

TEST(StatisticsVectors, GivenHits_WhenTheWilsonIntervalIsTaken_ThenItIsThatOfTheVectors) {
    std::size_t checked = 0;
    for (const json& item : cases("proportion_ci")) {
        const Interval found = wilson95(item["args"]["successes"], item["args"]["n"]);
        const double tolerance = item["tol"]["exact_rel"];
        EXPECT_TRUE(isNear(found.low, item["expected"]["wilson"][0], tolerance)) << item["id"];
        EXPECT_TRUE(isNear(found.high, item["expected"]["wilson"][1], tolerance)) << item["id"];
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

TEST(StatisticsVectors, GivenASample_WhenQuantilesAreTaken_ThenResamplingHasType1AndReportsHaveType7) {
    const json item = cases("sample_statistics").front();
    std::vector<double> sorted = item["args"]["x"];
    std::ranges::sort(sorted);
    const core::UsageLaw resampled = core::SampleLaw{std::make_shared<const std::vector<double>>(sorted)};
    const json& expected = item["expected"];
    for (std::size_t i = 0; i < item["args"]["p"].size(); ++i) {
        const double p = item["args"]["p"][i];
        // 1 - 0.9 is rounded to less than the tenth that lies beyond the ninth of ten: just below that level.
        EXPECT_EQ(quantileOf(resampled, std::nextafter(p, 0.0)), expected["type1"][i]) << p;
        EXPECT_TRUE(isNear(sortedQuantile(sorted, p), expected["type7"][i], 1e-10)) << p;
    }
}

TEST(StatisticsVectors, GivenPairsWithTies_WhenRanked_ThenTheCorrelationIsThatOfTheVectors) {
    const json item = cases("sample_statistics").at(1);
    const std::vector<double> x = item["args"]["x"];
    const std::vector<double> y = item["args"]["y"];
    EXPECT_TRUE(isNear(rankCorrelation(x, y), item["expected"]["spearman"], 1e-10));
}

/// What the engine sums of users whose bills are these, nothing costing anything.
GroupSums sumsOf(const Layout& layout, const std::vector<double>& bills) {
    GroupSums sums{0.0, std::vector<double>(layout.months * layout.plans * layout.fields()),
                   std::vector<double>(layout.plans * Layout::kHorizonFields)};
    for (const double bill : bills) {
        sums.users += 1.0;
        sums.monthly[layout.monthly(0, 0, Layout::kRevenue)] += bill;
        sums.horizon[Layout::kMarginSquares] += bill * bill;
        sums.horizon[Layout::kMarginCubes] += bill * bill * bill;
    }
    return sums;
}

TEST(StatisticsVectors, GivenTwoGroupsOfUsers_WhenTheirSumsAreAdded_ThenTheMomentsAreThoseOfTheVectors) {
    const json item = cases("sample_statistics").at(2);
    const core::Scenario scenario = tests::onePlan({core::Constant{point(1.0)}});
    const Layout layout(scenario);
    GroupSums sums = sumsOf(layout, item["args"]["block_a"]);
    sums.add(sumsOf(layout, item["args"]["block_b"]));

    const MarginMoments moments =
        marginMoments(layout, compileWorld(scenario, 0, LawTables(scenario)), 0, {sums});

    const json& expected = item["expected"];
    EXPECT_EQ(sums.users, expected["n"]);
    EXPECT_TRUE(isNear(moments.mean, expected["mean"], 1e-10));
    EXPECT_TRUE(isNear(sums.users * moments.variance, expected["M2"], 1e-10));
    EXPECT_TRUE(isNear(sums.users * moments.third, expected["M3"], 1e-10));
}

// The interval of a quantile over worlds lies between order statistics; the next ones outwards are those of
// the exact interval.
TEST(StatisticsVectors, GivenBreakEvenFeesOfWorlds_WhenAQuantileHasItsInterval_ThenTheRanksAreTheExactOnes) {
    std::size_t checked = 0;
    for (const json& item : cases("order_stat_ci")) {
        core::Scenario s = tests::onePlan({core::Constant{point(1.0)}});
        tests::addRate(s, 0, tests::addBelief(s, "cost.rate.m0.amount", {1.0, 2.0, 3.0}));
        s.run.users = 2;
        s.run.worlds = item["args"]["n"];
        const auto result = simulate(s);
        std::vector<double> fees = tests::valuesByWorld(*result, "break_even_fee");
        std::ranges::sort(fees);
        const auto row = std::ranges::find_if(result->quantiles, [&](const QuantileRow& each) {
            return each.quantity == "break_even_fee" && each.level == item["args"]["p"];
        });
        ASSERT_NE(row, result->quantiles.end());
        const auto rank = [&](const char* key) { return item["expected"][key].get<std::size_t>(); };
        EXPECT_LE(fees[rank("lower_rank") - 1], row->low) << item["id"];
        EXPECT_GT(fees[rank("lower_rank")], row->low) << item["id"];
        EXPECT_LT(fees[rank("upper_rank") - 2], row->high) << item["id"];
        EXPECT_GE(fees[rank("upper_rank") - 1], row->high) << item["id"];
        ++checked;
    }
    EXPECT_EQ(checked, 2U);
}

// A target is reached at the number of draws of the vector, had it only one look; the first of several looks
// asks for an interval of 97.5 %.
TEST(StatisticsVectors, GivenASpread_WhenAnErrorIsAimedAt_ThenSoManyDrawsReachItAndOneLessDoesNot) {
    const json item = cases("variance_reduction").front();
    const double z = normalQuantile(0.975);
    EXPECT_TRUE(isNear(z, item["expected"]["z"], 1e-10));
    const auto found = readErrorTarget("cost_per_user=1%", "--target-error");
    ASSERT_TRUE(found.target);
    const auto distanceWith = [&](double draws) {
        const double half = z * item["args"]["cv"].get<double>() / std::sqrt(draws);
        RunResult result;
        result.metrics = {
            {{"plan"}, "cost_per_user", "USD", {1.0, half / z, 1.0 - half, 1.0 + half, {}, {}, {}}}};
        return distanceFromTarget(*found.target, result, 0) / (2.2414027276049464 / z);  // Phi^-1(0.9875)
    };
    const double n = item["expected"]["n"];
    EXPECT_LE(distanceWith(n), 1.0);
    EXPECT_GT(distanceWith(n - 1.0), 1.0);
}

}  // namespace
}  // namespace breakeven::sim::statistics_vectors_test
