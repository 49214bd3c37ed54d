#include "ui/main_window.hpp"

#include <QApplication>
#include <QCloseEvent>
#include <QDir>
#include <QDragEnterEvent>
#include <QDropEvent>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QListWidget>
#include <QMimeData>
#include <QStackedWidget>
#include <QUrl>
#include <QVBoxLayout>
#include <algorithm>
#include <utility>

#include "core/scenario/stored_table.hpp"
#include "sim/report/results_csv.hpp"
#include "ui/charts/chart.hpp"
#include "ui/format/number_format.hpp"
#include "ui/pages/compare_page.hpp"
#include "ui/pages/cost_page.hpp"
#include "ui/pages/data_page.hpp"
#include "ui/pages/history_page.hpp"
#include "ui/pages/message_bar.hpp"
#include "ui/pages/run_page.hpp"
#include "ui/pages/scenario_page.hpp"
#include "ui/pages/start_page.hpp"
#include "ui/theme/theme.hpp"

namespace breakeven::ui {
namespace {

QString nameOf(const sim::RunSummary& run) {
    const QString label = run.label.empty() ? text(run.scenario) : text(run.label);
    return QString("#%1 %2").arg(run.row).arg(label);
}

}  // namespace

MainWindow::MainWindow(Services services, FileDialogs dialogs, Settings settings, QWidget* parent)
    : QMainWindow(parent),
      services_(std::move(services)),
      dialogs_(std::move(dialogs)),
      settings_(std::move(settings)),
      document_([this](const std::string& table) {
          if (!services_.openUsage) throw core::noSuchTable(table, {});
          return services_.openUsage()->csv(table);
      }) {
    setWindowTitle("Breakeven");
    setMinimumSize(820, 560);
    resize(1240, 840);
    setAcceptDrops(true);

    navigation_ = new QListWidget(this);
    navigation_->setObjectName("navigation");
    navigation_->setAccessibleName(tr("Pages"));
    navigation_->setFrameShape(QFrame::NoFrame);
    navigation_->setSpacing(3);
    navigation_->setStyleSheet("QListWidget::item { padding-left: 10px; }");
    const QString names[kPages] = {tr("Start"), tr("Scenario"), tr("Data"),   tr("Cost"),
                                   tr("Run"),   tr("History"),  tr("Compare")};
    const QString tips[kPages] = {
        tr("Choose a scenario (Ctrl+1)"),
        tr("Numbers and usage of the open scenario (Ctrl+2)"),
        tr("Meter a log, or read measured usage, and make a segment of it (Ctrl+3)"),
        tr("What a user costs, from list price to fully loaded, and the fleet (Ctrl+4)"),
        tr("Run the scenario and read the verdict (Ctrl+5)"),
        tr("All runs that were kept (Ctrl+6)"),
        tr("Runs side by side (Ctrl+7)")};
    for (int i = 0; i < kPages; ++i) {
        auto* item = new QListWidgetItem(names[i], navigation_);
        item->setToolTip(tips[i]);
        item->setSizeHint(QSize(110, fontMetrics().height() + 16));
    }
    navigation_->setFixedWidth(124);

    messages_ = new MessageBar(this);
    pages_ = new QStackedWidget(this);
    start_ = new StartPage(services_.shippedScenarios, this);
    scenario_ = new ScenarioPage(document_, this);
    data_ = new DataPage(document_, services_, this);
    cost_ = new CostPage(document_, this);
    run_ = new RunPage(document_, services_, this);
    history_ = new HistoryPage(this);
    compare_ = new ComparePage(this);
    for (QWidget* page :
         std::initializer_list<QWidget*>{start_, scenario_, data_, cost_, run_, history_, compare_})
        pages_->addWidget(page);
    auto* right = new QWidget(this);
    auto* column = new QVBoxLayout(right);
    column->setContentsMargins(8, 8, 8, 8);
    column->addWidget(messages_);
    column->addWidget(pages_, 1);
    auto* central = new QWidget(this);
    auto* row = new QHBoxLayout(central);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(0);
    row->addWidget(navigation_);
    row->addWidget(right, 1);
    setCentralWidget(central);

    makeMenus();
    connectPages();
    start_->showRecent(settings_.recentScenarios);
    attempt([this] { store_ = services_.openStore(); });
    refreshHistory();
    if (!settings_.geometry.isEmpty()) restoreGeometry(settings_.geometry);
    navigation_->setCurrentRow(0);
    refreshActions();
}

MainWindow::~MainWindow() = default;

template <typename Work>
bool MainWindow::attempt(Work work) {
    try {
        work();
        return true;
    } catch (const core::Error& error) {
        messages_->complain(error.diagnostic());
        return false;
    }
}

void MainWindow::showPage(Page page) {
    navigation_->setCurrentRow(static_cast<int>(page));
}

MainWindow::Page MainWindow::page() const {
    return static_cast<Page>(pages_->currentIndex());
}

void MainWindow::refreshActions() {
    const bool isGood = document_.scenario() != nullptr;
    const bool isRunning = run_->isRunning();
    saveAction_->setEnabled(document_.isModified());
    saveAsAction_->setEnabled(document_.isOpen());
    runAction_->setEnabled(isGood && !isRunning);
    cancelAction_->setEnabled(isRunning || (page() == Page::Data && data_->isBusy()) ||
                              (page() == Page::Cost && cost_->isBusy()));
    const bool hasTables = (page() == Page::Cost && cost_->costs() != nullptr) ||
                           (page() == Page::Run && run_->result() != nullptr) ||
                           (page() == Page::History && history_->selected().size() == 1) ||
                           (page() == Page::Compare && compare_->runs().size() >= 2);
    csvAction_->setEnabled(hasTables);
    chartAction_->setEnabled(page() != Page::Start && page() != Page::History);
    const QString file = document_.isOpen() ? QFileInfo(document_.path()).fileName() : QString();
    setWindowTitle(file.isEmpty() ? "Breakeven" : QString("%1[*] — Breakeven").arg(file));
    setWindowModified(document_.isModified());
}

void MainWindow::openScenario(const QString& path) {
    if (!mayLoseChanges()) return;
    messages_->clear();
    document_.open(path);
    if (document_.scenario() != nullptr) remember(document_.path());
    showPage(Page::Scenario);
}

void MainWindow::remember(const QString& path) {
    settings_.lastFolder = QFileInfo(path).absolutePath();
    settings_.recentScenarios.removeAll(path);
    settings_.recentScenarios.prepend(path);
    while (settings_.recentScenarios.size() > kMostRecentScenarios) settings_.recentScenarios.removeLast();
    start_->showRecent(settings_.recentScenarios);
    emit settingsChanged(settings_);
}

void MainWindow::chooseScenario() {
    const QString path =
        dialogs_.open(this, tr("Open a scenario"), settings_.lastFolder, tr("Scenarios (*.toml)"));
    if (!path.isEmpty()) openScenario(path);
}

void MainWindow::chooseUsage() {
    showPage(Page::Data);
    const QString path =
        dialogs_.open(this, tr("Open a log or a usage table"), settings_.lastFolder,
                      tr("Logs and tables (*.csv *.tsv *.txt *.json *.jsonl *.ndjson *.gz);;All files (*)"));
    if (!path.isEmpty()) openData({path});
}

void MainWindow::openData(const QStringList& paths) {
    messages_->clear();
    showPage(Page::Data);
    data_->open(paths);
    settings_.lastFolder = QFileInfo(paths.front()).absolutePath();
}

bool MainWindow::mayLoseChanges() {
    if (!document_.isModified()) return true;
    return dialogs_.confirm(
        this, tr("Changes are not saved"),
        tr("The scenario %1 was changed. Go on without saving?").arg(QFileInfo(document_.path()).fileName()));
}

bool MainWindow::saveTo(const QString& path) {
    const QFileInfo target(path);
    const bool isElsewhere = target.absolutePath() != document_.folder();
    return attempt([&] {
        std::vector<sim::NamedText> files{{target.fileName().toStdString(), document_.text()}};
        // Data files named relative to the scenario go with it.
        if (isElsewhere && document_.scenario() != nullptr) {
            for (const core::InputFile& input : document_.scenario()->inputs) {
                const QFileInfo file(text(input.name));
                if (file.isAbsolute() || core::storedTable(input.name)) continue;
                const QString folder = QFileInfo(target.absoluteDir(), text(input.name)).absolutePath();
                services_.writeFiles(folder.toStdString(), {{file.fileName().toStdString(), input.content}});
            }
        }
        services_.writeFiles(target.absolutePath().toStdString(), files);
        document_.setSaved(target.absoluteFilePath());
        remember(document_.path());
        messages_->tell(tr("Saved as %1.").arg(target.absoluteFilePath()));
    });
}

bool MainWindow::saveScenario() {
    return document_.isModified() && saveTo(document_.path());
}

bool MainWindow::saveScenarioAs() {
    if (!document_.isOpen()) return false;
    QString path = dialogs_.save(this, tr("Save the scenario"), document_.path(), tr("Scenarios (*.toml)"));
    if (path.isEmpty()) return false;
    if (QFileInfo(path).suffix().isEmpty()) path += ".toml";
    return saveTo(path);
}

void MainWindow::run() {
    messages_->clear();
    showPage(Page::Run);
    run_->run();
}

void MainWindow::refreshHistory() {
    if (!store_) return;
    attempt([this] { history_->show(store_->list()); });
    refreshActions();
}

void MainWindow::openRun(std::int64_t row) {
    attempt([&] {
        const sim::RunRecord record = store_->load(row);
        std::shared_ptr<const core::Scenario> scenario;
        try {
            core::ScenarioReading reading = services_.scenarioOf(record);
            if (reading.scenario)
                scenario = std::make_shared<const core::Scenario>(std::move(*reading.scenario));
        } catch (const core::Error&) {
            // A data file is gone or changed: the kept numbers are shown all the same, plans by name only.
        }
        QString caption = tr("Stored run #%1 (%2) of %3")
                              .arg(row)
                              .arg(text(record.result->manifest.run), text(record.startedAt));
        if (!record.label.empty()) caption += tr(", “%1”").arg(text(record.label));
        if (record.result->cancelled)
            caption += tr("; interrupted after %1 worlds").arg(record.result->worldsFinished);
        run_->show(record.result, scenario, caption);
        showPage(Page::Run);
    });
}

void MainWindow::compareRuns(const std::vector<std::int64_t>& rows) {
    attempt([&] {
        std::vector<std::shared_ptr<const sim::RunResult>> runs;
        std::vector<std::string> names;
        const std::vector<sim::RunSummary> all = store_->list();
        for (const std::int64_t row : rows) {
            runs.push_back(store_->load(row).result);
            const auto found = std::ranges::find(all, row, &sim::RunSummary::row);
            if (found != all.end()) names.push_back(nameOf(*found).toStdString());
        }
        compare_->show(std::move(runs), std::move(names));
        showPage(Page::Compare);
    });
    refreshActions();
}

void MainWindow::deleteRuns(const std::vector<std::int64_t>& rows) {
    const QString question = rows.size() == 1 ? tr("Delete run #%1 from the store?").arg(rows.front())
                                              : tr("Delete %1 runs from the store?").arg(rows.size());
    if (!dialogs_.confirm(this, tr("Delete runs"), question + tr(" This can't be undone."))) return;
    const bool isDone = attempt([&] {
        for (const std::int64_t row : rows) store_->remove(row);
    });
    if (isDone) messages_->tell(tr("Deleted %1 runs.").arg(rows.size()));
    refreshHistory();
}

void MainWindow::writeTables(const sim::RunResult& result) {
    const QString folder = dialogs_.folder(this, tr("Export tables into a folder"), settings_.lastFolder);
    if (folder.isEmpty()) return;
    const std::vector<sim::NamedText> files = sim::resultsCsv(result);
    if (attempt([&] { services_.writeFiles(folder.toStdString(), files); }))
        messages_->tell(tr("%1 tables are in %2; differences.csv is the one to read first.")
                            .arg(files.size())
                            .arg(folder));
}

void MainWindow::exportRun(std::int64_t row) {
    attempt([&] { writeTables(*store_->load(row).result); });
}

void MainWindow::exportCost() {
    const QString folder =
        dialogs_.folder(this, tr("Export the cost tables into a folder"), settings_.lastFolder);
    if (folder.isEmpty()) return;
    const std::shared_ptr<const PlanCosts> costs = cost_->costs();
    const std::vector<sim::NamedText> files = sim::costCsv(costs->scenario->name, costs->plans);
    if (attempt([&] { services_.writeFiles(folder.toStdString(), files); }))
        messages_->tell(files.size() > 1 ? tr("cost.csv and fleet.csv are in %1.").arg(folder)
                                         : tr("cost.csv is in %1.").arg(folder));
}

void MainWindow::exportCsv() {
    if (page() == Page::Cost && cost_->costs()) {
        exportCost();
    } else if (page() == Page::Run && run_->result()) {
        writeTables(*run_->result());
    } else if (page() == Page::History && history_->selected().size() == 1) {
        exportRun(history_->selected().front().row);
    } else if (page() == Page::Compare && compare_->runs().size() >= 2) {
        const QString folder =
            dialogs_.folder(this, tr("Export the comparison into a folder"), settings_.lastFolder);
        if (folder.isEmpty()) return;
        const std::string csv = sim::comparisonCsv(compare_->runs());
        if (attempt([&] { services_.writeFiles(folder.toStdString(), {{"comparison.csv", csv}}); }))
            messages_->tell(tr("comparison.csv is in %1.").arg(folder));
    }
}

Chart* MainWindow::chartInFront() const {
    if (page() == Page::Run) return run_->currentChart();
    if (page() == Page::Compare) return compare_->chart();
    if (page() == Page::Cost) return cost_->currentChart();
    const auto& charts = page() == Page::Data ? data_->charts() : scenario_->charts();
    for (Chart* chart : charts)
        if (chart->isVisible()) return chart;
    return nullptr;
}

void MainWindow::exportChart() {
    Chart* chart = chartInFront();
    if (chart == nullptr || !chart->hasDrawing()) {
        messages_->complain(tr("There is no chart in front."), tr("Choose a page and a tab that shows one."));
        return;
    }
    const QString name = settings_.lastFolder + "/" + chart->objectName() + ".png";
    const QString path = dialogs_.save(this, tr("Save the chart"), name, tr("PNG (*.png);;SVG (*.svg)"));
    if (path.isEmpty()) return;
    const QString problem = chart->exportTo(path);
    if (problem.isEmpty())
        messages_->tell(tr("Saved the chart as %1.").arg(path));
    else
        messages_->complain(tr("%1 can't be written: %2").arg(path, problem),
                            tr("Check the folder and the free space."));
}

void MainWindow::useTheme(Theme theme) {
    settings_.theme = theme;
    applyTheme(theme);
    emit settingsChanged(settings_);
}

void MainWindow::closeEvent(QCloseEvent* event) {
    if (!mayLoseChanges()) {
        event->ignore();
        return;
    }
    settings_.geometry = saveGeometry();
    emit settingsChanged(settings_);
    event->accept();
}

void MainWindow::dragEnterEvent(QDragEnterEvent* event) {
    if (event->mimeData()->hasUrls() && event->mimeData()->urls().front().isLocalFile())
        event->acceptProposedAction();
}

void MainWindow::dropEvent(QDropEvent* event) {
    QStringList paths;
    for (const QUrl& url : event->mimeData()->urls())
        if (url.isLocalFile()) paths << url.toLocalFile();
    if (paths.isEmpty()) return;
    if (QFileInfo(paths.front()).suffix().toLower() == "toml")
        openScenario(paths.front());
    else
        openData(paths);
    event->acceptProposedAction();
}

}  // namespace breakeven::ui
