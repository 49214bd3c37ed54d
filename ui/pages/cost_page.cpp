#include "ui/pages/cost_page.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSortFilterProxyModel>
#include <QTabBar>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "sim/report/number_text.hpp"
#include "ui/charts/chart.hpp"
#include "ui/charts/cost_charts.hpp"
#include "ui/format/number_format.hpp"
#include "ui/models/table_model.hpp"
#include "ui/pages/figure_row.hpp"
#include "ui/pages/table_view.hpp"

namespace breakeven::ui {
namespace {

/// The figures of the head: the fixed cost is the difference of two of them, and told with the steps.
std::vector<sim::CostFigure> headFigures(const sim::CostBreakdown& breakdown) {
    std::vector<sim::CostFigure> figures = sim::costFigures(breakdown);
    std::erase_if(figures, [](const sim::CostFigure& item) { return item.id == "fixed_cost"; });
    return figures;
}

QLabel* heading(const QString& words, QWidget* buddy, QWidget* parent) {
    auto* label = new QLabel(words, parent);
    QFont bold = label->font();
    bold.setBold(true);
    label->setFont(bold);
    label->setBuddy(buddy);
    return label;
}

/// No taller than the rows need: what is not there is not drawn.
void fitHeight(TableView& view) {
    const int rows = std::max(1, view.model()->rowCount());
    view.setMaximumHeight(view.horizontalHeader()->sizeHint().height() +
                          rows * view.verticalHeader()->defaultSectionSize() + 2 * view.frameWidth());
}

/// What a person may miss in the tables by meter and by model.
QString hintOf(const sim::CostBreakdown& breakdown) {
    if (breakdown.models.empty())
        return CostPage::tr("No cost of this plan is use × a price of the unit: see the steps.");
    const bool isUnnamed = std::ranges::any_of(breakdown.models, [](const sim::ModelCost& item) {
        return item.kind == sim::ModelCost::Kind::Unnamed;
    });
    return isUnnamed ? CostPage::tr(
                           "Prices that name no model are told together: give a [[cost.rate]] the key "
                           "model = \"…\" to tell them apart.")
                     : QString();
}

}  // namespace

CostPage::CostPage(Document& document, QWidget* parent) : QWidget(parent), document_(document) {
    body_ = new QWidget(this);
    auto* column = new QVBoxLayout(body_);
    column->setContentsMargins(0, 0, 0, 0);
    buildHead();
    buildTabs();
    buildPlaceholder();
    auto* layout = new QVBoxLayout(this);
    layout->addWidget(body_, 1);
    layout->addWidget(placeholder_, 1);

    connect(&job_, &CostJob::progressed, this, [this](const sim::Progress& progress) {
        progress_->setMaximum(1000);
        progress_->setValue(static_cast<int>(1000 * progress.userMonthsDone /
                                             std::max<std::uint64_t>(progress.userMonthsTotal, 1)));
    });
    connect(&job_, &CostJob::finished, this, &CostPage::showCosts);
    connect(&job_, &CostJob::cancelled, this, [this] {
        showPlaceholder(tr("Cancelled"), tr("The cost of a user was not worked out."), again_);
        emit stateChanged();
    });
    connect(&job_, &CostJob::failed, this, [this](const core::Diagnostic& diagnostic) {
        showPlaceholder(tr("The cost could not be worked out"), text(diagnostic.problem), again_);
        emit failed(diagnostic);
        emit stateChanged();
    });
    connect(&document_, &Document::changed, this, &CostPage::forget);
    forget();
}

void CostPage::buildHead() {
    plan_ = new QComboBox(body_);
    plan_->setObjectName("cost-plan");
    plan_->setToolTip(tr("Whose cost is shown: a plan can run on another model, route or fleet"));
    plan_->setAccessibleName(tr("Plan"));
    connect(plan_, &QComboBox::currentIndexChanged, this, &CostPage::showPlan);
    auto* title = new QLabel(tr("&Plan"), body_);
    title->setBuddy(plan_);
    caption_ = new QLabel(body_);
    caption_->setWordWrap(true);
    saveChart_ = new QPushButton(tr("Save chart…"), body_);
    saveChart_->setToolTip(tr("Write the chart in front as PNG or SVG (Ctrl+Shift+E)"));
    saveCsv_ = new QPushButton(tr("Export CSV…"), body_);
    saveCsv_->setToolTip(tr("Write the tables of all plans into a folder (Ctrl+E)"));
    connect(saveChart_, &QPushButton::clicked, this, &CostPage::chartExportWanted);
    connect(saveCsv_, &QPushButton::clicked, this, &CostPage::csvExportWanted);
    auto* row = new QHBoxLayout;
    row->addWidget(title);
    row->addWidget(plan_);
    row->addSpacing(8);
    row->addWidget(caption_, 1);
    row->addWidget(saveChart_);
    row->addWidget(saveCsv_);
    figures_ = new FigureRow(3, body_);
    auto* column = qobject_cast<QVBoxLayout*>(body_->layout());
    column->addLayout(row);
    column->addWidget(figures_);
}

TableView* CostPage::addTable(TableModel*& model, int sortRole, const QString& name) {
    model = new TableModel(this);
    auto* view = new TableView(body_);
    view->setAccessibleName(name);
    view->showSorted(model, sortRole);
    return view;
}

void CostPage::buildTabs() {
    tabs_ = new QTabWidget(body_);
    tabs_->setObjectName("cost-tabs");
    tabs_->tabBar()->setAccessibleName(tr("Views of the cost"));
    waterfall_ = new Chart(body_);
    waterfall_->setObjectName("unit-cost");
    fleetChart_ = new Chart(body_);
    fleetChart_->setObjectName("fleet-cost");
    stepView_ = addTable(steps_, -1, tr("Steps of the cost"));  // whose order is what they tell
    meterView_ = addTable(meters_, TableModel::SortRole, tr("Cost by meter"));
    modelView_ = addTable(models_, TableModel::SortRole, tr("Cost by model"));
    fleetView_ = addTable(fleet_, -1, tr("Numbers of the fleet"));

    auto* parts = new QWidget(body_);
    auto* column = new QVBoxLayout(parts);
    column->addWidget(heading(tr("Cost by meter"), meterView_, parts));
    column->addWidget(meterView_, 1);
    column->addSpacing(6);
    column->addWidget(heading(tr("Cost by model"), modelView_, parts));
    column->addWidget(modelView_, 1);
    modelHint_ = new QLabel(parts);
    modelHint_->setWordWrap(true);
    column->addWidget(modelHint_);
    column->addStretch(0);

    tabs_->addTab(waterfall_, tr("Waterfall"));
    tabs_->addTab(stepView_, tr("Steps"));
    tabs_->addTab(parts, tr("Meters and models"));
    tabs_->addTab(fleetChart_, tr("Fleet"));
    tabs_->addTab(fleetView_, tr("Fleet in numbers"));
    connect(tabs_, &QTabWidget::currentChanged, this, [this] {
        saveChart_->setEnabled(currentChart() != nullptr);
        emit stateChanged();
    });
    qobject_cast<QVBoxLayout*>(body_->layout())->addWidget(tabs_, 1);
}

void CostPage::buildPlaceholder() {
    placeholder_ = new QWidget(this);
    emptyTitle_ = new QLabel(placeholder_);
    QFont large = emptyTitle_->font();
    large.setPointSizeF(large.pointSizeF() * 1.35);
    large.setBold(true);
    emptyTitle_->setFont(large);
    emptyWords_ = new QLabel(placeholder_);
    for (QLabel* label : {emptyTitle_, emptyWords_}) {
        label->setWordWrap(true);
        label->setAlignment(Qt::AlignCenter);
    }
    progress_ = new QProgressBar(placeholder_);
    progress_->setFixedWidth(320);
    progress_->setTextVisible(false);
    progress_->setAccessibleName(tr("How far the cost is worked out"));
    open_ = new QPushButton(tr("Open a scenario…"), placeholder_);
    again_ = new QPushButton(tr("Work it out"), placeholder_);
    cancel_ = new QPushButton(tr("Cancel"), placeholder_);
    cancel_->setToolTip(tr("Stop working it out (Esc)"));
    connect(cancel_, &QPushButton::clicked, this, &CostPage::cancel);
    connect(open_, &QPushButton::clicked, this, &CostPage::openWanted);
    connect(again_, &QPushButton::clicked, this, &CostPage::workOut);
    auto* column = new QVBoxLayout(placeholder_);
    column->addStretch(1);
    column->addWidget(emptyTitle_);
    column->addWidget(emptyWords_);
    column->addSpacing(6);
    for (QWidget* widget : std::initializer_list<QWidget*>{progress_, cancel_, open_, again_})
        column->addWidget(widget, 0, Qt::AlignCenter);
    column->addStretch(2);
}

void CostPage::showPlaceholder(const QString& title, const QString& words, QPushButton* button) {
    emptyTitle_->setText(title);
    emptyWords_->setText(words);
    open_->setVisible(button == open_);
    again_->setVisible(button == again_);
    progress_->setVisible(isBusy());
    cancel_->setVisible(isBusy());
    body_->setVisible(false);
    placeholder_->setVisible(true);
}

/// What is shown is of another scenario now.
void CostPage::forget() {
    job_.stop();
    costs_.reset();
    isStale_ = true;
    const core::Scenario* scenario = document_.scenario();
    if (!document_.isOpen()) {
        showPlaceholder(tr("No scenario is open"), tr("Open one, or choose one on the start page."), open_);
    } else if (scenario == nullptr) {
        showPlaceholder(tr("The scenario has errors"), tr("Mend them first: the Scenario page lists them."),
                        nullptr);
    } else if (!sim::hasCost(*scenario)) {
        showPlaceholder(tr("%1 has no cost").arg(text(scenario->name)),
                        tr("Add a [[cost.rate]] with a meter and its amount, or a [[cost.fixed]], to the "
                           "file; scenarios/FORMAT.md has all keys of [cost]."),
                        nullptr);
    } else if (isVisible()) {
        workOut();
        return;
    } else {
        showPlaceholder(text(scenario->name), tr("The cost of a user has not been worked out yet."), again_);
    }
    emit stateChanged();
}

void CostPage::showEvent(QShowEvent* event) {
    QWidget::showEvent(event);
    const core::Scenario* scenario = document_.scenario();
    if (isStale_ && !isBusy() && scenario != nullptr && sim::hasCost(*scenario)) workOut();
}

void CostPage::workOut() {
    if (document_.scenario() == nullptr || isBusy()) return;
    isStale_ = false;
    // The steps are told at base values.
    core::ScenarioReading reading = document_.readWith({{"run.worlds", "1"}});
    std::optional<core::Diagnostic> problem;
    if (!reading.scenario) {  // a data file has gone since it was opened
        problem = *std::ranges::find(reading.diagnostics, core::Severity::Error, &core::Diagnostic::severity);
    } else if (!reading.scenario->exactOnly.empty()) {
        problem = reading.scenario->exactOnly.front();
    }
    if (problem) {
        showPlaceholder(tr("The cost can't be worked out"), text(problem->problem), again_);
        emit failed(*problem);
        emit stateChanged();
        return;
    }
    const QString name = text(reading.scenario->name);
    job_.start(std::move(*reading.scenario));
    progress_->setRange(0, 0);  // no telling yet
    showPlaceholder(name, tr("Working out what a user costs…"), nullptr);
    emit stateChanged();
}

void CostPage::cancel() {
    job_.cancel();
}

void CostPage::showCosts(std::shared_ptr<const PlanCosts> costs) {
    costs_ = std::move(costs);
    {
        const QSignalBlocker quiet(plan_);
        const QString before = plan_->currentText();
        plan_->clear();
        for (const sim::CostBreakdown& plan : costs_->plans) plan_->addItem(text(plan.plan));
        plan_->setCurrentIndex(std::max(0, plan_->findText(before)));
    }
    placeholder_->setVisible(false);
    body_->setVisible(true);
    showPlan();
    emit stateChanged();
}

void CostPage::showPlan() {
    if (!costs_ || plan_->currentIndex() < 0) return;
    const sim::CostBreakdown& shown = costs_->plans[static_cast<std::size_t>(plan_->currentIndex())];
    figures_->show(headFigures(shown), tr("%1 per user and month").arg(text(shown.currency)));
    caption_->setText(shown.standardError > 0.0 ? tr("At base values, simulated; standard error %1")
                                                      .arg(text(sim::formatError(shown.standardError)))
                                                : tr("At base values, by closed forms"));
    waterfall_->show(unitCostWaterfall(shown));
    steps_->show(sim::costStepTable(shown));
    stepView_->fitColumns(0);
    meters_->show(sim::costMeterTable(shown));
    meterView_->fitColumns(0);
    models_->show(sim::costModelTable(shown));
    modelView_->fitColumns(0);
    fitHeight(*meterView_);
    fitHeight(*modelView_);
    modelHint_->setText(hintOf(shown));
    fleetChart_->show(fleetCost(shown));
    fleet_->show(sim::fleetTable(shown));
    fleetView_->fitColumns(0);
    for (QWidget* tab : std::initializer_list<QWidget*>{fleetChart_, fleetView_})
        tabs_->setTabVisible(tabs_->indexOf(tab), shown.fleet.has_value());
    saveChart_->setEnabled(currentChart() != nullptr);
    emit stateChanged();
}

Chart* CostPage::currentChart() const {
    if (!costs_) return nullptr;
    auto* chart = qobject_cast<Chart*>(tabs_->currentWidget());
    return chart != nullptr && chart->hasDrawing() ? chart : nullptr;
}

}  // namespace breakeven::ui
