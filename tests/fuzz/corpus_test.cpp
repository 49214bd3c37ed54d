#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>

#include "tests/fuzz/fuzz_targets.hpp"

namespace breakeven::fuzz {
namespace {

namespace fs = std::filesystem;

struct Target {
    const char* name;
    std::function<void(std::string_view)> run;
};

TEST(FuzzCorpus, GivenEachSeedAndEachBeginningOfIt_WhenFedToItsTarget_ThenNothingBreaks) {
    const Target targets[] = {{"csvLog", csvLog},
                              {"jsonLog", jsonLog},
                              {"cloudEvents", cloudEvents},
                              {"priceList", priceList},
                              {"scenarioText", scenarioText}};
    for (const Target& target : targets) {
        std::size_t seeds = 0;
        for (const auto& entry :
             fs::directory_iterator(fs::path(BREAKEVEN_SOURCE_ROOT) / "tests/fuzz/corpus" / target.name)) {
            std::ifstream stream(entry.path(), std::ios::binary);
            const std::string seed{std::istreambuf_iterator<char>(stream), {}};
            ++seeds;
            const std::size_t step = std::max<std::size_t>(1, seed.size() / 64);
            for (std::size_t size = 0; size <= seed.size(); size += step)
                target.run(std::string_view(seed).substr(0, size));
            target.run(seed);
        }
        EXPECT_GE(seeds, 3U) << target.name;
    }
}

}  // namespace
}  // namespace breakeven::fuzz
