#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/text/packed_bytes.hpp"
#include "sim/kernels/count_kernels.hpp"
#include "sim/stats/log_counts.hpp"

namespace breakeven::sim {

/// Mergeable sums on a logarithmic grid: of each bin, 64 per power of two (relative width at most 1.6 %), how
/// many values fell into it, what they sum to, exactly, and how many of them equal the largest magnitude; of
/// either sign, with a count of zeros. Enough for what depends on sums of the largest values (CVaR, top
/// shares, Gini), a cost cap among them exact, with the values' own mean in each. All is kept in integers:
/// any order of adding and merging gives the same state.
///
/// Magnitudes below 2^-30 count as that, those from 2^51 on as just below it.
class LogSums {
  public:
    explicit LogSums(std::size_t batches = 1);

    /// Adds one value, `times` times. x is finite.
    void add(double x, std::uint64_t times, std::size_t batch);

    /// Adds finite values less `origin`, each once.
    void add(std::span<const double> values, double origin, std::size_t batch);

    /// Adds what `other` summed, batch by batch; as many batches.
    void merge(LogSums&& other);

    /// Forgets everything but keeps the memory.
    void clear();

    /// The non-empty bins in ascending order, weights in values. The middle of each is the mean of its
    /// values.
    [[nodiscard]] std::vector<WeightedBin> bins() const;

    /// By batch: the bins of all others.
    [[nodiscard]] std::vector<std::vector<WeightedBin>> binsWithoutEach() const;

    [[nodiscard]] std::size_t batches() const { return batches_.size(); }

    /// The whole state as bytes: the same whatever the order of adding and merging was.
    void pack(core::BytePacker& packer) const;
    /// What was packed. Throws core::BytesUnreadable for what no sums can be.
    [[nodiscard]] static LogSums unpack(core::ByteUnpacker& unpacker);

  private:
    __extension__ using Wide = unsigned __int128;
    /// What the key leaves of a value's bits is its rest; in one bin, values are linear in it.
    struct Cell {
        Wide rests = 0;  ///< their sum
        std::uint64_t count = 0;
        std::uint64_t topFrom = 0;  ///< rests from here on may belong to the top
    };
    /// The largest rest, and how many equal it but for rounding.
    struct Top {
        std::uint64_t rest = 0;
        std::uint64_t count = 0;
        /// Takes in rests that are alike.
        void add(std::uint64_t most, std::uint64_t times);
    };
    struct Batch {
        std::vector<Cell> cells;  ///< by the map's index; empty until something is added
        std::vector<Top> tops;
        std::uint64_t zeros = 0;
        void reach(std::size_t bin, std::uint64_t rest, std::uint64_t times);
        void add(std::size_t bin, const Cell& cell, const Top& top);
        void add(const Batch& other);
        void resize(std::size_t size);
    };
    void cover(const BinMap& map);
    [[nodiscard]] std::vector<WeightedBin> binsOf(const Batch& batch) const;
    [[nodiscard]] static WeightedBin binOf(const BinMap::Edge& edge, const Cell& cell, const Top& top);

    BinMap map_;
    std::vector<Batch> batches_;
};

}  // namespace breakeven::sim
