#pragma once

// Inside core/conformance only: a JSON object read key by key, so that no key is passed over in silence.

#include <cstdint>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/units/decimal.hpp"
#include "core/units/time_point.hpp"

namespace breakeven::core::conformance {

/// A case that can't be rated: where in it, what is wrong, what to do.
class CaseProblem : public std::runtime_error {
  public:
    CaseProblem(const std::string& path, const std::string& problem, std::string remedy = "")
        : std::runtime_error(path + ": " + problem), remedy_(std::move(remedy)) {}
    [[nodiscard]] const std::string& remedy() const { return remedy_; }

  private:
    std::string remedy_;
};

/// A decimal string or a whole number, exactly.
[[nodiscard]] Decimal decimalOf(const nlohmann::json& value, const std::string& path);
[[nodiscard]] TimePoint timePointOf(const nlohmann::json& value, const std::string& path);

/// One JSON object of a case. Every access notes its key; `finish` reports the keys that nobody asked for. A
/// null value counts as absent.
class Fields {
  public:
    Fields(const nlohmann::json& object, std::string path);

    [[nodiscard]] const std::string& path() const { return path_; }
    [[nodiscard]] std::string pathOf(std::string_view key) const { return path_ + "." + std::string(key); }

    /// The value of a key, null when absent.
    [[nodiscard]] const nlohmann::json* find(std::string_view key);
    const nlohmann::json& need(std::string_view key);
    [[nodiscard]] bool has(std::string_view key) { return find(key) != nullptr; }

    [[nodiscard]] Decimal number(std::string_view key) { return decimalOf(need(key), pathOf(key)); }
    [[nodiscard]] Decimal number(std::string_view key, const Decimal& fallback);
    [[nodiscard]] std::optional<Decimal> maybe(std::string_view key);
    /// A number above 0 (a size, a factor).
    [[nodiscard]] Decimal positive(std::string_view key);
    [[nodiscard]] std::optional<std::int64_t> whole(std::string_view key);
    [[nodiscard]] bool flag(std::string_view key, bool fallback);
    [[nodiscard]] std::string word(std::string_view key);
    /// One of `choices`; the first when absent. @return its index
    [[nodiscard]] std::size_t choice(std::string_view key, std::initializer_list<std::string_view> choices);
    [[nodiscard]] std::optional<TimePoint> timePoint(std::string_view key);

    /// Calls each(item, path) for the elements of a list.
    template <typename Each>
    void list(std::string_view key, Each each) {
        const nlohmann::json& items = need(key);
        if (!items.is_array()) throw CaseProblem(pathOf(key), "must be a list");
        for (std::size_t i = 0; i < items.size(); ++i)
            each(items[i], pathOf(key) + "[" + std::to_string(i) + "]");
    }

    /// Keys that only describe.
    void note(std::initializer_list<std::string_view> keys);

    /// Throws CaseProblem for a key that no access has named.
    void finish() const;

  private:
    const nlohmann::json& object_;
    std::string path_;
    std::set<std::string, std::less<>> asked_;
};

}  // namespace breakeven::core::conformance
