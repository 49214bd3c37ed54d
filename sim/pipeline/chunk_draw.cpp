// What the users of a block use, and what that costs: the part of ChunkRunner that draws.
#include <algorithm>
#include <cmath>

#include "sim/kernels/block_kernels.hpp"
#include "sim/kernels/copula_kernels.hpp"
#include "sim/kernels/quantile_kernels.hpp"
#include "sim/pipeline/chunk.hpp"
#include "sim/pipeline/importance.hpp"
#include "sim/pipeline/usage_quantiles.hpp"
#include "sim/random/stream.hpp"

namespace breakeven::sim {

void ChunkRunner::correlate(const CompiledSegment& segment, std::vector<Column>& scores, std::uint32_t n) {
    if (segment.cholesky.empty()) return;
    // From the last row up: a row reads only itself and those before it.
    for (std::size_t row = segment.scores; row-- > 0;) {
        terms_.clear();
        for (std::size_t column = row + 1; column-- > 0;) {
            const double factor = segment.cholesky[row * segment.scores + column];
            if (column == row || factor != 0.0) terms_.push_back({scores[column].data(), factor});
        }
        weightedSum(terms_, scores[row].data(), n);
    }
}

void ChunkRunner::drawUserScores(const WorldModel& model, const CompiledSegment& segment,
                                 const Block& block) {
    for (const CompiledUsage& usage : segment.usages) {
        if (usage.law == CompiledUsage::Law::Constant) continue;
        double* u = userScores_[usage.score].data();
        sampler_.fill({model.world, 0, usage.score, segment.scores, usage.userStream, usage.stratumStream},
                      grouping_, block.firstUser, block.n, u);
        uniformsToNormals(u, block.n);
    }
    if (!weights_.empty()) tilt(model, segment, block);
    correlate(segment, userScores_, block.n);
    if (segment.copula) drawSpreads(model, segment, block);
}

void ChunkRunner::drawSpreads(const WorldModel& model, const CompiledSegment& segment, const Block& block) {
    spread_.resize(blockUsers_);
    copulaScore_.resize(blockUsers_);
    fillUniforms({key_, model.world, drawWord(0, 0), segment.copulaStream}, block.firstUser, block.n,
                 spread_.data());
    uniformsToNormals(spread_.data(), block.n);
    tableQuantiles(segment.copula->chiSquare.data(), spread_.data(), spread_.data(), block.n);
    spreadOf(segment.copula->degreesOfFreedom, spread_.data(), block.n);
}

void ChunkRunner::tilt(const WorldModel& model, const CompiledSegment& segment, const Block& block) {
    sampler_.fillPicks(model.world, segment.tiltStream, grouping_, block.firstUser, block.n, uniform_.data());
    const bool shiftsMonths =
        std::ranges::any_of(segment.tilts, [](const Tilt& tilt) { return !tilt.monthShift.empty(); });
    monthNormals_.resize(shiftsMonths ? layout_.months : 0);
    for (std::size_t month = 0; month < monthNormals_.size(); ++month) {
        if (monthNormals_[month].size() < segment.scores)
            monthNormals_[month].resize(segment.scores, Column(blockUsers_));
        drawMonthNormals(model, segment, month, block, monthNormals_[month]);
    }
    applyTilts(segment.tilts, uniform_.data(), block.n, userScores_, monthNormals_, weights_.data());
    for (std::uint32_t i = 0; i < block.n; ++i)
        counts_[i] = static_cast<std::uint64_t>(std::llround(weights_[i] * *layout_.weightUnits));
}

void ChunkRunner::drawMonthNormals(const WorldModel& model, const CompiledSegment& segment, std::size_t month,
                                   const Block& block, std::vector<Column>& normals) {
    for (const CompiledUsage& usage : segment.usages) {
        if (usage.law == CompiledUsage::Law::Constant) continue;
        double* e = normals[usage.score].data();
        sampler_.fill({model.world, static_cast<std::uint32_t>(month + 1), usage.score, segment.scores,
                       usage.monthStream, usage.stratumStream},
                      grouping_, block.firstUser, block.n, e);
        uniformsToNormals(e, block.n);
    }
}

/// The scores of one month: a mix of the user's and the month's own.
void ChunkRunner::drawMonthScores(const WorldModel& model, const CompiledSegment& segment, std::size_t month,
                                  const Block& block) {
    if (month < monthNormals_.size()) {
        for (std::size_t score = 0; score < segment.scores; ++score)
            std::copy_n(monthNormals_[month][score].begin(), block.n, monthScores_[score].begin());
    } else {
        drawMonthNormals(model, segment, month, block, monthScores_);
    }
    correlate(segment, monthScores_, block.n);
    for (const CompiledUsage& usage : segment.usages) {
        if (usage.law == CompiledUsage::Law::Constant) continue;
        double* e = monthScores_[usage.score].data();
        const WeightedColumn mix[] = {{userScores_[usage.score].data(), usage.userShare},
                                      {e, usage.monthShare}};
        weightedSum(mix, e, block.n);
    }
}

void ChunkRunner::drawUsage(const WorldModel& model, const CompiledSegment& segment, std::size_t month,
                            const Block& block) {
    const std::uint32_t n = block.n;
    const bool isNoisy = std::ranges::any_of(segment.usages, [](const CompiledUsage& usage) {
        return usage.law != CompiledUsage::Law::Constant && usage.monthShare > 0.0;
    });
    if (isNoisy) drawMonthScores(model, segment, month, block);
    for (std::size_t meter = 0; meter < layout_.meters; ++meter) {
        const bool isUsed =
            std::ranges::find(segment.usages, meter, &CompiledUsage::meter) != segment.usages.end();
        if (!isUsed) std::fill_n(usage_[meter].begin(), n, 0.0);
    }
    areAllActive_ = std::ranges::any_of(segment.usages, &CompiledUsage::isAlwaysPositive);
    if (!areAllActive_ || !weights_.empty()) fill(areAllActive_ ? 1.0 : 0.0, active_.data(), n);
    quantityOf_.clear();
    for (const CompiledUsage& usage : segment.usages) {
        double* x = usage_[usage.meter].data();
        const double* z = nullptr;
        if (usage.law != CompiledUsage::Law::Constant)
            z = (isNoisy && usage.monthShare > 0.0 ? monthScores_ : userScores_)[usage.score].data();
        if (segment.copula && z != nullptr) {
            studentScores(segment.copula->scores, z, spread_.data(), copulaScore_.data(), n);
            z = copulaScore_.data();
        }
        usageQuantiles(usage, z, x, n);
        if (usage.dormant > 0.0) {
            fillUniforms({key_, model.world, drawWord(month + 1, 1), usage.monthStream}, block.firstUser, n,
                         uniform_.data());
            zeroBelow(uniform_.data(), usage.dormant, x, n);
        }
        if (usage.parent) multiply(usage_[*usage.parent].data(), x, n);
        if (!areAllActive_) markActive(x, active_.data(), n);
    }
    const UserMonths users{key_, model.world, static_cast<std::uint32_t>(month + 1), block.firstUser, n};
    if (!model.windows.empty()) windows_.draw(model, segment, users, usage_);
    drawCosts(model, segment, users);
}

void ChunkRunner::drawCosts(const WorldModel& model, const CompiledSegment& segment,
                            const UserMonths& users) {
    const std::uint32_t n = users.n;
    listCost_.resize(model.costings.size(), Column(blockUsers_));
    for (std::size_t c = 0; c < model.costings.size(); ++c) {
        const CompiledCosting& costing = model.costings[c];
        terms_.clear();
        for (std::size_t meter = 0; meter < layout_.meters; ++meter) {
            if (costing.rate[meter] != 0.0) terms_.push_back({usage_[meter].data(), costing.rate[meter]});
        }
        double* cost = listCost_[c].data();
        weightedSum(terms_, cost, n);
        for (const CompiledScale& scale : costing.scales) {
            const double* units = usage_[scale.meter].data();
            const double* size = usage_[scale.size].data();
            for (std::uint32_t i = 0; i < n; ++i)
                cost[i] += units[i] * core::cheapestAt(scale.options, size[i]);
        }
        drawEventCosts(costing, segment.events, users, cost);
    }
}

void ChunkRunner::drawEventCosts(const CompiledCosting& costing, const EventStreams& streams,
                                 const UserMonths& users, double* cost) const {
    const auto drawsOf = [&](std::uint32_t i, std::uint32_t stream) {
        return DrawSequence(users.key, users.firstUser + i, users.world, users.month, stream);
    };
    for (const CompiledAnswers& answers : costing.answers) {
        const double* units = usage_[answers.meter].data();
        for (std::uint32_t i = 0; i < users.n; ++i) {
            if (!(units[i] > 0.0)) continue;
            DrawSequence draws = drawsOf(i, streams.answers[answers.meter]);
            // Answers are whole: one more with the probability of the part that is left.
            const double whole = std::floor(units[i]);
            const double number = whole + (draws.next() < units[i] - whole ? 1.0 : 0.0);
            const double sum = drawAnswers(answers.parts, answers.cap, number, draws);
            double atMean = 0.0;
            for (const auto& [meter, rate] : answers.rates) atMean += rate * usage_[meter][i];
            cost[i] = std::max(cost[i] + atMean * (sum / (answers.mean * units[i]) - 1.0), 0.0);
        }
    }
    for (const CompiledIncidents& incidents : costing.incidents) {
        const double* units = usage_[incidents.meter].data();
        for (std::uint32_t i = 0; i < users.n; ++i) {
            if (!(units[i] > 0.0)) continue;
            DrawSequence draws = drawsOf(i, streams.incidents[incidents.meter]);
            const double losses = drawLosses(incidents.terms, units[i], draws);
            cost[i] = std::max(cost[i] + losses - incidents.rate * units[i], 0.0);
        }
    }
}

}  // namespace breakeven::sim
