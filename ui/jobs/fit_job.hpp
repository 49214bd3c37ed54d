#pragma once

#include <QObject>
#include <QTimer>
#include <memory>
#include <utility>
#include <vector>

#include "ui/jobs/usage_job.hpp"

namespace breakeven::ui {

/// Fits the columns of a usage table one after the other in a thread of its own. A new table stops the fits
/// of the old one.
class FitJob : public QObject {
    Q_OBJECT
  public:
    explicit FitJob(QObject* parent = nullptr);

    /// @param columns  in the order in which they are wanted
    void start(std::shared_ptr<const LoadedUsage> usage, std::vector<std::size_t> columns);
    void stop();
    [[nodiscard]] bool isRunning() const { return work_.isRunning(); }

  signals:
    /// One column is fitted; null where it holds no usage.
    void fitted(std::size_t column, std::shared_ptr<const breakeven::sim::ColumnFit> fit);
    void failed(const breakeven::core::Diagnostic& diagnostic);

  private:
    using News = std::pair<std::size_t, std::shared_ptr<const sim::ColumnFit>>;
    void poll();

    WorkThread<News> work_;
    QTimer timer_;
};

}  // namespace breakeven::ui
