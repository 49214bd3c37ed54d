#include "ui/pages/usage_tables.hpp"

#include <QHeaderView>
#include <QVBoxLayout>
#include <algorithm>

#include "ui/models/csv_model.hpp"
#include "ui/models/intake_tables.hpp"
#include "ui/models/table_model.hpp"
#include "ui/pages/table_view.hpp"

namespace breakeven::ui {

UsageTables::UsageTables(QWidget* parent) : QTabWidget(parent) {
    const auto tableOf = [this](TableModel*& model, const QString& name) {
        model = new TableModel(this);
        auto* view = new TableView(this);
        view->showSorted(model, TableModel::SortRole);
        view->setAccessibleName(name);
        return view;
    };
    totalsView_ = tableOf(totals_, tr("Totals of the columns"));
    totalsView_->setObjectName("usage-totals");
    heaviestView_ = tableOf(heaviest_, tr("Heaviest subjects"));
    heaviestView_->setObjectName("usage-heaviest");
    intakeView_ = tableOf(intake_, tr("What became of the log's rows"));
    intakeView_->setObjectName("usage-intake");
    rejectedView_ = tableOf(rejected_, tr("Rejected rows"));
    rejectedView_->setObjectName("usage-rejected");
    // The order of the report tells a story; sorting would tear it apart.
    intakeView_->setSortingEnabled(false);
    rows_ = new CsvModel(this);
    rowsView_ = new TableView(this);
    rowsView_->setModel(rows_);
    rowsView_->setSelectionBehavior(QAbstractItemView::SelectItems);
    rowsView_->setAccessibleName(tr("First rows of the table"));
    intakePage_ = new QWidget(this);
    auto* layout = new QVBoxLayout(intakePage_);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(intakeView_, 2);
    layout->addWidget(rejectedView_, 1);
    addTab(totalsView_, tr("Totals"));
    addTab(heaviestView_, tr("Heaviest"));
    addTab(intakePage_, tr("Intake"));
    addTab(rowsView_, tr("Rows"));
    setTabToolTip(0, tr("Sum, shape and concentration of every column"));
    setTabToolTip(1, tr("Who uses most of the chosen column"));
    setTabToolTip(2, tr("What became of every row of the log"));
    setTabToolTip(3, tr("The first rows of the usage table"));
    connect(totalsView_, &QTableView::clicked, this, [this](const QModelIndex& index) {
        const std::string name = index.siblingAtColumn(0).data().toString().toStdString();
        const auto& columns = usage_->analysis.columns;
        const auto found = std::ranges::find(columns, name, &sim::UsageColumn::name);
        if (found != columns.end()) emit columnChosen(static_cast<std::size_t>(found - columns.begin()));
    });
    connect(rowsView_->horizontalHeader(), &QHeaderView::sectionClicked, this,
            [this](int section) { emit columnChosen(static_cast<std::size_t>(section)); });
}

void UsageTables::show(const std::shared_ptr<const LoadedUsage>& usage) {
    usage_ = usage;
    totals_->show(usage->analysis.totals);
    totalsView_->fitColumns();
    rows_->show(usage->table);
    rowsView_->fitColumns();
    const bool hasIntake = usage->intake.has_value();
    setTabVisible(indexOf(intakePage_), hasIntake);
    if (hasIntake) {
        intake_->show(intakeTable(*usage->intake));
        intakeView_->fitColumns(0);
        rejected_->show(rejectedTable(*usage->intake));
        rejectedView_->fitColumns(1);
        rejectedView_->setVisible(!usage->intake->firstRejected.empty());
    }
    setCurrentIndex(0);
}

void UsageTables::showColumn(std::size_t column) {
    heaviest_->show(usage_->analysis.columns[column].heaviest);
    heaviestView_->fitColumns(0);
}

}  // namespace breakeven::ui
