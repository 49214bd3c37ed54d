#include "sim/pipeline/event_costs.hpp"

#include <algorithm>
#include <cmath>

#include "sim/kernels/scalar_math.hpp"
#include "sim/random/count_quantile.hpp"
#include "sim/random/normal_quantile.hpp"

namespace breakeven::sim {
namespace {

constexpr double kMostPareto = 65536.0;

/// A lognormal with the mean and variance of the sum of n terms.
double sumAtOnce(double n, double mean, double variance, double u) {
    if (!(n > 0.0) || !(mean > 0.0)) return 0.0;
    const double square = logScalar(1.0 + variance / (n * mean * mean));
    return n * mean * expScalar(std::sqrt(square) * normalQuantile(u) - 0.5 * square);
}

double valueAt(const core::MultiplierPart& part, double u) {
    if (part.kind == core::MultiplierPart::Kind::Lognormal)
        return part.a * expScalar(part.b * normalQuantile(u));
    return part.a * expScalar(-logScalar(u) / part.b);
}

/// Sum over n answers of one part.
double sumOfPart(const core::MultiplierPart& part, std::optional<double> cap, double n, DrawSequence& draws,
                 double mostDrawn) {
    const auto capped = [&](double k) { return cap ? std::min(k, *cap) : k; };
    if (part.kind == core::MultiplierPart::Kind::Value) return n * capped(part.a);
    const auto oneByOne = [&](double terms) {
        double sum = 0.0;
        for (double k = 0.0; k < terms; k += 1.0) sum += capped(valueAt(part, draws.next()));
        return sum;
    };
    if (n <= mostDrawn) return oneByOne(n);
    core::MultiplierPart alone = part;
    alone.share = 1.0;
    const double square = core::cappedMoment({&alone, 1}, cap, 2);
    if (!std::isfinite(square)) {
        const double drawn = std::min(n, kMostPareto);
        return oneByOne(drawn) * (n / drawn);
    }
    const double mean = core::cappedMoment({&alone, 1}, cap, 1);
    const double first = oneByOne(mostDrawn);
    return first + sumAtOnce(n - mostDrawn, mean, std::max(square - mean * mean, 0.0), draws.next());
}

}  // namespace

double drawAnswers(std::span<const core::MultiplierPart> parts, std::optional<double> cap, double answers,
                   DrawSequence& draws, double mostDrawn) {
    double sum = 0.0;
    double left = answers;
    double share = 1.0;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const core::MultiplierPart& part = parts[i];
        const double odds = std::clamp(part.share / share, 0.0, 1.0);
        const double n = i + 1 == parts.size() ? left : binomialQuantile(left, odds, draws.next());
        if (n > 0.0) sum += sumOfPart(part, cap, n, draws, mostDrawn);
        left -= n;
        share = std::max(share - part.share, 1e-300);
    }
    return sum;
}

double drawLosses(const IncidentTerms& terms, double units, DrawSequence& draws, double mostDrawn) {
    const double number = poissonQuantile(units * terms.perUnit, draws.next());
    if (!(terms.sigma > 0.0)) return number * terms.loss;
    const double square = terms.sigma * terms.sigma;
    const double drawn = std::min(number, mostDrawn);
    double sum = 0.0;
    for (double k = 0.0; k < drawn; k += 1.0)
        sum += expScalar(terms.sigma * normalQuantile(draws.next()) - 0.5 * square);
    if (number > drawn) sum += sumAtOnce(number - drawn, 1.0, std::expm1(square), draws.next());
    return sum * terms.loss;
}

}  // namespace breakeven::sim
