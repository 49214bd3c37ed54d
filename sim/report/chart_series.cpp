#include "sim/report/chart_series.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

#include "sim/stats/summaries.hpp"

namespace breakeven::sim {
namespace {

std::vector<HistogramRow> rowsOf(const RunResult& result, const RowKey& key, const std::string& quantity) {
    std::vector<HistogramRow> rows;
    for (const HistogramRow& row : result.histogram)
        if (row.key == key && row.quantity == quantity) rows.push_back(row);
    std::sort(rows.begin(), rows.end(), [](const HistogramRow& a, const HistogramRow& b) {
        return a.binLow != b.binLow ? a.binLow < b.binLow : a.binHigh < b.binHigh;
    });
    return rows;
}

double countOf(const std::vector<HistogramRow>& rows) {
    double total = 0.0;
    for (const HistogramRow& row : rows) total += static_cast<double>(row.count);
    return total;
}

/// Edges from the smallest to the largest positive value; a little around it when there is only one.
std::vector<double> edgesOver(double low, double high, std::size_t bins) {
    constexpr double kAroundOneValue = 1.1;
    if (low >= high) {
        low /= kAroundOneValue;
        high *= kAroundOneValue;
    }
    std::vector<double> edges(bins + 1);
    const double step = std::log(high / low) / static_cast<double>(bins);
    for (std::size_t i = 0; i <= bins; ++i) edges[i] = low * std::exp(step * static_cast<double>(i));
    edges.front() = low;
    edges.back() = high;
    return edges;
}

std::size_t binOf(const std::vector<double>& edges, double value) {
    const auto above = std::upper_bound(edges.begin(), edges.end(), value);
    const auto index = static_cast<std::size_t>(std::distance(edges.begin(), above));
    return std::clamp<std::size_t>(index, 1, edges.size() - 1) - 1;
}

void addBin(LogHistogram& histogram, double low, double high, double share) {
    const std::size_t first = binOf(histogram.edges, low);
    const std::size_t last = binOf(histogram.edges, high);
    if (low >= high || first == last) {
        histogram.shares[first] += share;
        return;
    }
    const double width = std::log(high / low);
    for (std::size_t i = first; i <= last; ++i) {
        const double from = std::max(low, histogram.edges[i]);
        const double to = std::min(high, histogram.edges[i + 1]);
        if (to > from) histogram.shares[i] += share * std::log(to / from) / width;
    }
}

}  // namespace

LogHistogram logHistogram(const RunResult& result, const RowKey& key, const std::string& quantity,
                          std::size_t bins) {
    LogHistogram histogram;
    const std::vector<HistogramRow> rows = rowsOf(result, key, quantity);
    const double total = countOf(rows);
    double low = 0.0;
    double high = 0.0;
    for (const HistogramRow& row : rows) {
        if (row.binHigh == 0.0 && row.binLow == 0.0)
            histogram.zeroShare += static_cast<double>(row.count) / total;
        if (row.binLow <= 0.0) continue;
        low = low == 0.0 ? row.binLow : low;
        high = std::max(high, row.binHigh);
    }
    if (low == 0.0 || bins == 0) return histogram;
    histogram.edges = edgesOver(low, high, bins);
    histogram.shares.assign(bins, 0.0);
    for (const HistogramRow& row : rows)
        if (row.binLow > 0.0)
            addBin(histogram, row.binLow, row.binHigh, static_cast<double>(row.count) / total);
    return histogram;
}

Line cumulativeCurve(const RunResult& result, const RowKey& key, const std::string& quantity) {
    Line line;
    const std::vector<HistogramRow> rows = rowsOf(result, key, quantity);
    const double total = countOf(rows);
    const auto add = [&](double x, double y) {
        if (!line.x.empty() && line.x.back() == x && line.y.back() == y) return;
        line.x.push_back(x);
        line.y.push_back(y);
    };
    double below = 0.0;
    for (const HistogramRow& row : rows) {
        add(row.binLow, below / total);
        below += static_cast<double>(row.count);
        add(row.binHigh, below / total);
    }
    return line;
}

Line lorenzCurve(const RunResult& result, const RowKey& key) {
    Line line;
    for (const LorenzRow& row : result.lorenz) {
        if (!(row.key == key)) continue;
        line.x.push_back(row.userShare);
        line.y.push_back(row.costShare);
    }
    return line;
}

namespace {

/// How many times wider than Wilson's the interval of the plan's chance to lose is at its own fee, since the
/// worlds' values are not known exactly.
double wideningOf(const RunResult& result, const std::string& plan, double worlds) {
    const MetricRow* loses = findMetric(result, {plan, kAll, kAll}, "probability_plan_loses");
    if (loses == nullptr) return 1.0;
    const Estimate& chance = loses->estimate;
    const Interval counted = wilson95(chance.value * worlds, worlds);
    return std::max(1.0, (chance.high - chance.low) / (counted.high - counted.low));
}

}  // namespace

LossCurve lossCurve(const RunResult& result, const std::string& plan, std::size_t points) {
    LossCurve curve;
    std::vector<double> breakEven;
    for (const auto& world : result.worlds.expected(plan, "break_even_fee")) breakEven.push_back(world.value);
    if (breakEven.size() < 2 || points < 2) return curve;
    std::ranges::sort(breakEven);
    const double margin = 0.05 * (breakEven.back() - breakEven.front());
    const double from = std::max(0.0, breakEven.front() - margin);
    const double to = breakEven.back() + margin;
    if (!(to > from)) return curve;
    const auto worlds = static_cast<double>(breakEven.size());
    const double widening = wideningOf(result, plan, worlds);
    for (std::size_t i = 0; i < points; ++i) {
        const double fee = from + (to - from) * static_cast<double>(i) / static_cast<double>(points - 1);
        const auto above = breakEven.end() - std::ranges::upper_bound(breakEven, fee);
        const auto losing = static_cast<double>(above);
        const Interval interval = wilson95(losing, worlds);
        const double share = losing / worlds;
        curve.fee.push_back(fee);
        curve.probability.push_back(share);
        curve.low.push_back(std::max(0.0, share - widening * (share - interval.low)));
        curve.high.push_back(std::min(1.0, share + widening * (interval.high - share)));
    }
    return curve;
}

}  // namespace breakeven::sim
