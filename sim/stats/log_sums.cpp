#include "sim/stats/log_sums.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace breakeven::sim {
namespace {

constexpr std::uint64_t kWidth = std::uint64_t{1} << kSumKeyShift;  ///< of a bin, in units of the last bit
constexpr std::uint64_t kRestMask = kWidth - 1;

/// Rests of one class are the same but for the rounding of their last 12 bits.
constexpr int kClassBits = 12;
constexpr std::uint64_t classOf(std::uint64_t rest) {
    return (rest + (std::uint64_t{1} << (kClassBits - 1))) >> kClassBits;
}
/// A rest below all of a class and above those of the ones before.
constexpr std::uint64_t beginOf(std::uint64_t restClass) {
    return restClass == 0 ? 0 : (restClass << kClassBits) - (std::uint64_t{1} << (kClassBits - 1));
}

}  // namespace

void LogSums::Top::add(std::uint64_t most, std::uint64_t times) {
    if (times == 0 || (count > 0 && classOf(most) < classOf(rest))) return;
    if (classOf(most) > classOf(rest)) count = 0;
    rest = std::max(rest, most);
    count += times;
}

void LogSums::Batch::resize(std::size_t size) {
    cells.resize(size);
    tops.resize(size);
}

void LogSums::Batch::reach(std::size_t bin, std::uint64_t rest, std::uint64_t times) {
    tops[bin].add(rest, times);
    cells[bin].topFrom = beginOf(classOf(tops[bin].rest));
}

void LogSums::Batch::add(std::size_t bin, const Cell& cell, const Top& top) {
    cells[bin].rests += cell.rests;
    cells[bin].count += cell.count;
    reach(bin, top.rest, top.count);
}

LogSums::LogSums(std::size_t batches) : map_{{}, {}, kSumKeyShift}, batches_(batches) {}

void LogSums::cover(const BinMap& map) {
    if (map.positive == map_.positive && map.negative == map_.negative) return;
    for (Batch& batch : batches_) {
        if (batch.cells.empty()) continue;
        batch.cells = movedTo(map, map_, batch.cells, Cell{});
        batch.tops = movedTo(map, map_, batch.tops, Top{});
    }
    map_ = map;
}

void LogSums::add(double x, std::uint64_t times, std::size_t batchIndex) {
    Batch& batch = batches_[batchIndex];
    if (x == 0.0) {
        batch.zeros += times;
        return;
    }
    if (!map_.covers(x)) cover(map_.with(std::span(&x, 1)));
    batch.resize(map_.size());
    const std::uint64_t rest = binnedBits(x) & kRestMask;
    batch.add(static_cast<std::size_t>(map_.index(x)), {Wide{rest} * times, times}, {rest, times});
}

void LogSums::add(std::span<const double> values, double origin, std::size_t batchIndex) {
    Batch& batch = batches_[batchIndex];
    alongBins(
        values, origin, map_, sumBinsOf,
        [&](std::span<const double> block) { cover(map_.with(block, origin)); },
        [&](std::span<const double>, std::size_t zeros, std::span<const std::uint64_t> words) {
            batch.zeros += zeros;
            batch.resize(map_.size());
            Cell* const cells = batch.cells.data();
            for (const std::uint64_t word : words) {
                const std::size_t bin = word >> kSumKeyShift;
                const std::uint64_t rest = word & kRestMask;
                Cell& cell = cells[bin];
                cell.rests += rest;
                ++cell.count;
                if (rest >= cell.topFrom) batch.reach(bin, rest, 1);
            }
        });
}

void LogSums::merge(LogSums&& other) {
    const auto isUnused = [](const Batch& batch) { return batch.cells.empty() && batch.zeros == 0; };
    if (std::ranges::all_of(batches_, isUnused)) {
        *this = std::move(other);
        return;
    }
    cover(map_.with(other.map_));
    for (std::size_t i = 0; i < batches_.size(); ++i) {
        Batch& to = batches_[i];
        const Batch& from = other.batches_[i];
        to.zeros += from.zeros;
        if (from.cells.empty()) continue;
        to.resize(map_.size());
        alongOctaves(other.map_, map_, [&](std::size_t source, std::size_t target) {
            for (std::size_t bin = 0; bin < static_cast<std::size_t>(map_.octave()); ++bin)
                to.add(target + bin, from.cells[source + bin], from.tops[source + bin]);
        });
    }
}

void LogSums::clear() {
    for (Batch& batch : batches_) {
        std::ranges::fill(batch.cells, Cell{});
        std::ranges::fill(batch.tops, Top{});
        batch.zeros = 0;
    }
}

void LogSums::Batch::add(const Batch& other) {
    zeros += other.zeros;
    if (other.cells.empty()) return;
    resize(other.cells.size());
    for (std::size_t bin = 0; bin < cells.size(); ++bin) add(bin, other.cells[bin], other.tops[bin]);
}

WeightedBin LogSums::binOf(const BinMap::Edge& edge, const Cell& cell, const Top& top) {
    // In magnitudes.
    const double low = std::bit_cast<double>(edge.bits);
    const double unit = (std::bit_cast<double>(edge.bits + kWidth) - low) / static_cast<double>(kWidth);
    const double most = std::bit_cast<double>(edge.bits + top.rest);
    const auto count = static_cast<double>(cell.count);
    const auto bin = [&](double far, double atFar, double atMost) {
        return edge.sign > 0.0 ? WeightedBin{far, most, count, atFar, atMost}
                               : WeightedBin{-most, -far, count, atMost, atFar};
    };
    const std::uint64_t others = cell.count - top.count;
    if (others == 0) return bin(most, 0.0, 1.0);
    const double atMost = static_cast<double>(top.count) / count;
    const Wide atTop = Wide{top.rest} * top.count;
    const double rest = static_cast<double>(cell.rests - std::min(atTop, cell.rests));
    const double other =
        low + unit * std::min(rest / static_cast<double>(others), static_cast<double>(top.rest));
    // The others lie evenly about their own mean, from the top on, but not beyond the bin: what would then
    // lies at its edge.
    const double far = 2.0 * other - most;
    if (far >= low) return bin(far, 0.0, atMost);
    const double atLow = (1.0 - atMost) * std::clamp(1.0 - 2.0 * (other - low) / (most - low), 0.0, 1.0);
    return bin(low, atLow, atMost);
}

std::vector<WeightedBin> LogSums::binsOf(const Batch& batch) const {
    std::vector<WeightedBin> result;
    const auto addBin = [&](std::size_t bin) {
        if (batch.cells[bin].count > 0)
            result.push_back(binOf(map_.edgeOf(bin), batch.cells[bin], batch.tops[bin]));
    };
    const auto positive = static_cast<std::size_t>(map_.positive.size);
    for (std::size_t bin = batch.cells.size(); bin-- > positive;) addBin(bin);
    if (batch.zeros > 0) result.push_back({0.0, 0.0, static_cast<double>(batch.zeros), 0.0, 1.0});
    for (std::size_t bin = 0; bin < std::min(positive, batch.cells.size()); ++bin) addBin(bin);
    return result;
}

std::vector<WeightedBin> LogSums::bins() const {
    if (batches_.size() == 1) return binsOf(batches_.front());
    Batch all;
    for (const Batch& batch : batches_) all.add(batch);
    return binsOf(all);
}

std::vector<std::vector<WeightedBin>> LogSums::binsWithoutEach() const {
    std::vector<Batch> after(batches_.size());  // by batch: the sum of those after it
    for (std::size_t i = batches_.size(); i-- > 1;) {
        after[i - 1] = after[i];
        after[i - 1].add(batches_[i]);
    }
    std::vector<std::vector<WeightedBin>> result;
    Batch before;
    for (std::size_t i = 0; i < batches_.size(); ++i) {
        after[i].add(before);
        result.push_back(binsOf(after[i]));
        before.add(batches_[i]);
    }
    return result;
}

void LogSums::pack(core::BytePacker& packer) const {
    packer.whole(batches_.size());
    for (const Batch& batch : batches_) {
        packer.whole(batch.zeros);
        packer.whole(static_cast<std::uint64_t>(
            std::ranges::count_if(batch.cells, [](const Cell& cell) { return cell.count > 0; })));
        for (std::size_t bin = 0; bin < batch.cells.size(); ++bin) {
            const Cell& cell = batch.cells[bin];
            if (cell.count == 0) continue;
            const BinMap::Edge edge = map_.edgeOf(bin);
            packer.number(edge.sign * std::bit_cast<double>(edge.bits));
            packer.whole(cell.count);
            packer.whole(static_cast<std::uint64_t>(cell.rests));
            packer.whole(static_cast<std::uint64_t>(cell.rests >> 64));
            packer.whole(batch.tops[bin].rest);
            packer.whole(batch.tops[bin].count);
        }
    }
}

LogSums LogSums::unpack(core::ByteUnpacker& unpacker) {
    LogSums result(unpacker.count(2));
    if (result.batches_.empty()) throw core::BytesUnreadable("sums without a batch");
    for (std::size_t batch = 0; batch < result.batches_.size(); ++batch) {
        result.batches_[batch].zeros = unpacker.whole();
        const std::size_t bins = unpacker.count(13);
        for (std::size_t i = 0; i < bins; ++i) {
            const double edge = unpacker.number();
            if (!BinMap::isEdge(edge, kSumKeyShift))
                throw core::BytesUnreadable("a value that is no edge of a bin");
            Cell cell;
            cell.count = unpacker.whole();
            cell.rests = unpacker.whole();
            cell.rests |= Wide{unpacker.whole()} << 64;
            Top top;
            top.rest = unpacker.whole(kRestMask);
            top.count = unpacker.whole(cell.count);
            if (top.count == 0 || cell.rests > Wide{top.rest} * cell.count)
                throw core::BytesUnreadable("a sum of values that lie outside their bin");
            result.cover(result.map_.with(std::span(&edge, 1)));
            Batch& to = result.batches_[batch];
            to.resize(result.map_.size());
            const auto index = static_cast<std::size_t>(result.map_.index(edge));
            if (to.cells[index].count > 0) throw core::BytesUnreadable("a bin that comes twice");
            to.add(index, cell, top);
        }
    }
    return result;
}

}  // namespace breakeven::sim
