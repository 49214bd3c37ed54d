#include "sim/report/column_correlation.hpp"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace breakeven::sim::column_correlation_test {
namespace {

core::CsvTable tableOf(const std::string& bytes) {
    return *core::readCsv(bytes, "usage.csv").table;
}

TEST(ColumnCorrelations, GivenTheApiClients_WhenRanked_ThenTheyAreTheMeasuredOnesOfTheScenario) {
    std::ifstream stream(BREAKEVEN_SOURCE_ROOT "/scenarios/api-clients/clients_day.csv");
    const core::CsvTable table = tableOf({std::istreambuf_iterator<char>(stream), {}});
    const std::vector<std::size_t> columns{1, 2, 3};
    const auto found = columnCorrelations(table, columns);
    ASSERT_EQ(found.size(), 3U);
    // scipy.stats.spearmanr on the same columns, as the scenario quotes it.
    EXPECT_NEAR(found[0].spearman, 0.863, 0.0005);
    EXPECT_NEAR(found[1].spearman, 0.945, 0.0005);
    EXPECT_NEAR(found[2].spearman, 0.826, 0.0005);
    EXPECT_EQ(found[0].rows, 73U);
}

TEST(ColumnCorrelations, GivenMissingCells_WhenRanked_ThenOnlyRowsWithBothCount) {
    const core::CsvTable table = tableOf("a,b\n1,10\n,99\n2,20\n3,\n4,40\n5,30\n");
    const std::vector<std::size_t> columns{0, 1};
    const auto found = columnCorrelations(table, columns);
    ASSERT_EQ(found.size(), 1U);
    EXPECT_EQ(found[0].rows, 4U);
    EXPECT_NEAR(found[0].spearman, 0.8, 1e-12);  // ranks 1234 against 1243: 1 - 6 * 2 / (4 * 15)
}

TEST(ColumnCorrelations, GivenAConstantColumn_WhenRanked_ThenThereIsNoCorrelation) {
    const core::CsvTable table = tableOf("a,b\n1,7\n2,7\n3,7\n");
    const std::vector<std::size_t> columns{0, 1};
    EXPECT_TRUE(columnCorrelations(table, columns).empty());
}

}  // namespace
}  // namespace breakeven::sim::column_correlation_test
