#include "sim/report/usage_analysis.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "sim/report/fit_report.hpp"
#include "tests/support/metering.hpp"

namespace breakeven::sim::usage_analysis_test {
namespace {

core::CsvTable tableOf(const std::string& csv) {
    core::CsvReading reading = core::readCsv(csv, "usage.csv");
    EXPECT_TRUE(reading.table) << tests::textOf(reading.diagnostics);
    return reading.table.value_or(core::CsvTable{});
}

/// 73 clients of a day; origin and licence in tests/data/fitting/README.md.
core::CsvTable clients() {
    return tableOf(tests::fileText(std::string(BREAKEVEN_SOURCE_ROOT) + "/tests/data/fitting/clients.csv"));
}

std::vector<std::string> textsOf(const std::vector<TableCell>& row) {
    std::vector<std::string> texts;
    texts.reserve(row.size());
    for (const TableCell& cell : row) texts.push_back(cell.text);
    return texts;
}

using Words = std::vector<std::string>;

// Sums, shares and Gini of clients.csv as python computes them from the file.
TEST(UsageAnalysis, GivenRealClients_WhenDescribed_ThenTotalsAreThoseOfTheFile) {
    const UsageAnalysis analysis = analyseUsage(clients(), "clients.csv");
    ASSERT_EQ(analysis.columns.size(), 3U);
    EXPECT_FALSE(analysis.columns[0].summary);
    EXPECT_FALSE(analysis.columns[0].problems.empty());
    const UsageColumn& requests = analysis.columns[1];
    ASSERT_TRUE(requests.summary);
    EXPECT_EQ(requests.summary->total, 1'383'669.0);
    EXPECT_NEAR(requests.summary->gini->value, 0.7524318335813882, 1e-12);
    EXPECT_TRUE(std::ranges::is_sorted(requests.ascending));
    EXPECT_EQ(requests.curve.meter, "requests");
    // The bins reach from the smallest value to the largest, and hold all of them.
    ASSERT_EQ(requests.edges.size(), requests.curve.quantity.size() + 1);
    EXPECT_NEAR(requests.edges.front() / requests.ascending.front(), 1.0, 1e-12);
    EXPECT_NEAR(requests.edges.back() / requests.ascending.back(), 1.0, 1e-12);
    double inside = 0.0;
    for (std::size_t i = 0; i < requests.curve.density.size(); ++i)
        inside += requests.curve.density[i] * std::log(requests.edges[i + 1] / requests.edges[i]);
    EXPECT_NEAR(inside, 1.0, 1e-9);
    ASSERT_EQ(analysis.totals.rows.size(), 2U);  // the subject is no usage
    EXPECT_EQ(analysis.totals.rows[0][0].text, "requests");
    EXPECT_EQ(analysis.totals.rows[0][1].number, 1'383'669.0);
    EXPECT_EQ(analysis.totals.rows[0][2].text, "73");
    for (const auto& row : analysis.totals.rows) EXPECT_EQ(row.size(), analysis.totals.columns.size());
}

TEST(UsageAnalysis, GivenRealClients_WhenTheHeaviestAreListed_ThenTheirSharesAreThoseOfTheFile) {
    const Table heaviest = heaviestSubjects(clients(), 1, 3);
    ASSERT_EQ(heaviest.rows.size(), 3U);
    EXPECT_EQ(textsOf(heaviest.rows[0]), (Words{"r1-c035", "1", "395,572", "28.6 %", "28.6 %"}));
    EXPECT_EQ(textsOf(heaviest.rows[1]), (Words{"r1-c048", "1", "108,696", "7.9 %", "36.4 %"}));
    EXPECT_EQ(textsOf(heaviest.rows[2]), (Words{"r1-c003", "1", "92,449", "6.7 %", "43.1 %"}));
}

TEST(UsageAnalysis, GivenSeveralPeriodsASubject_WhenTheHeaviestAreListed_ThenTheyAreAddedUp) {
    const Table heaviest = heaviestSubjects(
        tableOf("subject,period_start,n\na,2026-01-01,3\nb,2026-01-01,4\na,2026-02-01,2\nc,2026-01-01,\n"),
        2);
    ASSERT_EQ(heaviest.rows.size(), 2U);  // nothing is known of c
    EXPECT_EQ(textsOf(heaviest.rows[0]), (Words{"a", "2", "5", "55.6 %", "55.6 %"}));
    EXPECT_EQ(textsOf(heaviest.rows[1]), (Words{"b", "1", "4", "44.4 %", "100.0 %"}));
    // Without a column of text every row is its own.
    EXPECT_EQ(textsOf(heaviestSubjects(tableOf("n\n0\n0\n"), 0).rows[0]),
              (Words{"line 2", "1", "0", "-", "-"}));
    EXPECT_TRUE(heaviestSubjects(tableOf("a,n\nx,y\n"), 1).rows.empty());
}

TEST(UsageAnalysis, GivenAColumnOfTextOrOfNothing_WhenDescribed_ThenItSaysSoAndIsNotFitted) {
    const core::CsvTable table = tableOf("subject,n,none\na,five,\nb,7,\n");
    const UsageAnalysis analysis = analyseUsage(table, "usage.csv");
    ASSERT_EQ(analysis.columns[1].problems.size(), 1U);
    EXPECT_EQ(analysis.columns[1].problems[0].where, (core::SourcePoint{"usage.csv", 2, 3}));
    EXPECT_TRUE(analysis.columns[2].problems.empty());
    EXPECT_FALSE(analysis.columns[2].summary);
    EXPECT_EQ(analysis.columns[2].missing, 2U);
    EXPECT_TRUE(analysis.totals.rows.empty());
    EXPECT_TRUE(analyseUsage(tableOf("n\n5\n5\n"), "a.csv").columns[0].edges.empty());
    const std::vector<double> single = analyseUsage(tableOf("n\n0\n5\n"), "a.csv").columns[0].edges;
    ASSERT_EQ(single.size(), 2U);
    EXPECT_NEAR(std::log(single[1] / single[0]), 1.0, 1e-12);
    EXPECT_FALSE(fitColumn(table, analysis.columns[1], "usage.csv", {}));
}

TEST(UsageAnalysis, GivenRealClients_WhenFitted_ThenFamiliesAreRankedByBicAndDrawnOverTheValues) {
    const core::CsvTable table = clients();
    const UsageColumn column = analyseUsage(table, "clients.csv").columns[1];
    FitSettings settings;
    settings.draws = 19;

    const auto fitted = fitColumn(table, column, "clients.csv", settings);

    ASSERT_TRUE(fitted);
    ASSERT_GE(fitted->families.size(), 4U);
    std::vector<double> above;
    for (const auto& row : fitted->ranking.rows)
        if (row[1].number) above.push_back(*row[1].number);
    EXPECT_EQ(above.size(), fitted->families.size());
    EXPECT_EQ(above.front(), 0.0);
    EXPECT_TRUE(std::ranges::is_sorted(above));
    EXPECT_EQ(fitted->ranking.rows.size(), std::size(kFamilies));
    for (std::size_t i = 0; i < fitted->families.size(); ++i) {
        const DrawnFamily& family = fitted->families[i];
        EXPECT_EQ(family.name, fitted->ranking.rows[i][0].text);
        const UsageCurve& curve = family.curve;
        EXPECT_EQ(curve.quantity.front(), column.ascending.front());
        EXPECT_NEAR(curve.quantity.back() / column.ascending.back(), 1.0, 1e-12);
        // What is below the density is what the cumulative share rises by. Trapezoids are off by half a step
        // of the grid at a jump of the density (a splice has one), and by much less where it is smooth.
        double area = 0.0;
        double jump = 0.0;
        const double step = std::log(curve.quantity[1] / curve.quantity[0]);
        for (std::size_t k = 1; k < curve.density.size(); ++k) {
            area += 0.5 * step * (curve.density[k] + curve.density[k - 1]);
            jump = std::max(jump, std::abs(curve.density[k] - curve.density[k - 1]));
        }
        EXPECT_NEAR(area, curve.cumulative.back() - curve.cumulative.front(), 0.5 * step * jump)
            << family.name;
    }
}

// What the window writes into a scenario is what `fit` prints.
TEST(UsageAnalysis, GivenAProposedFamily_WhenItsLinesAreTaken_ThenTheyAreThoseOfTheFragment) {
    const core::CsvTable table = clients();
    const UsageColumn column = analyseUsage(table, "clients.csv").columns[1];
    FitSettings settings;
    settings.draws = 99;
    const auto fitted = fitColumn(table, column, "clients.csv", settings);
    ASSERT_TRUE(fitted);
    ASSERT_EQ(fitted->fit.proposal.kind, Proposal::Kind::Family);
    const std::vector<std::string> lines = proposalLines(fitted->fit, "clients.csv");
    UsageFit whole;
    whole.quantities = {fitted->fit};
    const std::string fragment = fitToml(std::span(&whole, 1), {"measured", "clients.csv"});
    std::string joined;
    for (const std::string& line : lines) joined += line + "\n";
    EXPECT_NE(fragment.find(joined), std::string::npos) << fragment;
    EXPECT_TRUE(lines[0].starts_with("distribution = ")) << lines[0];
    QuantityFit empirical = fitted->fit;
    empirical.proposal.kind = Proposal::Kind::Empirical;
    EXPECT_TRUE(proposalLines(empirical, "clients.csv").empty());
}

}  // namespace
}  // namespace breakeven::sim::usage_analysis_test
