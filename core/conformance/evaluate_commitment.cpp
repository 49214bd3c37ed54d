#include <fmt/format.h>

#include "core/conformance/evaluate.hpp"
#include "core/pricing/rating/commitments.hpp"

namespace breakeven::core::conformance {
namespace {

using nlohmann::json;
using rating::QuantityRounding;

/// A price inside a price: any charge model.
Decimal evaluateBase(Fields& price, const json& usage, const std::string& usagePath, const Setting& setting) {
    const json& base = price.need("base");
    Fields fields(base, price.pathOf("base"));
    return evaluateModel(fields.word("model"), base, price.pathOf("base"), usage, usagePath, setting).result;
}

Setting withoutBilled(Setting setting) {
    setting.context.alreadyBilled.reset();
    return setting;
}

Setting withoutContext(Setting setting) {
    const auto picking = setting.context.tierQuantity;
    setting.context = {};
    setting.context.tierQuantity = picking;
    return setting;
}

Evaluation bounded(Fields& price, const json& usage, const std::string& usagePath, const Setting& setting) {
    const Decimal charge =
        roundHalfAway(evaluateBase(price, usage, usagePath, withoutBilled(setting)), setting.places());
    rating::LineBounds<Decimal> bounds;
    bounds.discountPercent = price.number("discount_percent", 0);
    bounds.minimum = price.maybe("minimum_amount");
    bounds.maximum = price.maybe("maximum_amount");
    bounds.alreadyBilled = setting.context.alreadyBilled.value_or(Decimal(0));
    bounds.isLastInPeriod = setting.context.isLastInPeriod;
    const auto line = rating::boundedLine(charge, bounds, setting.places());
    return {line.amount(),
            {{"usage", line.usage},
             {"percent_discount", line.percentDiscount},
             {"cap_discount", line.capDiscount},
             {"true_up", line.trueUp}}};
}

Evaluation trueUp(Fields& price, const json& usage, const std::string& usagePath, const Setting& setting) {
    Fields fields(usage, usagePath);
    Decimal used = fields.number("used_amount");
    if (price.flag("round_used_first", false)) used = roundHalfAway(used, setting.places());
    const Decimal days = fields.number("days", 1);
    const Decimal whole = fields.number("days_in_period", 1);
    if (fields.has("days") != fields.has("days_in_period"))
        throw CaseProblem(usagePath, "days and days_in_period belong together");
    fields.finish();
    return {rating::trueUp(price.number("minimum_amount"), used, days, whole), {}};
}

/// A key of a window, else of the whole price.
template <typename Value>
std::optional<Value> either(std::optional<Value> own, std::optional<Value> shared) {
    return own ? own : shared;
}

Evaluation committed(Fields& price, const json& usage, const std::string& usagePath, const Setting& setting) {
    rating::CommittedCharge<Decimal> sum;
    const auto shared = [&](const char* key) { return price.maybe(key); };
    const auto sharedUnit = shared("unit_amount");
    const auto sharedFactor = shared("overage_factor");
    const auto sharedAmount = shared("commitment_amount");
    const auto sharedQuantity = shared("commitment_quantity");
    const bool sharedTrueUp = price.flag("true_up", false);
    const bool hasSharedBase = price.has("base");
    Fields fields(usage, usagePath);
    fields.list("windows", [&](const json& item, const std::string& path) {
        Fields window(item, path);
        const auto unit = either(window.maybe("unit_amount"), sharedUnit);
        const bool hasOwnBase = window.has("base");
        const auto priced = [&](const json& quantity, const std::string& quantityPath) {
            // The window's own price comes before the shared one.
            if (hasOwnBase) return evaluateBase(window, quantity, quantityPath, withoutContext(setting));
            if (unit && (window.has("unit_amount") || !hasSharedBase))
                return std::max(decimalOf(quantity, quantityPath), Decimal(0)) * *unit;
            if (!hasSharedBase)
                throw CaseProblem(path, "the window has no price", "give unit_amount, base or cost");
            return evaluateBase(price, quantity, quantityPath, withoutContext(setting));
        };
        const auto cost = window.maybe("cost");
        const Decimal charge = cost ? *cost : priced(window.need("quantity"), window.pathOf("quantity"));
        window.note({"quantity"});
        rating::Commitment<Decimal> commitment;
        const bool hasOwn = window.has("commitment_amount") || window.has("commitment_quantity");
        const auto amount = hasOwn ? window.maybe("commitment_amount") : sharedAmount;
        const auto quantity = hasOwn ? window.maybe("commitment_quantity") : sharedQuantity;
        if (amount && quantity)
            throw CaseProblem(path, "commitment_amount and commitment_quantity are given together",
                              "give one of them");
        if (amount) commitment.amount = *amount;
        if (quantity)
            commitment.amount = priced(json(quantity->text()), window.pathOf("commitment_quantity"));
        const Decimal prior = window.number("prior_usage_cost", 0);
        if (commitment.amount) *commitment.amount -= prior;
        commitment.overageFactor = either(window.maybe("overage_factor"), sharedFactor).value_or(Decimal(1));
        if (!(Decimal(0) < commitment.overageFactor))
            throw CaseProblem(path, "overage_factor must be above 0");
        commitment.hasTrueUp = window.flag("true_up", sharedTrueUp);
        const auto part = rating::committedCharge(charge, commitment);
        sum.utilized += part.utilized;
        sum.overage += part.overage;
        sum.trueUp += part.trueUp;
        window.note({"start", "end", "at"});
        window.finish();
    });
    fields.finish();
    return {sum.amount(), {{"utilized", sum.utilized}, {"overage", sum.overage}, {"true_up", sum.trueUp}}};
}

QuantityRounding roundingOf(Fields& fields, std::string_view key, bool isRequired) {
    if (!fields.has(key)) {
        if (isRequired) throw CaseProblem(fields.path(), fmt::format("\"{}\" is missing", key));
        return QuantityRounding::None;
    }
    switch (fields.choice(key, {"none", "half_up", "round", "ceiling", "ceil", "floor"})) {
        case 0:
            return QuantityRounding::None;
        case 1:
        case 2:
            return QuantityRounding::HalfAway;
        case 3:
        case 4:
            return QuantityRounding::Up;
        default:
            return QuantityRounding::Down;
    }
}

/// What is left of a figure when a part of the quantity was rated before.
template <typename Rule>
Decimal beyond(const json& usage, const std::string& usagePath, const Context& context, Rule rule) {
    Decimal amount = rule(decimalOf(usage, usagePath));
    if (context.alreadyRated != nullptr)
        amount -= rule(decimalOf(*context.alreadyRated, "context.already_rated_quantity"));
    return amount;
}

/// Money has no meaning for a quantity.
void refuseBilled(const std::string& model, const Context& context) {
    if (context.alreadyBilled)
        throw CaseProblem("context.already_billed", fmt::format("has no meaning for \"{}\"", model));
}

Evaluation conversion(Fields& price, const json& usage, const std::string& usagePath,
                      const Setting& setting) {
    rating::UnitConversion<Decimal> rule;
    rule.factor = price.positive("factor");
    rule.isDivided = price.choice("operation", {"multiply", "divide"}) == 1;
    price.need("operation");
    rule.rounding = roundingOf(price, "rounding", false);
    rule.places = static_cast<int>(price.whole("precision").value_or(0));
    rule.freeQuantity = price.number("free_quantity", 0);
    const bool hasBase = price.has("base");
    if (!hasBase) refuseBilled("unit_conversion", setting.context);
    Evaluation evaluation;
    evaluation.result = beyond(usage, usagePath, setting.context, [&](const Decimal& total) {
        Decimal quantity = rating::convertedQuantity(total, rule);
        if (!hasBase) return quantity;
        return evaluateBase(price, json(quantity.text()), usagePath, withoutContext(setting));
    });
    if (hasBase && setting.context.alreadyBilled && setting.context.alreadyRated == nullptr)
        evaluation.result -= *setting.context.alreadyBilled;
    return evaluation;
}

/// Reports state that the model has no rule for.
void refuseContext(const std::string& model, const Context& context, bool isBilledKnown) {
    const char* key = context.alreadyRated != nullptr           ? "already_rated_quantity"
                      : context.alreadyBilled && !isBilledKnown ? "already_billed"
                                                                : nullptr;
    if (key != nullptr)
        throw CaseProblem(std::string("context.") + key, fmt::format("has no meaning for \"{}\"", model));
}

}  // namespace

std::optional<Evaluation> evaluateCommitment(const std::string& model, const json& price,
                                             const std::string& pricePath, const json& usage,
                                             const std::string& usagePath, const Setting& setting) {
    Evaluation evaluation;
    const auto read = [&] {
        Fields fields(price, pricePath);
        fields.note({"model"});
        return fields;
    };
    if (model == "minimum_commitment" || model == "maximum_spend") {
        Fields fields = read();
        fields.need(model == "minimum_commitment" ? "minimum_amount" : "maximum_amount");
        evaluation = bounded(fields, usage, usagePath, setting);
        fields.finish();
    } else if (model == "true_up") {
        refuseContext(model, setting.context, false);
        Fields fields = read();
        evaluation = trueUp(fields, usage, usagePath, setting);
        fields.finish();
    } else if (model == "commitment_overage") {
        refuseContext(model, setting.context, true);
        Fields fields = read();
        evaluation = committed(fields, usage, usagePath, setting);
        fields.finish();
        evaluation.result -= setting.context.alreadyBilled.value_or(Decimal(0));
    } else if (model == "usage_discount") {
        refuseBilled(model, setting.context);
        Fields fields = read();
        const Decimal before =
            setting.context.alreadyRated != nullptr
                ? decimalOf(*setting.context.alreadyRated, "context.already_rated_quantity")
                : Decimal(0);
        evaluation.result =
            rating::billableQuantity(decimalOf(usage, usagePath), fields.number("free_quantity"), before);
        fields.finish();
    } else if (model == "unit_conversion") {
        Fields fields = read();
        evaluation = conversion(fields, usage, usagePath, setting);
        fields.finish();
    } else if (model == "quantity_rounding") {
        refuseBilled(model, setting.context);
        Fields fields = read();
        const QuantityRounding rounding = roundingOf(fields, "function", true);
        const int places = static_cast<int>(fields.whole("precision").value_or(0));
        evaluation.result = beyond(usage, usagePath, setting.context, [&](const Decimal& quantity) {
            return rating::roundedQuantity(quantity, rounding, places);
        });
        fields.finish();
    } else if (model == "bucketed") {
        refuseContext(model, setting.context, true);
        Fields fields = read();
        Fields windows(usage, usagePath);
        fields.need("base");
        windows.list("buckets", [&](const json& item, const std::string& path) {
            evaluation.result += evaluateBase(fields, item, path, withoutContext(setting));
        });
        windows.finish();
        fields.finish();
        evaluation.result -= setting.context.alreadyBilled.value_or(Decimal(0));
    } else {
        return std::nullopt;
    }
    return evaluation;
}

}  // namespace breakeven::core::conformance
