#include "ui/charts/usage_charts.hpp"

#include <algorithm>

#include "sim/report/number_text.hpp"
#include "sim/report/results_table.hpp"
#include "ui/charts/chart_specs.hpp"
#include "ui/charts/chart_words.hpp"
#include "ui/format/number_format.hpp"

namespace breakeven::ui {
namespace {

/// Colours after the first, which is that of the values; dashed beyond them.
ChartSeries seriesOf(const ShownFamily& shown) {
    constexpr std::size_t kColours = 5;
    ChartSeries series;
    series.name = text(shown.family->name);
    series.colour = static_cast<ChartSeries::Colour>(1 + shown.place % kColours);
    series.isDashed = shown.place % 2 == 1;
    return series;
}

/// Adds a line where the family has one at all.
void addLine(ChartSpec& spec, const ShownFamily& shown, const std::vector<double>& y) {
    const std::vector<double>& x = shown.family->curve.quantity;
    if (y.size() != x.size() || x.size() < 2) return;
    ChartSeries series = seriesOf(shown);
    series.x = x;
    series.y = y;
    spec.series.push_back(std::move(series));
}

QString shareText(const std::optional<sim::SampleShare>& share) {
    return share ? text(sim::percentText(share->value, share->standardError)) : tr("–");
}

}  // namespace

ChartSpec fittedDensity(const sim::UsageColumn& column, std::span<const ShownFamily> families) {
    ChartSpec spec = usageDensity(column.curve);
    if (!spec.message.isEmpty()) return spec;
    ChartSeries& bars = spec.series.front();
    bars.name = tr("measured");
    bars.look = ChartSeries::Look::Bars;
    bars.x = column.edges;
    bars.y.push_back(0.0);  // closes the last one
    for (const ShownFamily& shown : families) addLine(spec, shown, shown.family->curve.density);
    return spec;
}

ChartSpec fittedCumulative(const sim::UsageColumn& column, std::span<const ShownFamily> families) {
    ChartSpec spec = usageCumulative(column.curve);
    if (!spec.message.isEmpty()) return spec;
    spec.series.front().name = tr("measured");
    for (const ShownFamily& shown : families) addLine(spec, shown, shown.family->curve.cumulative);
    return spec;
}

ChartSpec quantileQuantile(const sim::UsageColumn& column, std::span<const ShownFamily> families) {
    ChartSpec spec;
    spec.title = tr("%1: measured beside fitted").arg(text(column.name));
    spec.xTitle = tr("%1, fitted").arg(text(column.name));
    spec.yTitle = tr("%1, measured").arg(text(column.name));
    spec.isLogX = spec.isLogY = true;
    spec.startsAtZeroY = false;
    spec.note = tr("On the line a fit is right; above it the measured tail is heavier than the fitted one.");
    double low = 0.0;
    double high = 0.0;
    for (const ShownFamily& shown : families) {
        ChartSeries series = seriesOf(shown);
        series.look = ChartSeries::Look::Points;
        for (const sim::QuantilePoint& point : shown.family->quantiles) {
            if (!(point.fitted > 0.0) || !(point.observed > 0.0)) continue;  // a log axis begins above 0
            series.x.push_back(point.fitted);
            series.y.push_back(point.observed);
        }
        if (series.x.empty()) continue;
        const bool isFirst = spec.series.empty();
        low = isFirst ? series.y.front() : std::min(low, series.y.front());
        high = isFirst ? series.y.back() : std::max(high, series.y.back());
        spec.series.push_back(std::move(series));
    }
    if (spec.series.empty()) {
        spec.message = tr("No fit is chosen.");
        return spec;
    }
    ChartSeries line;
    line.name = tr("equal");
    line.colour = ChartSeries::Colour::Muted;
    line.isDashed = true;
    line.x = {low, high};
    line.y = line.x;
    spec.series.insert(spec.series.begin(), std::move(line));
    return spec;
}

ChartSpec usageLorenz(const sim::UsageColumn& column) {
    ChartSpec spec;
    spec.title = tr("Who makes the %1").arg(text(column.name));
    spec.xTitle = tr("share of the rows, the lightest first");
    spec.yTitle = tr("their share of the total");
    spec.isPercentX = spec.isPercentY = true;
    if (!column.summary || !column.summary->gini) {
        spec.message = tr("There is no use to share.");
        return spec;
    }
    const sim::SampleSummary& summary = *column.summary;
    ChartSeries series;
    series.name = tr("share of the total");
    for (const sim::LorenzPoint& point : summary.lorenz) {
        series.x.push_back(point.users);
        series.y.push_back(point.usage);
    }
    ChartSeries equal;
    equal.name = tr("if all used the same");
    equal.colour = ChartSeries::Colour::Muted;
    equal.isDashed = true;
    equal.x = equal.y = {0.0, 1.0};
    spec.series = {std::move(series), std::move(equal)};
    spec.note = tr("The heaviest 1 % have %1 of the total, 5 % have %2, 10 % have %3. Gini %4.")
                    .arg(shareText(summary.top1), shareText(summary.top5), shareText(summary.top10),
                         text(sim::formatWithError(summary.gini->value, summary.gini->standardError)));
    return spec;
}

}  // namespace breakeven::ui
