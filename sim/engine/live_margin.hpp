#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sim/stats/summaries.hpp"

namespace breakeven::sim {

/// What a run knows so far of the first plan's margin. For people who watch: it depends on which worlds or
/// chunks are done, the result does not. Worlds are counted as simulated, with the noise of their users.
struct LiveEstimate {
    std::string plan;
    double margin = 0.0;         ///< currency units per user-month
    double standardError = 0.0;  ///< of the margin
    double degrees = 1.0;        ///< of freedom of its error
    std::uint64_t done = 0;      ///< worlds, or chunks of users of the only world
    std::optional<std::uint64_t>
        losses;  ///< of the worlds done, those in which the plan loses; none: one world

    /// 95 %, Student's t over what is done.
    [[nodiscard]] Interval interval() const;
    /// Share of the worlds that lose, and its 95 % interval by Wilson. There are losses.
    [[nodiscard]] double loses() const;
    [[nodiscard]] Interval losesInterval() const;
};

/// Gathers it. Sources of the running moments: Welford (1962), Technometrics 4.
class LiveMargin {
  public:
    /// @param weights  of the segments, relative; a segment that the plan is not offered to has 0
    LiveMargin(std::string plan, std::vector<double> weights);

    /// The mean margin of one of several worlds.
    void addWorld(double margin);

    /// The mean margin of a chunk of the only world; all chunks of a segment count alike.
    void addChunk(std::size_t segment, double margin);

    /// None before two worlds, or two chunks of every segment that counts.
    [[nodiscard]] std::optional<LiveEstimate> estimate() const;

  private:
    struct Moments {
        double count = 0.0;
        double mean = 0.0;
        double squares = 0.0;  ///< of deviations
        void add(double x);
        /// Variance of the mean.
        [[nodiscard]] double error2() const { return squares / (count - 1.0) / count; }
    };
    [[nodiscard]] bool fill(LiveEstimate& estimate) const;

    std::string plan_;
    std::vector<double> weights_;
    Moments worlds_;
    double losses_ = 0.0;
    std::vector<Moments> segments_;
};

}  // namespace breakeven::sim
