#include <gtest/gtest.h>

#include <vector>

#include "sim/engine/simulate.hpp"
#include "sim/engine/work_plan.hpp"
#include "tests/support/one_plan.hpp"

namespace breakeven::sim::rare_segments_test {
namespace {

using tests::point;

/// Segments "people" and "rare", `rare` of so many users; a unit of use costs 1.
core::Scenario scenarioOf(std::uint64_t users, std::uint64_t rare) {
    core::Scenario s = tests::onePlan({tests::lognormal(point(0.0), point(0.8))});
    tests::addRate(s, 0, point(1.0));
    s.run.users = users;
    s.segments[0].weight = point(static_cast<double>(users - rare));
    s.segments.push_back(s.segments[0]);
    s.segments[1].id = "rare";
    s.segments[1].weight = point(static_cast<double>(rare));
    s.segments[1].usages[0].distribution = tests::lognormal(point(5.0), point(0.8));
    s.plans[0].segments = {0, 1};
    return s;
}

Estimate costOfRare(const core::Scenario& scenario) {
    const auto result = simulate(scenario);
    const MetricRow* row = findMetric(*result, {"plan", "rare", kAll}, "cost_per_user");
    EXPECT_NE(row, nullptr);
    return row == nullptr ? Estimate{} : row->estimate;
}

TEST(RareSegments, GivenOneWorld_WhenUsersAreSharedOut_ThenEverySegmentHasTwoInEveryBatch) {
    using Users = std::vector<std::uint64_t>;
    EXPECT_EQ(usersBySegment(scenarioOf(5'000, 3)), (Users{4'997, 64}));
    EXPECT_EQ(usersBySegment(scenarioOf(5'000, 64)), (Users{4'936, 64}));
    EXPECT_EQ(usersBySegment(scenarioOf(5'000, 65)), (Users{4'935, 65}));
    EXPECT_EQ(usersBySegment(scenarioOf(40, 1)), (Users{40, 40})) << "no more than the run has";
    EXPECT_EQ(usersBySegment(tests::onePlan({}, false)), (Users{100'000}));
    core::Scenario several = scenarioOf(5'000, 1);
    several.run.worlds = 2;
    EXPECT_EQ(usersBySegment(several), (Users{4'999, 2})) << "worlds give the errors";
    several.run.sampling = core::Sampling::Importance;
    EXPECT_EQ(usersBySegment(several), (Users{4'999, 1'024})) << "few weighted users bias a mean";
}

// All batches are alike in size (8,192 = 64 groups of 128), and the other segment says nothing: value and
// interval are those of a run of 64 of its users alone.
TEST(RareSegments, GivenThreeUsersInThousands_WhenRunWithOthers_ThenTheRowIsThatOfSixtyFourByThemselves) {
    const core::Scenario both = scenarioOf(8'192 + 3, 3);
    core::Scenario alone = both;
    alone.segments.erase(alone.segments.begin());
    alone.plans[0].segments = {0};
    alone.run.users = 64;
    const auto result = simulate(alone);
    const Estimate expected = tests::estimateOf(*result, "cost_per_user");
    const Estimate found = costOfRare(both);
    EXPECT_EQ(found.value, expected.value);
    EXPECT_NEAR(found.standardError, expected.standardError, 1e-12 * expected.value);
    EXPECT_NEAR(found.low, expected.low, 1e-12 * expected.value);
    EXPECT_NEAR(found.high, expected.high, 1e-12 * expected.value);
}

}  // namespace
}  // namespace breakeven::sim::rare_segments_test
