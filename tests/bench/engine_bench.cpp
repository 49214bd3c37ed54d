// engine_bench SCENARIO [--users N] [--worlds W] [--months M] [--threads T] [--target NAME] [--repeat R]
// Times the engine alone (no process start, no store) on a scenario file, on a chosen instruction set. Prints
// one JSON line; --target list names the instruction sets.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "core/scenario/scenario_reader.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/kernels/block_kernels.hpp"

namespace {

using namespace breakeven;

double secondsOf(const core::Scenario& scenario, const sim::Hooks& hooks) {
    const auto start = std::chrono::steady_clock::now();
    const auto result = sim::simulate(scenario, hooks);
    const std::chrono::duration<double> seconds = std::chrono::steady_clock::now() - start;
    return result->metrics.empty() ? 0.0 : seconds.count();
}

int run(const std::string& file, std::map<std::string, std::string>& options) {
    const core::ScenarioReading reading = core::readScenarioFile(file);
    if (!reading.scenario) {
        fmt::print(stderr, "{} can't be read as a scenario; see `breakeven check`\n", file);
        return 2;
    }
    core::Scenario scenario = *reading.scenario;
    const auto number = [&](const char* name, std::uint64_t otherwise) {
        return options.contains(name) ? std::stoull(options[name]) : otherwise;
    };
    scenario.run.users = static_cast<decltype(scenario.run.users)>(number("--users", scenario.run.users));
    scenario.run.worlds = static_cast<std::uint32_t>(number("--worlds", scenario.run.worlds));
    scenario.run.months = static_cast<decltype(scenario.run.months)>(number("--months", scenario.run.months));
    sim::Hooks hooks;
    hooks.threads = static_cast<int>(number("--threads", 0));
    hooks.blockUsers = static_cast<std::uint32_t>(number("--block", hooks.blockUsers));
    if (options.contains("--target")) sim::forceKernelTarget(options["--target"].c_str());
    std::vector<double> seconds;
    for (std::uint64_t i = 0; i < number("--repeat", 5); ++i) seconds.push_back(secondsOf(scenario, hooks));
    std::ranges::sort(seconds);
    const auto userMonths =
        static_cast<double>(scenario.run.users * scenario.run.worlds * scenario.run.months);
    fmt::print(
        "{{\"target\":\"{}\",\"user_months\":{:.0f},\"user_months_per_s\":{:.0f},\"slowest\":{:.0f},"
        "\"fastest\":{:.0f}}}\n",
        options.contains("--target") ? options["--target"] : sim::kernelTargets().front(), userMonths,
        userMonths / seconds[seconds.size() / 2], userMonths / seconds.back(), userMonths / seconds.front());
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    std::map<std::string, std::string> options;
    for (int i = 2; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
    if (options.contains("--target") && options["--target"] == "list") {
        for (const char* name : sim::kernelTargets()) fmt::print("{}\n", name);
        return 0;
    }
    if (argc < 2) {
        fmt::print(stderr,
                   "usage: engine_bench SCENARIO [--users N] [--worlds W] [--months M] [--threads T] "
                   "[--block USERS] [--target NAME] [--repeat R]\n");
        return 2;
    }
    return run(argv[1], options);
}
