#pragma once

#include <string>
#include <vector>

#include "app/cli/conclusion.hpp"

namespace breakeven::app {

/// What `run --shard` was given.
struct ShardOptions {
    std::vector<std::string> paths;
    std::vector<core::Override> overrides;
    std::string shard, out, targetError;
    int threads = 0;
    ConclusionOptions conclusion;
};

/// Simulates a part of one scenario's work and writes it into a file. @return an exit status
[[nodiscard]] int runShard(const ShardOptions& options);

}  // namespace breakeven::app
