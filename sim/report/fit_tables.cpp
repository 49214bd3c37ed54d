#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/fit_report.hpp"
#include "sim/report/number_text.hpp"
#include "sim/report/table_cells.hpp"

namespace breakeven::sim {
namespace {

TableCell cell(std::optional<double> value, int digits) {
    if (!value || !std::isfinite(*value)) return {"-", std::nullopt, ""};
    return {fmt::format("{:.{}g}", *value, digits), value, ""};
}

TableCell share(std::optional<double> value) {
    if (!value) return {"-", std::nullopt, ""};
    return {fmt::format("{:.1f} %", 100.0 * *value), value, ""};
}

TableCell giniCell(const std::optional<SampleShare>& item) {
    if (!item) return {"-", std::nullopt, ""};
    return {formatWithError(item->value, item->standardError), item->value,
            fmt::format("± {:.2g}", item->standardError)};
}

/// Three decimals; a smaller one, which takes more draws than usual, to its first digit.
TableCell probability(std::optional<double> value) {
    if (!value) return {"-", std::nullopt, ""};
    return {*value < 0.001 ? fmt::format("{:.1g}", *value) : fmt::format("{:.3f}", *value), value, ""};
}

void addParameters(Table& table, const std::string& family, const std::vector<ParameterInterval>& all) {
    for (const ParameterInterval& item : all)
        table.rows.push_back({{family, std::nullopt, ""},
                              {item.name, std::nullopt, ""},
                              cell(item.value, 5),
                              cell(item.low95, 5),
                              cell(item.high95, 5)});
}

}  // namespace

std::string quantityName(const QuantityFit& fit) {
    return fit.per ? fmt::format("{} per {}", fit.name, *fit.per) : fit.name;
}

Table fitSummaryTable(const UsageFit& fit) {
    Table table;
    table.columns = {{"Quantity", "", "Column, or its ratio to another.", true},
                     {"Rows", "", "Rows with a value."},
                     {"Missing", "", "Rows without one; missing is not 0."},
                     {"Zero", "", "Share of the rows at 0."},
                     {"Mean", "", ""},
                     {"Sd", "", "Standard deviation."},
                     {"Median", "", ""},
                     {"P90", "", ""},
                     {"P99", "", ""},
                     {"Largest", "", ""},
                     {"Top 1 %", "", "Share of the total that the heaviest 1 % have."},
                     {"Top 5 %", "", ""},
                     {"Top 10 %", "", ""},
                     {"Gini", "", "0: all alike; 1: one has all."}};
    for (const QuantityFit& item : fit.quantities) {
        const auto count = [](std::size_t n) {
            return TableCell{fmt::format("{}", n), static_cast<double>(n), ""};
        };
        std::vector<TableCell> row{{quantityName(item), std::nullopt, ""}};
        if (!item.summary) {
            row.push_back(count(0));
            row.push_back(count(item.missing));
            row.resize(table.columns.size(), {"-", std::nullopt, ""});
        } else {
            const SampleSummary& s = *item.summary;
            for (TableCell& next : std::vector<TableCell>{
                     count(s.count),
                     count(item.missing),
                     share(s.zeroShare),
                     {formatWithError(s.mean, s.meanError), s.mean, fmt::format("± {:.2g}", s.meanError)},
                     cell(s.standardDeviation, 5),
                     cell(s.quantiles[3].value, 5),
                     cell(s.quantiles[5].value, 5),
                     cell(s.quantiles[7].value, 5),
                     cell(s.largest, 6),
                     shareWithErrorCell(s.top1),
                     shareWithErrorCell(s.top5),
                     shareWithErrorCell(s.top10),
                     giniCell(s.gini)})
                row.push_back(std::move(next));
        }
        table.rows.push_back(std::move(row));
    }
    return table;
}

Table fitFamilyTable(const QuantityFit& fit) {
    Table table;
    table.columns = {{"Family", "", "", true},
                     {"AIC", "", "2 x parameters - 2 x log-likelihood; smaller is better."},
                     {"+AIC", "", "Above the smallest."},
                     {"BIC", "", ""},
                     {"KS", "", "Largest gap between the cumulative shares."},
                     {"p", "", "By parametric bootstrap."},
                     {"AD", "", "Anderson-Darling distance, which weights the tails."},
                     {"p", "", "By parametric bootstrap."},
                     {"Fits", "", "p > 5 %.", true},
                     {"Parameters", "", "", true}};
    const double least = fit.families.empty() ? 0.0 : fit.families.front().aic;
    for (const FamilyFit& item : fit.families) {
        const std::string name(familyName(item.family));
        if (!item.fit) {
            std::vector<TableCell> row(table.columns.size(), {"-", std::nullopt, ""});
            row.front().text = name;
            row.back().text = item.whyNot;
            table.rows.push_back(std::move(row));
            continue;
        }
        const auto ks = item.pValues ? std::optional(item.pValues->kolmogorovSmirnov) : std::nullopt;
        const auto ad = item.pValues ? item.pValues->andersonDarling : std::nullopt;
        table.rows.push_back({{name, std::nullopt, ""},
                              fixedCell(item.aic, 2),
                              fixedCell(item.aic - least, 1),
                              fixedCell(item.bic, 2),
                              fixedCell(item.distances.kolmogorovSmirnov, 4),
                              probability(ks),
                              cell(item.distances.andersonDarling, 4),
                              probability(ad),
                              {item.passes ? "yes" : "no", std::nullopt, ""},
                              {parametersText(item.fit->law, 5), std::nullopt, ""}});
    }
    return table;
}

Table fitParameterTable(const QuantityFit& fit) {
    Table table;
    table.columns = {{"Family", "", "", true},
                     {"Parameter", "", "", true},
                     {"Value", "", ""},
                     {"Low", "", "95 % by profile likelihood."},
                     {"High", "", ""}};
    const bool isFamily = fit.proposal.kind == Proposal::Kind::Family;
    if (isFamily)
        addParameters(table, std::string(familyName(fit.proposal.law.family)), fit.proposal.parameters);
    if (!fit.families.empty() && fit.families.front().fit &&
        !(isFamily && fit.families.front().family == fit.proposal.law.family))
        addParameters(table, std::string(familyName(fit.families.front().family)),
                      fit.families.front().parameters);
    return table;
}

Table fitCorrelationTable(const UsageFit& fit) {
    Table table;
    table.columns = {{"Correlation of", "", "", true},
                     {"and", "", "", true},
                     {"Spearman", "", ""},
                     {"Low", "", "95 %."},
                     {"High", "", ""},
                     {"Rows", "", ""}};
    const auto name = [&](std::size_t i) {
        const QuantityFit& item = fit.quantities[i];
        return item.proposal.kind == Proposal::Kind::Empirical ? item.name : quantityName(item);
    };
    for (const QuantityCorrelation& item : fit.correlations)
        table.rows.push_back(
            {{name(item.first), std::nullopt, ""},
             {name(item.second), std::nullopt, ""},
             fixedCell(item.correlation.value, 3),
             fixedCell(item.correlation.low, 3),
             fixedCell(item.correlation.high, 3),
             {fmt::format("{}", item.correlation.rows), static_cast<double>(item.correlation.rows), ""}});
    return table;
}

Table factsTable(std::span<const Fact> facts, std::span<const FamilyAnswer> answers) {
    Table table;
    table.columns = {{"Family", "", "", true}, {"Parameters", "", "", true}};
    for (const Fact& fact : facts)
        table.columns.push_back({fact.text.substr(0, fact.text.find('=')), "", "As given."});
    for (const char* title : {"Mean", "Median", "P99", "Top 10 %", "Gini"})
        table.columns.push_back({title, "", "Under this law."});
    for (const FamilyAnswer& answer : answers) {
        const std::string name(familyName(answer.family));
        if (answer.laws.empty()) {
            std::vector<TableCell> row(table.columns.size(), {"", std::nullopt, ""});
            row[0].text = name;
            row[1].text = "none: " + answer.whyNot;
            table.rows.push_back(std::move(row));
        }
        for (const Agreement& law : answer.laws) {
            std::string parameters = parametersText(law.law, 5);
            if (law.shapeLow && *law.shapeLow < *law.shapeHigh)
                parameters += fmt::format(" (shapes {:.4g} to {:.4g})", *law.shapeLow, *law.shapeHigh);
            std::vector<TableCell> row{{name, std::nullopt, ""}, {parameters, std::nullopt, ""}};
            for (const double value : law.values) row.push_back(cell(value, 4));
            row.push_back(cell(meanOf(law.law), 4));
            row.push_back(cell(quantileOf(law.law, 0.5), 4));
            row.push_back(cell(quantileOf(law.law, 0.99), 4));
            const double top = topShare(law.law, 0.1);
            row.push_back(std::isnan(top) ? share(std::nullopt) : share(top));
            row.push_back(cell(giniOf(law.law), 3));
            table.rows.push_back(std::move(row));
        }
    }
    return table;
}

}  // namespace breakeven::sim
