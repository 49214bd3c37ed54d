#include "sim/pipeline/quantile_pieces.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <boost/math/special_functions/beta.hpp>
#include <boost/math/special_functions/gamma.hpp>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>
#include <variant>

#include "core/diagnostics/diagnostic.hpp"
#include "core/population/law_points.hpp"
#include "core/population/law_shares.hpp"
#include "core/units/infinity.hpp"
#include "sim/random/normal_quantile.hpp"

namespace breakeven::sim {
namespace {

using core::Edge;

constexpr double kReach = QuantilePieces::kReach;
constexpr double kTolerance = 1e-9;   // of ln Q, at the points of a piece that are checked
constexpr double kWidest = 1.0;       // of a piece, in z
constexpr double kLeastLog = -690.0;  // e^-690 is no usage
constexpr double kMostLog = 700.0;
constexpr double kBesideZero = 1e-10;        // in z, behind an atom at 0, where ln Q has no bottom
constexpr double kDrawn = 8.3;               // no uniform gives a score beyond it
constexpr double kFarTolerance = 1e-7;       // out there
constexpr double kNarrowest = 1e-9;          // of a piece, in z: not drawn in a lifetime
constexpr std::size_t kMostCounts = 16'384;  // that are listed
constexpr std::size_t kFewCounts = 4096;     // of more, those that are
constexpr std::size_t kMostAtoms = 65'536;

/// P(Z <= z) of the nearer tail of a normal score.
double tailOf(double z) {
    return 0.5 * std::erfc(std::abs(z) / std::numbers::sqrt2);
}

double normalDensity(double z) {
    return std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi);
}

/// The score at which a lower share, or the rest of it, ends.
double scoreOf(double lower, double upper) {
    return lower < 0.5 ? normalQuantile(lower) : -normalQuantile(upper);
}

/// ln Q at a score, with its first two derivatives in z.
struct Node {
    double z = 0.0;
    double log = 0.0;
    double slope = 0.0;
    double bend = 0.0;
};

/// The part of a law that has a density, on the logarithm of x.
struct DensePart {
    const core::UsageLaw& law;

    [[nodiscard]] double lower(double x) const { return core::shareUpTo(law, x); }
    [[nodiscard]] double upper(double x) const { return core::shareBeyond(law, x); }
    [[nodiscard]] core::LogDensity density(double x) const { return core::logDensityOf(law, x); }
};

/// P(N <= n) of counts, continued between the whole numbers, on the logarithm of y = n + 1. The incomplete
/// gamma and beta functions keep F(n) - F(n - 1) = p(n) there, so f(n) = p(n + 1/2) - p''(n + 1/2) / 24 + ...
template <typename Shares>
struct CountsBetween {
    Shares shares;

    [[nodiscard]] double lower(double y) const { return shares.lower(y); }
    [[nodiscard]] double upper(double y) const { return shares.upper(y); }
    [[nodiscard]] core::LogDensity density(double y) const {
        const double n = y - 1.0;
        const std::array p{shares.probability(n - 0.5), shares.probability(n + 0.5),
                           shares.probability(n + 1.5)};
        const double f = p[1] - (p[0] - 2.0 * p[1] + p[2]) / 24.0;
        const double change = 0.5 * (p[2] - p[0]);
        return {y * f, y * f + y * y * change};
    }
};

struct PoissonShares {
    double mean;
    [[nodiscard]] double lower(double y) const { return boost::math::gamma_q(y, mean); }
    [[nodiscard]] double upper(double y) const { return boost::math::gamma_p(y, mean); }
    [[nodiscard]] double probability(double n) const {
        return boost::math::gamma_p_derivative(n + 1.0, mean);
    }
    /// P(N = n + 1) / P(N = n).
    [[nodiscard]] double ratio(double n) const { return mean / (n + 1.0); }
};

struct NegativeBinomialShares {
    double shape;
    double p;
    [[nodiscard]] double lower(double y) const { return boost::math::ibeta(shape, y, p); }
    [[nodiscard]] double upper(double y) const { return boost::math::ibetac(shape, y, p); }
    [[nodiscard]] double probability(double n) const {
        return p / (shape + n) * boost::math::ibeta_derivative(shape, n + 1.0, p);
    }
    [[nodiscard]] double ratio(double n) const { return (n + shape) / (n + 1.0) * (1.0 - p); }
};

/// How far ln Q(z) lies above `log`, to first order: Newton's step for the nearer tail, or its logarithm.
template <typename Part>
double correctionAt(const Part& part, double z, double log, const core::LogDensity& density) {
    const double x = std::exp(log);
    const double tail = z < 0.0 ? part.lower(x) : part.upper(x);
    if (!(tail > 0.0)) return z < 0.0 ? 1.0 : -1.0;
    // Where the tail is too small the logarithm would take a bounded law's end for near: it falls there
    // without bottom.
    const double ratio = tailOf(z) / tail;
    const double step = (ratio > 1.0 ? ratio - 1.0 : std::log(ratio)) * tail / density.value;
    return z < 0.0 ? step : -step;
}

template <typename Part>
Node nodeAt(const Part& part, double z, double log) {
    const core::LogDensity density = part.density(std::exp(log));
    Node node{z, log, normalDensity(z) / density.value, 0.0};
    node.bend = node.slope * (-z - density.slope / density.value * node.slope);
    if (!std::isfinite(node.slope) || !std::isfinite(node.bend)) node.slope = node.bend = 0.0;
    return node;
}

/// ln Q(z): Newton's method inside a bracket, which is halved where a step would leave it.
template <typename Part>
double solve(const Part& part, double z, double guess, double low, double high) {
    double log = std::clamp(guess, low, high);
    for (int i = 0; i < 200; ++i) {
        const double step = correctionAt(part, z, log, part.density(std::exp(log)));
        (step > 0.0 ? low : high) = log;
        const double next = log + step;
        const bool isInside = next > low && next < high;
        const double before = log;
        log = isInside ? next : 0.5 * (low + high);
        if (isInside && std::abs(step) < 1e-10) break;  // what is left is its square
        if (std::abs(log - before) <= 1e-15 * std::max(1.0, std::abs(log))) break;
    }
    return log;
}

class Builder {
  public:
    void addAtom(double upTo, double value) {
        breaks_.push_back(upTo);
        pieces_.insert(pieces_.end(), {0.0, 0.0, value, 0.0, 0.0, 0.0, 0.0, 0.0, QuantilePieces::kAtom});
    }

    /// ln Q over the scores [zLow, zHigh], where x runs from xLow to xHigh.
    template <typename Part>
    void addSmooth(const Part& part, double kind, double zLow, double zHigh, double xLow, double xHigh) {
        const std::pair<double, double> range = logRange(part, xLow, xHigh);
        const double low = range.first;
        const double high = range.second;
        // Slopes at an end are those just inside it.
        const auto inside = [&](double z, double log, double sign) {
            Node node = nodeAt(part, z, log + sign * std::min(1e-10, 1e-3 * (high - low)));
            node.log = log;
            return node;
        };
        const auto solved = [&](double z, double guess) {
            return nodeAt(part, z, solve(part, z, guess, low, high));
        };
        const bool isCutBelow = xLow > 0.0 && zLow > -kReach;
        if (xLow == 0.0 && zLow > -kReach) zLow += kBesideZero;
        Node left = isCutBelow ? inside(zLow, low, 1.0) : solved(zLow, 0.5 * (low + high));
        if (xLow == 0.0 && left.log < kLeastLog + 1.0) left = underflow(part, left, zHigh, high);
        const Node right =
            std::isfinite(xHigh) && zHigh < kReach ? inside(zHigh, high, -1.0) : solved(zHigh, left.log);
        if (xLow == 0.0 && left.z > -kReach) addAtom(left.z, std::exp(left.log));
        const auto count = static_cast<std::size_t>(std::ceil((right.z - left.z) / kWidest));
        Node from = left;
        for (std::size_t i = 1; i <= count; ++i) {
            const double z =
                left.z + (right.z - left.z) * static_cast<double>(i) / static_cast<double>(count);
            const double guess = from.log + from.slope * (z - from.z);
            const Node to = i == count ? right : nodeAt(part, z, solve(part, z, guess, from.log, right.log));
            split(part, kind, from, to);
            from = to;
        }
    }

    [[nodiscard]] QuantilePieces done() {
        breaks_.pop_back();  // the last piece has no end
        QuantilePieces table;
        while ((std::size_t{1} << table.depth) < breaks_.size() + 1) ++table.depth;
        breaks_.resize((std::size_t{1} << table.depth) - 1, kInfinity);
        table.breaks = std::move(breaks_);
        table.pieces = std::move(pieces_);
        return table;
    }

  private:
    /// Logarithms between which ln Q lies for every score in reach.
    template <typename Part>
    static std::pair<double, double> logRange(const Part& part, double xLow, double xHigh) {
        double low = xLow > 0.0 ? std::log(xLow) : 0.0;
        double high = std::isfinite(xHigh) ? std::log(xHigh) : std::max(low, 0.0);
        const double least = 0.5 * tailOf(kReach);
        for (double step = 1.0; !std::isfinite(xHigh) && high < kMostLog; step *= 2.0) {
            if (part.upper(std::exp(high)) < least) break;
            high = std::min(high + step, kMostLog);
        }
        if (xLow == 0.0) low = std::min(low, high);
        for (double step = 1.0; xLow == 0.0 && low > kLeastLog; step *= 2.0) {
            if (part.lower(std::exp(low)) < least) break;
            low = std::max(low - step, kLeastLog);
        }
        return {low, high};
    }

    /// The score below which x is too small to be a number; x is 0 there.
    template <typename Part>
    Node underflow(const Part& part, const Node& left, double zHigh, double high) {
        double low = left.z;
        double z = zHigh;
        while (z - low > 1e-6) {
            const double middle = 0.5 * (low + z);
            (solve(part, middle, kLeastLog, kLeastLog, high) < kLeastLog + 1.0 ? low : z) = middle;
        }
        addAtom(z, 0.0);
        return nodeAt(part, z, solve(part, z, kLeastLog + 1.0, kLeastLog, high));
    }

    /// The quintic that has value, slope and bend of both nodes.
    static std::array<double, 6> quintic(const Node& a, const Node& b) {
        const double h = b.z - a.z;
        const double slopeA = h * a.slope;
        const double slopeB = h * b.slope;
        const double bendA = h * h * a.bend;
        const double bendB = h * h * b.bend;
        const double rise = b.log - a.log;
        return {a.log,
                slopeA,
                0.5 * bendA,
                10.0 * rise - 6.0 * slopeA - 4.0 * slopeB - 1.5 * bendA + 0.5 * bendB,
                -15.0 * rise + 8.0 * slopeA + 7.0 * slopeB + 1.5 * bendA - bendB,
                6.0 * rise - 3.0 * (slopeA + slopeB) - 0.5 * bendA + 0.5 * bendB};
    }

    template <typename Part>
    void split(const Part& part, double kind, const Node& a, const Node& b) {
        std::array<double, 6> c{a.log, b.log - a.log, 0.0, 0.0, 0.0, 0.0};
        if (b.log - a.log > kTolerance && b.z - a.z > kNarrowest) {
            c = quintic(a, b);
            if (!isGood(part, a, b, c)) {
                const double z = 0.5 * (a.z + b.z);
                const Node middle = nodeAt(part, z, solve(part, z, valueAt(c, 0.5), a.log, b.log));
                split(part, kind, a, middle);
                split(part, kind, middle, b);
                return;
            }
        }
        breaks_.push_back(b.z);
        pieces_.insert(pieces_.end(), {a.z, 1.0 / (b.z - a.z)});
        pieces_.insert(pieces_.end(), c.begin(), c.end());
        pieces_.push_back(kind);
    }

    static double valueAt(const std::array<double, 6>& c, double t) {
        double sum = c[5];
        for (std::size_t k = 5; k-- > 0;) sum = t * sum + c[k];
        return sum;
    }

    template <typename Part>
    static bool isGood(const Part& part, const Node& a, const Node& b, const std::array<double, 6>& c) {
        for (const double t : {0.35, 0.72}) {
            const double log = valueAt(c, t);
            if (!(log >= a.log && log <= b.log)) return false;
            const double z = a.z + t * (b.z - a.z);
            const core::LogDensity density = part.density(std::exp(log));
            const double off = correctionAt(part, z, log, density);
            // A probability that is rounded to 2^-53 tells ln Q no better than this.
            const double noise =
                0x1p-49 * (z < 0.0 ? part.lower(std::exp(log)) : part.upper(std::exp(log))) / density.value;
            const double allowed = std::max(std::abs(z) > kDrawn ? kFarTolerance : kTolerance, noise);
            if (!(std::abs(off) <= allowed)) return false;
        }
        return true;
    }

    std::vector<double> breaks_;
    std::vector<double> pieces_;
};

/// Adds atoms whose probabilities are known, from below a score of -kReach up.
/// @return the probability above the last
void addAtoms(Builder& builder, const std::vector<core::Atom>& atoms, double below, double above) {
    std::vector<double> beyond(atoms.size());
    for (std::size_t i = atoms.size(); i-- > 0;) {
        beyond[i] = above;
        above += atoms[i].share;
    }
    for (std::size_t i = 0; i < atoms.size(); ++i) {
        below += atoms[i].share;
        builder.addAtom(scoreOf(below, beyond[i]), atoms[i].value);
    }
}

/// Counts that span too many values for a list: the small ones as a list, the others by the extension.
template <typename Shares>
QuantilePieces wideCounts(const core::UsageLaw& law, const Shares& shares) {
    Builder builder;
    const double last = static_cast<double>(kFewCounts) - 1.0;
    double from = scoreOf(core::shareUpTo(law, last), core::shareBeyond(law, last));
    if (from > -kReach) {
        std::vector<core::Atom> atoms;
        double share = shares.probability(0.0);
        atoms.reserve(kFewCounts);
        for (std::size_t i = 0; i < kFewCounts; ++i) {
            const auto k = static_cast<double>(i);
            atoms.push_back({k, share});
            share *= shares.ratio(k);
        }
        addAtoms(builder, atoms, 0.0, core::shareBeyond(law, last));
    }
    from = std::max(from, -kReach);
    if (from < kReach)
        builder.addSmooth(CountsBetween<Shares>{shares}, QuantilePieces::kCount, from, kReach, last + 1.0,
                          kInfinity);
    return builder.done();
}

/// A law whose values that have probability are `atoms`.
QuantilePieces mixedLaw(const core::UsageLaw& law, const std::vector<core::Atom>& atoms) {
    Builder builder;
    struct Stop {
        double x;
        bool isAtom;
    };
    std::vector<Stop> stops;
    stops.reserve(atoms.size());
    for (const core::Atom& atom : atoms) stops.push_back({atom.value, true});
    for (const double kink : core::kinksOf(law)) {
        const bool isAtom = std::ranges::binary_search(atoms, kink, {}, &core::Atom::value);
        if (!isAtom) stops.push_back({kink, false});
    }
    std::ranges::sort(stops, {}, &Stop::x);
    const auto scoreAt = [&](double x, Edge edge) {
        const Edge other = edge == Edge::Included ? Edge::Excluded : Edge::Included;
        return std::clamp(scoreOf(core::shareUpTo(law, x, edge), core::shareBeyond(law, x, other)), -kReach,
                          kReach);
    };
    double z = -kReach;
    double x = 0.0;
    const auto smoothUpTo = [&](double nextZ, double nextX) {
        if (nextZ - z > 4.0 * kBesideZero)
            builder.addSmooth(DensePart{law}, QuantilePieces::kSmooth, z, nextZ, x, nextX);
        z = std::max(z, nextZ);
    };
    for (const Stop& stop : stops) {
        smoothUpTo(scoreAt(stop.x, Edge::Excluded), stop.x);
        const double end = stop.isAtom ? scoreAt(stop.x, Edge::Included) : z;
        if (end > z) builder.addAtom(end, stop.x);
        z = std::max(z, end);
        x = stop.x;
    }
    if (z < kReach) smoothUpTo(kReach, kInfinity);
    return builder.done();
}

}  // namespace

QuantilePieces quantilePieces(const core::UsageLaw& law) {
    const auto* poisson = std::get_if<core::PoissonLaw>(&law);
    const auto* negative = std::get_if<core::NegativeBinomialLaw>(&law);
    const bool isCount = poisson != nullptr || negative != nullptr;
    const auto atoms = core::atomsOf(law, isCount ? kMostCounts : kMostAtoms);
    if (!atoms && poisson != nullptr) return wideCounts(law, PoissonShares{poisson->mean});
    if (!atoms && negative != nullptr)
        return wideCounts(law, NegativeBinomialShares{negative->shape,
                                                      negative->shape / (negative->shape + negative->mean)});
    if (!atoms)
        throw core::Error(core::Error::Kind::Input,
                          {core::Severity::Error,
                           {},
                           fmt::format("a mixture, splice or truncation has more than {} values", kMostAtoms),
                           "use a gamma or lognormal law in place of counts so large"});
    if (!core::isDiscrete(law)) return mixedLaw(law, *atoms);
    Builder builder;
    addAtoms(builder, *atoms, 0.0, 0.0);
    return builder.done();
}

}  // namespace breakeven::sim
