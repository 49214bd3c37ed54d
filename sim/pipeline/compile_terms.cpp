#include <algorithm>
#include <limits>
#include <numeric>
#include <tuple>

#include "sim/pipeline/compiled_terms.hpp"

namespace breakeven::sim {
namespace {

/// Compiles the terms of a plan with the belief draws of one world.
struct TermsCompiler {
    std::span<const double> draws;

    [[nodiscard]] double value(const core::Parameter& parameter) const {
        return core::valueIn(parameter, draws);
    }
    [[nodiscard]] double value(const std::optional<core::Parameter>& parameter, double none) const {
        return parameter ? value(*parameter) : none;
    }

    [[nodiscard]] std::vector<ChargeTier> tiers(const std::vector<core::Tier>& source, double per) const {
        std::vector<ChargeTier> result;
        double from = 0.0;
        for (const core::Tier& tier : source) {
            const double upTo = value(tier.upTo, kUnbounded);
            result.push_back({from, upTo, value(tier.unitAmount) / per, value(tier.flatAmount),
                              value(tier.maxAmount, kUnbounded), value(tier.packageSize, 0.0)});
            from = upTo;
        }
        return result;
    }

    [[nodiscard]] ChargeRule rule(const core::Charge& charge, const core::FlatPrice& price) const {
        (void)charge;
        return FlatRule{value(price.amount)};
    }
    [[nodiscard]] ChargeRule rule(const core::Charge& charge, const core::UnitPrice& price) const {
        return UnitRule{value(price.unitAmount) / value(charge.per)};
    }
    [[nodiscard]] ChargeRule rule(const core::Charge& charge, const core::GraduatedPrice& price) const {
        return GraduatedRule{tiers(price.tiers, value(charge.per)), charge.terms.isFlatAtZero};
    }
    [[nodiscard]] ChargeRule rule(const core::Charge& charge, const core::VolumePrice& price) const {
        return VolumeRule{tiers(price.tiers, value(charge.per)), charge.terms.isFlatAtZero};
    }
    [[nodiscard]] ChargeRule rule(const core::Charge&, const core::PackagePrice& price) const {
        return PackingTerms{value(price.amount), value(price.size), value(price.freeUnits),
                            value(price.minPackages, 0.0), price.isRoundedDown};
    }
    [[nodiscard]] ChargeRule rule(const core::Charge&, const core::PercentagePrice& price) const {
        return ShareRule{value(price.freeAmount), value(price.ratePercent), value(price.fixedAmount),
                         price.events};
    }
    [[nodiscard]] ChargeRule rule(const core::Charge&, const core::PercentageEventPrice& price) const {
        return EventTerms{value(price.ratePercent), value(price.fixedAmount), value(price.least, -kUnbounded),
                          value(price.most, kUnbounded)};
    }
    [[nodiscard]] ChargeRule rule(const core::Charge&, const core::CapacityPrice& price) const {
        CapacityRule result;
        for (const core::CapacityTier& tier : price.tiers) {
            for (const auto& limit : tier.limits) result.limits.push_back(value(limit, kUnbounded));
            result.amounts.push_back(value(tier.amount));
        }
        return result;
    }

    [[nodiscard]] CompiledLine line(const core::Charge& charge) const {
        CompiledLine result;
        for (const core::WeightedMeter& part : charge.meters)
            result.meters.emplace_back(part.meter, value(part.weight));
        result.per = value(charge.per);
        const auto toRule = [&](const auto& price) { return rule(charge, price); };
        result.rule =
            charge.exactPrice ? std::visit(toRule, *charge.exactPrice) : std::visit(toRule, charge.price);
        const core::ChargeTerms& terms = charge.terms;
        result.refunds = terms.refunds;
        using enum core::ChargeTerms::Rounding;
        if (terms.rounding == HalfUp) result.rounding = WholeUnits::HalfUp;
        if (terms.rounding == Ceiling) result.rounding = WholeUnits::Up;
        if (terms.rounding == Floor) result.rounding = WholeUnits::Down;
        if (terms.commitment)
            result.commitment = {value(*terms.commitment), value(terms.overageFactor), terms.hasTrueUp};
        if (terms.discount || terms.minimum || terms.maximum)
            result.bounds = {value(terms.discount, 0.0), value(terms.minimum, 0.0),
                             value(terms.maximum, kUnbounded)};
        return result;
    }

    [[nodiscard]] CompiledCredit credit(const core::Credit& source, std::size_t charges) const {
        CompiledCredit result;
        result.amount = value(source.amount);
        result.isOnce = source.isOnce;
        result.expires = source.expires;
        if (source.rolloverMax) result.rolloverMax = value(*source.rolloverMax);
        for (std::size_t c = 0; c < charges; ++c) {
            if (source.charges.empty() || std::ranges::find(source.charges, c) != source.charges.end())
                result.charges.push_back(c);
        }
        return result;
    }
};

bool isPlain(const core::Charge& charge) {
    if (charge.exactPrice || charge.terms != core::ChargeTerms{}) return false;
    const auto areTiersPlain = [](const std::vector<core::Tier>& tiers) {
        return std::ranges::none_of(
            tiers, [](const core::Tier& tier) { return tier.maxAmount || tier.packageSize; });
    };
    if (const auto* graduated = std::get_if<core::GraduatedPrice>(&charge.price))
        return areTiersPlain(graduated->tiers);
    if (const auto* volume = std::get_if<core::VolumePrice>(&charge.price))
        return areTiersPlain(volume->tiers);
    const auto* package = std::get_if<core::PackagePrice>(&charge.price);
    return package == nullptr || (!package->minPackages && !package->isRoundedDown);
}

bool isBilled(const core::Limit& limit) {
    return limit.action == core::Limit::Action::Overage || limit.action == core::Limit::Action::AutoBuy;
}

}  // namespace

bool hasTerms(const core::Plan& plan) {
    const core::PlanTerms& terms = plan.terms;
    return !std::ranges::all_of(plan.charges, isPlain) || std::ranges::any_of(plan.limits, isBilled) ||
           !terms.credits.empty() || terms.topUp || !terms.coupons.empty() || terms.trialMonths > 0;
}

std::optional<CompiledTerms> compileTerms(const core::Plan& plan, std::span<const double> draws) {
    if (!hasTerms(plan)) return std::nullopt;
    const core::PlanTerms& source = plan.terms;
    const TermsCompiler compiler{draws};
    CompiledTerms result;
    result.fee = compiler.value(plan.fee);
    result.minimum = compiler.value(plan.minimum, 0.0);
    result.maximum = compiler.value(plan.maximum, kUnbounded);
    for (const core::Charge& charge : plan.charges) result.lines.push_back(compiler.line(charge));
    for (const core::Limit& limit : plan.limits) {
        if (isBilled(limit))
            result.overages.push_back({limit.meter, compiler.value(limit.amount), compiler.value(limit.price),
                                       compiler.value(limit.per),
                                       limit.action == core::Limit::Action::AutoBuy});
    }
    std::vector<std::size_t> order(source.credits.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::ranges::stable_sort(order, {}, [&](std::size_t i) {
        const core::Credit& credit = source.credits[i];
        return std::tuple(credit.priority.value_or(std::numeric_limits<std::int64_t>::max()),
                          !credit.isPromotional);
    });
    for (const std::size_t i : order)
        result.credits.push_back(compiler.credit(source.credits[i], plan.charges.size()));
    if (source.topUp)
        result.topUp = {compiler.value(source.topUp->amount), compiler.value(source.topUp->price)};
    for (const core::PlanCoupon& coupon : source.coupons) {
        const auto percent = coupon.percent ? std::optional(compiler.value(*coupon.percent)) : std::nullopt;
        result.coupons.push_back({percent, compiler.value(coupon.amount), coupon.months});
    }
    result.trialMonths = source.trialMonths;
    result.isTrialForAll = source.isTrialForAll;
    return result;
}

}  // namespace breakeven::sim
