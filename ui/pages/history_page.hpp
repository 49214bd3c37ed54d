#pragma once

#include <QWidget>
#include <vector>

#include "sim/results/run_store.hpp"

class QLabel;
class QPushButton;

namespace breakeven::ui {

class RunListModel;
class TableView;

/// The stored runs: open one, compare several, export, delete.
class HistoryPage : public QWidget {
    Q_OBJECT
  public:
    explicit HistoryPage(QWidget* parent = nullptr);

    /// Shows these runs, newest first; the selection stays on the runs that are still there.
    void show(std::vector<sim::RunSummary> runs);
    using QWidget::show;

    [[nodiscard]] std::vector<sim::RunSummary> selected() const;
    void select(const std::vector<std::int64_t>& rows);

  signals:
    void openWanted(std::int64_t row);
    void compareWanted(const std::vector<std::int64_t>& rows);
    void exportWanted(std::int64_t row);
    void deleteWanted(const std::vector<std::int64_t>& rows);
    void selectionChanged();

  private:
    void refresh();
    RunListModel* runs_ = nullptr;
    TableView* view_ = nullptr;
    QLabel* empty_ = nullptr;
    QPushButton* open_ = nullptr;
    QPushButton* compare_ = nullptr;
    QPushButton* export_ = nullptr;
    QPushButton* delete_ = nullptr;
};

}  // namespace breakeven::ui
