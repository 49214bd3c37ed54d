#include "sim/fitting/facts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/units/infinity.hpp"
#include "sim/fitting/optimise.hpp"

namespace breakeven::sim {
namespace {

constexpr std::size_t kSteps = 1'500;  // of the logarithm of the shape

/// A family by its one shape, with scale 1.
struct ShapedFamily {
    Family family;
    std::string_view shape;  ///< its name; empty: none
    double low = 1.0;        ///< shapes looked at
    double high = 1.0;
};

constexpr ShapedFamily kShaped[] = {
    {Family::Lognormal, "sigma", 0.01, 8.0}, {Family::Gamma, "shape", 0.02, 2'000.0},
    {Family::Weibull, "shape", 0.08, 60.0},  {Family::Pareto, "alpha", 0.05, 200.0},
    {Family::Lomax, "alpha", 0.05, 2'000.0}, {Family::Exponential, "", 1.0, 1.0}};

Law lawAt(Family family, double shape, double scale) {
    switch (family) {
        case Family::Lognormal:
            return {family, {std::log(scale), shape}};
        case Family::Exponential:
            return {family, {scale}};
        default:
            return {family, {shape, scale}};
    }
}

bool isAmount(const Fact& fact) {
    return fact.kind == Fact::Kind::Mean || fact.kind == Fact::Kind::Quantile ||
           fact.kind == Fact::Kind::ShareAbove;
}

/// ln of the scale at which a law of this shape meets an amount exactly; `value` stands for the fact's.
double logScale(Family family, double shape, const Fact& fact, double value) {
    const Law unit = lawAt(family, shape, 1.0);
    switch (fact.kind) {
        case Fact::Kind::Mean:
            return std::log(value / meanOf(unit));
        case Fact::Kind::Quantile:
            return std::log(value / quantileOf(unit, fact.level));
        default:
            return std::log(fact.level / quantileOf(unit, 1.0 - value));
    }
}

/// Places of the grid on which shapes are looked at.
std::vector<double> gridOf(const ShapedFamily& shaped) {
    if (shaped.shape.empty()) return {1.0};
    std::vector<double> grid;
    for (std::size_t i = 0; i <= kSteps; ++i)
        grid.push_back(shaped.low * std::pow(shaped.high / shaped.low,
                                             static_cast<double>(i) / static_cast<double>(kSteps)));
    return grid;
}

/// All shapes where a function is 0, also where it only touches.
std::vector<double> rootsOf(const std::function<double(double)>& f, const std::vector<double>& grid) {
    std::vector<double> roots;
    const auto add = [&](double low, double high) {
        if (const auto root = bracketedRoot(f, low, high)) roots.push_back(*root);
    };
    std::vector<double> heights;
    heights.reserve(grid.size());
    for (const double shape : grid) heights.push_back(f(shape));
    for (std::size_t i = 0; i + 1 < grid.size(); ++i) {
        if (!std::isfinite(heights[i]) || !std::isfinite(heights[i + 1])) continue;
        if (heights[i] == 0.0) roots.push_back(grid[i]);
        if (heights[i] * heights[i + 1] < 0.0) add(grid[i], grid[i + 1]);
        // Nearest to 0 here without a change of sign: the curve may dip through it between the places.
        if (i == 0 || !std::isfinite(heights[i - 1])) continue;
        const double sign = heights[i] > 0.0 ? 1.0 : -1.0;
        const bool isDip = sign * heights[i] <= sign * heights[i - 1] &&
                           sign * heights[i] <= sign * heights[i + 1] && heights[i - 1] * sign > 0.0 &&
                           heights[i + 1] * sign > 0.0 && heights[i] != 0.0;
        if (!isDip) continue;
        const double reach = 0.5 * (grid[i + 1] - grid[i - 1]);
        const auto bottom = climbLine([&](double x) { return -sign * f(x); }, grid[i], reach);
        if (!bottom || bottom->value < 0.0 || bottom->at[0] <= grid[i - 1] || bottom->at[0] >= grid[i + 1])
            continue;
        add(grid[i - 1], bottom->at[0]);
        add(bottom->at[0], grid[i + 1]);
    }
    std::ranges::sort(roots);
    return roots;
}

Agreement agreementAt(Family family, double shape, double scale, std::span<const Fact> facts) {
    Agreement agreement{lawAt(family, shape, scale), {}, {}, {}};
    for (const Fact& fact : facts) agreement.values.push_back(factUnder(agreement.law, fact));
    return agreement;
}

std::string nameOf(const Fact& fact) {
    return fact.text.substr(0, fact.text.find('='));
}

/// "a lognormal law".
std::string inWords(Family family) {
    const std::string name = family == Family::Pareto || family == Family::Weibull || family == Family::Lomax
                                 ? fmt::format("{}{}", static_cast<char>(familyName(family)[0] - 'a' + 'A'),
                                               familyName(family).substr(1))
                                 : std::string(familyName(family));
    return fmt::format("{} {} law", family == Family::Exponential ? "an" : "a", name);
}

/// Lowest and highest value of a function over the grid.
std::pair<double, double> reachOf(const std::function<double(double)>& f, const std::vector<double>& grid) {
    double low = kInfinity;
    double high = -kInfinity;
    for (const double shape : grid) {
        const double value = f(shape);
        if (!std::isfinite(value)) continue;
        low = std::min(low, value);
        high = std::max(high, value);
    }
    return {low, high};
}

/// Why a number is met by no shape.
std::string outOfReach(const std::string& what, double given, Family family,
                       std::pair<double, double> reach) {
    const bool isAbove = given > reach.second;
    return fmt::format("{} is {:.4g}; with {} it is at {} {:.4g}", what, given, inWords(family),
                       isAbove ? "most" : "least", isAbove ? reach.second : reach.first);
}

/// Two facts, met exactly.
FamilyAnswer exactly(const ShapedFamily& shaped, std::span<const Fact> facts) {
    FamilyAnswer answer{shaped.family, {}, ""};
    const std::vector<double> grid = gridOf(shaped);
    const Fact& amount = isAmount(facts[0]) ? facts[0] : facts[1];
    const Fact& other = isAmount(facts[0]) ? facts[1] : facts[0];
    const bool areAmounts = isAmount(other);
    const auto off = [&](double shape) {
        if (areAmounts)
            return logScale(shaped.family, shape, amount, amount.value) -
                   logScale(shaped.family, shape, other, other.value);
        return factUnder(lawAt(shaped.family, shape, 1.0), other) - other.value;
    };
    for (const double shape : rootsOf(off, grid)) {
        const double scale = std::exp(logScale(shaped.family, shape, amount, amount.value));
        answer.laws.push_back(agreementAt(shaped.family, shape, scale, facts));
    }
    if (!answer.laws.empty()) return answer;
    if (areAmounts) {
        const auto valueOf = [](const Fact& fact) {
            return fact.kind == Fact::Kind::ShareAbove ? fact.level : fact.value;
        };
        const double given = valueOf(other) / valueOf(amount);
        // off is the logarithm of the ratio that a shape gives over the ratio given.
        answer.whyNot =
            outOfReach(fmt::format("{} over {}", nameOf(other), nameOf(amount)), given, shaped.family,
                       reachOf([&](double shape) { return given * std::exp(off(shape)); }, grid));
    } else {
        answer.whyNot = outOfReach(
            nameOf(other), other.value, shaped.family,
            reachOf([&](double shape) { return factUnder(lawAt(shaped.family, shape, 1.0), other); }, grid));
    }
    return answer;
}

/// How far a law of one shape is from facts that are met within their rounding.
struct Misfit {
    double scale = 1.0;
    double worst = kInfinity;  ///< largest miss in units of the rounding; at most 1: all are met
};

Misfit misfitAt(Family family, double shape, std::span<const Fact> facts) {
    // Amounts: ln scale must be in every interval; the place with the smallest largest miss is found between
    // the outermost centres.
    struct Wanted {
        double centre = 0.0;
        double reach = 0.0;
    };
    std::vector<Wanted> wanted;
    double fixed = 0.0;
    for (const Fact& fact : facts) {
        if (isAmount(fact)) {
            const double one = logScale(family, shape, fact, fact.value + fact.rounding);
            const double two = logScale(family, shape, fact, std::max(fact.value - fact.rounding, 1e-12));
            if (!std::isfinite(one) || !std::isfinite(two)) return {};  // such a law has no mean
            wanted.push_back({0.5 * (one + two), std::max(0.5 * std::abs(one - two), 1e-12)});
        } else {
            const double off = std::abs(factUnder(lawAt(family, shape, 1.0), fact) - fact.value);
            if (!std::isfinite(off)) return {};
            fixed = std::max(fixed, off / std::max(fact.rounding, 1e-12));
        }
    }
    const auto worstAt = [&](double place) {
        double worst = fixed;
        for (const Wanted& item : wanted) worst = std::max(worst, std::abs(place - item.centre) / item.reach);
        return worst;
    };
    // The largest miss is least where two of them are equal and pull apart.
    Misfit best;
    for (const Wanted& a : wanted) {
        for (const Wanted& b : wanted) {
            const double place = (a.centre * b.reach + b.centre * a.reach) / (a.reach + b.reach);
            const double worst = worstAt(place);
            if (worst < best.worst) best = {std::exp(place), worst};
        }
    }
    return best;
}

/// Shapes whose laws meet all facts within rounding, and the one that does it best.
struct ShapeRange {
    double low = 0.0;
    double best = 0.0;
    double high = 0.0;
};

/// All ranges of shapes whose largest miss is at most 1, also those narrower than the grid.
std::vector<ShapeRange> rangesOf(const std::function<double(double)>& worst,
                                 const std::vector<double>& grid) {
    std::vector<double> heights;
    heights.reserve(grid.size());
    for (const double shape : grid) heights.push_back(worst(shape));
    std::vector<ShapeRange> ranges;
    for (std::size_t i = 0; i < grid.size(); ++i) {
        const bool isLowest = std::isfinite(heights[i]) && (i == 0 || heights[i] <= heights[i - 1]) &&
                              (i + 1 == grid.size() || heights[i] < heights[i + 1]);
        if (!isLowest) continue;
        double best = grid[i];
        if (i > 0 && i + 1 < grid.size()) {
            const double reach = 0.5 * (grid[i + 1] - grid[i - 1]);
            const auto bottom = climbLine([&](double x) { return -worst(x); }, grid[i], reach);
            const bool isBetween = bottom && bottom->at[0] > grid[i - 1] && bottom->at[0] < grid[i + 1];
            if (isBetween && -bottom->value < heights[i]) best = bottom->at[0];
        }
        if (worst(best) > 1.0) continue;
        if (!ranges.empty() && best <= ranges.back().high) {
            if (worst(best) < worst(ranges.back().best)) ranges.back().best = best;
            continue;
        }
        // From the best shape to where a miss becomes too large, on either side.
        const auto edge = [&](std::ptrdiff_t direction) {
            double inside = best;
            for (auto j = static_cast<std::ptrdiff_t>(i) + direction;
                 j >= 0 && j < static_cast<std::ptrdiff_t>(grid.size()); j += direction) {
                const auto place = static_cast<std::size_t>(j);
                if (heights[place] <= 1.0) {
                    inside = grid[place];
                    continue;
                }
                return bracketedRoot([&](double x) { return std::min(worst(x), 1e6) - 1.0; },
                                     std::min(inside, grid[place]), std::max(inside, grid[place]))
                    .value_or(inside);
            }
            return inside;
        };
        ranges.push_back({edge(-1), best, edge(+1)});
    }
    return ranges;
}

/// Any number of facts, each met within its rounding.
FamilyAnswer withinRounding(const ShapedFamily& shaped, std::span<const Fact> facts) {
    FamilyAnswer answer{shaped.family, {}, ""};
    const std::vector<double> grid = gridOf(shaped);
    const auto worst = [&](double shape) { return misfitAt(shaped.family, shape, facts).worst; };
    for (const ShapeRange& range : rangesOf(worst, grid)) {
        const double scale = misfitAt(shaped.family, range.best, facts).scale;
        answer.laws.push_back(agreementAt(shaped.family, range.best, scale, facts));
        if (shaped.shape.empty()) continue;
        answer.laws.back().shapeLow = range.low;
        answer.laws.back().shapeHigh = range.high;
    }
    if (!answer.laws.empty()) return answer;
    const double nearest = *std::ranges::min_element(grid, {}, worst);
    const Agreement close =
        agreementAt(shaped.family, nearest, misfitAt(shaped.family, nearest, facts).scale, facts);
    std::size_t missed = 0;
    double largest = -1.0;
    for (std::size_t i = 0; i < facts.size(); ++i) {
        const double miss = std::abs(close.values[i] - facts[i].value) / std::max(facts[i].rounding, 1e-12);
        if (miss <= largest) continue;
        largest = miss;
        missed = i;
    }
    const std::string law = inWords(shaped.family);
    answer.whyNot = fmt::format("no {} meets all within rounding; the nearest gives {} = {:.4g}",
                                law.substr(law.find(' ') + 1), nameOf(facts[missed]), close.values[missed]);
    return answer;
}

}  // namespace

double factUnder(const Law& law, const Fact& fact) {
    switch (fact.kind) {
        case Fact::Kind::Mean:
            return meanOf(law);
        case Fact::Kind::Quantile:
            return quantileOf(law, fact.level);
        case Fact::Kind::ShareAbove:
            return shareAbove(law, fact.level);
        case Fact::Kind::TopShare:
            return topShare(law, fact.level);
        case Fact::Kind::Gini:
            return giniOf(law);
        case Fact::Kind::Cv:
            return std::sqrt(varianceOf(law)) / meanOf(law);
    }
    return kInfinity;
}

std::vector<FamilyAnswer> familiesThatAgree(std::span<const Fact> facts) {
    std::vector<FamilyAnswer> answers;
    for (const ShapedFamily& shaped : kShaped) {
        const bool isExact = facts.size() == 2 && !shaped.shape.empty();
        answers.push_back(isExact ? exactly(shaped, facts) : withinRounding(shaped, facts));
    }
    return answers;
}

}  // namespace breakeven::sim
