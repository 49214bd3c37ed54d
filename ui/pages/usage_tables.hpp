#pragma once

#include <QTabWidget>
#include <memory>

#include "ui/jobs/usage_job.hpp"

namespace breakeven::ui {

class CsvModel;
class TableModel;
class TableView;

/// What a usage table says in tables: totals per column, the heaviest subjects, what became of the log's
/// rows, and its first rows.
class UsageTables : public QTabWidget {
    Q_OBJECT
  public:
    explicit UsageTables(QWidget* parent = nullptr);

    void show(const std::shared_ptr<const LoadedUsage>& usage);
    /// Lists the heaviest subjects of a column.
    void showColumn(std::size_t column);

  signals:
    /// A person chose a column, in the list of totals or in the rows.
    void columnChosen(std::size_t column);

  private:
    std::shared_ptr<const LoadedUsage> usage_;
    TableModel* totals_ = nullptr;
    TableModel* heaviest_ = nullptr;
    TableModel* intake_ = nullptr;
    TableModel* rejected_ = nullptr;
    CsvModel* rows_ = nullptr;
    TableView* totalsView_ = nullptr;
    TableView* heaviestView_ = nullptr;
    TableView* intakeView_ = nullptr;
    TableView* rejectedView_ = nullptr;
    TableView* rowsView_ = nullptr;
    QWidget* intakePage_ = nullptr;
};

}  // namespace breakeven::ui
