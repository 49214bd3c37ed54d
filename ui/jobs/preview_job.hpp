#pragma once

#include <QObject>
#include <QTimer>
#include <cstdint>
#include <memory>
#include <string>

#include "core/scenario/scenario.hpp"
#include "ui/jobs/work_thread.hpp"

namespace breakeven::ui {

/// What is known of a scenario shortly after a change.
struct Preview {
    std::string sentence;  ///< the verdict's headline
    std::uint32_t worlds = 1;
    bool isLast = false;  ///< nothing better will come
};

/// Answers to a changed scenario, each better than the one before: one world at base values, then more and
/// more worlds, with at most 10,000 users each. Nothing of it is stored. A new scenario stops the old one's.
class PreviewJob : public QObject {
    Q_OBJECT
  public:
    explicit PreviewJob(QObject* parent = nullptr);

    /// @param scenario  one that can be simulated
    void start(std::shared_ptr<const core::Scenario> scenario);
    void stop();
    [[nodiscard]] bool isRunning() const { return work_.isRunning(); }

  signals:
    void estimated(const breakeven::ui::Preview& preview);
    /// The scenario contradicts itself, as a run of it would tell.
    void failed(const breakeven::core::Diagnostic& diagnostic);

  private:
    void poll();

    WorkThread<Preview> work_;
    QTimer timer_;
};

}  // namespace breakeven::ui
