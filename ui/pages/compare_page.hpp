#pragma once

#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "sim/results/run_result.hpp"

class QComboBox;
class QLabel;
class QPushButton;

namespace breakeven::ui {

class Chart;
class TableModel;
class TableView;

/// Two or more runs side by side.
class ComparePage : public QWidget {
    Q_OBJECT
  public:
    explicit ComparePage(QWidget* parent = nullptr);

    /// @param names  one a run, to tell them apart: "#3 price-250"
    void show(std::vector<std::shared_ptr<const sim::RunResult>> runs, std::vector<std::string> names);
    using QWidget::show;

    [[nodiscard]] const std::vector<std::shared_ptr<const sim::RunResult>>& runs() const { return runs_; }
    [[nodiscard]] Chart* chart() const { return chart_; }

  signals:
    void chartExportWanted();
    void csvExportWanted();
    void historyWanted();

  private:
    void showChart();

    std::vector<std::shared_ptr<const sim::RunResult>> runs_;
    std::vector<std::string> names_;
    QLabel* caption_ = nullptr;
    QWidget* body_ = nullptr;
    QWidget* empty_ = nullptr;
    TableModel* table_ = nullptr;
    TableView* view_ = nullptr;
    QComboBox* metric_ = nullptr;
    Chart* chart_ = nullptr;
    QPushButton* saveChart_ = nullptr;
    QPushButton* saveCsv_ = nullptr;
};

}  // namespace breakeven::ui
