#pragma once

#include <QObject>
#include <QTimer>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "core/scenario/scenario.hpp"
#include "sim/engine/simulate.hpp"
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
    ~RunJob() override;  ///< asks the thread to stop, then waits for it

    void start(core::Scenario scenario, std::string label);
    void cancel();
    [[nodiscard]] bool isRunning() const { return state_ != nullptr; }

  signals:
    void progressed(const breakeven::sim::Progress& progress, double seconds);  ///< at most 20 times a second
    void finished(const breakeven::ui::EndedRun& run);
    /// Stopped early: the result speaks of the worlds finished by then; null when they are too few to say
    /// anything.
    void cancelled(const breakeven::ui::EndedRun& run);
    void failed(const breakeven::core::Diagnostic& diagnostic);

  private:
    struct State;
    void poll();
    void stopAndJoin();

    const Services& services_;
    std::shared_ptr<State> state_;  ///< shared with the thread
    std::jthread thread_;
    QTimer timer_;
};

}  // namespace breakeven::ui
