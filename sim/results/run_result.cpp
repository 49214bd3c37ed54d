#include "sim/results/run_result.hpp"

#include <algorithm>

namespace breakeven::sim {

const MetricRow* findMetric(const RunResult& result, const RowKey& key, const std::string& metric) {
    const auto found = std::find_if(result.metrics.begin(), result.metrics.end(), [&](const MetricRow& row) {
        return row.metric == metric && row.key == key;
    });
    return found == result.metrics.end() ? nullptr : &*found;
}

}  // namespace breakeven::sim
