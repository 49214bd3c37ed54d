#include <algorithm>
#include <bit>
#include <cmath>
#include <iterator>
#include <optional>
#include <utility>

#include "sim/stats/log_counts.hpp"

namespace breakeven::sim {
namespace {

constexpr std::size_t kMostBatches = 1024;  // of a packed state: each takes memory for every bin

}  // namespace

void LogCounts::pack(core::BytePacker& packer) const {
    packer.whole(batches_.size());
    packer.number(origin_);
    packer.whole(repeats_);
    packer.whole(seesFractions_ ? 1 : 0);
    for (const Batch& batch : batches_) packer.whole(batch.zeros);
    const auto isCounted = [&](std::size_t bin) {
        return std::ranges::any_of(batches_, [&](const Batch& batch) { return batch.count(bin) > 0; });
    };
    std::vector<std::size_t> counted;
    for (std::size_t bin = 0; bin < size(); ++bin) {
        if (isCounted(bin)) counted.push_back(bin);
    }
    packer.whole(counted.size());
    for (const std::size_t bin : counted) {
        const BinMap::Edge edge = map_.edgeOf(bin);
        packer.number(edge.sign * std::bit_cast<double>(edge.bits));
        const Seen& seen = seen_[bin];
        packer.whole(seen.count);
        if (seen.count > 0) {
            for (const End& end : {seen.low, seen.high}) {
                packer.number(end.value);
                packer.whole(end.weight);
                packer.whole(end.looks);
            }
            packer.whole(seen.weight);
            const auto shared = shared_.find(edgeAt(bin));
            if (shared == shared_.end()) {
                packer.whole(0);
            } else if (shared->second.areTooMany()) {
                packer.whole(SharedValues::kMost + 1);
            } else {
                packer.whole(shared->second.values().size());
                for (const SharedValue& each : shared->second.values()) {
                    packer.number(each.value);
                    packer.whole(each.weight);
                    packer.whole(each.looks);
                }
            }
        }
        // Most bins have been counted by few batches: pairs of a batch, from 1, and its count; then 0.
        for (std::size_t batch = 0; batch < batches_.size(); ++batch) {
            const std::uint64_t times = batches_[batch].count(bin);
            if (times == 0) continue;
            packer.whole(batch + 1);
            packer.whole(times);
        }
        packer.whole(0);
    }
}

LogCounts LogCounts::unpack(core::ByteUnpacker& unpacker) {
    LogCounts result(unpacker.count(1));
    if (result.batches_.empty()) throw core::BytesUnreadable("counts without a batch");
    if (result.batches_.size() > kMostBatches) throw core::BytesUnreadable("too many batches");
    result.origin_ = unpacker.number();
    if (!std::isfinite(result.origin_)) throw core::BytesUnreadable("an origin that is no number");
    result.repeats_ = unpacker.whole();
    result.seesFractions_ = unpacker.whole(1) == 1;
    for (Batch& batch : result.batches_) batch.zeros = unpacker.whole();

    struct Bin {
        double edge = 0.0;
        Seen seen;
        SharedValues shared;
        std::vector<std::pair<std::size_t, std::uint64_t>> counts;  // batch and its count
    };
    std::vector<Bin> bins(unpacker.count(12));
    for (Bin& bin : bins) {
        bin.edge = unpacker.number();
        if (!BinMap::isEdge(bin.edge, kBinKeyShift))
            throw core::BytesUnreadable("a value that is no edge of a bin");
        Seen& seen = bin.seen;
        seen.count = unpacker.whole();
        if (seen.count > 0) {
            const auto expectInside = [&](double value) {
                const double x = value - result.origin_;
                const bool liesInside = std::isfinite(x) && x != 0.0 &&
                                        std::signbit(x) == std::signbit(bin.edge) &&
                                        binKey(x) == binKey(bin.edge);
                if (!liesInside) throw core::BytesUnreadable("a value that lies outside its bin");
            };
            for (End* end : {&seen.low, &seen.high}) {
                *end = {unpacker.number(), unpacker.whole(), unpacker.whole()};
                expectInside(end->value);
            }
            if (seen.low.value > seen.high.value) throw core::BytesUnreadable("values out of order");
            seen.weight = unpacker.whole();
            if (seen.low.weight > seen.weight || seen.high.weight > seen.weight || seen.weight == 0)
                throw core::BytesUnreadable("parts that weigh more than the whole");
            const std::uint64_t shared = unpacker.whole(SharedValues::kMost + 1);
            if (shared > SharedValues::kMost) bin.shared.setTooMany();
            Look left = seen.weight;
            for (std::uint64_t i = 0; i < shared && !bin.shared.areTooMany(); ++i) {
                const SharedValue each{unpacker.number(), unpacker.whole(), unpacker.whole()};
                expectInside(each.value);
                if (each.weight > left) throw core::BytesUnreadable("parts that weigh more than the whole");
                left -= each.weight;
                bin.shared.add(each);
                if (bin.shared.values().back().value != each.value || bin.shared.values().size() != i + 1)
                    throw core::BytesUnreadable("values out of order");
            }
        }
        while (const std::uint64_t batch = unpacker.whole(result.batches_.size()))
            bin.counts.emplace_back(static_cast<std::size_t>(batch - 1), unpacker.whole());
    }
    std::vector<double> edges;
    std::ranges::transform(bins, std::back_inserter(edges), &Bin::edge);
    result.resize(result.map_.with(edges));
    std::optional<std::size_t> last;
    for (const Bin& bin : bins) {
        const auto index = static_cast<std::size_t>(result.map_.index(bin.edge));
        if (last && index <= *last) throw core::BytesUnreadable("bins out of order");
        last = index;
        result.seen_[index] = bin.seen;
        if (bin.shared.areTooMany() || !bin.shared.values().empty()) result.shared_[bin.edge] = bin.shared;
        for (const auto& [batch, count] : bin.counts) result.batches_[batch].add(index, count, result.size());
    }
    return result;
}

}  // namespace breakeven::sim
