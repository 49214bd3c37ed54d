#include "ui/pages/run_page.hpp"

#include <QComboBox>
#include <QHBoxLayout>
#include <QHeaderView>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QRegularExpressionValidator>
#include <QSortFilterProxyModel>
#include <QSpinBox>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "sim/report/live_text.hpp"
#include "sim/report/results_table.hpp"
#include "sim/report/verdict.hpp"
#include "ui/charts/chart.hpp"
#include "ui/charts/chart_specs.hpp"
#include "ui/format/number_format.hpp"
#include "ui/models/table_model.hpp"
#include "ui/pages/table_view.hpp"
#include "ui/pages/verdict_card.hpp"

namespace breakeven::ui {
namespace {

QString nameOf(core::Sampling sampling) {
    const std::string_view name = core::samplingName(sampling);
    return QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
}

QSpinBox* spin(int low, int high, const QString& tip, QWidget* parent) {
    auto* box = new QSpinBox(parent);
    box->setRange(low, high);
    box->setGroupSeparatorShown(true);
    box->setToolTip(tip);
    box->setAccessibleName(tip);
    box->setStepType(QAbstractSpinBox::AdaptiveDecimalStepType);
    return box;
}

}  // namespace

RunPage::RunPage(Document& document, const Services& services, QWidget* parent)
    : QWidget(parent), document_(document), job_(services) {
    users_ = spin(2, 2'000'000'000, tr("Users drawn in each world: accuracy, not business size"), this);
    worlds_ = spin(1, 1'000'000, tr("Draws of the beliefs; 1: base values only"), this);
    months_ = spin(1, 60, tr("Months that each user is followed"), this);
    seed_ = new QLineEdit(this);
    seed_->setValidator(new QRegularExpressionValidator(QRegularExpression("[0-9]{1,18}"), seed_));
    seed_->setToolTip(tr("Seed of all draws: the same seed gives the same numbers"));
    seed_->setMaximumWidth(130);
    sampling_ = new QComboBox(this);
    for (const std::string_view name : core::kSamplingNames)
        sampling_->addItem(QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size())));
    sampling_->setToolTip(
        tr("How users are drawn. Stratified, latin_hypercube and sobol spread them evenly and need fewer of "
           "them; importance draws costly users more often, for usage whose sigma is above 2"));
    label_ = new QLineEdit(this);
    label_->setPlaceholderText(tr("optional"));
    label_->setToolTip(tr("A name for the run in the history"));
    label_->setMaximumWidth(150);
    run_ = new QPushButton(tr("Run"), this);
    run_->setObjectName("run");
    run_->setToolTip(tr("Simulate the open scenario (Ctrl+R)"));
    cancel_ = new QPushButton(tr("Cancel"), this);
    cancel_->setObjectName("cancel");
    cancel_->setToolTip(tr("Stop; the worlds finished by then are kept (Esc)"));
    connect(run_, &QPushButton::clicked, this, &RunPage::run);
    connect(cancel_, &QPushButton::clicked, this, &RunPage::cancel);
    auto* settings = new QHBoxLayout;
    const auto field = [&](const QString& name, QWidget* widget) {
        auto* title = new QLabel(name, this);
        title->setBuddy(widget);
        settings->addWidget(title);
        settings->addWidget(widget);
        settings->addSpacing(6);
    };
    field(tr("&Users"), users_);
    field(tr("&Worlds"), worlds_);
    field(tr("&Months"), months_);
    field(tr("S&ampling"), sampling_);
    field(tr("See&d"), seed_);
    field(tr("La&bel"), label_);
    settings->addStretch(1);
    settings->addWidget(run_);
    settings->addWidget(cancel_);

    progress_ = new QProgressBar(this);
    progress_->setRange(0, 1000);
    progress_->setTextVisible(true);
    speed_ = new QLabel(this);
    live_ = new QLabel(this);
    live_->setObjectName("live-estimate");
    live_->setWordWrap(true);
    live_->setAccessibleName(tr("What the run knows so far"));
    live_->setToolTip(tr("From the worlds done so far, with 95 % intervals that shrink as the run goes on."));
    auto* progressRow = new QHBoxLayout;
    progressRow->addWidget(progress_, 1);
    progressRow->addWidget(speed_);

    verdict_ = new VerdictCard(this);
    plans_ = new TableModel(this);
    planView_ = new TableView(this);
    planView_->setAccessibleName(tr("Plans"));
    planView_->setSelectionMode(QAbstractItemView::SingleSelection);
    planView_->showSorted(plans_, TableModel::SortRole);

    plan_ = new QComboBox(this);
    plan_->setToolTip(tr("Which plan the charts show"));
    plan_->setAccessibleName(tr("Plan of the charts"));
    connect(plan_, &QComboBox::currentIndexChanged, this, &RunPage::showCharts);
    tabs_ = new QTabWidget(this);
    const std::pair<const char*, QString> names[] = {{"cost-histogram", tr("Cost per user")},
                                                     {"cumulative-cost", tr("Cumulative")},
                                                     {"loss-against-fee", tr("Loss against fee")},
                                                     {"lorenz", tr("Who makes the cost")}};
    for (const auto& [id, title] : names) {
        charts_.push_back(new Chart(this));
        charts_.back()->setObjectName(id);
        tabs_->addTab(charts_.back(), title);
    }
    differences_ = new TableModel(this);
    differenceView_ = new TableView(this);
    differenceView_->showSorted(differences_, TableModel::SortRole);
    tabs_->addTab(differenceView_, tr("Differences"));
    exact_ = new TableModel(this);
    exactView_ = new TableView(this);
    exactView_->showSorted(exact_, TableModel::SortRole);
    tabs_->addTab(exactView_, tr("Self-test"));
    saveChart_ = new QPushButton(tr("Save chart…"), this);
    saveChart_->setToolTip(tr("Write the chart in front as PNG or SVG (Ctrl+Shift+E)"));
    saveCsv_ = new QPushButton(tr("Export CSV…"), this);
    saveCsv_->setToolTip(tr("Write all tables of the run into a folder (Ctrl+E)"));
    connect(saveChart_, &QPushButton::clicked, this, &RunPage::chartExportWanted);
    connect(saveCsv_, &QPushButton::clicked, this, &RunPage::csvExportWanted);
    connect(tabs_, &QTabWidget::currentChanged, this,
            [this] { saveChart_->setEnabled(currentChart() != nullptr); });
    auto* corner = new QWidget(this);
    auto* cornerRow = new QHBoxLayout(corner);
    cornerRow->setContentsMargins(0, 0, 0, 2);
    cornerRow->addWidget(plan_);
    cornerRow->addWidget(saveChart_);
    cornerRow->addWidget(saveCsv_);
    tabs_->setCornerWidget(corner);

    auto* splitter = new QSplitter(Qt::Vertical, this);
    splitter->addWidget(planView_);
    splitter->addWidget(tabs_);
    splitter->setChildrenCollapsible(false);
    splitter->setStretchFactor(0, 2);
    splitter->setStretchFactor(1, 5);
    body_ = splitter;
    auto* layout = new QVBoxLayout(this);
    layout->addLayout(settings);
    layout->addLayout(progressRow);
    layout->addWidget(live_);
    layout->addWidget(verdict_);
    layout->addWidget(body_, 1);
    layout->addStretch(0);
    body_->setVisible(false);

    connect(planView_->selectionModel(), &QItemSelectionModel::selectionChanged, this, [this] {
        const QList<int> rows = planView_->selectedSourceRows();
        if (!rows.isEmpty()) plan_->setCurrentIndex(rows.front());
    });
    connect(&job_, &RunJob::progressed, this, [this](const sim::Progress& progress, double seconds) {
        const double share = static_cast<double>(progress.userMonthsDone) /
                             static_cast<double>(std::max<std::uint64_t>(progress.userMonthsTotal, 1));
        progress_->setValue(static_cast<int>(1000.0 * share));
        progress_->setFormat(tr("%1 of %2 worlds").arg(progress.worldsDone).arg(progress.worldsTotal));
        live_->setVisible(progress.live.has_value());
        if (progress.live) live_->setText(text(sim::liveText(*progress.live, currency_)));
        const double rate = static_cast<double>(progress.userMonthsDone) / std::max(seconds, 1e-9);
        const double left = share > 0.0 ? seconds * (1.0 - share) / share : 0.0;
        speed_->setText(tr("%1 user-months/s, %2 left")
                            .arg(axisNumber(rate), duration(static_cast<qint64>(1000.0 * left))));
    });
    connect(&job_, &RunJob::finished, this, &RunPage::showEnded);
    connect(&job_, &RunJob::cancelled, this, &RunPage::showEnded);
    connect(&job_, &RunJob::failed, this, [this](const core::Diagnostic& diagnostic) {
        setRunning(false);
        emit failed(diagnostic);
    });
    connect(&document_, &Document::changed, this, &RunPage::refreshSettings);
    setRunning(false);
    refreshSettings();
}

void RunPage::refreshSettings() {
    const core::Scenario* scenario = document_.scenario();
    run_->setEnabled(scenario != nullptr && !isRunning());
    if (result_ == nullptr) {
        verdict_->showMessage(scenario != nullptr ? text(scenario->question) : tr("No scenario is open"),
                              scenario != nullptr ? tr("Press Run to simulate %1.").arg(text(scenario->name))
                                                  : tr("Open one, or choose one on the start page."));
    }
    if (scenario == nullptr) return;
    const core::RunSettings& run = scenario->run;
    users_->setValue(static_cast<int>(std::min<std::uint64_t>(run.users, 2'000'000'000U)));
    worlds_->setValue(static_cast<int>(run.worlds));
    months_->setValue(static_cast<int>(run.months));
    seed_->setText(QString::number(run.seed));
    sampling_->setCurrentText(nameOf(run.sampling));
}

std::vector<core::Override> RunPage::overrides() const {
    const core::RunSettings& run = document_.scenario()->run;
    std::vector<core::Override> changed;
    const auto compare = [&](const char* key, const QString& shown, const QString& read) {
        if (shown != read) changed.push_back({key, shown.toStdString()});
    };
    compare("run.users", QString::number(users_->value()), QString::number(run.users));
    compare("run.worlds", QString::number(worlds_->value()), QString::number(run.worlds));
    compare("run.months", QString::number(months_->value()), QString::number(run.months));
    compare("run.seed", seed_->text(), QString::number(run.seed));
    compare("run.sampling", sampling_->currentText(), nameOf(run.sampling));
    return changed;
}

void RunPage::run() {
    if (document_.scenario() == nullptr || isRunning()) return;
    if (seed_->text().isEmpty()) {
        emit refused(tr("The seed is empty."), tr("Write a whole number, such as 1."));
        return;
    }
    core::ScenarioReading reading = document_.readWith(overrides());
    if (!reading.scenario) {  // a data file has gone since it was opened
        const auto error =
            std::ranges::find(reading.diagnostics, core::Severity::Error, &core::Diagnostic::severity);
        emit failed(*error);
        return;
    }
    if (!reading.scenario->exactOnly.empty()) {
        emit failed(reading.scenario->exactOnly.front());
        return;
    }
    currency_ = reading.scenario->currency;
    job_.start(std::move(*reading.scenario), label_->text().trimmed().toStdString());
    setRunning(true);
}

void RunPage::cancel() {
    if (!isRunning()) return;
    cancel_->setEnabled(false);
    speed_->setText(tr("stopping…"));
    job_.cancel();
}

void RunPage::setRunning(bool running) {
    run_->setEnabled(!running && document_.scenario() != nullptr);
    cancel_->setEnabled(running);
    progress_->setVisible(running);
    speed_->setVisible(running);
    live_->clear();
    live_->setVisible(false);
    progress_->setValue(0);
    progress_->setFormat(tr("starting"));
    speed_->clear();
    emit stateChanged();
}

void RunPage::showEnded(const EndedRun& run) {
    setRunning(false);
    if (!run.result) {
        emit told(tr("Cancelled before two worlds were finished: nothing was kept."));
        return;
    }
    const core::RunSettings& settings = run.result->manifest.settings;
    const QString worlds = settings.worlds == 1 ? tr("1 world") : tr("%1 worlds").arg(settings.worlds);
    const QString months = settings.months == 1 ? tr("1 month") : tr("%1 months").arg(settings.months);
    QString caption = tr("Run %1 of %2: %3 users × %4 × %5, seed %6, %7, in %8")
                          .arg(text(run.result->manifest.run), text(run.result->manifest.scenario),
                               QLocale().toString(static_cast<qulonglong>(settings.users)), worlds, months)
                          .arg(settings.seed)
                          .arg(nameOf(settings.sampling), duration(run.milliseconds));
    if (run.row > 0) caption += tr("; kept as #%1").arg(run.row);
    show(run.result, run.scenario, caption);
    if (run.notKept) {
        core::Diagnostic problem = *run.notKept;
        problem.problem = tr("The run was not kept: %1").arg(text(problem.problem)).toStdString();
        emit failed(problem);
    } else if (run.result->cancelled) {
        emit told(tr("Cancelled: the numbers speak of the %1 worlds finished by then, kept as #%2.")
                      .arg(run.result->worldsFinished)
                      .arg(run.row));
    }
    if (run.row > 0) emit kept(run.row);
}

void RunPage::show(std::shared_ptr<const sim::RunResult> result,
                   std::shared_ptr<const core::Scenario> scenario, const QString& caption) {
    result_ = std::move(result);
    scenario_ = std::move(scenario);
    verdict_->show(scenario_ ? sim::verdict(*result_, *scenario_) : sim::verdict(*result_), caption);
    plans_->show(sim::planTable(*result_));
    planView_->fitColumns(0);
    differences_->show(withMetricTitles(sim::differenceTable(*result_)));
    differenceView_->fitColumns(0);
    exact_->show(withMetricTitles(sim::exactTable(*result_)));
    exactView_->fitColumns(0);
    tabs_->setTabVisible(tabs_->indexOf(exactView_), exact_->rowCount() > 0);
    {
        const QSignalBlocker quiet(plan_);
        const QString before = plan_->currentText();
        plan_->clear();
        for (const auto& row : plans_->table().rows) plan_->addItem(text(row.front().text));
        plan_->setCurrentIndex(std::max(0, plan_->findText(before)));
    }
    body_->setVisible(true);
    showCharts();
    emit stateChanged();
}

void RunPage::showCharts() {
    if (!result_ || plan_->currentIndex() < 0) return;
    const std::string plan = plan_->currentText().toStdString();
    charts_[0]->show(costHistogram(*result_, plan));
    charts_[1]->show(cumulativeCost(*result_));
    charts_[2]->show(lossAgainstFee(*result_, plan));
    charts_[3]->show(lorenz(*result_, plan));
    saveChart_->setEnabled(currentChart() != nullptr);
}

Chart* RunPage::currentChart() const {
    auto* chart = qobject_cast<Chart*>(tabs_->currentWidget());
    return chart != nullptr && chart->hasDrawing() ? chart : nullptr;
}

void RunPage::showTab(int index) {
    tabs_->setCurrentIndex(index);
}

}  // namespace breakeven::ui
