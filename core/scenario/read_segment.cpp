#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {
namespace {

using Sample = std::function<std::shared_ptr<const std::vector<double>>(
    const toml::table&, const std::string&, const std::string&)>;

/// The one of several keys that is present; an error when none or several are.
std::string oneOf(Reader& reader, const toml::table& table, const std::string& path,
                  const std::vector<std::string>& keys) {
    std::vector<std::string> present;
    for (const std::string& key : keys) {
        if (table.contains(key)) present.push_back(key);
    }
    if (present.size() == 1) return present.front();
    if (present.empty()) {
        reader.error(table, fmt::format("{}: none of {} is given", path, fmt::join(keys, ", ")),
                     "give one of them");
    } else {
        reader.error(*table.get(present[1]),
                     fmt::format("{}: {} are given together", path, fmt::join(present, " and ")),
                     "give one of them only");
    }
    return keys.front();
}

Lognormal readLognormal(Reader& reader, const toml::table& table, const std::string& path) {
    const std::vector<std::string> locations{"median", "mean", "mu"};
    const std::vector<std::string> spreads{"sigma", "cv", "p90", "p95", "p99"};
    const std::size_t before = reader.diagnostics.size();
    const std::string location = oneOf(reader, table, path, locations);
    const std::string spread = oneOf(reader, table, path, spreads);
    Lognormal law;
    law.locationKind =
        static_cast<Lognormal::Location>(std::ranges::find(locations, location) - locations.begin());
    law.spreadKind = static_cast<Lognormal::Spread>(std::ranges::find(spreads, spread) - spreads.begin());
    const bool isMu = law.locationKind == Lognormal::Location::Mu;
    const bool isPercentile =
        law.spreadKind != Lognormal::Spread::Sigma && law.spreadKind != Lognormal::Spread::Cv;
    if (reader.diagnostics.size() > before) return law;
    law.location = reader.number(table, location, path + "." + location, isMu ? kAnyNumber : kAboveZero);
    law.spread = reader.number(table, spread, path + "." + spread, isPercentile ? kAboveZero : kAtLeastZero);
    law.root = reader.choice(table, "root", {"smaller", "larger"}, "smaller") == 0 ? Lognormal::Root::Smaller
                                                                                   : Lognormal::Root::Larger;
    if (reader.diagnostics.size() > before) return law;
    if (!lognormalLaw(law.locationKind, law.location.base, law.spreadKind, law.spread.base, law.root)) {
        const bool isMean = law.locationKind == Lognormal::Location::Mean;
        reader.error(*table.get(spread),
                     fmt::format("{}: no lognormal has {} {} and {} {}", path, location, law.location.base,
                                 spread, law.spread.base),
                     isMean ? "a lognormal's P90 is at most 2.273 times its mean, P95 3.868, P99 14.97; "
                              "lower the percentile"
                            : "raise the percentile above the median");
    } else if (const auto other = otherLognormalRoot(law.locationKind, law.location.base, law.spreadKind,
                                                     law.spread.base, law.root)) {
        const auto mine =
            lognormalLaw(law.locationKind, law.location.base, law.spreadKind, law.spread.base, law.root);
        if (!table.contains("root")) {
            reader.warning(
                *table.get(spread),
                fmt::format("{}: two lognormals have this mean and {}: sigma {:.4g} (taken) and {:.4g}", path,
                            spread, mine->sigma, *other),
                "write root = \"smaller\" or root = \"larger\" to choose");
        }
    }
    return law;
}

Gamma readGamma(Reader& reader, const toml::table& table, const std::string& path) {
    Gamma law;
    const std::string location = oneOf(reader, table, path, {"mean", "scale"});
    const std::string spread = oneOf(reader, table, path, {"shape", "cv"});
    law.locationKind = location == "mean" ? Gamma::Location::Mean : Gamma::Location::Scale;
    law.spreadKind = spread == "shape" ? Gamma::Spread::Shape : Gamma::Spread::Cv;
    if (table.contains(location))
        law.location = reader.number(table, location, path + "." + location, kAboveZero);
    if (table.contains(spread)) law.spread = reader.number(table, spread, path + "." + spread, kAboveZero);
    return law;
}

Distribution readDistribution(Reader& reader, const toml::table& table, const std::string& path,
                              const Sample& sample) {
    switch (reader.choice(table, "distribution", {"constant", "uniform", "lognormal", "gamma", "empirical"},
                          nullptr,
                          {"triangular", "pert", "beta", "exponential", "weibull", "pareto", "lomax",
                           "poisson", "geometric", "negative_binomial", "discrete", "mixture", "spliced"})) {
        case 1: {
            reader.onlyKeys(table, path, {"distribution", "low", "high", "per", "persistence", "dormant"},
                            {"truncated"});
            const std::size_t before = reader.diagnostics.size();
            Uniform law{reader.number(table, "low", path + ".low", kAtLeastZero),
                        reader.number(table, "high", path + ".high", kAtLeastZero)};
            if (reader.diagnostics.size() == before && !(law.high.base > law.low.base)) {
                reader.error(
                    table, fmt::format("{}: high {} is not above low {}", path, law.high.base, law.low.base),
                    "raise high");
            }
            return law;
        }
        case 2:
            reader.onlyKeys(table, path,
                            {"distribution", "median", "mean", "mu", "sigma", "cv", "p90", "p95", "p99",
                             "root", "per", "persistence", "dormant"},
                            {"truncated"});
            return readLognormal(reader, table, path);
        case 3:
            reader.onlyKeys(table, path,
                            {"distribution", "mean", "scale", "shape", "cv", "per", "persistence", "dormant"},
                            {"truncated"});
            return readGamma(reader, table, path);
        case 4: {
            reader.onlyKeys(table, path, {"distribution", "file", "column", "per", "persistence", "dormant"},
                            {"truncated"});
            Empirical law;
            law.file = reader.word(table, "file");
            law.column = reader.word(table, "column");
            law.sorted = sample(table, law.file, law.column);
            return law;
        }
        default: {
            const bool isConstant = table.get("distribution") != nullptr &&
                                    table["distribution"].value_or(std::string()) == "constant";
            if (!isConstant) return Constant{};  // already reported
            reader.onlyKeys(table, path, {"distribution", "value", "per", "persistence", "dormant"},
                            {"truncated"});
            return Constant{reader.number(table, "value", path + ".value", kAtLeastZero)};
        }
    }
}

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

/// Reports a correlation matrix that no random numbers can have. The possible matrices are a convex set, so
/// the corners of the beliefs stand for everything between them.
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

}  // namespace

Segment readSegment(Reader& reader, const toml::table& table, const std::vector<Meter>& meters,
                    const Sample& sample) {
    reader.onlyKeys(table, "segment", {"id", "weight", "usage", "correlation"});
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
    const std::size_t before = reader.diagnostics.size();
    reader.tables(table, "correlation",
                  [&](const toml::table& item) { readCorrelation(reader, item, segment, meters); });
    if (reader.diagnostics.size() == before) checkCorrelations(reader, table, segment, meters);
    return segment;
}

}  // namespace breakeven::core::reading
