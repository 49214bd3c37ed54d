#include "sim/fitting/law.hpp"

#include <array>
#include <boost/math/distributions/negative_binomial.hpp>
#include <boost/math/distributions/poisson.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/units/infinity.hpp"
#include "sim/kernels/log_gamma.hpp"
#include "sim/random/normal_quantile.hpp"

namespace breakeven::sim {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

// Whole numbers, and the quantile is the smallest value that reaches p.
using Whole = boost::math::policies::policy<
    boost::math::policies::discrete_quantile<boost::math::policies::integer_round_up>>;
using PoissonLaw = boost::math::poisson_distribution<double, Whole>;
using NegativeBinomialLaw = boost::math::negative_binomial_distribution<double, Whole>;

double phi(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double logNormalDensity(double z) {
    return -0.5 * z * z - 0.5 * std::log(2.0 * std::numbers::pi);
}

NegativeBinomialLaw negativeBinomial(const Law& law) {
    const double r = law.parameters[0];
    return {r, r / (r + law.parameters[1])};
}

Law bodyOf(const Law& law) {
    return {Family::Lognormal, {law.parameters[0], law.parameters[1]}};
}

Law tailOf(const Law& law) {
    return {Family::Pareto, {law.parameters[4], law.parameters[2]}};
}

/// Of inf { x : P(X <= x) >= p }: Boost rounds its root up, which can miss by one where p is a jump's own
/// height.
template <typename Boost>
double countQuantile(const Boost& law, double p) {
    double k = boost::math::quantile(law, p);
    while (k > 0.0 && boost::math::cdf(law, k - 1.0) >= p) k -= 1.0;
    while (boost::math::cdf(law, k) < p) k += 1.0;
    return k;
}

/// Raw moment of the lognormal body below the threshold, of order k.
double bodyMoment(const Law& law, double k) {
    const double mu = law.parameters[0];
    const double sigma = law.parameters[1];
    const double z = (std::log(law.parameters[2]) - mu) / sigma;
    return std::exp(k * mu + 0.5 * k * k * sigma * sigma) * phi(z - k * sigma) / phi(z);
}

/// Raw moment of a Pareto law of order k.
double paretoMoment(double alpha, double xm, double k) {
    return alpha > k ? alpha * std::pow(xm, k) / (alpha - k) : kInfinity;
}

}  // namespace

std::string_view familyName(Family family) {
    constexpr std::array<std::string_view, std::size(kFamilies)> kNames{
        "lognormal",         "gamma",   "weibull",         "pareto", "lomax", "exponential",
        "negative_binomial", "poisson", "lognormal_pareto"};
    return kNames[static_cast<std::size_t>(family)];
}

std::span<const std::string_view> parameterNames(Family family) {
    static constexpr std::string_view kNormal[] = {"mu", "sigma"};
    static constexpr std::string_view kShape[] = {"shape", "scale"};
    static constexpr std::string_view kPareto[] = {"alpha", "xm"};
    static constexpr std::string_view kLomax[] = {"alpha", "scale"};
    static constexpr std::string_view kMean[] = {"mean"};
    static constexpr std::string_view kCounts[] = {"r", "mean"};
    static constexpr std::string_view kSpliced[] = {"mu", "sigma", "threshold", "tail_weight", "alpha"};
    switch (family) {
        case Family::Lognormal:
            return kNormal;
        case Family::Gamma:
        case Family::Weibull:
            return kShape;
        case Family::Pareto:
            return kPareto;
        case Family::Lomax:
            return kLomax;
        case Family::Exponential:
        case Family::Poisson:
            return kMean;
        case Family::NegativeBinomial:
            return kCounts;
        case Family::LognormalPareto:
            return kSpliced;
    }
    return {};
}

bool isCounting(Family family) {
    return family == Family::NegativeBinomial || family == Family::Poisson;
}

double logDensity(const Law& law, double x) {
    const std::vector<double>& p = law.parameters;
    if (isCounting(law.family)) {
        if (x < 0.0 || x != std::floor(x)) return -kInfinity;
        if (law.family == Family::Poisson) return x * std::log(p[0]) - p[0] - logGamma(x + 1.0);
        const double r = p[0];
        // log1p keeps the digits where r is far above the mean, near the Poisson limit.
        return logGamma(x + r) - logGamma(r) - logGamma(x + 1.0) - r * std::log1p(p[1] / r) +
               (x > 0.0 ? x * std::log(p[1] / (r + p[1])) : 0.0);
    }
    if (!(x > 0.0)) return -kInfinity;
    switch (law.family) {
        case Family::Lognormal:
            return logNormalDensity((std::log(x) - p[0]) / p[1]) - std::log(p[1]) - std::log(x);
        case Family::Gamma:
            return (p[0] - 1.0) * std::log(x) - x / p[1] - p[0] * std::log(p[1]) - logGamma(p[0]);
        case Family::Weibull: {
            const double t = std::log(x / p[1]);
            return std::log(p[0]) - std::log(x) + p[0] * t - std::exp(p[0] * t);
        }
        case Family::Pareto:
            return x < p[1] ? -kInfinity
                            : std::log(p[0]) + p[0] * std::log(p[1]) - (p[0] + 1.0) * std::log(x);
        case Family::Lomax:
            return std::log(p[0] / p[1]) - (p[0] + 1.0) * std::log1p(x / p[1]);
        case Family::Exponential:
            return -std::log(p[0]) - x / p[0];
        case Family::LognormalPareto: {
            if (x >= p[2]) return std::log(p[3]) + logDensity(tailOf(law), x);
            const Law body = bodyOf(law);
            return std::log1p(-p[3]) + logDensity(body, x) - std::log(shareUpTo(body, p[2]));
        }
        case Family::NegativeBinomial:
        case Family::Poisson:
            break;
    }
    return -kInfinity;
}

double shareUpTo(const Law& law, double x) {
    const std::vector<double>& p = law.parameters;
    if (x == kInfinity) return 1.0;
    if (x < 0.0 || (x == 0.0 && !isCounting(law.family))) return 0.0;
    switch (law.family) {
        case Family::Lognormal:
            return phi((std::log(x) - p[0]) / p[1]);
        case Family::Gamma:
            return boost::math::gamma_p(p[0], x / p[1]);
        case Family::Weibull:
            return -std::expm1(-std::pow(x / p[1], p[0]));
        case Family::Pareto:
            return x < p[1] ? 0.0 : -std::expm1(p[0] * std::log(p[1] / x));
        case Family::Lomax:
            return -std::expm1(-p[0] * std::log1p(x / p[1]));
        case Family::Exponential:
            return -std::expm1(-x / p[0]);
        case Family::NegativeBinomial:
            return boost::math::cdf(negativeBinomial(law), std::floor(x));
        case Family::Poisson:
            return boost::math::cdf(PoissonLaw(p[0]), std::floor(x));
        case Family::LognormalPareto: {
            if (x >= p[2]) return 1.0 - p[3] * shareAbove(tailOf(law), x);
            const Law body = bodyOf(law);
            return (1.0 - p[3]) * shareUpTo(body, x) / shareUpTo(body, p[2]);
        }
    }
    return kNone;
}

double shareAbove(const Law& law, double x) {
    const std::vector<double>& p = law.parameters;
    if (x == kInfinity) return 0.0;
    if (x < 0.0 || (x == 0.0 && !isCounting(law.family))) return 1.0;
    switch (law.family) {
        case Family::Lognormal:
            return phi((p[0] - std::log(x)) / p[1]);
        case Family::Gamma:
            return boost::math::gamma_q(p[0], x / p[1]);
        case Family::Weibull:
            return std::exp(-std::pow(x / p[1], p[0]));
        case Family::Pareto:
            return x < p[1] ? 1.0 : std::pow(p[1] / x, p[0]);
        case Family::Lomax:
            return std::exp(-p[0] * std::log1p(x / p[1]));
        case Family::Exponential:
            return std::exp(-x / p[0]);
        case Family::NegativeBinomial:
            return boost::math::cdf(boost::math::complement(negativeBinomial(law), std::floor(x)));
        case Family::Poisson:
            return boost::math::cdf(boost::math::complement(PoissonLaw(p[0]), std::floor(x)));
        case Family::LognormalPareto:
            return x >= p[2] ? p[3] * shareAbove(tailOf(law), x) : 1.0 - shareUpTo(law, x);
    }
    return kNone;
}

double quantileOf(const Law& law, double probability) {
    const std::vector<double>& p = law.parameters;
    switch (law.family) {
        case Family::Lognormal:
            return probability > 0.0 ? std::exp(p[0] + p[1] * normalQuantile(probability)) : 0.0;
        case Family::Gamma:
            return p[1] * boost::math::gamma_p_inv(p[0], probability);
        case Family::Weibull:
            return p[1] * std::pow(-std::log1p(-probability), 1.0 / p[0]);
        case Family::Pareto:
            return p[1] * std::exp(-std::log1p(-probability) / p[0]);
        case Family::Lomax:
            return p[1] * std::expm1(-std::log1p(-probability) / p[0]);
        case Family::Exponential:
            return -p[0] * std::log1p(-probability);
        case Family::NegativeBinomial:
            return countQuantile(negativeBinomial(law), probability);
        case Family::Poisson:
            return countQuantile(PoissonLaw(p[0]), probability);
        case Family::LognormalPareto: {
            if (probability >= 1.0 - p[3]) return p[2] * std::pow((1.0 - probability) / p[3], -1.0 / p[4]);
            const Law body = bodyOf(law);
            return quantileOf(body, probability / (1.0 - p[3]) * shareUpTo(body, p[2]));
        }
    }
    return kNone;
}

double meanOf(const Law& law) {
    const std::vector<double>& p = law.parameters;
    switch (law.family) {
        case Family::Lognormal:
            return std::exp(p[0] + 0.5 * p[1] * p[1]);
        case Family::Gamma:
            return p[0] * p[1];
        case Family::Weibull:
            return p[1] * std::tgamma(1.0 + 1.0 / p[0]);
        case Family::Pareto:
            return paretoMoment(p[0], p[1], 1.0);
        case Family::Lomax:
            return p[0] > 1.0 ? p[1] / (p[0] - 1.0) : kInfinity;
        case Family::Exponential:
        case Family::Poisson:
            return p[0];
        case Family::NegativeBinomial:
            return p[1];
        case Family::LognormalPareto:
            return (1.0 - p[3]) * bodyMoment(law, 1.0) + p[3] * paretoMoment(p[4], p[2], 1.0);
    }
    return kNone;
}

double varianceOf(const Law& law) {
    const std::vector<double>& p = law.parameters;
    const double mean = meanOf(law);
    if (mean == kInfinity) return kInfinity;
    switch (law.family) {
        case Family::Lognormal:
            return mean * mean * std::expm1(p[1] * p[1]);
        case Family::Gamma:
            return p[0] * p[1] * p[1];
        case Family::Weibull:
            return p[1] * p[1] * std::tgamma(1.0 + 2.0 / p[0]) - mean * mean;
        case Family::Pareto:
            return p[0] > 2.0 ? paretoMoment(p[0], p[1], 2.0) - mean * mean : kInfinity;
        case Family::Lomax:
            return p[0] > 2.0 ? mean * mean * p[0] / (p[0] - 2.0) : kInfinity;
        case Family::Exponential:
            return mean * mean;
        case Family::Poisson:
            return mean;
        case Family::NegativeBinomial:
            return mean + mean * mean / p[0];
        case Family::LognormalPareto:
            return (1.0 - p[3]) * bodyMoment(law, 2.0) + p[3] * paretoMoment(p[4], p[2], 2.0) - mean * mean;
    }
    return kNone;
}

double topShare(const Law& law, double q) {
    const std::vector<double>& p = law.parameters;
    if (q <= 0.0) return 0.0;
    if (q >= 1.0) return 1.0;
    switch (law.family) {
        case Family::Lognormal:
            return phi(p[1] + normalQuantile(q));
        case Family::Gamma:
            return boost::math::gamma_q(p[0] + 1.0, boost::math::gamma_q_inv(p[0], q));
        case Family::Weibull:
            return boost::math::gamma_q(1.0 + 1.0 / p[0], -std::log(q));
        case Family::Exponential:
            return q * (1.0 - std::log(q));
        case Family::Pareto:
            return p[0] > 1.0 ? std::pow(q, 1.0 - 1.0 / p[0]) : kNone;
        case Family::Lomax: {
            // E[X; X > x] / E X = (1 + x)^-alpha (1 + alpha x) at scale 1, with (1 + x)^-alpha = q.
            const double x = std::expm1(-std::log(q) / p[0]);
            return p[0] > 1.0 ? q * (1.0 + p[0] * x) : kNone;
        }
        case Family::NegativeBinomial:
        case Family::Poisson:
        case Family::LognormalPareto:
            break;
    }
    return kNone;
}

double giniOf(const Law& law) {
    const std::vector<double>& p = law.parameters;
    switch (law.family) {
        case Family::Lognormal:
            return std::erf(0.5 * p[1]);
        case Family::Gamma:
            return boost::math::tgamma_delta_ratio(p[0] + 0.5, 0.5) / std::sqrt(std::numbers::pi);
        case Family::Weibull:
            return -std::expm1(-std::numbers::ln2 / p[0]);
        case Family::Exponential:
            return 0.5;
        case Family::Pareto:
            return p[0] > 1.0 ? 1.0 / (2.0 * p[0] - 1.0) : kNone;
        case Family::Lomax:
            return p[0] > 1.0 ? p[0] / (2.0 * p[0] - 1.0) : kNone;
        case Family::NegativeBinomial:
        case Family::Poisson:
        case Family::LognormalPareto:
            break;
    }
    return kNone;
}

}  // namespace breakeven::sim
