#include "sim/engine/work_plan.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

namespace breakeven::sim {
namespace {

/// Two in every batch. Five users would be in five batches, and an error from all 32 would take those that
/// say nothing of the segment for witnesses too.
constexpr std::uint64_t kLeastOfSegment = 2 * kBatches;

/// A mean of weighted users is a ratio, which few users bias, the same way in every world: with sigma 1.6 by
/// 4 % with 20, by 0.3 % with 100.
constexpr std::uint64_t kLeastWeighted = 1024;

std::uint64_t leastOfSegment(const core::RunSettings& run) {
    const bool isWeighted = run.sampling == core::Sampling::Importance;
    return std::min(run.users, isWeighted ? kLeastWeighted : run.worlds > 1 ? 2 : kLeastOfSegment);
}

}  // namespace

WorkPlan::WorkPlan(const core::Scenario& scenario)
    : worlds_(scenario.run.worlds), months_(scenario.run.months), users_(usersBySegment(scenario)) {
    for (const std::uint64_t users : users_) {
        groups_.push_back(groupingOf(users));
        chunksBefore_.push_back(chunks_);
        chunks_ += (users + kChunkUsers - 1) / kChunkUsers;
        usersOfWorld_ += users;
    }
}

UnitRange WorkPlan::unitsOf(const Shard& shard) const {
    // Not units x index / count: a shard's number may be as large as the units'.
    const std::uint64_t least = units() / shard.count;
    const std::uint64_t larger = units() % shard.count;
    const std::uint64_t before = shard.index - 1;
    const std::uint64_t first = before * least + std::min(before, larger);
    return {first, first + least + (before < larger ? 1 : 0)};
}

Chunk WorkPlan::chunkAt(std::uint64_t index) const {
    std::size_t segment = chunksBefore_.size() - 1;
    while (chunksBefore_[segment] > index) --segment;
    const std::uint64_t first = (index - chunksBefore_[segment]) * kChunkUsers;
    return {segment, static_cast<std::uint32_t>(first),
            static_cast<std::uint32_t>(std::min<std::uint64_t>(kChunkUsers, users_[segment] - first))};
}

std::uint64_t WorkPlan::userMonths(const UnitRange& range) const {
    if (isByWorld()) return range.size() * usersOfWorld_ * months_;
    std::uint64_t users = 0;
    for (std::size_t segment = 0; segment < users_.size(); ++segment) {
        // Of the segment's users, those of the chunks in the range.
        const auto before = [&](std::uint64_t chunk) {
            const std::uint64_t own = chunk - std::min(chunk, chunksBefore_[segment]);
            return std::min(own * kChunkUsers, users_[segment]);
        };
        users += before(range.end) - before(range.first);
    }
    return users * months_;
}

std::vector<std::uint64_t> usersBySegment(const core::Scenario& scenario) {
    double total = 0.0;
    for (const core::Segment& segment : scenario.segments) total += segment.weight.base;
    std::vector<std::uint64_t> users;
    std::vector<std::pair<double, std::size_t>> remainders;
    std::uint64_t given = 0;
    for (const core::Segment& segment : scenario.segments) {
        const double share = segment.weight.base / total * static_cast<double>(scenario.run.users);
        users.push_back(static_cast<std::uint64_t>(share));
        remainders.emplace_back(static_cast<double>(users.back()) - share, users.size() - 1);
        given += users.back();
    }
    std::ranges::stable_sort(remainders);
    for (std::size_t i = 0; given < scenario.run.users; ++i, ++given)
        ++users[remainders[i % users.size()].second];
    const std::uint64_t least = leastOfSegment(scenario.run);
    for (std::uint64_t& count : users) count = std::max(count, least);
    return users;
}

}  // namespace breakeven::sim
