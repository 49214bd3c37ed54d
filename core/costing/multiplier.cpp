#include "core/costing/multiplier.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "core/units/infinity.hpp"

namespace breakeven::core {
namespace {

double phi(double z) {
    return 0.5 * std::erfc(-z / std::numbers::sqrt2);
}

double partBeyond(const MultiplierPart& part, double cap) {
    switch (part.kind) {
        case MultiplierPart::Kind::Value:
            return part.a > cap ? 1.0 : 0.0;
        case MultiplierPart::Kind::Lognormal:
            return phi(std::log(part.a / cap) / part.b);
        case MultiplierPart::Kind::Pareto:
            break;
    }
    return cap < part.a ? 1.0 : std::pow(part.a / cap, part.b);
}

double lognormalMoment(const MultiplierPart& part, double cap, double power) {
    const double whole = std::pow(part.a, power) * std::exp(0.5 * power * power * part.b * part.b);
    if (cap == kInfinity) return whole;
    const double below = phi((std::log(cap / part.a) - power * part.b * part.b) / part.b);
    return whole * below + std::pow(cap, power) * partBeyond(part, cap);
}

double paretoMoment(const MultiplierPart& part, double cap, double power) {
    if (cap <= part.a) return std::pow(cap, power);
    if (cap == kInfinity)
        return part.b <= power ? kInfinity : part.b * std::pow(part.a, power) / (part.b - power);
    // a^j + the integral of j x^(j-1) P(K > x) from a to the cap
    const double above = part.b == power
                             ? power * std::pow(part.a, power) * std::log(cap / part.a)
                             : power * std::pow(part.a, part.b) / (power - part.b) *
                                   (std::pow(cap, power - part.b) - std::pow(part.a, power - part.b));
    return std::pow(part.a, power) + above;
}

}  // namespace

double cappedMoment(std::span<const MultiplierPart> parts, std::optional<double> cap, int power) {
    const double most = cap.value_or(kInfinity);
    double sum = 0.0;
    for (const MultiplierPart& part : parts) {
        if (part.share == 0.0) continue;  // a share of none has no part in an infinite mean
        switch (part.kind) {
            case MultiplierPart::Kind::Value:
                sum += part.share * std::pow(std::min(part.a, most), power);
                break;
            case MultiplierPart::Kind::Lognormal:
                sum += part.share * lognormalMoment(part, most, power);
                break;
            case MultiplierPart::Kind::Pareto:
                sum += part.share * paretoMoment(part, most, power);
                break;
        }
    }
    return sum;
}

double meanMultiplier(std::span<const MultiplierPart> parts, std::optional<double> cap) {
    return cappedMoment(parts, cap, 1);
}

double multiplierCv(std::span<const MultiplierPart> parts, std::optional<double> cap) {
    const double mean = meanMultiplier(parts, cap);
    const double squares = cappedMoment(parts, cap, 2);
    if (squares == kInfinity) return kInfinity;
    return std::sqrt(std::max(squares - mean * mean, 0.0)) / mean;
}

double shareBeyond(std::span<const MultiplierPart> parts, double cap) {
    double sum = 0.0;
    for (const MultiplierPart& part : parts) sum += part.share * partBeyond(part, cap);
    return sum;
}

}  // namespace breakeven::core
