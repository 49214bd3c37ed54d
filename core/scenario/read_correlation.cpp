#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {

// The possible matrices are a convex set, so the corners of the beliefs stand for everything between them.
void checkCorrelations(Reader& reader, const toml::table& table, const Segment& segment,
                       const std::vector<Meter>& meters) {
    const std::size_t n = meters.size();
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
        std::vector<double> matrix(n * n, 0.0);
        for (std::size_t i = 0; i < n; ++i) matrix[i * n + i] = 1.0;
        for (const Correlation& item : segment.correlations) {
            double r = item.value.base;
            const auto place = std::ranges::find(uncertain, &item);
            if (place != uncertain.end()) {
                const Belief& belief = reader.beliefs[*item.value.belief].belief;
                r = (corner >> (place - uncertain.begin())) & 1U ? belief.high : belief.low;
            }
            if (item.kind == Correlation::Kind::Spearman) r = 2.0 * std::sin(std::numbers::pi * r / 6.0);
            matrix[item.first * n + item.second] = matrix[item.second * n + item.first] = r;
        }
        const std::vector<double> given = matrix;
        const auto report = [&](std::size_t i) {
            std::size_t worst = 0;
            for (std::size_t k = 1; k < i; ++k) {
                if (std::abs(given[i * n + k]) > std::abs(given[i * n + worst])) worst = k;
            }
            reader.error(table,
                         fmt::format("segment \"{}\": the correlations contradict each other; \"{}\" with "
                                     "\"{}\" ({:.3g}) does not fit the others",
                                     segment.id, meters[i].id, meters[worst].id, given[i * n + worst]),
                         "two meters that both follow a third must follow each other: move the correlations "
                         "towards 0");
        };
        for (std::size_t i = 0; i < n; ++i) {
            for (std::size_t j = 0; j <= i; ++j) {
                double sum = given[i * n + j];
                for (std::size_t k = 0; k < j; ++k) sum -= matrix[i * n + k] * matrix[j * n + k];
                if (i != j) {
                    // Nothing is left of j beyond the meters before it: i may have nothing of its own in
                    // common with it.
                    const bool isFollower = matrix[j * n + j] <= 1e-6;
                    if (isFollower && std::abs(sum) > 1e-6) return report(i);
                    matrix[i * n + j] = isFollower ? 0.0 : sum / matrix[j * n + j];
                    continue;
                }
                if (sum < -1e-9) return report(i);
                matrix[i * n + i] = std::sqrt(std::max(sum, 0.0));
            }
        }
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
