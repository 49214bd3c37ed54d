#pragma once

#include <QObject>
#include <QTimer>
#include <memory>
#include <variant>
#include <vector>

#include "core/scenario/scenario.hpp"
#include "sim/engine/simulate.hpp"
#include "sim/report/cost_breakdown.hpp"
#include "ui/jobs/work_thread.hpp"

namespace breakeven::ui {

/// What the users of every plan of a scenario cost.
struct PlanCosts {
    std::shared_ptr<const core::Scenario> scenario;
    std::vector<sim::CostBreakdown> plans;  ///< in the scenario's order
};

/// Simulates one world and breaks the cost of every plan down, in a thread of its own. A new one stops the
/// old one.
class CostJob : public QObject {
    Q_OBJECT
  public:
    explicit CostJob(QObject* parent = nullptr);

    /// @param scenario  of one world
    void start(core::Scenario scenario);
    void cancel() { work_.cancel(); }
    /// Stops what is running; nothing of it is told any more.
    void stop();
    [[nodiscard]] bool isRunning() const { return work_.isRunning(); }

  signals:
    void progressed(const breakeven::sim::Progress& progress);  ///< at most 20 times a second
    void finished(std::shared_ptr<const breakeven::ui::PlanCosts> costs);
    void cancelled();
    void failed(const breakeven::core::Diagnostic& diagnostic);

  private:
    using News = std::variant<sim::Progress, std::shared_ptr<const PlanCosts>>;
    void poll();

    WorkThread<News> work_;
    QTimer timer_;
};

}  // namespace breakeven::ui
