#include "core/population/law_points.hpp"

#include <algorithm>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>

#include "core/population/law_shares.hpp"

namespace breakeven::core {
namespace {

using Atoms = std::optional<std::vector<Atom>>;

constexpr double kNegligible = 1e-17;

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

    /// Counts around the likeliest one, as far as more than a negligible share is beyond.
    ///
    /// @param share  P(N = mode)
    /// @param ratio  P(N = k + 1) / P(N = k), falling in k
    template <typename Ratio>
    [[nodiscard]] Atoms counts(double least, double mode, double share, Ratio ratio) const {
        std::vector<Atom> below;
        double p = share;
        double k = mode - 1.0;
        while (k >= least) {
            const double step = ratio(k);
            p /= step;
            // Further down the shares fall at least as fast as a geometric series.
            if (p < kNegligible * (1.0 - 1.0 / std::max(step, 1.0 + 1e-12))) break;
            below.push_back({k, p});
            if (below.size() > most) return std::nullopt;
            k -= 1.0;
        }
        std::vector<Atom> atoms(below.rbegin(), below.rend());
        p = share;
        k = mode;
        while (true) {
            if (p < kNegligible * (1.0 - std::min(ratio(k), 1.0))) break;
            atoms.push_back({k, p});
            if (atoms.size() > most) return std::nullopt;
            p *= ratio(k);
            k += 1.0;
        }
        return atoms;
    }

    Atoms operator()(const PointLaw& law) const { return std::vector<Atom>{{law.value, 1.0}}; }
    Atoms operator()(const PoissonLaw& law) const {
        const double mode = std::floor(law.mean);
        return counts(0.0, mode, boost::math::gamma_p_derivative(mode + 1.0, law.mean),
                      [&](double k) { return law.mean / (k + 1.0); });
    }
    Atoms operator()(const GeometricLaw& law) const {
        return counts(1.0, 1.0, law.probability, [&](double) { return 1.0 - law.probability; });
    }
    Atoms operator()(const NegativeBinomialLaw& law) const {
        const double p = law.shape / (law.shape + law.mean);
        const double mode = std::max(std::floor((law.shape - 1.0) * law.mean / law.shape), 0.0);
        const double share = p / (law.shape + mode) * boost::math::ibeta_derivative(law.shape, mode + 1.0, p);
        return counts(0.0, mode, share, [&](double k) { return (k + law.shape) / (k + 1.0) * (1.0 - p); });
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
