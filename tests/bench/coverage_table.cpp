// coverage_table [SEEDS [SAMPLING]]: how often the printed 95 % interval of one-world runs holds the true
// value, over seeds 1 to SEEDS (default 1,000), for every sampling or one, quantity and case. Prints a
// Markdown table in per cent.

#include <fmt/format.h>

#include <cstdint>
#include <cstdio>
#include <exception>
#include <string>
#include <string_view>

#include "tests/support/interval_coverage.hpp"

namespace {

using namespace breakeven;

void printTable(std::uint64_t seeds, std::string_view only) {
    const tests::CoverageCase cases[] = {tests::lognormalCase(0.8, 20'000),
                                         tests::lognormalCase(1.6, 200'000), tests::empiricalCase(20'000),
                                         tests::lognormalCase(1.6, 1'000)};
    fmt::print("| case | sampling |");
    for (const auto& quantity : cases[0].quantities) fmt::print(" {} |", quantity.name);
    fmt::print("\n|---|---|");
    for (std::size_t i = 0; i < cases[0].quantities.size(); ++i) fmt::print("---|");
    fmt::print("\n");
    for (const tests::CoverageCase& covered : cases) {
        for (const std::string_view name : core::kSamplingNames) {
            if (!only.empty() && name != only) continue;
            fmt::print("| {} | {} |", covered.name, name);
            const auto hits = tests::hitsOf(covered, *core::samplingNamed(name), 1, seeds);
            for (const int count : hits) fmt::print(" {:.1f} |", 100.0 * count / static_cast<double>(seeds));
            fmt::print("\n");
            std::fflush(stdout);
        }
    }
}

}  // namespace

int main(int argc, char** argv) {
    try {
        printTable(argc > 1 ? std::stoull(argv[1]) : 1'000, argc > 2 ? argv[2] : "");
        return 0;
    } catch (const std::exception& error) {
        std::fputs(error.what(), stderr);
        return 2;
    }
}
