#include "core/population/distribution.hpp"

#include <algorithm>
#include <cmath>

namespace breakeven::core {
namespace {

/// Standard normal quantiles of the percentiles that a lognormal can be given by.
std::optional<double> scoreOf(Lognormal::Spread kind) {
    switch (kind) {
        case Lognormal::Spread::P90:
            return 1.2815515655446004;
        case Lognormal::Spread::P95:
            return 1.6448536269514722;
        case Lognormal::Spread::P99:
            return 2.3263478740408408;
        case Lognormal::Spread::Sigma:
        case Lognormal::Spread::Cv:
            return std::nullopt;
    }
    return std::nullopt;
}

}  // namespace

bool Mixture::operator==(const Mixture& other) const {
    return weights == other.weights &&
           std::ranges::equal(components, other.components,
                              [](const auto& mine, const auto& theirs) { return *mine == *theirs; });
}

bool Spliced::operator==(const Spliced& other) const {
    return *body == *other.body && threshold == other.threshold && tailWeight == other.tailWeight &&
           tailIndex == other.tailIndex;
}

bool Truncated::operator==(const Truncated& other) const {
    return *law == *other.law && low == other.low && high == other.high;
}

std::optional<LognormalLaw> lognormalLaw(Lognormal::Location locationKind, double location,
                                         Lognormal::Spread spreadKind, double spread, Lognormal::Root root) {
    const bool isMean = locationKind == Lognormal::Location::Mean;
    if (locationKind != Lognormal::Location::Mu && !(location > 0.0)) return std::nullopt;
    const double logLocation = locationKind == Lognormal::Location::Mu ? location : std::log(location);
    double sigma = spread;
    if (spreadKind == Lognormal::Spread::Cv) sigma = std::sqrt(std::log1p(spread * spread));
    if (const std::optional<double> z = scoreOf(spreadKind)) {
        if (!(spread > 0.0)) return std::nullopt;
        const double rise = std::log(spread) - logLocation;
        if (isMean) {
            const double square = *z * *z - 2.0 * rise;
            if (square < 0.0) return std::nullopt;
            const double smaller = *z - std::sqrt(square);
            sigma = smaller >= 0.0 && root == Lognormal::Root::Smaller ? smaller : *z + std::sqrt(square);
        } else {
            sigma = rise / *z;
        }
    }
    if (!(sigma >= 0.0) || !std::isfinite(sigma)) return std::nullopt;
    return LognormalLaw{isMean ? logLocation - 0.5 * sigma * sigma : logLocation, sigma};
}

std::optional<double> otherLognormalRoot(Lognormal::Location locationKind, double location,
                                         Lognormal::Spread spreadKind, double spread, Lognormal::Root root) {
    if (locationKind != Lognormal::Location::Mean || !scoreOf(spreadKind)) return std::nullopt;
    const auto other = root == Lognormal::Root::Smaller ? Lognormal::Root::Larger : Lognormal::Root::Smaller;
    const auto mine = lognormalLaw(locationKind, location, spreadKind, spread, root);
    const auto theirs = lognormalLaw(locationKind, location, spreadKind, spread, other);
    if (!mine || !theirs || mine->sigma == theirs->sigma) return std::nullopt;
    return theirs->sigma;
}

}  // namespace breakeven::core
