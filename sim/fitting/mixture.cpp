#include "sim/fitting/mixture.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

namespace breakeven::sim {
namespace {

constexpr double kNarrowest = 0.02;  // of the whole spread
constexpr double kFewest = 5.0;
constexpr int kMostRounds = 1'500;
constexpr double kStandstill = 1e-11;  // relative rise of the log-likelihood

struct Component {
    double weight = 0.0;
    double mu = 0.0;
    double sigma = 1.0;
};

double spreadOf(std::span<const double> logs, double mean) {
    double squares = 0.0;
    for (const double y : logs) squares += (y - mean) * (y - mean);
    return std::sqrt(squares / static_cast<double>(logs.size()));
}

double meanOfAll(std::span<const double> logs) {
    return std::accumulate(logs.begin(), logs.end(), 0.0) / static_cast<double>(logs.size());
}

/// A start from ascending logarithms cut at given shares.
std::vector<Component> startAt(std::span<const double> logs, std::span<const double> cuts, double narrowest) {
    std::vector<Component> start;
    std::size_t begin = 0;
    for (const double cut : cuts) {
        const auto end = std::clamp(static_cast<std::size_t>(cut * static_cast<double>(logs.size())),
                                    begin + 1, logs.size());
        const auto group = logs.subspan(begin, end - begin);
        const double mean = meanOfAll(group);
        start.push_back({static_cast<double>(group.size()) / static_cast<double>(logs.size()), mean,
                         std::max(spreadOf(group, mean), narrowest)});
        begin = end;
    }
    return start;
}

/// Raises the likelihood until it stands still. @return the log-likelihood of the logarithms
double climbByExpectation(std::vector<Component>& parts, std::span<const double> logs, double narrowest) {
    const std::size_t k = parts.size();
    std::vector<double> density(k);
    std::vector<double> total(k);
    std::vector<double> first(k);
    std::vector<double> second(k);
    double last = -std::numeric_limits<double>::infinity();
    for (int round = 0; round < kMostRounds; ++round) {
        std::ranges::fill(total, 0.0);
        std::ranges::fill(first, 0.0);
        std::ranges::fill(second, 0.0);
        double logLikelihood = 0.0;
        for (const double y : logs) {
            double top = -std::numeric_limits<double>::infinity();
            for (std::size_t j = 0; j < k; ++j) {
                const double z = (y - parts[j].mu) / parts[j].sigma;
                density[j] = std::log(parts[j].weight / parts[j].sigma) - 0.5 * z * z;
                top = std::max(top, density[j]);
            }
            double sum = 0.0;
            for (double& d : density) sum += d = std::exp(d - top);
            logLikelihood += top + std::log(sum);
            for (std::size_t j = 0; j < k; ++j) {
                const double share = density[j] / sum;
                const double away = y - parts[j].mu;  // about the old centre, which keeps the digits
                total[j] += share;
                first[j] += share * away;
                second[j] += share * away * away;
            }
        }
        for (std::size_t j = 0; j < k; ++j) {
            if (!(total[j] > 0.0)) continue;
            const double shift = first[j] / total[j];
            parts[j].weight = total[j] / static_cast<double>(logs.size());
            parts[j].mu += shift;
            parts[j].sigma =
                std::max(std::sqrt(std::max(second[j] / total[j] - shift * shift, 0.0)), narrowest);
        }
        if (logLikelihood - last < kStandstill * std::abs(logLikelihood)) break;
        last = logLikelihood;
    }
    return last - 0.5 * std::log(2.0 * std::numbers::pi) * static_cast<double>(logs.size());
}

std::vector<std::vector<double>> cutsFor(std::size_t k) {
    const auto last = static_cast<double>(k);
    std::vector<double> equal;
    std::vector<double> light;
    std::vector<double> heavy;
    for (std::size_t component = 1; component <= k; ++component) {
        const auto j = static_cast<double>(component);
        equal.push_back(j / last);
        light.push_back(0.1 + 0.9 * (j - 1.0) / std::max(last - 1.0, 1.0));
        heavy.push_back(j < last ? 0.9 * j / std::max(last - 1.0, 1.0) : 1.0);
    }
    if (k == 1) return {equal};
    return {equal, light, heavy};
}

}  // namespace

std::optional<LognormalMixture> fitMixture(std::span<const double> values, std::size_t k) {
    if (k == 0 || values.size() < 10 * k) return std::nullopt;
    std::vector<double> logs;
    for (const double x : values) logs.push_back(std::log(x));
    std::ranges::sort(logs);
    const double narrowest = kNarrowest * spreadOf(logs, meanOfAll(logs));
    const auto n = static_cast<double>(logs.size());
    std::optional<LognormalMixture> best;
    for (const std::vector<double>& cuts : cutsFor(k)) {
        std::vector<Component> parts = startAt(logs, cuts, narrowest);
        const double logLikelihood =
            climbByExpectation(parts, logs, narrowest) - std::accumulate(logs.begin(), logs.end(), 0.0);
        const bool isSound = std::ranges::all_of(parts, [&](const Component& part) {
            return part.sigma > narrowest && part.weight * n >= kFewest;
        });
        if (!isSound || (best && best->logLikelihood >= logLikelihood)) continue;
        std::ranges::sort(parts, {}, &Component::mu);
        best.emplace();
        best->logLikelihood = logLikelihood;
        best->bic = (3.0 * static_cast<double>(k) - 1.0) * std::log(n) - 2.0 * logLikelihood;
        for (const Component& part : parts) {
            best->weights.push_back(part.weight);
            best->mu.push_back(part.mu);
            best->sigma.push_back(part.sigma);
        }
    }
    return best;
}

std::vector<LognormalMixture> fitMixtures(std::span<const double> values, std::size_t most) {
    std::vector<LognormalMixture> mixtures;
    for (std::size_t k = 1; k <= most; ++k) {
        std::optional<LognormalMixture> mixture = fitMixture(values, k);
        if (!mixture) break;
        mixtures.push_back(std::move(*mixture));
    }
    return mixtures;
}

std::size_t likeliestComponent(const LognormalMixture& mixture, double value) {
    const double y = std::log(value);
    std::size_t best = 0;
    double highest = -std::numeric_limits<double>::infinity();
    for (std::size_t j = 0; j < mixture.weights.size(); ++j) {
        const double z = (y - mixture.mu[j]) / mixture.sigma[j];
        const double height = std::log(mixture.weights[j] / mixture.sigma[j]) - 0.5 * z * z;
        if (height <= highest) continue;
        highest = height;
        best = j;
    }
    return best;
}

}  // namespace breakeven::sim
