#include "sim/stats/log_counts.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <limits>
#include <numeric>

namespace breakeven::sim {
namespace {

double middle(const WeightedBin& bin) {
    return 0.5 *
           (bin.low * (1.0 + bin.lowShare - bin.highShare) + bin.high * (1.0 + bin.highShare - bin.lowShare));
}

double totalWeight(std::span<const WeightedBin> bins) {
    double total = 0.0;
    for (const WeightedBin& bin : bins) total += bin.weight;
    return total;
}

double totalValue(std::span<const WeightedBin> bins) {
    double total = 0.0;
    for (const WeightedBin& bin : bins) total += bin.weight * middle(bin);
    return total;
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
        value += taken < bins[i].weight ? topOf(bins[i], taken) : taken * middle(bins[i]);
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

// Observations a bin below which most still bring another smallest or largest value.
constexpr std::uint64_t kYoung = 32;
constexpr std::int64_t kOctave = 256;  // bins per power of two; sides of a map begin and end with one

/// Calls visit(index in a, index in b) for the first bin of every octave of a; b covers a.
template <typename Visit>
void alongOctaves(const BinMap& a, const BinMap& b, Visit visit) {
    const auto side = [&](const BinMap::Side& from, std::int64_t fromStart, const BinMap::Side& to,
                          std::int64_t toStart) {
        for (std::int64_t i = 0; i < from.size; i += kOctave) {
            visit(static_cast<std::size_t>(fromStart + i),
                  static_cast<std::size_t>(toStart + i + from.first - to.first));
        }
    };
    side(a.positive, 0, b.positive, 0);
    side(a.negative, a.positive.size, b.negative, b.positive.size);
}

}  // namespace

LogCounts::LogCounts(std::size_t batches) : batches_(batches) {}

inline LogCounts::Interior LogCounts::interiorOf(const Extremes& extremes) {
    const std::uint32_t a = binOffset(extremes.low);
    const std::uint32_t b = binOffset(extremes.high);
    const std::uint32_t first = std::min(a, b) + 1;  // of negative values, the high one is the smaller
    const std::uint32_t end = std::max(std::max(a, b), first);
    return {static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(end - first)};
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

void LogCounts::screen() {
    interiors_.resize(size());
    std::ranges::transform(extremes_, interiors_.begin(), interiorOf);
}

void LogCounts::add(double x, std::uint64_t times, std::size_t batch) {
    if (x == 0.0) {
        batches_[batch].zeros += times;
        return;
    }
    if (!map_.covers(x)) cover(x);
    const auto bin = static_cast<std::size_t>(map_.index(x));
    widen(bin, x, times);
    if (!interiors_.empty()) interiors_[bin] = interiorOf(extremes_[bin]);
    countsOf(batch)[bin] += times;
}

void LogCounts::add(std::span<const double> values, std::uint64_t times, std::size_t batch, double frequent) {
    std::array<std::uint64_t, kBinnedRoom> bins;  // filled by binsOf, so left as they are
    std::array<double, kBinnedRoom> kept;
    std::uint64_t frequentSeen = 0;
    if (frequent == 0.0) frequent = std::numeric_limits<double>::quiet_NaN();  // zeros are counted anyway
    while (!values.empty()) {
        const std::span<const double> part = values.first(std::min(values.size(), kMostBinned));
        values = values.subspan(part.size());
        Binned found = binsOf(part.data(), part.size(), map_, frequent, bins.data(), kept.data());
        if (!found.isCovered) {
            cover(part);
            found = binsOf(part.data(), part.size(), map_, frequent, bins.data(), kept.data());
        }
        batches_[batch].zeros += found.zeros * times;
        frequentSeen += found.frequent;
        std::uint64_t* counts = countsOf(batch).data();
        seen_ += found.kept;
        if (seen_ < kYoung * size()) {
            for (std::size_t i = 0; i < found.kept; ++i) {
                const auto bin = static_cast<std::uint32_t>(bins[i]);
                counts[bin] += times;
                widen(bin, kept[i], times);
            }
            continue;
        }
        if (interiors_.size() != size()) screen();
        Interior* interiors = interiors_.data();
        for (std::size_t i = 0; i < found.kept; ++i) {
            const auto bin = static_cast<std::uint32_t>(bins[i]);
            counts[bin] += times;
            const auto place = static_cast<std::uint16_t>((bins[i] >> 32) - interiors[bin].first);
            if (place >= interiors[bin].count) [[unlikely]] {
                widen(bin, kept[i], times);
                interiors[bin] = interiorOf(extremes_[bin]);
            }
        }
    }
    if (frequentSeen > 0) add(frequent, frequentSeen * times, batch);
}

std::vector<std::uint64_t>& LogCounts::countsOf(std::size_t batch) {
    std::vector<std::uint64_t>& counts = batches_[batch].counts;
    if (counts.size() != size()) counts.resize(size());
    return counts;
}

void LogCounts::cover(double x) {
    cover(std::span(&x, 1));
}

void LogCounts::cover(std::span<const double> values) {
    BinMap map = map_;
    for (const double x : values) {
        if (x == 0.0 || map.covers(x)) continue;
        BinMap::Side& side = x < 0.0 ? map.negative : map.positive;
        const std::int64_t octave = binKey(x) / kOctave * kOctave;
        const std::int64_t end = side.size == 0 ? octave + kOctave : side.first + side.size;
        const std::int64_t first = side.size == 0 ? octave : std::min(side.first, octave);
        side = {first, std::max(end, octave + kOctave) - first};
    }
    resize(map);
}

void LogCounts::resize(const BinMap& map) {
    const auto moved = [&](const auto& old, auto empty) {
        auto grown = std::vector(static_cast<std::size_t>(map.positive.size + map.negative.size), empty);
        const auto move = [&](std::int64_t from, std::int64_t to, std::int64_t count) {
            std::copy_n(old.begin() + from, count, grown.begin() + to);
        };
        move(0, map_.positive.first - map.positive.first, map_.positive.size);
        move(map_.positive.size, map.positive.size + map_.negative.first - map.negative.first,
             map_.negative.size);
        return grown;
    };
    extremes_ = moved(extremes_, Extremes{});
    interiors_.clear();
    for (Batch& batch : batches_) {
        if (!batch.counts.empty()) batch.counts = moved(batch.counts, std::uint64_t{0});
    }
    map_ = map;
}

void LogCounts::mergeExtremes(const LogCounts& other, std::uint64_t times) {
    const auto union_ = [](const BinMap::Side& a, const BinMap::Side& b) {
        if (a.size == 0) return b;
        if (b.size == 0) return a;
        const std::int64_t first = std::min(a.first, b.first);
        return BinMap::Side{first, std::max(a.first + a.size, b.first + b.size) - first};
    };
    const BinMap map{union_(map_.positive, other.map_.positive), union_(map_.negative, other.map_.negative)};
    if (map.positive.size != map_.positive.size || map.negative.size != map_.negative.size) resize(map);
    interiors_.clear();
    alongOctaves(other.map_, map_, [&](std::size_t from, std::size_t to) {
        for (std::size_t i = 0; i < kOctave; ++i) {
            const Extremes& seen = other.extremes_[from + i];
            extremes_[to + i].add(seen.low, seen.atLow * times, seen.high, seen.atHigh * times);
        }
    });
}

void LogCounts::mergeBatch(Batch& to, const Batch& from, const BinMap& fromMap, std::uint64_t times) {
    to.zeros += from.zeros * times;
    if (from.counts.empty()) return;
    if (to.counts.empty()) to.counts.resize(size());
    alongOctaves(fromMap, map_, [&](std::size_t source, std::size_t target) {
        for (std::size_t i = 0; i < kOctave; ++i) to.counts[target + i] += from.counts[source + i] * times;
    });
}

void LogCounts::merge(const LogCounts& other, std::uint64_t times) {
    mergeExtremes(other, times);
    for (std::size_t batch = 0; batch < batches_.size(); ++batch)
        mergeBatch(batches_[batch], other.batches_[batch], other.map_, times);
}

void LogCounts::mergeInto(std::size_t batch, const LogCounts& other, std::uint64_t times) {
    mergeExtremes(other, times);
    for (const Batch& from : other.batches_) mergeBatch(batches_[batch], from, other.map_, times);
}

void LogCounts::clear() {
    std::ranges::fill(extremes_, Extremes{});
    interiors_.clear();
    seen_ = 0;
    for (Batch& batch : batches_) {
        batch.zeros = 0;
        std::ranges::fill(batch.counts, 0);
    }
}

/// Calls visit(extremes, count of a batch) for every bin, seen or not, in ascending order of its values.
template <typename Visit>
void LogCounts::ascending(Visit visit) const {
    const auto visitBin = [&](std::size_t bin) {
        visit(extremes_[bin], [bin](const Batch& batch) {
            return batch.counts.empty() ? std::uint64_t{0} : batch.counts[bin];
        });
    };
    const auto positive = static_cast<std::size_t>(map_.positive.size);
    for (std::size_t bin = size(); bin-- > positive;) visitBin(bin);
    visit(Extremes{0.0, 0.0}, [](const Batch& batch) { return batch.zeros; });
    for (std::size_t bin = 0; bin < positive; ++bin) visitBin(bin);
}

std::vector<WeightedBin> LogCounts::bins(double unit) const {
    std::vector<WeightedBin> result;
    ascending([&](const Extremes& seen, auto countOf) {
        if (seen.low > seen.high) return;  // nothing
        std::uint64_t total = 0;
        for (const Batch& batch : batches_) total += countOf(batch);
        if (total == 0) return;
        const auto count = static_cast<double>(total);
        const bool isAtom = isAlike(seen.low, seen.high);
        result.push_back({seen.low, seen.high, count * unit,
                          isAtom ? 0.0 : static_cast<double>(seen.atLow) / count,
                          isAtom ? 1.0 : static_cast<double>(seen.atHigh) / count});
    });
    return result;
}

std::vector<std::vector<double>> LogCounts::batchWeights() const {
    std::vector<std::vector<double>> weights(batches_.size());
    std::vector<std::uint64_t> counts(batches_.size());
    ascending([&](const Extremes& seen, auto countOf) {
        if (seen.low > seen.high) return;
        std::ranges::transform(batches_, counts.begin(), countOf);
        if (std::ranges::all_of(counts, [](std::uint64_t count) { return count == 0; })) return;
        for (std::size_t batch = 0; batch < counts.size(); ++batch)
            weights[batch].push_back(static_cast<double>(counts[batch]));
    });
    return weights;
}

std::uint64_t LogCounts::count() const {
    std::uint64_t total = 0;
    for (const Batch& batch : batches_)
        total = std::accumulate(batch.counts.begin(), batch.counts.end(), total + batch.zeros);
    return total;
}

std::vector<WeightedBin> mergedBins(std::vector<std::vector<WeightedBin>> lists) {
    if (lists.size() == 1) return std::move(lists.front());
    std::vector<WeightedBin> all;
    for (const auto& list : lists) all.insert(all.end(), list.begin(), list.end());
    std::ranges::stable_sort(all, {}, middle);
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
        const double value = bin.weight * middle(bin);
        twiceArea += bin.weight * (2.0 * below + value);
        below += value;
    }
    return 1.0 - twiceArea / (weight * total);
}

}  // namespace breakeven::sim
