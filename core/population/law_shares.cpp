#include "core/population/law_shares.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>

#include "core/units/infinity.hpp"

namespace breakeven::core {
namespace {

double phi(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double normalDensity(double z) {
    return std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
}

/// Where x lies in [low, high], from 0 to 1.
double place(double x, double low, double high) {
    return std::clamp((x - low) / (high - low), 0.0, 1.0);
}

/// The largest whole number up to x, or below x.
double wholeBelow(double x, Edge edge) {
    const double floor = std::floor(x);
    return edge == Edge::Excluded && floor == x ? floor - 1.0 : floor;
}

Edge opposite(Edge edge) {
    return edge == Edge::Included ? Edge::Excluded : Edge::Included;
}

/// P(X <= k) or P(X > k) of a whole number k >= 0.
double countShare(const PoissonLaw& law, double k, bool isUpper) {
    return isUpper ? boost::math::gamma_p(k + 1.0, law.mean) : boost::math::gamma_q(k + 1.0, law.mean);
}
double countShare(const NegativeBinomialLaw& law, double k, bool isUpper) {
    const double p = law.shape / (law.shape + law.mean);
    return isUpper ? boost::math::ibetac(law.shape, k + 1.0, p) : boost::math::ibeta(law.shape, k + 1.0, p);
}
double countShare(const GeometricLaw& law, double k, bool isUpper) {
    const double exponent = k * std::log1p(-law.probability);
    return isUpper ? std::exp(exponent) : -std::expm1(exponent);
}

/// Share of values at or below x of an ascending list.
std::size_t countUpTo(const std::vector<double>& sorted, double x, Edge edge) {
    const auto end =
        edge == Edge::Included ? std::ranges::upper_bound(sorted, x) : std::ranges::lower_bound(sorted, x);
    return static_cast<std::size_t>(end - sorted.begin());
}

/// P(X <= x) or P(X > x) of a law with a density; x is finite.
struct ContinuousShare {
    double x;
    bool isUpper;

    [[nodiscard]] double share(double lower) const { return isUpper ? 1.0 - lower : lower; }

    double operator()(const UniformLaw& law) const {
        return isUpper ? place(law.high + law.low - x, law.low, law.high) : place(x, law.low, law.high);
    }
    double operator()(const TriangularLaw& law) const {
        const double width = law.high - law.low;
        if (x <= law.low) return share(0.0);
        if (x >= law.high) return share(1.0);
        if (x <= law.mode) return share((x - law.low) * (x - law.low) / (width * (law.mode - law.low)));
        const double upper = (law.high - x) * (law.high - x) / (width * (law.high - law.mode));
        return isUpper ? upper : 1.0 - upper;
    }
    double operator()(const BetaLaw& law) const {
        const double b = place(x, law.low, law.high);
        return isUpper ? boost::math::ibetac(law.alpha, law.beta, b)
                       : boost::math::ibeta(law.alpha, law.beta, b);
    }
    double operator()(const LognormalLaw& law) const {
        if (x <= 0.0) return share(0.0);
        const double z = (std::log(x) - law.mu) / law.sigma;
        return isUpper ? phi(-z) : phi(z);
    }
    double operator()(const GammaLaw& law) const {
        if (x <= 0.0) return share(0.0);
        return isUpper ? boost::math::gamma_q(law.shape, x / law.scale)
                       : boost::math::gamma_p(law.shape, x / law.scale);
    }
    double operator()(const WeibullLaw& law) const {
        return fromExponent(x > 0.0 ? std::pow(x / law.scale, law.shape) : 0.0);
    }
    double operator()(const ParetoLaw& law) const {
        return fromExponent(x > law.minimum ? law.tailIndex * std::log(x / law.minimum) : 0.0);
    }
    double operator()(const LomaxLaw& law) const {
        return fromExponent(x > 0.0 ? law.tailIndex * std::log1p(x / law.scale) : 0.0);
    }

  private:
    /// Of P(X > x) = e^-exponent.
    [[nodiscard]] double fromExponent(double exponent) const {
        return isUpper ? std::exp(-exponent) : -std::expm1(-exponent);
    }
};

/// P(X <= x), P(X < x), P(X > x) or P(X >= x); x is finite.
struct Share {
    double x;
    bool isUpper;
    Edge edge;  ///< whether x itself counts

    double operator()(const PointLaw& law) const {
        if (law.value == x) return edge == Edge::Included ? 1.0 : 0.0;
        return (law.value > x) == isUpper ? 1.0 : 0.0;
    }
    template <typename Law>
    requires std::is_invocable_v<ContinuousShare, Law>
    double operator()(const Law& law) const { return ContinuousShare{x, isUpper}(law); }
    template <typename Law>
    requires requires(const Law& law) { countShare(law, 0.0, false); }
    double operator()(const Law& law) const {
        // What is at or above x is beyond the whole number below it.
        const double k = wholeBelow(x, isUpper ? opposite(edge) : edge);
        if (k < 0.0) return isUpper ? 1.0 : 0.0;
        return countShare(law, k, isUpper);
    }
    double operator()(const DiscreteLaw& law) const {
        const std::size_t end = countUpTo(law.values, x, isUpper ? opposite(edge) : edge);
        const auto from = law.shares.begin() + static_cast<std::ptrdiff_t>(end);
        return isUpper ? std::accumulate(from, law.shares.end(), 0.0)
                       : std::accumulate(law.shares.begin(), from, 0.0);
    }
    double operator()(const SampleLaw& law) const {
        const std::size_t all = law.sorted->size();
        const std::size_t upTo = countUpTo(*law.sorted, x, isUpper ? opposite(edge) : edge);
        return static_cast<double>(isUpper ? all - upTo : upTo) / static_cast<double>(all);
    }
    double operator()(const MixtureLaw& law) const {
        double sum = 0.0;
        for (std::size_t i = 0; i < law.components.size(); ++i)
            sum += law.shares[i] * (isUpper ? shareBeyond(law.components[i], x, edge)
                                            : shareUpTo(law.components[i], x, edge));
        return sum;
    }
    double operator()(const SplicedLaw& law) const {
        if (x >= law.threshold) {
            const double upper = law.tailWeight * std::pow(law.threshold / x, law.tailIndex);
            return isUpper ? upper : 1.0 - upper;
        }
        const double body = (1.0 - law.tailWeight) / shareUpTo(*law.body, law.threshold, Edge::Excluded);
        if (!isUpper) return body * shareUpTo(*law.body, x, edge);
        return law.tailWeight + body * shareBetween(*law.body, x, law.threshold, edge, Edge::Excluded);
    }
    double operator()(const TruncatedLaw& law) const {
        const double whole = shareBetween(*law.law, law.low, law.high);
        if (x < law.low) return isUpper ? 1.0 : 0.0;
        if (x > law.high) return isUpper ? 0.0 : 1.0;
        return (isUpper ? shareBetween(*law.law, x, law.high, edge, Edge::Included)
                        : shareBetween(*law.law, law.low, x, Edge::Included, edge)) /
               whole;
    }
};

/// E X of laws whose meanUpTo needs it.
struct Mean {
    double operator()(const PointLaw& law) const { return law.value; }
    double operator()(const UniformLaw& law) const { return 0.5 * (law.low + law.high); }
    double operator()(const TriangularLaw& law) const { return (law.low + law.mode + law.high) / 3.0; }
    double operator()(const BetaLaw& law) const {
        return law.low + (law.high - law.low) * law.alpha / (law.alpha + law.beta);
    }
    double operator()(const LognormalLaw& law) const {
        return std::exp(law.mu + 0.5 * law.sigma * law.sigma);
    }
    double operator()(const GammaLaw& law) const { return law.shape * law.scale; }
    double operator()(const WeibullLaw& law) const {
        return law.scale * boost::math::tgamma(1.0 + 1.0 / law.shape);
    }
    double operator()(const ParetoLaw& law) const {
        return law.tailIndex > 1.0 ? law.minimum * law.tailIndex / (law.tailIndex - 1.0) : kInfinity;
    }
    double operator()(const LomaxLaw& law) const {
        return law.tailIndex > 1.0 ? law.scale / (law.tailIndex - 1.0) : kInfinity;
    }
    double operator()(const PoissonLaw& law) const { return law.mean; }
    double operator()(const GeometricLaw& law) const { return 1.0 / law.probability; }
    double operator()(const NegativeBinomialLaw& law) const { return law.mean; }
    double operator()(const DiscreteLaw& law) const {
        return std::inner_product(law.values.begin(), law.values.end(), law.shares.begin(), 0.0);
    }
    double operator()(const SampleLaw& law) const {
        return std::accumulate(law.sorted->begin(), law.sorted->end(), 0.0) /
               static_cast<double>(law.sorted->size());
    }
    double operator()(const MixtureLaw& law) const {
        double sum = 0.0;
        for (std::size_t i = 0; i < law.components.size(); ++i)
            sum += law.shares[i] * meanOf(law.components[i]);
        return sum;
    }
    double operator()(const SplicedLaw& law) const { return meanUpTo(UsageLaw(law), kInfinity); }
    double operator()(const TruncatedLaw& law) const { return meanUpTo(UsageLaw(law), law.high); }
};

/// E[X; X <= x] of x that may be infinite where the law is bounded there; laws with points are asked without
/// an edge.
struct PartialMean {
    double x;
    Edge edge;

    double operator()(const PointLaw& law) const {
        return law.value < x || (law.value == x && edge == Edge::Included) ? law.value : 0.0;
    }
    double operator()(const UniformLaw& law) const {
        const double top = std::clamp(x, law.low, law.high);
        return 0.5 * (top - law.low) * (top + law.low) / (law.high - law.low);
    }
    double operator()(const TriangularLaw& law) const {
        const double width = law.high - law.low;
        const double top = std::clamp(x, law.low, law.high);
        if (top <= law.mode) {
            const double s = top - law.low;
            return s > 0.0 ? s * s * (law.low + 2.0 * s / 3.0) / (width * (law.mode - law.low)) : 0.0;
        }
        const double r = law.high - top;
        return Mean{}(law)-r * r * (law.high - 2.0 * r / 3.0) / (width * (law.high - law.mode));
    }
    double operator()(const BetaLaw& law) const {
        const double b = place(x, law.low, law.high);
        return law.low * boost::math::ibeta(law.alpha, law.beta, b) +
               (law.high - law.low) * law.alpha / (law.alpha + law.beta) *
                   boost::math::ibeta(law.alpha + 1.0, law.beta, b);
    }
    double operator()(const LognormalLaw& law) const {
        if (x <= 0.0) return 0.0;
        return Mean{}(law)*phi((std::log(x) - law.mu - law.sigma * law.sigma) / law.sigma);
    }
    double operator()(const GammaLaw& law) const {
        return x > 0.0 ? Mean{}(law)*boost::math::gamma_p(law.shape + 1.0, x / law.scale) : 0.0;
    }
    double operator()(const WeibullLaw& law) const {
        if (x <= 0.0) return 0.0;
        return Mean{}(law)*boost::math::gamma_p(1.0 + 1.0 / law.shape, std::pow(x / law.scale, law.shape));
    }
    double operator()(const ParetoLaw& law) const {
        if (x <= law.minimum) return 0.0;
        const double growth = std::log(x / law.minimum);
        if (law.tailIndex == 1.0) return law.minimum * growth;
        const double rest = law.tailIndex - 1.0;
        return -law.tailIndex * law.minimum / rest * std::expm1(-rest * growth);
    }
    double operator()(const LomaxLaw& law) const {
        if (x <= 0.0) return 0.0;
        // The mean cut at x, less what is cut: integral of S up to x, minus x S(x).
        const double growth = std::log1p(x / law.scale);
        const double rest = law.tailIndex - 1.0;
        const double cut = rest == 0.0 ? law.scale * growth : -law.scale / rest * std::expm1(-rest * growth);
        return cut - x * std::exp(-law.tailIndex * growth);
    }
    double operator()(const PoissonLaw& law) const {
        const double k = wholeBelow(x, edge);
        return k < 1.0 ? 0.0 : law.mean * countShare(law, k - 1.0, false);
    }
    double operator()(const GeometricLaw& law) const {
        const double k = wholeBelow(x, edge);
        if (k < 1.0) return 0.0;
        const double exponent = k * std::log1p(-law.probability);
        return -std::expm1(exponent) / law.probability - k * std::exp(exponent);
    }
    double operator()(const NegativeBinomialLaw& law) const {
        // n P(N = n) is the mean times the probability of n - 1 with one more in the shape.
        const double k = wholeBelow(x, edge);
        if (k < 1.0) return 0.0;
        const double p = law.shape / (law.shape + law.mean);
        return law.mean * boost::math::ibeta(law.shape + 1.0, k, p);
    }
    double operator()(const DiscreteLaw& law) const {
        const auto end = static_cast<std::ptrdiff_t>(countUpTo(law.values, x, edge));
        return std::inner_product(law.values.begin(), law.values.begin() + end, law.shares.begin(), 0.0);
    }
    double operator()(const SampleLaw& law) const {
        const auto end = static_cast<std::ptrdiff_t>(countUpTo(*law.sorted, x, edge));
        return std::accumulate(law.sorted->begin(), law.sorted->begin() + end, 0.0) /
               static_cast<double>(law.sorted->size());
    }
    double operator()(const MixtureLaw& law) const {
        double sum = 0.0;
        for (std::size_t i = 0; i < law.components.size(); ++i)
            sum += law.shares[i] * meanUpTo(law.components[i], x, edge);
        return sum;
    }
    double operator()(const SplicedLaw& law) const {
        const double body = (1.0 - law.tailWeight) / shareUpTo(*law.body, law.threshold, Edge::Excluded);
        if (x < law.threshold) return body * meanUpTo(*law.body, x, edge);
        const double below = body * meanUpTo(*law.body, law.threshold, Edge::Excluded);
        if (law.tailWeight == 0.0) return below;
        return below + law.tailWeight * meanUpTo(ParetoLaw{law.threshold, law.tailIndex}, x);
    }
    double operator()(const TruncatedLaw& law) const {
        if (x < law.low) return 0.0;
        const bool isAll = x >= law.high;
        const double upTo = isAll ? meanUpTo(*law.law, law.high) : meanUpTo(*law.law, x, edge);
        return (upTo - meanUpTo(*law.law, law.low, Edge::Excluded)) /
               shareBetween(*law.law, law.low, law.high);
    }
};

struct Density {
    double x;

    LogDensity operator()(const UniformLaw& law) const {
        if (x < law.low || x > law.high) return {};
        const double value = x / (law.high - law.low);
        return {value, value};
    }
    LogDensity operator()(const TriangularLaw& law) const {
        if (x < law.low || x > law.high) return {};
        const bool isRising = x <= law.mode && law.mode > law.low;
        const double width = law.high - law.low;
        const double rise =
            isRising ? 2.0 / (width * (law.mode - law.low)) : -2.0 / (width * (law.high - law.mode));
        const double value = x * rise * (x - (isRising ? law.low : law.high));
        return {value, value + x * x * rise};
    }
    LogDensity operator()(const BetaLaw& law) const {
        if (x < law.low || x > law.high) return {};
        const double width = law.high - law.low;
        const double b = (x - law.low) / width;
        const double rest = (law.high - x) / width;
        const double value = x / width * boost::math::ibeta_derivative(law.alpha, law.beta, b);
        return {value, value * (1.0 + x / width * ((law.alpha - 1.0) / b - (law.beta - 1.0) / rest))};
    }
    LogDensity operator()(const LognormalLaw& law) const {
        const double z = (std::log(x) - law.mu) / law.sigma;
        const double value = normalDensity(z) / law.sigma;
        return {value, -z / law.sigma * value};
    }
    LogDensity operator()(const GammaLaw& law) const {
        const double y = x / law.scale;
        const double value = y * boost::math::gamma_p_derivative(law.shape, y);
        return {value, (law.shape - y) * value};
    }
    LogDensity operator()(const WeibullLaw& law) const {
        const double y = std::pow(x / law.scale, law.shape);
        const double value = law.shape * y * std::exp(-y);
        return {value, law.shape * (1.0 - y) * value};
    }
    LogDensity operator()(const ParetoLaw& law) const {
        if (x < law.minimum) return {};
        const double value = law.tailIndex * std::pow(law.minimum / x, law.tailIndex);
        return {value, -law.tailIndex * value};
    }
    LogDensity operator()(const LomaxLaw& law) const {
        const double part = x / (law.scale + x);
        const double value = law.tailIndex * part * std::exp(-law.tailIndex * std::log1p(x / law.scale));
        return {value, value * (1.0 - (1.0 + law.tailIndex) * part)};
    }
    LogDensity operator()(const MixtureLaw& law) const {
        LogDensity sum;
        for (std::size_t i = 0; i < law.components.size(); ++i) {
            const LogDensity part = logDensityOf(law.components[i], x);
            sum.value += law.shares[i] * part.value;
            sum.slope += law.shares[i] * part.slope;
        }
        return sum;
    }
    LogDensity operator()(const SplicedLaw& law) const {
        const bool isTail = x >= law.threshold;
        const LogDensity part =
            isTail ? logDensityOf(ParetoLaw{law.threshold, law.tailIndex}, x) : logDensityOf(*law.body, x);
        const double factor =
            isTail ? law.tailWeight
                   : (1.0 - law.tailWeight) / shareUpTo(*law.body, law.threshold, Edge::Excluded);
        return {factor * part.value, factor * part.slope};
    }
    LogDensity operator()(const TruncatedLaw& law) const {
        if (x < law.low || x > law.high) return {};
        const LogDensity part = logDensityOf(*law.law, x);
        const double whole = shareBetween(*law.law, law.low, law.high);
        return {part.value / whole, part.slope / whole};
    }
    template <typename Points>
    LogDensity operator()(const Points&) const {
        return {};
    }
};

struct HasOnlyPoints {
    bool operator()(const MixtureLaw& law) const { return std::ranges::all_of(law.components, isDiscrete); }
    bool operator()(const TruncatedLaw& law) const { return isDiscrete(*law.law); }
    bool operator()(const SplicedLaw& law) const { return law.tailWeight == 0.0 && isDiscrete(*law.body); }
    template <typename Single>
    bool operator()(const Single&) const {
        return !std::is_invocable_v<ContinuousShare, Single>;
    }
};

}  // namespace

double shareUpTo(const UsageLaw& law, double x, Edge edge) {
    if (x == kInfinity) return 1.0;
    return std::visit(Share{x, false, edge}, law);
}

double shareBeyond(const UsageLaw& law, double x, Edge edge) {
    if (x == kInfinity) return 0.0;
    return std::visit(Share{x, true, edge}, law);
}

double shareBetween(const UsageLaw& law, double low, double high, Edge lowEdge, Edge highEdge) {
    if (low > high) return 0.0;
    const double below = shareUpTo(law, low, opposite(lowEdge));
    // Of two tails the shorter keeps its digits.
    const double share = below < 0.5
                             ? shareUpTo(law, high, highEdge) - below
                             : shareBeyond(law, low, lowEdge) - shareBeyond(law, high, opposite(highEdge));
    return std::max(share, 0.0);
}

double meanOf(const UsageLaw& law) {
    return std::visit(Mean{}, law);
}

double meanUpTo(const UsageLaw& law, double x, Edge edge) {
    const bool isMeanOf =
        !std::holds_alternative<SplicedLaw>(law) && !std::holds_alternative<TruncatedLaw>(law);
    if (x == kInfinity && isMeanOf) return meanOf(law);
    return std::visit(PartialMean{x, edge}, law);
}

LogDensity logDensityOf(const UsageLaw& law, double x) {
    return std::visit(Density{x}, law);
}

bool isDiscrete(const UsageLaw& law) {
    return std::visit(HasOnlyPoints{}, law);
}

}  // namespace breakeven::core
