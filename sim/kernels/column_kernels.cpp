#include "sim/kernels/column_kernels.hpp"

#include <cstdint>

#include "core/units/infinity.hpp"
#include "sim/kernels/scalar_columns.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "sim/kernels/column_kernels.cpp"
#include <hwy/foreach_target.h>  // compiles this file once for each instruction set
#include <hwy/highway.h>

#include "sim/kernels/vector_math.hpp"

HWY_BEFORE_NAMESPACE();
namespace breakeven::sim::HWY_NAMESPACE {

/// @tparam known  the number of columns, or 0: any
template <std::size_t known>
HWY_INLINE void weightedSumOf(std::span<const WeightedColumn> columns, double* out, std::size_t n) {
    const std::size_t count = known > 0 ? known : columns.size();
    WeightedColumn own[known > 0 ? known : 1];  // beyond the reach of `out`, so in registers
    for (std::size_t k = 0; k < known; ++k) own[k] = columns[k];
    const WeightedColumn* const column = known > 0 ? own : columns.data();
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            V sum = hn::Mul(constant(column[0].weight), hn::LoadU(d, column[0].values + i));
            for (std::size_t k = 1; k < count; ++k)
                sum = mulAdd(constant(column[k].weight), hn::LoadU(d, column[k].values + i), sum);
            hn::StoreU(sum, d, out + i);
        },
        [&](std::size_t i) { out[i] = scalar::weightedSum(columns, i); });
}

void WeightedSum(std::span<const WeightedColumn> columns, double* out, std::size_t n) {
    switch (columns.size()) {
        case 0:
            for (std::size_t i = 0; i < n; ++i) out[i] = 0.0;
            return;
        case 1:
            return weightedSumOf<1>(columns, out, n);
        case 2:
            return weightedSumOf<2>(columns, out, n);
        case 3:
            return weightedSumOf<3>(columns, out, n);
        default:
            return weightedSumOf<0>(columns, out, n);
    }
}

void Fill(double value, double* out, std::size_t n) {
    alongColumn(
        n, [&](std::size_t i) HWY_ATTR { hn::StoreU(constant(value), d, out + i); },
        [&](std::size_t i) { out[i] = value; });
}

void Multiply(const double* by, double* x, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i)
            HWY_ATTR { hn::StoreU(hn::Mul(hn::LoadU(d, x + i), hn::LoadU(d, by + i)), d, x + i); },
        [&](std::size_t i) { x[i] *= by[i]; });
}

void AddTo(const double* x, double* out, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i)
            HWY_ATTR { hn::StoreU(hn::Add(hn::LoadU(d, out + i), hn::LoadU(d, x + i)), d, out + i); },
        [&](std::size_t i) { out[i] += x[i]; });
}

void ZeroBelow(const double* u, double share, double* x, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const auto isBelow = hn::Lt(hn::LoadU(d, u + i), constant(share));
            hn::StoreU(hn::IfThenZeroElse(isBelow, hn::LoadU(d, x + i)), d, x + i);
        },
        [&](std::size_t i) { x[i] = u[i] < share ? 0.0 : x[i]; });
}

void MarkActive(const double* x, double* active, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const auto isActive = hn::Gt(hn::LoadU(d, x + i), hn::Zero(d));
            hn::StoreU(hn::IfThenElse(isActive, constant(1.0), hn::LoadU(d, active + i)), d, active + i);
        },
        [&](std::size_t i) { active[i] = x[i] > 0.0 ? 1.0 : active[i]; });
}

void StratifyInOrder(double* u, std::size_t n) {
    const V size = constant(static_cast<double>(n));
    const V lane = hn::Iota(d, 0.0);
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V order = hn::Add(constant(static_cast<double>(i)), lane);
            const V value = hn::Div(hn::Add(order, hn::LoadU(d, u + i)), size);
            hn::StoreU(hn::Min(value, constant(1.0 - 0x1p-53)), d, u + i);
        },
        [&](std::size_t i) { u[i] = scalar::stratum(u[i], i, n); });
}

void BlockBeyond(const double* x, double amount, double* served, double* touched, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V use = hn::LoadU(d, x + i);
            const auto isBeyond = hn::Gt(use, constant(amount));
            if (hn::AllFalse(d, isBeyond)) return;
            const V share = hn::IfThenElse(isBeyond, hn::Div(constant(amount), use), constant(1.0));
            hn::StoreU(hn::Min(hn::LoadU(d, served + i), share), d, served + i);
            hn::StoreU(hn::IfThenElse(isBeyond, constant(1.0), hn::LoadU(d, touched + i)), d, touched + i);
        },
        [&](std::size_t i) {
            served[i] = std::min(served[i], scalar::shareUpTo(x[i], amount));
            touched[i] = x[i] > amount ? 1.0 : touched[i];
        });
}

void DegradeBeyond(const double* x, const DegradeTerms& terms, const double* served, double* reached,
                   double* costed, double* touched, std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            const V use = hn::LoadU(d, x + i);
            const auto isBeyond = hn::Gt(use, constant(terms.amount));
            const V share = hn::IfThenElse(isBeyond, hn::Div(constant(terms.amount), use), constant(1.0));
            const V upTo = hn::Min(hn::LoadU(d, reached + i), share);
            const V beyond = hn::Max(hn::Sub(hn::LoadU(d, served + i), upTo), hn::Zero(d));
            hn::StoreU(upTo, d, reached + i);
            hn::StoreU(hn::Sub(hn::LoadU(d, costed + i), hn::Mul(constant(terms.step), beyond)), d,
                       costed + i);
            hn::StoreU(hn::IfThenElse(isBeyond, constant(1.0), hn::LoadU(d, touched + i)), d, touched + i);
        },
        [&](std::size_t i) {
            reached[i] = std::min(reached[i], scalar::shareUpTo(x[i], terms.amount));
            costed[i] = scalar::costedAfter(costed[i], terms.step, served[i], reached[i]);
            touched[i] = x[i] > terms.amount ? 1.0 : touched[i];
        });
}

void CostOf(const double* list, const double* costed, double share, double fixed, double* out,
            std::size_t n) {
    alongColumn(
        n,
        [&](std::size_t i) HWY_ATTR {
            V cost = hn::LoadU(d, list + i);
            if (costed != nullptr) cost = hn::Mul(cost, hn::LoadU(d, costed + i));
            hn::StoreU(mulAdd(constant(share), cost, constant(fixed)), d, out + i);
        },
        [&](std::size_t i) { out[i] = share * (costed != nullptr ? list[i] * costed[i] : list[i]) + fixed; });
}

/// revenue[i] = what `charge` makes of the revenue before: the start, or the column's own.
template <typename Charge, typename ScalarCharge>
HWY_INLINE void addCharge(const RevenueStart& start, double* revenue, std::size_t n, Charge charge,
                          ScalarCharge scalarCharge) {
    if (start) {
        const V before = constant(*start);
        alongColumn(
            n, [&](std::size_t i) HWY_ATTR { hn::StoreU(charge(before, i), d, revenue + i); },
            [&](std::size_t i) { revenue[i] = scalarCharge(*start, i); });
    } else {
        alongColumn(
            n,
            [&](std::size_t i) HWY_ATTR { hn::StoreU(charge(hn::LoadU(d, revenue + i), i), d, revenue + i); },
            [&](std::size_t i) { revenue[i] = scalarCharge(revenue[i], i); });
    }
}

void AddPerUnit(const double* q, double unit, const RevenueStart& start, double* revenue, std::size_t n) {
    addCharge(
        start, revenue, n,
        [&](V before, std::size_t i)
            HWY_ATTR { return hn::Add(before, hn::Mul(constant(unit), hn::LoadU(d, q + i))); },
        [&](double before, std::size_t i) { return before + unit * q[i]; });
}

/// @tparam hasFlats  some tier costs a flat amount
template <bool hasFlats>
HWY_INLINE void addTiers(const double* q, std::span<const PriceTier> tiers, const RevenueStart& start,
                         double* revenue, std::size_t n) {
    addCharge(
        start, revenue, n,
        [&](V sum, std::size_t i) HWY_ATTR {
            const V use = hn::LoadU(d, q + i);
            for (const PriceTier& tier : tiers) {
                const V inTier = hn::Min(hn::Max(hn::Sub(use, constant(tier.from)), hn::Zero(d)),
                                         constant(tier.upTo - tier.from));
                V amount = hn::Mul(constant(tier.unit), inTier);
                if constexpr (hasFlats) {
                    const auto isReached = hn::Gt(inTier, hn::Zero(d));
                    amount = hn::Add(amount, hn::IfThenElseZero(isReached, constant(tier.flat)));
                }
                sum = hn::Add(sum, amount);
            }
            return sum;
        },
        [&](double before, std::size_t i) { return scalar::graduated(before, q[i], tiers); });
}

void AddGraduated(const double* q, std::span<const PriceTier> tiers, const RevenueStart& start,
                  double* revenue, std::size_t n) {
    bool hasFlats = false;
    for (const PriceTier& tier : tiers) hasFlats = hasFlats || tier.flat != 0.0;
    hasFlats ? addTiers<true>(q, tiers, start, revenue, n) : addTiers<false>(q, tiers, start, revenue, n);
}

void AddVolume(const double* q, std::span<const PriceTier> tiers, const RevenueStart& start, double* revenue,
               std::size_t n) {
    addCharge(
        start, revenue, n,
        [&](V sum, std::size_t i) HWY_ATTR {
            const V use = hn::LoadU(d, q + i);
            for (const PriceTier& tier : tiers) {
                const auto isPicked =
                    hn::And(hn::Gt(use, constant(tier.from)), hn::Le(use, constant(tier.upTo)));
                const V amount = mulAdd(constant(tier.unit), use, constant(tier.flat));
                sum = hn::Add(sum, hn::IfThenElseZero(isPicked, amount));
            }
            return sum;
        },
        [&](double before, std::size_t i) { return scalar::volume(before, q[i], tiers); });
}

void AddPackages(const double* q, const PackageTerms& terms, const RevenueStart& start, double* revenue,
                 std::size_t n) {
    addCharge(
        start, revenue, n,
        [&](V before, std::size_t i) HWY_ATTR {
            const V paid = hn::Max(hn::Sub(hn::LoadU(d, q + i), constant(terms.freeUnits)), hn::Zero(d));
            const V packages = hn::Ceil(hn::Div(paid, constant(terms.size)));
            return hn::Add(before, hn::Mul(constant(terms.amount), packages));
        },
        [&](double before, std::size_t i) { return scalar::packages(before, q[i], terms); });
}

/// Calls `step(part, i)` for every vector of whole rounds of 8 users and `last(lane, i)` for the rest.
template <typename Step>
HWY_INLINE std::size_t inRounds(std::size_t n, Step step) {
    std::size_t i = 0;
    for (; i + kVirtualLanes <= n; i += kVirtualLanes) {
        for (std::size_t part = 0; part < kVirtualLanes / kLanes; ++part) step(part, i + part * kLanes);
    }
    return i;
}

double LaneSum(const double* values, std::size_t n) {
    LaneSums sums;
    std::size_t i = inRounds(
        n, [&](std::size_t part, std::size_t at) HWY_ATTR { sums.add(part, hn::LoadU(d, values + at)); });
    double lanes[kVirtualLanes];
    sums.store(lanes);
    for (std::size_t lane = 0; i < n; ++i, ++lane) lanes[lane] += values[i];
    return tree(lanes);
}

/// Sums of margins and of their powers.
struct MarginLanes {
    LaneSums squares;
    LaneSums cubes;
    std::size_t losses = 0;
    HWY_INLINE MarginLanes() {}  // by itself it would be of no instruction set
    HWY_INLINE void add(std::size_t part, V m) {
        const V square = hn::Mul(m, m);
        squares.add(part, square);
        cubes.add(part, hn::Mul(square, m));
        losses += hn::CountTrue(d, hn::Lt(m, hn::Zero(d)));
    }
    /// Adds the margins [i, n) after the whole rounds, lane by lane.
    HWY_INLINE MarginSums with(const double* margin, std::size_t i, std::size_t n) const {
        double lanes[2][kVirtualLanes];
        squares.store(lanes[0]);
        cubes.store(lanes[1]);
        std::size_t lost = losses;
        for (std::size_t lane = 0; i < n; ++i, ++lane) {
            const double square = margin[i] * margin[i];
            lanes[0][lane] += square;
            lanes[1][lane] += square * margin[i];
            lost += margin[i] < 0.0 ? 1 : 0;
        }
        return {tree(lanes[0]), tree(lanes[1]), static_cast<double>(lost)};
    }
};

/// @tparam isBounded  the terms bound the bill
template <bool isBounded>
HWY_INLINE PlanSums settleWith(const BillTerms& terms, const double* cost, double* revenue, double* margin,
                               std::size_t n) {
    LaneSums revenues;
    LaneSums costs;
    LaneSums losses;
    MarginLanes margins;
    std::size_t i = inRounds(n, [&](std::size_t part, std::size_t at) HWY_ATTR {
        V r = hn::LoadU(d, revenue + at);
        if constexpr (isBounded) {
            r = hn::Max(constant(terms.minimum), hn::Min(constant(terms.maximum), r));
            hn::StoreU(r, d, revenue + at);
        }
        const V c = hn::LoadU(d, cost + at);
        const V difference = hn::Sub(r, c);
        const V m =
            hn::IfThenZeroElse(hn::Le(hn::Abs(difference), hn::Mul(constant(kRounding), c)), difference);
        hn::StoreU(m, d, margin + at);
        revenues.add(part, r);
        costs.add(part, c);
        losses.add(part, hn::Min(m, hn::Zero(d)));
        margins.add(part, m);
    });
    double lanes[3][kVirtualLanes];
    revenues.store(lanes[0]);
    costs.store(lanes[1]);
    losses.store(lanes[2]);
    const std::size_t whole = i;
    for (std::size_t lane = 0; i < n; ++i, ++lane) {
        revenue[i] = scalar::clamped(revenue[i], terms.minimum, terms.maximum);
        margin[i] = scalar::marginOf(revenue[i], cost[i]);
        lanes[0][lane] += revenue[i];
        lanes[1][lane] += cost[i];
        lanes[2][lane] += std::min(margin[i], 0.0);
    }
    return {tree(lanes[0]), tree(lanes[1]), 0.0 - tree(lanes[2]), margins.with(margin, whole, n)};
}

PlanSums Settle(const BillTerms& terms, const double* cost, double* revenue, double* margin, std::size_t n) {
    const bool isBounded = terms.minimum > -kInfinity || terms.maximum < kInfinity;
    return isBounded ? settleWith<true>(terms, cost, revenue, margin, n)
                     : settleWith<false>(terms, cost, revenue, margin, n);
}

MarginSums MarginSumsOf(const double* margin, std::size_t n) {
    MarginLanes margins;
    const std::size_t whole = inRounds(
        n, [&](std::size_t part, std::size_t at) HWY_ATTR { margins.add(part, hn::LoadU(d, margin + at)); });
    return margins.with(margin, whole, n);
}

}  // namespace breakeven::sim::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace breakeven::sim {
HWY_EXPORT(WeightedSum);
HWY_EXPORT(Fill);
HWY_EXPORT(Multiply);
HWY_EXPORT(AddTo);
HWY_EXPORT(ZeroBelow);
HWY_EXPORT(MarkActive);
HWY_EXPORT(StratifyInOrder);
HWY_EXPORT(BlockBeyond);
HWY_EXPORT(DegradeBeyond);
HWY_EXPORT(CostOf);
HWY_EXPORT(AddPerUnit);
HWY_EXPORT(AddGraduated);
HWY_EXPORT(AddVolume);
HWY_EXPORT(AddPackages);
HWY_EXPORT(Settle);
HWY_EXPORT(LaneSum);
HWY_EXPORT(MarginSumsOf);

void weightedSum(std::span<const WeightedColumn> columns, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(WeightedSum)(columns, out, n);
}
void fill(double value, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(Fill)(value, out, n);
}
void multiply(const double* by, double* x, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(Multiply)(by, x, n);
}
void addTo(const double* x, double* out, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(AddTo)(x, out, n);
}
void zeroBelow(const double* u, double share, double* x, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(ZeroBelow)(u, share, x, n);
}
void markActive(const double* x, double* active, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(MarkActive)(x, active, n);
}
void stratifyInOrder(double* u, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(StratifyInOrder)(u, n);
}
void blockBeyond(const double* x, double amount, double* served, double* touched, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(BlockBeyond)(x, amount, served, touched, n);
}
void degradeBeyond(const double* x, const DegradeTerms& terms, const double* served, double* reached,
                   double* costed, double* touched, std::size_t n) {
    HWY_DYNAMIC_DISPATCH(DegradeBeyond)(x, terms, served, reached, costed, touched, n);
}
void costOf(const double* list, const double* costed, double share, double fixed, double* out,
            std::size_t n) {
    HWY_DYNAMIC_DISPATCH(CostOf)(list, costed, share, fixed, out, n);
}
void addPerUnit(const double* q, double unit, double* revenue, std::size_t n, const RevenueStart& start) {
    HWY_DYNAMIC_DISPATCH(AddPerUnit)(q, unit, start, revenue, n);
}
void addGraduated(const double* q, std::span<const PriceTier> tiers, double* revenue, std::size_t n,
                  const RevenueStart& start) {
    HWY_DYNAMIC_DISPATCH(AddGraduated)(q, tiers, start, revenue, n);
}
void addVolume(const double* q, std::span<const PriceTier> tiers, double* revenue, std::size_t n,
               const RevenueStart& start) {
    HWY_DYNAMIC_DISPATCH(AddVolume)(q, tiers, start, revenue, n);
}
void addPackages(const double* q, const PackageTerms& terms, double* revenue, std::size_t n,
                 const RevenueStart& start) {
    HWY_DYNAMIC_DISPATCH(AddPackages)(q, terms, start, revenue, n);
}
PlanSums settle(const BillTerms& terms, const double* cost, double* revenue, double* margin, std::size_t n) {
    return HWY_DYNAMIC_DISPATCH(Settle)(terms, cost, revenue, margin, n);
}
double laneSum(const double* values, std::size_t n) {
    return HWY_DYNAMIC_DISPATCH(LaneSum)(values, n);
}
MarginSums marginSums(const double* margin, std::size_t n) {
    return HWY_DYNAMIC_DISPATCH(MarginSumsOf)(margin, n);
}
}  // namespace breakeven::sim
#endif
