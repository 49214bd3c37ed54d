#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {

bool judgeCorrelations(Reader& reader, const toml::table& table, const std::string& where,
                       const std::vector<std::string>& names, const CorrelationMatrix& matrix,
                       bool isRepaired) {
    const auto pair = contradictionIn(matrix);
    if (!pair) return false;
    if (!isRepaired) {
        reader.error(
            table,
            fmt::format("{}: the correlations contradict each other; \"{}\" with \"{}\" ({:.3g}) does "
                        "not fit the others",
                        where, names[pair->second], names[pair->first], matrix.at(pair->first, pair->second)),
            "two that both follow a third must follow each other: move the correlations towards 0, or "
            "take the nearest possible ones with repair_correlation = true");
        return true;
    }
    const CorrelationMatrix nearest = nearestCorrelation(matrix);
    std::string changes;
    for (std::size_t i = 0; i < matrix.size; ++i) {
        for (std::size_t j = i + 1; j < matrix.size; ++j) {
            if (std::abs(nearest.at(i, j) - matrix.at(i, j)) < 5e-4) continue;
            changes += fmt::format("{}\"{}\" with \"{}\" {:.3g} -> {:.3g}", changes.empty() ? "" : ", ",
                                   names[i], names[j], matrix.at(i, j), nearest.at(i, j));
        }
    }
    reader.warning(table,
                   fmt::format("{}: the correlations contradict each other; the nearest possible ones are "
                               "taken, of normal scores: {}",
                               where, changes),
                   "move the correlations towards 0, so that they are those that are written");
    return true;
}

// The possible matrices are a convex set, so the corners of the beliefs stand for everything between them.
void checkCorrelations(Reader& reader, const toml::table& table, const Segment& segment,
                       const std::vector<Meter>& meters) {
    std::vector<const Correlation*> uncertain;
    for (const Correlation& item : segment.correlations) {
        if (item.value.belief) uncertain.push_back(&item);
    }
    if (uncertain.size() > 10) {
        reader.error(table,
                     fmt::format("segment \"{}\": {} correlations are beliefs; at most 10 can be checked",
                                 segment.id, uncertain.size()),
                     "make some of them points");
        return;
    }
    for (std::size_t corner = 0; corner < (std::size_t{1} << uncertain.size()); ++corner) {
        CorrelationMatrix matrix(meters.size());
        for (const Correlation& item : segment.correlations) {
            double r = item.value.base;
            const auto place = std::ranges::find(uncertain, &item);
            if (place != uncertain.end()) {
                const Belief& belief = reader.beliefs[*item.value.belief].belief;
                r = (corner >> (place - uncertain.begin())) & 1U ? belief.high : belief.low;
            }
            matrix.set(item.first, item.second, scoreCorrelation(item.kind, r));
        }
        if (judgeCorrelations(reader, table, fmt::format("segment \"{}\"", segment.id), idsOf(meters), matrix,
                              segment.repairsCorrelation))
            return;
    }
}

void readCorrelation(Reader& reader, const toml::table& table, Segment& segment,
                     const std::vector<Meter>& meters) {
    reader.onlyKeys(table, "correlation", {"between", "spearman", "pearson"});
    const toml::array* between = table["between"].as_array();
    if (between == nullptr || between->size() != 2 || !between->is_homogeneous<std::string>()) {
        reader.error(table, "between must name two meters",
                     "write between = [\"requests\", \"output_tokens\"]");
        return;
    }
    std::size_t found[2] = {0, 0};
    for (std::size_t i = 0; i < 2; ++i) {
        const toml::node& node = *between->get(i);
        const auto index = findId(reader, node, node.value_or(std::string()), "meter", idsOf(meters));
        if (!index) return;
        found[i] = *index;
        if (std::ranges::find(segment.usages, *index, &Usage::meter) == segment.usages.end()) {
            reader.error(
                node,
                fmt::format("segment \"{}\" does not use the meter \"{}\"", segment.id, meters[*index].id),
                "remove the correlation, or add the usage");
            return;
        }
    }
    if (found[0] == found[1]) {
        reader.error(*between, "a meter is correlated with itself", "name two different meters");
        return;
    }
    for (const Correlation& other : segment.correlations) {
        if (std::minmax(other.first, other.second) == std::minmax(found[0], found[1])) {
            reader.error(*between, "this pair has a correlation already", "remove one of the two");
            return;
        }
    }
    const std::string key = oneOf(reader, table, "correlation", {"spearman", "pearson"});
    if (!table.contains(key)) return;
    const std::string path =
        fmt::format("segment.{}.correlation.{}.{}", segment.id, segment.correlations.size() + 1, key);
    const auto kind = key == "spearman" ? Correlation::Kind::Spearman : Correlation::Kind::Pearson;
    segment.correlations.push_back(
        {found[0], found[1], kind, reader.number(table, key, path, Range{-1.0, 1.0, false})});
}

}  // namespace breakeven::core::reading
