#include "sim/pipeline/chunk.hpp"

#include <algorithm>
#include <cmath>

#include "sim/kernels/block_kernels.hpp"
#include "sim/kernels/scalar_math.hpp"
#include "sim/pipeline/quantile_table.hpp"
#include "sim/random/stream.hpp"

namespace breakeven::sim {
namespace {

bool blocksAlike(const core::Plan& a, const core::Plan& b) {
    const auto blocks = [](const core::Plan& plan) {
        std::vector<std::pair<std::size_t, core::Parameter>> result;
        for (const core::Limit& limit : plan.limits) {
            if (limit.action == core::Limit::Action::Block) result.emplace_back(limit.meter, limit.amount);
        }
        return result;
    };
    return a.segments == b.segments && blocks(a) == blocks(b);
}

bool costsAlike(const core::Plan& a, const core::Plan& b) {
    return a.segments == b.segments && a.limits == b.limits && a.servingShare == b.servingShare;
}

std::uint32_t drawWord(std::size_t month, std::uint32_t draw) {
    return (static_cast<std::uint32_t>(month) << 16) | draw;
}

void fillFrom(const CompiledUsage& usage, const double* z, double* out, std::uint32_t n) {
    switch (usage.law) {
        case CompiledUsage::Law::Constant:
            std::fill_n(out, n, usage.a);
            return;
        case CompiledUsage::Law::Lognormal:
            lognormalOf(usage.a, usage.b, z, out, n);
            return;
        case CompiledUsage::Law::Uniform:
            for (std::uint32_t i = 0; i < n; ++i) out[i] = usage.a + usage.b * normalCdfScalar(z[i]);
            return;
        case CompiledUsage::Law::Gamma:
            for (std::uint32_t i = 0; i < n; ++i) out[i] = tableQuantile(usage.table, z[i]);
            return;
        case CompiledUsage::Law::Empirical: {
            const auto size = static_cast<double>(usage.sample.size());
            for (std::uint32_t i = 0; i < n; ++i) {
                const auto rank = static_cast<std::size_t>(normalCdfScalar(z[i]) * size);
                out[i] = usage.sample[std::min(rank, usage.sample.size() - 1)];
            }
            return;
        }
    }
}

}  // namespace

Layout::Layout(const core::Scenario& scenario)
    : plans(scenario.plans.size()), meters(scenario.meters.size()), months(scenario.run.months) {
    for (std::size_t i = 0; i < plans; ++i) {
        const auto first = [&](auto alike) {
            std::size_t j = 0;
            while (!alike(scenario.plans[j], scenario.plans[i])) ++j;
            return j;
        };
        servedLike.push_back(first(blocksAlike));
        costsLike.push_back(first(costsAlike));
    }
}

Grouping groupingOf(std::uint64_t segmentUsers) {
    Grouping grouping;
    while (grouping.users > 1 && segmentUsers / grouping.users < 2 * kBatches) grouping.users /= 2;
    if (segmentUsers >= 4 * kBatches * kChunkUsers) grouping.inTurn = kChunkUsers / grouping.users;
    return grouping;
}

void GroupSums::add(const GroupSums& other) {
    users += other.users;
    monthly.resize(other.monthly.size(), 0.0);
    horizon.resize(other.horizon.size(), 0.0);
    for (std::size_t i = 0; i < monthly.size(); ++i) monthly[i] += other.monthly[i];
    for (std::size_t i = 0; i < horizon.size(); ++i) horizon[i] += other.horizon[i];
}

ChunkRunner::ChunkRunner(const Layout& layout, std::uint32_t blockUsers, std::uint64_t seed,
                         core::Sampling sampling)
    : layout_(layout),
      blockUsers_(blockUsers),
      key_(philoxKey(seed)),
      sampling_(sampling),
      usage_(layout.meters, Column(blockUsers)),
      margin_(layout.plans, Column(blockUsers)),
      cost_(layout.plans, Column(blockUsers)),
      listCost_(blockUsers),
      active_(blockUsers),
      served_(blockUsers),
      costed_(blockUsers),
      touched_(blockUsers),
      revenue_(blockUsers),
      quantity_(blockUsers),
      spare_(blockUsers),
      dormancy_(blockUsers) {}

std::vector<GroupResult> ChunkRunner::run(const WorldModel& model, std::size_t segmentIndex,
                                          std::uint32_t first, std::uint32_t n, Grouping grouping,
                                          std::vector<SlotCounts>& counts) {
    groupUsers_ = grouping.users;
    const CompiledSegment& segment = model.segments[segmentIndex];
    if (userScores_.size() < segment.scores) {
        userScores_.resize(segment.scores, Column(blockUsers_));
        monthScores_.resize(segment.scores, Column(blockUsers_));
    }
    std::vector<GroupResult> results((n + groupUsers_ - 1) / groupUsers_);
    for (std::size_t index = 0; index < results.size(); ++index) {
        GroupResult& result = results[index];
        result.batch = grouping.batch(first / groupUsers_ + index);
        result.sums.monthly.resize(layout_.months * layout_.plans * layout_.fields());
        result.sums.horizon.resize(layout_.plans * Layout::kHorizonFields);
    }
    for (std::uint32_t start = 0; start < n; start += blockUsers_) {
        const std::uint32_t size = std::min(blockUsers_, n - start);
        const std::size_t firstGroup = start / groupUsers_;
        drawUserScores(model, segment, first + start, size);
        for (Column& column : margin_) std::fill_n(column.begin(), size, 0.0);
        for (std::size_t month = 0; month < layout_.months; ++month) {
            drawUsage(model, segment, month, first + start, size);
            bill(model, segmentIndex, month, start, size, results, counts);
        }
        closeHorizon(size, firstGroup, results);
    }
    return results;
}

void ChunkRunner::stratify(const CompiledUsage& usage, std::uint32_t world, std::uint32_t first,
                           std::uint32_t n, double* u) {
    std::array<std::uint32_t, kMostGroupUsers> order{};
    for (std::uint32_t start = 0; start < n; start += groupUsers_) {
        const std::uint32_t size = std::min(groupUsers_, n - start);
        for (std::uint32_t i = 0; i < size; ++i) order[i] = i;
        if (usage.score > 0) {
            // Independent shuffles: together the scores are a Latin hypercube within the group.
            for (std::uint32_t i = size - 1; i > 0; --i) {
                const PhiloxCounter words =
                    philoxBlock({first + start + i, world, 0, usage.stratumStream}, key_);
                const std::uint64_t pick = (std::uint64_t{words[0]} * (i + 1)) >> 32;
                std::swap(order[i], order[pick]);
            }
        }
        for (std::uint32_t i = 0; i < size; ++i) {
            u[start + i] = std::min((order[i] + u[start + i]) / size, 1.0 - 0x1p-53);
        }
    }
}

void ChunkRunner::correlate(const CompiledSegment& segment, std::vector<Column>& scores,
                            std::uint32_t n) const {
    if (segment.cholesky.empty()) return;
    for (std::size_t row = segment.scores; row-- > 0;) {
        const double* factors = &segment.cholesky[row * segment.scores];
        double* target = scores[row].data();
        for (std::uint32_t i = 0; i < n; ++i) target[i] *= factors[row];
        for (std::size_t column = 0; column < row; ++column) {
            if (factors[column] == 0.0) continue;
            const double* source = scores[column].data();
            for (std::uint32_t i = 0; i < n; ++i) target[i] += factors[column] * source[i];
        }
    }
}

void ChunkRunner::drawUserScores(const WorldModel& model, const CompiledSegment& segment, std::uint32_t first,
                                 std::uint32_t n) {
    for (const CompiledUsage& usage : segment.usages) {
        if (usage.law == CompiledUsage::Law::Constant) continue;
        double* u = userScores_[usage.score].data();
        fillUniforms({key_, model.world, drawWord(0, 0), usage.userStream}, first, n, u, spare_.data());
        if (sampling_ == core::Sampling::Stratified) stratify(usage, model.world, first, n, u);
        uniformsToNormals(u, n);
    }
    correlate(segment, userScores_, n);
}

void ChunkRunner::drawUsage(const WorldModel& model, const CompiledSegment& segment, std::size_t month,
                            std::uint32_t first, std::uint32_t n) {
    bool noisy = false;
    for (const CompiledUsage& usage : segment.usages) {
        if (usage.law == CompiledUsage::Law::Constant || usage.monthShare == 0.0) continue;
        noisy = true;
    }
    if (noisy) {
        for (const CompiledUsage& usage : segment.usages) {
            if (usage.law == CompiledUsage::Law::Constant) continue;
            double* e = monthScores_[usage.score].data();
            fillUniforms({key_, model.world, drawWord(month + 1, 0), usage.monthStream}, first, n, e,
                         spare_.data());
            uniformsToNormals(e, n);
        }
        correlate(segment, monthScores_, n);
    }
    for (Column& column : usage_) std::fill_n(column.begin(), n, 0.0);
    std::fill_n(active_.begin(), n, 0.0);
    for (const CompiledUsage& usage : segment.usages) {
        double* x = usage_[usage.meter].data();
        const double* z = nullptr;
        if (usage.law != CompiledUsage::Law::Constant) {
            z = userScores_[usage.score].data();
            if (noisy && usage.monthShare > 0.0) {
                double* mixed = monthScores_[usage.score].data();
                for (std::uint32_t i = 0; i < n; ++i)
                    mixed[i] = usage.userShare * z[i] + usage.monthShare * mixed[i];
                z = mixed;
            }
        }
        fillFrom(usage, z, x, n);
        if (usage.dormant > 0.0) {
            fillUniforms({key_, model.world, drawWord(month + 1, 1), usage.monthStream}, first, n,
                         dormancy_.data(), spare_.data());
            for (std::uint32_t i = 0; i < n; ++i) x[i] = dormancy_[i] < usage.dormant ? 0.0 : x[i];
        }
        if (usage.parent) {
            const double* parent = usage_[*usage.parent].data();
            for (std::uint32_t i = 0; i < n; ++i) x[i] *= parent[i];
        }
        for (std::uint32_t i = 0; i < n; ++i) active_[i] = x[i] > 0.0 ? 1.0 : active_[i];
    }
    std::fill_n(listCost_.begin(), n, 0.0);
    for (std::size_t meter = 0; meter < layout_.meters; ++meter) {
        const double rate = model.listRate[meter];
        if (rate == 0.0) continue;
        const double* x = usage_[meter].data();
        for (std::uint32_t i = 0; i < n; ++i) listCost_[i] += rate * x[i];
    }
}

void ChunkRunner::applyLimits(const CompiledPlan& plan, std::uint32_t n) {
    std::fill_n(served_.begin(), n, 1.0);
    std::fill_n(touched_.begin(), n, 0.0);
    for (const CompiledLimit& limit : plan.blocks) {
        const double* x = usage_[limit.meter].data();
        for (std::uint32_t i = 0; i < n; ++i) {
            const bool beyond = x[i] > limit.amount;
            served_[i] = std::min(served_[i], beyond ? limit.amount / x[i] : 1.0);
            touched_[i] = beyond ? 1.0 : touched_[i];
        }
    }
    std::copy_n(served_.begin(), n, costed_.begin());
    // The cost factor at a point of the month's use is the lowest of the limits passed by then. With factors
    // in descending order, the factor falls by its step where the earliest limit of that factor or a lower
    // one lies.
    std::fill_n(spare_.begin(), n, 1.0);
    for (std::size_t k = plan.degrades.size(); k-- > 0;) {
        const CompiledLimit& limit = plan.degrades[k];
        const double step = (k == 0 ? 1.0 : plan.degrades[k - 1].costFactor) - limit.costFactor;
        const double* x = usage_[limit.meter].data();
        for (std::uint32_t i = 0; i < n; ++i) {
            const bool beyond = x[i] > limit.amount;
            spare_[i] = std::min(spare_[i], beyond ? limit.amount / x[i] : 1.0);
            costed_[i] -= step * std::max(served_[i] - spare_[i], 0.0);
            touched_[i] = beyond ? 1.0 : touched_[i];
        }
    }
}

void ChunkRunner::addCharge(const CompiledCharge& charge, std::uint32_t n, double* revenue) {
    if (charge.model == CompiledCharge::Model::Flat) {
        for (std::uint32_t i = 0; i < n; ++i) revenue[i] += charge.unit;
        return;
    }
    double* q = quantity_.data();
    std::fill_n(q, n, 0.0);
    for (const auto& [meter, weight] : charge.meters) {
        const double* x = usage_[meter].data();
        for (std::uint32_t i = 0; i < n; ++i) q[i] += weight * x[i];
    }
    for (std::uint32_t i = 0; i < n; ++i) q[i] *= served_[i];
    switch (charge.model) {
        case CompiledCharge::Model::Flat:
            return;
        case CompiledCharge::Model::PerUnit:
            for (std::uint32_t i = 0; i < n; ++i) revenue[i] += charge.unit * q[i];
            return;
        case CompiledCharge::Model::Graduated:
            for (const CompiledTier& tier : charge.tiers) {
                const double width = tier.upTo - tier.from;
                for (std::uint32_t i = 0; i < n; ++i) {
                    const double inTier = std::min(std::max(q[i] - tier.from, 0.0), width);
                    revenue[i] += tier.unit * inTier + (inTier > 0.0 ? tier.flat : 0.0);
                }
            }
            return;
        case CompiledCharge::Model::Volume:
            for (const CompiledTier& tier : charge.tiers) {
                for (std::uint32_t i = 0; i < n; ++i) {
                    const bool picked = q[i] > tier.from && q[i] <= tier.upTo;
                    revenue[i] += picked ? tier.unit * q[i] + tier.flat : 0.0;
                }
            }
            return;
        case CompiledCharge::Model::Package:
            for (std::uint32_t i = 0; i < n; ++i) {
                revenue[i] += charge.unit * std::ceil(std::max(q[i] - charge.freeUnits, 0.0) / charge.size);
            }
            return;
    }
}

void ChunkRunner::rate(const CompiledPlan& plan, std::uint32_t n, double* revenue) {
    std::fill_n(revenue, n, plan.fee);
    for (const CompiledCharge& charge : plan.charges) addCharge(charge, n, revenue);
    for (std::uint32_t i = 0; i < n; ++i)
        revenue[i] = std::max(plan.minimum, std::min(plan.maximum, revenue[i]));
}

void ChunkRunner::bill(const WorldModel& model, std::size_t segment, std::size_t month, std::uint32_t start,
                       std::uint32_t n, std::vector<GroupResult>& results, std::vector<SlotCounts>& counts) {
    for (std::size_t p = 0; p < layout_.plans; ++p) {
        const CompiledPlan& plan = model.plans[p];
        if (!plan.offered[segment]) continue;
        const bool limited = !plan.blocks.empty() || !plan.degrades.empty();
        applyLimits(plan, n);
        double* cost = cost_[p].data();
        if (limited) {
            for (std::uint32_t i = 0; i < n; ++i)
                cost[i] = plan.servingShare * (listCost_[i] * costed_[i]) + model.fixedPerUser;
        } else {
            for (std::uint32_t i = 0; i < n; ++i)
                cost[i] = plan.servingShare * listCost_[i] + model.fixedPerUser;
        }
        rate(plan, n, revenue_.data());
        double* margin = margin_[p].data();
        for (std::uint32_t i = 0; i < n; ++i) margin[i] += revenue_[i] - cost[i];

        for (std::uint32_t from = 0; from < n; from += groupUsers_) {
            const std::uint32_t size = std::min(groupUsers_, n - from);
            GroupResult& group = results[(start + from) / groupUsers_];
            double* sums = &group.sums.monthly[layout_.monthly(month, p, 0)];
            const PlanSums plain = planSums(&revenue_[from], &cost[from], size);
            sums[Layout::kRevenue] = plain.revenue;
            sums[Layout::kCost] = plain.cost;
            sums[Layout::kSubsidy] = plain.subsidy;
            sums[Layout::kLosses] = plain.losses;
            sums[Layout::kTouched] = limited ? laneSum(&touched_[from], size) : 0.0;
            sums[Layout::kActive] = laneSum(&active_[from], size);
            SlotCounts& slots = counts[counts.size() == 1 ? 0 : group.batch];
            if (layout_.costsLike[p] == p) {
                LogCounts& slot = slots[layout_.slot(p, Layout::kCostCount)];
                for (std::uint32_t i = from; i < from + size; ++i) slot.add(cost[i]);
            }
            LogCounts& revenues = slots[layout_.slot(p, Layout::kRevenueCount)];
            if (plan.charges.empty()) {
                revenues.add(revenue_[from], size);
            } else {
                for (std::uint32_t i = from; i < from + size; ++i) revenues.add(revenue_[i]);
            }
            LogCounts& margins = slots[layout_.slot(p, Layout::kMarginCount)];
            for (std::uint32_t i = from; i < from + size; ++i) margins.add(revenue_[i] - cost[i]);
            for (std::size_t meter = 0; meter < layout_.meters; ++meter) {
                const double* x = usage_[meter].data() + from;
                if (!plan.blocks.empty()) {
                    for (std::uint32_t i = 0; i < size; ++i) quantity_[i] = x[i] * served_[from + i];
                    x = quantity_.data();
                }
                sums[Layout::kUsage + meter] = laneSum(x, size);
                if (layout_.servedLike[p] != p) continue;
                LogCounts& slot = slots[layout_.slot(p, Layout::kUsageCount + meter)];
                for (std::uint32_t i = 0; i < size; ++i) slot.add(x[i]);
            }
        }
    }
}

void ChunkRunner::closeHorizon(std::uint32_t n, std::size_t firstGroup, std::vector<GroupResult>& results) {
    for (std::uint32_t from = 0; from < n; from += groupUsers_) {
        const std::uint32_t size = std::min(groupUsers_, n - from);
        GroupSums& sums = results[firstGroup + from / groupUsers_].sums;
        sums.users = size;
        for (std::size_t p = 0; p < layout_.plans; ++p) {
            const double* margin = &margin_[p][from];
            double* out = &sums.horizon[p * Layout::kHorizonFields];
            for (std::uint32_t i = 0; i < size; ++i) quantity_[i] = margin[i] * margin[i];
            out[Layout::kMarginSquares] = laneSum(quantity_.data(), size);
            for (std::uint32_t i = 0; i < size; ++i) quantity_[i] *= margin[i];
            out[Layout::kMarginCubes] = laneSum(quantity_.data(), size);
            for (std::uint32_t i = 0; i < size; ++i) quantity_[i] = margin[i] < 0.0 ? 1.0 : 0.0;
            out[Layout::kHorizonLosses] = laneSum(quantity_.data(), size);
        }
    }
}

}  // namespace breakeven::sim
