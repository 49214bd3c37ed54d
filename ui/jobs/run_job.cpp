#include "ui/jobs/run_job.hpp"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

namespace breakeven::ui {
namespace {

/// What the store keeps of a run beside the run itself.
struct RunTerms {
    std::string label;
    std::string startedAt;
    int threads = 1;
};

/// Puts the run into the store, or says why it is not there.
void keep(EndedRun& run, const RunTerms& terms, const Services& services) {
    try {
        sim::RunRecord record = sim::recordOf(*run.scenario, run.result);
        record.label = terms.label;
        record.startedAt = terms.startedAt;
        record.threads = terms.threads;
        record.durationMs = run.milliseconds;
        run.row = services.openStore()->save(record);
    } catch (const std::exception& error) {
        run.notKept = diagnosticOf(error);
    }
}

}  // namespace

RunJob::RunJob(const Services& services, QObject* parent) : QObject(parent), services_(services) {
    timer_.setInterval(kPollMs);
    connect(&timer_, &QTimer::timeout, this, &RunJob::poll);
}

void RunJob::start(core::Scenario scenario, std::string label) {
    const RunTerms terms{std::move(label), services_.nowUtc(),
                         static_cast<int>(std::max(1U, std::thread::hardware_concurrency()))};
    work_.start([terms, &services = services_,
                 scenario = std::make_shared<const core::Scenario>(std::move(scenario))](
                    const std::stop_token& stop, const auto& tell) {
        using Clock = std::chrono::steady_clock;
        const Clock::time_point begin = Clock::now();
        sim::Hooks hooks;
        hooks.stop = stop;
        hooks.progress = [&](const sim::Progress& progress) { tell(progress); };
        EndedRun run;
        run.scenario = scenario;
        run.result = sim::simulate(*scenario, hooks);
        const auto time = Clock::now() - begin;
        run.milliseconds = std::chrono::duration_cast<std::chrono::milliseconds>(time).count();
        // Two worlds are the fewest that give an error.
        if (run.result->cancelled && run.result->worldsFinished < 2)
            run.result.reset();
        else
            keep(run, terms, services);
        tell(std::move(run));
    });
    timer_.start();
}

void RunJob::poll() {
    WorkThread<News>::Look look = work_.look();
    if (look.isOver) timer_.stop();
    std::optional<sim::Progress> progress;
    for (const News& item : look.news) {
        if (const auto* step = std::get_if<sim::Progress>(&item)) progress = *step;
        if (const auto* ended = std::get_if<EndedRun>(&item)) {
            // The thread has told its last, and the next run may begin.
            timer_.stop();
            work_.stopAndJoin();
            if (!ended->result || ended->result->cancelled)
                emit cancelled(*ended);
            else
                emit finished(*ended);
            return;
        }
    }
    if (look.failure)
        emit failed(*look.failure);
    else if (progress)
        emit progressed(*progress, look.seconds);
}

}  // namespace breakeven::ui
