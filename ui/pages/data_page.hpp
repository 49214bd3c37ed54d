#pragma once

#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "ui/document/document.hpp"
#include "ui/jobs/fit_job.hpp"
#include "ui/jobs/usage_job.hpp"
#include "ui/services.hpp"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QStackedWidget;

namespace breakeven::ui {

class Chart;
class LogForm;
class SegmentForm;
class UsageChartsPanel;
class UsageTables;

/// Measured usage: a log is looked at and metered, a usage table is read from a file or the store; then its
/// totals, distributions and fits, and the segment that is made of it.
class DataPage : public QWidget {
    Q_OBJECT
  public:
    DataPage(Document& document, const Services& services, QWidget* parent = nullptr);

    /// Opens files: logs are looked at first, a usage table is read. On failure the page stays as it was and
    /// `refused` says why.
    void open(const QStringList& paths);
    /// Reads a usage table of the store.
    void openStored(const QString& name);
    void cancel();

    /// Keeps the usage in the store under the name in the form. @return whether it is there now
    bool keep();

    /// Writes the chosen columns into the open scenario as a segment.
    void makeSegment();

    [[nodiscard]] bool isBusy() const { return job_.isRunning(); }
    [[nodiscard]] bool isFitting() const { return fits_.isRunning(); }
    /// What is shown; null: nothing yet.
    [[nodiscard]] const std::shared_ptr<const LoadedUsage>& usage() const { return usage_; }
    [[nodiscard]] const std::vector<Chart*>& charts() const;

  signals:
    void loadWanted();
    void told(const QString& message);
    void segmentMade(const QString& message);
    void refused(const QString& problem, const QString& remedy);
    void stateChanged();

  private:
    void lookAt(const std::vector<std::string>& files, const core::MeterMap& map);
    void meter(const core::MeterJob& job);
    void show(const std::shared_ptr<const LoadedUsage>& usage);
    void showProgress(const MeterProgress& progress, double seconds);
    void refuse(const std::vector<core::Diagnostic>& diagnostics);
    void refreshKept();
    void setBusy(bool isBusy, const QString& words = {});
    /// The table as the scenario will name it; empty where it is kept nowhere.
    [[nodiscard]] std::string fileAsNamed() const;

    Document& document_;
    const Services& services_;
    UsageJob job_;
    FitJob fits_;
    std::shared_ptr<const LoadedUsage> usage_;
    std::vector<std::string> files_;  ///< of the log in the form
    std::uint64_t fileBytes_ = 0;     ///< of the log that is metered; 0: not known
    QLabel* file_ = nullptr;
    QComboBox* kept_ = nullptr;
    QStackedWidget* body_ = nullptr;
    LogForm* log_ = nullptr;
    UsageTables* tables_ = nullptr;
    UsageChartsPanel* charts_ = nullptr;
    SegmentForm* segment_ = nullptr;
    QLineEdit* name_ = nullptr;
    QCheckBox* mayReplace_ = nullptr;
    QPushButton* keep_ = nullptr;
    QWidget* jobBar_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QLabel* progressWords_ = nullptr;
};

}  // namespace breakeven::ui
