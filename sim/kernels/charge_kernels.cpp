#include "sim/kernels/charge_kernels.hpp"

#include <algorithm>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernels/charge_kernels.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include "sim/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace breakeven::sim::HWY_NAMESPACE {

/// Calls step(out, in) for every vector of a column; the rest of it goes through a padded vector, so that one
/// definition does for all.
template <typename Step>
HWY_INLINE void mapColumn(const double* in, double* out, std::size_t n, Step step) {
    std::size_t i = 0;
    for (; i + kLanes <= n; i += kLanes) hn::StoreU(step(hn::LoadU(d, in + i), i), d, out + i);
    if (i == n) return;
    double rest[kLanes] = {};
    std::copy(in + i, in + n, rest);
    hn::StoreU(step(hn::LoadU(d, rest), i), d, rest);
    std::copy_n(rest, n - i, out + i);
}

/// The vector of another column at i, padded with zeros beyond n.
HWY_INLINE V loadAt(const double* column, std::size_t i, std::size_t n) {
    if (i + kLanes <= n) return hn::LoadU(d, column + i);
    double rest[kLanes] = {};
    std::copy(column + i, column + n, rest);
    return hn::LoadU(d, rest);
}

HWY_INLINE V tierAmount(const ChargeTier& tier, V units) {
    const V paid = tier.packageSize > 0.0 ? hn::Ceil(hn::Div(units, constant(tier.packageSize))) : units;
    return hn::Min(mulAdd(paid, constant(tier.unit), constant(tier.flat)), constant(tier.most));
}

HWY_INLINE V flatAtZero(const TierTerms& terms, V use, V amount) {
    if (!terms.isFlatAtZero) return amount;
    const ChargeTier& first = terms.tiers.front();
    return hn::IfThenElse(hn::Le(use, hn::Zero(d)), constant(std::min(first.flat, first.most)), amount);
}

void GraduatedAmounts(const double* q, const TierTerms& terms, double* out, std::size_t n) {
    mapColumn(q, out, n, [&](V use, std::size_t) HWY_ATTR {
        V sum = hn::Zero(d);
        for (const ChargeTier& tier : terms.tiers) {
            const V inTier = hn::Min(hn::Max(hn::Sub(use, constant(tier.from)), hn::Zero(d)),
                                     constant(tier.upTo - tier.from));
            const auto isReached = hn::Gt(use, constant(tier.from));
            sum = hn::Add(sum, hn::IfThenElseZero(isReached, tierAmount(tier, inTier)));
        }
        return flatAtZero(terms, use, sum);
    });
}

void VolumeAmounts(const double* q, const TierTerms& terms, double* out, std::size_t n) {
    mapColumn(q, out, n, [&](V use, std::size_t) HWY_ATTR {
        V amount = hn::Zero(d);
        for (const ChargeTier& tier : terms.tiers) {
            const auto isPicked = hn::And(hn::Gt(use, constant(tier.from)), hn::Le(use, constant(tier.upTo)));
            amount = hn::IfThenElse(isPicked, tierAmount(tier, use), amount);
        }
        return flatAtZero(terms, use, amount);
    });
}

void PackageAmounts(const double* q, const PackingTerms& terms, double* out, std::size_t n) {
    mapColumn(q, out, n, [&](V use, std::size_t) HWY_ATTR {
        const V packages = hn::Div(hn::Sub(use, constant(terms.freeUnits)), constant(terms.size));
        const V whole = terms.isRoundedDown ? hn::Floor(packages) : hn::Ceil(packages);
        const auto isPaid = hn::Gt(use, constant(terms.freeUnits));
        return hn::Mul(hn::IfThenElse(isPaid, whole, constant(terms.minPackages)), constant(terms.amount));
    });
}

void EventAmounts(const double* q, const EventTerms& terms, double* out, std::size_t n) {
    mapColumn(q, out, n, [&](V use, std::size_t) HWY_ATTR {
        const V share = hn::Div(hn::Mul(use, constant(terms.ratePercent)), constant(100.0));
        const V amount = hn::Add(share, constant(terms.fixed));
        const auto isBelow = hn::Lt(amount, constant(terms.least));
        return hn::IfThenElse(isBelow, constant(terms.least), hn::Min(amount, constant(terms.most)));
    });
}

void ShareAmounts(const double* q, double free, double ratePercent, double* out, std::size_t n) {
    mapColumn(q, out, n, [&](V use, std::size_t) HWY_ATTR {
        const V paid = hn::Max(hn::Sub(use, constant(free)), hn::Zero(d));
        return hn::Div(hn::Mul(paid, constant(ratePercent)), constant(100.0));
    });
}

void CapacityAmounts(std::span<const double* const> usage, const CapacityTerms& terms, double* out,
                     std::size_t n) {
    const std::size_t tiers = terms.amounts.size();
    mapColumn(usage.front(), out, n, [&](V, std::size_t i) HWY_ATTR {
        V highest = hn::Zero(d);
        for (std::size_t meter = 0; meter < usage.size(); ++meter) {
            const V use = loadAt(usage[meter], i, n);
            V tier = constant(static_cast<double>(tiers - 1));
            for (std::size_t k = tiers - 1; k-- > 0;) {
                const auto fits = hn::Le(use, constant(terms.limits[k * usage.size() + meter]));
                tier = hn::IfThenElse(fits, constant(static_cast<double>(k)), tier);
            }
            highest = hn::Max(highest, tier);
        }
        V amount = hn::Zero(d);
        for (std::size_t k = 0; k < tiers; ++k) {
            const auto isIt = hn::Eq(highest, constant(static_cast<double>(k)));
            amount = hn::IfThenElse(isIt, constant(terms.amounts[k]), amount);
        }
        return amount;
    });
}

void TakeOff(const double* by, double* q, std::size_t n) {
    mapColumn(q, q, n, [&](V use, std::size_t i) HWY_ATTR {
        return hn::Max(hn::Sub(use, loadAt(by, i, n)), hn::Zero(d));
    });
}

void RoundQuantities(double per, WholeUnits rounding, double* q, std::size_t n) {
    mapColumn(q, q, n, [&](V use, std::size_t) HWY_ATTR {
        const V units = hn::Div(use, constant(per));
        V whole = hn::Floor(units);
        if (rounding == WholeUnits::Up) whole = hn::Ceil(units);
        if (rounding == WholeUnits::HalfUp) {
            const auto isUp = hn::Ge(hn::Sub(units, whole), constant(0.5));
            whole = hn::Add(whole, hn::IfThenElseZero(isUp, constant(1.0)));
        }
        return hn::Mul(whole, constant(per));
    });
}

void ApplyCommitment(const CommitmentTerms& terms, double* amounts, std::size_t n) {
    const V committed = constant(terms.amount);
    mapColumn(amounts, amounts, n, [&](V charge, std::size_t) HWY_ATTR {
        const V overage = hn::Max(hn::Sub(charge, committed), hn::Zero(d));
        const V paid = mulAdd(overage, constant(terms.overageFactor), hn::Min(charge, committed));
        return terms.hasTrueUp ? hn::Add(paid, hn::Max(hn::Sub(committed, charge), hn::Zero(d))) : paid;
    });
}

void BoundLines(const LineTerms& terms, double* amounts, std::size_t n) {
    mapColumn(amounts, amounts, n, [&](V line, std::size_t) HWY_ATTR {
        const V discount = hn::Div(hn::Mul(line, constant(terms.discountPercent)), constant(100.0));
        const V amount = hn::Min(hn::Sub(line, discount), constant(terms.maximum));
        return hn::Max(amount, constant(terms.minimum));
    });
}

void ThrottleBeyond(const double* x, const ThrottleTerms& terms, double* served, double* touched,
                    std::size_t n) {
    const V amount = constant(terms.amount);
    mapColumn(served, served, n, [&](V share, std::size_t i) HWY_ATTR {
        const V use = loadAt(x, i, n);
        const V kept = mulAdd(constant(terms.keptShare), hn::Sub(use, amount), amount);
        return hn::IfThenElse(hn::Gt(use, amount), hn::Min(share, hn::Div(kept, use)), share);
    });
    mapColumn(touched, touched, n, [&](V mark, std::size_t i) HWY_ATTR {
        return hn::IfThenElse(hn::Gt(loadAt(x, i, n), amount), constant(1.0), mark);
    });
}

void MarkBeyond(const double* x, double amount, double* touched, std::size_t n) {
    mapColumn(touched, touched, n, [&](V mark, std::size_t i) HWY_ATTR {
        return hn::IfThenElse(hn::Gt(loadAt(x, i, n), constant(amount)), constant(1.0), mark);
    });
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace breakeven::sim {
HWY_EXPORT(GraduatedAmounts);
HWY_EXPORT(VolumeAmounts);
HWY_EXPORT(PackageAmounts);
HWY_EXPORT(EventAmounts);
HWY_EXPORT(ShareAmounts);
HWY_EXPORT(CapacityAmounts);
HWY_EXPORT(TakeOff);
HWY_EXPORT(RoundQuantities);
HWY_EXPORT(ApplyCommitment);
HWY_EXPORT(BoundLines);
HWY_EXPORT(ThrottleBeyond);
HWY_EXPORT(MarkBeyond);

void graduatedAmounts(const double* q, const TierTerms& terms, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(GraduatedAmounts)(q, terms, out, n);
}
void volumeAmounts(const double* q, const TierTerms& terms, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(VolumeAmounts)(q, terms, out, n);
}
void packageAmounts(const double* q, const PackingTerms& terms, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(PackageAmounts)(q, terms, out, n);
}
void eventAmounts(const double* q, const EventTerms& terms, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(EventAmounts)(q, terms, out, n);
}
void shareAmounts(const double* q, double free, double ratePercent, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(ShareAmounts)(q, free, ratePercent, out, n);
}
void capacityAmounts(std::span<const double* const> usage, const CapacityTerms& terms, double* out,
                     std::size_t n) {
    HWY_DYNAMIC_DISPATCH(CapacityAmounts)(usage, terms, out, n);
}
void takeOff(const double* by, double* q, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(TakeOff)(by, q, n);
}
void roundQuantities(double per, WholeUnits rounding, double* q, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(RoundQuantities)(per, rounding, q, n);
}
void applyCommitment(const CommitmentTerms& terms, double* amounts, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(ApplyCommitment)(terms, amounts, n);
}
void boundLines(const LineTerms& terms, double* amounts, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(BoundLines)(terms, amounts, n);
}
void throttleBeyond(const double* x, const ThrottleTerms& terms, double* served, double* touched,
                    std::size_t n) {
    HWY_DYNAMIC_DISPATCH(ThrottleBeyond)(x, terms, served, touched, n);
}
void markBeyond(const double* x, double amount, double* touched, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(MarkBeyond)(x, amount, touched, n);
}
}  // namespace breakeven::sim
#endif
