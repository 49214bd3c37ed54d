#include "sim/stats/log_counts.hpp"

#include <algorithm>

namespace breakeven::sim {
namespace {

double middle(const WeightedBin& bin) {
    return 0.5 * (bin.low + bin.high);
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

double valueOfLargest(std::span<const WeightedBin> bins, double weight) {
    double left = weight;
    double value = 0.0;
    for (std::size_t i = bins.size(); i-- > 0 && left > 0.0;) {
        const double taken = std::min(left, bins[i].weight);
        value += taken * middle(bins[i]);
        left -= taken;
    }
    return value;
}

/// Value at `fraction` of the way through a bin.
double inside(const WeightedBin& bin, double fraction) {
    if (bin.low == bin.high) return bin.low;
    const double value = bin.low * std::pow(bin.high / bin.low, fraction);
    return std::clamp(value, bin.low, bin.high);
}

}  // namespace

void LogCounts::merge(const LogCounts& other, std::uint64_t times) {
    zeros_ += other.zeros_ * times;
    for (std::size_t sign = 0; sign < 2; ++sign) {
        for (std::size_t octave = 0; octave < pages_[sign].size(); ++octave) {
            const Page* from = other.pages_[sign][octave].get();
            if (from == nullptr) continue;
            std::unique_ptr<Page>& to = pages_[sign][octave];
            if (!to) to = std::make_unique<Page>();
            for (std::size_t step = 0; step < kSteps; ++step) {
                const Bin& source = (*from)[step];
                Bin& target = (*to)[step];
                target.low = std::min(target.low, source.low);
                target.high = std::max(target.high, source.high);
                target.count += source.count * times;
            }
        }
    }
}

void LogCounts::clear() {
    zeros_ = 0;
    for (auto& side : pages_) {
        for (auto& page : side) {
            if (page) page->fill(Bin{});
        }
    }
}

std::vector<WeightedBin> LogCounts::bins(double unit) const {
    std::vector<WeightedBin> result;
    const auto append = [&](const Bin& bin) {
        if (bin.count > 0) result.push_back({bin.low, bin.high, static_cast<double>(bin.count) * unit});
    };
    const auto& [positive, negative] = pages_;
    for (std::size_t octave = negative.size(); octave-- > 0;) {
        if (!negative[octave]) continue;
        for (std::size_t step = kSteps; step-- > 0;) append((*negative[octave])[step]);
    }
    if (zeros_ > 0) result.push_back({0.0, 0.0, static_cast<double>(zeros_) * unit});
    for (const auto& page : positive) {
        if (!page) continue;
        for (const Bin& bin : *page) append(bin);
    }
    return result;
}

std::uint64_t LogCounts::count() const {
    std::uint64_t total = zeros_;
    for (const auto& side : pages_) {
        for (const auto& page : side) {
            if (!page) continue;
            for (const Bin& bin : *page) total += bin.count;
        }
    }
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
            below += bin.weight * std::log(x / bin.low) / std::log(bin.high / bin.low);
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
