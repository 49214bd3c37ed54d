#include "sim/pipeline/close_look.hpp"

#include <algorithm>

#include "sim/pipeline/layout.hpp"

namespace breakeven::sim {
namespace {

constexpr std::uint64_t kFirstLooks = 16;
constexpr std::uint64_t kLookEvery = 256;

bool isLookedAt(std::uint64_t world, std::uint64_t chunk) {
    const std::uint64_t order = world + chunk;
    return order < kFirstLooks || order % kLookEvery == 0;
}

/// How many of a world's first chunks are.
std::uint64_t chunksLookedAt(std::uint64_t world, std::uint64_t chunks) {
    const std::uint64_t from = std::max(world, kFirstLooks);
    const std::uint64_t end = world + chunks;
    const std::uint64_t firsts = world < kFirstLooks ? std::min(chunks, kFirstLooks - world) : 0;
    return firsts + (end > from ? (end - 1) / kLookEvery - (from - 1) / kLookEvery : 0);
}

}  // namespace

double lookedAtFor(std::uint64_t world, std::uint64_t chunk, std::uint64_t segmentUsers) {
    if (!isLookedAt(world, chunk)) return 0.0;
    const std::uint64_t chunks = (segmentUsers + kChunkUsers - 1) / kChunkUsers;
    return static_cast<double>(chunks) / static_cast<double>(chunksLookedAt(world, chunks));
}

}  // namespace breakeven::sim
