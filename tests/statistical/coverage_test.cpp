#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "core/scenario/scenario_reader.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/exact/closed_forms.hpp"
#include "sim/random/normal_quantile.hpp"
#include "tests/support/interval_coverage.hpp"
#include "tests/support/one_plan.hpp"
#include "tests/support/pro_200.hpp"

namespace breakeven::sim::coverage_test {
namespace {

struct Coverage {
    int hits = 0;
    double meanWidth = 0.0;
};

/// How often the 95 % interval of mean cost holds the exact mean over seeds 1 to 400; sigma 0.8, 20,000
/// users.
Coverage coverageOf(core::Sampling sampling) {
    core::Scenario scenario = tests::pro200();
    auto& requests = std::get<core::Lognormal>(scenario.segments[0].usages[0].distribution);
    requests.spread = {0.8, {}};
    scenario.plans.resize(1);
    scenario.run.sampling = sampling;
    const double exact = 0.3234 * 180.0 * std::exp(0.5 * 0.8 * 0.8);
    Coverage coverage;
    for (std::uint64_t seed = 1; seed <= 400; ++seed) {
        scenario.run.seed = seed;
        const Estimate cost =
            findMetric(*simulate(scenario), {"flat", kAll, kAll}, "cost_per_user")->estimate;
        coverage.hits += cost.low <= exact && exact <= cost.high ? 1 : 0;
        coverage.meanWidth += (cost.high - cost.low) / 400.0;
    }
    return coverage;
}

// With a true coverage of 95 %, hits of 400 are binomial with standard deviation 4.4: outside 92 to 98 % with
// probability 0.6 %. The seeds are fixed, so the outcome is too.
TEST(IntervalCoverage,
     GivenFourHundredSeeds_WhenSampledAtRandom_ThenTheIntervalHoldsTheMeanInNinetyFivePercent) {
    const Coverage random = coverageOf(core::Sampling::Random);
    RecordProperty("hits", random.hits);
    EXPECT_GE(random.hits, 368);
    EXPECT_LE(random.hits, 392);
}

TEST(IntervalCoverage, GivenFourHundredSeeds_WhenStratified_ThenTheIntervalIsNarrowerAndStillHolds) {
    const Coverage stratified = coverageOf(core::Sampling::Stratified);
    RecordProperty("hits", stratified.hits);
    EXPECT_GE(stratified.hits, 368);
    EXPECT_LT(stratified.meanWidth, coverageOf(core::Sampling::Random).meanWidth);
}

// Eight quantities under six samplings, 200 seeds each. At a true coverage of 94 % (the table of tests/bench
// has 92 to 100 over 1,000 seeds) hits have mean 188 and standard deviation 3.4: fewer than 172 in any of 48
// cells with probability 1e-4. An interval of no width, or of the wrong sampling's error, misses by far.
TEST(IntervalCoverage, GivenEverySampling_WhenRunOverSeeds_ThenEachQuantitysIntervalHoldsTheTruth) {
    const tests::CoverageCase covered = tests::lognormalCase(0.8, 4'096);
    for (const std::string_view name : core::kSamplingNames) {
        const std::vector<int> hits = tests::hitsOf(covered, *core::samplingNamed(name), 1, 200);
        for (std::size_t i = 0; i < hits.size(); ++i)
            EXPECT_GE(hits[i], 172) << name << " " << covered.quantities[i].name;
    }
}

struct RareLaw {
    const char* name;
    core::Distribution usage;
    double mean;  ///< of the usage
};

/// Hits of 400 seeds: of the mean cost of a segment that is so many of 5,000 users, and of the total, most of
/// whose variance is theirs.
std::pair<int, int> rareHits(const RareLaw& law, double rare, core::Sampling sampling) {
    using tests::point;
    core::Scenario scenario = tests::onePlan({tests::lognormal(point(0.0), point(0.8))});
    tests::addRate(scenario, 0, point(1.0));
    scenario.run = {5'000, 1, 1, 1, sampling};
    scenario.segments[0].weight = point(5'000.0 - rare);
    scenario.segments.push_back(scenario.segments[0]);
    scenario.segments[1].id = "rare";
    scenario.segments[1].weight = point(rare);
    scenario.segments[1].usages[0].distribution = law.usage;
    scenario.plans[0].segments = {0, 1};
    const double total = ((5'000.0 - rare) * std::exp(0.5 * 0.8 * 0.8) + rare * law.mean) / 5'000.0;
    Hooks hooks;
    hooks.closedForms = false;
    hooks.distributions = false;
    const auto isHit = [](const RunResult& result, const char* segment, double exact) {
        const Estimate& cost = findMetric(result, {"plan", segment, kAll}, "cost_per_user")->estimate;
        return cost.low <= exact && exact <= cost.high ? 1 : 0;
    };
    std::pair<int, int> hits{0, 0};
    for (scenario.run.seed = 1; scenario.run.seed <= 400; ++scenario.run.seed) {
        const auto result = simulate(scenario, hooks);
        hits.first += isHit(*result, "rare", law.mean);
        hits.second += isHit(*result, kAll, total);
    }
    return hits;
}

// At a true coverage of 94 % (2,000 seeds gave 93.7 to 96.0) hits have mean 376 and standard deviation 4.7:
// fewer than 356 in any of 16 cells with probability 3e-4. With the two or three users that a weight gives,
// 291 to 345 held.
TEST(IntervalCoverage, GivenASegmentOfTwoOrThreeInFiveThousand_WhenRunOverSeeds_ThenIntervalsHoldTheMean) {
    using tests::point;
    const double mu = std::log(3'000.0);
    const core::Gamma gamma{core::Gamma::Location::Mean, point(3'000.0), core::Gamma::Spread::Cv, point(0.3)};
    const RareLaw laws[] = {
        {"gamma", gamma, 3'000.0},
        {"lognormal", tests::lognormal(point(mu), point(0.8)), 3'000.0 * std::exp(0.5 * 0.8 * 0.8)}};
    for (const RareLaw& law : laws) {
        for (const double rare : {2.0, 3.0}) {
            for (const core::Sampling sampling : {core::Sampling::Random, core::Sampling::Sobol}) {
                const auto [segment, total] = rareHits(law, rare, sampling);
                EXPECT_GE(segment, 356) << law.name << " " << rare << " " << core::samplingName(sampling);
                EXPECT_GE(total, 356) << law.name << " " << rare << " " << core::samplingName(sampling);
            }
        }
    }
}

// Sixteen million Sobol points know a quantile to a millionth, a thousand times better than a bin of the grid
// is wide: what the bins add must be less than what the interval says. Three quantities that go together, ten
// levels each: one of them 2.5 times its half width off (5.1 standard errors) with probability below 1e-3.
TEST(IntervalCoverage,
     GivenMillionsOfSobolPoints_WhenQuantilesAreTaken_ThenTheGridAddsLessThanTheirIntervals) {
    core::Scenario scenario = tests::pro200();
    scenario.plans.resize(1);
    scenario.run.users = 1U << 24;
    scenario.run.sampling = core::Sampling::Sobol;
    const auto& requests = std::get<core::Lognormal>(scenario.segments[0].usages[0].distribution);
    const auto result = simulate(scenario);
    int compared = 0;
    for (const QuantileRow& row : result->quantiles) {
        const bool isMargin = row.quantity == "margin";
        if (!isMargin && row.quantity != "cost" && row.quantity != "usage_requests") continue;
        const double z = normalQuantile(isMargin ? 1.0 - row.level : row.level);
        const double use = 180.0 * std::exp(requests.spread.base * z);
        const double exact = isMargin ? 200.0 - 0.3234 * use : row.quantity == "cost" ? 0.3234 * use : use;
        EXPECT_LE(std::abs(row.value - exact), 1.25 * (row.high - row.low)) << row.quantity << row.level;
        EXPECT_LT(row.high - row.low, 2e-3 * use) << row.quantity << row.level;
        ++compared;
    }
    EXPECT_EQ(compared, 30);
}

// As many people as half the users, of a tail in which few users decide: without the score's interval 161 of
// 200 held. At a true coverage of 93 % (bench's table of means, sigma 1.6) hits have mean 186 and standard
// deviation 3.6: fewer than 172 with probability 1e-4.
TEST(IntervalCoverage,
     GivenAPoolThatHardlyEverEarns_WhenRunOverSeeds_ThenTheIntervalOfItsChanceHoldsTheExactOne) {
    core::Scenario scenario = tests::pro200();
    scenario.plans.resize(1);
    const double exact = exactMetric(scenario, 0, {}, "probability_pool_loses").value();
    Hooks hooks;
    hooks.closedForms = false;
    int hits = 0;
    for (scenario.run.seed = 1; scenario.run.seed <= 200; ++scenario.run.seed) {
        const auto result = simulate(scenario, hooks);
        const Estimate& chance =
            findMetric(*result, {"flat", kAll, kAll}, "probability_pool_loses")->estimate;
        hits += chance.low <= exact && exact <= chance.high ? 1 : 0;
    }
    EXPECT_GE(hits, 172);
}

/// How often, over seeds 1 to 200, the interval of the median bill holds the exact one: free tiers of a
/// graduated price in the midst of a bin, on which 0.06 to 0.25 % of all users pay the same.
int hitsOnPlateaus(double median, const std::string& tiers, const std::string& sampling, double exact) {
    core::Scenario scenario = *core::readScenarioText(R"(
format = 1
name = "plateau"
currency = "EUR"
[run]
users = 200_000
worlds = 1
sampling = ")" + sampling + R"("
[[meter]]
id = "req"
[[segment]]
id = "s"
[segment.usage.req]
distribution = "lognormal"
median = )" + std::to_string(median) + R"(
sigma = 1
[cost]
[[cost.rate]]
meter = "req"
amount = 0.01
[[plan]]
id = "pro"
fee = 20
[[plan.charge]]
meter = "req"
model = "graduated"
tiers = [ )" + tiers + " { unit_amount = 0.1003 } ]\n",
                                                      "t.toml", {}, [](const std::string&) { return ""; })
                                   .scenario;
    int hits = 0;
    for (scenario.run.seed = 1; scenario.run.seed <= 200; ++scenario.run.seed) {
        const auto result = simulate(scenario);
        for (const QuantileRow& row : result->quantiles) {
            if (row.quantity != "revenue" || row.level != 0.5) continue;
            hits += row.low <= exact + 1e-9 && exact - 1e-9 <= row.high ? 1 : 0;
        }
    }
    return hits;
}

// At a true coverage of 95 % hits have mean 190 and standard deviation 3.1: fewer than 177 in any of six
// cases with probability 1e-3. Where the bin was taken to be smooth it held the first in 73 and 174 of 200.
TEST(IntervalCoverage, GivenBillsThatManyShareInTheMidstOfABin_WhenRunOverSeeds_ThenTheMediansIntervalHolds) {
    const std::string one = "{ up_to = 329, unit_amount = 0.1003 }, { up_to = 331.07 },";
    const std::string two =
        "{ up_to = 300, unit_amount = 0.1003 }, { up_to = 301.5 }, "
        "{ up_to = 302, unit_amount = 0.1003 }, { up_to = 303.5 },";
    for (const std::string sampling : {"stratified", "random"}) {
        const auto hits = [&](double median, const std::string& tiers, double paidFor) {
            return hitsOnPlateaus(median, tiers, sampling, 20.0 + 0.1003 * paidFor);
        };
        EXPECT_GE(hits(330.0, one, 329.0), 177) << sampling;
        EXPECT_GE(hits(302.7, two, 300.5), 177) << sampling;
        EXPECT_GE(hits(304.0, two, 301.0), 177) << sampling;  // beside them, in their bin
    }
}

}  // namespace
}  // namespace breakeven::sim::coverage_test
