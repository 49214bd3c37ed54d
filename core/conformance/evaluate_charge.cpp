#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "core/conformance/evaluate.hpp"
#include "core/pricing/rating/price.hpp"

namespace breakeven::core::conformance {
namespace {

using nlohmann::json;
using rating::FlatAtZero;
using rating::Tier;

constexpr std::array<std::string_view, 12> kChargeModels = {"flat",
                                                            "per_unit",
                                                            "graduated",
                                                            "volume",
                                                            "package",
                                                            "graduated_package",
                                                            "volume_package",
                                                            "percentage",
                                                            "percentage_event",
                                                            "graduated_percentage",
                                                            "dynamic",
                                                            "capacity"};

/// What a tier's unit price is given as.
enum class TierPrice { Unit, Package, Percent };

std::vector<Tier<Decimal>> readTiers(Fields& price, TierPrice kind) {
    std::vector<Tier<Decimal>> tiers;
    std::string openTier;
    price.list("tiers", [&](const json& item, const std::string& path) {
        Fields fields(item, path);
        Tier<Decimal> tier;
        tier.upTo = fields.maybe("up_to");
        tier.flatAmount = fields.number("flat_amount", 0);
        tier.maxAmount = fields.maybe("max_amount");
        if (kind == TierPrice::Unit) {
            tier.unitAmount = fields.number("unit_amount", 0);
        } else if (kind == TierPrice::Percent) {
            tier.unitAmount = hundredth(fields.number("rate_percent"));
        } else {
            tier.packageSize = fields.positive("package_size");
            tier.unitAmount = fields.number("package_amount");
        }
        fields.finish();
        if (!openTier.empty()) throw CaseProblem(openTier, "only the last tier may be open");
        const Decimal from = tiers.empty() ? Decimal(0) : *tiers.back().upTo;
        if (!tier.upTo) {
            openTier = path;
        } else if (!(from < *tier.upTo)) {
            throw CaseProblem(path + ".up_to",
                              fmt::format("is {}, not above {}", tier.upTo->text(), from.text()),
                              "order the tiers by up_to");
        }
        tiers.push_back(std::move(tier));
    });
    if (tiers.empty()) throw CaseProblem(price.pathOf("tiers"), "must hold at least one tier");
    return tiers;
}

rating::TierRules readRules(Fields& price) {
    return {
        price.choice("flat_at_zero", {"none", "first_tier"}) == 0 ? FlatAtZero::None : FlatAtZero::FirstTier,
        std::nullopt};
}

rating::PercentagePrice<Decimal> readPercentage(Fields& price, bool hasFreePart) {
    rating::PercentagePrice<Decimal> result;
    result.ratePercent = price.number("rate_percent");
    result.fixedAmount = price.number("fixed_amount", 0);
    result.perEventMin = price.maybe("per_event_min");
    result.perEventMax = price.maybe("per_event_max");
    if (!hasFreePart) return result;
    const std::int64_t freeEvents = price.whole("free_events").value_or(0);
    if (freeEvents < 0) throw CaseProblem(price.pathOf("free_events"), "must be at least 0");
    result.freeEvents = static_cast<std::uint64_t>(freeEvents);
    result.freeAmount = price.number("free_amount", 0);
    return result;
}

rating::Price<Decimal> readPrice(const std::string& model, Fields& price) {
    if (model == "flat") {
        price.note({"in"});  // when it is billed does not change the amount
        return rating::FlatPrice<Decimal>{price.number("amount")};
    }
    if (model == "per_unit") return rating::UnitPrice<Decimal>{price.number("unit_amount")};
    if (model == "dynamic") return rating::UnitPrice<Decimal>{price.number("multiplier")};
    if (model == "percentage_event") return readPercentage(price, false);
    if (model == "package") {
        rating::PackagePrice<Decimal> result;
        result.size = price.positive("package_size");
        result.amount = price.number("package_amount");
        result.freeUnits = price.number("free_units", 0);
        result.minPackages = price.number("min_packages", 0);
        result.isRoundedDown = price.choice("round", {"up", "down"}) == 1;
        return result;
    }
    const TierPrice kind = model.ends_with("_package")      ? TierPrice::Package
                           : model.ends_with("_percentage") ? TierPrice::Percent
                                                            : TierPrice::Unit;
    if (model.starts_with("volume"))
        return rating::VolumePrice<Decimal>{readTiers(price, kind), readRules(price)};
    return rating::GraduatedPrice<Decimal>{readTiers(price, kind), readRules(price)};
}

/// The events that were rated before: the first ones that add up to the quantity.
std::size_t ratedEvents(const std::vector<Decimal>& events, const Decimal& quantity,
                        const std::string& path) {
    Decimal sum = 0;
    std::size_t count = 0;
    while (sum != quantity && count < events.size()) sum += events[count++];
    if (sum == quantity) return count;
    throw CaseProblem(path, "already_rated_quantity ends inside an event",
                      "give the sum of the first events that were rated before");
}

Decimal percentage(Fields& price, const json& usage, const std::string& usagePath, const Decimal* rated) {
    const rating::PercentagePrice<Decimal> rule = readPercentage(price, true);
    std::vector<Decimal> events;
    const auto take = [&](const json& value, const std::string& path) {
        events.push_back(decimalOf(value, path));
    };
    if (usage.is_object()) {
        Fields fields(usage, usagePath);
        fields.list("events", take);
        fields.finish();
    } else if (usage.is_array()) {
        for (std::size_t i = 0; i < usage.size(); ++i) take(usage[i], fmt::format("{}[{}]", usagePath, i));
    } else {
        take(usage, usagePath);
    }
    const std::span<const Decimal> all(events);
    Decimal amount = rating::percentageOfEvents(rule, all);
    if (rated != nullptr)
        amount -= rating::percentageOfEvents(rule, all.first(ratedEvents(events, *rated, usagePath)));
    return amount;
}

/// The amounts that came with the events, in minor units.
Decimal eventAmounts(const json& usage, const std::string& usagePath, int minorUnits) {
    Fields fields(usage, usagePath);
    const Decimal quantity = fields.number("quantity");
    Decimal sum = 0;
    fields.list("event_amounts_minor",
                [&](const json& item, const std::string& path) { sum += decimalOf(item, path); });
    fields.finish();
    for (int i = 0; i < minorUnits; ++i) sum *= *Decimal::parse("0.1");
    return quantity.isZero() ? Decimal(0) : sum;
}

Decimal capacity(Fields& price, const json& usage, const std::string& usagePath) {
    std::vector<std::string> metrics;
    std::vector<rating::CapacityTier<Decimal>> tiers;
    const auto indexOf = [&](const std::string& metric) {
        const auto index = static_cast<std::size_t>(std::ranges::find(metrics, metric) - metrics.begin());
        if (index == metrics.size()) metrics.push_back(metric);
        return index;
    };
    price.list("tiers", [&](const json& item, const std::string& path) {
        Fields fields(item, path);
        rating::CapacityTier<Decimal> tier;
        tier.amount = fields.number("amount");
        const json& limits = fields.need("limits");
        if (!limits.is_object()) throw CaseProblem(fields.pathOf("limits"), "must be an object");
        for (const auto& [metric, limit] : limits.items()) {
            const std::size_t index = indexOf(metric);
            tier.limits.resize(std::max(tier.limits.size(), index + 1));
            if (!limit.is_null())
                tier.limits[index] = decimalOf(limit, fmt::format("{}.limits.{}", path, metric));
        }
        fields.finish();
        tiers.push_back(std::move(tier));
    });
    for (auto& tier : tiers) tier.limits.resize(metrics.size());
    if (!usage.is_object()) throw CaseProblem(usagePath, "must be an object of quantities by metric");
    std::vector<Decimal> quantities(metrics.size(), Decimal(0));
    for (const auto& [metric, quantity] : usage.items()) {
        const auto found = std::ranges::find(metrics, metric);
        if (found == metrics.end())
            throw CaseProblem(usagePath, fmt::format("no tier limits the metric \"{}\"", metric));
        quantities[static_cast<std::size_t>(found - metrics.begin())] =
            decimalOf(quantity, fmt::format("{}.{}", usagePath, metric));
    }
    return rating::capacityAmount(tiers, quantities);
}

/// A plain quantity, or { quantity }.
Decimal quantityOf(const json& usage, const std::string& usagePath) {
    if (!usage.is_object()) return decimalOf(usage, usagePath);
    Fields fields(usage, usagePath);
    Decimal quantity = fields.number("quantity");
    fields.finish();
    return quantity;
}

Decimal onePrice(const std::string& model, Fields& price, const json& usage, const std::string& usagePath,
                 const Setting& setting, const Decimal* rated) {
    const Context& context = setting.context;
    Decimal amount;
    const auto refuseRated = [&] {
        if (rated != nullptr)
            throw CaseProblem(price.path(),
                              fmt::format("already_rated_quantity has no meaning for \"{}\"", model),
                              "give already_billed");
    };
    if (model == "percentage") {
        amount = percentage(price, usage, usagePath, rated);
    } else if (model == "capacity") {
        refuseRated();
        amount = capacity(price, usage, usagePath);
    } else if (model == "dynamic" && price.has("source") && price.choice("source", {"event_amounts"}) == 0) {
        refuseRated();
        amount = eventAmounts(usage, usagePath, setting.minorUnits);
    } else {
        const rating::Price<Decimal> rule = readPrice(model, price);
        const Decimal* picking = context.tierQuantity ? &*context.tierQuantity : nullptr;
        const Decimal total = usage.is_null() && model == "flat" ? Decimal(0) : quantityOf(usage, usagePath);
        amount = rating::amountOf(rule, total, picking);
        if (rated != nullptr) amount -= rating::amountOf(rule, *rated, picking);
    }
    price.finish();
    return amount;
}

}  // namespace

std::optional<Evaluation> evaluateCharge(const std::string& model, const json& price,
                                         const std::string& pricePath, const json& usage,
                                         const std::string& usagePath, const Setting& setting) {
    if (std::ranges::find(kChargeModels, model) == kChargeModels.end()) return std::nullopt;
    Evaluation evaluation;
    Fields fields(price, pricePath);
    fields.note({"model"});
    const json* rated = setting.context.alreadyRated;
    const std::string ratedPath = "context.already_rated_quantity";
    if (!fields.has("prices")) {
        const std::optional<Decimal> before =
            rated != nullptr ? std::optional(decimalOf(*rated, ratedPath)) : std::nullopt;
        evaluation.result = onePrice(model, fields, usage, usagePath, setting, before ? &*before : nullptr);
    } else {
        const json& prices = fields.need("prices");
        const bool isPaired = prices.is_array() && usage.is_array() && prices.size() == usage.size();
        if (!isPaired) throw CaseProblem(usagePath, "several prices need a list of as many quantities");
        if (rated != nullptr && !(rated->is_array() && rated->size() == prices.size()))
            throw CaseProblem(ratedPath, "several prices need a list of as many quantities");
        for (std::size_t i = 0; i < prices.size(); ++i) {
            Fields one(prices[i], fmt::format("{}.prices[{}]", pricePath, i));
            one.note({"filter", "metric"});
            std::optional<Decimal> before;
            if (rated != nullptr) before = decimalOf((*rated)[i], fmt::format("{}[{}]", ratedPath, i));
            evaluation.result += onePrice(model, one, usage[i], fmt::format("{}[{}]", usagePath, i), setting,
                                          before ? &*before : nullptr);
        }
        fields.finish();
    }
    if (setting.context.alreadyBilled && rated == nullptr)
        evaluation.result -= *setting.context.alreadyBilled;
    return evaluation;
}

}  // namespace breakeven::core::conformance
