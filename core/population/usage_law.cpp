#include "core/population/usage_law.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/variant/overloaded.hpp"

namespace breakeven::core {
namespace {

using Found = std::optional<UsageLaw>;

Found betaLaw(double alpha, double beta, double low, double high) {
    if (!(high > low)) return std::nullopt;
    return BetaLaw{alpha, beta, low, high};
}

Found pertLaw(double low, double mode, double high) {
    if (!(low <= mode && mode <= high)) return std::nullopt;
    const double width = high - low;
    return betaLaw(1.0 + 4.0 * (mode - low) / width, 1.0 + 4.0 * (high - mode) / width, low, high);
}

Found negativeBinomialLaw(double mean, double spread, NegativeBinomial::Spread kind) {
    if (kind == NegativeBinomial::Spread::Shape) return NegativeBinomialLaw{spread, mean};
    const double excess = spread * spread - 1.0 / mean;  // cv^2 = 1 / mean + 1 / shape
    return excess > 0.0 ? Found(NegativeBinomialLaw{1.0 / excess, mean}) : std::nullopt;
}

/// Values in order, equal ones together, those of weight 0 left out.
Found discreteLaw(std::vector<std::pair<double, double>> points) {
    std::erase_if(points, [](const auto& point) { return !(point.second > 0.0); });
    std::ranges::sort(points);
    double total = 0.0;
    for (const auto& [value, weight] : points) total += weight;
    if (!(total > 0.0)) return std::nullopt;
    DiscreteLaw law;
    for (const auto& [value, weight] : points) {
        if (!law.values.empty() && law.values.back() == value) {
            law.shares.back() += weight / total;
            continue;
        }
        law.values.push_back(value);
        law.shares.push_back(weight / total);
    }
    return law;
}

/// Turns distributions into laws with the belief draws of one world.
struct Resolver {
    std::span<const double> draws;

    [[nodiscard]] double value(const Parameter& parameter) const { return valueIn(parameter, draws); }

    Found operator()(const Constant& law) const { return PointLaw{value(law.value)}; }
    Found operator()(const Uniform& law) const {
        const UniformLaw found{value(law.low), value(law.high)};
        return found.high > found.low ? Found(found) : std::nullopt;
    }
    Found operator()(const Lognormal& law) const {
        const auto found =
            lognormalLaw(law.locationKind, value(law.location), law.spreadKind, value(law.spread), law.root);
        if (!found) return std::nullopt;
        if (found->sigma == 0.0) return PointLaw{std::exp(found->mu)};
        return *found;
    }
    Found operator()(const Gamma& law) const {
        const double spread = value(law.spread);
        const double shape = law.spreadKind == Gamma::Spread::Shape ? spread : 1.0 / (spread * spread);
        const double location = value(law.location);
        return GammaLaw{shape, law.locationKind == Gamma::Location::Scale ? location : location / shape};
    }
    Found operator()(const Empirical& law) const { return SampleLaw{law.sorted}; }
    Found operator()(const Triangular& law) const {
        const TriangularLaw found{value(law.low), value(law.mode), value(law.high)};
        const bool isOrdered = found.low <= found.mode && found.mode <= found.high && found.high > found.low;
        return isOrdered ? Found(found) : std::nullopt;
    }
    Found operator()(const Pert& law) const {
        return pertLaw(value(law.low), value(law.mode), value(law.high));
    }
    Found operator()(const Beta& law) const {
        return betaLaw(value(law.alpha), value(law.beta), value(law.low), value(law.high));
    }
    Found operator()(const Exponential& law) const {
        const double location = value(law.location);
        return WeibullLaw{1.0, law.locationKind == Exponential::Location::Mean ? location : 1.0 / location};
    }
    Found operator()(const Weibull& law) const {
        const double shape = value(law.shape);
        const double location = value(law.location);
        const bool isMean = law.locationKind == Weibull::Location::Mean;
        return WeibullLaw{shape, isMean ? location / std::tgamma(1.0 + 1.0 / shape) : location};
    }
    Found operator()(const Pareto& law) const {
        const double index = value(law.tailIndex);
        const double location = value(law.location);
        if (law.locationKind == Pareto::Location::Minimum) return ParetoLaw{location, index};
        if (!(index > 1.0)) return std::nullopt;
        return ParetoLaw{location * (index - 1.0) / index, index};
    }
    Found operator()(const Lomax& law) const {
        const double index = value(law.tailIndex);
        const double location = value(law.location);
        if (law.locationKind == Lomax::Location::Scale) return LomaxLaw{location, index};
        return index > 1.0 ? Found(LomaxLaw{location * (index - 1.0), index}) : std::nullopt;
    }
    Found operator()(const Poisson& law) const { return PoissonLaw{value(law.mean)}; }
    Found operator()(const Geometric& law) const {
        const double location = value(law.location);
        const bool isMean = law.locationKind == Geometric::Location::Mean;
        const double probability = isMean ? 1.0 / location : location;
        if (probability == 1.0) return PointLaw{1.0};
        return GeometricLaw{probability};
    }
    Found operator()(const NegativeBinomial& law) const {
        return negativeBinomialLaw(value(law.mean), value(law.spread), law.spreadKind);
    }
    Found operator()(const Discrete& law) const {
        std::vector<std::pair<double, double>> points;
        for (std::size_t i = 0; i < law.values.size(); ++i)
            points.emplace_back(value(law.values[i]), value(law.weights[i]));
        return discreteLaw(std::move(points));
    }
    Found operator()(const Mixture& law) const {
        MixtureLaw found;
        double total = 0.0;
        for (std::size_t i = 0; i < law.components.size(); ++i) {
            const double weight = value(law.weights[i]);
            if (!(weight > 0.0)) continue;
            Found component = lawIn(*law.components[i], draws);
            if (!component) return std::nullopt;
            found.components.push_back(std::move(*component));
            found.shares.push_back(weight);
            total += weight;
        }
        if (found.components.empty()) return std::nullopt;
        if (found.components.size() == 1) return found.components.front();
        for (double& share : found.shares) share /= total;
        return found;
    }
    Found operator()(const Spliced& law) const {
        Found body = lawIn(*law.body, draws);
        if (!body) return std::nullopt;
        return SplicedLaw{std::make_shared<const UsageLaw>(std::move(*body)), value(law.threshold),
                          value(law.tailWeight), value(law.tailIndex)};
    }
    Found operator()(const Truncated& law) const {
        Found whole = lawIn(*law.law, draws);
        const double low = value(law.low);
        const double high = law.high ? value(*law.high) : std::numeric_limits<double>::infinity();
        if (!whole || !(low <= high)) return std::nullopt;
        return TruncatedLaw{std::make_shared<const UsageLaw>(std::move(*whole)), low, high};
    }
};

}  // namespace

double leastValue(const Parameter& parameter, std::span<const NamedBelief> beliefs) {
    if (!parameter.belief) return parameter.base;
    const Belief& belief = beliefs[*parameter.belief].belief;
    // low and high are the 5 % and 95 % points, 1.645 standard deviations from the centre; 0.1 % is at 3.090.
    constexpr double kReach = 3.0902323061678132 / 1.6448536269514722;
    const auto tail = [](double low, double high) {
        return 0.5 * (low + high) - 0.5 * kReach * (high - low);
    };
    if (belief.shape == BeliefShape::Normal) return tail(belief.low, belief.high);
    if (belief.shape == BeliefShape::Lognormal)
        return std::exp(tail(std::log(belief.low), std::log(belief.high)));
    return belief.low;
}

bool MixtureLaw::operator==(const MixtureLaw& other) const {
    return components == other.components && shares == other.shares;
}

bool SplicedLaw::operator==(const SplicedLaw& other) const {
    return *body == *other.body && threshold == other.threshold && tailWeight == other.tailWeight &&
           tailIndex == other.tailIndex;
}

bool TruncatedLaw::operator==(const TruncatedLaw& other) const {
    return *law == *other.law && low == other.low && high == other.high;
}

std::optional<UsageLaw> lawIn(const Distribution& distribution, std::span<const double> draws) {
    return std::visit(Resolver{draws}, distribution);
}

std::optional<double> leastTailIndex(const Distribution& distribution, std::span<const NamedBelief> beliefs) {
    return std::visit(
        Overloaded{
            [&](const Pareto& law) -> std::optional<double> { return leastValue(law.tailIndex, beliefs); },
            [&](const Lomax& law) -> std::optional<double> { return leastValue(law.tailIndex, beliefs); },
            [&](const Spliced& law) -> std::optional<double> {
                const bool hasTail = law.tailWeight.base > 0.0 || law.tailWeight.belief;
                return hasTail ? std::optional(leastValue(law.tailIndex, beliefs)) : std::nullopt;
            },
            [&](const Mixture& law) {
                std::optional<double> least;
                for (std::size_t i = 0; i < law.components.size(); ++i) {
                    if (law.weights[i].base == 0.0 && !law.weights[i].belief) continue;
                    const auto index = leastTailIndex(*law.components[i], beliefs);
                    if (index && (!least || *index < *least)) least = index;
                }
                return least;
            },
            [&](const Truncated& law) { return law.high ? std::nullopt : leastTailIndex(*law.law, beliefs); },
            [](const auto&) -> std::optional<double> { return std::nullopt; }},
        distribution);
}

}  // namespace breakeven::core
