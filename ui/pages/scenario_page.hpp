#pragma once

#include <QWidget>
#include <vector>

#include "sim/report/usage_curve.hpp"
#include "ui/document/document.hpp"
#include "ui/jobs/preview_job.hpp"

class QComboBox;
class QLabel;
class QListWidget;
class QPushButton;
class QSortFilterProxyModel;

namespace breakeven::ui {

class Chart;
class NumberModel;
class TableView;

/// The open scenario: its question, problems, numbers (to be changed in place) and usage distributions.
class ScenarioPage : public QWidget {
    Q_OBJECT
  public:
    explicit ScenarioPage(Document& document, QWidget* parent = nullptr);
    [[nodiscard]] const std::vector<Chart*>& charts() const { return charts_; }

  signals:
    void runWanted();
    void openWanted();
    void refused(const QString& problem, const QString& remedy);

  private:
    void refresh();
    void showCurve();
    void preview();

    Document& document_;
    std::vector<sim::UsageCurve> curves_;
    QString curvesOf_;  ///< path of the scenario that the curves are of
    std::vector<Chart*> charts_;
    QLabel* name_ = nullptr;
    QLabel* question_ = nullptr;
    QLabel* facts_ = nullptr;
    QLabel* live_ = nullptr;
    PreviewJob preview_;
    QListWidget* problems_ = nullptr;
    QWidget* body_ = nullptr;
    NumberModel* numbers_ = nullptr;
    TableView* table_ = nullptr;
    QComboBox* which_ = nullptr;
    QLabel* summary_ = nullptr;
    QPushButton* run_ = nullptr;
    QPushButton* open_ = nullptr;
};

}  // namespace breakeven::ui
