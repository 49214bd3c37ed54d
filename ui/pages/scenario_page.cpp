#include "ui/pages/scenario_page.hpp"

#include <QComboBox>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QSortFilterProxyModel>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>
#include <memory>

#include "ui/charts/chart.hpp"
#include "ui/charts/chart_specs.hpp"
#include "ui/format/number_format.hpp"
#include "ui/models/number_model.hpp"
#include "ui/pages/table_view.hpp"

namespace breakeven::ui {

ScenarioPage::ScenarioPage(Document& document, QWidget* parent) : QWidget(parent), document_(document) {
    name_ = new QLabel(this);
    QFont large = name_->font();
    large.setPointSizeF(large.pointSizeF() * 1.35);
    large.setBold(true);
    name_->setFont(large);
    question_ = new QLabel(this);
    question_->setWordWrap(true);
    facts_ = new QLabel(this);
    facts_->setWordWrap(true);
    live_ = new QLabel(this);
    live_->setObjectName("live-verdict");
    live_->setWordWrap(true);
    live_->setAccessibleName(tr("First verdict"));
    live_->setToolTip(
        tr("Worked out anew after every change, from at most 10,000 users and 1,024 worlds. Run the "
           "scenario for all of them, and to keep the result."));
    run_ = new QPushButton(tr("Run this scenario"), this);
    run_->setToolTip(tr("Simulate it and read the verdict (Ctrl+R)"));
    open_ = new QPushButton(tr("Open a scenario…"), this);
    connect(run_, &QPushButton::clicked, this, &ScenarioPage::runWanted);
    connect(open_, &QPushButton::clicked, this, &ScenarioPage::openWanted);
    auto* words = new QVBoxLayout;
    words->setSpacing(3);
    words->addWidget(name_);
    words->addWidget(question_);
    words->addWidget(facts_);
    words->addWidget(live_);
    auto* head = new QHBoxLayout;
    head->addLayout(words, 1);
    head->addWidget(open_, 0, Qt::AlignTop);
    head->addWidget(run_, 0, Qt::AlignTop);

    problems_ = new QListWidget(this);
    problems_->setWordWrap(true);
    problems_->setMaximumHeight(150);
    problems_->setAccessibleName(tr("Problems of the scenario"));

    numbers_ = new NumberModel(this);
    table_ = new TableView(this);
    table_->setSelectionBehavior(QAbstractItemView::SelectItems);
    table_->setEditTriggers(QAbstractItemView::DoubleClicked | QAbstractItemView::EditKeyPressed |
                            QAbstractItemView::AnyKeyPressed);
    table_->setAccessibleName(tr("Numbers of the scenario"));
    QSortFilterProxyModel* shown = table_->showSorted(numbers_, -1);
    shown->setFilterKeyColumn(NumberModel::Path);
    connect(numbers_, &NumberModel::edited, this,
            [this](const QString& path, core::NumberPart part, double value) {
                document_.setNumber(path.toStdString(), part, value);
            });
    connect(numbers_, &NumberModel::refused, this, [this](const QString& typed) {
        emit refused(tr("“%1” is not a number.").arg(typed),
                     tr("Write it like 200, 0.35 or 1e6; the old value stays."));
    });
    auto* filter = new QLineEdit(this);
    filter->setPlaceholderText(tr("Find a number, such as fee or sigma"));
    filter->setClearButtonEnabled(true);
    connect(filter, &QLineEdit::textChanged, shown, &QSortFilterProxyModel::setFilterFixedString);
    auto* left = new QWidget(this);
    auto* leftColumn = new QVBoxLayout(left);
    leftColumn->setContentsMargins(0, 0, 0, 0);
    leftColumn->addWidget(filter);
    leftColumn->addWidget(table_, 1);

    which_ = new QComboBox(this);
    which_->setToolTip(tr("Which usage distribution is drawn"));
    which_->setAccessibleName(tr("Usage distribution"));
    summary_ = new QLabel(this);
    summary_->setWordWrap(true);
    charts_ = {new Chart(this), new Chart(this)};
    charts_[0]->setObjectName("usage-density");
    charts_[1]->setObjectName("usage-cumulative");
    auto* tabs = new QTabWidget(this);
    tabs->addTab(charts_[0], tr("Density"));
    tabs->addTab(charts_[1], tr("Cumulative"));
    connect(which_, &QComboBox::currentIndexChanged, this, &ScenarioPage::showCurve);
    auto* right = new QWidget(this);
    auto* rightColumn = new QVBoxLayout(right);
    rightColumn->setContentsMargins(0, 0, 0, 0);
    rightColumn->addWidget(which_);
    rightColumn->addWidget(tabs, 1);
    rightColumn->addWidget(summary_);

    auto* splitter = new QSplitter(Qt::Horizontal, this);
    splitter->addWidget(left);
    splitter->addWidget(right);
    splitter->setStretchFactor(0, 5);
    splitter->setStretchFactor(1, 4);
    splitter->setChildrenCollapsible(false);
    body_ = splitter;

    auto* layout = new QVBoxLayout(this);
    layout->addLayout(head);
    layout->addWidget(problems_);
    layout->addWidget(body_, 1);
    connect(&preview_, &PreviewJob::estimated, this, [this](const Preview& preview) {
        const QString worlds = preview.worlds == 1 ? tr("base values") : tr("%1 worlds").arg(preview.worlds);
        const QString more = preview.isLast ? QString() : tr(", more to come");
        live_->setText(tr("First look (%1%2): %3").arg(worlds, more, text(preview.sentence)));
    });
    connect(&preview_, &PreviewJob::failed, this,
            [this](const core::Diagnostic& problem) { live_->setText(text(problem.problem)); });
    connect(&document_, &Document::changed, this, &ScenarioPage::refresh);
    refresh();
}

void ScenarioPage::preview() {
    const core::Scenario* scenario = document_.scenario();
    const bool isSimulatable = scenario != nullptr && scenario->exactOnly.empty();
    live_->setVisible(isSimulatable);
    if (isSimulatable) {
        preview_.start(std::make_shared<const core::Scenario>(*scenario));
        return;
    }
    preview_.stop();
    live_->clear();
}

void ScenarioPage::refresh() {
    preview();
    const core::Scenario* scenario = document_.scenario();
    problems_->clear();
    for (const core::Diagnostic& item : document_.reading().diagnostics) {
        QString line = item.severity == core::Severity::Error ? "⚠ " : "ℹ ";
        if (item.where.line > 0)
            line += tr("line %1, column %2: ").arg(item.where.line).arg(item.where.column);
        line += text(item.problem);
        if (!item.remedy.empty()) line += " — " + text(item.remedy);
        problems_->addItem(line);
    }
    problems_->setVisible(problems_->count() > 0);
    run_->setEnabled(scenario != nullptr);
    run_->setVisible(document_.isOpen());
    open_->setVisible(!document_.isOpen());
    body_->setVisible(document_.isOpen());
    if (!document_.isOpen()) {
        name_->setText(tr("No scenario is open"));
        question_->setText(tr("Open one, or choose one on the start page."));
        facts_->clear();
        return;
    }
    numbers_->show(core::scenarioNumbers(document_.text()));
    table_->fitColumns(NumberModel::Source);
    const QString mark = document_.isModified() ? tr("  (changed, not saved)") : QString();
    name_->setText((scenario != nullptr ? text(scenario->name) : QFileInfo(document_.path()).fileName()) +
                   mark);
    question_->setText(scenario != nullptr
                           ? text(scenario->question)
                           : tr("The scenario has errors: it can't be run until they are mended."));
    const int row = which_->currentIndex();
    if (scenario == nullptr) {
        facts_->setText(document_.path());
        if (document_.path() == curvesOf_) return;  // the curves of its last good state stay
        curves_.clear();
        which_->clear();
        showCurve();
        return;
    }
    facts_->setText(tr("segments: %1, meters: %2, plans: %3, beliefs: %4; amounts in %5")
                        .arg(scenario->segments.size())
                        .arg(scenario->meters.size())
                        .arg(scenario->plans.size())
                        .arg(scenario->beliefs.size())
                        .arg(text(scenario->currency)));
    facts_->setToolTip(document_.path());
    curves_ = sim::usageCurves(*scenario);
    curvesOf_ = document_.path();
    {
        const QSignalBlocker quiet(which_);
        which_->clear();
        for (const sim::UsageCurve& curve : curves_)
            which_->addItem(tr("%1: %2").arg(text(curve.segment), text(curve.meter)));
        which_->setCurrentIndex(row >= 0 && row < which_->count() ? row : 0);
    }
    showCurve();
}

void ScenarioPage::showCurve() {
    const int row = which_->currentIndex();
    if (row < 0 || row >= static_cast<int>(curves_.size())) {
        ChartSpec none;
        none.message = document_.scenario() != nullptr ? tr("This scenario uses no meter.")
                                                       : tr("Nothing to draw until the errors are mended.");
        for (Chart* chart : charts_) chart->show(none);
        summary_->clear();
        return;
    }
    const sim::UsageCurve& curve = curves_[static_cast<std::size_t>(row)];
    charts_[0]->show(usageDensity(curve));
    charts_[1]->show(usageCumulative(curve));
    summary_->setText(tr("At base values (%1): median %2, mean %3, 90 % below %4, 99 % below %5.")
                          .arg(text(curve.unit), readNumber(curve.median), readNumber(curve.mean),
                               readNumber(curve.p90), readNumber(curve.p99)));
}

}  // namespace breakeven::ui
