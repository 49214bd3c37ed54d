#pragma once

#include <optional>
#include <span>

namespace breakeven::core {

/// One kind of answer within a mixture of multipliers.
struct MultiplierPart {
    enum class Kind {
        Value,      ///< always `a`
        Lognormal,  ///< median `a`, log standard deviation `b`
        Pareto,     ///< least value `a`, exponent `b`: P(K > x) = (a / x)^b
    };
    Kind kind = Kind::Value;
    double share = 1.0;  ///< in [0, 1]; those of a mixture sum to 1
    double a = 1.0;      ///< > 0
    double b = 0.0;      ///< > 0 but for Value
    bool operator==(const MultiplierPart&) const = default;
};

/// E min(K, cap)^power of a mixture, power 1 or 2; without a cap E K^power, which may be infinite (Pareto
/// with an exponent up to the power).
///
/// Lognormal: E[K^j; K <= c] = E K^j Phi((ln c - mu - j sigma^2) / sigma) (Aitchison & Brown 1957, theorem
/// 2.6). Pareto: limited moments, Klugman, Panjer & Willmot (2012), "Loss Models", appendix A.
[[nodiscard]] double cappedMoment(std::span<const MultiplierPart> parts, std::optional<double> cap,
                                  int power);

/// E min(K, cap) of a mixture; infinite when it has no mean.
[[nodiscard]] double meanMultiplier(std::span<const MultiplierPart> parts, std::optional<double> cap);

/// Standard deviation / mean of min(K, cap); infinite when there is none.
[[nodiscard]] double multiplierCv(std::span<const MultiplierPart> parts, std::optional<double> cap);

/// P(K > cap): share of answers that a cap cuts short.
[[nodiscard]] double shareBeyond(std::span<const MultiplierPart> parts, double cap);

}  // namespace breakeven::core
