#include <fmt/format.h>

#include <algorithm>

#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {
namespace {

std::vector<Tier> readTiers(Reader& reader, const toml::table& table, const std::string& path) {
    std::vector<Tier> tiers;
    const toml::array* array = table["tiers"].as_array();
    const bool isTables = array != nullptr && !array->empty() &&
                          std::ranges::all_of(*array, [](const toml::node& item) { return item.is_table(); });
    if (!isTables) {
        reader.error(table, path + ": \"tiers\" must be a list of tables",
                     "write tiers = [ { up_to = 1000, unit_amount = 0 }, { unit_amount = 0.01 } ]");
        return tiers;
    }
    for (std::size_t i = 0; i < array->size(); ++i) {
        const toml::table& item = *array->get(i)->as_table();
        const std::string place = fmt::format("{}.tiers.{}", path, i + 1);
        reader.onlyKeys(item, place, {"up_to", "unit_amount", "flat_amount"}, {"cap", "amount"});
        Tier tier;
        const std::size_t before = reader.diagnostics.size();
        if (item.contains("up_to")) tier.upTo = reader.number(item, "up_to", place + ".up_to", kAboveZero);
        tier.unitAmount = reader.number(item, "unit_amount", place + ".unit_amount", kAtLeastZero, 0.0);
        tier.flatAmount = reader.number(item, "flat_amount", place + ".flat_amount", kAtLeastZero, 0.0);
        const bool isLast = i + 1 == array->size();
        if (reader.diagnostics.size() > before) {
            tier.upTo.reset();  // the next tier is not compared with a number that was refused
        } else if (isLast && tier.upTo) {
            reader.error(*item.get("up_to"),
                         fmt::format("{}: the last tier ends at {}", path, tier.upTo->base),
                         "remove its up_to, so that any usage has a price");
        } else if (!isLast && !tier.upTo) {
            reader.error(item, fmt::format("{}: tier {} has no up_to", path, i + 1),
                         "only the last tier is open");
        } else if (tier.upTo && !tiers.empty() && tiers.back().upTo &&
                   !(tier.upTo->base > tiers.back().upTo->base)) {
            reader.error(*item.get("up_to"),
                         fmt::format("{}: up_to of tier {} is {}, not above tier {}'s {}", path, i + 1,
                                     tier.upTo->base, i, tiers.back().upTo->base),
                         fmt::format("order the tiers by up_to, or remove tier {}", i + 1));
        }
        tiers.push_back(std::move(tier));
    }
    return tiers;
}

std::vector<WeightedMeter> readMeters(Reader& reader, const toml::table& table, const std::string& path,
                                      const std::vector<Meter>& meters, bool isRequired) {
    std::vector<WeightedMeter> result;
    if (table.contains("meter") && table.contains("meters")) {
        reader.error(*table.get("meters"), path + ": meter and meters are given together",
                     "give one of them only");
        return result;
    }
    if (const toml::node* node = table.get("meter")) {
        if (const auto index = findId(reader, *node, reader.word(table, "meter"), "meter", idsOf(meters)))
            result.push_back({*index, {1.0, {}}});
    } else if (const toml::node* list = table.get("meters")) {
        const toml::array* names = list->as_array();
        if (names == nullptr || names->empty() || !names->is_homogeneous<std::string>()) {
            reader.error(*list, path + ": \"meters\" must be a list of meter ids",
                         "write meters = [\"input_tokens\", \"output_tokens\"]");
            return result;
        }
        for (const toml::node& name : *names) {
            if (const auto index = findId(reader, name, name.value_or(std::string()), "meter", idsOf(meters)))
                result.push_back({*index, {1.0, {}}});
        }
    } else if (isRequired) {
        reader.error(table, path + ": the charge names no meter", "add `meter = \"…\"`");
    }
    if (const toml::node* node = table.get("weights")) {
        const toml::array* weights = node->as_array();
        if (weights == nullptr || weights->size() != result.size()) {
            reader.error(*node, fmt::format("{}: weights must be a list of {} numbers", path, result.size()),
                         "give one weight for each meter");
            return result;
        }
        for (std::size_t i = 0; i < result.size(); ++i) {
            result[i].weight =
                reader.numberAt(*weights->get(i), fmt::format("{}.weights.{}", path, i + 1), kAtLeastZero);
        }
    }
    return result;
}

Charge readCharge(Reader& reader, const toml::table& table, const std::string& plan, std::size_t number,
                  const std::vector<Meter>& meters) {
    Charge charge;
    charge.id = table.contains("id") ? reader.id(table, "the charge") : std::to_string(number);
    const std::string path = fmt::format("plan.{}.charge.{}", plan, charge.id);
    const std::size_t before = reader.diagnostics.size();
    const std::size_t model =
        reader.choice(table, "model", {"flat", "per_unit", "graduated", "volume", "package"}, nullptr,
                      {"graduated_package", "volume_package", "percentage", "percentage_event",
                       "graduated_percentage", "dynamic", "capacity", "stairstep", "bucketed"});
    const bool isKnown = reader.diagnostics.size() == before;
    charge.meters = readMeters(reader, table, path, meters, isKnown && model != 0);
    if (!isKnown) return charge;
    charge.per = reader.number(table, "per", path + ".per", kAboveZero, 1.0);
    switch (model) {
        case 0:
            reader.onlyKeys(table, path, {"id", "meter", "meters", "weights", "model", "amount"});
            charge.price = FlatPrice{reader.number(table, "amount", path + ".amount", kAtLeastZero)};
            break;
        case 1:
            reader.onlyKeys(table, path, {"id", "meter", "meters", "weights", "model", "per", "unit_amount"});
            charge.price =
                UnitPrice{reader.number(table, "unit_amount", path + ".unit_amount", kAtLeastZero)};
            break;
        case 2:
            reader.onlyKeys(table, path, {"id", "meter", "meters", "weights", "model", "per", "tiers"});
            charge.price = GraduatedPrice{readTiers(reader, table, path)};
            break;
        case 3:
            reader.onlyKeys(table, path, {"id", "meter", "meters", "weights", "model", "per", "tiers"});
            charge.price = VolumePrice{readTiers(reader, table, path)};
            break;
        default:
            reader.onlyKeys(table, path,
                            {"id", "meter", "meters", "weights", "model", "package_size", "package_amount",
                             "free_units"});
            charge.price =
                PackagePrice{reader.number(table, "package_size", path + ".package_size", kAboveZero),
                             reader.number(table, "package_amount", path + ".package_amount", kAtLeastZero),
                             reader.number(table, "free_units", path + ".free_units", kAtLeastZero, 0.0)};
    }
    return charge;
}

Limit readLimit(Reader& reader, const toml::table& table, const std::string& plan, std::size_t number,
                const std::vector<Meter>& meters) {
    Limit limit;
    limit.id = table.contains("id") ? reader.id(table, "the limit") : std::to_string(number);
    const std::string path = fmt::format("plan.{}.limit.{}", plan, limit.id);
    reader.onlyKeys(table, path, {"id", "meter", "amount", "action", "cost_factor"}, {"window"});
    if (const toml::node* node = table.get("meter")) {
        if (const auto index = findId(reader, *node, reader.word(table, "meter"), "meter", idsOf(meters)))
            limit.meter = *index;
    } else {
        reader.error(table, path + ": the limit names no meter", "add `meter = \"…\"`");
    }
    limit.amount = reader.number(table, "amount", path + ".amount", kAtLeastZero);
    const std::size_t before = reader.diagnostics.size();
    limit.action = reader.choice(table, "action", {"block", "degrade"}, nullptr,
                                 {"throttle", "overage", "queue", "auto_buy"}) == 0
                       ? Limit::Action::Block
                       : Limit::Action::Degrade;
    if (reader.diagnostics.size() > before) return limit;
    if (limit.action == Limit::Action::Degrade) {
        limit.costFactor = reader.number(table, "cost_factor", path + ".cost_factor", kShare);
    } else if (table.contains("cost_factor")) {
        reader.error(*table.get("cost_factor"), path + ": cost_factor belongs to the action \"degrade\"",
                     "remove it, or change the action");
    }
    return limit;
}

/// Adds an item, and reports it when another has its id.
template <typename Item>
void addUnique(Reader& reader, const toml::table& table, Item item, std::vector<Item>& items,
               std::string_view what) {
    if (!item.id.empty() && std::ranges::find(items, item.id, &Item::id) != items.end()) {
        const toml::node* id = table.get("id");
        reader.error(id != nullptr ? *id : table, fmt::format("two {} have the id \"{}\"", what, item.id),
                     "give each its own id");
    }
    items.push_back(std::move(item));
}

}  // namespace

Plan readPlan(Reader& reader, const toml::table& table, const std::vector<Meter>& meters,
              const std::vector<Segment>& segments) {
    reader.onlyKeys(table, "plan", {"id", "fee", "minimum", "maximum", "segments", "charge", "limit", "cost"},
                    {"allowance", "credits", "trial", "seats", "commitment", "proration", "coupon"});
    Plan plan;
    plan.id = reader.id(table, "the plan");
    const std::string path = "plan." + plan.id;
    const std::size_t before = reader.diagnostics.size();
    plan.fee = reader.number(table, "fee", path + ".fee", kAtLeastZero, 0.0);
    if (table.contains("minimum"))
        plan.minimum = reader.number(table, "minimum", path + ".minimum", kAtLeastZero);
    if (table.contains("maximum"))
        plan.maximum = reader.number(table, "maximum", path + ".maximum", kAtLeastZero);
    if (reader.diagnostics.size() == before && plan.minimum && plan.maximum &&
        plan.minimum->base > plan.maximum->base) {
        reader.error(*table.get("maximum"),
                     fmt::format("plan \"{}\": minimum {} is above maximum {}", plan.id, plan.minimum->base,
                                 plan.maximum->base),
                     "lower the minimum or raise the maximum");
    }
    if (const toml::node* node = table.get("segments")) {
        const toml::array* names = node->as_array();
        if (names == nullptr || names->empty() || !names->is_homogeneous<std::string>()) {
            reader.error(*node, path + ": \"segments\" must be a list of segment ids",
                         "leave it out to offer the plan to all");
        } else {
            for (const toml::node& name : *names) {
                const auto index =
                    findId(reader, name, name.value_or(std::string()), "segment", idsOf(segments));
                if (index && std::ranges::find(plan.segments, *index) == plan.segments.end())
                    plan.segments.push_back(*index);
            }
        }
    } else {
        for (std::size_t i = 0; i < segments.size(); ++i) plan.segments.push_back(i);
    }
    reader.tables(table, "charge", [&](const toml::table& item) {
        addUnique(reader, item, readCharge(reader, item, plan.id, plan.charges.size() + 1, meters),
                  plan.charges, "charges");
    });
    reader.tables(table, "limit", [&](const toml::table& item) {
        addUnique(reader, item, readLimit(reader, item, plan.id, plan.limits.size() + 1, meters), plan.limits,
                  "limits");
    });
    if (const toml::table* cost = reader.table(table, "cost")) {
        reader.onlyKeys(*cost, path + ".cost", {"serving_share"}, {"rate", "fixed"});
        if (cost->contains("serving_share"))
            plan.servingShare =
                reader.number(*cost, "serving_share", path + ".cost.serving_share", kAtLeastZero);
    }
    return plan;
}

Cost readCost(Reader& reader, const toml::table& root, const std::vector<Meter>& meters,
              const PriceSource& prices) {
    Cost cost;
    const toml::table* table = reader.table(root, "cost");
    if (table == nullptr) {
        if (!root.contains("cost"))
            reader.error(root, "there is no [cost]",
                         "say what usage costs you: [cost] with [[cost.rate]] tables");
        return cost;
    }
    reader.onlyKeys(*table, "cost",
                    {"serving_share", "rate", "fixed", "price_list", "provider", "model", "price_date"},
                    {"cache", "routing", "fleet", "guard", "retries"});
    cost.servingShare = reader.number(*table, "serving_share", "cost.serving_share", kAtLeastZero, 1.0);
    reader.tables(*table, "rate", [&](const toml::table& item) {
        reader.onlyKeys(item, "cost.rate", {"id", "meter", "per", "amount", "kind", "provider", "model"});
        CostRate rate;
        const std::string meter = reader.word(item, "meter");
        if (const toml::node* node = item.get("meter")) {
            if (const auto index = findId(reader, *node, meter, "meter", idsOf(meters))) rate.meter = *index;
        }
        const bool isTaken = std::ranges::find(cost.rates, meter, &CostRate::id) != cost.rates.end();
        rate.id = item.contains("id") ? reader.id(item, "the rate")
                  : isTaken           ? std::to_string(cost.rates.size() + 1)
                                      : meter;
        const std::string path = "cost.rate." + rate.id;
        if (item.contains("kind")) {
            readListedRate(reader, *table, item, path, prices, rate);
        } else {
            rate.per = reader.number(item, "per", path + ".per", kAboveZero, 1.0);
            rate.amount = reader.number(item, "amount", path + ".amount", kAtLeastZero);
        }
        addUnique(reader, item, std::move(rate), cost.rates, "rates");
    });
    checkPriceKeys(reader, *table);
    reader.tables(*table, "fixed", [&](const toml::table& item) {
        reader.onlyKeys(item, "cost.fixed", {"id", "amount"}, {"months"});
        FixedCost fixed;
        fixed.id =
            item.contains("id") ? reader.id(item, "the fixed cost") : std::to_string(cost.fixed.size() + 1);
        fixed.amount = reader.number(item, "amount", "cost.fixed." + fixed.id + ".amount", kAtLeastZero);
        addUnique(reader, item, std::move(fixed), cost.fixed, "fixed costs");
    });
    return cost;
}

}  // namespace breakeven::core::reading
