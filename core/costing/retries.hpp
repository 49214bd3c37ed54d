#pragma once

#include <cstdint>
#include <optional>

namespace breakeven::core {

/// Tries until one succeeds, each with the same probability.
struct Retries {
    double success = 1.0;                ///< in (0, 1]
    std::optional<std::uint64_t> limit;  ///< most attempts, >= 1; none: until success
};

/// E attempts of a task: (1 - (1 - s)^R) / s, and 1 / s without limit (truncated geometric law).
[[nodiscard]] double meanAttempts(const Retries& retries);

/// Share of tasks that succeed in the end: 1 - (1 - s)^R. Mean attempts / this = 1 / s for every limit, so
/// the cost of a success does not depend on the limit.
[[nodiscard]] double successShare(const Retries& retries);

}  // namespace breakeven::core
