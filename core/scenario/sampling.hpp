#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace breakeven::core {

/// How the users of a world are drawn. Every way is unbiased; they differ in how far a number of users gets.
enum class Sampling {
    Random,          ///< independent
    Stratified,      ///< user effects spread evenly within groups of up to 256 users
    LatinHypercube,  ///< every score of user and month spread evenly within each of 32 batches of users
    Sobol,           ///< each batch a Sobol sequence with a scrambling of its own
    Antithetic,      ///< neighbours mirror each other: u and 1 - u
    Importance,      ///< costly users drawn more often and weighted down
};

/// Their names in files and on the command line, in the order of the enumerators.
inline constexpr std::array<std::string_view, 6> kSamplingNames = {"random", "stratified", "latin_hypercube",
                                                                   "sobol",  "antithetic", "importance"};

[[nodiscard]] constexpr std::string_view samplingName(Sampling sampling) {
    return kSamplingNames[static_cast<std::size_t>(sampling)];
}

[[nodiscard]] constexpr std::optional<Sampling> samplingNamed(std::string_view name) {
    const auto* const found = std::ranges::find(kSamplingNames, name);
    if (found == kSamplingNames.end()) return std::nullopt;
    return static_cast<Sampling>(found - kSamplingNames.begin());
}

}  // namespace breakeven::core
