#include "sim/fitting/maximum_likelihood.hpp"

#include <algorithm>
#include <boost/math/special_functions/digamma.hpp>
#include <cmath>
#include <iterator>
#include <map>
#include <numeric>

#include "sim/fitting/optimise.hpp"
#include "sim/fitting/spliced.hpp"

namespace breakeven::sim {
namespace {

/// What the closed forms and scores need of complete values.
struct Moments {
    double n = 0.0;
    double mean = 0.0;
    double square = 0.0;   ///< mean of x^2
    double logMean = 0.0;  ///< mean of ln x
    double logSpread = 0.0;
};

Moments momentsOf(const std::vector<double>& values, bool withLogs) {
    Moments m;
    m.n = static_cast<double>(values.size());
    for (const double x : values) {
        m.mean += x / m.n;
        m.square += x * x / m.n;
        if (withLogs) m.logMean += std::log(x) / m.n;
    }
    if (withLogs)
        for (const double x : values) m.logSpread += std::pow(std::log(x) - m.logMean, 2) / m.n;
    m.logSpread = std::sqrt(m.logSpread);
    return m;
}

using Parameters = std::optional<std::vector<double>>;

Parameters gamma(const Moments& m) {
    const double s = std::log(m.mean) - m.logMean;
    const double guess = (3.0 - s + std::sqrt((s - 3.0) * (s - 3.0) + 24.0 * s)) / (12.0 * s);
    const auto score = [&](double shape) { return std::log(shape) - boost::math::digamma(shape) - s; };
    const auto shape = positiveRoot(score, guess, false);
    if (!shape) return std::nullopt;
    return std::vector{*shape, m.mean / *shape};
}

Parameters weibull(const std::vector<double>& values, const Moments& m) {
    std::vector<double> logs;
    logs.reserve(values.size());
    for (const double x : values) logs.push_back(std::log(x));
    const double top = logs.back();  // powers are taken of x / max, so that none overflows
    const auto powers = [&](double shape) {
        double sum = 0.0;
        double weighted = 0.0;
        for (const double x : logs) {
            const double power = std::exp(shape * (x - top));
            sum += power;
            weighted += power * x;
        }
        return std::pair(sum, weighted / sum);
    };
    const auto score = [&](double shape) { return powers(shape).second - 1.0 / shape - m.logMean; };
    const auto shape = positiveRoot(score, 1.28 / m.logSpread, true);
    if (!shape) return std::nullopt;
    const double scale = std::exp(top + std::log(powers(*shape).first / m.n) / *shape);
    return std::vector{*shape, scale};
}

/// None where mean x^2 <= 2 mean^2: the likelihood then rises towards the exponential law, alpha without end.
Parameters lomax(const std::vector<double>& values, const Moments& m) {
    if (m.square <= 2.0 * m.mean * m.mean) return std::nullopt;
    const auto alphaAt = [&](double scale) {
        double logs = 0.0;
        for (const double x : values) logs += std::log1p(x / scale);
        return m.n / logs;
    };
    // Derivative of the log-likelihood in the logarithm of the scale, alpha being the best for it.
    const auto score = [&](double scale) {
        double ratios = 0.0;
        for (const double x : values) ratios += x / (scale + x);
        return (alphaAt(scale) + 1.0) * ratios / m.n - 1.0;
    };
    const auto scale = positiveRoot(score, m.mean, false);
    if (!scale) return std::nullopt;
    return std::vector{alphaAt(*scale), *scale};
}

/// None where the variance (divisor n) is at most the mean: r then grows without end, to the Poisson law.
Parameters negativeBinomial(const std::vector<double>& values, const Moments& m) {
    const double variance = m.square - m.mean * m.mean;
    if (variance <= m.mean) return std::nullopt;
    std::map<double, double> counts;
    for (const double x : values) counts[x] += 1.0;
    const auto score = [&](double r) {
        double sum = -m.n * std::log1p(m.mean / r);
        for (const auto& [x, count] : counts)
            sum += count * (boost::math::digamma(x + r) - boost::math::digamma(r));
        return sum;
    };
    const auto r = positiveRoot(score, m.mean * m.mean / (variance - m.mean), false);
    if (!r) return std::nullopt;
    return std::vector{*r, m.mean};
}

Parameters complete(Family family, const std::vector<double>& values) {
    const Moments m = momentsOf(values, !isCounting(family));
    switch (family) {
        case Family::Lognormal:
            return std::vector{m.logMean, m.logSpread};
        case Family::Gamma:
            return gamma(m);
        case Family::Weibull:
            return weibull(values, m);
        case Family::Pareto:
            return std::vector{1.0 / (m.logMean - std::log(values.front())), values.front()};
        case Family::Lomax:
            return lomax(values, m);
        case Family::Exponential:
        case Family::Poisson:
            return std::vector{m.mean};
        case Family::NegativeBinomial:
            return negativeBinomial(values, m);
        case Family::LognormalPareto:
            break;
    }
    return std::nullopt;
}

/// alpha of a Pareto law with a given threshold, some values capped; Hill (1975) where none is.
double paretoAlpha(const FitSample& sample, double xm) {
    double logs = 0.0;
    for (const double x : sample.values) logs += std::log(x) - std::log(xm);
    for (const double x : sample.capped) logs += std::max(std::log(x) - std::log(xm), 0.0);
    return static_cast<double>(sample.values.size()) / logs;
}

/// Parameters on a scale where any number is allowed: logarithms, but mu as it is.
std::vector<double> moved(Family family, std::vector<double> parameters, bool isInwards) {
    for (std::size_t i = family == Family::Lognormal ? 1 : 0; i < parameters.size(); ++i)
        parameters[i] = isInwards ? std::log(parameters[i]) : std::exp(parameters[i]);
    return parameters;
}

Parameters incomplete(Family family, const FitSample& sample) {
    std::vector<double> all = sample.values;
    all.insert(all.end(), sample.capped.begin(), sample.capped.end());
    std::ranges::sort(all);
    Parameters start = complete(family, all);
    if (!start && family == Family::Lomax) start = std::vector{4.0, 3.0 * momentsOf(all, false).mean};
    if (!start && family == Family::NegativeBinomial)
        start = std::vector{10.0, std::max(momentsOf(all, false).mean, 0.1)};
    if (!start) return std::nullopt;
    const Likelihood likelihood(family, sample);
    const auto found =
        climb([&](const std::vector<double>& at) { return likelihood(moved(family, at, false)); },
              moved(family, *start, true));
    if (!found) return std::nullopt;
    return moved(family, found->at, false);
}

Fit judged(Law law, double logLikelihood, std::size_t free, std::size_t n) {
    const auto k = static_cast<double>(free);
    return {std::move(law), logLikelihood, free, 2.0 * k - 2.0 * logLikelihood,
            k * std::log(static_cast<double>(n)) - 2.0 * logLikelihood};
}

FitOutcome fitPareto(const FitSample& sample) {
    if (sample.below < std::numeric_limits<double>::infinity())
        return {{}, "a Pareto law is not fitted to values recorded only below a bound"};
    const bool isKnown = sample.above > 0.0;
    const double xm = isKnown ? sample.above : sample.values.front();
    const Law law{Family::Pareto, {paretoAlpha(sample, xm), xm}};
    // Above xm the law is the same with and without the truncation.
    const Likelihood likelihood(Family::Pareto, {sample.values, sample.capped});
    const double logLikelihood = likelihood(law.parameters);
    if (!std::isfinite(logLikelihood)) return {{}, "the likelihood has no finite maximum"};
    return {judged(law, logLikelihood, isKnown ? 1 : 2, sample.size()), ""};
}

std::string limitReason(Family family) {
    if (family == Family::Lomax)
        return "no finite maximum: the values are no more spread than an exponential law, its limit";
    if (family == Family::NegativeBinomial)
        return "no finite maximum: the counts are no more spread than a Poisson law, its limit";
    return "the likelihood has no finite maximum";
}

}  // namespace

FitOutcome fitFamily(Family family, const FitSample& sample) {
    if (family == Family::Pareto) return fitPareto(sample);
    if (family == Family::LognormalPareto) return fitSpliced(sample);
    const Parameters parameters =
        sample.isComplete() ? complete(family, sample.values) : incomplete(family, sample);
    if (!parameters) return {{}, limitReason(family)};
    const double logLikelihood = Likelihood(family, sample)(*parameters);
    if (!std::isfinite(logLikelihood)) return {{}, limitReason(family)};
    return {judged({family, *parameters}, logLikelihood, parameters->size(), sample.size()), ""};
}

}  // namespace breakeven::sim
