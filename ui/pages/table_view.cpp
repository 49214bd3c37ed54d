#include "ui/pages/table_view.hpp"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QShortcut>
#include <QSortFilterProxyModel>
#include <algorithm>

namespace breakeven::ui {

TableView::TableView(QWidget* parent) : QTableView(parent) {
    setSelectionBehavior(QAbstractItemView::SelectRows);
    setSelectionMode(QAbstractItemView::ExtendedSelection);
    setAlternatingRowColors(true);
    setShowGrid(false);
    setWordWrap(false);
    setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
    setTabKeyNavigation(false);  // Tab leaves the table
    verticalHeader()->hide();
    verticalHeader()->setDefaultSectionSize(fontMetrics().height() + 9);
    QFont small = horizontalHeader()->font();
    small.setPointSizeF(small.pointSizeF() * 0.9);
    horizontalHeader()->setFont(small);
    horizontalHeader()->setHighlightSections(false);
    horizontalHeader()->setStretchLastSection(false);
    auto* copy = new QShortcut(QKeySequence::Copy, this);
    copy->setContext(Qt::WidgetShortcut);
    connect(copy, &QShortcut::activated, this, &TableView::copySelection);
}

QSortFilterProxyModel* TableView::showSorted(QAbstractItemModel* model, int sortRole) {
    proxy_ = new QSortFilterProxyModel(this);
    proxy_->setSourceModel(model);
    proxy_->setFilterCaseSensitivity(Qt::CaseInsensitive);
    if (sortRole >= 0) proxy_->setSortRole(sortRole);
    setModel(proxy_);
    setSortingEnabled(sortRole >= 0);
    if (sortRole >= 0)
        sortByColumn(-1, Qt::AscendingOrder);  // the report's own order until a header is clicked
    return proxy_;
}

QList<int> TableView::selectedSourceRows() const {
    QList<int> rows;
    if (selectionModel() == nullptr) return rows;
    for (const QModelIndex& index : selectionModel()->selectedRows())
        rows << (proxy_ != nullptr ? proxy_->mapToSource(index).row() : index.row());
    std::ranges::sort(rows);
    return rows;
}

void TableView::fitColumns(int stretched) {
    constexpr int kWidest = 420;
    // The sort arrow would ask for room in every column; it needs it in one.
    const bool hasArrow = horizontalHeader()->isSortIndicatorShown();
    horizontalHeader()->setSortIndicatorShown(false);
    resizeColumnsToContents();
    horizontalHeader()->setSortIndicatorShown(hasArrow);
    widths_.clear();
    for (int column = 0; column < model()->columnCount(); ++column)
        widths_.push_back(std::min(columnWidth(column) + 8, kWidest));
    stretched_ = stretched;
    stretch();
}

void TableView::stretch() {
    int total = 0;
    for (std::size_t column = 0; column < widths_.size(); ++column) {
        setColumnWidth(static_cast<int>(column), widths_[column]);
        total += widths_[column];
    }
    if (stretched_ < 0 || stretched_ >= static_cast<int>(widths_.size())) return;
    const int rest = viewport()->width() - total;
    if (rest > 0) setColumnWidth(stretched_, widths_[static_cast<std::size_t>(stretched_)] + rest);
}

void TableView::resizeEvent(QResizeEvent* event) {
    QTableView::resizeEvent(event);
    if (model() != nullptr && model()->columnCount() == static_cast<int>(widths_.size())) stretch();
}

void TableView::copySelection() const {
    if (selectionModel() == nullptr || !selectionModel()->hasSelection()) return;
    const auto line = [&](auto cell) {
        QStringList cells;
        for (int column = 0; column < model()->columnCount(); ++column)
            if (!isColumnHidden(column)) cells << cell(column).toString().replace('\n', ' ');
        return cells.join('\t');
    };
    QStringList lines{
        line([&](int column) { return model()->headerData(column, Qt::Horizontal, Qt::DisplayRole); })};
    QModelIndexList rows = selectionModel()->selectedRows();
    std::sort(rows.begin(), rows.end());
    for (const QModelIndex& row : rows)
        lines << line([&](int column) { return row.siblingAtColumn(column).data(); });
    QApplication::clipboard()->setText(lines.join('\n') + '\n');
}

}  // namespace breakeven::ui
