#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/diagnostics/suggest.hpp"
#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {
namespace {

std::vector<std::string> split(const std::string& key) {
    std::vector<std::string> parts(1);
    for (const char c : key) {
        if (c == '.')
            parts.emplace_back();
        else
            parts.back() += c;
    }
    return parts;
}

/// The child that `name` names, or null with `known` filled with what there is.
toml::node* child(toml::node& node, const std::string& name, std::vector<std::string>& known) {
    known.clear();
    if (toml::table* table = node.as_table()) {
        if (toml::node* found = table->get(name)) return found;
        for (const auto& [key, value] : *table) known.emplace_back(key.str());
    } else if (toml::array* array = node.as_array()) {
        known = itemNames(*array);
        const auto found = std::ranges::find(known, name);
        if (found != known.end()) return array->get(static_cast<std::size_t>(found - known.begin()));
        std::size_t number = 0;
        const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
        const bool isNumber = error == std::errc() && end == name.data() + name.size();
        if (isNumber && number >= 1 && number <= array->size()) return array->get(number - 1);
    }
    return nullptr;
}

/// The value as TOML; a bare word is a text. Its nodes carry `place` as the path of their source.
toml::table valueTable(const std::string& value, const std::string& place) {
    try {
        return toml::parse(std::string_view("v = " + value), place);
    } catch (const toml::parse_error&) {
        toml::table table = toml::parse(std::string_view("v = ''"), place);
        *table["v"].as_string() = value;
        return table;
    }
}

void apply(toml::table& root, const Override& change, std::vector<Diagnostic>& diagnostics) {
    const SourcePoint place{fmt::format("--set {}={}", change.key, change.value), 0, 0};
    const std::vector<std::string> parts = split(change.key);
    toml::node* node = &root;
    std::vector<std::string> known;
    for (std::size_t i = 0; i + 1 < parts.size(); ++i) {
        toml::node* next = child(*node, parts[i], known);
        if (next == nullptr && i == 0 && (parts[0] == "run" || parts[0] == "population")) {
            root.insert(parts[0], toml::table{});
            next = root.get(parts[0]);
        }
        if (next == nullptr) {
            const std::optional<std::string> nearest = nearestWord(parts[i], known);
            diagnostics.push_back({Severity::Error, place,
                                   fmt::format("the scenario has no \"{}\" here", parts[i]),
                                   nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                                           : fmt::format("there is: {}", fmt::join(known, ", "))});
            return;
        }
        node = next;
    }
    toml::table holder = valueTable(change.value, place.file);
    toml::node& value = *holder.get("v");
    if (toml::table* table = node->as_table()) {
        table->insert_or_assign(parts.back(), std::move(value));  // a copy would lose its place
        return;
    }
    if (toml::array* array = node->as_array()) {
        std::size_t number = 0;
        const std::string& text = parts.back();
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
        if (error == std::errc() && end == text.data() + text.size() && number >= 1 &&
            number <= array->size() && !array->get(number - 1)->is_table()) {
            array->replace(array->cbegin() + static_cast<std::ptrdiff_t>(number - 1), std::move(value));
            return;
        }
    }
    diagnostics.push_back({Severity::Error, place, fmt::format("\"{}\" names no number or word", change.key),
                           "name a key, such as plan.pro.fee"});
}

}  // namespace

std::vector<std::string> itemNames(const toml::array& array) {
    std::vector<std::string> names;
    for (std::size_t i = 0; i < array.size(); ++i) {
        const toml::table* item = array.get(i)->as_table();
        std::string name = std::to_string(i + 1);
        if (item != nullptr && item->contains("id")) {
            name = (*item)["id"].value_or(name);
        } else if (item != nullptr && item->contains("meter") &&
                   (item->contains("amount") || item->contains("kind")) && !item->contains("action")) {
            const std::string meter = (*item)["meter"].value_or(name);
            if (std::ranges::find(names, meter) == names.end()) name = meter;
        }
        names.push_back(std::move(name));
    }
    return names;
}

void applyOverrides(toml::table& root, const std::vector<Override>& overrides,
                    std::vector<Diagnostic>& diagnostics) {
    for (const Override& change : overrides) apply(root, change, diagnostics);
}

namespace {

/// A number with its source, not one key of several named `value`.
bool isPoint(const toml::table& table) {
    const toml::node* value = table.get("value");
    return value != nullptr && value->is_number() && table.size() == (table.contains("source") ? 2U : 1U);
}

void writeCanonical(const toml::node& node, std::string& out, bool isRoot) {
    if (const toml::table* table = node.as_table()) {
        if (isPoint(*table)) {
            writeCanonical(*table->get("value"), out, false);
            return;
        }
        out += '{';
        for (const auto& [key, item] : *table) {
            const std::string_view name = key.str();
            if (name == "source" || (isRoot && (name == "run" || name == "question"))) continue;
            out += fmt::format("{}=", name);
            writeCanonical(item, out, false);
            out += ';';
        }
        out += '}';
    } else if (const toml::array* array = node.as_array()) {
        out += '[';
        for (const toml::node& item : *array) {
            writeCanonical(item, out, false);
            out += ',';
        }
        out += ']';
    } else if (node.is_number()) {
        out += fmt::format("{}", node.value_or(0.0));
    } else if (const auto text = node.value<std::string>()) {
        out += fmt::format("\"{}:{}\"", text->size(), *text);
    } else if (node.is_boolean()) {
        out += node.value_or(false) ? "true" : "false";
    } else if (const auto* date = node.as_date()) {
        const toml::date day = date->get();
        out += fmt::format("{}-{}-{}", day.year, day.month, day.day);
    } else {
        out += "?";  // times: none of the keys takes one
    }
}

}  // namespace

std::string canonicalText(const toml::table& root) {
    std::string out;
    writeCanonical(root, out, true);
    return out;
}

}  // namespace breakeven::core::reading
