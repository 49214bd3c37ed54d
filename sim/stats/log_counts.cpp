#include "sim/stats/log_counts.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>

namespace breakeven::sim {
namespace {

double totalWeight(std::span<const WeightedBin> bins) {
    double total = 0.0;
    for (const WeightedBin& bin : bins) total += bin.weight;
    return total;
}

double totalValue(std::span<const WeightedBin> bins) {
    double total = 0.0;
    for (const WeightedBin& bin : bins) total += bin.weight * middleOf(bin);
    return total;
}

/// How far two values of a bin lie apart on average.
double apart(const WeightedBin& bin) {
    const double atEnds = bin.lowShare + bin.highShare;
    const double between = 1.0 - atEnds;
    return (bin.high - bin.low) *
           (2.0 * bin.lowShare * bin.highShare + atEnds * between + between * between / 3.0);
}

/// Total of the largest `weight` of a bin, at most its own.
double topOf(const WeightedBin& bin, double weight) {
    const double atHigh = std::min(weight, bin.highShare * bin.weight);
    const double atLow = std::max(weight - (1.0 - bin.lowShare) * bin.weight, 0.0);
    const double inBetween = weight - atHigh - atLow;
    if (!(inBetween > 0.0)) return atHigh * bin.high + atLow * bin.low;
    const double whole = (1.0 - bin.lowShare - bin.highShare) * bin.weight;
    const double mean = bin.high - 0.5 * std::min(inBetween / whole, 1.0) * (bin.high - bin.low);
    return atHigh * bin.high + inBetween * mean + atLow * bin.low;
}

double valueOfLargest(std::span<const WeightedBin> bins, double weight) {
    double left = weight;
    double value = 0.0;
    for (std::size_t i = bins.size(); i-- > 0 && left > 0.0;) {
        const double taken = std::min(left, bins[i].weight);
        value += taken < bins[i].weight ? topOf(bins[i], taken) : taken * middleOf(bins[i]);
        left -= taken;
    }
    return value;
}

/// Are two values of one bin the same but for the rounding of their last 12 bits? A price cap reached by
/// different users is such a value.
bool isAlike(double a, double b) {
    const auto rounded = [](double x) { return (std::bit_cast<std::uint64_t>(x) + 0x800U) >> 12; };
    return rounded(a) == rounded(b);
}

/// Value at `fraction` of the way through a bin.
double inside(const WeightedBin& bin, double fraction) {
    const double between = 1.0 - bin.lowShare - bin.highShare;
    if (bin.low == bin.high || fraction <= bin.lowShare) return bin.low;
    if (fraction >= 1.0 - bin.highShare || !(between > 0.0)) return bin.high;
    const double value = bin.low * std::pow(bin.high / bin.low, (fraction - bin.lowShare) / between);
    return std::clamp(value, bin.low, bin.high);
}

constexpr std::size_t kOctave = 256;  // bins per power of two

}  // namespace

LogCounts::LogCounts(std::size_t batches) : batches_(batches) {}

inline LogCounts::Cell LogCounts::interiorOf(const Extremes& extremes) {
    const std::uint32_t a = binOffset(extremes.low);
    const std::uint32_t b = binOffset(extremes.high);
    const std::uint32_t least = std::min(a, b);  // of negative values, the high one is the smaller
    // An offset beside an extreme's may hold values that are alike.
    const std::uint32_t more = std::max(std::max(a, b) - least, 4U) - 4U;
    return Cell{(least + 1) & 0xfffU} << kFirstShift | Cell{more} << kMoreShift;
}

inline void LogCounts::Extremes::add(double lowest, std::uint64_t lowTimes, double highest,
                                     std::uint64_t highTimes) {
    if (lowest <= low || isAlike(lowest, low)) {
        if (!isAlike(lowest, low)) atLow = 0;
        low = std::min(low, lowest);
        atLow += lowTimes;
    }
    if (highest >= high || isAlike(highest, high)) {
        if (!isAlike(highest, high)) atHigh = 0;
        high = std::max(high, highest);
        atHigh += highTimes;
    }
}

inline void LogCounts::widen(std::size_t bin, double x, std::uint64_t times) {
    extremes_[bin].add(x, times, x, times);
}

bool LogCounts::makeRoom(Batch& batch, std::uint64_t values, std::uint64_t times) {
    batch.cells.resize(size());
    // Cells that fill up quickly would be emptied more often than it is worth.
    if (values > 0 && times > (kMostInCells >> 8) / values) {
        batch.large.resize(size());
        return false;
    }
    if (values * times > kMostInCells - batch.inCells) {
        batch.large.resize(size());
        for (std::size_t bin = 0; bin < size(); ++bin) {
            batch.large[bin] += batch.cells[bin] & kCountMask;
            batch.cells[bin] &= ~kCountMask;
        }
        batch.inCells = 0;
    }
    batch.inCells += values * times;
    return true;
}

void LogCounts::count(Batch& batch, std::size_t bin, std::uint64_t times) {
    if (times <= kMostInCells >> 16 && makeRoom(batch, 1, times)) {
        batch.cells[bin] += times;
    } else {
        batch.large.resize(size());
        batch.large[bin] += times;
    }
}

void LogCounts::add(double x, std::uint64_t times, std::size_t batch) {
    if (x == 0.0) {
        batches_[batch].zeros += times;
        return;
    }
    if (!map_.covers(x)) cover(x);
    const auto bin = static_cast<std::size_t>(map_.index(x));
    widen(bin, x, times);
    count(batches_[batch], bin, times);
}

void LogCounts::add(std::span<const double> values, std::uint64_t times, std::size_t batchIndex,
                    double frequent) {
    std::array<std::uint64_t, kBinnedRoom> said;  // filled below, so left as they are
    std::array<std::uint64_t, kBinnedRoom> widening;
    std::uint64_t frequentSeen = 0;
    if (frequent == 0.0) frequent = std::numeric_limits<double>::quiet_NaN();  // zeros are counted anyway
    Batch& batch = batches_[batchIndex];
    while (!values.empty()) {
        const std::span<const double> part = values.first(std::min(values.size(), kMostBinned));
        values = values.subspan(part.size());
        Binned found = binsOf(part.data(), part.size(), map_, frequent, said.data());
        if (!found.isCovered) {
            cover(part);
            found = binsOf(part.data(), part.size(), map_, frequent, said.data());
        }
        batch.zeros += found.zeros * times;
        frequentSeen += found.frequent;
        const std::span<const std::uint64_t> words(said.data(), found.kept);
        if (!makeRoom(batch, found.kept, times)) {
            for (const std::uint64_t word : words) {
                batch.large[binSaid(word)] += times;
                widen(binSaid(word), part[placeSaid(word)], times);
            }
            continue;
        }
        // Counted without a branch, which could not be foretold; then looked at again where it may matter,
        // with the extremes on their way to the cache.
        Cell* const cells = batch.cells.data();
        std::size_t wide = 0;
        for (const std::uint64_t word : words) {
            const Cell cell = cells[binSaid(word)];
            cells[binSaid(word)] = cell + times;
            widening[wide] = word;
            wide += mayWiden(cell, word & ~Cell{0} << kOffsetShift) ? 1 : 0;
        }
        for (std::size_t i = 0; i < wide; ++i) __builtin_prefetch(&extremes_[binSaid(widening[i])]);
        for (std::size_t i = 0; i < wide; ++i) {
            const std::uint32_t bin = binSaid(widening[i]);
            widen(bin, part[placeSaid(widening[i])], times);
            cells[bin] = (cells[bin] & kCountMask) | interiorOf(extremes_[bin]);
        }
    }
    if (frequentSeen > 0) add(frequent, frequentSeen * times, batchIndex);
}

void LogCounts::cover(double x) {
    cover(std::span(&x, 1));
}

void LogCounts::cover(std::span<const double> values) {
    resize(map_.with(values));
}

void LogCounts::resize(const BinMap& map) {
    if (map.positive == map_.positive && map.negative == map_.negative) return;
    extremes_ = movedTo(map, map_, extremes_, Extremes{});
    for (Batch& batch : batches_) {
        for (std::vector<std::uint64_t>* counts : {&batch.cells, &batch.large}) {
            if (!counts->empty()) *counts = movedTo(map, map_, *counts, 0);
        }
    }
    map_ = map;
}

void LogCounts::mergeExtremes(const LogCounts& other) {
    resize(map_.with(other.map_));
    alongOctaves(other.map_, map_, [&](std::size_t from, std::size_t to) {
        for (std::size_t i = 0; i < kOctave; ++i) {
            const Extremes& seen = other.extremes_[from + i];
            extremes_[to + i].add(seen.low, seen.atLow, seen.high, seen.atHigh);
        }
    });
}

void LogCounts::mergeBatch(Batch& to, const Batch& from, const BinMap& fromMap) {
    to.zeros += from.zeros;
    if (from.cells.empty() && from.large.empty()) return;
    const bool isSmall = from.large.empty() && makeRoom(to, from.inCells, 1);
    alongOctaves(fromMap, map_, [&](std::size_t source, std::size_t target) {
        for (std::size_t i = 0; i < kOctave; ++i) {
            if (isSmall) {
                to.cells[target + i] += from.cells[source + i] & kCountMask;
            } else if (const std::uint64_t counted = from.count(source + i)) {
                count(to, target + i, counted);
            }
        }
    });
}

bool LogCounts::isUnused() const {
    return extremes_.empty() &&
           std::ranges::all_of(batches_, [](const Batch& batch) { return batch.zeros == 0; });
}

void LogCounts::merge(LogCounts&& other) {
    if (isUnused()) {
        *this = std::move(other);
        return;
    }
    mergeExtremes(other);
    for (std::size_t batch = 0; batch < batches_.size(); ++batch)
        mergeBatch(batches_[batch], other.batches_[batch], other.map_);
}

void LogCounts::mergeInto(std::size_t batch, const LogCounts& other) {
    mergeExtremes(other);
    for (const Batch& from : other.batches_) mergeBatch(batches_[batch], from, other.map_);
}

void LogCounts::clear() {
    std::ranges::fill(extremes_, Extremes{});
    for (Batch& batch : batches_) {
        std::ranges::fill(batch.cells, 0);
        batch.large.clear();
        batch.inCells = batch.zeros = 0;
    }
}

LogCounts::Table LogCounts::table(double unit) const {
    std::vector<std::uint64_t> totals(size());
    std::uint64_t zeros = 0;
    for (const Batch& batch : batches_) {
        zeros += batch.zeros;
        for (std::size_t bin = 0; bin < batch.cells.size(); ++bin)
            totals[bin] += batch.cells[bin] & kCountMask;
        for (std::size_t bin = 0; bin < batch.large.size(); ++bin) totals[bin] += batch.large[bin];
    }
    Table table;
    const auto add = [&](std::size_t cell, std::uint64_t total, const Extremes& seen) {
        const auto count = static_cast<double>(total);
        const bool isAtom = isAlike(seen.low, seen.high);
        table.cells.push_back(cell);
        table.bins.push_back({seen.low, seen.high, count * unit,
                              isAtom ? 0.0 : static_cast<double>(seen.atLow) / count,
                              isAtom ? 1.0 : static_cast<double>(seen.atHigh) / count});
    };
    const auto addBin = [&](std::size_t bin) {
        if (totals[bin] > 0) add(bin, totals[bin], extremes_[bin]);
    };
    const auto positive = static_cast<std::size_t>(map_.positive.size);
    for (std::size_t bin = size(); bin-- > positive;) addBin(bin);
    if (zeros > 0) add(kZeros, zeros, {0.0, 0.0, zeros, zeros});
    for (std::size_t bin = 0; bin < positive; ++bin) addBin(bin);
    return table;
}

std::vector<WeightedBin> LogCounts::bins(double unit) const {
    return table(unit).bins;
}

std::vector<LogCounts::BatchCounts> LogCounts::batchCounts(const Table& table,
                                                           std::span<const std::size_t> at) const {
    std::vector<BatchCounts> result;
    for (const Batch& batch : batches_) {
        BatchCounts& counts = result.emplace_back();
        std::uint64_t upTo = 0;
        std::size_t next = 0;
        for (const std::size_t place : at) {
            const auto countAt = [&](std::size_t i) {
                return table.cells[i] == kZeros ? batch.zeros : batch.count(table.cells[i]);
            };
            for (; next <= place; ++next) upTo += countAt(next);
            counts.upTo.push_back(static_cast<double>(upTo));
            counts.in.push_back(static_cast<double>(countAt(place)));
        }
        counts.total = static_cast<double>(batch.count());
    }
    return result;
}

std::uint64_t LogCounts::count() const {
    std::uint64_t total = 0;
    for (const Batch& batch : batches_) total += batch.count();
    return total;
}

std::uint64_t LogCounts::Batch::count() const {
    return std::accumulate(large.begin(), large.end(), zeros + inCells);
}

double middleOf(const WeightedBin& bin) {
    return 0.5 *
           (bin.low * (1.0 + bin.lowShare - bin.highShare) + bin.high * (1.0 + bin.highShare - bin.lowShare));
}

std::vector<WeightedBin> mergedBins(std::vector<std::vector<WeightedBin>> lists) {
    if (lists.size() == 1) return std::move(lists.front());
    std::vector<WeightedBin> all;
    for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
    std::ranges::stable_sort(all, {}, middleOf);
    return all;
}

double quantileOf(std::span<const WeightedBin> bins, double level) {
    const double target = level * totalWeight(bins);
    double below = 0.0;
    for (const WeightedBin& bin : bins) {
        if (below + bin.weight >= target)
            return inside(bin, std::clamp((target - below) / bin.weight, 0.0, 1.0));
        below += bin.weight;
    }
    return bins.back().high;
}

double shareAtOrBelow(std::span<const WeightedBin> bins, double x) {
    double below = 0.0;
    for (const WeightedBin& bin : bins) {
        if (bin.high <= x) {
            below += bin.weight;
        } else if (bin.low <= x) {
            const double between = 1.0 - bin.lowShare - bin.highShare;
            below +=
                bin.weight * (bin.lowShare + between * std::log(x / bin.low) / std::log(bin.high / bin.low));
        }
    }
    return below / totalWeight(bins);
}

double meanOfLargest(std::span<const WeightedBin> bins, double share) {
    const double weight = share * totalWeight(bins);
    return valueOfLargest(bins, weight) / weight;
}

double shareOfLargest(std::span<const WeightedBin> bins, double share) {
    const double total = totalValue(bins);
    return total > 0.0 ? valueOfLargest(bins, share * totalWeight(bins)) / total : 0.0;
}

double giniOf(std::span<const WeightedBin> bins) {
    const double weight = totalWeight(bins);
    const double total = totalValue(bins);
    if (!(total > 0.0)) return 0.0;
    double twiceArea = 0.0;
    double below = 0.0;
    for (const WeightedBin& bin : bins) {
        const double value = bin.weight * middleOf(bin);
        twiceArea += bin.weight * (2.0 * below + value) - 0.5 * bin.weight * bin.weight * apart(bin);
        below += value;
    }
    return 1.0 - twiceArea / (weight * total);
}

}  // namespace breakeven::sim
