#include "sim/fitting/likelihood.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/kernels/log_gamma.hpp"

namespace breakeven::sim {
namespace {

constexpr double kImpossible = -std::numeric_limits<double>::infinity();

/// Whether each parameter is in its range; only a lognormal's mu may be 0 or less.
bool isInside(Family family, std::span<const double> parameters) {
    for (std::size_t i = 0; i < parameters.size(); ++i) {
        const bool isFree = family == Family::Lognormal && i == 0;
        if (!std::isfinite(parameters[i]) || (!isFree && !(parameters[i] > 0.0))) return false;
    }
    return true;
}

}  // namespace

Likelihood::Likelihood(Family family, const FitSample& sample)
    : family_(family), capped_(repeated(sample.capped)), above_(sample.above), below_(sample.below) {
    n_ = static_cast<double>(sample.values.size());
    all_ = static_cast<double>(sample.size());
    if (sample.values.empty()) return;
    smallest_ = sample.values.front();
    for (const double x : sample.values) sum_ += x;
    if (isCounting(family)) {
        counts_ = repeated(sample.values);
        for (const Repeated& item : counts_) logFactorials_ += item.count * logGamma(item.value + 1.0);
        return;
    }
    for (const double x : sample.values) logSum_ += std::log(x);
    logMean_ = logSum_ / n_;
    for (const double x : sample.values) {
        const double away = std::log(x) - logMean_;
        logSquares_ += away * away;
    }
    if (family == Family::Lomax) values_ = sample.values;
    if (family == Family::Weibull) {
        values_.reserve(sample.values.size());
        for (const double x : sample.values) values_.push_back(std::log(x));
    }
}

std::vector<Likelihood::Repeated> Likelihood::repeated(const std::vector<double>& ascending) {
    std::vector<Repeated> result;
    for (const double x : ascending) {
        if (result.empty() || result.back().value != x) result.push_back({x, 0.0});
        result.back().count += 1.0;
    }
    return result;
}

double Likelihood::exactPart(std::span<const double> p) const {
    switch (family_) {
        case Family::Lognormal: {
            const double away = logMean_ - p[0];
            return -logSum_ - n_ * (std::log(p[1]) + 0.5 * std::log(2.0 * std::numbers::pi)) -
                   0.5 * (logSquares_ + n_ * away * away) / (p[1] * p[1]);
        }
        case Family::Gamma:
            return (p[0] - 1.0) * logSum_ - sum_ / p[1] - n_ * (p[0] * std::log(p[1]) + logGamma(p[0]));
        case Family::Weibull: {
            const double logScale = std::log(p[1]);
            double powers = 0.0;
            for (const double x : values_) powers += std::exp(p[0] * (x - logScale));
            return n_ * (std::log(p[0]) - p[0] * logScale) + (p[0] - 1.0) * logSum_ - powers;
        }
        case Family::Pareto:
            return smallest_ < p[1] ? kImpossible
                                    : n_ * (std::log(p[0]) + p[0] * std::log(p[1])) - (p[0] + 1.0) * logSum_;
        case Family::Lomax: {
            double logs = 0.0;
            for (const double x : values_) logs += std::log1p(x / p[1]);
            return n_ * std::log(p[0] / p[1]) - (p[0] + 1.0) * logs;
        }
        case Family::Exponential:
            return -n_ * std::log(p[0]) - sum_ / p[0];
        case Family::Poisson:
            return sum_ * std::log(p[0]) - n_ * p[0] - logFactorials_;
        case Family::NegativeBinomial: {
            double ratios = 0.0;
            for (const Repeated& item : counts_) ratios += item.count * logGamma(item.value + p[0]);
            return ratios - n_ * logGamma(p[0]) - logFactorials_ - n_ * p[0] * std::log1p(p[1] / p[0]) +
                   sum_ * std::log(p[1] / (p[0] + p[1]));
        }
        case Family::LognormalPareto:
            break;
    }
    return kImpossible;
}

double Likelihood::operator()(std::span<const double> parameters) const {
    if (!isInside(family_, parameters)) return kImpossible;
    double sum = n_ > 0.0 ? exactPart(parameters) : 0.0;
    if (capped_.empty() && above_ == 0.0 && below_ == std::numeric_limits<double>::infinity()) return sum;
    const Law law{family_, {parameters.begin(), parameters.end()}};
    // A count is at least c where it is above the whole number before.
    for (const Repeated& item : capped_) {
        const double bound = isCounting(family_) ? std::ceil(item.value) - 1.0 : item.value;
        sum += item.count * std::log(shareAbove(law, bound));
    }
    // From both ends, whichever keeps the digits.
    const double top = isCounting(family_) ? std::ceil(below_) - 1.0 : below_;
    const double low = above_ > 0.0 ? shareUpTo(law, above_) : 0.0;
    const double window =
        low > 0.5 ? shareAbove(law, above_) - shareAbove(law, top) : shareUpTo(law, top) - low;
    sum -= all_ * std::log(window);
    if (std::isnan(sum)) return kImpossible;
    return sum;
}

}  // namespace breakeven::sim
