#include "sim/report/number_text.hpp"

#include <gtest/gtest.h>

#include "sim/decide/grid.hpp"
#include "sim/report/csv_text.hpp"
#include "sim/report/results_table.hpp"

namespace breakeven::sim::number_text_test {
namespace {

TEST(FormatWithError, GivenAnError_WhenFormatted_ThenNoDigitBelowItsFirstIsShown) {
    EXPECT_EQ(formatWithError(0.5732, 0.022), "0.57");
    EXPECT_EQ(formatWithError(231.4, 4.0), "231");
    EXPECT_EQ(formatWithError(1234567.8, 30.0), "1,234,570");
    EXPECT_EQ(formatWithError(-207.28, 0.096), "-207.3");
    EXPECT_EQ(formatWithError(-0.3, 5.0), "0");
}

TEST(FormatWithError, GivenNoError_WhenFormatted_ThenTheExactValueHasNoTrailingZeros) {
    EXPECT_EQ(formatWithError(200.0, 0.0), "200");
    EXPECT_EQ(formatWithError(0.25, 0.0), "0.25");
    EXPECT_EQ(moneyText(-7.25, 0.0, "USD"), "-$7.25");
}

TEST(WholeText, GivenCounts_WhenFormatted_ThenEveryDigitIsShown) {
    EXPECT_EQ(wholeText(0.0), "0");
    EXPECT_EQ(wholeText(999.0), "999");
    EXPECT_EQ(wholeText(22'361'870.0), "22,361,870");
    EXPECT_EQ(wholeText(-1'383'669.0), "-1,383,669");
    EXPECT_EQ(wholeText(123'456'789'012'345.0), "123,456,789,012,345");
    EXPECT_EQ(wholeText(2e15), formatWithError(2e15, 0.0));
}

TEST(CsvText, GivenFormulasQuotesAndNegativeNumbers_WhenWritten_ThenOnlyTextIsNeutralised) {
    CsvText csv({"a", "b"});
    csv.text("=1+1").number(-7.3).endRow();
    csv.text("x,\"y\"").empty().endRow();
    EXPECT_EQ(csv.bytes(), "a,b\r\n'=1+1,-7.3\r\n\"x,\"\"y\"\"\",\r\n");
}

TEST(GridAxis, GivenDecimalSteps_WhenRead_ThenThePointsAreExact) {
    const auto fee = readGridAxis("plan.flat.fee=100:400:20", "--vary").axis;
    ASSERT_TRUE(fee);
    EXPECT_EQ(fee->values.size(), 16U);
    EXPECT_EQ(fee->values.back(), "400");
    EXPECT_EQ(readGridAxis("k=0:0.3:0.1", "--vary").axis->values,
              (std::vector<std::string>{"0", "0.1", "0.2", "0.3"}));
}

}  // namespace
}  // namespace breakeven::sim::number_text_test
