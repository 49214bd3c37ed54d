#include "core/billing/exact_plan.hpp"

#include <fmt/format.h>

#include "core/units/currency.hpp"

namespace breakeven::core {
namespace {

std::optional<Decimal> exactValue(const std::optional<Parameter>& parameter) {
    return parameter ? std::optional(core::exactValue(*parameter)) : std::nullopt;
}

/// Turns one charge into exact rules.
class ChargeMaker {
  public:
    ChargeMaker(const Charge& source, const rating::TierRules& rules) : source_(source), rules_(rules) {}

    [[nodiscard]] ExactCharge make() {
        charge_.id = source_.id;
        for (const WeightedMeter& part : source_.meters)
            charge_.meters.emplace_back(part.meter, core::exactValue(part.weight));
        charge_.refunds = source_.terms.refunds;
        charge_.per = core::exactValue(source_.per);
        charge_.isBucketed = source_.terms.isBucketed;
        charge_.rounding = static_cast<rating::QuantityRounding>(source_.terms.rounding);
        if (source_.terms.isFlatAtZero) rules_.flatAtZero = rating::FlatAtZero::FirstTier;
        if (source_.exactPrice)
            std::visit([this](const auto& price) { take(price); }, *source_.exactPrice);
        else
            std::visit([this](const auto& price) { take(price); }, source_.price);
        const ChargeTerms& terms = source_.terms;
        if (terms.discount) charge_.bounds.discountPercent = core::exactValue(*terms.discount);
        charge_.bounds.minimum = exactValue(terms.minimum);
        charge_.bounds.maximum = exactValue(terms.maximum);
        charge_.commitment.amount = exactValue(terms.commitment);
        charge_.commitment.overageFactor = core::exactValue(terms.overageFactor);
        charge_.commitment.hasTrueUp = terms.hasTrueUp;
        return std::move(charge_);
    }

  private:
    /// True when the amount per single unit ends, so that it can be kept as such.
    [[nodiscard]] bool ends(const Decimal& amount) const {
        return quotient(amount, charge_.per) * charge_.per == amount;
    }
    [[nodiscard]] Decimal perUnit(const Decimal& amount) const {
        return charge_.divisor == Decimal(1) ? quotient(amount, charge_.per) : amount;
    }

    void take(const FlatPrice& price) {
        charge_.price = rating::FlatPrice<Decimal>{core::exactValue(price.amount)};
    }
    void take(const UnitPrice& price) {
        const Decimal amount = core::exactValue(price.unitAmount);
        if (!ends(amount)) charge_.divisor = charge_.per;
        charge_.price = rating::UnitPrice<Decimal>{perUnit(amount)};
    }
    std::vector<rating::Tier<Decimal>> tiers(const std::vector<Tier>& source) {
        for (const Tier& tier : source) {
            // Tiers that are rounded one by one can't be kept times a divisor: 38 digits must do.
            if (!rules_.roundTo && !ends(core::exactValue(tier.unitAmount))) charge_.divisor = charge_.per;
        }
        std::vector<rating::Tier<Decimal>> result;
        for (const Tier& tier : source) {
            rating::Tier<Decimal> item;
            item.upTo = exactValue(tier.upTo);
            item.unitAmount = perUnit(core::exactValue(tier.unitAmount));
            item.flatAmount = core::exactValue(tier.flatAmount) * charge_.divisor;
            item.packageSize = exactValue(tier.packageSize);
            item.maxAmount = exactValue(tier.maxAmount);
            if (item.maxAmount) *item.maxAmount *= charge_.divisor;
            result.push_back(std::move(item));
        }
        return result;
    }
    void take(const GraduatedPrice& price) {
        auto items = tiers(price.tiers);
        charge_.price = rating::GraduatedPrice<Decimal>{std::move(items), rules_};
    }
    void take(const VolumePrice& price) {
        auto items = tiers(price.tiers);
        charge_.price = rating::VolumePrice<Decimal>{std::move(items), rules_};
    }
    void take(const PackagePrice& price) {
        charge_.price = rating::PackagePrice<Decimal>{
            core::exactValue(price.size), core::exactValue(price.amount), core::exactValue(price.freeUnits),
            exactValue(price.minPackages).value_or(Decimal(0)), price.isRoundedDown};
    }
    void take(const PercentagePrice& price) {
        charge_.events = price.events;
        rating::PercentagePrice<Decimal> result;
        result.ratePercent = core::exactValue(price.ratePercent);
        result.fixedAmount = core::exactValue(price.fixedAmount);
        result.freeAmount = core::exactValue(price.freeAmount);
        charge_.price = result;
        charge_.isValueSum = true;
    }
    void take(const PercentageEventPrice& price) {
        rating::PercentagePrice<Decimal> result;
        result.ratePercent = core::exactValue(price.ratePercent);
        result.fixedAmount = core::exactValue(price.fixedAmount);
        result.perEventMin = exactValue(price.least);
        result.perEventMax = exactValue(price.most);
        charge_.price = result;
    }
    void take(const CapacityPrice& price) {
        for (const CapacityTier& tier : price.tiers) {
            rating::CapacityTier<Decimal> item;
            for (const auto& limit : tier.limits) item.limits.push_back(exactValue(limit));
            item.amount = core::exactValue(tier.amount);
            charge_.capacity.push_back(std::move(item));
        }
    }

    const Charge& source_;
    rating::TierRules rules_;
    ExactCharge charge_;
};

}  // namespace

Decimal exactValue(const Parameter& parameter) {
    const std::string text = parameter.exact.empty() ? fmt::format("{}", parameter.base) : parameter.exact;
    if (const auto value = Decimal::parse(text)) return *value;
    throw Error(Error::Kind::Input,
                {Severity::Error, {"", 0, 0}, fmt::format("{} can't be kept exactly", text), ""});
}

ExactPlan exactPlan(const Scenario& scenario, const Plan& plan, const Semantics& semantics) {
    ExactPlan result;
    result.plan = &plan;
    result.semantics = semantics;
    result.places = minorUnitDecimals(scenario.currency);
    result.meterCount = scenario.meters.size();
    result.fee = exactValue(plan.fee);
    result.minimum = exactValue(plan.minimum);
    result.maximum = exactValue(plan.maximum);
    rating::TierRules rules{semantics.flatAtZero, {}};
    if (semantics.rounding == RoundingScope::Tier) rules.roundTo = result.places;
    for (const Charge& charge : plan.charges) result.charges.push_back(ChargeMaker(charge, rules).make());
    for (const Limit& limit : plan.limits)
        result.limits.push_back({limit.id, limit.meter, limit.action, exactValue(limit.amount),
                                 exactValue(limit.keptShare), exactValue(limit.price),
                                 exactValue(limit.per)});
    for (const Credit& credit : plan.terms.credits)
        result.credits.push_back(
            {credit.id, exactValue(credit.amount), exactValue(credit.rolloverMax), &credit});
    if (plan.terms.topUp)
        result.topUp = {exactValue(plan.terms.topUp->amount), exactValue(plan.terms.topUp->price)};
    for (const PlanCoupon& coupon : plan.terms.coupons)
        result.coupons.push_back({exactValue(coupon.percent), exactValue(coupon.amount), Decimal(0)});
    result.taxPercent = exactValue(plan.terms.taxPercent);
    return result;
}

}  // namespace breakeven::core
