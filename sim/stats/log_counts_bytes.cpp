#include <algorithm>
#include <cmath>
#include <iterator>

#include "sim/stats/log_counts.hpp"

namespace breakeven::sim {

void LogCounts::pack(core::BytePacker& packer) const {
    packer.whole(batches_.size());
    for (const Batch& batch : batches_) packer.whole(batch.zeros);
    const auto isSeen = [](const Extremes& seen) { return seen.low <= seen.high; };
    packer.whole(static_cast<std::uint64_t>(std::ranges::count_if(extremes_, isSeen)));
    for (std::size_t bin = 0; bin < size(); ++bin) {
        const Extremes& seen = extremes_[bin];
        if (!isSeen(seen)) continue;
        packer.number(seen.low);  // says which bin it is
        packer.number(seen.high);
        packer.whole(seen.atLow);
        packer.whole(seen.atHigh);
        // Most bins have been counted by few batches: pairs of a batch, from 1, and its count; then 0.
        for (std::size_t batch = 0; batch < batches_.size(); ++batch) {
            const std::uint64_t counted = batches_[batch].count(bin);
            if (counted == 0) continue;
            packer.whole(batch + 1);
            packer.whole(counted);
        }
        packer.whole(0);
    }
}

LogCounts LogCounts::unpack(core::ByteUnpacker& unpacker) {
    LogCounts result(unpacker.count(1));
    if (result.batches_.empty()) throw core::BytesUnreadable("counts without a batch");
    for (Batch& batch : result.batches_) batch.zeros = unpacker.whole();

    struct Counted {
        std::size_t bin = 0;
        std::size_t batch = 0;
        std::uint64_t count = 0;
    };
    std::vector<Extremes> bins(unpacker.count(19));
    std::vector<Counted> counted;
    for (std::size_t bin = 0; bin < bins.size(); ++bin) {
        Extremes& seen = bins[bin];
        seen.low = unpacker.number();
        seen.high = unpacker.number();
        const bool isOneBin = std::isfinite(seen.low) && std::isfinite(seen.high) && seen.low <= seen.high &&
                              (seen.low > 0.0 || seen.high < 0.0) && binKey(seen.low) == binKey(seen.high);
        if (!isOneBin) throw core::BytesUnreadable("two values that lie in no bin");
        seen.atLow = unpacker.whole();
        seen.atHigh = unpacker.whole();
        while (const std::uint64_t batch = unpacker.whole(result.batches_.size()))
            counted.push_back({bin, static_cast<std::size_t>(batch - 1), unpacker.whole()});
    }
    std::vector<double> lows;
    std::ranges::transform(bins, std::back_inserter(lows), &Extremes::low);
    result.cover(lows);
    const auto indexOf = [&](std::size_t bin) {
        return static_cast<std::size_t>(result.map_.index(bins[bin].low));
    };
    for (std::size_t bin = 0; bin < bins.size(); ++bin) {
        if (bin > 0 && indexOf(bin) <= indexOf(bin - 1)) throw core::BytesUnreadable("bins out of order");
        result.extremes_[indexOf(bin)] = bins[bin];
    }
    for (const Counted& found : counted)
        result.count(result.batches_[found.batch], indexOf(found.bin), found.count);
    return result;
}

}  // namespace breakeven::sim
