#include "ui/pages/history_page.hpp"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "ui/models/run_list_model.hpp"
#include "ui/pages/table_view.hpp"

namespace breakeven::ui {
namespace {

std::vector<std::int64_t> rowsOf(const std::vector<sim::RunSummary>& runs) {
    std::vector<std::int64_t> rows;
    rows.reserve(runs.size());
    for (const sim::RunSummary& run : runs) rows.push_back(run.row);
    return rows;
}

}  // namespace

HistoryPage::HistoryPage(QWidget* parent) : QWidget(parent) {
    open_ = new QPushButton(tr("Open"), this);
    open_->setToolTip(tr("Show the selected run with its verdict and charts (Return)"));
    compare_ = new QPushButton(tr("Compare"), this);
    compare_->setObjectName("compare");
    compare_->setToolTip(tr("Put the selected runs side by side; select several with Ctrl or Shift"));
    export_ = new QPushButton(tr("Export CSV…"), this);
    export_->setToolTip(tr("Write all tables of the selected run into a folder"));
    delete_ = new QPushButton(tr("Delete…"), this);
    delete_->setToolTip(tr("Delete the selected runs from the store (Del)"));
    auto* filter = new QLineEdit(this);
    filter->setPlaceholderText(tr("Find a run by scenario, label or date"));
    filter->setClearButtonEnabled(true);
    auto* row = new QHBoxLayout;
    row->addWidget(filter, 1);
    for (QPushButton* button : {open_, compare_, export_, delete_}) row->addWidget(button);

    runs_ = new RunListModel(this);
    view_ = new TableView(this);
    view_->setAccessibleName(tr("Stored runs"));
    QSortFilterProxyModel* shown = view_->showSorted(runs_, RunListModel::SortRole);
    shown->setFilterKeyColumn(-1);
    connect(filter, &QLineEdit::textChanged, shown, &QSortFilterProxyModel::setFilterFixedString);
    empty_ =
        new QLabel(tr("No run is stored yet. Open a scenario and run it: every run is kept here."), this);
    empty_->setAlignment(Qt::AlignCenter);
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(row);
    layout->addWidget(view_, 1);
    layout->addWidget(empty_, 1);

    connect(view_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        refresh();
        emit selectionChanged();
    });
    connect(view_, &QAbstractItemView::activated, this, [this] { open_->click(); });
    connect(open_, &QPushButton::clicked, this, [this] {
        if (const auto runs = selected(); runs.size() == 1) emit openWanted(runs.front().row);
    });
    connect(export_, &QPushButton::clicked, this, [this] {
        if (const auto runs = selected(); runs.size() == 1) emit exportWanted(runs.front().row);
    });
    connect(compare_, &QPushButton::clicked, this, [this] {
        std::vector<std::int64_t> rows = rowsOf(selected());
        std::ranges::sort(rows);  // the oldest is what the others are compared with
        if (rows.size() >= 2) emit compareWanted(rows);
    });
    connect(delete_, &QPushButton::clicked, this, [this] {
        if (const auto rows = rowsOf(selected()); !rows.empty()) emit deleteWanted(rows);
    });
    delete_->setShortcut(QKeySequence::Delete);
    show(std::vector<sim::RunSummary>());
}

void HistoryPage::show(std::vector<sim::RunSummary> runs) {
    const std::vector<std::int64_t> before = rowsOf(selected());
    const bool isEmpty = runs.empty();
    runs_->show(std::move(runs));
    view_->fitColumns(RunListModel::Scenario);
    view_->setVisible(!isEmpty);
    empty_->setVisible(isEmpty);
    select(before);
    refresh();
}

std::vector<sim::RunSummary> HistoryPage::selected() const {
    std::vector<sim::RunSummary> runs;
    for (const int row : view_->selectedSourceRows()) runs.push_back(runs_->run(row));
    return runs;
}

void HistoryPage::select(const std::vector<std::int64_t>& rows) {
    view_->clearSelection();
    for (int i = 0; i < view_->model()->rowCount(); ++i) {
        const QModelIndex index = view_->model()->index(i, RunListModel::Number);
        const std::int64_t row = index.data(RunListModel::SortRole).toLongLong();
        if (std::ranges::find(rows, row) == rows.end()) continue;
        view_->selectionModel()->select(index, QItemSelectionModel::Select | QItemSelectionModel::Rows);
    }
}

void HistoryPage::refresh() {
    const auto count = selected().size();
    open_->setEnabled(count == 1);
    export_->setEnabled(count == 1);
    compare_->setEnabled(count >= 2);
    delete_->setEnabled(count >= 1);
}

}  // namespace breakeven::ui
