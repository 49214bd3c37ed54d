#include "ui/models/table_model.hpp"

#include <string>
#include <utility>

#include "sim/report/metric_catalogue.hpp"
#include "ui/format/number_format.hpp"

namespace breakeven::ui {

sim::Table withMetricTitles(sim::Table table) {
    for (std::size_t column = 0; column < table.columns.size(); ++column) {
        if (table.columns[column].title != "Metric") continue;
        for (auto& row : table.rows) {
            sim::TableCell& cell = row[column];
            const sim::MetricInfo* info = sim::findMetricInfo(cell.text);
            if (info != nullptr) cell.detail = std::string(info->definition) + " (" + cell.text + ")";
            cell.text = sim::metricTitle(cell.text);
        }
    }
    return table;
}

TableModel::TableModel(QObject* parent) : QAbstractTableModel(parent) {}

void TableModel::show(sim::Table table) {
    beginResetModel();
    table_ = std::move(table);
    endResetModel();
}

int TableModel::rowCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(table_.rows.size());
}

int TableModel::columnCount(const QModelIndex& parent) const {
    return parent.isValid() ? 0 : static_cast<int>(table_.columns.size());
}

QVariant TableModel::data(const QModelIndex& index, int role) const {
    if (!checkIndex(index, CheckIndexOption::IndexIsValid)) return {};
    const auto at = static_cast<std::size_t>(index.column());
    const sim::TableCell& cell = table_.rows[static_cast<std::size_t>(index.row())][at];
    const sim::TableColumn& column = table_.columns[at];
    switch (role) {
        case Qt::DisplayRole:
            return text(cell.text);
        case SortRole:
            return cell.number ? QVariant(*cell.number) : QVariant(text(cell.text));
        case Qt::ToolTipRole:
            return text(cell.detail.empty() ? column.definition : cell.detail);
        case Qt::TextAlignmentRole:
            return alignment(column.isText);
        default:
            return {};
    }
}

QVariant TableModel::headerData(int section, Qt::Orientation orientation, int role) const {
    if (orientation != Qt::Horizontal || section < 0 || section >= columnCount()) return {};
    const sim::TableColumn& column = table_.columns[static_cast<std::size_t>(section)];
    switch (role) {
        case Qt::DisplayRole:
            return column.unit.empty() ? text(column.title) : text(column.title) + "\n" + text(column.unit);
        case Qt::ToolTipRole:
            return text(column.definition);
        case Qt::TextAlignmentRole:
            return alignment(column.isText);
        default:
            return {};
    }
}

}  // namespace breakeven::ui
