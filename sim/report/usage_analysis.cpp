#include "sim/report/usage_analysis.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "sim/fitting/usage_columns.hpp"
#include "sim/report/number_text.hpp"
#include "sim/report/table_cells.hpp"

namespace breakeven::sim {
namespace {

/// Whole numbers in full; else five digits, enough to compare quantities with.
TableCell quantity(double value) {
    if (value == std::floor(value)) return {wholeText(value), value, ""};
    const double error = std::pow(10.0, std::floor(std::log10(std::abs(value))) - 4.0);
    return {formatWithError(value, error), value, fmt::format("{}", value)};
}

TableCell count(std::size_t value) {
    return {wholeText(static_cast<double>(value)), static_cast<double>(value), ""};
}

TableCell share(double value) {
    return {fmt::format("{:.1f} %", 100.0 * value), value, ""};
}

Table totalsOf(const std::vector<UsageColumn>& columns) {
    Table table;
    table.columns = {{"Column", "", "", true},
                     {"Total", "", "Sum over all rows."},
                     {"Rows", "", "Rows with a value."},
                     {"Missing", "", "Rows without one; missing is not 0."},
                     {"Zero", "", "Share of the rows at 0."},
                     {"Mean", "", ""},
                     {"Median", "", ""},
                     {"P90", "", "Nine of ten rows are below it."},
                     {"P99", "", ""},
                     {"Largest", "", ""},
                     {"Top 1 %", "", "Share of the total that the heaviest 1 % of the rows have."},
                     {"Top 10 %", "", "Share of the total that the heaviest 10 % of the rows have."},
                     {"Gini", "", "0: all alike; 1: one has all."}};
    for (const UsageColumn& column : columns) {
        if (!column.summary) continue;
        const SampleSummary& s = *column.summary;
        table.rows.push_back(
            {textCell(column.name),
             quantity(s.total),
             count(s.count),
             count(column.missing),
             share(s.zeroShare),
             {formatWithError(s.mean, s.meanError), s.mean, fmt::format("± {:.2g}", s.meanError)},
             quantity(s.quantiles[3].value),
             quantity(s.quantiles[5].value),
             quantity(s.quantiles[7].value),
             quantity(s.largest),
             shareWithErrorCell(s.top1),
             shareWithErrorCell(s.top10),
             s.gini ? TableCell{formatWithError(s.gini->value, s.gini->standardError), s.gini->value,
                                fmt::format("± {:.2g}", s.gini->standardError)}
                    : textCell("-")});
    }
    return table;
}

/// "negative binomial" of "negative_binomial".
std::string shownName(Family family) {
    std::string name(familyName(family));
    std::ranges::replace(name, '_', ' ');
    return name;
}

Table rankingOf(const std::vector<const FamilyFit*>& ranked) {
    Table table;
    table.columns = {{"Family", "", "", true},
                     {"+BIC", "", "BIC above the smallest: a difference of 10 is strong evidence."},
                     {"p", "", "Of the distance to the values, by parametric bootstrap."},
                     {"Fits", "", "p > 5 %.", true},
                     {"Parameters", "", "", true}};
    for (const FamilyFit* item : ranked) {
        if (!item->fit) {
            table.rows.push_back({textCell(shownName(item->family)), textCell("-"), textCell("-"),
                                  textCell("-"), textCell(item->whyNot)});
            continue;
        }
        std::optional<double> p;
        if (item->pValues) p = item->pValues->andersonDarling.value_or(item->pValues->kolmogorovSmirnov);
        TableCell above = fixedCell(item->bic - ranked.front()->bic, 1);
        above.detail = fmt::format("BIC {:.2f}, AIC {:.2f}", item->bic, item->aic);
        table.rows.push_back({textCell(shownName(item->family)), std::move(above),
                              p && *p < 0.001 ? TableCell{"< 0.001", p, ""} : fixedCell(p, 3),
                              textCell(item->passes ? "yes" : "no"),
                              textCell(parametersText(item->fit->law, 4))});
    }
    return table;
}

/// Edges of the bins whose middles a sample's curve has; none of a constant.
std::vector<double> binEdges(const UsageCurve& curve) {
    if (curve.density.empty()) return {};
    const std::vector<double>& middles = curve.quantity;
    // A single bin is one unit of the logarithm wide.
    const double half = std::exp(0.5 * (middles.size() > 1 ? std::log(middles[1] / middles[0]) : 1.0));
    std::vector<double> edges{middles.front() / half};
    for (const double middle : middles) edges.push_back(middle * half);
    return edges;
}

/// Where fitted laws are drawn: closer than the bins of the values, in which their bends would be lost.
UsageCurve drawnGrid(const UsageColumn& column) {
    constexpr std::size_t kPoints = 201;
    UsageCurve grid = column.curve;
    const auto low = std::ranges::upper_bound(column.ascending, 0.0);
    if (low == column.ascending.end() || *low == column.ascending.back()) return grid;
    const double span = column.ascending.back() / *low;
    grid.quantity.clear();
    for (std::size_t i = 0; i < kPoints; ++i)
        grid.quantity.push_back(*low *
                                std::pow(span, static_cast<double>(i) / static_cast<double>(kPoints - 1)));
    return grid;
}

/// The column `subject`, else the first that holds text.
std::optional<std::size_t> subjectColumn(const core::CsvTable& table) {
    const auto subject = std::ranges::find(table.header, "subject");
    if (subject != table.header.end()) return static_cast<std::size_t>(subject - table.header.begin());
    for (std::size_t c = 0; c < table.header.size(); ++c)
        if (!core::usageColumn(table, c, "").diagnostics.empty()) return c;
    return std::nullopt;
}

}  // namespace

UsageAnalysis analyseUsage(const core::CsvTable& table, const std::string& file) {
    UsageAnalysis analysis;
    for (std::size_t c = 0; c < table.header.size(); ++c) {
        core::NumberColumn numbers = core::usageColumn(table, c, file);
        UsageColumn& column = analysis.columns.emplace_back();
        column.name = table.header[c];
        column.missing = numbers.missing;
        column.problems = std::move(numbers.diagnostics);
        if (!column.problems.empty() || numbers.values.empty()) continue;
        column.ascending = std::move(numbers.values);
        std::ranges::sort(column.ascending);
        column.summary = summariseSample(column.ascending);
        column.curve = usageCurveOf(column.ascending);
        column.edges = binEdges(column.curve);
        column.curve.meter = column.curve.unit = column.name;
        column.curve.segment = file;
        column.heaviest = heaviestSubjects(table, c);
    }
    analysis.totals = totalsOf(analysis.columns);
    return analysis;
}

Table heaviestSubjects(const core::CsvTable& table, std::size_t column, std::size_t most) {
    Table result;
    result.columns = {{"Subject", "", "", true},
                      {"Rows", "", "Periods with a value."},
                      {table.header[column], "", "Sum over the rows of the subject."},
                      {"Share", "", "Of the total of all."},
                      {"Together", "", "Share of this subject and those above."}};
    const core::NumberColumn numbers = core::usageColumn(table, column, "");
    if (!numbers.diagnostics.empty()) return result;
    struct Use {
        std::string subject;
        std::size_t rows = 0;
        double total = 0.0;
    };
    const std::optional<std::size_t> place = subjectColumn(table);
    std::vector<Use> uses;
    std::map<std::string, std::size_t> known;
    double total = 0.0;
    for (std::size_t i = 0; i < numbers.values.size(); ++i) {
        const std::size_t row = numbers.rows[i];
        const std::string name = place ? table.rows[row][*place] : fmt::format("line {}", table.lines[row]);
        const std::size_t number = known.try_emplace(name, uses.size()).first->second;
        if (number == uses.size()) uses.push_back({name, 0, 0.0});
        ++uses[number].rows;
        uses[number].total += numbers.values[i];
        total += numbers.values[i];
    }
    std::ranges::stable_sort(uses, std::ranges::greater(), &Use::total);
    double together = 0.0;
    for (std::size_t i = 0; i < std::min(uses.size(), most); ++i) {
        together += uses[i].total;
        result.rows.push_back({textCell(uses[i].subject), count(uses[i].rows), quantity(uses[i].total),
                               total > 0.0 ? share(uses[i].total / total) : textCell("-"),
                               total > 0.0 ? share(together / total) : textCell("-")});
    }
    return result;
}

std::optional<ColumnFit> fitColumn(const core::CsvTable& table, const UsageColumn& column,
                                   const std::string& file, const FitSettings& settings) {
    if (!column.summary) return std::nullopt;
    const UsageColumnsReading reading = usageColumnsOf(table, file, {{column.name}, {}, {}});
    if (!reading.columns) return std::nullopt;
    const Quantity whole;
    ColumnFit result;
    result.fit = fitUsage(*reading.columns, std::span(&whole, 1), settings).quantities.front();
    std::vector<const FamilyFit*> ranked;
    for (const FamilyFit& item : result.fit.families) ranked.push_back(&item);
    std::ranges::stable_sort(ranked, [](const FamilyFit* a, const FamilyFit* b) {
        if (a->fit.has_value() != b->fit.has_value()) return a->fit.has_value();
        return a->fit && a->bic < b->bic;
    });
    result.ranking = rankingOf(ranked);
    const auto positive = std::ranges::upper_bound(column.ascending, 0.0);
    const UsageCurve grid = drawnGrid(column);
    for (const FamilyFit* item : ranked) {
        if (!item->fit) continue;
        const Law& law = item->fit->law;
        // A continuous law speaks of the values above 0, a counting one of all.
        const auto from = isCounting(law.family) ? column.ascending.begin() : positive;
        result.families.push_back({shownName(item->family), item->passes, fittedCurve(law, grid),
                                   quantilePlot(law, std::span(from, column.ascending.end()))});
    }
    return result;
}

}  // namespace breakeven::sim
