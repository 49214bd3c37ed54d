#pragma once

#include <cstdint>

#include "sim/random/philox.hpp"
#include "sim/random/stream.hpp"

namespace breakeven::sim {

/// As many uniforms as somebody's month takes, one after the other: pair number k has the counter
/// (user, world, month and k, stream). After 131,072 of them they begin again.
class DrawSequence {
  public:
    /// @param month  from 1
    DrawSequence(PhiloxKey key, std::uint32_t user, std::uint32_t world, std::uint32_t month,
                 std::uint32_t stream)
        : key_(key), counter_{user, world, month << 16, stream} {}

    /// In (0, 1).
    [[nodiscard]] double next() {
        if (hasSecond_) {
            hasSecond_ = false;
            return second_;
        }
        const PhiloxCounter words = philoxBlock(counter_, key_);
        const std::uint32_t number = (counter_[2] + 1) & 0xffffU;
        counter_[2] = (counter_[2] & 0xffff0000U) | number;
        second_ = uniformFrom(words[2], words[3]);
        hasSecond_ = true;
        return uniformFrom(words[0], words[1]);
    }

  private:
    PhiloxKey key_;
    PhiloxCounter counter_;
    double second_ = 0.0;
    bool hasSecond_ = false;
};

}  // namespace breakeven::sim
