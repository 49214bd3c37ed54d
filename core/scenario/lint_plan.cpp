#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/scenario/toml_reading.hpp"

#include "core/units/infinity.hpp"

namespace breakeven::core::reading {
namespace {

constexpr double kNormal999 = 3.0902323061678132;  // the normal quantile of 0.999

/// Where nearly all of a user's monthly usage of a meter lies: 99.8 % of it, or all where it is bounded.
struct UsageRange {
    double low = 0.0;
    double high = kInfinity;
};

/// The range of one usage, at base values; none where the family has no cheap answer or hangs on another
/// meter.
std::optional<UsageRange> rangeOf(const Usage& usage) {
    if (usage.per) return std::nullopt;
    const double dormant = usage.dormant.base;
    std::optional<UsageRange> range;
    if (const auto* constant = std::get_if<Constant>(&usage.distribution)) {
        range = UsageRange{constant->value.base, constant->value.base};
    } else if (const auto* uniform = std::get_if<Uniform>(&usage.distribution)) {
        range = UsageRange{uniform->low.base, uniform->high.base};
    } else if (const auto* sample = std::get_if<Empirical>(&usage.distribution)) {
        range = UsageRange{sample->sorted->front(), sample->sorted->back()};
    } else if (const auto* lognormal = std::get_if<Lognormal>(&usage.distribution)) {
        const auto law = lognormalLaw(lognormal->locationKind, lognormal->location.base,
                                      lognormal->spreadKind, lognormal->spread.base, lognormal->root);
        if (law)
            range = UsageRange{std::exp(law->mu - kNormal999 * law->sigma),
                               std::exp(law->mu + kNormal999 * law->sigma)};
    }
    if (range && dormant > 0.0) range->low = 0.0;
    return range;
}

/// The range over all segments that the plan is offered to; none where any of them can't be told.
std::optional<UsageRange> rangeOf(std::size_t meter, const Plan& plan, const std::vector<Segment>& segments) {
    UsageRange all{kInfinity, 0.0};
    for (const std::size_t index : plan.segments) {
        const auto& usages = segments[index].usages;
        const auto usage = std::ranges::find(usages, meter, &Usage::meter);
        const std::optional<UsageRange> range =
            usage == usages.end() ? std::optional(UsageRange{0.0, 0.0}) : rangeOf(*usage);
        if (!range) return std::nullopt;
        all.low = std::min(all.low, range->low);
        all.high = std::max(all.high, range->high);
    }
    return plan.segments.empty() ? std::nullopt : std::optional(all);
}

const std::vector<Tier>* tiersOf(const Charge& charge) {
    if (charge.exactPrice) return nullptr;
    if (const auto* graduated = std::get_if<GraduatedPrice>(&charge.price)) return &graduated->tiers;
    const auto* volume = std::get_if<VolumePrice>(&charge.price);
    return volume != nullptr ? &volume->tiers : nullptr;
}

/// Units that cost nothing; 0 where there are none.
double allowanceOf(const Charge& charge) {
    if (charge.exactPrice) return 0.0;
    if (const auto* package = std::get_if<PackagePrice>(&charge.price)) return package->freeUnits.base;
    if (!std::holds_alternative<GraduatedPrice>(charge.price)) return 0.0;
    const Tier& first = tiersOf(charge)->front();
    const bool isFree = first.upTo && first.unitAmount.base == 0.0 && first.flatAmount.base == 0.0;
    return isFree ? first.upTo->base : 0.0;
}

/// Bills that fall when usage rises past the end of a tier.
void lintCliffs(Reader& reader, const toml::table& table, const std::string& path, const Charge& charge) {
    const auto* volume = std::get_if<VolumePrice>(&charge.price);
    const toml::array* places = table["tiers"].as_array();
    if (charge.exactPrice || volume == nullptr || places == nullptr) return;
    const auto amountAt = [&](const Tier& tier, double quantity) {
        const double units =
            tier.packageSize ? std::ceil(quantity / tier.packageSize->base) : quantity / charge.per.base;
        const double amount = units * tier.unitAmount.base + tier.flatAmount.base;
        return tier.maxAmount ? std::min(amount, tier.maxAmount->base) : amount;
    };
    for (std::size_t i = 0; i + 1 < volume->tiers.size(); ++i) {
        const Tier& tier = volume->tiers[i];
        const Tier& next = volume->tiers[i + 1];
        if (!tier.upTo) continue;
        const double edge = tier.upTo->base;
        const double before = amountAt(tier, edge);
        const double after = amountAt(next, edge);
        if (!(after < before)) continue;
        reader.lint(*places->get(i + 1),
                    fmt::format("{}: the bill falls from {:.10g} to {:.10g} when usage passes {:.10g}", path,
                                before, after, edge),
                    "make it graduated, or add a flat_amount to the next tier");
    }
}

}  // namespace

void lintCharge(Reader& reader, const toml::table& table, const std::string& path, const Charge& charge) {
    lintCliffs(reader, table, path, charge);
}

void lintPlan(Reader& reader, const toml::table& table, const Plan& plan,
              const std::vector<Segment>& segments) {
    const toml::array* charges = table["charge"].as_array();
    if (charges == nullptr || charges->size() != plan.charges.size()) return;
    for (std::size_t c = 0; c < plan.charges.size(); ++c) {
        const Charge& charge = plan.charges[c];
        const toml::table& place = *charges->get(c)->as_table();
        const std::string path = fmt::format("plan.{}.charge.{}", plan.id, charge.id);
        const bool isOneMeter = charge.meters.size() == 1 && charge.meters.front().weight.base > 0.0 &&
                                !charge.terms.refunds && !plan.terms.isPooled;
        if (!isOneMeter) continue;
        const double weight = charge.meters.front().weight.base;
        const std::size_t meter = charge.meters.front().meter;
        std::optional<UsageRange> range = rangeOf(meter, plan, segments);
        for (const Limit& limit : plan.limits) {
            if (limit.meter != meter || limit.action != Limit::Action::Block || limit.window) continue;
            if (!range) range = UsageRange{0.0, kInfinity};
            range->high = std::min(range->high, limit.amount.base);
            range->low = std::min(range->low, range->high);
        }
        if (!range) continue;
        const double low = range->low * weight;
        const double high = range->high * weight;
        if (const double allowance = allowanceOf(charge); allowance > 0.0) {
            if (allowance < low)
                reader.lint(place,
                            fmt::format("{}: the allowance of {:.10g} is always exceeded: usage is at least "
                                        "{:.4g}",
                                        path, allowance, low),
                            "raise it, or leave it out");
            else if (allowance >= high)
                reader.lint(
                    place,
                    fmt::format("{}: the allowance of {:.10g} is never used up: usage is at most {:.4g}",
                                path, allowance, high),
                    "lower it, or leave the price beyond it out");
        }
        const std::vector<Tier>* tiers = tiersOf(charge);
        const toml::array* tierPlaces = place["tiers"].as_array();
        if (tiers == nullptr || tierPlaces == nullptr || allowanceOf(charge) >= high) continue;
        for (std::size_t i = 1; i < tiers->size(); ++i) {
            const auto& from = (*tiers)[i - 1].upTo;
            if (!from || from->base < high) continue;
            reader.lint(
                *tierPlaces->get(i),
                fmt::format("{}: tier {} begins at {:.10g} and is never reached: usage is at most {:.4g}",
                            path, i + 1, from->base, high),
                "remove it, or lower the up_to before it");
            break;
        }
    }
}

}  // namespace breakeven::core::reading
