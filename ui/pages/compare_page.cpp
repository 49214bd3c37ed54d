#include "ui/pages/compare_page.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QVBoxLayout>
#include <utility>

#include "sim/report/metric_catalogue.hpp"
#include "sim/report/results_table.hpp"
#include "sim/report/run_comparison.hpp"
#include "ui/charts/chart.hpp"
#include "ui/charts/chart_specs.hpp"
#include "ui/format/number_format.hpp"
#include "ui/models/table_model.hpp"
#include "ui/pages/table_view.hpp"

namespace breakeven::ui {

ComparePage::ComparePage(QWidget* parent) : QWidget(parent) {
    caption_ = new QLabel(this);
    caption_->setWordWrap(true);
    saveChart_ = new QPushButton(tr("Save chart…"), this);
    saveCsv_ = new QPushButton(tr("Export CSV…"), this);
    saveCsv_->setToolTip(
        tr("Write comparison.csv: one row per run, plan and metric, with the difference to the first"));
    connect(saveChart_, &QPushButton::clicked, this, &ComparePage::chartExportWanted);
    connect(saveCsv_, &QPushButton::clicked, this, &ComparePage::csvExportWanted);
    auto* head = new QHBoxLayout;
    head->addWidget(caption_, 1);
    head->addWidget(saveChart_);
    head->addWidget(saveCsv_);

    table_ = new TableModel(this);
    view_ = new TableView(this);
    view_->setAccessibleName(tr("Runs side by side"));
    view_->showSorted(table_, TableModel::SortRole);
    metric_ = new QComboBox(this);
    metric_->setToolTip(tr("Which number the chart shows"));
    metric_->setAccessibleName(tr("Metric of the chart"));
    for (const char* name : {"margin_per_user", "cost_per_user", "revenue_per_user", "probability_plan_loses",
                             "loss_making_users", "break_even_fee"}) {
        metric_->addItem(text(std::string(sim::findMetricInfo(name)->title)), QString(name));
    }
    connect(metric_, &QComboBox::currentIndexChanged, this, &ComparePage::showChart);
    chart_ = new Chart(this);
    chart_->setObjectName("comparison");
    auto* right = new QWidget(this);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(0, 0, 0, 0);
    column->addWidget(metric_);
    column->addWidget(chart_, 1);
    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(view_);
    splitter->addWidget(right);
    splitter->setChildrenCollapsible(false);
    splitter->setStretchFactor(0, 1);
    splitter->setStretchFactor(1, 1);
    body_ = splitter;

    empty_ = new QWidget(this);
    auto* emptyColumn = new QVBoxLayout(empty_);
    auto* words = new QLabel(tr("Nothing to compare yet: select two or more runs in the history."), empty_);
    words->setAlignment(Qt::AlignCenter);
    auto* history = new QPushButton(tr("Go to the history"), empty_);
    connect(history, &QPushButton::clicked, this, &ComparePage::historyWanted);
    emptyColumn->addStretch(1);
    emptyColumn->addWidget(words);
    emptyColumn->addWidget(history, 0, Qt::AlignCenter);
    emptyColumn->addStretch(1);

    auto* layout = new QVBoxLayout(this);
    layout->addLayout(head);
    layout->addWidget(body_, 1);
    layout->addWidget(empty_, 1);
    show({}, {});
}

void ComparePage::show(std::vector<std::shared_ptr<const sim::RunResult>> runs,
                       std::vector<std::string> names) {
    runs_ = std::move(runs);
    names_ = std::move(names);
    const bool isEmpty = runs_.size() < 2;
    body_->setVisible(!isEmpty);
    empty_->setVisible(isEmpty);
    saveChart_->setVisible(!isEmpty);
    saveCsv_->setVisible(!isEmpty);
    caption_->setVisible(!isEmpty);
    if (isEmpty) return;
    sim::Table table = sim::compareTable(runs_);
    for (std::size_t i = 0; i < names_.size(); ++i) table.columns[i + 2].title = names_[i];
    table_->show(withMetricTitles(std::move(table)));
    view_->fitColumns(1);
    bool isPaired = true;
    for (const auto& run : runs_)
        isPaired = isPaired && sim::haveSameDraws(runs_[0]->manifest, run->manifest);
    caption_->setText(
        isPaired ? tr("All runs billed the same users in the same worlds: differences are paired.")
                 : tr("The runs used different draws or settings: differences carry the noise of both."));
    showChart();
}

void ComparePage::showChart() {
    if (runs_.size() < 2) return;
    chart_->show(comparison(runs_, names_, metric_->currentData().toString().toStdString()));
}

}  // namespace breakeven::ui
