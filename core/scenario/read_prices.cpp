#include <fmt/format.h>

#include <algorithm>

#include "core/scenario/toml_reading.hpp"
#include "core/time/instant.hpp"

namespace breakeven::core::reading {
namespace {

/// The day whose prices hold: price_date, or none: the newest.
std::optional<std::int32_t> priceDay(Reader& reader, const toml::table& cost) {
    const toml::node* node = cost.get("price_date");
    if (node == nullptr) return std::nullopt;
    if (const auto* date = node->as_date()) {
        const toml::date day = date->get();
        return daysOf(day.year, day.month, day.day);
    }
    reader.error(*node, "price_date must be a date", "write price_date = 2026-01-31");
    return std::nullopt;
}

}  // namespace

void readListedRate(Reader& reader, const toml::table& cost, const toml::table& item, const std::string& path,
                    const PriceSource& prices, CostRate& rate) {
    const std::size_t before = reader.diagnostics.size();
    for (const char* key : {"per", "amount"}) {
        if (const toml::node* node = item.get(key))
            reader.error(*node, fmt::format("{}: kind and {} are given together", path, key),
                         "take the price from the list, or give per and amount");
    }
    const std::size_t kind = reader.choice(
        item, "kind",
        {"input", "cached", "cache_write", "output", "reasoning", "audio_input", "audio_output", "request"},
        nullptr);
    const toml::node* named = cost.get("price_list");
    if (named == nullptr) {
        reader.error(*item.get("kind"), path + ": [cost] names no price list for this kind",
                     "add price_list = \"prices.csv\" and model = \"…\" to [cost]");
        return;
    }
    const std::string file = reader.word(cost, "price_list");
    const toml::table& modelTable = item.contains("model") ? item : cost;
    if (!modelTable.contains("model")) {
        reader.error(item, path + ": nothing says which model's price this is",
                     "add model = \"…\" to [cost] or to this rate");
        return;
    }
    const std::string model = reader.word(modelTable, "model");
    const toml::table& providerTable = item.contains("provider") || item.contains("model") ? item : cost;
    const std::string provider = reader.word(providerTable, "provider", "");
    const auto day = priceDay(reader, cost);
    if (reader.diagnostics.size() > before || file.empty()) return;
    const PriceList* list = prices.list(*named, file);
    if (list == nullptr) return;
    const PriceLookup found = findPrice(*list, provider, model, day);
    const toml::node& at = *modelTable.get("model");
    if (!found.price) {
        reader.error(at, fmt::format("{}: {}", file, found.why.problem), found.why.remedy);
        return;
    }
    const ListedPrice& price = found.price->tiers.front();
    if (price.currency != prices.currency) {
        reader.error(at,
                     fmt::format("{}: \"{}\" is priced in {}, the scenario is in {}", file, model,
                                 price.currency, prices.currency),
                     "import a list in the scenario's currency, or change the scenario's");
        return;
    }
    const auto amount = amountOf(price, static_cast<PriceKind>(kind));
    if (!amount) {
        reader.error(*item.get("kind"),
                     fmt::format("{}: \"{}\" has no price of the kind {}", file, model,
                                 nameOf(static_cast<PriceKind>(kind))),
                     "choose another kind, or give per and amount");
        return;
    }
    if (found.price->tiers.size() > 1) {
        reader.warning(
            at,
            fmt::format("{}: calls of \"{}\" with more than {} input tokens have other prices; the "
                        "base price is taken for all",
                        file, model, found.price->tiers[1].above),
            "give per and amount where your calls are longer");
    }
    rate.per = {static_cast<PriceKind>(kind) == PriceKind::Request ? 1.0 : price.per, {}};
    rate.amount = {*amount, {}};
    reader.sources.push_back(
        {path + ".amount", fmt::format("{}: {} {}{}", file, price.provider, price.model,
                                       price.start ? " from " + dateText(*price.start) : "")});
}

void checkPriceKeys(Reader& reader, const toml::table& cost) {
    const toml::array* rates = cost["rate"].as_array();
    const bool isUsed = rates != nullptr && std::ranges::any_of(*rates, [](const toml::node& rate) {
                            return rate.is_table() && rate.as_table()->contains("kind");
                        });
    if (isUsed) return;
    for (const char* key : {"price_list", "provider", "model", "price_date"}) {
        if (const toml::node* node = cost.get(key)) {
            reader.error(*node, fmt::format("{} is given, but no rate takes its price from a list", key),
                         "give a [[cost.rate]] a kind, such as kind = \"output\"");
            return;
        }
    }
}

}  // namespace breakeven::core::reading
