#pragma once

#include <string>

#include "sim/stats/log_counts.hpp"

namespace breakeven::tests {

inline std::string packed(const sim::LogCounts& counts) {
    core::BytePacker packer;
    counts.pack(packer);
    return packer.take();
}

inline sim::LogCounts unpacked(const std::string& bytes) {
    core::ByteUnpacker unpacker(bytes);
    return sim::LogCounts::unpack(unpacker);
}

}  // namespace breakeven::tests
