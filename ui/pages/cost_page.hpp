#pragma once

#include <QWidget>
#include <memory>
#include <vector>

#include "ui/document/document.hpp"
#include "ui/jobs/cost_job.hpp"

class QComboBox;
class QLabel;
class QProgressBar;
class QPushButton;
class QTabWidget;

namespace breakeven::ui {

class Chart;
class FigureRow;
class TableModel;
class TableView;

/// What a user of the open scenario costs: from list price to fully loaded, by meter and by model, and the
/// fleet. It is worked out in the background when the page is looked at, and again when the scenario changes.
class CostPage : public QWidget {
    Q_OBJECT
  public:
    explicit CostPage(Document& document, QWidget* parent = nullptr);

    void cancel();
    [[nodiscard]] bool isBusy() const { return job_.isRunning(); }

    /// What is shown; null while there is nothing to show.
    [[nodiscard]] std::shared_ptr<const PlanCosts> costs() const { return costs_; }
    [[nodiscard]] Chart* currentChart() const;  ///< null when the tab in front holds none

  signals:
    void stateChanged();
    void failed(const breakeven::core::Diagnostic& diagnostic);
    void openWanted();
    void chartExportWanted();
    void csvExportWanted();

  protected:
    void showEvent(QShowEvent* event) override;

  private:
    void buildHead();
    void buildTabs();
    void buildPlaceholder();
    void forget();
    void workOut();
    void showCosts(std::shared_ptr<const PlanCosts> costs);
    void showPlan();
    void showPlaceholder(const QString& title, const QString& words, QPushButton* button);
    [[nodiscard]] TableView* addTable(TableModel*& model, int sortRole, const QString& name);

    Document& document_;
    CostJob job_;
    bool isStale_ = true;  ///< the scenario has changed since `costs_` was worked out
    std::shared_ptr<const PlanCosts> costs_;
    QWidget* placeholder_ = nullptr;
    QLabel* emptyTitle_ = nullptr;
    QLabel* emptyWords_ = nullptr;
    QProgressBar* progress_ = nullptr;
    QPushButton* open_ = nullptr;
    QPushButton* again_ = nullptr;
    QPushButton* cancel_ = nullptr;
    QWidget* body_ = nullptr;
    QComboBox* plan_ = nullptr;
    QLabel* caption_ = nullptr;
    QPushButton* saveChart_ = nullptr;
    QPushButton* saveCsv_ = nullptr;
    FigureRow* figures_ = nullptr;
    QTabWidget* tabs_ = nullptr;
    Chart* waterfall_ = nullptr;
    Chart* fleetChart_ = nullptr;
    QLabel* modelHint_ = nullptr;
    TableModel* steps_ = nullptr;
    TableModel* meters_ = nullptr;
    TableModel* models_ = nullptr;
    TableModel* fleet_ = nullptr;
    TableView* stepView_ = nullptr;
    TableView* meterView_ = nullptr;
    TableView* modelView_ = nullptr;
    TableView* fleetView_ = nullptr;
};

}  // namespace breakeven::ui
