#pragma once

#include <QObject>
#include <QTimer>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "core/scenario/scenario.hpp"
#include "sim/engine/simulate.hpp"
#include "ui/jobs/work_thread.hpp"
#include "ui/services.hpp"

namespace breakeven::ui {

/// A run that has ended.
struct EndedRun {
    std::shared_ptr<const sim::RunResult> result;
    std::shared_ptr<const core::Scenario> scenario;
    qint64 milliseconds = 0;
    std::int64_t row = 0;                     ///< the store's number; 0: not kept
    std::optional<core::Diagnostic> notKept;  ///< why the store did not take it
};

/// Simulates in a thread of its own, then keeps the run in the store. One run at a time; a new one stops the
/// old one, whose result is dropped.
class RunJob : public QObject {
    Q_OBJECT
  public:
    explicit RunJob(const Services& services, QObject* parent = nullptr);

    void start(core::Scenario scenario, std::string label);
    void cancel() { work_.cancel(); }
    [[nodiscard]] bool isRunning() const { return work_.isRunning(); }

  signals:
    void progressed(const breakeven::sim::Progress& progress, double seconds);  ///< at most 20 times a second
    void finished(const breakeven::ui::EndedRun& run);
    /// Stopped early: the result speaks of the worlds finished by then; null when they are too few to say
    /// anything.
    void cancelled(const breakeven::ui::EndedRun& run);
    void failed(const breakeven::core::Diagnostic& diagnostic);

  private:
    using News = std::variant<sim::Progress, EndedRun>;
    void poll();

    const Services& services_;
    WorkThread<News> work_;
    QTimer timer_;
};

}  // namespace breakeven::ui
