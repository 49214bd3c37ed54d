#include "sim/stats/log_counts.hpp"

#include <algorithm>
#include <bit>
#include <numeric>

#include "core/units/infinity.hpp"

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

/// Are two values of one bin the same but for rounding?
bool isAlike(double a, double b) {
    return roundedBits(a) == roundedBits(b);
}

/// How much the density rises along a bin, as a part of its mean, judged by the bins beside it; 0 where
/// there are atoms or gaps.
double steepnessOf(std::span<const WeightedBin> bins, std::size_t i) {
    if (i == 0 || i + 1 >= bins.size()) return 0.0;
    const std::span<const WeightedBin> near = bins.subspan(i - 1, 3);
    const auto hasAtoms = [](const WeightedBin& bin) { return bin.lowShare > 0.0 || bin.highShare > 0.0; };
    if (std::ranges::any_of(near, hasAtoms) || near[0].high != near[1].low || near[1].high != near[2].low)
        return 0.0;
    const auto isPoint = [](const WeightedBin& bin) { return !(bin.high > bin.low); };  // but for rounding
    if (std::ranges::any_of(near, isPoint)) return 0.0;
    const auto density = [](const WeightedBin& bin) { return bin.weight / (bin.high - bin.low); };
    const double apart = 0.5 * (near[2].low + near[2].high - near[0].low - near[0].high);
    const double rise = (density(near[2]) - density(near[0])) / apart;
    return std::clamp(rise * (near[1].high - near[1].low) / density(near[1]), -1.0, 1.0);
}

/// Place of what lies `part` of the way through bin i, between 0 and 1.
QuantilePlace inside(std::span<const WeightedBin> bins, std::size_t i, double part) {
    const WeightedBin& bin = bins[i];
    const double between = 1.0 - bin.lowShare - bin.highShare;
    if (part >= 1.0 - bin.highShare || !(between > 0.0)) return {bin.high, i, 1.0};
    if (part <= bin.lowShare) return {bin.low, i, bin.lowShare};
    const double steepness = steepnessOf(bins, i);
    const double below = (part - bin.lowShare) / between;
    if (bin.low > 0.0 && bin.high > 2.0 * bin.low)  // one of the outermost, without end
        return {std::clamp(bin.low * std::pow(bin.high / bin.low, below), bin.low, bin.high), i, part};
    // Up to t of the way lies t + steepness (t^2 - t) / 2.
    const double flat = 1.0 - 0.5 * steepness;
    const double t = 2.0 * below / (flat + std::sqrt(flat * flat + 2.0 * steepness * below));
    return {std::clamp(bin.low + (bin.high - bin.low) * t, bin.low, bin.high), i, part};
}

/// Where the bin of a magnitude begins.
std::uint64_t binEdgeBits(double magnitude) {
    return binnedBits(magnitude) >> kBinKeyShift << kBinKeyShift;
}

}  // namespace

LogCounts::LogCounts(std::size_t batches, double origin, std::uint64_t repeats)
    : origin_(origin), repeats_(repeats), batches_(batches) {}

inline void LogCounts::End::take(const End& other, bool isFarther) {
    const bool isSame = isAlike(other.value, value);
    if (!isFarther && !isSame) return;
    if (!isSame) *this = {};
    if (isFarther || looks == 0) value = other.value;
    weight += other.weight;
    looks += other.looks;
}

inline void LogCounts::Seen::add(const Seen& other) {
    low.take(other.low, other.low.value <= low.value);
    high.take(other.high, other.high.value >= high.value);
    weight += other.weight;
    count += other.count;
}

inline void LogCounts::lookAt(double x, std::uint64_t times, Look look) {
    seesFractions_ = seesFractions_ || std::floor(x) != x;
    const End end{x, look, 1};
    seen_[static_cast<std::size_t>(map_.index(x - origin_))].add({end, end, look, times});
}

void LogCounts::add(double value, std::uint64_t times, std::size_t batch, Look look) {
    const double x = value - origin_;
    if (x == 0.0) {
        batches_[batch].zeros += times;
        return;
    }
    if (!map_.covers(x)) resize(map_.with(std::span(&x, 1)));
    batches_[batch].add(static_cast<std::size_t>(map_.index(x)), times, size());
    if (look != kPassing) lookAt(value, times, look);
}

void LogCounts::add(std::span<const double> values, std::uint64_t times, std::size_t batchIndex, Look look) {
    Batch& batch = batches_[batchIndex];
    alongBins(
        values, origin_, map_, binsOf,
        [&](std::span<const double> block) { resize(map_.with(block, origin_)); },
        [&](std::span<const double> block, std::size_t zeros, std::span<const std::uint16_t> bins) {
            batch.zeros += zeros * times;
            batch.counts.resize(size());
            std::uint64_t* const counts = batch.counts.data();
            const std::uint64_t each = times;  // out of the counts' reach
            for (const std::uint16_t bin : bins) counts[bin] += each;
            if (look == kPassing) return;
            for (const double value : block) {
                if (value != origin_) lookAt(value, times, look);
            }
        });
}

void LogCounts::findAtoms(const LookedAt& looked) {
    for (const SharedValue& shared : sharedValues(looked, origin_)) {
        const double x = shared.value - origin_;
        shared_[std::copysign(std::bit_cast<double>(binEdgeBits(x)), x)].add(shared);
    }
}

void LogCounts::resize(const BinMap& map) {
    if (map.positive == map_.positive && map.negative == map_.negative) return;
    seen_ = movedTo(map, map_, seen_, Seen{});
    for (Batch& batch : batches_) {
        if (!batch.counts.empty()) batch.counts = movedTo(map, map_, batch.counts, 0);
    }
    map_ = map;
}

void LogCounts::mergeSeen(const LogCounts& other) {
    seesFractions_ = seesFractions_ || other.seesFractions_;
    for (const auto& [edge, shared] : other.shared_) shared_[edge].add(shared);
    resize(map_.with(other.map_));
    alongOctaves(other.map_, map_, [&](std::size_t from, std::size_t to) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(map_.octave()); ++i)
            seen_[to + i].add(other.seen_[from + i]);
    });
}

void LogCounts::mergeBatch(Batch& to, const Batch& from, const BinMap& fromMap) {
    to.zeros += from.zeros;
    if (from.counts.empty()) return;
    to.counts.resize(size());
    alongOctaves(fromMap, map_, [&](std::size_t source, std::size_t target) {
        for (std::size_t i = 0; i < static_cast<std::size_t>(map_.octave()); ++i)
            to.counts[target + i] += from.counts[source + i];
    });
}

bool LogCounts::isUnused() const {
    return seen_.empty() &&
           std::ranges::all_of(batches_, [](const Batch& batch) { return batch.zeros == 0; });
}

void LogCounts::merge(LogCounts&& other) {
    if (isUnused()) {
        *this = std::move(other);
        return;
    }
    mergeSeen(other);
    for (std::size_t batch = 0; batch < batches_.size(); ++batch)
        mergeBatch(batches_[batch], other.batches_[batch], other.map_);
}

void LogCounts::mergeInto(std::size_t batch, const LogCounts& other) {
    mergeSeen(other);
    for (const Batch& from : other.batches_) mergeBatch(batches_[batch], from, other.map_);
}

void LogCounts::clear() {
    seesFractions_ = false;
    std::ranges::fill(seen_, Seen{});
    shared_.clear();
    for (Batch& batch : batches_) {
        std::ranges::fill(batch.counts, 0);
        batch.zeros = 0;
    }
}

WeightedBin LogCounts::binAt(std::size_t bin, std::uint64_t count, double unit) const {
    const Seen& seen = seen_[bin];
    const BinMap::Edge edge = map_.edgeOf(bin);
    const double near = edge.sign * std::bit_cast<double>(edge.bits);
    const double far = edge.sign * std::bit_cast<double>(edge.bits + (std::uint64_t{1} << kBinKeyShift));
    WeightedBin result{origin_ + std::min(near, far), origin_ + std::max(near, far),
                       static_cast<double>(count) * unit, 0.0, 0.0};
    const double least = std::ceil(result.low);
    const double most = std::ceil(result.high) - 1.0;
    if (!seesFractions_ && least <= most) {
        result.low = least;
        result.high = most;
        if (least == most) result.highShare = 1.0;
    }
    const bool isOutermost = edge.bits == binEdgeBits(0.0) || edge.bits == binEdgeBits(kInfinity);
    const auto isTold = [&](const End& end) {
        const bool isWhole = std::floor(end.value) == end.value;  // by chance it hardly ever is
        return end.looks > 0 && (seen.count == count || isOutermost || isWhole || end.looks > repeats_);
    };
    const auto shareOf = [&](const End& end) {
        return static_cast<double>(end.weight) / static_cast<double>(seen.weight);
    };
    if (isTold(seen.low)) {
        result.low = seen.low.value;
        result.lowShare = shareOf(seen.low);
        result.highShare = 0.0;
    }
    if (isTold(seen.high)) {
        result.high = seen.high.value;
        result.highShare = shareOf(seen.high);
        if (isAlike(seen.low.value, seen.high.value)) result.lowShare = 0.0;
    }
    return result;
}

double LogCounts::edgeAt(std::size_t bin) const {
    const BinMap::Edge edge = map_.edgeOf(bin);
    return edge.sign * std::bit_cast<double>(edge.bits);
}

void LogCounts::addBin(std::size_t bin, std::uint64_t count, double unit, Table& table) const {
    const WeightedBin whole = binAt(bin, count, unit);
    const Seen& seen = seen_[bin];
    struct Atom {
        double value = 0.0;
        double share = 0.0;
    };
    std::vector<Atom> atoms;
    double between = 1.0 - whole.lowShare - whole.highShare;
    Cell cell{bin};
    if (const auto found = shared_.find(edgeAt(bin)); found != shared_.end()) {
        if (found->second.areTooMany()) cell.unplaced = 1.0 / static_cast<double>(SharedValues::kMost);
        for (const SharedValue& shared : found->second.values()) {
            const bool isEnd = isAlike(shared.value, whole.low) || isAlike(shared.value, whole.high);
            if (isEnd || !(shared.value > whole.low && shared.value < whole.high)) continue;
            atoms.push_back(
                {shared.value, static_cast<double>(shared.weight) / static_cast<double>(seen.weight)});
            between -= atoms.back().share;
        }
    }
    constexpr double kRounding = 1e-12;
    if (between < kRounding) between = 0.0;
    const bool hasAtoms = !atoms.empty() || whole.lowShare > 0.0 || whole.highShare > 0.0;
    cell.hasShared = !atoms.empty();
    if (hasAtoms && seen.count > 0)
        cell.perLook = static_cast<double>(count) / static_cast<double>(seen.count);
    if (atoms.empty()) {
        table.bins.push_back(whole);
        table.cells.push_back(cell);
        return;
    }
    // What lies between atoms is spread evenly.
    double from = whole.low;
    double atFrom = whole.lowShare;
    double before = 0.0;
    atoms.push_back({whole.high, whole.highShare});
    for (const Atom& atom : atoms) {
        const double inside = between * (atom.value - from) / (whole.high - whole.low);
        const double share = atFrom + inside + atom.share;
        if (share > 0.0) {
            const bool isPoint = !(atFrom + inside > 0.0);
            table.bins.push_back({isPoint ? atom.value : from, atom.value, whole.weight * share,
                                  atFrom / share, atom.share / share});
            cell.before = before;
            cell.share = share;
            table.cells.push_back(cell);
        }
        before += share;
        from = atom.value;
        atFrom = 0.0;
    }
}

LogCounts::Table LogCounts::table(double unit) const {
    std::vector<std::uint64_t> totals(size());
    std::uint64_t zeros = 0;
    for (const Batch& batch : batches_) {
        zeros += batch.zeros;
        for (std::size_t bin = 0; bin < batch.counts.size(); ++bin) totals[bin] += batch.counts[bin];
    }
    Table table;
    const auto addAt = [&](std::size_t bin) {
        if (totals[bin] > 0) addBin(bin, totals[bin], unit, table);
    };
    const auto positive = static_cast<std::size_t>(map_.positive.size);
    for (std::size_t bin = size(); bin-- > positive;) addAt(bin);
    if (zeros > 0) {
        table.cells.push_back({kZeros});
        table.bins.push_back({origin_, origin_, static_cast<double>(zeros) * unit, 0.0, 1.0});
    }
    for (std::size_t bin = 0; bin < positive; ++bin) addAt(bin);
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
                const std::size_t cell = table.cells[i].index;
                return cell == kZeros ? batch.zeros : batch.count(cell);
            };
            for (; next <= place; ++next) {
                const bool isCounted = next > 0 && table.cells[next].index == table.cells[next - 1].index;
                if (!isCounted) upTo += countAt(next);
            }
            counts.upTo.push_back(static_cast<double>(upTo));
            counts.in.push_back(static_cast<double>(countAt(place)));
        }
        counts.total = static_cast<double>(batch.count());
    }
    return result;
}

WeightedBin LogCounts::Table::whole(std::size_t bin) const {
    const auto isOther = [&](const Cell& cell) { return cell.index != cells[bin].index; };
    const auto at = cells.begin() + static_cast<std::ptrdiff_t>(bin);
    const auto end = std::find_if(at, cells.end(), isOther) - cells.begin();
    const auto first = cells.rend() - std::find_if(std::make_reverse_iterator(at), cells.rend(), isOther);
    const std::span<const WeightedBin> parts =
        std::span(bins).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(end - first));
    WeightedBin result{parts.front().low, parts.back().high, 0.0, 0.0, 0.0};
    double atLow = 0.0;
    double atHigh = 0.0;
    for (const WeightedBin& part : parts) {
        result.weight += part.weight;
        atLow += part.lowShare * part.weight;
        atHigh += part.highShare * part.weight;
    }
    result.lowShare = atLow / result.weight;
    result.highShare = atHigh / result.weight;
    return result;
}

std::vector<WeightedBin> LogCounts::Table::wholes() const {
    std::vector<WeightedBin> result;
    for (std::size_t i = 0; i < cells.size(); ++i) {
        if (i == 0 || cells[i].index != cells[i - 1].index) result.push_back(whole(i));
    }
    return result;
}

bool LogCounts::Table::isCrowded(std::size_t bin) const {
    const auto density = [&](std::size_t i) {
        const WeightedBin at = whole(i);
        const double between = std::max(1.0 - at.lowShare - at.highShare, 0.0);
        return at.high > at.low ? at.weight * between / (at.high - at.low) : 0.0;
    };
    std::size_t before = bin;
    while (before > 0 && cells[before].index == cells[bin].index) --before;
    std::size_t after = bin;
    while (after + 1 < cells.size() && cells[after].index == cells[bin].index) ++after;
    const double beside = std::max(cells[before].index == cells[bin].index ? 0.0 : density(before),
                                   cells[after].index == cells[bin].index ? 0.0 : density(after));
    return density(bin) > 2.0 * beside;
}

std::uint64_t LogCounts::count() const {
    std::uint64_t total = 0;
    for (const Batch& batch : batches_) total += batch.count();
    return total;
}

std::uint64_t LogCounts::Batch::count() const {
    return std::accumulate(counts.begin(), counts.end(), zeros);
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

QuantilePlace quantilePlace(std::span<const WeightedBin> bins, double level) {
    const double target = level * totalWeight(bins);
    double below = 0.0;
    for (std::size_t i = 0; i < bins.size(); ++i) {
        if (below + bins[i].weight >= target) {
            return inside(bins, i, std::clamp((target - below) / bins[i].weight, 0.0, 1.0));
        }
        below += bins[i].weight;
    }
    return {bins.back().high, bins.size() - 1, 1.0};
}

double quantileOf(std::span<const WeightedBin> bins, double level) {
    return quantilePlace(bins, level).value;
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
