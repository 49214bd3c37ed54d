#include "ui/jobs/preview_job.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/engine/simulate.hpp"
#include "sim/report/verdict.hpp"

namespace breakeven::ui {
namespace {

constexpr int kPreviewPollMs = 10;
constexpr std::uint64_t kMostUsers = 10'000;

/// How many worlds each answer is made of.
std::vector<std::uint32_t> stepsOf(std::uint32_t worlds) {
    std::vector<std::uint32_t> steps{1};
    for (const std::uint32_t step : {16U, 128U, 1024U}) {
        if (worlds > steps.back()) steps.push_back(std::min(step, worlds));
    }
    return steps;
}

}  // namespace

PreviewJob::PreviewJob(QObject* parent) : QObject(parent) {
    timer_.setInterval(kPreviewPollMs);
    connect(&timer_, &QTimer::timeout, this, &PreviewJob::poll);
}

void PreviewJob::start(std::shared_ptr<const core::Scenario> scenario) {
    work_.start([scenario = std::move(scenario)](const std::stop_token& stop, const auto& tell) {
        const std::vector<std::uint32_t> steps = stepsOf(scenario->run.worlds);
        core::Scenario quick = *scenario;
        quick.run.users = std::min<decltype(quick.run.users)>(quick.run.users, kMostUsers);
        sim::Hooks hooks;
        hooks.stop = stop;
        hooks.closedForms = false;
        hooks.distributions = false;
        for (const std::uint32_t worlds : steps) {
            quick.run.worlds = worlds;
            const auto result = sim::simulate(quick, hooks);
            if (result->cancelled) return;
            tell({sim::verdict(*result, quick).headline, worlds, worlds == steps.back()});
        }
    });
    timer_.start();
}

void PreviewJob::stop() {
    timer_.stop();
    work_.stopAndJoin();
}

void PreviewJob::poll() {
    WorkThread<Preview>::Look look = work_.look();
    if (look.isOver) timer_.stop();
    for (const Preview& preview : look.news) emit estimated(preview);
    if (look.failure) emit failed(*look.failure);
}

}  // namespace breakeven::ui
