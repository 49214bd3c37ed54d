#include "sim/pipeline/terms_biller.hpp"

#include <algorithm>
#include <array>

#include "core/variant/overloaded.hpp"

namespace breakeven::sim {
namespace {

void takeCoupons(const CompiledTerms& terms, std::size_t month, double* total, std::uint32_t n) {
    for (const CompiledCoupon& coupon : terms.coupons) {
        if (coupon.months && month >= *coupon.months) continue;
        for (std::uint32_t i = 0; i < n; ++i) {
            const double value = coupon.percent ? total[i] * *coupon.percent / 100.0 : coupon.amount;
            total[i] -= std::min(value, total[i]);
        }
    }
}

}  // namespace

void TermsBiller::start(const CompiledTerms& terms, std::size_t months, std::uint32_t blockUsers) {
    ledger_.start(terms, months, blockUsers);
    lines_.resize(terms.lines.size(), Column(blockUsers));
    gross_.resize(blockUsers);
    quantity_.resize(blockUsers);
}

void TermsBiller::bill(const CompiledTerms& terms, std::size_t month, const BlockUsage& usage,
                       double* revenue, double* lapsed) {
    const std::uint32_t n = usage.n;
    const bool isTrial = month < terms.trialMonths;
    const bool isFree = isTrial && terms.isTrialForAll;
    fill(isTrial ? 0.0 : terms.fee, revenue, n);
    billOverages(terms, usage, revenue);
    for (std::size_t i = 0; i < lines_.size(); ++i) {
        billLine(terms.lines[i], usage, lines_[i].data());
        addTo(lines_[i].data(), revenue, n);
    }
    if (isFree) fill(0.0, revenue, n);
    std::copy_n(revenue, n, gross_.begin());
    takeCoupons(terms, month, revenue, n);
    boundLines({0.0, isFree ? 0.0 : terms.minimum, terms.maximum}, revenue, n);
    ledger_.grant(terms, month, n);
    if (!terms.credits.empty() || terms.topUp) {
        openLines(lines_.size(), revenue, n);
        ledger_.pay(terms, month, lines_, revenue, n);
    }
    ledger_.close(terms, month, lapsed, n);
}

void TermsBiller::billOverages(const CompiledTerms& terms, const BlockUsage& usage, double* revenue) const {
    for (const CompiledOverage& overage : terms.overages) {
        const double* asked = usage.asked[overage.meter];
        if (overage.isPacked) {
            addPackages(asked, {overage.price, overage.per, overage.amount}, revenue, usage.n);
            continue;
        }
        const std::array tiers = {PriceTier{overage.amount, kUnbounded, overage.price / overage.per, 0.0}};
        addGraduated(asked, tiers, revenue, usage.n);
    }
}

const double* TermsBiller::quantityOf(const CompiledLine& line, const BlockUsage& usage) {
    const bool isPlain =
        line.meters.size() == 1 && line.meters.front().second == 1.0 && !line.refunds && !line.rounding;
    if (isPlain) return usage.served[line.meters.front().first];
    parts_.clear();
    for (const auto& [meter, weight] : line.meters) parts_.push_back({usage.served[meter], weight});
    weightedSum(parts_, quantity_.data(), usage.n);
    if (line.refunds) takeOff(usage.served[*line.refunds], quantity_.data(), usage.n);
    if (line.rounding) roundQuantities(line.per, *line.rounding, quantity_.data(), usage.n);
    return quantity_.data();
}

void TermsBiller::billLine(const CompiledLine& line, const BlockUsage& usage, double* out) {
    price(line, quantityOf(line, usage), usage, out);
    if (line.commitment) applyCommitment(*line.commitment, out, usage.n);
    if (line.bounds) boundLines(*line.bounds, out, usage.n);
}

void TermsBiller::price(const CompiledLine& line, const double* q, const BlockUsage& usage, double* out) {
    const std::uint32_t n = usage.n;
    std::visit(core::Overloaded{[&](const FlatRule& rule) { fill(rule.amount, out, n); },
                                [&](const UnitRule& rule) {
                                    const WeightedColumn product[] = {{q, rule.unit}};
                                    weightedSum(product, out, n);
                                },
                                [&](const GraduatedRule& rule) {
                                    graduatedAmounts(q, {rule.tiers, rule.isFlatAtZero}, out, n);
                                },
                                [&](const VolumeRule& rule) {
                                    volumeAmounts(q, {rule.tiers, rule.isFlatAtZero}, out, n);
                                },
                                [&](const PackingTerms& rule) { packageAmounts(q, rule, out, n); },
                                [&](const EventTerms& rule) { eventAmounts(q, rule, out, n); },
                                [&](const ShareRule& rule) {
                                    shareAmounts(q, rule.free, rule.ratePercent, out, n);
                                    if (rule.events)
                                        addPerUnit(usage.served[*rule.events], rule.fixed, out, n);
                                },
                                [&](const CapacityRule& rule) {
                                    std::vector<const double*> columns;
                                    for (const auto& [meter, weight] : line.meters)
                                        columns.push_back(usage.served[meter]);
                                    capacityAmounts(columns, {rule.limits, rule.amounts}, out, n);
                                }},
               line.rule);
}

/// What credits may pay of each line: its part of what is due after discounts and caps.
void TermsBiller::openLines(std::size_t lines, const double* due, std::uint32_t n) {
    for (std::size_t k = 0; k < lines; ++k) {
        for (std::uint32_t i = 0; i < n; ++i) {
            if (due[i] < gross_[i]) lines_[k][i] = lines_[k][i] * due[i] / gross_[i];
        }
    }
}

}  // namespace breakeven::sim
