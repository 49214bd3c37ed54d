#include <fmt/format.h>

#include "core/conformance/evaluate.hpp"
#include "core/pricing/rating/aggregation.hpp"
#include "core/pricing/rating/discounts.hpp"
#include "core/pricing/rating/proration.hpp"

namespace breakeven::core::conformance {
namespace {

using nlohmann::json;

struct Share {
    Decimal part = 1;
    Decimal whole = 1;
};

Share readShare(const json& usage, const std::string& usagePath, rating::ProrationMethod method) {
    Fields fields(usage, usagePath);
    Share share;
    if (fields.has("days") || fields.has("days_in_period")) {
        share = {fields.number("days"), fields.number("days_in_period")};
    } else {
        const auto at = [&](const char* key) { return timePointOf(fields.need(key), fields.pathOf(key)); };
        const auto found =
            rating::periodShare(method, at("period_start"), at("period_end"), at("from"), at("to"));
        share = {Decimal(found.part), Decimal(found.whole)};
    }
    fields.finish();
    return share;
}

Evaluation proration(Fields& price, const json& usage, const std::string& usagePath, const Setting& setting) {
    const auto method = static_cast<rating::ProrationMethod>(
        price.choice("method", {"days_inclusive", "days_exclusive_end", "seconds_exclusive_end"}));
    price.need("method");
    const Share share = readShare(usage, usagePath, method);
    const auto amount = price.maybe("amount");
    const auto oldAmount = price.maybe("old_amount");
    const auto newAmount = price.maybe("new_amount");
    if (amount.has_value() == (oldAmount || newAmount))
        throw CaseProblem(price.path(), "give amount, or old_amount and new_amount");
    if (amount) return {rating::prorated(*amount, share.part, share.whole), {}};
    const auto change = rating::priceChange(oldAmount.value_or(Decimal(0)), newAmount.value_or(Decimal(0)),
                                            share.part, share.whole, setting.places());
    return {change.credit + change.charge, {{"credit", change.credit}, {"charge", change.charge}}};
}

Evaluation prorationWithTax(Fields& price, const json& usage, const std::string& usagePath,
                            const Setting& setting) {
    const auto method = static_cast<rating::ProrationMethod>(
        price.choice("method", {"days_inclusive", "days_exclusive_end", "seconds_exclusive_end"}));
    const Share share = readShare(usage, usagePath, method);
    const Decimal exact = rating::prorated(price.number("amount"), share.part, share.whole);
    const Decimal net = roundHalfAway(exact, setting.places());
    const Decimal tax =
        roundHalfAway(rating::percentOf(exact, price.number("tax_percent")), setting.places());
    return {net + tax, {{"net", net}, {"tax", tax}}};
}

Evaluation coupons(Fields& price, const json& usage, const std::string& usagePath, const Setting& setting) {
    std::vector<rating::Coupon<Decimal>> list;
    price.list("coupons", [&](const json& item, const std::string& path) {
        Fields fields(item, path);
        rating::Coupon<Decimal> coupon;
        fields.need("type");
        if (fields.choice("type", {"fixed", "percentage"}) == 1) {
            coupon.percent = fields.number("percent");
        } else {
            coupon.amount = fields.number("amount");
            coupon.alreadyUsed = fields.number("already_used", 0);
        }
        fields.note({"id", "name"});
        fields.finish();
        list.push_back(std::move(coupon));
    });
    const auto order = price.choice("order", {"as_given", "percentage_first"}) == 0
                           ? rating::CouponOrder::AsGiven
                           : rating::CouponOrder::PercentageFirst;
    Fields fields(usage, usagePath);
    const Decimal subtotal = fields.number("subtotal");
    fields.finish();
    return {rating::couponDiscount(subtotal, std::move(list), order, setting.places()), {}};
}

Evaluation allocation(Fields& price, const Setting& setting) {
    std::vector<std::string> keys;
    std::vector<Decimal> weights;
    price.list("items", [&](const json& item, const std::string& path) {
        Fields fields(item, path);
        keys.push_back(fields.word("key"));
        weights.push_back(fields.number("weight"));
        fields.finish();
    });
    static_cast<void>(price.choice("method", {"largest_remainder"}));
    const auto ties = price.choice("tie_break", {"given_order", "key"}) == 0 ? rating::TieBreak::GivenOrder
                                                                             : rating::TieBreak::Key;
    const auto shares = rating::allocated(price.number("amount"), weights, keys, ties, setting.minorUnits);
    Evaluation evaluation;
    std::map<std::string, Decimal> named;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        named[keys[i]] += shares[i];
        evaluation.result += shares[i];
    }
    evaluation.parts["shares"] = named;
    return evaluation;
}

Evaluation aggregation(Fields& price, const json& usage, const std::string& usagePath) {
    price.need("aggregation");
    const auto kind = static_cast<rating::Aggregation>(price.choice(
        "aggregation",
        {"sum", "count", "max", "min", "latest", "unique_count", "sum_unique_id", "weighted_sum"}));
    const bool needsTime = kind == rating::Aggregation::Latest || kind == rating::Aggregation::WeightedSum;
    Fields fields(usage, usagePath);
    const auto start = fields.timePoint("period_start");
    const auto end = fields.timePoint("period_end");
    std::vector<rating::MeterEvent<Decimal>> events;
    fields.list("events", [&](const json& item, const std::string& path) {
        Fields one(item, path);
        rating::MeterEvent<Decimal> event;
        const auto at =
            needsTime ? std::optional(timePointOf(one.need("at"), one.pathOf("at"))) : one.timePoint("at");
        event.at = at.value_or(TimePoint());
        if (kind == rating::Aggregation::SumUniqueId) event.id = one.need("id").dump();
        if (kind == rating::Aggregation::UniqueCount) {
            const json& value = one.need("value");
            event.text = value.is_string() ? value.get<std::string>() : value.dump();
        } else if (kind != rating::Aggregation::Count) {
            event.value = one.number("value");
        }
        one.note({"id", "value"});
        one.finish();
        const bool isOutside = at && ((start && *at < *start) || (end && !(*at < *end)));
        if (!isOutside) events.push_back(std::move(event));
    });
    Decimal quantity;
    if (kind == rating::Aggregation::WeightedSum) {
        quantity =
            rating::weightedSum(fields.number("initial_value", 0), events,
                                timePointOf(fields.need("period_start"), fields.pathOf("period_start")),
                                timePointOf(fields.need("period_end"), fields.pathOf("period_end")));
    } else {
        quantity = rating::aggregated(kind, events);
    }
    fields.finish();
    const auto unit = price.maybe("unit_amount");
    return {unit ? quantity * *unit : quantity, {}};
}

Evaluation lines(const json& usage, const std::string& usagePath, const Setting& setting) {
    Evaluation evaluation;
    Fields fields(usage, usagePath);
    fields.list("lines", [&](const json& item, const std::string& path) {
        const bool isPair = item.is_array() && item.size() == 2;
        const Decimal amount =
            isPair ? decimalOf(item[0], path) * decimalOf(item[1], path) : decimalOf(item, path);
        evaluation.result += roundHalfAway(amount, setting.places());
    });
    fields.finish();
    return evaluation;
}

Evaluation total(Fields& price, const json& usage, const std::string& usagePath, const Setting& setting) {
    price.need("order");
    const auto order = static_cast<rating::InvoiceOrder>(price.choice(
        "order", {"coupons_credits_then_tax", "coupons_tax_credits", "tax_then_coupons_credits"}));
    Fields fields(usage, usagePath);
    const auto result =
        rating::invoiceTotal(fields.number("fees"), fields.number("coupons", 0), fields.number("credits", 0),
                             fields.number("tax_percent", 0), order, setting.places());
    fields.finish();
    return {result.due, {{"coupons", result.coupons}, {"credits", result.credits}, {"tax", result.tax}}};
}

Evaluation costOf(const json& usage, const std::string& usagePath) {
    Evaluation evaluation;
    Fields fields(usage, usagePath);
    fields.list("lines", [&](const json& item, const std::string& path) {
        Fields one(item, path);
        evaluation.result += one.number("quantity") * one.number("unit_cost");
        one.note({"id", "name"});
        one.finish();
    });
    fields.finish();
    return evaluation;
}

Evaluation margin(Fields& price, const json& usage, const std::string& usagePath) {
    Fields fields(usage, usagePath);
    const Decimal revenue = fields.number("revenue");
    const Decimal cost = fields.number("quantity") * price.number("unit_cost");
    fields.finish();
    Evaluation evaluation{revenue - cost, {{"cost", cost}}};
    if (!revenue.isZero())
        evaluation.parts["margin_rate"] = roundHalfAway(quotient(evaluation.result, revenue), 10);
    return evaluation;
}

}  // namespace

std::optional<Evaluation> evaluateInvoice(const std::string& model, const json& price,
                                          const std::string& pricePath, const json& usage,
                                          const std::string& usagePath, const Setting& setting) {
    Fields fields(price, pricePath);
    fields.note({"model"});
    Evaluation evaluation;
    if (model == "proration") {
        evaluation = proration(fields, usage, usagePath, setting);
    } else if (model == "proration_with_tax") {
        evaluation = prorationWithTax(fields, usage, usagePath, setting);
    } else if (model == "coupon") {
        evaluation = coupons(fields, usage, usagePath, setting);
    } else if (model == "allocation") {
        evaluation = allocation(fields, setting);
    } else if (model == "aggregation") {
        evaluation = aggregation(fields, usage, usagePath);
    } else if (model == "money_rounding") {
        evaluation.result = roundHalfAway(decimalOf(usage, usagePath), setting.places());
    } else if (model == "invoice_rounding") {
        evaluation = lines(usage, usagePath, setting);
    } else if (model == "invoice_total") {
        evaluation = total(fields, usage, usagePath, setting);
    } else if (model == "cost") {
        evaluation = costOf(usage, usagePath);
    } else if (model == "margin") {
        evaluation = margin(fields, usage, usagePath);
    } else {
        return std::nullopt;
    }
    fields.finish();
    if (setting.context.alreadyRated != nullptr || setting.context.alreadyBilled)
        throw CaseProblem("context", fmt::format("this state has no meaning for \"{}\"", model));
    return evaluation;
}

}  // namespace breakeven::core::conformance
