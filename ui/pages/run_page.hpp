#pragma once

#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "ui/document/document.hpp"
#include "ui/jobs/run_job.hpp"

class QComboBox;
class QLabel;
class QLineEdit;
class QProgressBar;
class QPushButton;
class QSpinBox;
class QTabWidget;

namespace breakeven::ui {

class Chart;
class TableModel;
class TableView;
class VerdictCard;

/// Runs the open scenario and shows a run: verdict, plans with errors, charts.
class RunPage : public QWidget {
    Q_OBJECT
  public:
    RunPage(Document& document, const Services& services, QWidget* parent = nullptr);

    void run();
    void cancel();
    [[nodiscard]] bool isRunning() const { return job_.isRunning(); }

    /// Shows a run that was made before.
    ///
    /// @param scenario  what it was made of; null when it can no longer be read
    void show(std::shared_ptr<const sim::RunResult> result, std::shared_ptr<const core::Scenario> scenario,
              const QString& caption);
    using QWidget::show;

    [[nodiscard]] std::shared_ptr<const sim::RunResult> result() const { return result_; }
    [[nodiscard]] Chart* currentChart() const;  ///< null when the tab in front holds none
    [[nodiscard]] const std::vector<Chart*>& charts() const { return charts_; }
    void showTab(int index);

  signals:
    void stateChanged();
    void kept(std::int64_t row);
    void told(const QString& message);
    void failed(const breakeven::core::Diagnostic& diagnostic);
    void refused(const QString& problem, const QString& remedy);
    void chartExportWanted();
    void csvExportWanted();

  private:
    void refreshSettings();
    void showCharts();
    void setRunning(bool running);
    void showEnded(const EndedRun& run);
    [[nodiscard]] std::vector<core::Override> overrides() const;

    Document& document_;
    RunJob job_;
    std::shared_ptr<const sim::RunResult> result_;
    std::shared_ptr<const core::Scenario> scenario_;
    QSpinBox* users_ = nullptr;
    QSpinBox* worlds_ = nullptr;
    QSpinBox* months_ = nullptr;
    QLineEdit* seed_ = nullptr;
    QComboBox* sampling_ = nullptr;
    QLineEdit* label_ = nullptr;
    QPushButton* run_ = nullptr;
    QPushButton* cancel_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QLabel* speed_ = nullptr;
    QLabel* live_ = nullptr;
    std::string currency_;  ///< of the run that goes on
    VerdictCard* verdict_ = nullptr;
    QWidget* body_ = nullptr;
    TableModel* plans_ = nullptr;
    TableView* planView_ = nullptr;
    QComboBox* plan_ = nullptr;
    QTabWidget* tabs_ = nullptr;
    std::vector<Chart*> charts_;
    TableModel* differences_ = nullptr;
    TableView* differenceView_ = nullptr;
    TableModel* exact_ = nullptr;
    TableView* exactView_ = nullptr;
    QPushButton* saveChart_ = nullptr;
    QPushButton* saveCsv_ = nullptr;
};

}  // namespace breakeven::ui
