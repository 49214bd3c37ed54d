#include <fmt/format.h>

#include <algorithm>

#include "core/scenario/cost_view.hpp"

namespace breakeven::core::reading {
namespace {

/// A part of the cached input must have a price.
void readCache(const CostView& item, bool isListed, CostRate& rate) {
    Reader& reader = item.reader();
    const auto part = [&](const char* share, const char* price, Parameter& shareOut, Parameter& priceOut) {
        shareOut = item.number(share, kShare, 0.0);
        if (item.has(price)) {
            priceOut = item.number(price, kAtLeastZero);
        } else if (item.has(share) && !isListed) {
            reader.error(*item.node(share), fmt::format("{} is given without {}", item.pathOf(share), price),
                         fmt::format("add {} = …, the price of such a token / that of a plain one", price));
        }
    };
    part("cache_hit_share", "cached_price_share", rate.cache.hitShare, rate.cache.hitPrice);
    part("cache_write_share", "cache_write_price_share", rate.cache.writeShare, rate.cache.writePrice);
    const double most = reader.highest(rate.cache.hitShare) + reader.highest(rate.cache.writeShare);
    if (most > 1.0)
        reader.error(
            *item.node("cache_hit_share"),
            fmt::format("{}: the shares of hits and writes can reach {} together", item.path(), most),
            "they are parts of one input: lower one of them");
}

void readRate(const CostView& cost, const CostView& item, const std::vector<Meter>& meters,
              const CostFiles& files, CostRate& rate) {
    Reader& reader = item.reader();
    item.onlyKeys("cost.rate",
                  {"id", "meter", "per", "amount", "kind", "provider", "model", "share", "rest",
                   "cache_hit_share", "cached_price_share", "cache_write_share", "cache_write_price_share"});
    if (const toml::node* node = item.node("meter"))
        rate.meter = findId(reader, *node, item.word("meter"), "meter", idsOf(meters));
    // What the plan says of the price takes the place of all that [cost] says of it.
    const bool isPriced = item.isOverridden("amount") && !item.isOverridden("kind");
    const bool isListed = item.has("kind") && !isPriced;
    if (isListed) {
        readListedRate(cost, item, files, rate);
    } else {
        rate.per = item.number("per", kAboveZero, 1.0);
        rate.amount = item.number("amount", kAtLeastZero);
        rate.model = item.word("model", "");
    }
    readCache(item, isListed, rate);
    rate.takesRest = item.flag("rest");
    rate.share = item.number("share", kShare, 1.0);
    if (rate.takesRest && item.has("share"))
        reader.error(*item.node("rest"), fmt::format("{}: share and rest are given together", item.path()),
                     "keep one of the two");
}

/// Rates that take the rest of their meter's use need others that leave one.
void checkRests(const std::vector<NamedItem>& items, const Cost& cost) {
    for (std::size_t i = 0; i < items.size(); ++i) {
        const CostRate& rate = cost.rates[i];
        if (!rate.takesRest) continue;
        const CostView& item = items[i].second;
        double taken = 0.0;
        for (const CostRate& other : cost.rates)
            if (other.meter == rate.meter && !other.takesRest) taken += item.reader().highest(other.share);
        if (taken >= 1.0)
            item.reader().error(
                *item.node("rest"),
                fmt::format("{}: the meter's other rates can take {} of its use and leave no rest",
                            item.path(), taken),
                "give the others shares that sum to less than 1");
    }
}

/// A rate's id, else its meter's unless a rate before it in the list has that name, else its number.
std::string rateName(Reader& reader, const toml::table& item, std::size_t number,
                     std::vector<std::string>& taken) {
    if (number == 1) taken.clear();
    const std::string meter = item["meter"].value_or(std::string());
    const bool isTaken = std::ranges::find(taken, meter) != taken.end();
    std::string name = item.contains("id") ? reader.id(item, "the rate")
                       : isTaken           ? std::to_string(number)
                                           : meter;
    taken.push_back(name);
    return name;
}

Cost readCostOf(const CostView& view, const std::vector<Meter>& meters, const CostFiles& files) {
    Reader& reader = view.reader();
    Cost cost;
    view.onlyKeys(view.path(), {"serving_share", "rate", "fixed", "price_list", "provider", "model",
                                "price_date", "one_off", "agent", "multiplier", "route", "guard", "retry",
                                "scale", "fleet", "payments", "support", "free_tier"});
    cost.servingShare = view.number("serving_share", kAtLeastZero, 1.0);
    std::vector<std::string> taken;
    const auto nameOf = [&](const toml::table& item, std::size_t number) {
        return rateName(reader, item, number, taken);
    };
    bool takesPrices = false;
    const std::vector<NamedItem> rates = view.items("rate", nameOf);
    for (const NamedItem& entry : rates) {
        const auto& name = entry.first;
        const CostView& item = entry.second;
        CostRate rate;
        rate.id = name;
        readRate(view, item, meters, files, rate);
        takesPrices = takesPrices || item.has("kind");
        addUnique(item, std::move(rate), cost.rates, "rates");
    }
    checkRests(rates, cost);
    if (!takesPrices) refusePriceKeys(view);
    const auto fixedName = [&](const toml::table& item, std::size_t number) {
        return idOrNumber(reader, item, number, "the fixed cost");
    };
    for (const NamedItem& entry : view.items("fixed", fixedName)) {
        const auto& name = entry.first;
        const CostView& item = entry.second;
        item.onlyKeys("cost.fixed", {"id", "amount", "per"});
        FixedCost fixed;
        fixed.id = name;
        fixed.amount = item.number("amount", kAtLeastZero);
        fixed.isPerSubscriber = item.choice("per", {"month", "subscriber"}, "month") == 1;
        addUnique(item, std::move(fixed), cost.fixed, "fixed costs");
    }
    readOneOffs(view, meters, cost);
    readAgents(view, meters, cost);
    for (std::size_t i = 0; i < cost.rates.size(); ++i) {
        const auto uses = [&](const AgentCost& agent) {
            return agent.inputRate == i || agent.outputRate == i;
        };
        const CostView& item = rates[i].second;
        if (!item.has("meter") && std::ranges::none_of(cost.agents, uses))
            reader.error(item.table(), "\"meter\" is missing", "add `meter = \"…\"`");
    }
    readMultipliers(view, meters, cost);
    readRoutes(view, meters, cost);
    readGuards(view, meters, cost);
    readRetries(view, meters, cost);
    readScales(view, meters, cost);
    readFleet(view, meters, files, cost);
    readPayments(view, cost);
    return cost;
}

}  // namespace

Cost readCost(Reader& reader, const toml::table& root, const std::vector<Meter>& meters,
              const CostFiles& files) {
    const toml::table* table = reader.table(root, "cost");
    if (table != nullptr) return readCostOf(CostView(reader, {table, "cost"}, {}), meters, files);
    if (!root.contains("cost"))
        reader.error(root, "there is no [cost]",
                     "say what usage costs you: [cost] with [[cost.rate]] tables");
    return {};
}

std::optional<Cost> readPlanCost(Reader& reader, const toml::table& root, const toml::table& plan,
                                 const std::string& path, const std::vector<Meter>& meters,
                                 const CostFiles& files) {
    const toml::table* own = reader.table(plan, "cost");
    const toml::node* base = root.get("cost");
    if (own == nullptr || base == nullptr || !base->is_table()) return std::nullopt;
    const std::size_t before = reader.diagnostics.size();
    Cost cost =
        readCostOf(CostView(reader, {own, path + ".cost"}, {base->as_table(), "cost"}), meters, files);
    // What is wrong in [cost] itself has been told when it was read.
    const std::vector<Diagnostic> told(reader.diagnostics.begin(),
                                       reader.diagnostics.begin() + static_cast<std::ptrdiff_t>(before));
    auto& found = reader.diagnostics;
    found.erase(
        std::remove_if(found.begin() + static_cast<std::ptrdiff_t>(before), found.end(),
                       [&](const Diagnostic& item) { return std::ranges::find(told, item) != told.end(); }),
        found.end());
    return cost;
}

}  // namespace breakeven::core::reading
