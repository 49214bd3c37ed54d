#include "ui/models/csv_model.hpp"

#include <algorithm>
#include <utility>

#include "ui/format/number_format.hpp"

namespace breakeven::ui {

CsvModel::CsvModel(QObject* parent) : QAbstractTableModel(parent) {}

void CsvModel::show(std::shared_ptr<const core::CsvTable> table) {
    beginResetModel();
    table_ = std::move(table);
    endResetModel();
}

int CsvModel::rowCount(const QModelIndex& parent) const {
    if (parent.isValid() || !table_) return 0;
    return static_cast<int>(std::min<std::size_t>(kMostRows, table_->rows.size()));
}

int CsvModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() || !table_ ? 0 : static_cast<int>(table_->header.size());
}

QVariant CsvModel::data(const QModelIndex& index, int role) const {
    if (role != Qt::DisplayRole || !checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const auto& row = table_->rows[static_cast<std::size_t>(index.row())];
    return text(row[static_cast<std::size_t>(index.column())]);
}

QVariant CsvModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (role != Qt::DisplayRole || !table_ || section < 0) return {};
    const auto at = static_cast<std::size_t>(section);
    if (orientation == Qt::Horizontal)
        return section < columnCount() ? QVariant(text(table_->header[at])) : QVariant();
    return section < rowCount() ? QVariant(table_->lines[at]) : QVariant();
}

}  // namespace breakeven::ui
