#include "ui/charts/chart_specs.hpp"

#include <algorithm>

#include "sim/report/chart_series.hpp"
#include "sim/report/metric_catalogue.hpp"
#include "sim/report/number_text.hpp"
#include "ui/charts/chart_words.hpp"
#include "ui/format/number_format.hpp"

namespace breakeven::ui {
namespace {

sim::RowKey total(const std::string& plan) {
    return {plan, sim::kAll, sim::kAll};
}

/// The bill that every user-month pays; none where bills differ.
std::optional<double> commonBill(const sim::RunResult& result, const std::string& plan) {
    std::optional<double> bill;
    for (const sim::HistogramRow& row : result.histogram) {
        if (!(row.key == total(plan)) || row.quantity != "revenue") continue;
        if (row.binLow != row.binHigh || (bill && *bill != row.binLow)) return std::nullopt;
        bill = row.binLow;
    }
    return bill;
}

std::vector<std::string> plansOf(const sim::RunResult& result) {
    std::vector<std::string> plans;
    for (const sim::MetricRow& row : result.metrics) {
        if (std::ranges::find(plans, row.key.plan) == plans.end()) plans.push_back(row.key.plan);
    }
    return plans;
}

/// Why there is no chart of costs: the run kept none of them, or what `otherwise` says.
QString withoutCosts(const sim::RunResult& result, const QString& otherwise) {
    const bool isKept =
        std::ranges::find(result.histogram, "cost", &sim::HistogramRow::quantity) != result.histogram.end();
    return isKept ? otherwise
                  : tr("The run kept no distribution of the cost (run.distributions = \"margin\").");
}

QString money(double value, double error, const sim::RunResult& result) {
    return text(sim::moneyText(value, error, result.manifest.currency));
}

/// Bars up to and from a price, so that the loss area begins exactly there.
std::pair<ChartSeries, ChartSeries> splitAt(const sim::LogHistogram& histogram, double price) {
    ChartSeries below;
    ChartSeries beyond;
    for (std::size_t i = 0; i < histogram.shares.size(); ++i) {
        const double low = histogram.edges[i];
        const double high = histogram.edges[i + 1];
        if (low < price) {
            below.x.push_back(low);
            below.y.push_back(histogram.shares[i]);
        }
        if (high > price) {
            beyond.x.push_back(std::max(low, price));
            beyond.y.push_back(histogram.shares[i]);
        }
    }
    if (!below.x.empty()) {
        below.x.push_back(std::min(price, histogram.edges.back()));
        below.y.push_back(0.0);
    }
    if (!beyond.x.empty()) {
        beyond.x.push_back(histogram.edges.back());
        beyond.y.push_back(0.0);
    }
    return {below, beyond};
}

}  // namespace

ChartSpec costHistogram(const sim::RunResult& result, const std::string& plan) {
    ChartSpec spec;
    spec.title = tr("What a user-month costs under %1").arg(text(plan));
    spec.xTitle = tr("cost, %1 per user and month").arg(text(result.manifest.currency));
    spec.yTitle = tr("share of user-months");
    spec.isLogX = true;
    spec.isPercentY = true;
    const sim::LogHistogram histogram = sim::logHistogram(result, total(plan), "cost");
    if (histogram.edges.empty()) {
        spec.message = withoutCosts(result, tr("No user-month of this plan costs anything."));
        return spec;
    }
    const std::optional<double> bill = commonBill(result, plan);
    const sim::MetricRow* revenue = sim::findMetric(result, total(plan), "revenue_per_user");
    const sim::MetricRow* losing = sim::findMetric(result, total(plan), "loss_making_users");
    auto [below, beyond] = splitAt(histogram, bill.value_or(histogram.edges.back()));
    below.look = beyond.look = ChartSeries::Look::Bars;
    below.name = bill ? tr("costs less than it pays") : tr("user-months");
    beyond.name = tr("costs more than it pays: the loss area");
    beyond.colour = ChartSeries::Colour::Loss;
    beyond.isDashed = true;
    if (!below.x.empty()) spec.series.push_back(below);
    if (!beyond.x.empty()) spec.series.push_back(beyond);
    if (bill) {
        if (*bill > 0.0) spec.markers.push_back({*bill, tr("price %1").arg(money(*bill, 0.0, result))});
    } else if (revenue != nullptr && revenue->estimate.value > 0.0) {
        spec.markers.push_back(
            {revenue->estimate.value,
             tr("mean bill %1")
                 .arg(money(revenue->estimate.value, revenue->estimate.standardError, result))});
    }
    if (losing != nullptr) {
        const QString share = text(sim::percentText(losing->estimate.value, losing->estimate.standardError));
        spec.note =
            bill ? tr("%1 of user-months cost more than they pay.").arg(share)
                 : tr("Bills differ between users; %1 of user-months cost more than they pay.").arg(share);
    }
    if (histogram.zeroShare > 0.0) {
        spec.note += " " + tr("%1 cost nothing and are not drawn.").arg(percent(histogram.zeroShare));
    }
    return spec;
}

ChartSpec cumulativeCost(const sim::RunResult& result) {
    ChartSpec spec;
    spec.title = tr("Share of user-months that cost at most so much");
    spec.xTitle = tr("cost, %1 per user and month").arg(text(result.manifest.currency));
    spec.yTitle = tr("share of user-months");
    spec.isLogX = true;
    spec.isPercentY = true;
    for (const std::string& plan : plansOf(result)) {
        const sim::Line line = sim::cumulativeCurve(result, total(plan), "cost");
        ChartSeries series;
        for (std::size_t i = 0; i < line.x.size(); ++i) {
            if (!(line.x[i] > 0.0)) continue;  // a log axis begins above 0
            series.x.push_back(line.x[i]);
            series.y.push_back(line.y[i]);
        }
        if (series.x.empty()) continue;
        const auto same = std::ranges::find_if(spec.series, [&](const ChartSeries& other) {
            return other.x == series.x && other.y == series.y;
        });
        if (same != spec.series.end()) {
            same->name += ", " + text(plan);
            continue;
        }
        series.name = text(plan);
        series.colour = static_cast<ChartSeries::Colour>(spec.series.size() % 6);
        series.isDashed = spec.series.size() % 2 == 1;
        spec.series.push_back(std::move(series));
    }
    if (spec.series.empty()) spec.message = withoutCosts(result, tr("No user-month costs anything."));
    return spec;
}

ChartSpec lossAgainstFee(const sim::RunResult& result, const std::string& plan) {
    ChartSpec spec;
    spec.title = tr("Probability that %1 loses money, by its monthly fee").arg(text(plan));
    spec.xTitle = tr("monthly fee, %1").arg(text(result.manifest.currency));
    spec.yTitle = tr("probability of a loss");
    spec.isPercentY = true;
    const sim::LossCurve curve = sim::lossCurve(result, plan);
    if (curve.fee.empty()) {
        spec.message =
            result.manifest.settings.worlds < 2
                ? tr("One world has no probability: run with several worlds.")
                : tr("The bill of this plan is not linear in its fee: its minimum or maximum binds.");
        return spec;
    }
    ChartSeries series;
    series.x = curve.fee;
    series.y = curve.probability;
    series.low = curve.low;
    series.high = curve.high;
    spec.series = {series};
    spec.note = tr("All else unchanged, use included; the band is the 95 % interval.");
    if (const sim::MetricRow* row = sim::findMetric(result, total(plan), "break_even_fee")) {
        const double fee = row->estimate.value;
        if (fee > curve.fee.front() && fee < curve.fee.back()) {
            spec.markers.push_back(
                {fee, tr("mean break-even %1").arg(money(fee, row->estimate.standardError, result))});
        }
    }
    return spec;
}

ChartSpec lorenz(const sim::RunResult& result, const std::string& plan) {
    ChartSpec spec;
    spec.title = tr("Who makes the cost of %1").arg(text(plan));
    spec.xTitle = tr("share of user-months, the lightest first");
    spec.yTitle = tr("their share of the cost");
    spec.isPercentX = true;
    spec.isPercentY = true;
    const sim::Line line = sim::lorenzCurve(result, total(plan));
    if (line.x.empty()) {
        spec.message = withoutCosts(result, tr("No user-month of this plan costs anything."));
        return spec;
    }
    ChartSeries series;
    series.name = tr("share of cost");
    series.x = line.x;
    series.y = line.y;
    ChartSeries equal;
    equal.name = tr("if all cost the same");
    equal.colour = ChartSeries::Colour::Muted;
    equal.isDashed = true;
    equal.x = {0.0, 1.0};
    equal.y = {0.0, 1.0};
    spec.series = {series, equal};
    if (const sim::MetricRow* row = sim::findMetric(result, total(plan), "cost_share_top_10")) {
        spec.note = tr("The most expensive 10 % make %1 of the cost.")
                        .arg(text(sim::percentText(row->estimate.value, row->estimate.standardError)));
    }
    return spec;
}

namespace {

ChartSpec usageSpec(const sim::UsageCurve& curve) {
    ChartSpec spec;
    spec.title = tr("%1 of %2").arg(text(curve.meter), text(curve.segment));
    spec.xTitle = text(curve.unit);
    spec.isLogX = true;
    if (curve.density.empty()) {
        spec.message = tr("%1: always %2 %3").arg(spec.title, readNumber(curve.mean), spec.xTitle);
        return spec;
    }
    if (curve.zeroShare > 0.0) spec.note = tr("%1 are 0 and not drawn.").arg(percent(curve.zeroShare));
    if (curve.median > 0.0)
        spec.markers.push_back({curve.median, tr("median %1").arg(readNumber(curve.median))});
    if (curve.mean > 0.0) spec.markers.push_back({curve.mean, tr("mean %1").arg(readNumber(curve.mean))});
    return spec;
}

}  // namespace

ChartSpec usageDensity(const sim::UsageCurve& curve) {
    ChartSpec spec = usageSpec(curve);
    spec.yTitle = tr("density over ln(quantity)");
    if (!spec.message.isEmpty()) return spec;
    ChartSeries series;
    series.look = ChartSeries::Look::Steps;
    series.x = curve.quantity;
    series.y = curve.density;
    spec.series = {std::move(series)};
    return spec;
}

ChartSpec usageCumulative(const sim::UsageCurve& curve) {
    ChartSpec spec = usageSpec(curve);
    spec.yTitle = tr("share at or below");
    spec.isPercentY = true;
    if (!spec.message.isEmpty()) return spec;
    ChartSeries series;
    series.x = curve.quantity;
    series.y = curve.cumulative;
    spec.series = {std::move(series)};
    return spec;
}

ChartSpec comparison(std::span<const std::shared_ptr<const sim::RunResult>> runs,
                     std::span<const std::string> names, const std::string& metric) {
    ChartSpec spec;
    const sim::MetricInfo* info = sim::findMetricInfo(metric);
    spec.title = info != nullptr ? text(std::string(info->title)) : text(metric);
    spec.note = tr("Mark and 95 % Monte Carlo interval of each run.");
    spec.startsAtZeroY = false;
    std::vector<std::string> plans;
    for (const auto& run : runs) {
        for (const std::string& plan : plansOf(*run)) {
            if (std::ranges::find(plans, plan) == plans.end()) plans.push_back(plan);
        }
    }
    for (const std::string& plan : plans) spec.categories.push_back(text(plan));
    const auto count = static_cast<double>(runs.size());
    for (std::size_t r = 0; r < runs.size(); ++r) {
        ChartSeries series;
        series.look = ChartSeries::Look::Intervals;
        series.name = text(names[r]);
        series.colour = static_cast<ChartSeries::Colour>(r % 6);
        for (std::size_t p = 0; p < plans.size(); ++p) {
            const sim::MetricRow* row = sim::findMetric(*runs[r], total(plans[p]), metric);
            if (row == nullptr) continue;
            spec.yTitle = text(row->unit);
            spec.isPercentY = row->unit == "share" || row->unit == "probability";
            const double shift = 0.6 * ((static_cast<double>(r) + 0.5) / count - 0.5);  // side by side
            series.x.push_back(static_cast<double>(p + 1) + shift);
            series.y.push_back(row->estimate.value);
            series.low.push_back(row->estimate.low);
            series.high.push_back(row->estimate.high);
        }
        if (!series.x.empty()) spec.series.push_back(std::move(series));
    }
    if (spec.series.empty()) spec.message = tr("None of these runs has this number.");
    return spec;
}

}  // namespace breakeven::ui
