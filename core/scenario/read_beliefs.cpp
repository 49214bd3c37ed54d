#include <fmt/format.h>

#include <algorithm>

#include "core/diagnostics/suggest.hpp"
#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {
namespace {

/// Index of a belief; none, without a problem, where `--set` has made a point of it.
std::optional<std::size_t> findBelief(Reader& reader, const toml::node& at, const Scenario& scenario) {
    const std::string path = at.value_or(std::string());
    const auto found = std::ranges::find(reader.beliefs, path, &NamedBelief::path);
    if (found != reader.beliefs.end()) return static_cast<std::size_t>(found - reader.beliefs.begin());
    if (std::ranges::find(scenario.overrides, path, &Override::key) != scenario.overrides.end())
        return std::nullopt;
    std::vector<std::string> paths;
    for (const NamedBelief& belief : reader.beliefs) paths.push_back(belief.path);
    const auto nearest = nearestWord(path, paths);
    reader.error(at, fmt::format("there is no belief \"{}\"", path),
                 nearest         ? fmt::format("did you mean \"{}\"?", *nearest)
                 : paths.empty() ? "give a number as { low, base, high } first"
                                 : fmt::format("beliefs: {}", fmt::join(paths, ", ")));
    return std::nullopt;
}

void readPair(Reader& reader, const toml::table& table, Scenario& scenario) {
    reader.onlyKeys(table, "beliefs.correlation", {"between", "spearman", "pearson"});
    const toml::array* between = table["between"].as_array();
    if (between == nullptr || between->size() != 2 || !between->is_homogeneous<std::string>()) {
        reader.error(table, "between must name two beliefs",
                     "write between = [\"cost.serving_share\", \"plan.pro.fee\"]");
        return;
    }
    const std::string key = oneOf(reader, table, "beliefs.correlation", {"spearman", "pearson"});
    const auto first = findBelief(reader, *between->get(0), scenario);
    const auto second = findBelief(reader, *between->get(1), scenario);
    if (!table.contains(key) || !first || !second) return;
    if (*first == *second) {
        reader.error(*between, "a belief is correlated with itself", "name two different beliefs");
        return;
    }
    for (const BeliefCorrelation& other : scenario.beliefCorrelations) {
        if (std::minmax(other.first, other.second) == std::minmax(*first, *second)) {
            reader.error(*between, "this pair has a correlation already", "remove one of the two");
            return;
        }
    }
    const toml::node& node = *table.get(key);
    if (node.is_table() && !node.as_table()->contains("value")) {
        reader.error(node, "a correlation between beliefs must be a point", "write one number");
        return;
    }
    const std::string path =
        fmt::format("beliefs.correlation.{}.{}", scenario.beliefCorrelations.size() + 1, key);
    const Parameter value = reader.numberAt(node, path, Range{-1.0, 1.0, false});
    const auto kind = key == "spearman" ? Correlation::Kind::Spearman : Correlation::Kind::Pearson;
    scenario.beliefCorrelations.push_back({*first, *second, kind, value.base});
}

}  // namespace

void readBeliefs(Reader& reader, const toml::table& root, Scenario& scenario) {
    const toml::table* table = reader.table(root, "beliefs");
    if (table == nullptr) return;
    reader.onlyKeys(*table, "beliefs", {"correlation", "repair_correlation"});
    const bool isRepaired = reader.flag(*table, "repair_correlation", "beliefs");
    const std::size_t before = reader.diagnostics.size();
    reader.tables(*table, "correlation", [&](const toml::table& item) { readPair(reader, item, scenario); });
    if (reader.diagnostics.size() > before) return;
    CorrelationMatrix matrix(reader.beliefs.size());
    for (const BeliefCorrelation& item : scenario.beliefCorrelations)
        matrix.set(item.first, item.second, scoreCorrelation(item.kind, item.value));
    std::vector<std::string> names;
    for (const NamedBelief& belief : reader.beliefs) names.push_back(belief.path);
    if (!judgeCorrelations(reader, *table, "beliefs", names, matrix, isRepaired) || !isRepaired) return;
    const CorrelationMatrix nearest = nearestCorrelation(matrix);
    scenario.beliefCorrelations.clear();
    for (std::size_t i = 0; i < nearest.size; ++i)
        for (std::size_t j = i + 1; j < nearest.size; ++j)
            if (nearest.at(i, j) != 0.0)
                scenario.beliefCorrelations.push_back({i, j, Correlation::Kind::Pearson, nearest.at(i, j)});
}

}  // namespace breakeven::core::reading
