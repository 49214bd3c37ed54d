// precision_bench [SCENARIO [PLAN [SHARE]]] [--threads T] [--seeds S] [--sampling NAME] [--controls]
// [--means] How long the engine takes, without process start, to know the mean cost of a plan at base values
// to a standard error of SHARE of it (0.0001), for each sampling. True errors: the root mean square over
// seeds 1 to S (64) against the closed form, not the errors that the runs print. Users double from 4,096; of
// the first number that is enough the time is printed, and what its error would make of it. --controls: with
// control variates. --means: without quantiles and exact
// values, as the first look in the window. One JSON line each.

#include <fmt/format.h>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <exception>
#include <stdexcept>
#include <string>
#include <vector>

#include "core/scenario/scenario_reader.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/exact/closed_forms.hpp"

namespace {

using namespace breakeven;

struct Target {
    core::Scenario scenario;
    std::size_t plan = 0;
    double exact = 0.0;
    double share = 1e-4;
};

struct Precision {
    double seconds = 0.0;  ///< of a run
    double error = 0.0;    ///< root mean square, as a share of the exact value
    double printed = 0.0;  ///< the same of the standard errors that the runs print
};

Precision precisionOf(Target& target, std::uint64_t users, std::uint64_t seeds, const sim::Hooks& hooks) {
    core::Scenario& scenario = target.scenario;
    scenario.run.users = static_cast<decltype(scenario.run.users)>(users);
    const std::string plan = scenario.plans[target.plan].id;
    double squares = 0.0;
    double printed = 0.0;
    double seconds = 0.0;
    for (scenario.run.seed = 0; scenario.run.seed <= seeds; ++scenario.run.seed) {
        const auto start = std::chrono::steady_clock::now();
        const auto result = sim::simulate(scenario, hooks);
        const std::chrono::duration<double> wall = std::chrono::steady_clock::now() - start;
        if (scenario.run.seed == 0) continue;  // warm-up
        seconds += wall.count();
        const sim::Estimate& found =
            sim::findMetric(*result, {plan, sim::kAll, sim::kAll}, "cost_per_user")->estimate;
        squares += std::pow(found.value / target.exact - 1.0, 2);
        printed += std::pow(found.standardError / target.exact, 2);
    }
    const auto n = static_cast<double>(seeds);
    return {seconds / n, std::sqrt(squares / n), std::sqrt(printed / n)};
}

/// @param only  the sampling to be timed; empty: all
void run(Target target, std::uint64_t seeds, const sim::Hooks& hooks, const std::string& only) {
    constexpr std::uint64_t kMostUsers = std::uint64_t{1} << 26;
    for (std::size_t i = 0; i < std::size(core::kSamplingNames); ++i) {
        if (!only.empty() && core::kSamplingNames[i] != only) continue;
        target.scenario.run.sampling = *core::samplingNamed(core::kSamplingNames[i]);
        for (std::uint64_t users = 4096;; users *= 2) {
            const Precision found = precisionOf(target, users, seeds, hooks);
            if (found.error > target.share && users * 2 <= kMostUsers) continue;
            // Whatever the sampling, an error that falls like 1 / sqrt(users) is the least that it does.
            fmt::print(R"({{"sampling": "{}", "users": {}, "seconds": {:.6g}, "relative_rms_error": {:.3g}, )"
                       R"("relative_printed_error": {:.3g}, "seconds_to_target": {:.6g}}})"
                       "\n",
                       core::kSamplingNames[i], users, found.seconds, found.error, found.printed,
                       found.error > target.share ? found.seconds * std::pow(found.error / target.share, 2)
                                                  : found.seconds);
            std::fflush(stdout);
            break;
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    try {
        std::vector<std::string> words;
        std::uint64_t seeds = 64;
        std::string only;
        bool isControlled = false;
        sim::Hooks hooks;
        for (int i = 1; i < count; ++i) {
            const std::string word = arguments[i];
            if (word == "--threads" && i + 1 < count) {
                hooks.threads = std::stoi(arguments[++i]);
            } else if (word == "--seeds" && i + 1 < count) {
                seeds = std::stoull(arguments[++i]);
            } else if (word == "--sampling" && i + 1 < count) {
                only = arguments[++i];
            } else if (word == "--controls") {
                isControlled = true;
            } else if (word == "--means") {
                hooks.closedForms = hooks.distributions = false;
            } else {
                words.push_back(word);
            }
        }
        const std::string file = words.empty() ? "scenarios/pro-200/pro-200.toml" : words[0];
        const std::string plan = words.size() > 1 ? words[1] : "soft-cap";
        const core::ScenarioReading reading = core::readScenarioFile(file);
        if (!reading.scenario) throw std::invalid_argument(file + " can't be read; see `breakeven check`");
        Target target{*reading.scenario, 0, 0.0, words.size() > 2 ? std::stod(words[2]) : 1e-4};
        target.scenario.run.worlds = 1;
        target.scenario.run.months = 1;
        target.scenario.usesControls = isControlled;
        while (target.plan < target.scenario.plans.size() && target.scenario.plans[target.plan].id != plan)
            ++target.plan;
        if (target.plan == target.scenario.plans.size()) throw std::invalid_argument("no plan " + plan);
        const auto exact = sim::exactMetric(target.scenario, target.plan, {}, "cost_per_user");
        if (!exact) throw std::invalid_argument("the mean cost of " + plan + " has no closed form");
        target.exact = *exact;
        fmt::print(R"({{"exact": {:.10g}, "seeds": {}}})"
                   "\n",
                   target.exact, seeds);
        run(std::move(target), seeds, hooks, only);
        return 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "precision_bench: {}\n", error.what());
        return 2;
    }
}
