#include "ui/jobs/cost_job.hpp"

#include <optional>
#include <utility>

namespace breakeven::ui {
CostJob::CostJob(QObject* parent) : QObject(parent) {
    timer_.setInterval(kPollMs);
    connect(&timer_, &QTimer::timeout, this, &CostJob::poll);
}

void CostJob::start(core::Scenario scenario) {
    work_.start([scenario = std::make_shared<const core::Scenario>(std::move(scenario))](
                    const std::stop_token& stop, const auto& tell) {
        sim::Hooks hooks;
        hooks.stop = stop;
        hooks.progress = [&](const sim::Progress& progress) { tell(progress); };
        const auto base = sim::simulate(*scenario, hooks);
        if (base->cancelled) return;
        auto costs = std::make_shared<PlanCosts>();
        costs->scenario = scenario;
        for (std::size_t plan = 0; plan < scenario->plans.size(); ++plan) {
            if (stop.stop_requested()) return;
            costs->plans.push_back(sim::costBreakdown(*scenario, plan, *base));
        }
        tell(std::shared_ptr<const PlanCosts>(std::move(costs)));
    });
    timer_.start();
}

void CostJob::stop() {
    timer_.stop();
    work_.stopAndJoin();
}

void CostJob::poll() {
    WorkThread<News>::Look look = work_.look();
    if (look.isOver) timer_.stop();
    std::optional<sim::Progress> progress;
    for (const News& item : look.news) {
        if (const auto* step = std::get_if<sim::Progress>(&item)) progress = *step;
        if (const auto* costs = std::get_if<std::shared_ptr<const PlanCosts>>(&item)) {
            stop();  // it has told its last
            emit finished(*costs);
            return;
        }
    }
    if (look.failure)
        emit failed(*look.failure);
    else if (look.isOver)
        emit cancelled();
    else if (progress)
        emit progressed(*progress);
}

}  // namespace breakeven::ui
