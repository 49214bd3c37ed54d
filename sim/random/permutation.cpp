#include "sim/random/permutation.hpp"

#include <algorithm>
#include <bit>

namespace breakeven::sim {
namespace {

constexpr std::uint32_t kRounds =
    8;  // with halves of two bits, four leave places that are visited too rarely

/// 32 bits mixed so that each depends on all. Constants: Wellons (2018), "Prospecting for hash functions".
std::uint32_t mixed(std::uint32_t x) {
    x ^= x >> 16;
    x *= 0x7feb352dU;
    x ^= x >> 15;
    x *= 0x846ca68bU;
    return x ^ (x >> 16);
}

}  // namespace

Permutation::Permutation(std::uint32_t size, PhiloxCounter keys)
    : size_(size),
      keys_(keys),
      halfBits_(std::max(static_cast<unsigned>(std::bit_width(size - 1)) + 1U, 2U) / 2U),
      halfMask_((1U << halfBits_) - 1U) {}

std::uint32_t Permutation::operator()(std::uint32_t index) const {
    do {
        std::uint32_t left = index >> halfBits_;
        std::uint32_t right = index & halfMask_;
        for (std::uint32_t round = 0; round < kRounds; ++round) {
            const std::uint32_t key = keys_[round % 4] + round * 0x9E3779B9U;
            const std::uint32_t next = left ^ (mixed(right ^ key) & halfMask_);
            left = right;
            right = next;
        }
        index = (left << halfBits_) | right;
    } while (index >= size_);
    return index;
}

}  // namespace breakeven::sim
