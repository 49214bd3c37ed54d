#pragma once

#include <span>
#include <string>
#include <string_view>

namespace breakeven::sim {

/// What a metric is called and means, for table heads, tooltips and --help.
struct MetricInfo {
    std::string_view name;        ///< as in metrics.csv
    std::string_view title;       ///< for people: "Margin per user"
    std::string_view definition;  ///< one sentence with the unit
};

/// All metrics in the order in which tables show them. `usage_<meter>_per_user` stands once, with that name.
[[nodiscard]] std::span<const MetricInfo> metricCatalogue();

/// The entry of a metric; a usage metric of any meter finds the usage entry. Null when there is no such
/// metric.
[[nodiscard]] const MetricInfo* findMetricInfo(std::string_view name);

/// A metric's title with what it is about: "Usage of requests", "Variance from cost.serving_share". Its own
/// name when the catalogue has none.
[[nodiscard]] std::string metricTitle(std::string_view name);

}  // namespace breakeven::sim
