#include "sim/report/results_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "sim/random/normal_quantile.hpp"
#include "sim/report/metric_catalogue.hpp"
#include "sim/report/number_text.hpp"
#include "sim/report/run_comparison.hpp"
#include "sim/report/table_cells.hpp"

namespace breakeven::sim {
namespace {

/// A headline metric and its short name, so that all of them stand beside each other in 100 columns.
struct Headline {
    std::string_view metric;
    std::string_view title;
};
constexpr std::array kHeadlines{
    Headline{"revenue_per_user", "Revenue"},    Headline{"cost_per_user", "Cost"},
    Headline{"margin_per_user", "Margin"},      Headline{"probability_plan_loses", "Loses"},
    Headline{"loss_making_users", "At a loss"}, Headline{"break_even_fee", "Break-even"},
    Headline{"touched_by_limit", "Limited"},
};
constexpr std::string_view kBanded = "margin_per_user";
const TableCell kNotApplicable{"-", std::nullopt, ""};

std::string definitionOf(std::string_view metric) {
    const MetricInfo* info = findMetricInfo(metric);
    return info != nullptr ? std::string(info->definition) : std::string();
}

std::vector<std::string> plansOf(const RunResult& result) {
    std::vector<std::string> plans;
    for (const MetricRow& row : result.metrics)
        if (std::find(plans.begin(), plans.end(), row.key.plan) == plans.end()) plans.push_back(row.key.plan);
    return plans;
}

std::string bandText(const Estimate& estimate) {
    return rangeText(*estimate.bandLow, *estimate.bandHigh, estimate.standardError);
}

/// A chance of which nothing is known.
bool isOpen(const Estimate& estimate, const std::string& unit) {
    return unit == "probability" && estimate.low <= 0.0 && estimate.high >= 1.0;
}

TableCell estimateCell(const Estimate& estimate, const std::string& unit) {
    if (isOpen(estimate, unit))
        return {rangeText(estimate.low, estimate.high, 0.0), estimate.value, "this run can't tell it"};
    std::string detail =
        fmt::format("{} {}, 95 % interval {}", formatWithError(estimate.value, estimate.standardError), unit,
                    rangeText(estimate.low, estimate.high, estimate.standardError));
    if (estimate.bandLow && estimate.bandHigh)
        detail += fmt::format("; in 90 % of worlds {}", bandText(estimate));
    if (estimate.exact) detail += fmt::format("; exactly {}", formatWithError(*estimate.exact, 0.0));
    return {formatWithError(estimate.value, estimate.standardError), estimate.value, std::move(detail)};
}

TableCell bandCell(const Estimate& estimate, const std::string& unit) {
    if (!estimate.bandLow || !estimate.bandHigh) return kNotApplicable;
    return {bandText(estimate), estimate.bandLow,
            fmt::format("5th to 95th percentile over the worlds, {}", unit)};
}

const MetricRow* anyRow(const RunResult& result, std::string_view metric) {
    for (const MetricRow& row : result.metrics)
        if (row.metric == metric && row.key.segment == kAll && row.key.month == kAll) return &row;
    return nullptr;
}

bool hasBand(const RunResult& result, std::string_view metric) {
    return std::any_of(result.metrics.begin(), result.metrics.end(), [&](const MetricRow& row) {
        return row.metric == metric && row.estimate.bandLow && row.estimate.bandHigh;
    });
}

TableCell differenceCell(const RunDifference& difference) {
    const std::string value = formatWithError(difference.value, difference.standardError);
    if (difference.standardError == 0.0)
        return {value, difference.value, "second run less the first, the same in every world"};
    return {fmt::format("{} ± {}", value, formatError(difference.standardError)), difference.value,
            "second run less the first ± standard error"};
}

bool isHeadline(std::string_view metric) {
    return std::any_of(kHeadlines.begin(), kHeadlines.end(),
                       [&](const Headline& h) { return h.metric == metric; });
}

}  // namespace

Table planTable(const RunResult& result) {
    Table table;
    table.columns.push_back({"Plan", "", "The plan's id.", true});
    for (const Headline& headline : kHeadlines) {
        const MetricRow* row = anyRow(result, headline.metric);
        if (row == nullptr) continue;
        table.columns.push_back(
            {std::string(headline.title), row->unit, definitionOf(headline.metric), false});
        if (headline.metric == kBanded && hasBand(result, kBanded))
            table.columns.push_back({"in 90 % of worlds", row->unit,
                                     "5th to 95th percentile of the margin over the worlds.", false});
    }
    for (const std::string& plan : plansOf(result)) {
        auto& cells = table.rows.emplace_back();
        cells.push_back(textCell(plan));
        for (const Headline& headline : kHeadlines) {
            if (anyRow(result, headline.metric) == nullptr) continue;
            const MetricRow* row = findMetric(result, {plan, kAll, kAll}, std::string(headline.metric));
            cells.push_back(row != nullptr ? estimateCell(row->estimate, row->unit) : kNotApplicable);
            if (headline.metric == kBanded && hasBand(result, kBanded))
                cells.push_back(row != nullptr ? bandCell(row->estimate, row->unit) : kNotApplicable);
        }
    }
    return table;
}

Table differenceTable(const RunResult& result) {
    Table table;
    table.columns = {{"Plan", "", "The plan's id.", true},
                     {"Against", "", "The baseline, the scenario's first plan.", true},
                     {"Metric", "", "What differs.", true},
                     {"Unit", "", "Unit of the difference.", true},
                     {"Difference", "", "Plan less baseline, on the same users.", false},
                     {"95 % interval", "", "95 % Monte Carlo interval of the difference.", false},
                     {"Noise", "", "yes when the interval holds 0: the run can't tell the two apart.", true}};
    for (const DifferenceRow& row : result.differences) {
        if (row.key.segment != kAll || row.key.month != kAll) continue;
        const Estimate& e = row.estimate;
        table.rows.push_back({textCell(row.key.plan), textCell(row.baseline), textCell(row.metric),
                              textCell(row.unit), estimateCell(e, row.unit),
                              textCell(rangeText(e.low, e.high, e.standardError)),
                              textCell(row.noise ? "yes" : "no")});
    }
    return table;
}

namespace {

/// Simulated less exact, in standard errors. The chance of a pool has its interval on the normal score, where
/// its error is about the same on both sides; so is its distance.
double standardErrorsFromExact(const MetricRow& row) {
    const Estimate& e = row.estimate;
    const bool isInside = e.low > 0.0 && e.high < 1.0 && *e.exact > 0.0 && *e.exact < 1.0;
    if (row.metric == "probability_pool_loses" && isInside && e.low < e.high) {
        constexpr double kErrorsWide = 2.0 * 1.96;
        const double error = (normalQuantile(e.high) - normalQuantile(e.low)) / kErrorsWide;
        return (normalQuantile(e.value) - normalQuantile(*e.exact)) / error;
    }
    return (e.value - *e.exact) / e.standardError;
}

}  // namespace

Table exactTable(const RunResult& result) {
    Table table;
    table.columns = {{"Plan", "", "The plan's id.", true},
                     {"Metric", "", "What is tested.", true},
                     {"Unit", "", "Unit of the numbers.", true},
                     {"Exact", "", "Closed form at base values.", false},
                     {"Simulated", "", "Estimate ± standard error.", false},
                     {"z", "", "Simulated less exact, in standard errors: beyond 4 is no chance.", false}};
    for (const MetricRow& row : result.metrics) {
        const Estimate& e = row.estimate;
        if (row.key.segment != kAll || row.key.month != kAll || !e.exact) continue;
        // Relative to the value: summing equal numbers leaves an error of rounding only.
        if (!(e.standardError > 1e-12 * std::abs(e.value)) || std::isinf(e.standardError)) continue;
        const double z = standardErrorsFromExact(row);
        table.rows.push_back(
            {textCell(row.key.plan),
             textCell(row.metric),
             textCell(row.unit),
             {formatWithError(*e.exact, 0.1 * e.standardError), e.exact, ""},
             {fmt::format("{} ± {}", formatWithError(e.value, e.standardError), formatError(e.standardError)),
              e.value, ""},
             {fmt::format("{:+.1f}", z), z, ""}});
    }
    return table;
}

Table compareTable(std::span<const std::shared_ptr<const RunResult>> runs) {
    Table table;
    table.columns = {{"Plan", "", "The plan's id.", true}, {"Metric", "", "What is compared.", true}};
    for (const auto& run : runs)
        table.columns.push_back({run->manifest.run, "", "Run of " + run->manifest.scenario + ".", false});
    const bool isPair = runs.size() == 2;
    const bool isPaired = isPair && haveSameDraws(runs[0]->manifest, runs[1]->manifest);
    if (isPair)
        table.columns.push_back({isPaired ? "Difference, same draws" : "Difference", "",
                                 "Second run less the first ± standard error.", false});
    table.columns.push_back({"Unit", "", "Unit of the numbers.", true});
    for (const ComparedMetric& metric : compareRuns(runs)) {
        if (!isHeadline(metric.metric)) continue;
        auto& cells = table.rows.emplace_back();
        cells = {textCell(metric.plan), textCell(metric.metric)};
        for (const auto& estimate : metric.estimates)
            cells.push_back(estimate ? estimateCell(*estimate, metric.unit) : kNotApplicable);
        if (isPair)
            cells.push_back(metric.differences[1] ? differenceCell(*metric.differences[1]) : kNotApplicable);
        cells.push_back(textCell(metric.unit));
    }
    return table;
}

}  // namespace breakeven::sim
