#include "sim/pipeline/chunk.hpp"

#include <algorithm>
#include <cmath>

#include "sim/kernels/charge_kernels.hpp"
#include "sim/kernels/scalar_columns.hpp"
#include "sim/pipeline/close_look.hpp"
#include "sim/pipeline/importance.hpp"

namespace breakeven::sim {
namespace {

/// Use that a limit cuts to its amount is that amount: (amount / x) x can be a bit above it, where a price
/// may jump to the next package or tier.
void holdAtLimits(const CompiledPlan& plan, std::size_t meter, double* kept, std::uint32_t n) {
    for (const CompiledLimit& limit : plan.blocks) {
        if (limit.meter != meter || limit.keptShare > 0.0 || limit.window) continue;
        const double nearby = 0x1p-50 * limit.amount;
        for (std::uint32_t i = 0; i < n; ++i)
            kept[i] = std::abs(kept[i] - limit.amount) <= nearby ? limit.amount : kept[i];
    }
}

/// Adds what the payments of the bills cost. The bill is what `settle` makes of the revenue.
void addPayments(const CompiledPlan& plan, const double* revenue, double* cost, std::uint32_t n) {
    for (std::uint32_t i = 0; i < n; ++i) {
        const double bill = plan.terms ? revenue[i] : scalar::clamped(revenue[i], plan.minimum, plan.maximum);
        cost[i] += plan.paymentsOf(bill);
    }
}

/// Calls visit(part, from, end) for the users of each part that lie in [start, start + n), all within the
/// chunk.
template <typename Parts, typename Visit>
void alongParts(Parts& parts, std::uint32_t start, std::uint32_t n, Visit visit) {
    for (auto& part : parts) {
        const std::uint32_t from = std::max(part.first, start);
        const std::uint32_t end = std::min(part.end, start + n);
        if (from < end) visit(part, from, end);
    }
}

/// The same, cut at multiples of kMostGroupUsers too, so that no sum depends on the block size.
template <typename Parts, typename Visit>
void alongCells(Parts& parts, std::uint32_t start, std::uint32_t n, Visit visit) {
    for (std::uint32_t cell = start; cell < start + n; cell += kMostGroupUsers)
        alongParts(parts, cell, std::min(kMostGroupUsers, start + n - cell), visit);
}

}  // namespace

SlotCounts emptyCounts(const Layout& layout, std::size_t batches) {
    SlotCounts counts;
    for (const double origin : layout.origins) counts.emplace_back(batches, origin, layout.months);
    return counts;
}

ChunkRunner::ChunkRunner(const Layout& layout, std::uint32_t blockUsers, std::uint64_t seed,
                         core::Sampling sampling)
    : layout_(layout),
      blockUsers_(blockUsers),
      key_(philoxKey(seed)),
      lookedAt_(layout.slots() * layout.months),
      sampler_(sampling, key_, blockUsers),
      usage_(layout.meters, Column(blockUsers)),
      blockedUsage_(layout.meters, Column(blockUsers)),
      margin_(layout.plans, Column(blockUsers)),
      cost_(layout.plans, Column(blockUsers)),
      active_(blockUsers),
      served_(blockUsers),
      costed_(blockUsers),
      reached_(blockUsers),
      touched_(blockUsers),
      wait_(blockUsers),
      revenue_(blockUsers),
      monthMargin_(blockUsers),
      quantity_(blockUsers),
      lapsed_(blockUsers),
      billers_(layout.plans),
      uniform_(blockUsers) {
    if (!layout.weightUnits) return;
    weights_.resize(blockUsers);
    weighted_.resize(blockUsers);
    counts_.resize(blockUsers);
}

void ChunkRunner::startParts(std::uint32_t first, std::uint32_t n, const Grouping& grouping,
                             std::vector<PartResult>& parts) const {
    std::size_t count = 0;
    for (std::uint32_t start = 0; start < n; start += grouping.users) {
        const std::size_t batch = grouping.batch((first + start) / grouping.users);
        if (count == 0 || parts[count - 1].batch != batch) {
            if (parts.size() == count) parts.emplace_back();
            PartResult& part = parts[count++];
            part.batch = batch;
            part.first = start;
            part.sums.monthly.assign(layout_.months * layout_.plans * layout_.fields(), 0.0);
            part.sums.horizon.assign(layout_.plans * Layout::kHorizonFields, 0.0);
        }
        PartResult& part = parts[count - 1];
        part.end = std::min(start + grouping.users, n);
        part.sums.users = weights_.empty() ? part.end - part.first : 0.0;
    }
    parts.resize(count);
}

void ChunkRunner::run(const WorldModel& model, std::size_t segmentIndex, std::uint32_t first, std::uint32_t n,
                      const Grouping& grouping, const CountSink& sink, std::vector<PartResult>& parts) {
    grouping_ = grouping;
    lookWeight_ = sink.isOn ? lookedAtFor(model.world, first / kChunkUsers, grouping.segmentUsers) *
                                  sink.unit * kLookUnits / layout_.users
                            : 0.0;
    const CompiledSegment& segment = model.segments[segmentIndex];
    if (userScores_.size() < segment.scores) {
        userScores_.resize(segment.scores, Column(blockUsers_));
        monthScores_.resize(segment.scores, Column(blockUsers_));
    }
    startParts(first, n, grouping, parts);
    for (std::uint32_t start = 0; start < n; start += blockUsers_) {
        const Block block{start, std::min(blockUsers_, n - start), first + start};
        drawUserScores(model, segment, block);
        if (!weights_.empty()) countWeights(block, parts);
        if (layout_.months > 1) {
            for (Column& column : margin_) std::fill_n(column.begin(), block.n, 0.0);
        }
        for (std::size_t p = 0; p < layout_.plans; ++p) {
            if (model.plans[p].terms) billers_[p].start(*model.plans[p].terms, layout_.months, blockUsers_);
        }
        for (std::size_t month = 0; month < layout_.months; ++month) {
            drawUsage(model, segment, month, block);
            bill(model, segmentIndex, month, block, sink, parts);
        }
        closeHorizon(model, segmentIndex, block, parts);
    }
    for (std::size_t i = 0; i < lookedAt_.size(); ++i) {
        LookedAt& looked = lookedAt_[i];
        if (looked.values.empty()) continue;
        sink.pooled[i / layout_.months].findAtoms(looked);
        looked.values.clear();
        looked.weights.clear();
    }
}

void ChunkRunner::countWeights(const Block& block, std::vector<PartResult>& parts) const {
    alongCells(parts, block.start, block.n, [&](PartResult& part, std::uint32_t from, std::uint32_t end) {
        part.sums.users += laneSum(&weights_[from - block.start], end - from);
    });
}

double ChunkRunner::sumOf(const double* column, std::uint32_t at, std::uint32_t n) {
    if (weights_.empty()) return laneSum(column + at, n);
    std::copy_n(column + at, n, weighted_.begin());
    multiply(&weights_[at], weighted_.data(), n);
    return laneSum(weighted_.data(), n);
}

void ChunkRunner::applyLimits(const CompiledPlan& plan, std::uint32_t n) {
    fill(1.0, served_.data(), n);
    fill(0.0, touched_.data(), n);
    for (const CompiledLimit& limit : plan.blocks) {
        const double* x = limitedUse(limit);
        if (limit.keptShare > 0.0) {
            throttleBeyond(x, {limit.amount, limit.keptShare}, served_.data(), touched_.data(), n);
        } else {
            blockBeyond(x, limit.amount, served_.data(), touched_.data(), n);
        }
    }
    for (const CompiledLimit& limit : plan.passed)
        markBeyond(limitedUse(limit), limit.amount, touched_.data(), n);
    addWaits(plan, n);
    std::copy_n(served_.begin(), n, costed_.begin());
    // The cost factor at a point of the month's use is the lowest of the limits passed by then. With factors
    // in descending order, the factor falls by its step where the earliest limit of that factor or a lower
    // one lies.
    fill(1.0, reached_.data(), n);
    for (std::size_t k = plan.degrades.size(); k-- > 0;) {
        const CompiledLimit& limit = plan.degrades[k];
        const double step = (k == 0 ? 1.0 : plan.degrades[k - 1].costFactor) - limit.costFactor;
        degradeBeyond(limitedUse(limit), {limit.amount, step}, served_.data(), reached_.data(),
                      costed_.data(), touched_.data(), n);
    }
}

void ChunkRunner::addWaits(const CompiledPlan& plan, std::uint32_t n) {
    std::fill_n(wait_.begin(), n, 0.0);
    for (const CompiledLimit& limit : plan.passed) {
        if (limit.window) addTo(windows_.waitHours(*limit.window), wait_.data(), n);
    }
}

void ChunkRunner::addCharge(const CompiledPlan& plan, const CompiledCharge& charge, RevenueStart start,
                            std::uint32_t n) {
    const bool isBlocked = !plan.blocks.empty();
    double* revenue = revenue_.data();
    if (charge.model == CompiledCharge::Model::Flat) {
        for (std::uint32_t i = 0; i < n; ++i) revenue[i] += charge.unit;
        return;
    }
    const double* q = quantity_.data();
    if (charge.meters.size() == 1 && charge.meters.front().second == 1.0 && !isBlocked) {
        q = usage_[charge.meters.front().first].data();
    } else if (isBlocked || charge.meters != quantityOf_) {
        terms_.clear();
        for (const auto& [meter, weight] : charge.meters) terms_.push_back({usage_[meter].data(), weight});
        weightedSum(terms_, quantity_.data(), n);
        quantityOf_.clear();
        if (!isBlocked) quantityOf_ = charge.meters;
        if (isBlocked) multiply(served_.data(), quantity_.data(), n);
        const bool isOneMeter = charge.meters.size() == 1 && charge.meters.front().second == 1.0;
        if (isBlocked && isOneMeter && charge.model != CompiledCharge::Model::PerUnit)
            holdAtLimits(plan, charge.meters.front().first, quantity_.data(), n);
    }
    switch (charge.model) {
        case CompiledCharge::Model::Flat:
            return;
        case CompiledCharge::Model::PerUnit:
            addPerUnit(q, charge.unit, revenue, n, start);
            return;
        case CompiledCharge::Model::Graduated:
            addGraduated(q, charge.tiers, revenue, n, start);
            return;
        case CompiledCharge::Model::Volume:
            addVolume(q, charge.tiers, revenue, n, start);
            return;
        case CompiledCharge::Model::Package:
            addPackages(q, charge.package, revenue, n, start);
            return;
    }
}

void ChunkRunner::rate(const CompiledPlan& plan, std::uint32_t n) {
    const auto isFlat = [](const CompiledCharge& charge) {
        return charge.model == CompiledCharge::Model::Flat;
    };
    RevenueStart start = plan.fee;
    if (plan.charges.empty() || isFlat(plan.charges.front())) {
        fill(plan.fee, revenue_.data(), n);
        start.reset();
    }
    for (const CompiledCharge& charge : plan.charges) {
        addCharge(plan, charge, start, n);
        start.reset();
    }
}

void ChunkRunner::billTerms(const CompiledPlan& plan, std::size_t p, std::size_t month, std::uint32_t n) {
    asked_.clear();
    kept_.clear();
    for (std::size_t meter = 0; meter < layout_.meters; ++meter) {
        asked_.push_back(usage_[meter].data());
        kept_.push_back(servedUsage(plan, meter).data());
    }
    billers_[p].bill(*plan.terms, month, {asked_, kept_, n}, revenue_.data(), lapsed_.data());
}

void ChunkRunner::bill(const WorldModel& model, std::size_t segment, std::size_t month, const Block& block,
                       const CountSink& sink, std::vector<PartResult>& parts) {
    const std::uint32_t n = block.n;
    for (std::size_t p = 0; p < layout_.plans; ++p) {
        const CompiledPlan& plan = model.plans[p];
        if (!plan.offered[segment]) continue;
        const bool isLimited = plan.isLimited();
        if (isLimited) applyLimits(plan, n);
        if (!plan.blocks.empty()) {
            for (std::size_t meter = 0; meter < layout_.meters; ++meter) {
                std::copy_n(usage_[meter].begin(), n, blockedUsage_[meter].begin());
                multiply(served_.data(), blockedUsage_[meter].data(), n);
                if (plan.terms) holdAtLimits(plan, meter, blockedUsage_[meter].data(), n);
            }
        }
        double* cost = cost_[layout_.costsLike[p]].data();
        if (layout_.costsLike[p] == p) {
            costOf(listCost_[plan.costing].data(), isLimited ? costed_.data() : nullptr, plan.servingShare,
                   plan.standingCost, cost, n);
        }
        if (plan.terms) {
            billTerms(plan, p, month, n);
        } else {
            rate(plan, n);
        }
        if (plan.payments) addPayments(plan, revenue_.data(), cost, n);
        const bool isOnlyMonth = layout_.months == 1;
        double* margin = isOnlyMonth ? margin_[p].data() : monthMargin_.data();
        sumPlan(plan, p, month, margin, block, parts);
        if (!isOnlyMonth) addTo(margin, margin_[p].data(), n);
        if (sink.isOn) countPlan(model, p, month, margin, block, sink, parts);
    }
}

void ChunkRunner::addHorizon(std::size_t p, const MarginSums& margins, PartResult& part) {
    double* out = &part.sums.horizon[p * Layout::kHorizonFields];
    out[Layout::kMarginSquares] += margins.squares;
    out[Layout::kMarginCubes] += margins.cubes;
    out[Layout::kHorizonLosses] += margins.losses;
}

void ChunkRunner::sumPlan(const CompiledPlan& plan, std::size_t p, std::size_t month, double* margin,
                          const Block& block, std::vector<PartResult>& parts) {
    const Column& cost = cost_[layout_.costsLike[p]];
    const std::size_t twin = layout_.servedLike[p];
    // Under terms the bill is between its bounds already, and credits may take it below.
    BillTerms bounds = plan.terms ? BillTerms{0.0, kUnbounded} : BillTerms{plan.minimum, plan.maximum};
    if (!plan.terms && bounds.minimum == 0.0) bounds.minimum = -kUnbounded;  // no price is negative
    alongCells(parts, block.start, block.n, [&](PartResult& part, std::uint32_t from, std::uint32_t end) {
        const std::uint32_t at = from - block.start;
        const std::uint32_t size = end - from;
        double* sums = &part.sums.monthly[layout_.monthly(month, p, 0)];
        PlanSums money = settle(bounds, &cost[at], &revenue_[at], margin + at, size);
        if (!weights_.empty())
            money = weightedPlanSums(&weights_[at], &cost[at], &revenue_[at], margin + at, size);
        sums[Layout::kRevenue] += money.revenue;
        sums[Layout::kCost] += money.cost;
        sums[Layout::kSubsidy] += money.subsidy;
        sums[Layout::kLosses] += money.margins.losses;
        if (layout_.months == 1) addHorizon(p, money.margins, part);
        if (plan.isLimited()) {
            sums[Layout::kTouched] += sumOf(touched_.data(), at, size);
            if (plan.makesWait()) sums[Layout::kWait] += sumOf(wait_.data(), at, size);
        }
        if (plan.terms) sums[Layout::kBreakage] += sumOf(lapsed_.data(), at, size);
        if (twin != p) return;
        sums[Layout::kActive] +=
            areAllActive_ && weights_.empty() ? static_cast<double>(size) : sumOf(active_.data(), at, size);
        for (std::size_t meter = 0; meter < layout_.meters; ++meter)
            sums[Layout::kUsage + meter] += sumOf(servedUsage(plan, meter).data(), at, size);
    });
    if (twin == p) return;
    alongParts(parts, block.start, block.n, [&](PartResult& part, std::uint32_t, std::uint32_t) {
        const double* from = &part.sums.monthly[layout_.monthly(month, twin, 0)];
        double* to = &part.sums.monthly[layout_.monthly(month, p, 0)];
        std::copy(from + Layout::kActive, from + layout_.fields(), to + Layout::kActive);
    });
}

void ChunkRunner::countPlan(const WorldModel& model, std::size_t p, std::size_t month, const double* margin,
                            const Block& block, const CountSink& sink, const std::vector<PartResult>& parts) {
    const CompiledPlan& plan = model.plans[p];
    const std::uint64_t times = sink.times[p];
    // Calls add(values, batch) for the users of each batch.
    const auto inBatches = [&](std::optional<std::size_t> batch, auto add) {
        if (batch) {
            add(std::uint32_t{0}, block.n, *batch);
            return;
        }
        alongParts(parts, block.start, block.n,
                   [&](const PartResult& part, std::uint32_t from, std::uint32_t end) {
                       add(from - block.start, end - from, part.batch);
                   });
    };
    const auto look = [&](std::uint64_t counts) {
        return lookWeight_ > 0.0 ? static_cast<LogCounts::Look>(
                                       std::max(std::llround(static_cast<double>(counts) * lookWeight_), 1LL))
                                 : LogCounts::kPassing;
    };
    const auto count = [&](std::size_t quantity, const double* column) {
        if (times == 0 || !layout_.isCounted(p, quantity)) return;
        LogCounts& slot = sink.pooled[layout_.slot(p, quantity)];
        if (lookWeight_ > 0.0) {
            LookedAt& looked = lookedAt_[layout_.slot(p, quantity) * layout_.months + month];
            if (weights_.empty()) {
                looked.values.insert(looked.values.end(), column, column + block.n);
                looked.weights.assign(1, look(times));
            }
            for (std::uint32_t i = 0; i < block.n && !weights_.empty(); ++i) {
                if (counts_[i] == 0) continue;
                looked.values.push_back(column[i]);
                looked.weights.push_back(look(times * counts_[i]));
            }
        }
        inBatches(sink.pooledBatch, [&](std::uint32_t at, std::uint32_t n, std::size_t batch) {
            if (weights_.empty()) {
                slot.add(std::span(column + at, n), times, batch, look(times));
                return;
            }
            for (std::uint32_t i = at; i < at + n; ++i) {
                if (counts_[i] > 0) slot.add(column[i], times * counts_[i], batch, look(times * counts_[i]));
            }
        });
    };
    if (layout_.costsLike[p] == p) {
        const double* cost = cost_[p].data();
        // Summed by what they cost more than at rest: a grid of relative bins sees nothing else of it.
        const double atRest = plan.costAtRest();
        LogSums& sums = sink.costs[p];
        inBatches(sink.costBatch, [&](std::uint32_t at, std::uint32_t n, std::size_t batch) {
            if (weights_.empty()) {
                sums.add(std::span(cost + at, n), atRest, batch);
                return;
            }
            for (std::uint32_t i = at; i < at + n; ++i) {
                if (counts_[i] > 0) sums.add(cost[i] - atRest, counts_[i], batch);
            }
        });
        count(Layout::kCostCount, cost);
    }
    if (times == 0) return;
    if (plan.charges.empty() && !plan.terms && weights_.empty() &&
        layout_.isCounted(p, Layout::kRevenueCount)) {
        LogCounts& slot = sink.pooled[layout_.slot(p, Layout::kRevenueCount)];
        inBatches(sink.pooledBatch, [&](std::uint32_t, std::uint32_t n, std::size_t batch) {
            slot.add(plan.revenueAtRest(), n * times, batch);
        });
    } else {
        count(Layout::kRevenueCount, revenue_.data());
    }
    count(Layout::kMarginCount, margin);
    for (std::size_t meter = 0; meter < layout_.meters; ++meter)
        count(Layout::kUsageCount + meter, servedUsage(plan, meter).data());
}

void ChunkRunner::closeHorizon(const WorldModel& model, std::size_t segment, const Block& block,
                               std::vector<PartResult>& parts) const {
    if (layout_.months == 1) return;  // summed with the month
    alongCells(parts, block.start, block.n, [&](PartResult& part, std::uint32_t from, std::uint32_t end) {
        for (std::size_t p = 0; p < layout_.plans; ++p) {
            if (!model.plans[p].offered[segment]) continue;
            const std::uint32_t at = from - block.start;
            const MarginSums sums = weights_.empty()
                                        ? marginSums(&margin_[p][at], end - from)
                                        : weightedMarginSums(&weights_[at], &margin_[p][at], end - from);
            addHorizon(p, sums, part);
        }
    });
}

}  // namespace breakeven::sim
