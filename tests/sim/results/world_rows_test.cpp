#include "sim/results/world_rows.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <tuple>

namespace breakeven::sim::world_rows_test {
namespace {

using Row = std::tuple<std::uint32_t, std::string, std::string, double>;

TEST(WorldRows, GivenRowsInAnyOrder_WhenRead_ThenTheyAreThoseAddedAndEachNameStandsOnce) {
    std::mt19937 bits(1);
    std::vector<Row> added;
    WorldRows rows;
    for (int i = 0; i < 1'000; ++i) {
        const auto world = static_cast<std::uint32_t>(1 + bits() % 50);
        const std::string plan = bits() % 4 == 0 ? "" : "plan" + std::to_string(bits() % 3);
        const std::string metric = "metric" + std::to_string(bits() % 7);
        const double value = std::generate_canonical<double, 53>(bits);
        added.emplace_back(world, plan, metric, value);
        rows.add(world, plan, metric, value);
    }

    ASSERT_EQ(rows.size(), added.size());
    for (std::size_t i = 0; i < added.size(); ++i) {
        const WorldRow row = rows[i];
        EXPECT_EQ(Row(row.world, row.plan, row.metric, row.value), added[i]) << i;
    }
    EXPECT_EQ(rows.names().size(), 28U);  // four plans, seven metrics
    std::vector<double> expected;
    for (const auto& [world, plan, metric, value] : added)
        if (plan == "plan1" && metric == "metric3") expected.push_back(value);
    std::vector<double> found;
    for (const auto& world : rows.of("plan1", "metric3")) found.push_back(world.value);
    EXPECT_EQ(found, expected);
    EXPECT_TRUE(rows.of("plan1", "metric7").empty());
}

TEST(WorldRows, GivenTheSameRows_WhenCompared_ThenTheyAreEqualAndNoOthersAre) {
    const auto rowsOf = [](double last, const std::string& metric) {
        WorldRows rows;
        rows.add(1, "pro", "margin", 1.0);
        rows.add(2, "pro", metric, last);
        return rows;
    };
    EXPECT_EQ(rowsOf(2.0, "margin"), rowsOf(2.0, "margin"));
    EXPECT_FALSE(rowsOf(2.0, "margin") == rowsOf(3.0, "margin"));
    EXPECT_FALSE(rowsOf(2.0, "margin") == rowsOf(2.0, "cost"));
}

}  // namespace
}  // namespace breakeven::sim::world_rows_test
