#include "sim/fitting/usage_fit.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <string>

#include "core/population/law_shares.hpp"
#include "core/scenario/scenario_reader.hpp"
#include "sim/random/philox.hpp"
#include "sim/report/fit_report.hpp"

namespace breakeven::sim::usage_fit_test {
namespace {

const FitSettings kQuick{59, 1, 0};

/// `rows` draws of a law in an order of their own, so that columns are independent.
std::vector<std::optional<double>> drawn(const Law& law, std::size_t rows, std::uint32_t index) {
    const FitSample places{std::vector<double>(rows, 1.0), {}};
    const std::vector<double> sorted = drawSample(law, places, 12, index).values;
    std::vector<std::pair<std::uint32_t, double>> keyed;
    for (std::uint32_t i = 0; i < rows; ++i)
        keyed.emplace_back(philoxBlock({i, index, 1, 1}, {1, 2})[0], sorted[i]);
    std::ranges::sort(keyed);
    std::vector<std::optional<double>> values;
    for (const auto& [key, value] : keyed) values.push_back(value);
    return values;
}

UsageColumns twoMeters(std::size_t rows) {
    UsageColumns columns;
    columns.names = {"requests", "tokens"};
    columns.values = {drawn({Family::Lognormal, {5.0, 1.2}}, rows, 0),
                      drawn({Family::Gamma, {2.0, 400.0}}, rows, 1)};
    for (std::size_t i = 0; i < rows; ++i) *columns.values[1][i] *= *columns.values[0][i];
    return columns;
}

std::string csvOf(const UsageColumns& columns) {
    std::string text =
        "subject," + columns.names[0] + (columns.names.size() > 1 ? "," + columns.names[1] : "") + "\n";
    for (std::size_t row = 0; row < columns.rows(); ++row) {
        text += "s" + std::to_string(row);
        for (const auto& column : columns.values)
            text += column[row] ? "," + std::to_string(*column[row]) : ",";
        text += "\n";
    }
    return text;
}

/// The scenario that a fragment is pasted into.
core::ScenarioReading pasted(const std::string& fragment, const std::string& csv) {
    const std::string head = R"(format = 1
name = "pasted"
currency = "USD"
[[meter]]
id = "requests"
[[meter]]
id = "tokens"
[cost]
[[cost.rate]]
meter = "requests"
amount = 0.01
[[plan]]
id = "pro"
fee = 20
)";
    return core::readScenarioText(head + fragment, "pasted.toml", {},
                                  [&](const std::string&) { return csv; });
}

std::string problems(const core::ScenarioReading& reading) {
    std::string all;
    for (const core::Diagnostic& item : reading.diagnostics) all += core::formatDiagnostic(item);
    return all;
}

TEST(UsageFit, GivenALognormalMeterAndARatio_WhenFitted_ThenTheFragmentNamesBothFamiliesWithBeliefs) {
    const UsageColumns columns = twoMeters(700);
    const std::vector<Quantity> quantities{{0, {}, {}}, {1, 0, {}}};
    const std::vector<UsageFit> kinds{fitUsage(columns, quantities, kQuick)};
    EXPECT_EQ(kinds[0].quantities[0].families.front().family, Family::Lognormal);
    ASSERT_EQ(kinds[0].quantities[0].proposal.kind, Proposal::Kind::Family);
    EXPECT_EQ(kinds[0].quantities[1].proposal.law.family, Family::Gamma);
    const core::ScenarioReading reading = pasted(fitToml(kinds, {"measured", "usage.csv"}), csvOf(columns));
    ASSERT_TRUE(reading.scenario) << problems(reading) << fitToml(kinds, {"measured", "usage.csv"});
    const core::Segment& segment = reading.scenario->segments[0];
    EXPECT_EQ(segment.id, "measured");
    ASSERT_EQ(segment.usages.size(), 2U);
    EXPECT_EQ(segment.usages[1].per, std::optional<std::size_t>(0));
    const auto& requests = std::get<core::Lognormal>(segment.usages[0].distribution);
    ASSERT_TRUE(requests.location.belief);
    const core::Belief& median = reading.scenario->beliefs[*requests.location.belief].belief;
    EXPECT_EQ(median.shape, core::BeliefShape::Lognormal);
    EXPECT_LT(median.low, std::exp(5.0));
    EXPECT_GT(median.high, std::exp(5.0));
    EXPECT_NEAR(requests.spread.base, 1.2, 4.0 * 1.2 / std::sqrt(1'400.0));
    EXPECT_TRUE(std::holds_alternative<core::Gamma>(segment.usages[1].distribution));
}

TEST(UsageFit, GivenNoFamilyThatFits_WhenFitted_ThenTheColumnItselfIsProposedAndItSaysSo) {
    // Three far lumps: no single family, with a tail or without.
    UsageColumns columns;
    columns.names = {"requests"};
    columns.values.resize(1);
    for (int i = 0; i < 200; ++i) columns.values[0].push_back(std::pow(30.0, i % 3) * (10.0 + 0.001 * i));
    const std::vector<UsageFit> kinds{fitUsage(columns, std::vector<Quantity>{{0, {}, {}}}, kQuick)};
    const QuantityFit& fit = kinds[0].quantities[0];
    EXPECT_EQ(fit.proposal.kind, Proposal::Kind::Empirical);
    EXPECT_EQ(fit.proposal.why, "no family fits at the 5 % level");
    const core::ScenarioReading reading = pasted(fitToml(kinds, {"measured", "usage.csv"}), csvOf(columns));
    ASSERT_TRUE(reading.scenario) << problems(reading);
    EXPECT_EQ(std::get<core::Empirical>(reading.scenario->segments[0].usages[0].distribution).sorted->size(),
              200U);
}

TEST(UsageFit, GivenZerosMissingCellsAndAConstant_WhenFitted_ThenEachIsToldApart) {
    UsageColumns columns = twoMeters(300);
    for (std::size_t i = 0; i < 300; i += 4) columns.values[0][i] = 0.0;
    for (std::size_t i = 1; i < 300; i += 10) columns.values[0][i] = std::nullopt;
    for (auto& value : columns.values[1]) value = 5.0;
    const UsageFit fit = fitUsage(columns, std::vector<Quantity>{{0, {}, {}}, {1, {}, {}}}, kQuick);
    EXPECT_EQ(fit.quantities[0].missing, 30U);
    EXPECT_NEAR(fit.quantities[0].summary->zeroShare, 75.0 / 270.0, 1e-12);
    EXPECT_EQ(fit.quantities[0].families.front().family, Family::Lognormal);
    // The zeros' share is a parameter of its own: 2 - 2 (75 ln p + 195 ln (1 - p)) above the positive part's
    // AIC.
    const double p = 75.0 / 270.0;
    const FamilyFit& best = fit.quantities[0].families.front();
    EXPECT_NEAR(best.aic - best.fit->aic, 2.0 - 2.0 * (75.0 * std::log(p) + 195.0 * std::log(1.0 - p)), 1e-9);
    EXPECT_EQ(fit.quantities[0].notes.front(), "30 rows have no value and are left out: missing is not 0");
    EXPECT_EQ(fit.quantities[1].proposal.kind, Proposal::Kind::Constant);
    EXPECT_EQ(fit.quantities[1].proposal.value, 5.0);
    const std::string toml = fitToml(std::vector{fit}, {"measured", "usage.csv"});
    EXPECT_NE(toml.find("dormant = 0.277778\n"), std::string::npos) << toml;
    EXPECT_NE(toml.find("distribution = \"constant\"\nvalue = 5\n"), std::string::npos) << toml;
    EXPECT_TRUE(pasted(toml, "").scenario) << problems(pasted(toml, ""));
}

TEST(UsageFit, GivenCounts_WhenFitted_ThenTheNegativeBinomialIsAheadAndItsRivalsTellWhy) {
    UsageColumns columns;
    columns.names = {"requests"};
    columns.values = {drawn({Family::NegativeBinomial, {1.2, 3.0}}, 600, 0)};
    const UsageFit fit = fitUsage(columns, std::vector<Quantity>{{0, {}, {}}}, kQuick);
    EXPECT_EQ(fit.quantities[0].families.front().family, Family::NegativeBinomial);
    EXPECT_TRUE(fit.quantities[0].families.front().passes);
    EXPECT_EQ(fit.quantities[0].notes.front(),
              "small whole numbers: continuous families are compared by the likelihood of their rounding");
    EXPECT_EQ(fit.quantities[0].proposal.why, "fits, and has the smallest AIC");
    const std::string toml = fitToml(std::vector{fit}, {"measured", "usage.csv"});
    EXPECT_NE(toml.find("distribution = \"negative_binomial\"\nmean = { low = "), std::string::npos) << toml;
    EXPECT_EQ(toml.find("dormant"), std::string::npos) << toml;  // a law of counts has its zeros itself
    EXPECT_TRUE(pasted(toml, "").scenario) << problems(pasted(toml, ""));
    const UsageFit other = fitUsage(twoMeters(50), std::vector<Quantity>{{0, {}, {}}}, kQuick);
    EXPECT_EQ(other.quantities[0].families.back().whyNot, "the quantities are not whole numbers");
}

// Each family that `fit` knows, at parameters far from the others' reach: what it proposes must be a
// scenario.
TEST(UsageFit, GivenEachFamily_WhenItsLawIsPasted_ThenAScenarioTakesIt) {
    const Law laws[] = {{Family::Lognormal, {3.0, 1.1}},
                        {Family::Gamma, {0.7, 30.0}},
                        {Family::Weibull, {0.6, 30.0}},
                        {Family::Pareto, {2.4, 5.0}},
                        {Family::Lomax, {2.4, 50.0}},
                        {Family::Exponential, {40.0}},
                        {Family::NegativeBinomial, {0.35, 14.0}},
                        {Family::Poisson, {6.0}},
                        {Family::LognormalPareto, {3.0, 1.1, 120.0, 0.06, 2.4}}};
    for (const Law& law : laws) {
        const std::string toml = "[[segment]]\nid = \"measured\"\n[segment.usage.requests]\n" + lawToml(law);
        const auto reading = pasted(toml, "");
        ASSERT_TRUE(reading.scenario) << toml << problems(reading);
        // The same law in both programs' words: the scenario's, written with six digits.
        const auto found = core::lawIn(reading.scenario->segments[0].usages[0].distribution, {});
        ASSERT_TRUE(found);
        for (const double p : {0.1, 0.5, 0.9, 0.99})
            EXPECT_NEAR(core::shareUpTo(*found, quantileOf(law, p)), shareUpTo(law, quantileOf(law, p)), 1e-5)
                << toml;
    }
}

TEST(UsageFit, GivenSeveralPeriodsASubject_WhenFitted_ThenPersistenceIsFoundAndIntervalsWiden) {
    // ln x = a + e with variances 0.8 and 0.2: four fifths of the variance belong to the user.
    const std::size_t users = 150;
    const std::size_t months = 6;
    const auto level = drawn({Family::Lognormal, {4.0, std::sqrt(0.8)}}, users, 0);
    const auto month = drawn({Family::Lognormal, {0.0, std::sqrt(0.2)}}, users * months, 1);
    UsageColumns columns;
    columns.names = {"requests"};
    columns.values.resize(1);
    for (std::size_t i = 0; i < users * months; ++i) {
        columns.values[0].push_back(*level[i / months] * *month[i]);
        columns.subjects.push_back(i / months);
    }
    const QuantityFit panel = fitUsage(columns, std::vector<Quantity>{{0, {}, {}}}, kQuick).quantities[0];
    ASSERT_TRUE(panel.persistence);
    EXPECT_LT(panel.persistence->low, 0.8);
    EXPECT_GT(panel.persistence->high, 0.8);
    EXPECT_NEAR(panel.persistence->designEffect, 1.0 + 5.0 * panel.persistence->value, 1e-9);
    const std::string toml =
        fitToml(std::vector{fitUsage(columns, std::vector<Quantity>{{0, {}, {}}}, {19, 1, 0})},
                {"measured", "usage.csv"});
    const core::ScenarioReading reading = pasted(toml, "");
    ASSERT_TRUE(reading.scenario) << problems(reading) << toml;
    const core::Parameter& persistence = reading.scenario->segments[0].usages[0].persistence;
    EXPECT_NEAR(persistence.base, panel.persistence->value, 1e-5);
    EXPECT_TRUE(persistence.belief);
    columns.subjects.clear();
    const QuantityFit rows = fitUsage(columns, std::vector<Quantity>{{0, {}, {}}}, kQuick).quantities[0];
    const auto widthOf = [](const QuantityFit& fit) {
        const auto found = std::ranges::find(fit.families, Family::Lognormal, &FamilyFit::family);
        return *found->parameters[0].high95 - *found->parameters[0].low95;
    };
    EXPECT_NEAR(widthOf(panel) / widthOf(rows), std::sqrt(panel.persistence->designEffect), 0.05);
    EXPECT_FALSE(rows.persistence);
}

TEST(UsageFit, GivenTwoKindsOfUsers_WhenSplit_ThenTheFragmentHasASegmentForEach) {
    UsageColumns columns;
    columns.names = {"requests", "tokens"};
    columns.values = {drawn({Family::Lognormal, {3.0, 0.5}}, 300, 0),
                      drawn({Family::Gamma, {2.0, 10.0}}, 400, 2)};
    for (const auto& value : drawn({Family::Lognormal, {7.0, 0.5}}, 100, 1))
        columns.values[0].push_back(value);
    const std::vector<Quantity> quantities{{0, {}, {}}, {1, {}, {}}};
    const SplitFit split = splitUsage(columns, quantities, 0, kQuick);
    ASSERT_EQ(split.kinds.size(), 2U);
    EXPECT_NEAR(split.kinds[0].weight, 0.75, 1e-6);
    EXPECT_NEAR(split.kinds[1].quantities[0].proposal.law.parameters[0], 7.0, 0.2);
    EXPECT_EQ(split.kinds[0].quantities[1].summary->count, 300U);
    const std::string toml = fitToml(split.kinds, {"team", "usage.csv"});
    const core::ScenarioReading reading = pasted(toml, csvOf(columns));
    ASSERT_TRUE(reading.scenario) << problems(reading) << toml;
    EXPECT_EQ(reading.scenario->segments[0].id, "team-1");
    EXPECT_EQ(reading.scenario->segments[1].id, "team-2");
    EXPECT_NEAR(reading.scenario->segments[1].weight.base, 0.25, 1e-5);
}

TEST(UsageFit, GivenACap_WhenFitted_ThenTheLawBeyondItIsFoundAgain) {
    UsageColumns columns = twoMeters(800);
    for (auto& value : columns.values[0]) value = std::min(*value, 300.0);
    const UsageFit fit = fitUsage(columns, std::vector<Quantity>{{0, {}, 300.0}}, kQuick);
    const QuantityFit& quantity = fit.quantities[0];
    EXPECT_GT(quantity.capped, 150U);
    ASSERT_EQ(quantity.proposal.kind, Proposal::Kind::Family) << quantity.proposal.why;
    const auto found = std::ranges::find(quantity.families, Family::Lognormal, &FamilyFit::family);
    EXPECT_TRUE(found->passes);
    EXPECT_LT(*found->parameters[1].low95, 1.2);
    EXPECT_GT(*found->parameters[1].high95, 1.2);
    EXPECT_EQ(quantity.notes.back(),
              "more than a tenth of the rows are at the cap: the tail is the family's word");
}

TEST(UsageFit, GivenCorrelationsThatContradict_WhenWritten_ThenTheyAreDrawnTogetherUntilTheyRead) {
    UsageFit fit = fitUsage(twoMeters(60), std::vector<Quantity>{{0, {}, {}}, {1, {}, {}}}, kQuick);
    fit.quantities.push_back(fit.quantities[0]);
    fit.quantities[2].name = "images";
    fit.correlations = {
        {0, 1, {0.9, 0.8, 0.95, 60}}, {1, 2, {0.9, 0.8, 0.95, 60}}, {0, 2, {-0.9, -0.95, -0.8, 60}}};
    const std::string toml = fitToml(std::vector{fit}, {"measured", "usage.csv"});
    EXPECT_NE(toml.find("# The correlations contradicted each other; all are drawn together by 0."),
              std::string::npos);
    const core::ScenarioReading reading = pasted("[[meter]]\nid = \"images\"\n" + toml, csvOf(twoMeters(60)));
    EXPECT_TRUE(reading.scenario) << problems(reading) << toml;
}

TEST(UsageFit, GivenColumnNamesThatAreNoIds_WhenWritten_ThenTheFragmentNamesMetersThatCanBe) {
    UsageColumns columns = twoMeters(60);
    columns.names = {"Requests", "Output Tokens (all)"};
    const UsageFit fit = fitUsage(columns, std::vector<Quantity>{{0, {}, {}}, {1, 0, {}}}, kQuick);
    const std::string toml = fitToml(std::vector{fit}, {"measured", "usage.csv"});
    EXPECT_NE(toml.find("[segment.usage.requests]"), std::string::npos);
    EXPECT_NE(toml.find("[segment.usage.output_tokens__all_]"), std::string::npos) << toml;
    EXPECT_NE(toml.find("# of column \"Output Tokens (all)\"\nper = \"requests\"\n"), std::string::npos)
        << toml;
    columns.names = {"ContextTokens", "context_tokens"};
    const std::string alike =
        fitToml(std::vector{fitUsage(columns, std::vector<Quantity>{{0, {}, {}}, {1, {}, {}}}, kQuick)},
                {"m", "u.csv"});
    EXPECT_NE(alike.find("[segment.usage.context_tokens_2]"), std::string::npos) << alike;
}

TEST(UsageFit, GivenAFit_WhenWrittenAsJson_ThenItHoldsTheFragmentAndEveryFamily) {
    const std::vector<UsageFit> kinds{
        fitUsage(twoMeters(60), std::vector<Quantity>{{0, {}, {}}, {1, 0, {}}}, kQuick)};
    const FragmentNames names{"measured", "usage.csv"};
    const auto json = nlohmann::json::parse(fitJson(kinds, names));
    EXPECT_EQ(json["toml"], fitToml(kinds, names));
    EXPECT_EQ(json["segments"][0]["quantities"].size(), 2U);
    EXPECT_EQ(json["segments"][0]["quantities"][0]["families"].size(), 9U);
    EXPECT_EQ(json["segments"][0]["quantities"][1]["per"], "requests");
    EXPECT_EQ(json["segments"][0]["correlations"][0]["between"][1], "tokens");
}

TEST(UsageColumns, GivenAUsageTable_WhenRead_ThenMetersSubjectsAndGapsAreInTheirRows) {
    const core::CsvReading csv = core::readCsv(
        "subject,period_start,requests,model,tokens\na,2026-01-01,1,x,10\nb,2026-01-01,,x,20\na,2026-02-01,3,"
        "x,\n",
        "u.csv");
    const UsageColumnsReading reading = usageColumnsOf(*csv.table, "u.csv", {});
    ASSERT_TRUE(reading.columns);
    EXPECT_EQ(reading.columns->names, (std::vector<std::string>{"requests", "tokens"}));
    EXPECT_EQ(reading.columns->values[0], (std::vector<std::optional<double>>{1.0, std::nullopt, 3.0}));
    EXPECT_EQ(reading.columns->subjects, (std::vector<std::size_t>{0, 1, 0}));
    EXPECT_EQ(quantityRows(*reading.columns, {1, 0, {}}),
              (std::vector<std::optional<double>>{10.0, std::nullopt, std::nullopt}));
    ASSERT_FALSE(reading.diagnostics.empty());
    EXPECT_EQ(
        core::formatDiagnostic(reading.diagnostics[0]),
        "u.csv:1:1: warning: column \"model\" holds no numbers and is left out\n  hint: name the meters with "
        "--meter\n");
}

TEST(UsageColumns, GivenWrongColumns_WhenRead_ThenAllAreReported) {
    const core::CsvReading csv = core::readCsv("subject,requests,tokens\na,1,x\nb,-2,4\n", "u.csv");
    const auto read = [&](const ColumnChoice& choice) {
        std::string all;
        for (const core::Diagnostic& item : usageColumnsOf(*csv.table, "u.csv", choice).diagnostics)
            all += core::formatDiagnostic(item);
        return all;
    };
    EXPECT_EQ(
        read({{"request", "tokens"}, "user", {}}),
        "u.csv:1:1: error: there is no column \"user\"\n  hint: columns: subject, requests, tokens\n"
        "u.csv:1:1: error: there is no column \"request\"\n  hint: did you mean \"requests\"?\n"
        "u.csv:2:5: error: column \"tokens\": \"x\" is not a number\n  hint: write a number of at least 0 "
        "with a decimal point, or leave the cell empty\n");
    EXPECT_EQ(read({{"requests"}, {}, {}}).substr(0, 46), "u.csv:3:3: error: column \"requests\": usage is ");
}

}  // namespace
}  // namespace breakeven::sim::usage_fit_test
