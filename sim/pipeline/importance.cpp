#include "sim/pipeline/importance.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/kernels/scalar_math.hpp"
#include "sim/pipeline/usage_quantiles.hpp"

namespace breakeven::sim {
namespace {

constexpr double kUnshifted = 1.0 / kHeaviestUser;

/// ln of a quantity near the upper tail as a linear function of the scores: the users' own, then a month's.
struct LogLinear {
    double constant = 0.0;
    std::vector<double> slopes;
};

/// ln Q(z) of one usage on the line through its quantiles at z = 0 and 3, or at 2 where there is none at the
/// median.
LogLinear logQuantile(const CompiledUsage& usage, std::size_t scores) {
    LogLinear result{0.0, std::vector<double>(2 * scores, 0.0)};
    const double z[3] = {0.0, 2.0, 3.0};
    double x[3] = {};
    usageQuantiles(usage, z, x, 3);
    const std::size_t from = x[0] > 0.0 ? 0 : 1;
    if (!(x[from] > 0.0)) return result;
    const double slope = std::log(x[2] / x[from]) / (z[2] - z[from]);
    result.constant = std::log(x[from]) - slope * z[from];
    if (usage.law != CompiledUsage::Law::Constant) {
        result.slopes[usage.score] = slope * usage.userShare;
        result.slopes[scores + usage.score] = slope * usage.monthShare;
    }
    return result;
}

/// Sums of(i) over 8 virtual lanes (index modulo 8), the lanes added as a balanced tree.
template <typename Of>
double overLanes(std::size_t n, Of of) {
    double lanes[8] = {};
    for (std::size_t i = 0; i < n; ++i) lanes[i % 8] += of(i);
    return ((lanes[0] + lanes[4]) + (lanes[2] + lanes[6])) + ((lanes[1] + lanes[5]) + (lanes[3] + lanes[7]));
}

LogLinear product(LogLinear a, const LogLinear& b) {
    a.constant += b.constant;
    for (std::size_t i = 0; i < a.slopes.size(); ++i) a.slopes[i] += b.slopes[i];
    return a;
}

double squareOf(const std::vector<double>& vector) {
    double sum = 0.0;
    for (const double x : vector) sum += x * x;
    return sum;
}

/// From slopes in the scores to slopes in the independent normals behind them: L^T slopes.
std::vector<double> throughCholesky(const CompiledSegment& segment, const std::vector<double>& slopes) {
    if (segment.cholesky.empty()) return slopes;
    std::vector<double> result(slopes.size(), 0.0);
    for (const std::size_t from : {std::size_t{0}, segment.scores}) {
        for (std::size_t row = 0; row < segment.scores; ++row) {
            for (std::size_t column = 0; column <= row; ++column)
                result[from + column] += segment.cholesky[row * segment.scores + column] * slopes[from + row];
        }
    }
    return result;
}

double product(const std::vector<double>& shift, const ScoreColumns& scores, std::uint32_t user) {
    double sum = 0.0;
    for (std::size_t k = 0; k < shift.size(); ++k) sum += shift[k] * scores[k][user];
    return sum;
}

void shiftBy(const std::vector<double>& shift, ScoreColumns& scores, std::uint32_t user) {
    for (std::size_t k = 0; k < shift.size(); ++k) scores[k][user] += shift[k];
}

}  // namespace

std::vector<Tilt> tiltsOf(const CompiledSegment& segment, std::span<const CompiledCosting> costings) {
    std::map<std::size_t, LogLinear> byMeter;
    for (const CompiledUsage& usage : segment.usages) {
        LogLinear use = logQuantile(usage, segment.scores);
        if (usage.parent) use = product(use, byMeter.at(*usage.parent));
        byMeter.emplace(usage.meter, std::move(use));
    }
    std::map<std::vector<double>, double> costs;  // shift, expected cost along it
    double total = 0.0;
    const auto add = [&](double rate, const LogLinear& quantity) {
        std::vector<double> shift = throughCholesky(segment, quantity.slopes);
        const double square = squareOf(shift);
        if (!(rate > 0.0) || square == 0.0) return;
        const double cost = rate * std::exp(quantity.constant + 0.5 * square);
        costs[std::move(shift)] += cost;
        total += cost;
    };
    for (const CompiledCosting& costing : costings) {
        for (const auto& [meter, use] : byMeter) add(costing.rate[meter], use);
        for (const CompiledScale& scale : costing.scales) {
            if (!byMeter.contains(scale.meter)) continue;
            const LogLinear& units = byMeter.at(scale.meter);
            for (const core::ScaleOption& option : scale.options) {
                // At size 0, and by how much more at size 1.
                const double base = core::unitCostAt(option, 0.0);
                add(base, units);
                if (byMeter.contains(scale.size))
                    add(core::unitCostAt(option, 1.0) - base, product(units, byMeter.at(scale.size)));
            }
        }
    }
    std::vector<Tilt> tilts;
    if (!(total > 0.0) || !std::isfinite(total)) return tilts;
    const auto scores = static_cast<std::ptrdiff_t>(segment.scores);
    for (const auto& [shift, cost] : costs) {
        Tilt& tilt = tilts.emplace_back();
        tilt.share = (1.0 - kUnshifted) * cost / total;
        tilt.halfSquare = 0.5 * squareOf(shift);
        tilt.shift.assign(shift.begin(), shift.begin() + scores);
        tilt.monthShift.assign(shift.begin() + scores, shift.end());
        if (squareOf(tilt.monthShift) == 0.0) tilt.monthShift.clear();
    }
    return tilts;
}

PlanSums weightedPlanSums(const double* weights, const double* cost, const double* revenue,
                          const double* margin, std::size_t n) {
    return {overLanes(n, [&](std::size_t i) { return weights[i] * revenue[i]; }),
            overLanes(n, [&](std::size_t i) { return weights[i] * cost[i]; }),
            overLanes(n, [&](std::size_t i) { return weights[i] * std::max(-margin[i], 0.0); }),
            weightedMarginSums(weights, margin, n)};
}

MarginSums weightedMarginSums(const double* weights, const double* margin, std::size_t n) {
    return {overLanes(n, [&](std::size_t i) { return weights[i] * margin[i] * margin[i]; }),
            overLanes(n, [&](std::size_t i) { return weights[i] * margin[i] * margin[i] * margin[i]; }),
            overLanes(n, [&](std::size_t i) { return margin[i] < 0.0 ? weights[i] : 0.0; })};
}

double countUnits(const core::Scenario& scenario) {
    constexpr double kBits = 62.0;         // of 64, for segments whose weight a belief raises
    constexpr double kSegmentBits = 20.0;  // of the segments' own weights in counts
    const core::RunSettings& run = scenario.run;
    const double counted = std::log2(static_cast<double>(run.users) * run.worlds * run.months);
    const double left = kBits - (scenario.segments.size() > 1 ? kSegmentBits : 0.0) - std::ceil(counted);
    return std::exp2(std::clamp(left, 4.0, 40.0));
}

void applyTilts(std::span<const Tilt> tilts, const double* picks, std::uint32_t n, ScoreColumns& scores,
                std::span<ScoreColumns> months, double* weights) {
    const auto parts = static_cast<double>(months.size());
    for (std::uint32_t i = 0; i < n; ++i) {
        double laidOff = 0.0;
        for (const Tilt& tilt : tilts) {
            const double into = picks[i] - laidOff;
            laidOff += tilt.share;
            if (picks[i] >= laidOff) continue;
            shiftBy(tilt.shift, scores, i);
            if (tilt.monthShift.empty()) break;
            const auto month = static_cast<std::size_t>(into / tilt.share * parts);
            shiftBy(tilt.monthShift, months[std::min(month, months.size() - 1)], i);
            break;
        }
        // q(e) / phi(e) = unshifted share + sum of share x e^(shift . e - |shift|^2 / 2)
        double ratio = 1.0;
        for (const Tilt& tilt : tilts) {
            const double exponent = product(tilt.shift, scores, i) - tilt.halfSquare;
            if (tilt.monthShift.empty()) {
                ratio += tilt.share * (expScalar(exponent) - 1.0);
                continue;
            }
            double sum = 0.0;
            for (const ScoreColumns& month : months)
                sum += expScalar(exponent + product(tilt.monthShift, month, i));
            ratio += tilt.share * (sum / parts - 1.0);
        }
        weights[i] = 1.0 / ratio;
    }
}

}  // namespace breakeven::sim
