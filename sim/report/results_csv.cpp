#include "sim/report/results_csv.hpp"

#include "sim/report/csv_text.hpp"
#include "sim/report/run_comparison.hpp"

namespace breakeven::sim {
namespace {

const std::vector<std::string_view> kMetricColumns{
    "run",   "scenario",       "plan", "segment", "month",    "metric",    "unit",
    "value", "standard_error", "low",  "high",    "band_low", "band_high", "exact"};

void addRun(CsvText& csv, const RunResult& result) {
    csv.text(result.manifest.run).text(result.manifest.scenario);
}

void addKey(CsvText& csv, const RowKey& key) {
    csv.text(key.plan).text(key.segment).text(key.month);
}

void addEstimate(CsvText& csv, const Estimate& e) {
    csv.number(e.value)
        .number(e.standardError)
        .number(e.low)
        .number(e.high)
        .number(e.bandLow)
        .number(e.bandHigh);
}

void addMetric(CsvText& csv, const RunResult& result, const MetricRow& row) {
    addRun(csv, result);
    addKey(csv, row.key);
    csv.text(row.metric).text(row.unit);
    addEstimate(csv, row.estimate);
    csv.number(row.estimate.exact);
}

std::string differencesCsv(const RunResult& result) {
    CsvText csv({"run", "scenario", "baseline", "plan", "segment", "month", "metric", "unit", "value",
                 "standard_error", "low", "high", "band_low", "band_high", "noise"});
    for (const DifferenceRow& row : result.differences) {
        addRun(csv, result);
        csv.text(row.baseline);
        addKey(csv, row.key);
        csv.text(row.metric).text(row.unit);
        addEstimate(csv, row.estimate);
        csv.text(row.noise ? "yes" : "no").endRow();
    }
    return csv.bytes();
}

std::string metricsCsv(const RunResult& result) {
    CsvText csv(kMetricColumns);
    for (const MetricRow& row : result.metrics) {
        addMetric(csv, result, row);
        csv.endRow();
    }
    return csv.bytes();
}

std::string quantilesCsv(const RunResult& result) {
    CsvText csv({"run", "scenario", "plan", "segment", "month", "quantity", "level", "value", "low", "high"});
    for (const QuantileRow& row : result.quantiles) {
        addRun(csv, result);
        addKey(csv, row.key);
        csv.text(row.quantity).number(row.level).number(row.value).number(row.low).number(row.high).endRow();
    }
    return csv.bytes();
}

std::string histogramCsv(const RunResult& result) {
    CsvText csv({"run", "scenario", "plan", "segment", "month", "quantity", "bin_low", "bin_high", "count"});
    for (const HistogramRow& row : result.histogram) {
        addRun(csv, result);
        addKey(csv, row.key);
        csv.text(row.quantity).number(row.binLow).number(row.binHigh).count(row.count).endRow();
    }
    return csv.bytes();
}

std::string worldsCsv(const RunResult& result) {
    CsvText csv({"run", "scenario", "world", "plan", "metric", "value"});
    for (std::size_t i = 0; i < result.worlds.size(); ++i) {
        const WorldRow row = result.worlds[i];
        addRun(csv, result);
        csv.count(row.world).text(row.plan).text(row.metric).number(row.value).endRow();
    }
    return csv.bytes();
}

std::string lorenzCsv(const RunResult& result) {
    CsvText csv({"run", "scenario", "plan", "segment", "month", "user_share", "cost_share"});
    for (const LorenzRow& row : result.lorenz) {
        addRun(csv, result);
        addKey(csv, row.key);
        csv.number(row.userShare).number(row.costShare).endRow();
    }
    return csv.bytes();
}

}  // namespace

std::vector<NamedText> resultsCsv(const RunResult& result) {
    return {{"differences.csv", differencesCsv(result)}, {"metrics.csv", metricsCsv(result)},
            {"quantiles.csv", quantilesCsv(result)},     {"histogram.csv", histogramCsv(result)},
            {"worlds.csv", worldsCsv(result)},           {"lorenz.csv", lorenzCsv(result)}};
}

std::string sweepCsv(std::span<const SweepPoint> points) {
    std::vector<std::string> keys;
    if (!points.empty())
        for (const core::Override& varied : points.front().varied) keys.push_back("key." + varied.key);
    std::vector<std::string_view> columns = kMetricColumns;
    columns.insert(columns.end(), keys.begin(), keys.end());
    CsvText csv(columns);
    for (const SweepPoint& point : points) {
        for (const MetricRow& row : point.result->metrics) {
            addMetric(csv, *point.result, row);
            for (const core::Override& varied : point.varied) {
                const std::optional<double> number = numberIn(varied.value);
                number ? csv.number(*number) : csv.text(varied.value);
            }
            csv.endRow();
        }
    }
    return csv.bytes();
}

std::string comparisonCsv(std::span<const std::shared_ptr<const RunResult>> runs) {
    CsvText csv({"run", "scenario", "plan", "metric", "unit", "value", "standard_error", "low", "high",
                 "band_low", "band_high", "difference", "difference_standard_error"});
    for (const ComparedMetric& metric : compareRuns(runs)) {
        for (std::size_t i = 0; i < runs.size(); ++i) {
            if (!metric.estimates[i]) continue;
            addRun(csv, *runs[i]);
            csv.text(metric.plan).text(metric.metric).text(metric.unit);
            addEstimate(csv, *metric.estimates[i]);
            if (const auto& difference = metric.differences[i])
                csv.number(difference->value).number(difference->standardError).endRow();
            else
                csv.empty().empty().endRow();
        }
    }
    return csv.bytes();
}

}  // namespace breakeven::sim
