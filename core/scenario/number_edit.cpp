#include "core/scenario/number_edit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <string_view>
#include <utility>

#include "core/scenario/toml_reading.hpp"

namespace breakeven::core {
namespace {

/// A number with the nodes that hold it.
struct Found {
    ScenarioNumber number;
    const toml::node* value = nullptr;
    const toml::node* low = nullptr;
    const toml::node* high = nullptr;
};

std::optional<double> numberOf(const toml::node* node) {
    if (node == nullptr || !node->is_number()) return std::nullopt;
    return node->value<double>();
}

/// The number that a table stands for: a belief, or a value with its source.
std::optional<Found> numberIn(const toml::table& table) {
    Found found;
    if (table.contains("distribution")) return std::nullopt;  // a law that has such keys
    found.number.source = table["source"].value_or(std::string());
    // A constant usage has a key of that name among others.
    const bool isPoint = table.size() == (table.contains("source") ? 2U : 1U);
    if (const auto value = isPoint ? numberOf(table.get("value")) : std::nullopt) {
        found.number.value = *value;
        found.value = table.get("value");
        return found;
    }
    const auto base = numberOf(table.get("base"));
    const auto low = numberOf(table.get("low"));
    const auto high = numberOf(table.get("high"));
    if (!base || !low || !high) return std::nullopt;
    found.number.value = *base;
    found.number.low = low;
    found.number.high = high;
    found.number.shape = table["shape"].value_or(std::string("pert"));
    found.value = table.get("base");
    found.low = table.get("low");
    found.high = table.get("high");
    return found;
}

void collect(const toml::node& node, const std::string& path, std::vector<Found>& all) {
    const auto below = [&](std::string_view name) {
        return path.empty() ? std::string(name) : fmt::format("{}.{}", path, name);
    };
    if (const toml::table* table = node.as_table()) {
        if (auto found = numberIn(*table)) {
            found->number.path = path;
            all.push_back(std::move(*found));
            return;
        }
        for (const auto& [key, item] : *table) {
            const bool isSetting = path.empty() && (key.str() == "run" || key.str() == "format");
            if (!isSetting) collect(item, below(key.str()), all);
        }
    } else if (const toml::array* array = node.as_array()) {
        const std::vector<std::string> names = reading::itemNames(*array);
        for (std::size_t i = 0; i < array->size(); ++i) collect(*array->get(i), below(names[i]), all);
    } else if (const auto value = numberOf(&node)) {
        Found found;
        found.number.path = path;
        found.number.value = *value;
        found.value = &node;
        all.push_back(std::move(found));
    }
}

std::optional<toml::table> parsed(const std::string& text) {
    try {
        return toml::parse(std::string_view(text));
    } catch (const toml::parse_error&) {
        return std::nullopt;
    }
}

std::vector<Found> allNumbers(const toml::table& root) {
    std::vector<Found> all;
    collect(root, "", all);
    const auto place = [](const Found& found) {
        const toml::source_position& at = found.value->source().begin;
        return std::pair(at.line, at.column);
    };
    std::ranges::stable_sort(all, {}, place);
    return all;
}

/// Offset of a place that toml++ gives: lines and columns from 1, columns in characters.
std::size_t offsetOf(std::string_view text, const toml::source_position& place) {
    std::size_t at = 0;
    for (toml::source_index line = 1; line < place.line; ++line) at = text.find('\n', at) + 1;
    for (toml::source_index column = 1; column < place.column; ++column) {
        ++at;
        while (at < text.size() && (static_cast<unsigned char>(text[at]) & 0xC0U) == 0x80U) ++at;
    }
    return at;
}

}  // namespace

std::vector<ScenarioNumber> scenarioNumbers(const std::string& scenarioText) {
    std::vector<ScenarioNumber> numbers;
    if (const auto root = parsed(scenarioText)) {
        for (Found& found : allNumbers(*root)) numbers.push_back(std::move(found.number));
    }
    return numbers;
}

std::optional<std::string> withNumber(const std::string& scenarioText, const std::string& path,
                                      NumberPart part, double value) {
    const auto root = parsed(scenarioText);
    if (!root) return std::nullopt;
    for (const Found& found : allNumbers(*root)) {
        if (found.number.path != path) continue;
        const toml::node* node = part == NumberPart::Low    ? found.low
                                 : part == NumberPart::High ? found.high
                                                            : found.value;
        if (node == nullptr) return std::nullopt;
        const std::size_t begin = offsetOf(scenarioText, node->source().begin);
        const std::size_t end = offsetOf(scenarioText, node->source().end);
        return scenarioText.substr(0, begin) + fmt::format("{}", value) + scenarioText.substr(end);
    }
    return std::nullopt;
}

}  // namespace breakeven::core
