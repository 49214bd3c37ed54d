#include "sim/fitting/spliced.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "sim/fitting/optimise.hpp"

namespace breakeven::sim {
namespace {

constexpr std::size_t kLeastTail = 10;
constexpr std::size_t kMostThresholds = 50;
constexpr std::size_t kCoarseThresholds = 40;

/// Kolmogorov-Smirnov distance of the values from `first` on to the Pareto law that begins there.
double tailDistance(const std::vector<double>& values, std::size_t first, double alpha) {
    const auto n = static_cast<double>(values.size() - first);
    double distance = 0.0;
    for (std::size_t i = first; i < values.size(); ++i) {
        const double share = -std::expm1(-alpha * std::log(values[i] / values[first]));
        const auto rank = static_cast<double>(i - first);
        distance = std::max({distance, (rank + 1.0) / n - share, share - rank / n});
    }
    return distance;
}

}  // namespace

SplicedLikelihood::SplicedLikelihood(const std::vector<double>& ascending) {
    for (const double x : ascending) logs_.push_back(std::log(x));
    centre_ = std::accumulate(logs_.begin(), logs_.end(), 0.0) / static_cast<double>(logs_.size());
    for (double& y : logs_) {
        y -= centre_;
        sums_.push_back(sums_.back() + y);
        squares_.push_back(squares_.back() + y * y);
    }
}

double SplicedLikelihood::body(std::size_t begin, double mu, double logSigma) const {
    const auto n = static_cast<double>(begin);
    const double sigma = std::exp(logSigma);
    const double mean = sums_[begin] / n;
    const double place = mu - centre_;
    const double below = 0.5 * std::erfc((place - logs_[begin]) / (sigma * std::numbers::sqrt2));
    const double squares = squares_[begin] - sums_[begin] * mean + n * (place - mean) * (place - mean);
    return -n * (logSigma + std::log(below) + 0.5 * std::log(2.0 * std::numbers::pi) + mean + centre_) -
           0.5 * squares / (sigma * sigma);
}

double SplicedLikelihood::tail(std::size_t begin, double alpha) const {
    const auto n = static_cast<double>(logs_.size() - begin);
    const double sum = sums_.back() - sums_[begin];
    return n * std::log(alpha) - alpha * (sum - n * logs_[begin]) - sum - n * centre_;
}

double SplicedLikelihood::weight(std::size_t begin, double share) const {
    return static_cast<double>(logs_.size() - begin) * std::log(share) +
           static_cast<double>(begin) * std::log1p(-share);
}

std::optional<SplicedLikelihood::Peak> SplicedLikelihood::peakAt(std::size_t begin, const Peak* near) const {
    if (logs_[begin] == logs_[begin - 1] || logs_.front() == logs_[begin - 1]) return std::nullopt;
    const auto inTail = static_cast<double>(logs_.size() - begin);
    const auto inBody = static_cast<double>(begin);
    const double excess = sums_.back() - sums_[begin] - inTail * logs_[begin];
    if (!(excess > 0.0)) return std::nullopt;
    const double mean = sums_[begin] / inBody;
    const double spread = std::max(squares_[begin] / inBody - mean * mean, 1e-30);
    const std::vector<double> start = near != nullptr ? std::vector{near->mu, near->logSigma}
                                                      : std::vector{mean + centre_, 0.5 * std::log(spread)};
    const auto found = climb([&](const std::vector<double>& at) { return body(begin, at[0], at[1]); }, start);
    if (!found) return std::nullopt;
    Peak peak{begin, found->at[0], found->at[1], inTail / excess, inTail / (inTail + inBody), 0.0};
    peak.logLikelihood = found->value + tail(begin, peak.alpha) + weight(begin, peak.weight);
    return peak;
}

std::vector<SplicedLikelihood::Peak> SplicedLikelihood::peaks(std::size_t most) const {
    std::vector<Peak> result;
    const std::size_t n = logs_.size();
    if (n < 2 * kLeastTail) return result;
    const std::size_t from = n - n / 2;
    const std::size_t last = n - kLeastTail;
    const std::size_t step = std::max<std::size_t>((last - from) / most, 1);
    const auto consider = [&](std::size_t begin) {
        // The optimum of the threshold before is near.
        const auto peak = peakAt(begin, result.empty() ? nullptr : &result.back());
        if (peak) result.push_back(*peak);
    };
    for (std::size_t i = from; i <= last; i += step) consider(i);
    if (result.empty() || step == 1) return result;
    const std::size_t centre = std::ranges::max_element(result, {}, &Peak::logLikelihood)->begin;
    for (std::size_t i = std::max(centre - step, from); i <= std::min(centre + step, last); ++i)
        if ((i - from) % step != 0) consider(i);
    return result;
}

std::optional<std::size_t> tailBegin(const std::vector<double>& ascending) {
    const std::size_t n = ascending.size();
    if (n < 2 * kLeastTail) return std::nullopt;
    std::vector<double> logsFrom(n + 1, 0.0);  // sum of ln x from a rank on
    for (std::size_t i = n; i-- > 0;) {
        if (!(ascending[i] > 0.0)) break;
        logsFrom[i] = logsFrom[i + 1] + std::log(ascending[i]);
    }
    const std::size_t from = n - n / 2;
    const std::size_t last = n - kLeastTail;
    const std::size_t step = std::max<std::size_t>((last - from) / kMostThresholds, 1);
    std::optional<std::size_t> best;
    double nearest = std::numeric_limits<double>::infinity();
    for (std::size_t i = from; i <= last; i += step) {
        if (!(ascending[i] > 0.0) || ascending[i] == ascending[i - 1]) continue;
        const auto count = static_cast<double>(n - i);
        const double logs = logsFrom[i] - count * std::log(ascending[i]);
        if (!(logs > 0.0)) continue;
        const double distance = tailDistance(ascending, i, count / logs);
        if (distance >= nearest) continue;
        nearest = distance;
        best = i;
    }
    return best;
}

FitOutcome fitSpliced(const FitSample& sample) {
    if (!sample.isComplete()) return {{}, "a spliced law is fitted to complete values only"};
    if (sample.values.size() < 2 * kLeastTail)
        return {{}, fmt::format("too few values for a tail of {} at least", kLeastTail)};
    const auto peaks = SplicedLikelihood(sample.values).peaks(kCoarseThresholds);
    if (peaks.empty()) return {{}, "no threshold gives the body a regular maximum"};
    const auto best = std::ranges::max_element(peaks, {}, &SplicedLikelihood::Peak::logLikelihood);
    const Law law{
        Family::LognormalPareto,
        {best->mu, std::exp(best->logSigma), sample.values[best->begin], best->weight, best->alpha}};
    constexpr std::size_t kFree = 5;
    constexpr auto k = static_cast<double>(kFree);
    const auto n = static_cast<double>(sample.values.size());
    return {Fit{law, best->logLikelihood, kFree, 2.0 * k - 2.0 * best->logLikelihood,
                k * std::log(n) - 2.0 * best->logLikelihood},
            ""};
}

}  // namespace breakeven::sim
