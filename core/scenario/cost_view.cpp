#include "core/scenario/cost_view.hpp"

#include <fmt/format.h>

namespace breakeven::core::reading {

const toml::node* CostView::node(std::string_view key) const {
    const toml::node* found = own_.table != nullptr ? own_.table->get(key) : nullptr;
    return found == nullptr && base_.table != nullptr ? base_.table->get(key) : found;
}

const CostView::Layer& CostView::layerOf(std::string_view key) const {
    const bool isOwn = own_.table != nullptr && own_.table->contains(key);
    const bool isOfBase = base_.table != nullptr && base_.table->contains(key);
    if (isOwn || own_.table == nullptr) return own_.table != nullptr ? own_ : base_;
    return isOfBase ? base_ : own_;
}

std::string CostView::pathOf(std::string_view key) const {
    return fmt::format("{}.{}", layerOf(key).path, key);
}

void CostView::onlyKeys(std::string_view where, std::initializer_list<std::string_view> known) const {
    reader_->onlyKeys(table(), where, known);
}

Parameter CostView::number(std::string_view key, Range range, std::optional<double> fallback) const {
    return reader_->number(home(key), key, pathOf(key), range, fallback ? &*fallback : nullptr);
}

std::optional<Parameter> CostView::maybe(std::string_view key, Range range) const {
    if (!has(key)) return std::nullopt;
    return number(key, range);
}

std::string CostView::word(const char* key, const char* fallback) const {
    return reader_->word(home(key), key, fallback);
}

std::size_t CostView::choice(const char* key, std::initializer_list<std::string_view> choices,
                             const char* fallback) const {
    return reader_->choice(home(key), key, choices, fallback);
}

bool CostView::flag(std::string_view key) const {
    return reader_->flag(home(key), key, layerOf(key).path);
}

std::size_t CostView::meter(const std::vector<Meter>& meters, const char* key) const {
    const std::string name = word(key);
    const toml::node* at = node(key);
    if (at == nullptr) return 0;
    return findId(*reader_, *at, name, "meter", idsOf(meters)).value_or(0);
}

std::vector<std::size_t> CostView::meterList(const std::vector<Meter>& meters) const {
    const toml::node* list = node("meters");
    const bool isOneOfPlan = isOverridden("meter") && !isOverridden("meters");
    if (list == nullptr || isOneOfPlan) return {meter(meters)};
    const toml::node* one = node("meter");
    if (one != nullptr && isOverridden("meters") == isOverridden("meter"))
        reader_->error(*one, path() + ": meter and meters are given together", "keep one of the two");
    const toml::array* names = list->as_array();
    if (names == nullptr || names->empty() || !names->is_homogeneous<std::string>()) {
        reader_->error(*list, path() + ": \"meters\" must be a list of meter ids",
                       "write meters = [\"input_tokens\", \"output_tokens\"]");
        return {};
    }
    std::vector<std::size_t> found;
    for (const toml::node& name : *names) {
        const auto index = findId(*reader_, name, name.value_or(std::string()), "meter", idsOf(meters));
        if (index && std::ranges::find(found, *index) == found.end()) found.push_back(*index);
    }
    return found;
}

std::optional<CostView> CostView::sub(const char* key) const {
    const auto below = [&](const Layer& layer) -> Layer {
        if (layer.table == nullptr) return {};
        return {reader_->table(*layer.table, key), layer.path + "." + key};
    };
    Layer own = below(own_);
    Layer base = below(base_);
    if (own.table == nullptr && base.table == nullptr) return std::nullopt;
    return CostView(*reader_, std::move(own), std::move(base));
}

std::string idOrNumber(Reader& reader, const toml::table& item, std::size_t number, std::string_view what) {
    return item.contains("id") ? reader.id(item, what) : std::to_string(number);
}

}  // namespace breakeven::core::reading
