#include "core/population/law_points.hpp"

#include <algorithm>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "core/population/law_shares.hpp"

namespace breakeven::core {
namespace {

using Atoms = std::optional<std::vector<Atom>>;

constexpr double kNegligible = 1e-17;

/// The smallest whole number k >= 0 that `holds`, which stays true from there on.
template <typename Holds>
double firstWhole(Holds holds) {
    double high = 1.0;
    while (!holds(high)) high *= 2.0;
    double low = -1.0;
    while (high - low > 1.0) {
        const double middle = std::floor(0.5 * (low + high));
        (holds(middle) ? high : low) = middle;
    }
    return high;
}

/// Equal values together, ascending.
std::vector<Atom> merged(std::vector<Atom> atoms) {
    std::ranges::stable_sort(atoms, {}, &Atom::value);
    std::vector<Atom> result;
    for (const Atom& atom : atoms) {
        if (!result.empty() && result.back().value == atom.value) {
            result.back().share += atom.share;
        } else {
            result.push_back(atom);
        }
    }
    return result;
}

struct Points {
    std::size_t most;

    /// Counts from where a tail is negligible to where the other one is; `first` gives P(N = k) and `ratio`
    /// P(N = k + 1) / P(N = k).
    template <typename Law, typename First, typename Ratio>
    [[nodiscard]] Atoms counts(const Law& law, First first, Ratio ratio) const {
        const double low = firstWhole([&](double k) { return shareUpTo(law, k) > kNegligible; });
        const double high = firstWhole([&](double k) { return shareBeyond(law, k) <= kNegligible; });
        if (high - low >= static_cast<double>(most)) return std::nullopt;
        std::vector<Atom> atoms;
        double share = first(low);
        for (double k = low; k <= high; k += 1.0) {
            if (share > 0.0) atoms.push_back({k, share});
            share *= ratio(k);
        }
        return atoms;
    }

    Atoms operator()(const PointLaw& law) const { return std::vector<Atom>{{law.value, 1.0}}; }
    Atoms operator()(const PoissonLaw& law) const {
        return counts(
            law, [&](double k) { return boost::math::gamma_p_derivative(k + 1.0, law.mean); },
            [&](double k) { return law.mean / (k + 1.0); });
    }
    Atoms operator()(const GeometricLaw& law) const {
        return counts(
            law,
            [&](double k) {
                return k < 1.0 ? 0.0 : law.probability * std::exp((k - 1.0) * std::log1p(-law.probability));
            },
            [&](double) { return 1.0 - law.probability; });
    }
    Atoms operator()(const NegativeBinomialLaw& law) const {
        const double p = law.shape / (law.shape + law.mean);
        return counts(
            law,
            [&](double k) {
                return std::exp(boost::math::lgamma(k + law.shape) - boost::math::lgamma(law.shape) -
                                boost::math::lgamma(k + 1.0) + law.shape * std::log(p) + k * std::log1p(-p));
            },
            [&](double k) { return (k + law.shape) / (k + 1.0) * (1.0 - p); });
    }
    Atoms operator()(const DiscreteLaw& law) const {
        if (law.values.size() > most) return std::nullopt;
        std::vector<Atom> atoms;
        for (std::size_t i = 0; i < law.values.size(); ++i) atoms.push_back({law.values[i], law.shares[i]});
        return atoms;
    }
    Atoms operator()(const SampleLaw& law) const {
        std::vector<Atom> atoms;
        const double each = 1.0 / static_cast<double>(law.sorted->size());
        for (const double value : *law.sorted) {
            if (!atoms.empty() && atoms.back().value == value) {
                atoms.back().share += each;
            } else {
                atoms.push_back({value, each});
            }
        }
        return atoms.size() > most ? Atoms() : atoms;
    }
    Atoms operator()(const MixtureLaw& law) const {
        std::vector<Atom> all;
        for (std::size_t i = 0; i < law.components.size(); ++i) {
            const Atoms part = atomsOf(law.components[i], most);
            if (!part) return std::nullopt;
            for (const Atom& atom : *part) all.push_back({atom.value, law.shares[i] * atom.share});
        }
        all = merged(std::move(all));
        return all.size() > most ? Atoms() : all;
    }
    Atoms operator()(const SplicedLaw& law) const {
        const double factor = (1.0 - law.tailWeight) / shareUpTo(*law.body, law.threshold, Edge::Excluded);
        return within(*law.body, factor, [&](double x) { return x < law.threshold; });
    }
    Atoms operator()(const TruncatedLaw& law) const {
        const double factor = 1.0 / shareBetween(*law.law, law.low, law.high);
        return within(*law.law, factor, [&](double x) { return x >= law.low && x <= law.high; });
    }
    template <typename Continuous>
    Atoms operator()(const Continuous&) const {
        return std::vector<Atom>();
    }

  private:
    template <typename Belongs>
    [[nodiscard]] Atoms within(const UsageLaw& law, double factor, Belongs belongs) const {
        Atoms atoms = atomsOf(law, most);
        if (!atoms) return std::nullopt;
        std::erase_if(*atoms, [&](const Atom& atom) { return !belongs(atom.value); });
        for (Atom& atom : *atoms) atom.share *= factor;
        return atoms;
    }
};

struct Kinks {
    std::vector<double>& found;

    void operator()(const UniformLaw& law) const { found.insert(found.end(), {law.low, law.high}); }
    void operator()(const TriangularLaw& law) const {
        found.insert(found.end(), {law.low, law.mode, law.high});
    }
    void operator()(const BetaLaw& law) const { found.insert(found.end(), {law.low, law.high}); }
    void operator()(const ParetoLaw& law) const { found.push_back(law.minimum); }
    void operator()(const MixtureLaw& law) const {
        for (const UsageLaw& component : law.components) std::visit(*this, component);
    }
    void operator()(const SplicedLaw& law) const {
        std::visit(*this, *law.body);
        found.push_back(law.threshold);
    }
    void operator()(const TruncatedLaw& law) const {
        std::visit(*this, *law.law);
        found.insert(found.end(), {law.low, law.high});
    }
    template <typename Smooth>
    void operator()(const Smooth&) const {}
};

}  // namespace

std::optional<std::vector<Atom>> atomsOf(const UsageLaw& law, std::size_t most) {
    return std::visit(Points{most}, law);
}

std::vector<double> kinksOf(const UsageLaw& law) {
    std::vector<double> kinks;
    std::visit(Kinks{kinks}, law);
    std::erase_if(kinks, [](double x) { return !(x > 0.0) || !std::isfinite(x); });
    std::ranges::sort(kinks);
    kinks.erase(std::unique(kinks.begin(), kinks.end()), kinks.end());
    return kinks;
}

}  // namespace breakeven::core
