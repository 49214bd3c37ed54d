#pragma once

#include <QObject>
#include <QString>
#include <QTimer>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/metering/meter_logs.hpp"
#include "sim/report/usage_analysis.hpp"
#include "ui/jobs/work_thread.hpp"
#include "ui/services.hpp"

namespace breakeven::ui {

/// A usage table that was read or metered, with what the page shows of it.
struct LoadedUsage {
    std::string title;   ///< for people: the file's name, or "store:NAME"
    std::string file;    ///< path of the CSV; empty where it is in no file
    std::string stored;  ///< NAME in the store; empty where it is not there
    sim::UsageTableRecord record;
    std::shared_ptr<const core::CsvTable> table;
    sim::UsageAnalysis analysis;
    std::optional<core::IntakeReport> intake;  ///< of metered logs
    std::optional<core::PeriodKind> period;    ///< of metered logs
};

/// How far metering is.
struct MeterProgress {
    std::uint64_t bytes = 0;  ///< unpacked
    std::uint64_t rows = 0;
};

/// Why there is no usage table: everything that is wrong, and what was read of logs.
struct UsageRefusal {
    std::vector<core::Diagnostic> diagnostics;  ///< one at least
    std::optional<core::IntakeReport> intake;
};

/// Reads a usage CSV or meters logs in a thread of its own. One at a time; a new one stops the old one.
class UsageJob : public QObject {
    Q_OBJECT
  public:
    explicit UsageJob(const Services& services, QObject* parent = nullptr);

    void readFile(const std::string& path);
    void readStored(const std::string& name);
    void meter(core::MeterJob job);
    void cancel() { work_.cancel(); }
    /// Stops what is running; nothing of it is told any more.
    void stop();
    [[nodiscard]] bool isRunning() const { return work_.isRunning(); }

  signals:
    void progressed(const breakeven::ui::MeterProgress& progress, double seconds);
    void finished(std::shared_ptr<const breakeven::ui::LoadedUsage> usage);
    void cancelled();
    void refused(const breakeven::ui::UsageRefusal& refusal);

  private:
    using News = std::variant<MeterProgress, std::shared_ptr<const LoadedUsage>, UsageRefusal>;
    void start(WorkThread<News>::Work work);
    void poll();

    const Services& services_;
    WorkThread<News> work_;
    QTimer timer_;
};

}  // namespace breakeven::ui
