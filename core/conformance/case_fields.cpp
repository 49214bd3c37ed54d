#include "core/conformance/case_fields.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/diagnostics/suggest.hpp"

namespace breakeven::core::conformance {

using nlohmann::json;

Decimal decimalOf(const json& value, const std::string& path) {
    if (value.is_number_integer()) return *Decimal::parse(value.dump());
    if (!value.is_string())
        throw CaseProblem(path, "must be a decimal string", "write the number in quotes, such as \"12.50\"");
    const auto& text = value.get_ref<const std::string&>();
    if (const auto number = Decimal::parse(text)) return *number;
    throw CaseProblem(path, fmt::format("\"{}\" is not a number of at most 76 digits", text),
                      "write digits with a point, such as \"12.50\"");
}

TimePoint timePointOf(const json& value, const std::string& path) {
    const auto instant =
        value.is_string() ? parseTimePoint(value.get_ref<const std::string&>()) : std::nullopt;
    if (instant) return *instant;
    throw CaseProblem(path, fmt::format("{} is not a time", value.dump()),
                      "write ISO 8601, such as \"2024-03-01T00:00:00\"");
}

Fields::Fields(const json& object, std::string path) : object_(object), path_(std::move(path)) {
    if (!object_.is_object()) throw CaseProblem(path_, "must be an object");
}

const json* Fields::find(std::string_view key) {
    asked_.emplace(key);
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
}

const json& Fields::need(std::string_view key) {
    const json* value = find(key);
    if (value == nullptr) throw CaseProblem(path_, fmt::format("\"{}\" is missing", key));
    return *value;
}

Decimal Fields::number(std::string_view key, const Decimal& fallback) {
    const json* value = find(key);
    return value == nullptr ? fallback : decimalOf(*value, pathOf(key));
}

std::optional<Decimal> Fields::maybe(std::string_view key) {
    const json* value = find(key);
    return value == nullptr ? std::nullopt : std::optional(decimalOf(*value, pathOf(key)));
}

Decimal Fields::positive(std::string_view key) {
    Decimal value = number(key);
    if (!(Decimal(0) < value))
        throw CaseProblem(pathOf(key), fmt::format("is {}, but must be above 0", value.text()));
    return value;
}

std::optional<std::int64_t> Fields::whole(std::string_view key) {
    const std::optional<Decimal> value = maybe(key);
    if (!value) return std::nullopt;
    const bool isWhole = roundDown(*value, 0) == *value && *value < Decimal(1'000'000'000'000) &&
                         Decimal(-1'000'000'000'000) < *value;
    if (!isWhole)
        throw CaseProblem(pathOf(key), fmt::format("{} is not a whole number below 10^12", value->text()));
    return static_cast<std::int64_t>(value->toDouble());
}

bool Fields::flag(std::string_view key, bool fallback) {
    const json* value = find(key);
    if (value == nullptr) return fallback;
    if (!value->is_boolean()) throw CaseProblem(pathOf(key), "must be true or false");
    return value->get<bool>();
}

std::string Fields::word(std::string_view key) {
    const json& value = need(key);
    if (!value.is_string()) throw CaseProblem(pathOf(key), "must be a text");
    return value.get<std::string>();
}

std::size_t Fields::choice(std::string_view key, std::initializer_list<std::string_view> choices) {
    if (!has(key)) return 0;
    const std::string text = word(key);
    const auto found = std::ranges::find(choices, text);
    if (found != choices.end()) return static_cast<std::size_t>(found - choices.begin());
    throw CaseProblem(pathOf(key), fmt::format("unknown word \"{}\"", text),
                      fmt::format("use one of {}", fmt::join(choices, ", ")));
}

std::optional<TimePoint> Fields::timePoint(std::string_view key) {
    const json* value = find(key);
    return value == nullptr ? std::nullopt : std::optional(timePointOf(*value, pathOf(key)));
}

void Fields::note(std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) asked_.emplace(key);
}

void Fields::finish() const {
    for (const auto& [key, value] : object_.items()) {
        if (asked_.contains(key)) continue;
        const auto nearest = nearestWord(key, std::vector<std::string>(asked_.begin(), asked_.end()));
        throw CaseProblem(path_, fmt::format("unknown key \"{}\"", key),
                          nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                                  : fmt::format("known keys: {}", fmt::join(asked_, ", ")));
    }
}

}  // namespace breakeven::core::conformance
