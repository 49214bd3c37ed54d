#include "core/billing/usage_file.hpp"

#include <gtest/gtest.h>

#include "tests/support/billing.hpp"

namespace breakeven::core::usage_file_test {
namespace {

using tests::linesOf;
using tests::scenarioWith;

TEST(Bill, GivenRowsOfOneMonthInAnyOrder_WhenBilled_ThenTheyAreOneInvoice) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = \"package\"\npackage_size = 10\n"
        "package_amount = 1\n");
    EXPECT_EQ(
        linesOf(
            scenario,
            "subject;period_start;tokens\nb;2026-02-01;3\na;2026-01-20;4\nb;2026-01-31;1\na;2026-01-02;5\n"),
        "p a 2026-01-01: charge 1.00 = 1.00\n"
        "p b 2026-01-01: charge 1.00 = 1.00\n"
        "p b 2026-02-01: charge 1.00 = 1.00\n");
}

TEST(Bill, GivenBadRows_WhenBilled_ThenTheyAreToldCountedAndRefusedAboveOnePercent) {
    const Scenario scenario = scenarioWith("[[plan]]\nid = \"p\"\nfee = 1\n");
    std::string usage = "subject,period_start,calls,tokens\n";
    for (int i = 100; i < 299; ++i) usage += "s" + std::to_string(i) + ",2026-01-01,1,1\n";
    BillResult result;
    linesOf(scenario, usage + "x,2026-01-01,-1,1\n", "breakeven", &result);
    EXPECT_EQ(result.usage.bad, 1U);
    ASSERT_EQ(result.usage.diagnostics.size(), 1U);
    EXPECT_EQ(result.usage.diagnostics[0].problem, "-1 is below 0");
    EXPECT_EQ(result.usage.diagnostics[0].where.line, 201);
    EXPECT_EQ(result.usage.diagnostics[0].where.column, 14);
    try {
        linesOf(scenario, usage + "x,2026-13-01,1,1\ny,2026-01-01,1\n,2026-01-01,1,1\n");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.diagnostic().problem,
                  "3 of 202 rows are bad: 1 bad date, 1 no subject, 1 wrong number of cells");
    }
}

TEST(Bill, GivenAFileAbove16Mebibytes_WhenBilled_ThenItIsReadAsAStreamAndMustBeSorted) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = \"per_unit\"\nunit_amount = 1\n");
    const std::string note(600'000, 'x');
    std::string sorted = "subject,period_start,tokens,note\n";
    for (int i = 100; i < 130; ++i)
        sorted += "s" + std::to_string(i / 2) + ",2026-01-01," + std::to_string(i) + "," + note + "\n";
    ASSERT_GT(sorted.size(), 17U << 20);
    BillResult result;
    const std::string lines = linesOf(scenario, sorted, "breakeven", &result);
    EXPECT_EQ(lines.substr(0, 40), "p s50 2026-01-01: charge 201.00 = 201.00");
    EXPECT_EQ(result.subjects, 15U);
    EXPECT_EQ(result.plans[0].total.text(), "3435");  // 100 + … + 129
    try {
        linesOf(scenario, sorted + "a,2026-01-01,1,\n");
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(error.diagnostic().problem, "the subject \"a\" comes after \"s64\"");
        EXPECT_EQ(error.diagnostic().where.line, 32);
    }
}

TEST(Bill, GivenAProratedPlanWithoutDates_WhenBilled_ThenAWarningSaysSo) {
    BillResult result;
    linesOf(scenarioWith("[[plan]]\nid = \"p\"\nfee = 31\nprorated = true\n"),
            "subject,period_start,calls,tokens\na,2026-01-01,0,0\n", "breakeven", &result);
    ASSERT_EQ(result.usage.diagnostics.size(), 1U);
    EXPECT_EQ(result.usage.diagnostics[0].remedy, "every period is billed in full");
}

TEST(Bill, GivenAFileWithoutWhatIsNeeded_WhenBilled_ThenItIsRefused) {
    const Scenario scenario = scenarioWith("[[plan]]\nid = \"p\"\nfee = 1\n");
    const auto problemOf = [&](const std::string& usage) {
        try {
            linesOf(scenario, usage);
        } catch (const Error& error) {
            return error.diagnostic().problem;
        }
        return std::string("none");
    };
    EXPECT_EQ(problemOf("user,period_start,calls\na,2026-01-01,1\n"), "there is no column \"subject\"");
    EXPECT_EQ(problemOf("subject,period_start,cals\na,2026-01-01,1\n"), "there is no column for any meter");
    EXPECT_EQ(problemOf("subject,period_start,calls\n"), "there are no rows");
    EXPECT_EQ(problemOf(""), "the file is empty");
    EXPECT_EQ(problemOf("subject,period_start,calls\n\"a,2026-01-01,1\n"), "a quote is left open");
}

}  // namespace
}  // namespace breakeven::core::usage_file_test
