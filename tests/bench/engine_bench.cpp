// engine_bench SCENARIO [--users N] [--worlds W] [--months M] [--threads T] [--target NAME] [--repeat R]
//     [--look 1]
// Times the engine alone (no process start, no store) on a scenario file, on a chosen instruction set. Prints
// one JSON line; --target list names the instruction sets; --look 1 is what the window's first answer takes.

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/scenario/scenario_reader.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/kernels/block_kernels.hpp"

namespace {

using namespace breakeven;

struct Time {
    double wall = 0.0;  ///< s
    double cpu = 0.0;   ///< s, over all threads
};

Time timeOf(const core::Scenario& scenario, const sim::Hooks& hooks) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t startCpu = std::clock();
    const auto result = sim::simulate(scenario, hooks);
    const std::clock_t endCpu = std::clock();
    const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
    if (result->metrics.empty()) throw std::logic_error("the run gave nothing");
    return {wall.count(), static_cast<double>(endCpu - startCpu) / CLOCKS_PER_SEC};
}

double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
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
    hooks.closedForms = hooks.distributions = number("--look", 0) == 0;
    if (options.contains("--target")) sim::forceKernelTarget(options["--target"].c_str());
    std::vector<double> wall;
    std::vector<double> cpu;
    for (std::uint64_t i = 0; i < number("--repeat", 5); ++i) {
        const Time time = timeOf(scenario, hooks);
        wall.push_back(time.wall);
        cpu.push_back(time.cpu);
    }
    const auto userMonths =
        static_cast<double>(scenario.run.users * scenario.run.worlds * scenario.run.months);
    fmt::print(
        "{{\"target\":\"{}\",\"user_months\":{:.0f},\"user_months_per_s\":{:.0f},\"slowest\":{:.0f},"
        "\"fastest\":{:.0f},\"user_months_per_cpu_s\":{:.0f},\"ms\":{:.1f}}}\n",
        options.contains("--target") ? options["--target"] : sim::kernelTargets().front(), userMonths,
        userMonths / median(wall), userMonths / *std::ranges::max_element(wall),
        userMonths / *std::ranges::min_element(wall), userMonths / median(cpu), 1e3 * median(wall));
    return 0;
}

int benchmark(int argc, char** argv) {
    std::map<std::string, std::string> options;
    for (int i = 2; i + 1 < argc; i += 2) options[argv[i]] = argv[i + 1];
    if (options.contains("--target") && options["--target"] == "list") {
        for (const char* name : sim::kernelTargets()) fmt::print("{}\n", name);
        return 0;
    }
    if (argc < 2) {
        fmt::print(stderr,
                   "usage: engine_bench SCENARIO [--users N] [--worlds W] [--months M] [--threads T] "
                   "[--block USERS] [--target NAME] [--repeat R] [--look 1]\n");
        return 2;
    }
    return run(argv[1], options);
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return benchmark(argc, argv);
    } catch (const std::exception& error) {
        std::fputs(error.what(), stderr);
        return 3;
    }
}
