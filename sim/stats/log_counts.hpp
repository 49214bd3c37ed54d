#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "core/text/packed_bytes.hpp"
#include "sim/kernels/count_kernels.hpp"
#include "sim/stats/shared_values.hpp"

namespace breakeven::sim {

/// Observations between `low` and `high`: the smallest and largest value that LogCounts saw in the bin, or
/// the bin's edges if it saw none, or an atom in its midst; of LogSums one of them was seen, the other
/// follows from the mean.
struct WeightedBin {
    double low = 0.0;
    double high = 0.0;
    double weight = 0.0;     ///< number of observations, or their weighted number
    double lowShare = 0.0;   ///< of the weight that lies at `low`, so that atoms stay exact
    double highShare = 0.0;  ///< the same at `high`
};

/// Mergeable counts on a logarithmic grid about an origin: 128 bins per power of two (at most 0.8 % of the
/// distance from the origin wide) on either side, with an exact count of the origin itself. Values crowd
/// where users do nothing, so what these have makes the best origin. The counts may be split into batches. Of
/// the values looked at closely, which may be some of them, the smallest and largest in a bin are kept for
/// all batches together, and how often they came, and so are a few that several users share, so atoms stay
/// exact. Counts are integers and minima commute: any order of adding and merging gives the same state.
///
/// Distances below 2^-30 share one bin, those from 2^51 on another.
class LogCounts {
  public:
    /// @param repeats  how often one user may bring the same value, which makes no atom of it
    explicit LogCounts(std::size_t batches = 1, double origin = 0.0, std::uint64_t repeats = 1);

    /// How much a value says, beside others of its bin that were looked at closely, of those that were not:
    /// as many as it stands for. 0: it is not looked at closely, which takes a tenth of the time. Which are
    /// must not depend on what they are.
    using Look = std::uint64_t;
    static constexpr Look kPassing = 0;

    /// Adds one observation, or `times` of it. x is finite.
    void add(double x, std::uint64_t times = 1, std::size_t batch = 0, Look look = 1);

    /// Adds finite values, each `times` times.
    void add(std::span<const double> values, std::uint64_t times, std::size_t batch, Look look = 1);

    /// Finds atoms in the midst of bins: values that several users share among some that were added and looked
    /// at. Which are given together matters: one of each user.
    void findAtoms(const LookedAt& looked);

    /// Adds what `other` counted, batch by batch; as many batches and the same origin.
    void merge(LogCounts&& other);

    /// Adds what all batches of `other` counted to one batch; the same origin.
    void mergeInto(std::size_t batch, const LogCounts& other);

    /// Forgets everything but keeps the memory.
    void clear();

    /// The non-empty bins in ascending order, weights in observations times `unit`. One with atoms in its
    /// midst is taken apart there.
    [[nodiscard]] std::vector<WeightedBin> bins(double unit = 1.0) const;

    /// Where a bin is counted, which may be with others that it was taken apart from.
    struct Cell {
        std::size_t index = 0;
        double before = 0.0;     ///< share of what is counted there that lies in bins before it
        double share = 1.0;      ///< and in this one
        double perLook = 1.0;    ///< values for each of those that say where they lie
        bool hasShared = false;  ///< values are shared in its midst
        double unplaced = 0.0;   ///< share that lies on more atoms than are known, the largest of them
    };
    /// The same, and where each of them is counted.
    struct Table {
        std::vector<WeightedBin> bins;
        std::vector<Cell> cells;
        /// All that is counted where this bin is, atoms in its midst at its ends.
        [[nodiscard]] WeightedBin whole(std::size_t bin) const;
        /// That of every place where something is counted.
        [[nodiscard]] std::vector<WeightedBin> wholes() const;
        /// Whether values crowd where this bin is counted, so that nothing beside it says where: between
        /// atoms it is more than twice as dense as the bins on either side.
        [[nodiscard]] bool isCrowded(std::size_t bin) const;
    };
    [[nodiscard]] Table table(double unit = 1.0) const;

    /// What one batch counted: in all, up to the cells of some bins and in each of them.
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
    [[nodiscard]] double origin() const { return origin_; }

    /// The whole state as bytes: the same whatever the order of adding and merging was.
    void pack(core::BytePacker& packer) const;
    /// What was packed. Throws core::BytesUnreadable for what no counts can be.
    [[nodiscard]] static LogCounts unpack(core::ByteUnpacker& unpacker);

  private:
    /// A value and the observations equal to it but for rounding.
    struct End {
        double value = 0.0;
        Look weight = 0;
        std::uint64_t looks = 0;  ///< how many they are
        /// Takes in one that is as far out or farther.
        void take(const End& other, bool isFarther);
    };
    /// What was looked at closely in a bin.
    struct Seen {
        End low{HUGE_VAL};
        End high{-HUGE_VAL};
        Look weight = 0;
        std::uint64_t count = 0;  ///< of the counts, looked at
        void add(const Seen& other);
    };
    struct Batch {
        std::vector<std::uint64_t> counts;  ///< by the map's index; empty until something is added
        std::uint64_t zeros = 0;
        void add(std::size_t bin, std::uint64_t times, std::size_t size) {
            counts.resize(size);
            counts[bin] += times;
        }
        [[nodiscard]] std::uint64_t count(std::size_t bin) const { return counts.empty() ? 0 : counts[bin]; }
        [[nodiscard]] std::uint64_t count() const;
    };

    [[nodiscard]] std::size_t size() const { return seen_.size(); }
    [[nodiscard]] bool isUnused() const;
    void resize(const BinMap& map);
    /// @param x  not the origin
    void lookAt(double x, std::uint64_t times, Look look);
    /// Where in a bin its values lie. If not all were looked at, those of one user say nothing of the others:
    /// then only atoms and whole numbers take the place of the bin's edges; the outermost bins have none.
    /// Where all values seen in any bin are whole, so are those that were not.
    [[nodiscard]] WeightedBin binAt(std::size_t bin, std::uint64_t count, double unit) const;
    /// Adds the bin, taken apart at its atoms.
    void addBin(std::size_t bin, std::uint64_t count, double unit, Table& table) const;
    /// The signed edge of a bin, which tells it from others in all maps.
    [[nodiscard]] double edgeAt(std::size_t bin) const;
    void mergeBatch(Batch& to, const Batch& from, const BinMap& fromMap);
    void mergeSeen(const LogCounts& other);
    static constexpr std::size_t kZeros = static_cast<std::size_t>(-1);  ///< in place of a map's index

    double origin_ = 0.0;
    std::uint64_t repeats_ = 1;
    bool seesFractions_ = false;             ///< a value that was looked at is no whole number
    BinMap map_;                             ///< of values less the origin
    std::vector<Seen> seen_;                 ///< by the map's index
    std::map<double, SharedValues> shared_;  ///< by the bin's edge
    std::vector<Batch> batches_;
};

/// The mean of a bin's values.
[[nodiscard]] double middleOf(const WeightedBin& bin);

/// Bins of several lists put together in ascending order.
[[nodiscard]] std::vector<WeightedBin> mergedBins(std::vector<std::vector<WeightedBin>> lists);

// Statistics of binned values, ascending bins, total weight > 0. Between the smallest and the largest value
// of a bin the mean is taken as (low + high) / 2: for LogCounts at most 0.2 % of the distance from the origin
// off, either way.

/// Where a quantile lies.
struct QuantilePlace {
    double value = 0.0;
    std::size_t bin = 0;
    double part = 0.0;  ///< of the bin's weight at or below the value
};

/// The value below which `level` of the weight lies. Inside a bin between atoms linear; where bins without
/// atoms touch on either side, by a density that is linear along the three.
[[nodiscard]] QuantilePlace quantilePlace(std::span<const WeightedBin> bins, double level);
[[nodiscard]] double quantileOf(std::span<const WeightedBin> bins, double level);

/// Mean of the largest `share` of the weight (CVaR at 1 - share). Source: Acerbi & Tasche (2002).
[[nodiscard]] double meanOfLargest(std::span<const WeightedBin> bins, double share);

/// What part of the total the largest `share` of the weight holds; values >= 0. 0 when the total is 0.
[[nodiscard]] double shareOfLargest(std::span<const WeightedBin> bins, double share);

/// Gini coefficient, values >= 0; 0 when the total is 0. Source: METHODS 3.16, 1 - 2 x area under the Lorenz
/// curve.
[[nodiscard]] double giniOf(std::span<const WeightedBin> bins);

}  // namespace breakeven::sim
