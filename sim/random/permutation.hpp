#pragma once

#include <cstdint>

#include "sim/random/philox.hpp"

namespace breakeven::sim {

/// A random permutation of 0 .. size - 1 that needs no memory: a Feistel network of eight rounds on the
/// smallest even number of bits that holds `size`, walked until it lands inside. Source: Black & Rogaway
/// (2002), "Ciphers with arbitrary finite domains" (cycle walking).
class Permutation {
  public:
    /// @param size  >= 1
    /// @param keys  of the rounds
    Permutation(std::uint32_t size, PhiloxCounter keys);

    /// @param index  below size
    [[nodiscard]] std::uint32_t operator()(std::uint32_t index) const;

  private:
    std::uint32_t size_;
    PhiloxCounter keys_;
    unsigned halfBits_;
    std::uint32_t halfMask_;
};

}  // namespace breakeven::sim
