#include "ui/jobs/run_job.hpp"

#include <algorithm>
#include <chrono>
#include <exception>
#include <mutex>
#include <utility>

namespace breakeven::ui {
namespace {

constexpr int kPollMs = 50;

using Clock = std::chrono::steady_clock;

core::Diagnostic diagnosticOf(const std::exception& error) {
    if (const auto* known = dynamic_cast<const core::Error*>(&error)) return known->diagnostic();
    return {core::Severity::Error, {"run", 0, 0}, error.what(), "report this with the scenario"};
}

}  // namespace

/// What the thread writes and the window reads, under the mutex.
struct RunJob::State {
    std::mutex mutex;
    std::optional<sim::Progress> progress;  // since the last look
    std::optional<EndedRun> ended;
    std::optional<core::Diagnostic> failure;
    const Clock::time_point start = Clock::now();
};

RunJob::RunJob(const Services& services, QObject* parent) : QObject(parent), services_(services) {
    timer_.setInterval(kPollMs);
    connect(&timer_, &QTimer::timeout, this, &RunJob::poll);
}

RunJob::~RunJob() {
    stopAndJoin();
}

void RunJob::stopAndJoin() {
    timer_.stop();
    thread_.request_stop();
    if (thread_.joinable()) thread_.join();
    state_.reset();
}

void RunJob::start(core::Scenario scenario, std::string label) {
    stopAndJoin();
    state_ = std::make_shared<State>();
    sim::RunRecord record;
    record.label = std::move(label);
    record.startedAt = services_.nowUtc();
    record.threads = static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
    const auto keep = [this](const core::Scenario& from, const sim::RunRecord& terms, EndedRun& run) {
        try {
            sim::RunRecord whole = sim::recordOf(from, run.result);
            whole.label = terms.label;
            whole.startedAt = terms.startedAt;
            whole.threads = terms.threads;
            whole.durationMs = run.milliseconds;
            run.row = services_.openStore()->save(whole);
        } catch (const std::exception& error) {
            run.notKept = diagnosticOf(error);
        }
    };
    thread_ = std::jthread([state = state_, record = std::move(record), keep,
                            scenario = std::make_shared<const core::Scenario>(std::move(scenario))](
                               const std::stop_token& stop) {
        try {
            sim::Hooks hooks;
            hooks.stop = stop;
            hooks.progress = [&](const sim::Progress& progress) {
                const std::lock_guard lock(state->mutex);
                state->progress = progress;
            };
            EndedRun run;
            run.scenario = scenario;
            run.result = sim::simulate(*scenario, hooks);
            const auto time = Clock::now() - state->start;
            run.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
            // Two worlds are the fewest that give an error.
            if (run.result->cancelled && run.result->worldsFinished < 2)
                run.result.reset();
            else
                keep(*scenario, record, run);
            const std::lock_guard lock(state->mutex);
            state->ended = std::move(run);
        } catch (const std::exception& error) {
            const std::lock_guard lock(state->mutex);
            state->failure = diagnosticOf(error);
        }
    });
    timer_.start();
}

void RunJob::cancel() {
    thread_.request_stop();
}

void RunJob::poll() {
    if (!state_) return;
    std::optional<sim::Progress> progress;
    std::optional<EndedRun> ended;
    std::optional<core::Diagnostic> failure;
    const double seconds = std::chrono::duration<double>(Clock::now() - state_->start).count();
    {
        const std::lock_guard lock(state_->mutex);
        progress = std::exchange(state_->progress, std::nullopt);
        ended = std::exchange(state_->ended, std::nullopt);
        failure = std::exchange(state_->failure, std::nullopt);
    }
    if (ended || failure) stopAndJoin();
    if (failure) {
        emit failed(*failure);
    } else if (!ended) {
        if (progress) emit progressed(*progress, seconds);
    } else if (!ended->result || ended->result->cancelled) {
        emit cancelled(*ended);
    } else {
        emit finished(*ended);
    }
}

}  // namespace breakeven::ui
