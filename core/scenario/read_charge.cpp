#include <fmt/format.h>

#include <algorithm>

#include "core/scenario/toml_reading.hpp"

namespace breakeven::core::reading {
namespace {

/// The models, in the order in which `readCharge` offers their words.
enum Model : std::size_t {
    kFlat,
    kPerUnit,
    kGraduated,
    kVolume,
    kPackage,
    kGraduatedPackage,
    kVolumePackage,
    kPercentage,
    kPercentageEvent,
    kGraduatedPercentage,
    kDynamic,
    kCapacity,
};

bool isTiered(std::size_t model) {
    return model == kGraduated || model == kVolume || model == kGraduatedPackage || model == kVolumePackage ||
           model == kGraduatedPercentage;
}

/// The tables of `tiers`; none and an error where it is no list of tables.
const toml::array* tierTables(Reader& reader, const toml::table& table, const std::string& path) {
    const toml::array* array = table["tiers"].as_array();
    const bool isTables = array != nullptr && !array->empty() &&
                          std::ranges::all_of(*array, [](const toml::node& item) { return item.is_table(); });
    if (isTables) return array;
    reader.error(table, path + ": \"tiers\" must be a list of tables",
                 "write tiers = [ { up_to = 1000, unit_amount = 0 }, { unit_amount = 0.01 } ]");
    return nullptr;
}

/// The amounts of one tier.
void readTierAmounts(Reader& reader, const toml::table& item, const std::string& place, std::size_t model,
                     Tier& tier) {
    const auto number = [&](const char* key, Range range) {
        return reader.number(item, key, fmt::format("{}.{}", place, key), range);
    };
    tier.flatAmount = reader.number(item, "flat_amount", place + ".flat_amount", kAtLeastZero, 0.0);
    if (item.contains("max_amount")) tier.maxAmount = number("max_amount", kAtLeastZero);
    if (model == kGraduatedPackage || model == kVolumePackage) {
        reader.onlyKeys(item, place,
                        {"up_to", "package_size", "package_amount", "flat_amount", "max_amount"});
        tier.packageSize = number("package_size", kAboveZero);
        tier.unitAmount = number("package_amount", kAtLeastZero);
    } else if (model == kGraduatedPercentage) {
        reader.onlyKeys(item, place, {"up_to", "rate_percent", "flat_amount", "max_amount"});
        tier.unitAmount = number("rate_percent", kAtLeastZero);
    } else {
        reader.onlyKeys(item, place, {"up_to", "unit_amount", "flat_amount", "max_amount"});
        tier.unitAmount = reader.number(item, "unit_amount", place + ".unit_amount", kAtLeastZero, 0.0);
    }
}

/// Reports a tier that is out of order.
void checkOrder(Reader& reader, const toml::table& item, const std::string& path, std::size_t i, bool isLast,
                const Tier& tier, const std::vector<Tier>& before) {
    if (isLast && tier.upTo) {
        reader.error(*item.get("up_to"), fmt::format("{}: the last tier ends at {}", path, tier.upTo->base),
                     "remove its up_to, so that any usage has a price");
    } else if (!isLast && !tier.upTo) {
        reader.error(item, fmt::format("{}: tier {} has no up_to", path, i + 1),
                     "only the last tier is open");
    } else if (tier.upTo && !before.empty() && before.back().upTo &&
               !(tier.upTo->base > before.back().upTo->base)) {
        reader.error(*item.get("up_to"),
                     fmt::format("{}: up_to of tier {} is {}, not above tier {}'s {}", path, i + 1,
                                 tier.upTo->base, i, before.back().upTo->base),
                     fmt::format("order the tiers by up_to, or remove tier {}", i + 1));
    }
}

std::vector<Tier> readTiers(Reader& reader, const toml::table& table, const std::string& path,
                            std::size_t model) {
    std::vector<Tier> tiers;
    const toml::array* array = tierTables(reader, table, path);
    if (array == nullptr) return tiers;
    for (std::size_t i = 0; i < array->size(); ++i) {
        const toml::table& item = *array->get(i)->as_table();
        const std::string place = fmt::format("{}.tiers.{}", path, i + 1);
        Tier tier;
        const std::size_t before = reader.diagnostics.size();
        if (item.contains("up_to")) tier.upTo = reader.number(item, "up_to", place + ".up_to", kAboveZero);
        readTierAmounts(reader, item, place, model, tier);
        if (reader.diagnostics.size() > before) {
            tier.upTo.reset();  // the next tier is not compared with a number that was refused
        } else {
            checkOrder(reader, item, path, i, i + 1 == array->size(), tier, tiers);
        }
        tiers.push_back(std::move(tier));
    }
    return tiers;
}

CapacityPrice readCapacity(Reader& reader, const toml::table& table, const std::string& path,
                           const std::vector<WeightedMeter>& used, const std::vector<Meter>& meters) {
    CapacityPrice price;
    const toml::array* array = tierTables(reader, table, path);
    if (array == nullptr) return price;
    for (std::size_t i = 0; i < array->size(); ++i) {
        const toml::table& item = *array->get(i)->as_table();
        const std::string place = fmt::format("{}.tiers.{}", path, i + 1);
        reader.onlyKeys(item, place, {"amount", "limits"});
        CapacityTier tier;
        tier.amount = reader.number(item, "amount", place + ".amount", kAtLeastZero);
        tier.limits.resize(used.size());
        const bool isLast = i + 1 == array->size();
        if (const toml::table* limits = reader.table(item, "limits")) {
            if (isLast)
                reader.error(*limits, fmt::format("{}: the last tier has limits", path),
                             "remove them, so that any usage has a price");
            for (const auto& [key, node] : *limits) {
                const auto at = std::ranges::find(used, key.str(), [&](const WeightedMeter& part) {
                    return std::string_view(meters[part.meter].id);
                });
                if (at == used.end()) {
                    reader.error(node, fmt::format("{}: \"{}\" is no meter of this charge", place, key.str()),
                                 "name it in `meters`");
                    continue;
                }
                tier.limits[static_cast<std::size_t>(at - used.begin())] =
                    reader.numberAt(node, fmt::format("{}.limits.{}", place, key.str()), kAtLeastZero);
            }
        } else if (!isLast) {
            reader.error(item, fmt::format("{}: tier {} has no limits", path, i + 1),
                         "write limits = { METER = 100 }; only the last tier is open");
        }
        price.tiers.push_back(std::move(tier));
    }
    return price;
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

/// A meter that a key names by its id.
std::optional<std::size_t> readMeterKey(Reader& reader, const toml::table& table, const char* key,
                                        const std::vector<Meter>& meters) {
    const toml::node* node = table.get(key);
    if (node == nullptr) return std::nullopt;
    return findId(reader, *node, reader.word(table, key), "meter", idsOf(meters));
}

ChargeTerms readTerms(Reader& reader, const toml::table& table, const std::string& path, std::size_t model,
                      const std::vector<Meter>& meters) {
    ChargeTerms terms;
    const auto maybe = [&](const char* key, Range range) {
        return table.contains(key)
                   ? std::optional(reader.number(table, key, fmt::format("{}.{}", path, key), range))
                   : std::nullopt;
    };
    if (isTiered(model))
        terms.isFlatAtZero = reader.choice(table, "flat_at_zero", {"none", "first_tier"}, "none") == 1;
    if (model != kFlat) {
        terms.refunds = readMeterKey(reader, table, "refunds", meters);
        terms.rounding = static_cast<ChargeTerms::Rounding>(
            reader.choice(table, "round_quantity", {"none", "half_up", "ceiling", "floor"}, "none"));
    }
    if (model != kFlat) terms.isBucketed = reader.flag(table, "bucketed", path);
    terms.discount = maybe("discount_percent", {0.0, 100.0, false});
    const std::size_t before = reader.diagnostics.size();
    terms.minimum = maybe("minimum", kAtLeastZero);
    terms.maximum = maybe("maximum", kAtLeastZero);
    if (reader.diagnostics.size() == before && terms.minimum && terms.maximum &&
        terms.minimum->base > terms.maximum->base) {
        reader.error(
            *table.get("maximum"),
            fmt::format("{}: minimum {} is above maximum {}", path, terms.minimum->base, terms.maximum->base),
            "lower the minimum or raise the maximum");
    }
    terms.commitment = maybe("commitment_amount", kAtLeastZero);
    terms.overageFactor = reader.number(table, "overage_factor", path + ".overage_factor", kAboveZero, 1.0);
    terms.hasTrueUp = reader.flag(table, "true_up", path);
    for (const char* key : {"overage_factor", "true_up"}) {
        if (!terms.commitment && table.contains(key))
            reader.error(*table.get(key), fmt::format("{}: {} belongs to a commitment_amount", path, key),
                         "add commitment_amount, or remove it");
    }
    // A simulated month has no rows that could be priced one by one.
    if (terms.isBucketed) reader.exactOnly(*table.get("bucketed"), path + ": bucketed");
    return terms;
}

PackagePrice readPackage(Reader& reader, const toml::table& table, const std::string& path) {
    PackagePrice price{reader.number(table, "package_size", path + ".package_size", kAboveZero),
                       reader.number(table, "package_amount", path + ".package_amount", kAtLeastZero),
                       reader.number(table, "free_units", path + ".free_units", kAtLeastZero, 0.0)};
    if (table.contains("min_packages"))
        price.minPackages = reader.number(table, "min_packages", path + ".min_packages", kAtLeastZero);
    price.isRoundedDown = reader.choice(table, "round", {"up", "down"}, "up") == 1;
    return price;
}

/// The keys of a charge: those of its model and those of every charge.
std::vector<std::string_view> keysOf(std::size_t model) {
    std::vector<std::string_view> keys = {"id",
                                          "meter",
                                          "meters",
                                          "weights",
                                          "model",
                                          "discount_percent",
                                          "minimum",
                                          "maximum",
                                          "commitment_amount",
                                          "overage_factor",
                                          "true_up"};
    const auto add = [&](std::initializer_list<std::string_view> more) {
        keys.insert(keys.end(), more.begin(), more.end());
    };
    if (model != kFlat) add({"refunds", "round_quantity", "bucketed"});
    if (isTiered(model)) add({"tiers", "flat_at_zero"});
    if (model == kPerUnit || model == kGraduated || model == kVolume || model == kDynamic) add({"per"});
    if (model == kFlat) add({"amount"});
    if (model == kPerUnit) add({"unit_amount"});
    if (model == kDynamic) add({"multiplier"});
    if (model == kPackage) add({"package_size", "package_amount", "free_units", "min_packages", "round"});
    if (model == kPercentage) add({"rate_percent", "fixed_amount", "free_amount", "events"});
    if (model == kPercentageEvent) add({"rate_percent", "fixed_amount", "per_event_min", "per_event_max"});
    if (model == kCapacity) add({"tiers"});
    return keys;
}

/// A price of its own kind.
ExactPrice readExactPrice(Reader& reader, const toml::table& table, const std::string& path,
                          std::size_t model, const Charge& charge, const std::vector<Meter>& meters) {
    const auto number = [&](const char* key, double fallback) {
        return reader.number(table, key, fmt::format("{}.{}", path, key), kAtLeastZero, fallback);
    };
    const auto maybe = [&](const char* key) {
        return table.contains(key) ? std::optional(number(key, 0.0)) : std::nullopt;
    };
    if (model == kCapacity) return readCapacity(reader, table, path, charge.meters, meters);
    Parameter rate = reader.number(table, "rate_percent", path + ".rate_percent", kAtLeastZero);
    Parameter fixed = number("fixed_amount", 0.0);
    if (model == kPercentageEvent)
        return PercentageEventPrice{std::move(rate), std::move(fixed), maybe("per_event_min"),
                                    maybe("per_event_max")};
    const auto events = readMeterKey(reader, table, "events", meters);
    if (!events && table.contains("fixed_amount") && !table.contains("events"))
        reader.error(*table.get("fixed_amount"),
                     path + ": the fixed amount is per event, but no meter counts them",
                     "add `events = \"…\"`, a meter");
    return PercentagePrice{std::move(rate), std::move(fixed), number("free_amount", 0.0), events};
}

}  // namespace

Charge readCharge(Reader& reader, const toml::table& table, const std::string& plan, std::size_t number,
                  const std::vector<Meter>& meters) {
    Charge charge;
    charge.id = table.contains("id") ? reader.id(table, "the charge") : std::to_string(number);
    const std::string path = fmt::format("plan.{}.charge.{}", plan, charge.id);
    const std::size_t before = reader.diagnostics.size();
    const std::size_t model = reader.choice(
        table, "model",
        {"flat", "per_unit", "graduated", "volume", "package", "graduated_package", "volume_package",
         "percentage", "percentage_event", "graduated_percentage", "dynamic", "capacity"},
        nullptr, {"stairstep"});
    const bool isKnown = reader.diagnostics.size() == before;
    charge.meters = readMeters(reader, table, path, meters, isKnown && model != kFlat);
    if (!isKnown) return charge;
    charge.per = reader.number(table, "per", path + ".per", kAboveZero, 1.0);
    reader.onlyKeys(table, path, keysOf(model));
    const std::size_t beforePrice = reader.diagnostics.size();
    switch (model) {
        case kFlat:
            charge.price = FlatPrice{reader.number(table, "amount", path + ".amount", kAtLeastZero)};
            break;
        case kPerUnit:
            charge.price =
                UnitPrice{reader.number(table, "unit_amount", path + ".unit_amount", kAtLeastZero)};
            break;
        case kDynamic:
            charge.price = UnitPrice{reader.number(table, "multiplier", path + ".multiplier", kAtLeastZero)};
            break;
        case kGraduated:
        case kGraduatedPackage:
        case kGraduatedPercentage:
            charge.price = GraduatedPrice{readTiers(reader, table, path, model)};
            // A percentage is an amount per 100 of the value.
            if (model == kGraduatedPercentage) charge.per = Parameter{100.0, {}, "100"};
            break;
        case kVolume:
        case kVolumePackage:
            charge.price = VolumePrice{readTiers(reader, table, path, model)};
            break;
        case kPackage:
            charge.price = readPackage(reader, table, path);
            break;
        default:
            charge.exactPrice = readExactPrice(reader, table, path, model, charge, meters);
    }
    charge.terms = readTerms(reader, table, path, model, meters);
    if (reader.diagnostics.size() == beforePrice) lintCharge(reader, table, path, charge);
    return charge;
}

}  // namespace breakeven::core::reading
