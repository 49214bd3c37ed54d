#pragma once

#include <QAbstractTableModel>

#include "sim/report/results_table.hpp"

namespace breakeven::ui {

/// The same table with metrics by their titles; definition and name are in the tooltip.
[[nodiscard]] sim::Table withMetricTitles(sim::Table table);

/// A report table: text to show, the number behind it under SortRole, interval and definition as tooltips.
class TableModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    static constexpr int SortRole = Qt::UserRole + 1;

    explicit TableModel(QObject* parent = nullptr);
    void show(sim::Table table);
    [[nodiscard]] const sim::Table& table() const { return table_; }

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    sim::Table table_;
};

}  // namespace breakeven::ui
