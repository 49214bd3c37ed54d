#include "sim/fitting/profile_interval.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "sim/fitting/optimise.hpp"
#include "sim/fitting/spliced.hpp"

namespace breakeven::sim {
namespace {

// Half the chi-square quantiles with one degree of freedom.
constexpr double kDrop95 = 0.5 * 3.841458820694124;
constexpr double kDrop90 = 0.5 * 2.705543454095404;
constexpr double kFarthestStep = 40.0;
constexpr std::size_t kThresholds = 200;  // of a spliced law, tried for its intervals

/// A log-likelihood with each coordinate free to be any number.
using Surface = std::function<double(const std::vector<double>&)>;

/// The log-likelihood at `value` of one coordinate, the other one (if any) at its best for it.
class Profile {
  public:
    Profile(Surface surface, std::vector<double> best, std::size_t which)
        : surface_(std::move(surface)), best_(std::move(best)), which_(which) {}

    /// NaN where the other coordinate runs away.
    [[nodiscard]] double operator()(double value) {
        std::vector<double> at = best_;
        at[which_] = value;
        if (at.size() == 1) return surface_(at);
        const std::size_t other = 1 - which_;
        const auto line = [&](double x) {
            at[other] = x;
            return surface_(at);
        };
        const auto found = climbLine(line, last_.value_or(best_[other]), 0.5);
        if (!found) return std::numeric_limits<double>::quiet_NaN();
        last_ = found->at.front();  // its neighbour's optimum is near
        return found->value;
    }

    void forget() { last_.reset(); }

  private:
    Surface surface_;
    std::vector<double> best_;
    std::size_t which_;
    std::optional<double> last_;
};

/// Where the profile has fallen by `drop` from its top, going in the direction of `sign`.
std::optional<double> edge(Profile& profile, double best, double top, double drop, double sign) {
    profile.forget();
    const auto height = [&](double distance) { return profile(best + sign * distance) - top + drop; };
    double inside = 0.0;
    for (double step = 0.05; inside + step <= kFarthestStep; step *= 2.0) {
        const double at = height(inside + step);
        if (std::isnan(at)) return std::nullopt;
        if (at <= 0.0) {
            const std::optional<double> root = bracketedRoot(height, inside, inside + step);
            if (!root) return std::nullopt;
            return best + sign * *root;
        }
        inside += step;
    }
    return std::nullopt;
}

/// One parameter's intervals. `outwards` turns the coordinate into the parameter.
ParameterInterval intervalOf(std::string name, const Surface& surface, const std::vector<double>& best,
                             std::size_t which, double designEffect,
                             const std::function<double(double)>& outwards) {
    Profile profile(surface, best, which);
    const double top = surface(best);
    const auto at = [&](double drop, double sign) -> std::optional<double> {
        const auto found = edge(profile, best[which], top, designEffect * drop, sign);
        if (!found) return std::nullopt;
        return outwards(*found);
    };
    return {std::move(name),   outwards(best[which]), at(kDrop95, -1.0),
            at(kDrop95, +1.0), at(kDrop90, -1.0),     at(kDrop90, +1.0)};
}

double exponential(double x) {
    return std::exp(x);
}

double same(double x) {
    return x;
}

/// Intervals of a family whose parameters are all regular.
std::vector<ParameterInterval> regular(Family family, const std::vector<double>& parameters,
                                       const FitSample& sample, double designEffect) {
    const Likelihood likelihood(family, sample);
    const auto isFree = [&](std::size_t i) { return family == Family::Lognormal && i == 0; };
    std::vector<double> best = parameters;
    for (std::size_t i = 0; i < best.size(); ++i)
        if (!isFree(i)) best[i] = std::log(best[i]);
    const Surface surface = [&](const std::vector<double>& at) {
        std::vector<double> moved = at;
        for (std::size_t i = 0; i < moved.size(); ++i)
            if (!isFree(i)) moved[i] = std::exp(moved[i]);
        return likelihood(moved);
    };
    const auto names = parameterNames(family);
    std::vector<ParameterInterval> intervals;
    for (std::size_t i = 0; i < best.size(); ++i)
        intervals.push_back(intervalOf(std::string(names[i]), surface, best, i, designEffect,
                                       isFree(i) ? same : exponential));
    if (family == Family::Gamma) {
        const Surface byMean = [&](const std::vector<double>& at) {
            return likelihood(std::vector{std::exp(at[0]), std::exp(at[1] - at[0])});
        };
        intervals.push_back(
            intervalOf("mean", byMean, {best[0], best[0] + best[1]}, 1, designEffect, exponential));
    }
    if (family == Family::Lognormal) {
        ParameterInterval median = intervals.front();
        median.name = "median";
        median.value = std::exp(median.value);
        for (auto* end : {&median.low95, &median.high95, &median.low90, &median.high90})
            if (*end) **end = std::exp(**end);
        intervals.push_back(std::move(median));
    }
    return intervals;
}

/// alpha of a Pareto law whose threshold is given.
ParameterInterval tailIndex(double alpha, double xm, const FitSample& sample, double designEffect) {
    const Likelihood likelihood(Family::Pareto, {sample.values, sample.capped});
    const Surface surface = [&](const std::vector<double>& at) {
        return likelihood(std::vector{std::exp(at[0]), xm});
    };
    return intervalOf("alpha", surface, {std::log(alpha)}, 0, designEffect, exponential);
}

/// The threshold is no regular parameter, but what it leaves open widens the others: each is profiled over
/// the thresholds too.
std::vector<ParameterInterval> spliced(const FitSample& sample, double designEffect) {
    const SplicedLikelihood likelihood(sample.values);
    using Peak = SplicedLikelihood::Peak;
    std::vector<Peak> peaks = likelihood.peaks(kThresholds);
    const Peak best = *std::ranges::max_element(peaks, {}, &Peak::logLikelihood);
    // A threshold whose own best is below the interval's edge can't hold any part of the interval.
    std::erase_if(peaks, [&](const Peak& peak) {
        return peak.logLikelihood < best.logLikelihood - 1.01 * designEffect * kDrop95;
    });
    const auto highest = [&peaks](const auto& at) {
        return Surface([&peaks, at](const std::vector<double>& x) {
            double top = -std::numeric_limits<double>::infinity();
            for (const Peak& peak : peaks) top = std::max(top, at(peak, x[0]));
            return top;
        });
    };
    const auto body = [&](const Peak& peak) { return likelihood.body(peak.begin, peak.mu, peak.logSigma); };
    const Surface byMu = highest([&](const Peak& peak, double mu) {
        const auto found = climbLine(
            [&](double logSigma) { return likelihood.body(peak.begin, mu, logSigma); }, peak.logSigma, 0.5);
        return found ? peak.logLikelihood - body(peak) + found->value : peak.logLikelihood - 1e9;
    });
    const Surface bySigma = highest([&](const Peak& peak, double logSigma) {
        const auto found =
            climbLine([&](double mu) { return likelihood.body(peak.begin, mu, logSigma); }, peak.mu, 0.5);
        return found ? peak.logLikelihood - body(peak) + found->value : peak.logLikelihood - 1e9;
    });
    const Surface byWeight = highest([&](const Peak& peak, double logit) {
        const double share = 1.0 / (1.0 + std::exp(-logit));
        return peak.logLikelihood - likelihood.weight(peak.begin, peak.weight) +
               likelihood.weight(peak.begin, share);
    });
    const Surface byAlpha = highest([&](const Peak& peak, double logAlpha) {
        return peak.logLikelihood - likelihood.tail(peak.begin, peak.alpha) +
               likelihood.tail(peak.begin, std::exp(logAlpha));
    });
    const double logit = std::log(best.weight / (1.0 - best.weight));
    return {intervalOf("mu", byMu, {best.mu}, 0, designEffect, same),
            intervalOf("sigma", bySigma, {best.logSigma}, 0, designEffect, exponential),
            intervalOf("tail_weight", byWeight, {logit}, 0, designEffect,
                       [](double x) { return 1.0 / (1.0 + std::exp(-x)); }),
            intervalOf("alpha", byAlpha, {std::log(best.alpha)}, 0, designEffect, exponential)};
}

}  // namespace

std::vector<ParameterInterval> profileIntervals(const Fit& fit, const FitSample& sample,
                                                double designEffect) {
    const std::vector<double>& parameters = fit.law.parameters;
    if (fit.law.family == Family::Pareto)
        return {tailIndex(parameters[0], parameters[1], sample, designEffect)};
    if (fit.law.family == Family::LognormalPareto) return spliced(sample, designEffect);
    return regular(fit.law.family, parameters, sample, designEffect);
}

}  // namespace breakeven::sim
