#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/scenario/cost_view.hpp"
#include "core/time/instant.hpp"

namespace breakeven::core::reading {
namespace {

/// The day whose prices hold: price_date, or none: the newest.
std::optional<std::int32_t> priceDay(const CostView& cost) {
    const toml::node* node = cost.node("price_date");
    if (node == nullptr) return std::nullopt;
    if (const auto* date = node->as_date()) {
        const toml::date day = date->get();
        return daysOf(day.year, day.month, day.day);
    }
    cost.reader().error(*node, "price_date must be a date", "write price_date = 2026-01-31");
    return std::nullopt;
}

/// Price of a kind / price of a plain input token of the same model.
Parameter priceRatio(const ListedPrice& price, PriceKind kind) {
    const auto plain = amountOf(price, PriceKind::Input);
    const auto amount = amountOf(price, kind);
    return {plain && amount && *plain > 0.0 ? *amount / *plain : 1.0, {}};
}

}  // namespace

void readListedRate(const CostView& cost, const CostView& item, const CostFiles& files, CostRate& rate) {
    Reader& reader = cost.reader();
    const std::size_t before = reader.diagnostics.size();
    const bool isOwnKind = item.isOverridden("kind");
    for (const char* key : {"per", "amount"}) {
        const toml::node* node = item.node(key);
        if (node == nullptr || (isOwnKind && !item.isOverridden(key))) continue;
        reader.error(*node, fmt::format("{}: kind and {} are given together", item.path(), key),
                     "take the price from the list, or give per and amount");
    }
    const std::size_t kind = item.choice("kind", {"input", "cached", "cache_write", "output", "reasoning",
                                                  "audio_input", "audio_output", "request"});
    const toml::node* named = cost.node("price_list");
    if (named == nullptr) {
        reader.error(*item.node("kind"), item.path() + ": [cost] names no price list for this kind",
                     "add price_list = \"prices.csv\" and model = \"…\" to [cost]");
        return;
    }
    const std::string file = cost.word("price_list");
    const CostView& chooser = item.has("model") ? item : cost;
    if (!chooser.has("model")) {
        reader.error(item.table(), item.path() + ": nothing says which model's price this is",
                     "add model = \"…\" to [cost] or to this rate");
        return;
    }
    const std::string model = chooser.word("model");
    const CostView& providerChooser = item.has("provider") || item.has("model") ? item : cost;
    // A plan that names another model does not mean the provider of the one before.
    const bool isOther = chooser.isOverridden("model") && !chooser.isOverridden("provider");
    const std::string provider = isOther ? "" : providerChooser.word("provider", "");
    const auto day = priceDay(cost);
    if (reader.diagnostics.size() > before || file.empty()) return;
    const PriceList* list = files.list(*named, file);
    if (list == nullptr) return;
    const PriceLookup found = findPrice(*list, provider, model, day);
    const toml::node& at = *chooser.node("model");
    if (!found.price) {
        reader.error(at, fmt::format("{}: {}", file, found.why.problem), found.why.remedy);
        return;
    }
    const ListedPrice& price = found.price->tiers.front();
    if (price.currency != files.currency) {
        reader.error(at,
                     fmt::format("{}: \"{}\" is priced in {}, the scenario is in {}", file, model,
                                 price.currency, files.currency),
                     "import a list in the scenario's currency, or change the scenario's");
        return;
    }
    const auto amount = amountOf(price, static_cast<PriceKind>(kind));
    if (!amount) {
        reader.error(*item.node("kind"),
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
    rate.model = model;
    if (static_cast<PriceKind>(kind) == PriceKind::Input) {
        rate.cache.hitPrice = priceRatio(price, PriceKind::Cached);
        rate.cache.writePrice = priceRatio(price, PriceKind::CacheWrite);
    }
    const bool isChosenByPlan =
        std::ranges::any_of(std::array{"price_list", "provider", "model", "price_date"},
                            [&](const char* key) { return cost.isOverridden(key); });
    const std::string path = isChosenByPlan ? fmt::format("{}.rate.{}", cost.path(), rate.id) : item.path();
    reader.addSource({path + ".amount", fmt::format("{}: {} {}{}", file, price.provider, price.model,
                                                    price.start ? " from " + dateText(*price.start) : "")});
}

void refusePriceKeys(const CostView& cost) {
    for (const char* key : {"price_list", "provider", "model", "price_date"}) {
        const toml::node* node = cost.node(key);
        if (node == nullptr) continue;
        cost.reader().error(*node, fmt::format("{} is given, but no rate takes its price from a list", key),
                            "give a [[cost.rate]] a kind, such as kind = \"output\"");
        return;
    }
}

}  // namespace breakeven::core::reading
