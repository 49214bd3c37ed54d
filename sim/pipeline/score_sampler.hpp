#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/scenario/sampling.hpp"
#include "sim/pipeline/layout.hpp"
#include "sim/random/philox.hpp"
#include "sim/random/sobol.hpp"

namespace breakeven::sim {

/// One score of each user: the user's own, or that of a month.
struct ScoreSource {
    std::uint32_t world = 0;
    std::uint32_t month = 0;          ///< 0: the user's own, else the month from 1
    std::size_t index = 0;            ///< which of the segment's scores
    std::size_t scores = 1;           ///< of the segment
    std::uint32_t stream = 0;         ///< of its uniforms
    std::uint32_t shuffleStream = 0;  ///< of what spreads them
};

/// The counter word of a draw: month in the upper, draw number in the lower 16 bits.
[[nodiscard]] constexpr std::uint32_t drawWord(std::size_t month, std::uint32_t draw) {
    return (static_cast<std::uint32_t>(month) << 16) | draw;
}

/// Draws the uniforms behind scores, spread as the sampling says. Batches (Grouping) are independent of each
/// other under every sampling, which is what the errors rest on.
class ScoreSampler {
  public:
    /// @param blockUsers  most users of a call
    ScoreSampler(core::Sampling sampling, PhiloxKey key, std::uint32_t blockUsers);

    /// u[i], in (0, 1), for users [firstUser, firstUser + n) of a segment; firstUser is a multiple of
    /// kMostGroupUsers.
    void fill(const ScoreSource& source, const Grouping& grouping, std::uint32_t firstUser, std::uint32_t n,
              double* u);

    /// The same for what picks each user's tilt under importance sampling.
    /// @param stream  of the picks and of what scrambles them
    void fillPicks(std::uint32_t world, std::uint32_t stream, const Grouping& grouping,
                   std::uint32_t firstUser, std::uint32_t n, double* picks);

  private:
    /// The scrambled sequence or the permuted strata of one dimension in one world, month and batch.
    struct Spread {
        std::size_t dimension = 0;
        std::uint32_t world = 0;
        std::uint32_t month = 0;
        std::uint32_t stream = 0;
    };
    void stratify(const ScoreSource& source, std::uint32_t groupUsers, std::uint32_t firstUser,
                  std::uint32_t n, double* u);
    void spreadInBatches(const Spread& spread, const Grouping& grouping, std::uint32_t firstUser,
                         std::uint32_t n, double* u);

    core::Sampling sampling_;
    PhiloxKey key_;
    std::vector<double> uniform_;
    std::vector<SobolDirections> directions_;  ///< by dimension, as far as asked for
};

}  // namespace breakeven::sim
