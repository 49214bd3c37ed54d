#pragma once

// Inside core/scenario only.

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {

/// A table of [cost] as a plan sees it: what [plan.cost] says, else what [cost] says. A value that both plans
/// and [cost] read is one number with one path, so its belief is drawn once.
class CostView {
  public:
    /// A table and what `--set` calls it; no table: nothing is said there.
    struct Layer {
        const toml::table* table = nullptr;
        std::string path;
    };
    /// At least one of the two has a table.
    CostView(Reader& reader, Layer own, Layer base)
        : reader_(&reader), own_(std::move(own)), base_(std::move(base)) {}

    /// The value of a key, or null.
    [[nodiscard]] const toml::node* node(std::string_view key) const;
    [[nodiscard]] bool has(std::string_view key) const { return node(key) != nullptr; }
    /// Does the plan itself say it? Never where there is no plan.
    [[nodiscard]] bool isOverridden(std::string_view key) const {
        return base_.table != nullptr && own_.table != nullptr && own_.table->contains(key);
    }
    /// Where to point when a key is missing.
    [[nodiscard]] const toml::table& table() const { return *(own_.table != nullptr ? own_ : base_).table; }
    [[nodiscard]] const std::string& path() const { return (own_.table != nullptr ? own_ : base_).path; }
    /// The table that holds a key, or the one where it would be added.
    [[nodiscard]] const toml::table& home(std::string_view key) const { return *layerOf(key).table; }
    [[nodiscard]] std::string pathOf(std::string_view key) const;
    [[nodiscard]] Reader& reader() const { return *reader_; }

    /// Reports keys that are not known, with the nearest. @param where  as messages call the table
    void onlyKeys(std::string_view where, std::initializer_list<std::string_view> known) const;

    /// A number; absent: the fallback, or an error when there is none.
    [[nodiscard]] Parameter number(std::string_view key, Range range,
                                   std::optional<double> fallback = std::nullopt) const;
    [[nodiscard]] std::optional<Parameter> maybe(std::string_view key, Range range) const;
    [[nodiscard]] std::string word(const char* key, const char* fallback = nullptr) const;
    [[nodiscard]] std::size_t choice(const char* key, std::initializer_list<std::string_view> choices,
                                     const char* fallback = nullptr) const;
    [[nodiscard]] bool flag(std::string_view key) const;

    /// Index of the meter that a key names; an error when it is missing or unknown.
    [[nodiscard]] std::size_t meter(const std::vector<Meter>& meters, const char* key = "meter") const;
    /// The meters of `meter` or `meters`; an error when there is neither.
    [[nodiscard]] std::vector<std::size_t> meterList(const std::vector<Meter>& meters) const;

    /// A table below, where either layer has one.
    [[nodiscard]] std::optional<CostView> sub(const char* key) const;

    /// The items of a list of tables, each with its name: an item of the plan changes the one of [cost] that
    /// has its name, or is added.
    ///
    /// @param nameOf  an item's name: its id, else what the list's rule says; its number counts from 1
    template <typename NameOf>
    [[nodiscard]] std::vector<std::pair<std::string, CostView>> items(const char* key, NameOf nameOf) const {
        std::vector<std::pair<std::string, CostView>> found;
        const auto add = [&](const Layer& layer, auto place) {
            if (layer.table == nullptr) return;
            std::size_t number = 0;
            reader_->tables(*layer.table, key, [&](const toml::table& item) {
                std::string name = nameOf(item, ++number);
                place(item, name, layer.path + "." + key + "." + name);
            });
        };
        add(base_.table != nullptr ? base_ : own_,
            [&](const toml::table& item, std::string name, std::string path) {
                found.emplace_back(std::move(name), CostView(*reader_, {&item, std::move(path)}, {}));
            });
        if (base_.table == nullptr) return found;
        std::vector<std::string> changed;
        add(own_, [&](const toml::table& item, std::string name, std::string path) {
            const bool isTwin = std::ranges::find(changed, name) != changed.end();
            const auto same = std::ranges::find(found, name, &std::pair<std::string, CostView>::first);
            changed.push_back(name);
            if (same == found.end() || isTwin) {
                found.emplace_back(std::move(name), CostView(*reader_, {&item, std::move(path)}, {}));
            } else {
                same->second.base_ = std::exchange(same->second.own_, {&item, std::move(path)});
            }
        });
        return found;
    }

  private:
    [[nodiscard]] const Layer& layerOf(std::string_view key) const;
    Reader* reader_;
    Layer own_;
    Layer base_;
};

using NamedItem = std::pair<std::string, CostView>;

/// Adds an item of a list of tables, and reports it when another has its id.
template <typename Item>
void addUnique(const CostView& view, Item item, std::vector<Item>& items, std::string_view what) {
    addUnique(view.reader(), view.table(), std::move(item), items, what);
}

/// The id of an item, else its number from 1.
[[nodiscard]] std::string idOrNumber(Reader& reader, const toml::table& item, std::size_t number,
                                     std::string_view what);

// Parts of a cost; `view` is that of the whole of it.
void readAgents(const CostView& view, const std::vector<Meter>& meters, Cost& cost);
void readMultipliers(const CostView& view, const std::vector<Meter>& meters, Cost& cost);
void readRoutes(const CostView& view, const std::vector<Meter>& meters, Cost& cost);
void readGuards(const CostView& view, const std::vector<Meter>& meters, Cost& cost);
void readRetries(const CostView& view, const std::vector<Meter>& meters, Cost& cost);
void readScales(const CostView& view, const std::vector<Meter>& meters, Cost& cost);
void readOneOffs(const CostView& view, const std::vector<Meter>& meters, Cost& cost);
void readFleet(const CostView& view, const std::vector<Meter>& meters, const CostFiles& files, Cost& cost);
void readPayments(const CostView& view, Cost& cost);

/// A rate with a `kind`: per, amount and prices of the cache are those of the price list of `cost`.
void readListedRate(const CostView& cost, const CostView& item, const CostFiles& files, CostRate& rate);
/// Reports keys of [cost] or [plan.cost] that choose prices; for costs of which no rate takes any.
void refusePriceKeys(const CostView& cost);

}  // namespace breakeven::core::reading
