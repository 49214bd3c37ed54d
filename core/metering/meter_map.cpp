#include "core/metering/meter_map.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "core/diagnostics/suggest.hpp"
#include "core/scenario/toml_reading.hpp"

namespace breakeven::core {
namespace {

constexpr std::array<std::string_view, 7> kFormats{"csv",    "windows", "json", "cloudevents",
                                                   "claude", "codex",   "usage"};
constexpr std::array<std::string_view, 8> kAggregates{"sum", "count",  "unique",  "max",
                                                      "min", "latest", "average", "time_weighted"};

std::optional<Aggregate> aggregateOf(std::string_view name) {
    const auto found = std::ranges::find(kAggregates, name);
    if (found == kAggregates.end()) return std::nullopt;
    return static_cast<Aggregate>(found - kAggregates.begin());
}

bool isMeterId(std::string_view id) {
    const auto isAllowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
    };
    return !id.empty() && std::ranges::all_of(id, isAllowed) && id != "subject" && id != "period_start";
}

/// Reads the tables of a map file.
class MapReader {
  public:
    explicit MapReader(const std::string& file) : reader_(file) {}

    MeterMap read(const toml::table& root) {
        MeterMap map;
        reader_.onlyKeys(root, "the map",
                         {"format", "delimiter", "header", "decimal", "subject", "subject_value", "time",
                          "time_value", "time_unit", "epoch", "time_zone", "id", "event_source", "meter"});
        if (root.contains("format"))
            map.format = static_cast<LogFormat>(reader_.choice(
                root, "format", {"csv", "windows", "json", "cloudevents", "claude", "codex", "usage"}, ""));
        readCsvKeys(root, map);
        map.subject = reader_.word(root, "subject", "");
        if (root.contains("subject_value")) map.subjectValue = reader_.word(root, "subject_value");
        map.time = reader_.word(root, "time", "");
        if (root.contains("time_value")) map.timeValue = instant(root, "time_value");
        map.timeUnit = static_cast<EpochUnit>(
            reader_.choice(root, "time_unit", {"auto", "s", "ms", "us", "ns"}, "auto"));
        if (root.contains("epoch")) map.epoch = instant(root, "epoch").value_or(0);
        map.timeZone = reader_.word(root, "time_zone", "UTC");
        map.id = reader_.word(root, "id", "");
        map.source = reader_.word(root, "event_source", "");
        reader_.tables(root, "meter", [&](const toml::table& table) {
            MeterRule rule = readRule(table);
            if (std::ranges::find(map.meters, rule.id, &MeterRule::id) != map.meters.end())
                reader_.error(table, fmt::format("two meters have the id \"{}\"", rule.id),
                              "give each its own id");
            map.meters.push_back(std::move(rule));
        });
        return map;
    }

    std::vector<Diagnostic>& diagnostics() { return reader_.diagnostics; }

  private:
    void readCsvKeys(const toml::table& root, MeterMap& map) {
        if (const toml::node* node = root.get("delimiter")) {
            const std::string text = reader_.word(root, "delimiter");
            if (text.size() == 1 && text != "\"" && text != "\n" && text != "\r") {
                map.delimiter = text.front();
            } else if (node->is_string()) {
                reader_.error(*node, fmt::format("the delimiter is \"{}\"", text),
                              "give one character, such as \",\", \";\" or \"\\t\"");
            }
        }
        if (const toml::node* node = root.get("header")) {
            if (const auto value = node->value_exact<bool>()) {
                map.hasHeader = *value;
            } else {
                reader_.error(*node, "\"header\" must be true or false", "write it without quotes");
            }
        }
        map.isDecimalComma = reader_.choice(root, "decimal", {".", ","}, ".") == 1;
    }

    std::optional<Instant> instant(const toml::table& root, std::string_view key) {
        const toml::node& node = *root.get(key);
        std::optional<WrittenTime> time;
        if (node.is_string()) time = parseTime(*node.value_exact<std::string>());
        if (const auto* date = node.as_date()) {
            const auto& d = date->get();
            if (const auto days = daysOf(d.year, d.month, d.day))
                time = WrittenTime{static_cast<Instant>(*days) * 86'400 * kSecond, true};
        }
        if (time) return time->instant;
        reader_.error(node, fmt::format("\"{}\" is no time", key),
                      "write a date 2026-01-01 or a text \"2026-01-01T00:00:00Z\"");
        return std::nullopt;
    }

    std::vector<std::string> words(const toml::table& table, std::string_view key) {
        const toml::node* node = table.get(key);
        if (node == nullptr) return {};
        return words(*node, key);
    }

    std::vector<std::string> words(const toml::node& node, std::string_view key) {
        std::vector<std::string> result;
        if (const auto text = node.value_exact<std::string>()) result.push_back(*text);
        if (const toml::array* array = node.as_array();
            array != nullptr && array->is_homogeneous<std::string>())
            for (const toml::node& item : *array) result.push_back(*item.value_exact<std::string>());
        if (result.empty())
            reader_.error(node, fmt::format("\"{}\" must be a text or a list of texts", key),
                          "write each in quotes");
        return result;
    }

    void filters(const toml::table& table, std::string_view key, bool isExcluding, MeterRule& rule) {
        const toml::table* found = reader_.table(table, key);
        if (found == nullptr) return;
        for (const auto& [column, node] : *found)
            rule.where.push_back({std::string(column.str()), words(node, column.str()), isExcluding});
    }

    double factor(const toml::table& table, std::string_view key) {
        const toml::node* node = table.get(key);
        if (node == nullptr) return 1.0;
        const auto value = node->value<double>();
        if (value && std::isfinite(*value) && *value > 0.0) return *value;
        reader_.error(*node, fmt::format("\"{}\" must be a number above 0", key), "write such as 0.001");
        return 1.0;
    }

    MeterRule readRule(const toml::table& table) {
        reader_.onlyKeys(table, "meter",
                         {"id", "aggregate", "column", "minus", "at_least", "at_least_factor", "factor",
                          "where", "except", "group_by"});
        MeterRule rule;
        rule.id = reader_.id(table, "the meter");
        if (!rule.id.empty() && !isMeterId(rule.id) && table["id"].is_string())
            reader_.error(*table.get("id"), fmt::format("a meter can't have the id \"{}\"", rule.id),
                          "use small letters, digits, - and _; subject and period_start are taken");
        rule.aggregate = static_cast<Aggregate>(reader_.choice(
            table, "aggregate",
            {"sum", "count", "unique", "max", "min", "latest", "average", "time_weighted"}, "sum"));
        const bool isCount = rule.aggregate == Aggregate::Count;
        rule.column = reader_.word(table, "column", isCount ? "" : rule.id.c_str());
        rule.minus = words(table, "minus");
        rule.groupBy = words(table, "group_by");
        rule.atLeast = reader_.word(table, "at_least", "");
        rule.atLeastFactor = factor(table, "at_least_factor");
        rule.factor = factor(table, "factor");
        filters(table, "where", false, rule);
        filters(table, "except", true, rule);
        return rule;
    }

    reading::Reader reader_;
};

std::vector<MeterRule> sums(std::initializer_list<const char*> columns) {
    std::vector<MeterRule> rules;
    for (const char* column : columns) {
        MeterRule rule;
        rule.id = column;
        rule.column = column;
        rules.push_back(rule);
    }
    return rules;
}

MeterRule countOf(const char* id) {
    MeterRule rule;
    rule.id = id;
    rule.aggregate = Aggregate::Count;
    return rule;
}

void fill(std::string& key, const char* value) {
    if (key.empty()) key = value;
}

}  // namespace

std::optional<LogFormat> logFormatOf(std::string_view name) {
    const auto found = std::ranges::find(kFormats, name);
    if (found == kFormats.end()) return std::nullopt;
    return static_cast<LogFormat>(found - kFormats.begin());
}

std::string_view nameOf(LogFormat format) {
    return kFormats.at(static_cast<std::size_t>(format));
}

std::string_view nameOf(Aggregate aggregate) {
    return kAggregates.at(static_cast<std::size_t>(aggregate));
}

std::vector<std::string> logFormatNames() {
    return {kFormats.begin(), kFormats.end()};
}

MeterMapReading readMeterMap(const std::string& text, const std::string& file) {
    MeterMapReading reading;
    const auto root =
        reading::parseToml(text, file, "a map", "name subject, time and [[meter]]", reading.diagnostics);
    if (!root) return reading;
    MapReader reader(file);
    MeterMap map = reader.read(*root);
    reading.diagnostics = std::move(reader.diagnostics());
    if (!hasErrors(reading.diagnostics)) reading.map = std::move(map);
    return reading;
}

std::optional<MeterRule> readMeterRule(std::string_view text, const std::string& where,
                                       std::vector<Diagnostic>& diagnostics) {
    const auto refuse = [&](std::string problem, std::string remedy) {
        diagnostics.push_back({Severity::Error, {where, 0, 0}, std::move(problem), std::move(remedy)});
        return std::nullopt;
    };
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos)
        return refuse(fmt::format("\"{}\" is no NAME=COLUMN", text),
                      "write input_tokens=COLUMN, peak=max(COLUMN) or requests=count()");
    MeterRule rule;
    rule.id = text.substr(0, equals);
    if (!isMeterId(rule.id))
        return refuse(fmt::format("a meter can't have the id \"{}\"", rule.id),
                      "use small letters, digits, - and _; subject and period_start are taken");
    std::string_view rest = text.substr(equals + 1);
    const std::size_t open = rest.find('(');
    if (open != std::string_view::npos && rest.ends_with(')')) {
        const std::string_view name = rest.substr(0, open);
        const auto aggregate = aggregateOf(name);
        if (!aggregate) {
            const std::vector<std::string> known(kAggregates.begin(), kAggregates.end());
            const auto nearest = nearestWord(name, known);
            return refuse(fmt::format("unknown aggregate \"{}\"", name),
                          nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                                  : fmt::format("use one of {}", fmt::join(known, ", ")));
        }
        rule.aggregate = *aggregate;
        rest = rest.substr(open + 1, rest.size() - open - 2);
    }
    rule.column = rest;
    if (rule.column.empty() && rule.aggregate != Aggregate::Count)
        return refuse(fmt::format("meter \"{}\" names no column", rule.id), "write NAME=COLUMN");
    return rule;
}

MeterMap withDefaults(MeterMap map, LogFormat format) {
    const bool hasSubject = !map.subject.empty() || map.subjectValue;
    switch (format) {
        case LogFormat::Csv:
        case LogFormat::Json:
            break;
        case LogFormat::Windows:
            if (!hasSubject) map.subject = "client_id";
            if (map.time.empty() && !map.timeValue) {
                map.time = "window_start_s";
                map.timeUnit = EpochUnit::Seconds;
            }
            break;
        case LogFormat::CloudEvents:
            if (!hasSubject) map.subject = "subject";
            fill(map.time, map.timeValue ? "" : "time");
            fill(map.id, "id");
            fill(map.source, "source");
            break;
        case LogFormat::ClaudeCode:
        case LogFormat::Codex:
            if (!hasSubject) map.subjectValue = "local";
            fill(map.time, map.timeValue ? "" : "timestamp");
            fill(map.id, "event_id");
            fill(map.source, format == LogFormat::Codex ? "session" : "");
            if (map.meters.empty()) {
                map.meters = sums({"input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens"});
                if (format == LogFormat::Codex) map.meters[2].id = map.meters[2].column = "reasoning_tokens";
                map.meters.push_back(countOf("requests"));
            }
            break;
        case LogFormat::UsageObjects:
            if (!hasSubject) map.subject = "model";
            fill(map.time, map.timeValue ? "" : "time");
            if (map.meters.empty()) {
                map.meters = sums({"input_tokens", "cached_tokens", "cache_write_tokens", "output_tokens",
                                   "reasoning_tokens", "audio_input_tokens", "audio_output_tokens"});
                map.meters.push_back(countOf("requests"));
            }
            break;
    }
    return map;
}

std::vector<Diagnostic> checkMeterMap(const MeterMap& map, LogFormat format) {
    std::vector<Diagnostic> diagnostics;
    const auto missing = [&](std::string problem, std::string remedy) {
        diagnostics.push_back({Severity::Error, {}, std::move(problem), std::move(remedy)});
    };
    if (map.subject.empty() && !map.subjectValue)
        missing("nothing says whose usage a row is", "add --subject COLUMN, or --subject-value NAME");
    if (!map.subject.empty() && map.subjectValue)
        missing("subject and subject_value are given together", "give one of them only");
    if (map.time.empty() && !map.timeValue)
        missing("nothing says when a row was", "add --time COLUMN, or --time-value 2026-01-01");
    if (!map.time.empty() && map.timeValue)
        missing("time and time_value are given together", "give one of them only");
    if (!map.source.empty() && map.id.empty())
        missing("there is an event source, but no id to tell its events apart", "add --id COLUMN");
    if (map.meters.empty() && format != LogFormat::Windows)
        missing("nothing says what to meter", "add --meter NAME=COLUMN, or a map with [[meter]]");
    return diagnostics;
}

}  // namespace breakeven::core
