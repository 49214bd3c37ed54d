#include "sim/exact/segment_usage.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "sim/exact/scale_mean.hpp"

namespace breakeven::sim {
namespace {

/// The one value of a law that has no other.
Maybe onlyValue(const core::UsageLaw& law) {
    if (const auto* point = std::get_if<core::PointLaw>(&law)) return point->value;
    const auto* sample = std::get_if<core::SampleLaw>(&law);
    if (sample != nullptr && sample->sorted->size() == 1) return sample->sorted->front();
    return std::nullopt;
}

}  // namespace

SegmentUsage::SegmentUsage(const core::Scenario& scenario, const core::Segment& segment)
    : segment_(segment),
      meters_(scenario.meters.size()),
      correlations_(core::scoreCorrelations(segment, scenario.meters.size(), {})) {
    for (const core::Usage& usage : segment.usages) laws_.push_back(core::lawIn(usage.distribution, {}));
}

Maybe SegmentUsage::activeShare() const {
    double idle = 1.0;
    std::size_t uncertain = 0;
    for (std::size_t i = 0; i < laws_.size(); ++i) {
        if (segment_.usages[i].per) continue;
        if (!laws_[i]) return std::nullopt;
        const double none = core::shareUpTo(*laws_[i], 0.0);
        if (none > 0.0 && none < 1.0) ++uncertain;
        idle *= 1.0 - (1.0 - baseValue(segment_.usages[i].dormant)) * (1.0 - none);
    }
    // Whether correlated meters are zero together would need their copula.
    const bool areTied = !segment_.correlations.empty() || segment_.copula == core::Copula::T;
    if (uncertain > 1 && areTied) return std::nullopt;
    return 1.0 - idle;
}

Maybe SegmentUsage::mean(std::size_t meter) const {
    const std::optional<Chain> chain = chainOf(meter);
    if (!chain) return std::nullopt;
    if (chain->random.empty()) return chain->factor;
    double result = chain->factor;
    for (const std::size_t i : chain->random) result *= 1.0 - baseValue(segment_.usages[i].dormant);
    if (!areCorrelated(chain->random)) {
        for (const std::size_t i : chain->random) result *= core::meanOf(*laws_[i]);
        return result;
    }
    const std::optional<core::UsageLaw> product = productOf(chain->random);
    return product ? Maybe(result * core::meanOf(*product)) : std::nullopt;
}

Maybe SegmentUsage::scaleCost(std::size_t meter, std::size_t size,
                              std::span<const core::ScaleOption> options) const {
    const Maybe units = mean(meter);
    const std::optional<Chain> weights = chainOf(meter);
    const std::optional<Chain> sizes = chainOf(size);
    if (!units || !weights || !sizes) return std::nullopt;
    if (sizes->random.empty()) return *units * core::cheapestAt(options, sizes->factor);
    double covariance = 0.0;
    double awake = 1.0;
    for (const std::size_t i : sizes->random) {
        awake *= 1.0 - baseValue(segment_.usages[i].dormant);
        for (const std::size_t j : weights->random) {
            const double r = i == j ? 1.0 : correlation(i, j);
            if (r == 0.0) continue;
            const auto* first = std::get_if<core::LognormalLaw>(&*laws_[i]);
            const auto* second = std::get_if<core::LognormalLaw>(&*laws_[j]);
            const bool isClosed = first != nullptr && second != nullptr &&
                                  (i != j || baseValue(segment_.usages[i].dormant) == 0.0);
            if (!isClosed) return std::nullopt;
            covariance += r * first->sigma * second->sigma;
        }
    }
    std::optional<core::UsageLaw> law =
        sizes->random.size() == 1 ? laws_[sizes->random.front()] : productOf(sizes->random);
    if (!law) return std::nullopt;
    if (auto* lognormal = std::get_if<core::LognormalLaw>(&*law)) lognormal->mu += covariance;
    const Maybe awakeCost = meanCheapest(*law, sizes->factor, options);
    if (!awakeCost) return std::nullopt;
    return *units * (awake * *awakeCost + (1.0 - awake) * core::cheapestAt(options, 0.0));
}

std::optional<Driver> SegmentUsage::driver(const Meters& meters) const {
    Driver found{core::PointLaw{1.0}, Points{{1.0}, {}}, 0.0, std::vector<double>(meters_),
                 std::vector<double>(meters_)};
    std::vector<std::size_t> random;
    std::vector<std::pair<std::size_t, double>> constants;
    for (std::size_t meter = 0; meter < meters_; ++meter) {
        if (!meters[meter]) continue;
        const std::optional<Chain> chain = chainOf(meter);
        if (!chain) return std::nullopt;
        if (chain->random.empty()) {
            constants.emplace_back(meter, chain->factor);
            continue;
        }
        if (random.empty()) random = chain->random;
        if (random != chain->random) return std::nullopt;
        found.slope[meter] = chain->factor;
    }
    // Without anything random X = 1, and every meter is a multiple of it.
    for (const auto& [meter, value] : constants) (random.empty() ? found.slope : found.offset)[meter] = value;
    if (random.empty()) return found;
    double awake = 1.0;
    for (const std::size_t i : random) awake *= 1.0 - baseValue(segment_.usages[i].dormant);
    found.dormant = 1.0 - awake;
    std::optional<core::UsageLaw> law = random.size() == 1 ? laws_[random.front()] : productOf(random);
    if (!law) return std::nullopt;
    found.points = pointsOf(*law);
    found.law = std::move(*law);
    return found;
}

std::optional<SegmentUsage::Chain> SegmentUsage::chainOf(std::size_t meter) const {
    Chain chain;
    std::optional<std::size_t> next = meter;
    while (next) {
        const auto place = std::ranges::find(segment_.usages, *next, &core::Usage::meter);
        if (place == segment_.usages.end()) return Chain{0.0, {}};
        const auto i = static_cast<std::size_t>(place - segment_.usages.begin());
        if (!laws_[i]) return std::nullopt;
        const Maybe constant = onlyValue(*laws_[i]);
        if (constant && baseValue(place->dormant) == 0.0) {
            chain.factor *= *constant;
        } else {
            chain.random.push_back(i);
        }
        next = place->per;
    }
    std::ranges::sort(chain.random);
    return chain.factor == 0.0 ? Chain{0.0, {}} : chain;
}

double SegmentUsage::correlation(std::size_t i, std::size_t j) const {
    return correlations_.at(segment_.usages[i].meter, segment_.usages[j].meter);
}

bool SegmentUsage::areCorrelated(const std::vector<std::size_t>& usages) const {
    // Under a t copula two meters are never independent.
    if (segment_.copula == core::Copula::T && usages.size() > 1) return true;
    for (const std::size_t i : usages)
        for (const std::size_t j : usages)
            if (i < j && correlation(i, j) != 0.0) return true;
    return false;
}

std::optional<core::UsageLaw> SegmentUsage::productOf(const std::vector<std::size_t>& usages) const {
    if (segment_.copula == core::Copula::T && usages.size() > 1) return std::nullopt;
    core::LognormalLaw product;
    double variance = 0.0;
    for (const std::size_t i : usages) {
        const auto* first = std::get_if<core::LognormalLaw>(&*laws_[i]);
        if (first == nullptr) return std::nullopt;
        product.mu += first->mu;
        for (const std::size_t j : usages) {
            const auto* second = std::get_if<core::LognormalLaw>(&*laws_[j]);
            if (second == nullptr) return std::nullopt;
            variance += first->sigma * second->sigma * (i == j ? 1.0 : correlation(i, j));
        }
    }
    product.sigma = std::sqrt(std::max(variance, 0.0));
    if (!(product.sigma > 0.0)) return core::PointLaw{std::exp(product.mu)};
    return product;
}

}  // namespace breakeven::sim
