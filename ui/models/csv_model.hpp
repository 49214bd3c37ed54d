#pragma once

#include <QAbstractTableModel>
#include <memory>

#include "core/text/csv_table.hpp"

namespace breakeven::ui {

/// The first rows of a CSV file as text.
class CsvModel : public QAbstractTableModel {
    Q_OBJECT
  public:
    static constexpr int kMostRows = 200;

    explicit CsvModel(QObject* parent = nullptr);
    void show(std::shared_ptr<const core::CsvTable> table);  ///< null: nothing

    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] int columnCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QVariant headerData(int section, Qt::Orientation orientation, int role) const override;

  private:
    std::shared_ptr<const core::CsvTable> table_;
};

}  // namespace breakeven::ui
