#include "sim/report/results_json.hpp"

#include <nlohmann/json.hpp>

#include "core/text/json_text.hpp"
#include "sim/report/csv_text.hpp"
#include "sim/report/run_comparison.hpp"

namespace breakeven::sim {
namespace {

using Json = nlohmann::ordered_json;

Json estimateJson(const Estimate& e, const std::string& unit) {
    return {{"value", e.value},
            {"standard_error", e.standardError},
            {"low", e.low},
            {"high", e.high},
            {"band_low", core::numberOrNull(e.bandLow)},
            {"band_high", core::numberOrNull(e.bandHigh)},
            {"unit", unit},
            {"exact", core::numberOrNull(e.exact)}};
}

Json settingsJson(const core::RunSettings& settings) {
    return {{"users", settings.users},
            {"worlds", settings.worlds},
            {"months", settings.months},
            {"seed", settings.seed},
            {"sampling", core::samplingName(settings.sampling)}};
}

/// The entry of an array whose `field` is `value`, made when it is not there yet.
Json& entryOf(Json& array, const char* field, const Json& value, const Json& made) {
    for (Json& entry : array)
        if (entry[field] == value) return entry;
    array.push_back(made);
    return array.back();
}

Json& planEntry(Json& plans, const std::string& plan) {
    return entryOf(plans, "id", plan,
                   {{"id", plan},
                    {"metrics", Json::object()},
                    {"quantiles", Json::object()},
                    {"segments", Json::object()},
                    {"months", Json::array()}});
}

Json monthNumber(const std::string& month) {
    const std::optional<double> number = numberIn(month);
    return number ? Json(static_cast<int>(*number)) : Json(month);
}

void addMetric(Json& plans, const MetricRow& row) {
    const bool isAllSegments = row.key.segment == kAll;
    const bool isAllMonths = row.key.month == kAll;
    if (!isAllSegments && !isAllMonths) return;  // the shape has no place for a segment's month; the CSV has
    Json& plan = planEntry(plans, row.key.plan);
    const Json estimate = estimateJson(row.estimate, row.unit);
    if (isAllSegments && isAllMonths) {
        plan["metrics"][row.metric] = estimate;
    } else if (isAllMonths) {
        plan["segments"][row.key.segment]["metrics"][row.metric] = estimate;
    } else {
        const Json month = monthNumber(row.key.month);
        entryOf(plan["months"], "month", month,
                {{"month", month}, {"metrics", Json::object()}})["metrics"][row.metric] = estimate;
    }
}

Json plansJson(const RunResult& result) {
    Json plans = Json::array();
    for (const MetricRow& row : result.metrics) addMetric(plans, row);
    for (const QuantileRow& row : result.quantiles) {
        if (row.key.segment != kAll || row.key.month != kAll) continue;
        Json& quantiles = planEntry(plans, row.key.plan)["quantiles"];
        if (!quantiles.contains(row.quantity)) quantiles[row.quantity] = Json::array();
        quantiles[row.quantity].push_back(
            {{"level", row.level}, {"value", row.value}, {"low", row.low}, {"high", row.high}});
    }
    return plans;
}

Json differencesJson(const RunResult& result) {
    Json differences = Json::array();
    for (const DifferenceRow& row : result.differences) {
        if (row.key.segment != kAll || row.key.month != kAll) continue;
        differences.push_back({{"baseline", row.baseline},
                               {"plan", row.key.plan},
                               {"metric", row.metric},
                               {"value", row.estimate.value},
                               {"standard_error", row.estimate.standardError},
                               {"low", row.estimate.low},
                               {"high", row.estimate.high},
                               {"noise", row.noise}});
    }
    return differences;
}

Json runJson(const RunResult& result) {
    Json json;
    json["format"] = 1;
    json["run"] = result.manifest.run;
    json["scenario"] = {{"name", result.manifest.scenario}, {"hash", result.manifest.scenarioHash}};
    json["settings"] = settingsJson(result.manifest.settings);
    if (result.cancelled) {
        json["cancelled"] = true;
        json["worlds_finished"] = result.worldsFinished;
    }
    json["plans"] = plansJson(result);
    json["differences"] = differencesJson(result);
    return json;
}

}  // namespace

std::string resultsJson(const RunResult& result) {
    return core::jsonText(runJson(result));
}

std::string resultsJson(std::span<const std::shared_ptr<const RunResult>> results) {
    Json all = Json::array();
    for (const auto& result : results) all.push_back(runJson(*result));
    return core::jsonText(all);
}

std::string sweepJson(std::span<const SweepPoint> points) {
    Json all = Json::array();
    for (const SweepPoint& point : points) {
        Json set = Json::object();
        for (const core::Override& varied : point.varied) {
            const std::optional<double> number = numberIn(varied.value);
            set[varied.key] = number ? Json(*number) : Json(varied.value);
        }
        all.push_back({{"set", set}, {"result", runJson(*point.result)}});
    }
    return core::jsonText({{"format", 1}, {"points", all}});
}

std::string comparisonJson(std::span<const std::shared_ptr<const RunResult>> runs) {
    Json names = Json::array();
    for (const auto& run : runs)
        names.push_back({{"run", run->manifest.run}, {"scenario", run->manifest.scenario}});
    Json metrics = Json::array();
    for (const ComparedMetric& metric : compareRuns(runs)) {
        Json values = Json::array();
        Json differences = Json::array();
        for (std::size_t i = 0; i < runs.size(); ++i) {
            const auto& difference = metric.differences[i];
            values.push_back(metric.estimates[i] ? estimateJson(*metric.estimates[i], metric.unit)
                                                 : Json(nullptr));
            differences.push_back(
                difference ? Json{{"value", difference->value}, {"standard_error", difference->standardError}}
                           : Json(nullptr));
        }
        metrics.push_back({{"plan", metric.plan},
                           {"metric", metric.metric},
                           {"unit", metric.unit},
                           {"values", values},
                           {"differences", differences}});
    }
    return core::jsonText({{"format", 1}, {"runs", names}, {"metrics", metrics}});
}

}  // namespace breakeven::sim
