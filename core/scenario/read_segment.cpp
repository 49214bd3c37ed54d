#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {
namespace {

/// Parents before the meters that hang on them; a ring is an error.
void orderUsages(Reader& reader, const toml::table& table, Segment& segment,
                 const std::vector<Meter>& meters) {
    std::vector<Usage> ordered;
    std::vector<Usage> waiting = std::move(segment.usages);
    while (!waiting.empty()) {
        const auto ready = std::ranges::find_if(waiting, [&](const Usage& usage) {
            return !usage.per || std::ranges::find(ordered, *usage.per, &Usage::meter) != ordered.end();
        });
        if (ready == waiting.end()) {
            const Usage& stuck = waiting.front();
            const bool isUsed = std::ranges::find(waiting, *stuck.per, &Usage::meter) != waiting.end();
            reader.error(
                table,
                fmt::format("segment \"{}\": \"{}\" is per \"{}\", {}", segment.id, meters[stuck.meter].id,
                            meters[*stuck.per].id,
                            isUsed ? "and that in a ring back to it" : "which the segment does not use"),
                isUsed ? "let one of them stand alone"
                       : fmt::format("add [segment.usage.{}]", meters[*stuck.per].id));
            return;
        }
        ordered.push_back(std::move(*ready));
        waiting.erase(ready);
    }
    segment.usages = std::move(ordered);
}

}  // namespace

Segment readSegment(Reader& reader, const toml::table& table, const std::vector<Meter>& meters,
                    const SampleReader& sample) {
    reader.onlyKeys(table, "segment",
                    {"id", "weight", "usage", "correlation", "copula", "degrees_of_freedom",
                     "repair_correlation", "activity"});
    Segment segment;
    segment.id = reader.id(table, "the segment");
    segment.weight = reader.number(table, "weight", "segment." + segment.id + ".weight", kAtLeastZero, 1.0);
    if (const toml::table* usages = reader.table(table, "usage")) {
        // In the order of the file, so that beliefs keep it too.
        std::vector<std::pair<std::string, const toml::node*>> entries;
        for (const auto& [key, node] : *usages) entries.emplace_back(key.str(), &node);
        std::ranges::stable_sort(entries, {},
                                 [](const auto& entry) { return entry.second->source().begin.line; });
        for (const auto& [key, node] : entries) {
            const auto meter = findId(reader, *node, key, "meter", idsOf(meters));
            const toml::table* use = node->as_table();
            if (use == nullptr)
                reader.error(*node, fmt::format("usage of \"{}\" must be a table", key),
                             fmt::format("begin it with [segment.usage.{}]", key));
            if (!meter || use == nullptr) continue;
            const std::string path = "segment." + segment.id + ".usage." + key;
            Usage usage;
            usage.meter = *meter;
            if (const toml::node* per = use->get("per"))
                usage.per = findId(reader, *per, reader.word(*use, "per"), "meter", idsOf(meters));
            usage.distribution = readDistribution(reader, *use, path, sample);
            usage.persistence = reader.number(*use, "persistence", path + ".persistence", kShare, 1.0);
            usage.dormant = reader.number(*use, "dormant", path + ".dormant", kShare, 0.0);
            segment.usages.push_back(std::move(usage));
        }
    }
    if (segment.usages.empty())
        reader.error(table, fmt::format("segment \"{}\" uses no meter", segment.id),
                     "add [segment.usage.METER]");
    orderUsages(reader, table, segment, meters);
    readActivity(reader, table, segment, meters);
    const std::string path = "segment." + segment.id;
    segment.repairsCorrelation = reader.flag(table, "repair_correlation", path);
    if (reader.choice(table, "copula", {"gaussian", "t"}, "gaussian") == 1) {
        segment.copula = Copula::T;
        segment.degreesOfFreedom =
            reader.number(table, "degrees_of_freedom", path + ".degrees_of_freedom", kAtLeastOne);
    } else if (const toml::node* degrees = table.get("degrees_of_freedom")) {
        reader.error(*degrees, path + ": degrees_of_freedom belongs to the copula \"t\"",
                     "write copula = \"t\", or remove it");
    }
    const std::size_t before = reader.diagnostics.size();
    reader.tables(table, "correlation",
                  [&](const toml::table& item) { readCorrelation(reader, item, segment, meters); });
    if (reader.diagnostics.size() == before) checkCorrelations(reader, table, segment, meters);
    return segment;
}

}  // namespace breakeven::core::reading
