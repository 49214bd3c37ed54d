#include "sim/report/sweep_table.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include "sim/report/csv_text.hpp"

namespace breakeven::sim {
namespace {

/// The plans that the varied keys belong to; none when a key belongs to something else.
std::optional<std::vector<std::string>> variedPlans(const SweepPoint& point) {
    constexpr std::string_view kPrefix = "plan.";
    std::vector<std::string> plans;
    for (const core::Override& varied : point.varied) {
        if (varied.key.rfind(kPrefix, 0) != 0) return std::nullopt;
        const std::size_t begin = kPrefix.size();
        plans.push_back(varied.key.substr(begin, varied.key.find('.', begin) - begin));
    }
    return plans;
}

bool isListed(const std::optional<std::vector<std::string>>& plans, const std::string& plan) {
    return !plans || std::find(plans->begin(), plans->end(), plan) != plans->end();
}

}  // namespace

Table sweepTable(std::span<const SweepPoint> points) {
    Table table;
    if (points.empty()) return table;
    for (const core::Override& varied : points.front().varied)
        table.columns.push_back({varied.key, "", "What was varied.", !numberIn(varied.value).has_value()});
    const auto plans = variedPlans(points.front());
    for (const SweepPoint& point : points) {
        const Table ofPoint = planTable(*point.result);
        if (table.rows.empty())
            table.columns.insert(table.columns.end(), ofPoint.columns.begin(), ofPoint.columns.end());
        for (const auto& row : ofPoint.rows) {
            if (!isListed(plans, row.front().text)) continue;
            auto& cells = table.rows.emplace_back();
            for (const core::Override& varied : point.varied)
                cells.push_back({varied.value, numberIn(varied.value), ""});
            cells.insert(cells.end(), row.begin(), row.end());
        }
    }
    return table;
}

}  // namespace breakeven::sim
