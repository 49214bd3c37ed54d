#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace breakeven::sim {

/// Several lognormal laws in one column: kinds of users. Components ascend by mu.
struct LognormalMixture {
    std::vector<double> weights;  ///< sum 1
    std::vector<double> mu;
    std::vector<double> sigma;
    double logLikelihood = 0.0;
    double bic = 0.0;  ///< with 3 k - 1 parameters
};

/// k lognormal components by expectation-maximisation on the logarithms, the best of three deterministic
/// starts (equal groups; a small light group; a small heavy group). A component is kept at least 2 % as wide
/// as the whole, for the likelihood has no bound on a single value; none when one shrinks to that or holds
/// fewer than 5 values, or there are fewer than 10 values a component.
///
/// @param values  > 0, in any order
/// Source: Dempster, Laird & Rubin (1977); McLachlan & Peel (2000), "Finite Mixture Models", chapter 2.
[[nodiscard]] std::optional<LognormalMixture> fitMixture(std::span<const double> values, std::size_t k);

/// One to `most` components, as far as they can be fitted; the smallest BIC says how many kinds there are.
[[nodiscard]] std::vector<LognormalMixture> fitMixtures(std::span<const double> values, std::size_t most = 4);

/// The component that a value most likely comes from.
[[nodiscard]] std::size_t likeliestComponent(const LognormalMixture& mixture, double value);

}  // namespace breakeven::sim
