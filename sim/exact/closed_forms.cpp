#include "sim/exact/closed_forms.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "core/costing/unit_cost.hpp"
#include "sim/exact/scale_mean.hpp"
#include "sim/pipeline/compiled_terms.hpp"

namespace breakeven::sim {
namespace {

using Maybe = std::optional<double>;
using Meters = std::vector<bool>;  ///< by meter: does the metric look at it

constexpr double kInfinity = std::numeric_limits<double>::infinity();

// Base values: exactly what a run with one world takes.
double at(const core::Parameter& parameter) {
    return core::valueIn(parameter, {});
}

template <typename... Cases>
struct Overloaded : Cases... {
    using Cases::operator()...;
};

}  // namespace

std::optional<UsageLaw> baseLaw(const core::Distribution& distribution) {
    return std::visit(
        Overloaded{
            [](const core::Constant& law) -> std::optional<UsageLaw> {
                return UsageLaw{UsageLaw::Kind::Points, 0.0, 0.0, {at(law.value)}};
            },
            [](const core::Uniform& law) -> std::optional<UsageLaw> {
                return UsageLaw{UsageLaw::Kind::Uniform, at(law.low), at(law.high), {}};
            },
            [](const core::Lognormal& law) -> std::optional<UsageLaw> {
                const auto found = core::lognormalLaw(law.locationKind, at(law.location), law.spreadKind,
                                                      at(law.spread), law.root);
                if (!found) return std::nullopt;
                if (found->sigma == 0.0)
                    return UsageLaw{UsageLaw::Kind::Points, 0.0, 0.0, {std::exp(found->mu)}};
                return UsageLaw{UsageLaw::Kind::Lognormal, found->mu, found->sigma, {}};
            },
            [](const core::Gamma& law) -> std::optional<UsageLaw> {
                const double spread = at(law.spread);
                const bool isShape = law.spreadKind == core::Gamma::Spread::Shape;
                const double shape = isShape ? spread : 1.0 / (spread * spread);
                const bool isScale = law.locationKind == core::Gamma::Location::Scale;
                return UsageLaw{
                    UsageLaw::Kind::Gamma, shape, isScale ? at(law.location) : at(law.location) / shape, {}};
            },
            [](const core::Empirical& law) -> std::optional<UsageLaw> {
                return UsageLaw{UsageLaw::Kind::Points, 0.0, 0.0, *law.sorted};
            }},
        distribution);
}

namespace {

/// The quantity that all looked-at meters hang on: usage of meter m = slope[m] * X + offset[m], X = 0 for the
/// dormant.
struct Driver {
    UsageLaw law;
    double dormant = 0.0;
    std::vector<double> slope;
    std::vector<double> offset;
};

/// The usage of one segment.
class SegmentUsage {
  public:
    SegmentUsage(const core::Scenario& scenario, const core::Segment& segment)
        : segment_(segment), meters_(scenario.meters.size()) {
        for (const core::Usage& usage : segment.usages) laws_.push_back(baseLaw(usage.distribution));
    }

    /// Share of user-months with any use. Meters without a parent are dormant independently of each other.
    [[nodiscard]] Maybe activeShare() const {
        double idle = 1.0;
        std::size_t uncertain = 0;
        for (std::size_t i = 0; i < laws_.size(); ++i) {
            if (segment_.usages[i].per) continue;
            if (!laws_[i]) return std::nullopt;
            const double none = shareUpTo(*laws_[i], 0.0);
            if (none > 0.0 && none < 1.0) ++uncertain;
            idle *= 1.0 - (1.0 - at(segment_.usages[i].dormant)) * (1.0 - none);
        }
        // Whether correlated meters are zero together would need their copula.
        if (uncertain > 1 && !segment_.correlations.empty()) return std::nullopt;
        return 1.0 - idle;
    }

    /// E[usage of a meter]: product of means, for lognormals exp(sum mu + half the variance of the summed
    /// logarithms).
    [[nodiscard]] Maybe mean(std::size_t meter) const {
        const std::optional<Chain> chain = chainOf(meter);
        if (!chain) return std::nullopt;
        if (chain->random.empty()) return chain->factor;
        double result = chain->factor;
        for (const std::size_t i : chain->random) result *= 1.0 - at(segment_.usages[i].dormant);
        if (!areCorrelated(chain->random)) {
            for (const std::size_t i : chain->random) result *= meanOf(*laws_[i]);
            return result;
        }
        const std::optional<UsageLaw> product = productOf(chain->random);
        return product ? Maybe(result * meanOf(*product)) : std::nullopt;
    }

    /// E[units of a meter x cost of one at the size of another]. The units weigh the sizes: under their
    /// weight lognormal sizes are lognormal again, their logarithm shifted by its covariance with that of
    /// the units; sizes that do not depend on the units keep their law.
    [[nodiscard]] Maybe scaleCost(std::size_t meter, std::size_t size,
                                  std::span<const core::ScaleOption> options) const {
        const Maybe units = mean(meter);
        const std::optional<Chain> weights = chainOf(meter);
        const std::optional<Chain> sizes = chainOf(size);
        if (!units || !weights || !sizes) return std::nullopt;
        if (sizes->random.empty()) return *units * core::cheapestAt(options, sizes->factor);
        double covariance = 0.0;
        double dormant = 1.0;
        for (const std::size_t i : sizes->random) {
            dormant *= 1.0 - at(segment_.usages[i].dormant);
            for (const std::size_t j : weights->random) {
                const double r = i == j ? 1.0 : correlation(i, j);
                if (r == 0.0) continue;
                const bool isClosed = laws_[i]->kind == UsageLaw::Kind::Lognormal &&
                                      laws_[j]->kind == UsageLaw::Kind::Lognormal &&
                                      (i != j || at(segment_.usages[i].dormant) == 0.0);
                if (!isClosed) return std::nullopt;
                covariance += r * laws_[i]->b * laws_[j]->b;
            }
        }
        dormant = 1.0 - dormant;
        std::optional<UsageLaw> law =
            sizes->random.size() == 1 ? laws_[sizes->random.front()] : productOf(sizes->random);
        if (!law) return std::nullopt;
        if (law->kind == UsageLaw::Kind::Lognormal) law->a += covariance;
        const Maybe awake = meanCheapest(*law, sizes->factor, options);
        if (!awake) return std::nullopt;
        return *units * ((1.0 - dormant) * *awake + dormant * core::cheapestAt(options, 0.0));
    }

    /// The one quantity that all of `meters` are multiples of, or constants beside.
    [[nodiscard]] std::optional<Driver> driver(const Meters& meters) const {
        Driver found{{UsageLaw::Kind::Points, 0.0, 0.0, {1.0}},
                     0.0,
                     std::vector<double>(meters_),
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
        for (const auto& [meter, value] : constants)
            (random.empty() ? found.slope : found.offset)[meter] = value;
        if (random.empty()) return found;
        double awake = 1.0;
        for (const std::size_t i : random) awake *= 1.0 - at(segment_.usages[i].dormant);
        found.dormant = 1.0 - awake;
        std::optional<UsageLaw> law = random.size() == 1 ? laws_[random.front()] : productOf(random);
        if (!law) return std::nullopt;
        found.law = std::move(*law);
        return found;
    }

  private:
    /// Usage of a meter = factor * product of the random quantities (indices into the segment's usages,
    /// ascending).
    struct Chain {
        double factor = 1.0;
        std::vector<std::size_t> random;
    };

    [[nodiscard]] std::optional<Chain> chainOf(std::size_t meter) const {
        Chain chain;
        std::optional<std::size_t> next = meter;
        while (next) {
            const auto place = std::ranges::find(segment_.usages, *next, &core::Usage::meter);
            if (place == segment_.usages.end()) return Chain{0.0, {}};
            const auto i = static_cast<std::size_t>(place - segment_.usages.begin());
            if (!laws_[i]) return std::nullopt;
            const bool isConstant = laws_[i]->kind == UsageLaw::Kind::Points && laws_[i]->points.size() == 1;
            if (isConstant && at(place->dormant) == 0.0) {
                chain.factor *= laws_[i]->points.front();
            } else {
                chain.random.push_back(i);
            }
            next = place->per;
        }
        std::ranges::sort(chain.random);
        return chain.factor == 0.0 ? Chain{0.0, {}} : chain;
    }

    /// Correlation of the normal scores of two usages.
    [[nodiscard]] double correlation(std::size_t i, std::size_t j) const {
        const std::size_t a = segment_.usages[i].meter;
        const std::size_t b = segment_.usages[j].meter;
        for (const core::Correlation& item : segment_.correlations) {
            if (!(item.first == a && item.second == b) && !(item.first == b && item.second == a)) continue;
            const double r = at(item.value);
            return item.kind == core::Correlation::Kind::Spearman ? 2.0 * std::sin(std::numbers::pi * r / 6.0)
                                                                  : r;
        }
        return 0.0;
    }

    [[nodiscard]] bool areCorrelated(const std::vector<std::size_t>& usages) const {
        for (const std::size_t i : usages)
            for (const std::size_t j : usages)
                if (i < j && correlation(i, j) != 0.0) return true;
        return false;
    }

    /// The law of a product: of lognormals it is one, of others it has no closed form.
    [[nodiscard]] std::optional<UsageLaw> productOf(const std::vector<std::size_t>& usages) const {
        UsageLaw product{UsageLaw::Kind::Lognormal, 0.0, 0.0, {}};
        double variance = 0.0;
        for (const std::size_t i : usages) {
            if (laws_[i]->kind != UsageLaw::Kind::Lognormal) return std::nullopt;
            product.a += laws_[i]->a;
            for (const std::size_t j : usages) {
                if (laws_[j]->kind != UsageLaw::Kind::Lognormal) return std::nullopt;
                variance += laws_[i]->b * laws_[j]->b * (i == j ? 1.0 : correlation(i, j));
            }
        }
        product.b = std::sqrt(std::max(variance, 0.0));
        if (!(product.b > 0.0)) return UsageLaw{UsageLaw::Kind::Points, 0.0, 0.0, {std::exp(product.a)}};
        return product;
    }

    const core::Segment& segment_;
    std::size_t meters_;
    std::vector<std::optional<UsageLaw>> laws_;
};

/// A price on a quantity, as `ChunkRunner::addCharge` bills it.
double priceOf(const core::Charge& charge, double quantity) {
    const double per = at(charge.per);
    return std::visit(
        Overloaded{[&](const core::FlatPrice& price) { return at(price.amount); },
                   [&](const core::UnitPrice& price) { return at(price.unitAmount) / per * quantity; },
                   [&](const core::GraduatedPrice& price) {
                       double sum = 0.0;
                       double from = 0.0;
                       for (const core::Tier& tier : price.tiers) {
                           const double upTo = tier.upTo ? at(*tier.upTo) : kInfinity;
                           const double inTier = std::min(std::max(quantity - from, 0.0), upTo - from);
                           sum += at(tier.unitAmount) / per * inTier +
                                  (inTier > 0.0 ? at(tier.flatAmount) : 0.0);
                           from = upTo;
                       }
                       return sum;
                   },
                   [&](const core::VolumePrice& price) {
                       double from = 0.0;
                       for (const core::Tier& tier : price.tiers) {
                           const double upTo = tier.upTo ? at(*tier.upTo) : kInfinity;
                           if (quantity > from && quantity <= upTo)
                               return at(tier.unitAmount) / per * quantity + at(tier.flatAmount);
                           from = upTo;
                       }
                       return 0.0;
                   },
                   [&](const core::PackagePrice& price) {
                       const double beyond = std::max(quantity - at(price.freeUnits), 0.0);
                       return at(price.amount) * std::ceil(beyond / at(price.size));
                   }},
        charge.price);
}

bool isLinear(const core::Charge& charge) {
    return std::holds_alternative<core::FlatPrice>(charge.price) ||
           std::holds_alternative<core::UnitPrice>(charge.price);
}

std::vector<double> tierBounds(const core::Charge& charge) {
    std::vector<double> bounds;
    const auto add = [&](const std::vector<core::Tier>& tiers) {
        bounds.push_back(0.0);
        for (const core::Tier& tier : tiers)
            if (tier.upTo) bounds.push_back(at(*tier.upTo));
    };
    if (const auto* graduated = std::get_if<core::GraduatedPrice>(&charge.price)) add(graduated->tiers);
    if (const auto* volume = std::get_if<core::VolumePrice>(&charge.price)) add(volume->tiers);
    return bounds;
}

/// What a unit of each meter costs us, without what it costs by scale.
std::vector<double> ratesOf(const core::Scenario& scenario, const core::Cost& cost) {
    std::vector<double> rates;
    for (const core::UnitCost& unit : core::unitCosts(cost, scenario.meters.size(), {}))
        rates.push_back(at(cost.servingShare) * unit.list + unit.own());
    return rates;
}

/// One plan in one segment whose looked-at meters hang on one driver: cost and revenue as functions of X.
class Layers {
  public:
    Layers(const core::Scenario& scenario, const core::Plan& plan, Driver driver)
        : scenario_(scenario), plan_(plan), driver_(std::move(driver)) {
        for (const core::Limit& limit : plan.limits) {
            const double slope = driver_.slope[limit.meter];
            if (!(slope > 0.0)) continue;  // never reached
            const double point = at(limit.amount) / slope;
            firstLimit_ = std::min(firstLimit_, point);
            if (limit.action == core::Limit::Action::Block) {
                block_ = std::min(block_, point);
            } else {
                degrades_.emplace_back(point, at(limit.costFactor));
            }
            breaks_.push_back(point);
        }
        std::ranges::sort(degrades_);
        for (const core::Charge& charge : plan.charges) {
            const auto [slope, offset] = quantity(charge);
            for (const double bound : tierBounds(charge))
                if (slope > 0.0) breaks_.push_back((bound - offset) / slope);
        }
        const core::Cost& cost = core::costOf(scenario, plan);
        fixed_ = core::standingCost(cost, at(scenario.subscribers), {}).total();
        const std::vector<double> rates = ratesOf(scenario, cost);
        for (std::size_t meter = 0; meter < rates.size(); ++meter) {
            slope_ += rates[meter] * driver_.slope[meter];
            offset_ += rates[meter] * driver_.offset[meter];
        }
        tidyBreaks();
        if (plan.minimum) addRoots([&](double x) { return rawRevenue(x) - at(*plan_.minimum); });
        if (plan.maximum) addRoots([&](double x) { return rawRevenue(x) - at(*plan_.maximum); });
    }

    [[nodiscard]] double served(double x) const { return std::min(x, block_); }
    [[nodiscard]] double touched(double x) const { return x > firstLimit_ ? 1.0 : 0.0; }

    [[nodiscard]] double cost(double x) const {
        // Each unit of use costs the lowest factor of the limits that were passed before it.
        double effective = 0.0;
        double from = 0.0;
        double factor = 1.0;
        const double end = served(x);
        for (const auto& [point, next] : degrades_) {
            effective += factor * (std::min(point, end) - std::min(from, end));
            from = point;
            factor = std::min(factor, next);
        }
        effective += factor * std::max(end - from, 0.0);
        return fixed_ + slope_ * effective + offset_ + payments(x);
    }

    [[nodiscard]] double payments(double x) const {
        const core::Cost& cost = core::costOf(scenario_, plan_);
        return cost.payments ? core::paymentFee(*cost.payments, revenue(x), {}) : 0.0;
    }

    [[nodiscard]] double rawRevenue(double x) const {
        double sum = at(plan_.fee);
        for (const core::Charge& charge : plan_.charges) sum += chargeAt(charge, x);
        return sum;
    }
    [[nodiscard]] double revenue(double x) const {
        double sum = rawRevenue(x);
        if (plan_.maximum) sum = std::min(sum, at(*plan_.maximum));
        if (plan_.minimum) sum = std::max(sum, at(*plan_.minimum));
        return sum;
    }
    [[nodiscard]] double chargeAt(const core::Charge& charge, double x) const {
        const auto [slope, offset] = quantity(charge);
        return priceOf(charge, slope * served(x) + offset);
    }

    /// Splits the pieces where revenue and cost meet.
    void splitAtBreakEven() {
        addRoots([&](double x) { return revenue(x) - cost(x); });
    }

    /// Does a share of users sit so near to zero margin that rounding decides on which side?
    [[nodiscard]] bool hasUsersAtBreakEven() const {
        const auto isNear = [&](double x) {
            return std::abs(revenue(x) - cost(x)) <= 1e-9 * std::max(revenue(x), cost(x));
        };
        if (driver_.dormant > 0.0 && isNear(0.0) && cost(0.0) != 0.0) return true;
        if (isDiscrete()) return std::ranges::any_of(driver_.law.points, isNear);
        bool found = false;
        forPieces([&](double first, double second, double share, double) {
            found = found || (share > 0.0 && isNear(first) && isNear(second));
        });
        return found;
    }

    /// E g(X) of a function that is linear within each piece.
    template <typename Function>
    [[nodiscard]] double expect(Function g) const {
        double sum = 0.0;
        if (isDiscrete()) {
            for (const double x : driver_.law.points) sum += g(x);
            sum /= static_cast<double>(driver_.law.points.size());
        } else {
            forPieces([&](double first, double second, double share, double mean) {
                const double slope = (g(second) - g(first)) / (second - first);
                sum += (g(first) - slope * first) * share + slope * mean;
            });
        }
        return driver_.dormant == 0.0 ? sum : (1.0 - driver_.dormant) * sum + driver_.dormant * g(0.0);
    }

    /// E[cost; the dearest `share` of user-months]. Cost never falls in X, so these are the largest X.
    [[nodiscard]] double costOfLargest(double share) const {
        const double awake = 1.0 - driver_.dormant;
        const double within = std::min(share / awake, 1.0);
        double sum = 0.0;
        if (isDiscrete()) {
            double left = within * static_cast<double>(driver_.law.points.size());
            for (std::size_t i = driver_.law.points.size(); i-- > 0 && left > 0.0; left -= 1.0)
                sum += std::min(left, 1.0) * cost(driver_.law.points[i]);
            sum /= static_cast<double>(driver_.law.points.size());
        } else {
            const double least = within < 1.0 ? quantileOf(driver_.law, 1.0 - within) : 0.0;
            Layers cut = *this;
            cut.breaks_.push_back(least);
            cut.tidyBreaks();
            cut.forPieces([&](double first, double second, double piece, double mean) {
                if (first < least) return;
                const double slope = (cost(second) - cost(first)) / (second - first);
                sum += (cost(first) - slope * first) * piece + slope * mean;
            });
        }
        return awake * sum + std::max(share - awake, 0.0) * cost(0.0);
    }

    /// Gini of cost = fixed part + h(X). Zero-inflation by d turns a Gini G into d + (1 - d) G; a constant
    /// beside h scales it by the share of the mean that h makes.
    [[nodiscard]] Maybe costGini() const {
        const double mean = expect([&](double x) { return cost(x); });
        if (!(mean > 0.0)) return std::nullopt;
        const double base = cost(0.0);
        if (!(mean > base)) return 0.0;
        double gini = 0.0;
        if (isDiscrete()) {
            const auto n = static_cast<double>(driver_.law.points.size());
            double weighted = 0.0;
            double sum = 0.0;
            for (std::size_t i = 0; i < driver_.law.points.size(); ++i) {
                const double value = cost(driver_.law.points[i]) - base;
                weighted += (2.0 * static_cast<double>(i + 1) - n - 1.0) * value;
                sum += value;
            }
            gini = weighted / (n * sum);
        } else {
            if (std::isfinite(block_) || !degrades_.empty()) return std::nullopt;
            gini = giniOf(driver_.law);
        }
        return (driver_.dormant + (1.0 - driver_.dormant) * gini) * (mean - base) / mean;
    }

    /// Do the closed pieces hold: no constant meter shrinks with a limit on X, no packages of continuous
    /// usage?
    [[nodiscard]] bool isCostClosed() const {
        return (plan_.limits.empty() || offset_ == 0.0) && core::costOf(scenario_, plan_).scales.empty();
    }
    [[nodiscard]] bool isClosed(const core::Charge& charge) const {
        if (std::holds_alternative<core::PackagePrice>(charge.price) && !isDiscrete()) return false;
        return !std::isfinite(block_) || quantity(charge).second == 0.0;
    }
    /// Limits on a meter that is constant beside a random X touch all or none and shrink all: left out.
    [[nodiscard]] bool areLimitsClosed() const {
        return std::ranges::all_of(
            plan_.limits, [&](const core::Limit& limit) { return driver_.offset[limit.meter] == 0.0; });
    }

  private:
    [[nodiscard]] bool isDiscrete() const { return driver_.law.kind == UsageLaw::Kind::Points; }

    [[nodiscard]] std::pair<double, double> quantity(const core::Charge& charge) const {
        std::pair<double, double> found{0.0, 0.0};
        for (const core::WeightedMeter& part : charge.meters) {
            found.first += at(part.weight) * driver_.slope[part.meter];
            found.second += at(part.weight) * driver_.offset[part.meter];
        }
        return found;
    }

    void tidyBreaks() {
        std::erase_if(breaks_, [](double x) { return !(x > 0.0) || !std::isfinite(x); });
        std::ranges::sort(breaks_);
        breaks_.erase(std::unique(breaks_.begin(), breaks_.end()), breaks_.end());
    }

    /// Calls with two inner points of each piece (from, to] of X, its probability and its part of E X.
    template <typename Visit>
    void forPieces(Visit visit) const {
        double from = 0.0;
        for (std::size_t i = 0; i <= breaks_.size(); ++i) {
            const bool isLast = i == breaks_.size();
            const double to = isLast ? kInfinity : breaks_[i];
            // Inner points, since a tier's flat amount makes a step at the edge.
            const double width = isLast ? (from > 0.0 ? from : 1.0) : to - from;
            visit(from + 0.25 * width, from + 0.75 * width,
                  shareUpTo(driver_.law, to) - shareUpTo(driver_.law, from),
                  meanUpTo(driver_.law, to) - meanUpTo(driver_.law, from));
            from = to;
        }
    }

    template <typename Function>
    void addRoots(Function g) {
        std::vector<double> roots;
        forPieces([&](double first, double second, double, double) {
            const double slope = (g(second) - g(first)) / (second - first);
            if (slope != 0.0) roots.push_back(first - g(first) / slope);
        });
        // A root outside its piece only splits another one, which changes nothing.
        breaks_.insert(breaks_.end(), roots.begin(), roots.end());
        tidyBreaks();
    }

    const core::Scenario& scenario_;
    const core::Plan& plan_;
    Driver driver_;
    double block_ = kInfinity;
    double firstLimit_ = kInfinity;
    std::vector<std::pair<double, double>> degrades_;  ///< X from which use costs this share, ascending
    std::vector<double> breaks_;                       ///< ends of the pieces, ascending, > 0
    double fixed_ = 0.0;
    double slope_ = 0.0;   ///< cost of a unit of X
    double offset_ = 0.0;  ///< cost of the constant meters
};

/// The closed forms of one plan in one segment.
class PlanInSegment {
  public:
    PlanInSegment(const core::Scenario& scenario, const core::Plan& plan, const core::Segment& segment)
        : scenario_(scenario), plan_(plan), cost_(core::costOf(scenario, plan)), usage_(scenario, segment) {}

    [[nodiscard]] Maybe active() const { return usage_.activeShare(); }

    [[nodiscard]] Maybe meanUsage(std::size_t meter) const {
        if (!blocks()) return usage_.mean(meter);
        Meters looked = limitMeters(Limits::Blocks);
        looked[meter] = true;
        const auto layers = layersOver(looked);
        const auto driver = usage_.driver(looked);
        if (!layers || driver->offset[meter] != 0.0) return std::nullopt;
        return layers->expect([&](double x) { return driver->slope[meter] * layers->served(x); });
    }

    [[nodiscard]] Maybe cost() const {
        if (plan_.limits.empty()) {
            const std::vector<double> rates = ratesOf(scenario_, cost_);
            double sum = core::standingCost(cost_, at(scenario_.subscribers), {}).total();
            for (std::size_t meter = 0; meter < rates.size(); ++meter) {
                if (rates[meter] == 0.0) continue;
                const Maybe mean = usage_.mean(meter);
                if (!mean) return std::nullopt;
                sum += rates[meter] * *mean;
            }
            for (const core::ScaleCost& scale : cost_.scales) {
                const Maybe part = usage_.scaleCost(scale.meter, scale.size, core::scaleOptions(scale, {}));
                if (!part) return std::nullopt;
                sum += at(cost_.servingShare) * *part;
            }
            if (!cost_.payments) return sum;
            const Maybe bill = arePaymentsClosed() ? revenue() : std::nullopt;
            if (!bill) return std::nullopt;
            // Everyone pays something, or nothing is taken beside the share of the bill.
            return sum + at(cost_.payments->rate) * *bill + at(cost_.payments->amount);
        }
        const auto layers = layersOver(costMeters());
        if (!layers || !layers->isCostClosed()) return std::nullopt;
        if (cost_.payments && !(arePaymentsClosed() && areChargesClosed(*layers))) return std::nullopt;
        return layers->expect([&](double x) { return layers->cost(x); });
    }

    [[nodiscard]] Maybe revenue() const {
        if (plan_.minimum || plan_.maximum) {
            const auto layers = layersOver(revenueMeters());
            if (!layers || !areChargesClosed(*layers)) return std::nullopt;
            return layers->expect([&](double x) { return layers->revenue(x); });
        }
        double sum = at(plan_.fee);
        for (const core::Charge& charge : plan_.charges) {
            const Maybe part = meanCharge(charge);
            if (!part) return std::nullopt;
            sum += *part;
        }
        return sum;
    }

    [[nodiscard]] Maybe touched() const {
        const auto layers = layersOver(limitMeters(Limits::All));
        if (!layers) return std::nullopt;
        return layers->expect([&](double x) { return layers->touched(x); });
    }

    [[nodiscard]] Maybe losses() const {
        const auto layers = marginLayers();
        if (!layers || layers->hasUsersAtBreakEven()) return std::nullopt;
        return layers->expect(
            [&](double x) { return layers->revenue(x) - layers->cost(x) < 0.0 ? 1.0 : 0.0; });
    }

    [[nodiscard]] Maybe subsidy() const {
        const auto layers = marginLayers();
        if (!layers || layers->hasUsersAtBreakEven()) return std::nullopt;
        return layers->expect([&](double x) { return std::max(layers->cost(x) - layers->revenue(x), 0.0); });
    }

    /// The part of the cost that one more user does not cause.
    [[nodiscard]] Maybe fixedCost() const {
        const core::StandingCost standing = core::standingCost(cost_, at(scenario_.subscribers), {});
        double sum = standing.total() - standing.marginal();
        const std::vector<core::UnitCost> units = core::unitCosts(cost_, scenario_.meters.size(), {});
        for (std::size_t meter = 0; meter < units.size(); ++meter) {
            if (units[meter].idle == 0.0) continue;
            const Maybe mean = degrades() ? std::nullopt : meanUsage(meter);
            if (!mean) return std::nullopt;
            sum += units[meter].idle * *mean;
        }
        return sum;
    }

    // Ranks by X are ranks by cost only where the cost of payments does not depend on the bill.
    [[nodiscard]] Maybe costOfLargest(double share) const {
        const auto layers = layersOver(costMeters());
        if (!layers || !layers->isCostClosed() || cost_.payments) return std::nullopt;
        return layers->costOfLargest(share);
    }

    [[nodiscard]] Maybe costGini() const {
        const auto layers = layersOver(costMeters());
        if (!layers || !layers->isCostClosed() || cost_.payments) return std::nullopt;
        return layers->costGini();
    }

  private:
    enum class Limits { All, Blocks };

    [[nodiscard]] bool blocks() const {
        return std::ranges::any_of(plan_.limits, [](const core::Limit& limit) {
            return limit.action == core::Limit::Action::Block;
        });
    }
    [[nodiscard]] bool degrades() const {
        return std::ranges::any_of(plan_.limits, [](const core::Limit& limit) {
            return limit.action == core::Limit::Action::Degrade;
        });
    }
    /// Does everyone pay a bill above zero, or no amount for a payment?
    [[nodiscard]] bool arePaymentsClosed() const {
        return at(plan_.fee) > 0.0 || (plan_.minimum && at(*plan_.minimum) > 0.0) ||
               at(cost_.payments->amount) == 0.0;
    }

    [[nodiscard]] Meters limitMeters(Limits which) const {
        Meters meters(scenario_.meters.size(), false);
        for (const core::Limit& limit : plan_.limits)
            if (which == Limits::All || limit.action == core::Limit::Action::Block)
                meters[limit.meter] = true;
        return meters;
    }
    [[nodiscard]] Meters costMeters() const {
        Meters meters = limitMeters(Limits::All);
        const std::vector<double> rates = ratesOf(scenario_, cost_);
        for (std::size_t meter = 0; meter < rates.size(); ++meter)
            if (rates[meter] > 0.0) meters[meter] = true;
        if (cost_.payments)
            for (const core::Charge& charge : plan_.charges) addMeters(charge, meters);
        return meters;
    }
    static void addMeters(const core::Charge& charge, Meters& meters) {
        for (const core::WeightedMeter& part : charge.meters)
            if (at(part.weight) > 0.0) meters[part.meter] = true;
    }
    [[nodiscard]] Meters revenueMeters() const {
        Meters meters = limitMeters(Limits::Blocks);
        for (const core::Charge& charge : plan_.charges) addMeters(charge, meters);
        return meters;
    }

    /// Looks at the limits whose meters are among those looked at; a metric that a limit bears on looks at
    /// its meter.
    [[nodiscard]] std::optional<Layers> layersOver(const Meters& meters) const {
        std::optional<Driver> driver = usage_.driver(meters);
        if (!driver) return std::nullopt;
        Layers layers(scenario_, plan_, std::move(*driver));
        return layers.areLimitsClosed() ? std::optional<Layers>(std::move(layers)) : std::nullopt;
    }

    [[nodiscard]] bool areChargesClosed(const Layers& layers) const {
        return std::ranges::all_of(plan_.charges,
                                   [&](const core::Charge& charge) { return layers.isClosed(charge); });
    }

    [[nodiscard]] std::optional<Layers> marginLayers() const {
        Meters meters = costMeters();
        for (const core::Charge& charge : plan_.charges) addMeters(charge, meters);
        auto layers = layersOver(meters);
        if (!layers || !layers->isCostClosed() || !areChargesClosed(*layers)) return std::nullopt;
        if (cost_.payments && !arePaymentsClosed()) return std::nullopt;
        layers->splitAtBreakEven();
        return layers;
    }

    [[nodiscard]] Maybe meanCharge(const core::Charge& charge) const {
        if (isLinear(charge) && !blocks()) {
            double quantity = 0.0;
            for (const core::WeightedMeter& part : charge.meters) {
                const Maybe mean = usage_.mean(part.meter);
                if (!mean) return std::nullopt;
                quantity += at(part.weight) * *mean;
            }
            return priceOf(charge, quantity);
        }
        Meters meters = limitMeters(Limits::Blocks);
        addMeters(charge, meters);
        const auto layers = layersOver(meters);
        if (!layers || !layers->isClosed(charge)) return std::nullopt;
        return layers->expect([&](double x) { return layers->chargeAt(charge, x); });
    }

    const core::Scenario& scenario_;
    const core::Plan& plan_;
    const core::Cost& cost_;
    SegmentUsage usage_;
};

/// The segments of a scope with their shares.
class PlanExact {
  public:
    PlanExact(const core::Scenario& scenario, std::size_t plan, std::optional<std::size_t> segment)
        : scenario_(scenario), plan_(scenario.plans[plan]) {
        double offered = 0.0;
        for (const std::size_t s : plan_.segments) offered += at(scenario.segments[s].weight);
        double inScope = 0.0;
        for (const std::size_t s : plan_.segments) {
            const double weight = at(scenario.segments[s].weight);
            if ((segment && *segment != s) || !(weight > 0.0)) continue;
            parts_.emplace_back(weight, PlanInSegment(scenario, plan_, scenario.segments[s]));
            inScope += weight;
        }
        for (auto& [weight, part] : parts_) weight /= inScope;
        pool_ = at(scenario.subscribers) * (segment ? inScope / offered : 1.0);
    }

    [[nodiscard]] Maybe metric(const std::string& name) const {
        if (parts_.empty()) return std::nullopt;
        if (name == "users_active") return mixed(&PlanInSegment::active);
        if (!hasClosedLimits() || (looksAtBill(name) && hasTerms(plan_))) return std::nullopt;
        if (core::costOf(scenario_, plan_).payments && hasTerms(plan_)) return std::nullopt;
        for (std::size_t meter = 0; meter < scenario_.meters.size(); ++meter)
            if (name == "usage_" + scenario_.meters[meter].id + "_per_user")
                return mixedOf([&](const PlanInSegment& part) { return part.meanUsage(meter); });
        if (name == "revenue_per_user") return mixed(&PlanInSegment::revenue);
        if (name == "cost_per_user") return mixed(&PlanInSegment::cost);
        if (name == "fixed_cost_per_user") return mixed(&PlanInSegment::fixedCost);
        if (name == "marginal_cost_per_user") {
            const Maybe cost = mixed(&PlanInSegment::cost);
            const Maybe fixed = mixed(&PlanInSegment::fixedCost);
            return cost && fixed ? Maybe(*cost - *fixed) : std::nullopt;
        }
        if (name == "loss_making_users") return mixed(&PlanInSegment::losses);
        if (name == "loss_making_users_horizon" && scenario_.run.months == 1)
            return mixed(&PlanInSegment::losses);
        if (name == "cross_subsidy_per_user") return mixed(&PlanInSegment::subsidy);
        if (name == "touched_by_limit") return mixed(&PlanInSegment::touched);
        return concentration(name) ? concentration(name) : marginMetric(name);
    }

  private:
    [[nodiscard]] bool hasClosedLimits() const {
        return std::ranges::all_of(plan_.limits, [](const core::Limit& limit) {
            return limit.action == core::Limit::Action::Block || limit.action == core::Limit::Action::Degrade;
        });
    }
    static bool looksAtBill(const std::string& name) {
        return name != "cost_per_user" && name != "touched_by_limit" && !name.starts_with("usage_") &&
               !name.starts_with("cost_") && name != "cvar95_cost_per_user";
    }

    template <typename Of>
    [[nodiscard]] Maybe mixedOf(Of of) const {
        double sum = 0.0;
        for (const auto& [weight, part] : parts_) {
            const Maybe value = of(part);
            if (!value) return std::nullopt;
            sum += weight * *value;
        }
        return sum;
    }
    [[nodiscard]] Maybe mixed(Maybe (PlanInSegment::*of)() const) const {
        return mixedOf([&](const PlanInSegment& part) { return (part.*of)(); });
    }

    [[nodiscard]] Maybe marginMetric(const std::string& name) const {
        const Maybe revenue = mixed(&PlanInSegment::revenue);
        const Maybe cost = mixed(&PlanInSegment::cost);
        if (!revenue || !cost) return std::nullopt;
        const double margin = *revenue - *cost;
        if (name == "margin_per_user") return margin;
        if (name == "margin_total") return margin * pool_;
        if (name == "margin_rate") return *revenue > 0.0 ? Maybe(margin / *revenue) : std::nullopt;
        if (name == "break_even_fee") {
            const core::Cost& terms = core::costOf(scenario_, plan_);
            if (!terms.payments) return at(plan_.fee) - margin;
            if (at(terms.payments->amount) > 0.0 && !(at(plan_.fee) > 0.0)) return std::nullopt;
            return at(plan_.fee) - margin / (1.0 - at(terms.payments->rate));
        }
        // At a margin of zero rounding would decide.
        if (name == "probability_plan_loses" && std::abs(margin) > 1e-9 * std::max(*revenue, *cost))
            return margin < 0.0 ? 1.0 : 0.0;
        return std::nullopt;
    }

    /// Ranks over several segments would need the quantiles of their mixture.
    [[nodiscard]] Maybe concentration(const std::string& name) const {
        if (parts_.size() != 1) return std::nullopt;
        const PlanInSegment& part = parts_.front().second;
        if (name == "cost_gini") return part.costGini();
        double share = 0.0;
        if (name == "cvar95_cost_per_user") share = 0.05;
        if (name == "cost_share_top_1") share = 0.01;
        if (name == "cost_share_top_10") share = 0.10;
        if (share == 0.0) return std::nullopt;
        const Maybe largest = part.costOfLargest(share);
        if (!largest) return std::nullopt;
        if (name == "cvar95_cost_per_user") return *largest / share;
        const Maybe all = part.costOfLargest(1.0);
        return *all > 0.0 ? Maybe(*largest / *all) : std::nullopt;
    }

    const core::Scenario& scenario_;
    const core::Plan& plan_;
    std::vector<std::pair<double, PlanInSegment>> parts_;
    double pool_ = 0.0;
};

}  // namespace

std::optional<double> exactMetric(const core::Scenario& scenario, std::size_t plan,
                                  std::optional<std::size_t> segment, const std::string& metric) {
    return PlanExact(scenario, plan, segment).metric(metric);
}

void setExact(const core::Scenario& scenario, RunResult& result) {
    if (scenario.run.worlds != 1) return;
    for (MetricRow& row : result.metrics) {
        const auto plan =
            std::ranges::find(scenario.plans, row.key.plan, &core::Plan::id) - scenario.plans.begin();
        std::optional<std::size_t> segment;
        if (row.key.segment != kAll) {
            segment = static_cast<std::size_t>(
                std::ranges::find(scenario.segments, row.key.segment, &core::Segment::id) -
                scenario.segments.begin());
        }
        // Every month has the law of the first: a month's row has the value of the total.
        row.estimate.exact = exactMetric(scenario, static_cast<std::size_t>(plan), segment, row.metric);
    }
}

}  // namespace breakeven::sim
