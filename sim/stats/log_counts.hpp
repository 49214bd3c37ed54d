#pragma once

#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace breakeven::sim {

/// Observations between `low` and `high`, the smallest and largest value seen in the bin.
struct WeightedBin {
    double low = 0.0;
    double high = 0.0;
    double weight = 0.0;  ///< number of observations, or their weighted number
};

/// Mergeable counts on a logarithmic grid: 256 bins per power of two (relative width at most 0.4 %), for
/// values of either sign, with an exact count of zeros. Each bin keeps the smallest and largest value seen,
/// so atoms stay exact. Counts are integers and minima commute: any order of adding and merging gives the
/// same state.
///
/// Magnitudes below 2^-30 share the lowest power of two, those from 2^50 on the highest.
class LogCounts {
  public:
    /// Adds one observation, or `times` of it. x is finite.
    void add(double x, std::uint64_t times = 1) {
        if (x == 0.0) {
            zeros_ += times;
            return;
        }
        const auto bits = std::bit_cast<std::uint64_t>(x);
        const std::size_t sign = bits >> 63;
        const std::uint64_t magnitude = (bits & ~(1ULL << 63)) >> kShift;
        std::int64_t octave = static_cast<std::int64_t>(magnitude >> kStepBits) - kLowestExponent;
        if (octave < 0) octave = 0;
        if (octave >= kOctaves) octave = kOctaves - 1;
        std::unique_ptr<Page>& page = pages_[sign][static_cast<std::size_t>(octave)];
        if (!page) page = std::make_unique<Page>();
        Bin& bin = (*page)[magnitude & (kSteps - 1)];
        bin.low = x < bin.low ? x : bin.low;
        bin.high = x > bin.high ? x : bin.high;
        bin.count += times;
    }

    /// Adds what `other` counted, each observation `times` times.
    void merge(const LogCounts& other, std::uint64_t times = 1);

    /// Forgets everything but keeps the memory.
    void clear();

    /// The non-empty bins in ascending order, weights in observations times `unit`.
    [[nodiscard]] std::vector<WeightedBin> bins(double unit = 1.0) const;

    [[nodiscard]] std::uint64_t count() const;

  private:
    static constexpr int kShift = 44;  // leaves exponent and 8 bits of the mantissa
    static constexpr int kStepBits = 8;
    static constexpr std::uint64_t kSteps = 1U << kStepBits;
    static constexpr std::int64_t kLowestExponent = 1023 - 30;
    static constexpr std::int64_t kOctaves = 81;
    struct Bin {
        double low = HUGE_VAL;
        double high = -HUGE_VAL;
        std::uint64_t count = 0;
    };
    using Page = std::array<Bin, kSteps>;
    std::array<std::array<std::unique_ptr<Page>, static_cast<std::size_t>(kOctaves)>, 2> pages_;
    std::uint64_t zeros_ = 0;
};

/// Bins of several lists put together in ascending order; bins of one grid cell are joined.
[[nodiscard]] std::vector<WeightedBin> mergedBins(std::vector<std::vector<WeightedBin>> lists);

// Statistics of binned values, ascending bins, total weight > 0. Inside a bin the mean is taken as (low +
// high) / 2: at most 0.1 % of the value off, either way.

/// The value below which `level` of the weight lies; log-linear inside the bin, between the values seen in
/// it.
[[nodiscard]] double quantileOf(std::span<const WeightedBin> bins, double level);

/// Share of the weight at or below x.
[[nodiscard]] double shareAtOrBelow(std::span<const WeightedBin> bins, double x);

/// Mean of the largest `share` of the weight (CVaR at 1 - share). Source: Acerbi & Tasche (2002).
[[nodiscard]] double meanOfLargest(std::span<const WeightedBin> bins, double share);

/// What part of the total the largest `share` of the weight holds; values >= 0. 0 when the total is 0.
[[nodiscard]] double shareOfLargest(std::span<const WeightedBin> bins, double share);

/// Gini coefficient, values >= 0; 0 when the total is 0. Source: METHODS 3.16, 1 - 2 x area under the Lorenz
/// curve.
[[nodiscard]] double giniOf(std::span<const WeightedBin> bins);

}  // namespace breakeven::sim
