#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/text/packed_bytes.hpp"
#include "sim/kernels/count_kernels.hpp"

namespace breakeven::sim {

/// Observations between `low` and `high`: the smallest and largest value that LogCounts saw in the bin; of
/// LogSums one of them was seen, the other follows from the mean.
struct WeightedBin {
    double low = 0.0;
    double high = 0.0;
    double weight = 0.0;     ///< number of observations, or their weighted number
    double lowShare = 0.0;   ///< of the weight that lies at `low`, so that atoms stay exact
    double highShare = 0.0;  ///< the same at `high`
};

/// Mergeable counts on a logarithmic grid: 256 bins per power of two (relative width at most 0.4 %), for
/// values of either sign, with an exact count of zeros. The counts may be split into batches; the smallest
/// and largest value seen in a bin, and how often, are kept for all of them together, so atoms stay exact.
/// Counts are integers and minima commute: any order of adding and merging gives the same state.
///
/// Magnitudes below 2^-30 share one bin, those from 2^51 on another.
class LogCounts {
  public:
    explicit LogCounts(std::size_t batches = 1);

    /// Adds one observation, or `times` of it. x is finite.
    void add(double x, std::uint64_t times = 1, std::size_t batch = 0);

    /// Adds finite values, each `times` times.
    ///
    /// @param frequent  a value that many of them are expected to equal, NaN: none; only speed depends on it
    void add(std::span<const double> values, std::uint64_t times, std::size_t batch, double frequent);

    /// Adds what `other` counted, batch by batch; as many batches.
    void merge(LogCounts&& other);

    /// Adds what all batches of `other` counted to one batch.
    void mergeInto(std::size_t batch, const LogCounts& other);

    /// Forgets everything but keeps the memory.
    void clear();

    /// The non-empty bins in ascending order, weights in observations times `unit`.
    [[nodiscard]] std::vector<WeightedBin> bins(double unit = 1.0) const;

    /// The same, and where each of them is counted.
    struct Table {
        std::vector<WeightedBin> bins;
        std::vector<std::size_t> cells;
    };
    [[nodiscard]] Table table(double unit = 1.0) const;

    /// What one batch counted: in all, up to some bins and in each of them.
    struct BatchCounts {
        double total = 0.0;
        std::vector<double> upTo;
        std::vector<double> in;
    };
    /// What each batch counted up to and in some bins of the table.
    ///
    /// @param at  their places there, ascending
    [[nodiscard]] std::vector<BatchCounts> batchCounts(const Table& table,
                                                       std::span<const std::size_t> at) const;

    [[nodiscard]] std::uint64_t count() const;
    [[nodiscard]] std::size_t batches() const { return batches_.size(); }

    /// The whole state as bytes: the same whatever the order of adding and merging was.
    void pack(core::BytePacker& packer) const;
    /// What was packed. Throws core::BytesUnreadable for what no counts can be.
    [[nodiscard]] static LogCounts unpack(core::ByteUnpacker& unpacker);

  private:
    struct Extremes {
        double low = HUGE_VAL;
        double high = -HUGE_VAL;
        std::uint64_t atLow = 0;  ///< observations equal to `low` but for rounding
        std::uint64_t atHigh = 0;
        void add(double lowest, std::uint64_t lowTimes, double highest, std::uint64_t highTimes);
    };
    /// One word a bin of a batch, so that counting a value touches no other memory: how many values (bits 0
    /// to 39, of which the last stays 0), and at which offsets (binOffset) a value can neither change an
    /// extreme nor be alike one: after `first` (bits 52 to 63) come at least `more` + 1 of them (bits 40 to
    /// 51), or none is known if `more` is 0.
    using Cell = std::uint64_t;
    static constexpr int kMoreShift = 40;
    static constexpr int kFirstShift = kOffsetShift;
    static constexpr Cell kCountMask = (Cell{1} << kMoreShift) - 1;
    static constexpr Cell kMostInCells = kCountMask >> 1;
    /// Whether a value at this offset (in bits 52 to 63, the others 0) may change an extreme; sometimes said
    /// though it doesn't.
    [[nodiscard]] static bool mayWiden(Cell cell, Cell offset) {
        // The bits below `first` borrow: the upper 12 bits of the difference are offset - first - 1, to be
        // compared with `more`. Where they are equal, the count below decides either way, but says true if
        // `more` is 0: 2^52 - count is more than 2^12 count.
        return offset - cell >= cell << (kFirstShift - kMoreShift);
    }
    struct Batch {
        std::vector<Cell> cells;           ///< by the map's index; empty until something is added
        std::vector<std::uint64_t> large;  ///< by the map's index: counted beside the cells; empty: nothing
        std::uint64_t inCells = 0;         ///< sum of the cells' counts, at most kMostInCells
        std::uint64_t zeros = 0;
        [[nodiscard]] std::uint64_t count() const;
        [[nodiscard]] std::uint64_t count(std::size_t bin) const {
            return (cells.empty() ? 0 : cells[bin] & kCountMask) + (large.empty() ? 0 : large[bin]);
        }
    };

    [[nodiscard]] std::size_t size() const { return extremes_.size(); }
    [[nodiscard]] bool isUnused() const;
    void cover(double x);
    void cover(std::span<const double> values);
    void resize(const BinMap& map);
    void widen(std::size_t bin, double x, std::uint64_t times);
    /// The upper bits of a cell.
    [[nodiscard]] static Cell interiorOf(const Extremes& extremes);
    /// Makes room in the cells of a batch for so many values, each `times` times, and counts them as being
    /// there; false, with room in `large`, if they are too many for cells.
    bool makeRoom(Batch& batch, std::uint64_t values, std::uint64_t times);
    void count(Batch& batch, std::size_t bin, std::uint64_t times);
    void mergeBatch(Batch& to, const Batch& from, const BinMap& fromMap);
    void mergeExtremes(const LogCounts& other);
    static constexpr std::size_t kZeros = static_cast<std::size_t>(-1);  ///< in place of a map's index

    BinMap map_;
    std::vector<Extremes> extremes_;  ///< by the map's index
    std::vector<Batch> batches_;
};

/// The mean of a bin's values.
[[nodiscard]] double middleOf(const WeightedBin& bin);

/// Bins of several lists put together in ascending order.
[[nodiscard]] std::vector<WeightedBin> mergedBins(std::vector<std::vector<WeightedBin>> lists);

// Statistics of binned values, ascending bins, total weight > 0. Between the smallest and the largest value
// of a bin the mean is taken as (low + high) / 2: for LogCounts at most 0.1 % of the value off, either way.

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
