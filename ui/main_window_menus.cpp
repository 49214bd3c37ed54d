#include <QActionGroup>
#include <QDialog>
#include <QDialogButtonBox>
#include <QListWidget>
#include <QMenu>
#include <QMenuBar>
#include <QStackedWidget>
#include <QTextBrowser>
#include <QVBoxLayout>
#include <utility>

#include "sim/report/metric_catalogue.hpp"
#include "ui/format/number_format.hpp"
#include "ui/main_window.hpp"
#include "ui/pages/compare_page.hpp"
#include "ui/pages/cost_page.hpp"
#include "ui/pages/data_page.hpp"
#include "ui/pages/history_page.hpp"
#include "ui/pages/message_bar.hpp"
#include "ui/pages/run_page.hpp"
#include "ui/pages/scenario_page.hpp"
#include "ui/pages/start_page.hpp"

namespace breakeven::ui {

void MainWindow::makeMenus() {
    const auto add = [this](QMenu* menu, const QString& name, const QKeySequence& keys, auto slot) {
        QAction* action = menu->addAction(name);
        action->setShortcut(keys);
        connect(action, &QAction::triggered, this, slot);
        return action;
    };
    QMenu* file = menuBar()->addMenu(tr("&File"));
    add(file, tr("&Open scenario…"), QKeySequence::Open, &MainWindow::chooseScenario);
    add(file, tr("Open &log or usage table…"), QKeySequence("Ctrl+L"), &MainWindow::chooseUsage);
    file->addSeparator();
    saveAction_ = add(file, tr("&Save scenario"), QKeySequence::Save, [this] { saveScenario(); });
    saveAsAction_ =
        add(file, tr("Save scenario &as…"), QKeySequence("Ctrl+Shift+S"), [this] { saveScenarioAs(); });
    file->addSeparator();
    csvAction_ = add(file, tr("&Export tables as CSV…"), QKeySequence("Ctrl+E"), &MainWindow::exportCsv);
    chartAction_ = add(file, tr("Save &chart…"), QKeySequence("Ctrl+Shift+E"), &MainWindow::exportChart);
    file->addSeparator();
    add(file, tr("&Quit"), QKeySequence::Quit, &QWidget::close);

    QMenu* runMenu = menuBar()->addMenu(tr("&Run"));
    runAction_ = add(runMenu, tr("&Run scenario"), QKeySequence("Ctrl+R"), &MainWindow::run);
    cancelAction_ = add(runMenu, tr("&Cancel"), QKeySequence(Qt::Key_Escape), [this] {
        if (page() == Page::Data && data_->isBusy())
            data_->cancel();
        else if (page() == Page::Cost && cost_->isBusy())
            cost_->cancel();
        else
            run_->cancel();
    });

    QMenu* view = menuBar()->addMenu(tr("&View"));
    const QString names[kPages] = {tr("&Start"), tr("S&cenario"), tr("&Data"),   tr("Cos&t"),
                                   tr("&Run"),   tr("&History"),  tr("C&ompare")};
    for (int i = 0; i < kPages; ++i) {
        add(view, names[i], QKeySequence(QString("Ctrl+%1").arg(i + 1)),
            [this, i] { showPage(static_cast<Page>(i)); });
    }
    view->addSeparator();
    auto* themes = new QActionGroup(this);
    const std::pair<Theme, QString> looks[] = {
        {Theme::System, tr("As the desktop")}, {Theme::Light, tr("Light")}, {Theme::Dark, tr("Dark")}};
    for (const auto& [theme, name] : looks) {
        QAction* action = add(view, name, {}, [this, theme = theme] { useTheme(theme); });
        action->setCheckable(true);
        action->setChecked(settings_.theme == theme);
        themes->addAction(action);
    }

    QMenu* help = menuBar()->addMenu(tr("&Help"));
    add(help, tr("What the numbers mean"), QKeySequence(Qt::Key_F1),
        [this] { showHelp(tr("What the numbers mean"), metricsHelp()); });
    add(help, tr("About Breakeven"), {}, [this] {
        showHelp(
            tr("About Breakeven"),
            tr("<h3>Breakeven</h3><p>Does this price plan cover what its users cost?</p>"
               "<p>Every plan bills the same simulated users; every number carries its error. Same scenario, "
               "seed and settings: the same numbers.</p><p>Free software under the GNU General Public "
               "License, "
               "version 3 or later. It comes with no warranty.</p>"));
    });
}

void MainWindow::connectPages() {
    connect(navigation_, &QListWidget::currentRowChanged, this, [this](int row) {
        pages_->setCurrentIndex(row);
        refreshActions();
    });
    connect(&document_, &Document::changed, this, &MainWindow::refreshActions);
    connect(start_, &StartPage::openWanted, this, &MainWindow::chooseScenario);
    connect(start_, &StartPage::chosen, this, &MainWindow::openScenario);
    connect(scenario_, &ScenarioPage::runWanted, this, &MainWindow::run);
    connect(scenario_, &ScenarioPage::openWanted, this, &MainWindow::chooseScenario);
    connect(scenario_, &ScenarioPage::refused, messages_,
            qOverload<const QString&, const QString&>(&MessageBar::complain));
    connect(data_, &DataPage::loadWanted, this, &MainWindow::chooseUsage);
    connect(data_, &DataPage::refused, messages_,
            qOverload<const QString&, const QString&>(&MessageBar::complain));
    connect(data_, &DataPage::told, messages_, &MessageBar::tell);
    connect(data_, &DataPage::stateChanged, this, &MainWindow::refreshActions);
    connect(data_, &DataPage::segmentMade, messages_, &MessageBar::tell);
    connect(data_, &DataPage::segmentMade, this, [this] { showPage(Page::Scenario); });
    connect(cost_, &CostPage::stateChanged, this, &MainWindow::refreshActions);
    connect(cost_, &CostPage::failed, messages_, qOverload<const core::Diagnostic&>(&MessageBar::complain));
    connect(cost_, &CostPage::openWanted, this, &MainWindow::chooseScenario);
    connect(cost_, &CostPage::chartExportWanted, this, &MainWindow::exportChart);
    connect(cost_, &CostPage::csvExportWanted, this, &MainWindow::exportCsv);
    connect(run_, &RunPage::stateChanged, this, &MainWindow::refreshActions);
    connect(run_, &RunPage::told, messages_, &MessageBar::tell);
    connect(run_, &RunPage::failed, messages_, qOverload<const core::Diagnostic&>(&MessageBar::complain));
    connect(run_, &RunPage::refused, messages_,
            qOverload<const QString&, const QString&>(&MessageBar::complain));
    connect(run_, &RunPage::kept, this, &MainWindow::refreshHistory);
    connect(run_, &RunPage::chartExportWanted, this, &MainWindow::exportChart);
    connect(run_, &RunPage::csvExportWanted, this, &MainWindow::exportCsv);
    connect(history_, &HistoryPage::openWanted, this, &MainWindow::openRun);
    connect(history_, &HistoryPage::compareWanted, this, &MainWindow::compareRuns);
    connect(history_, &HistoryPage::exportWanted, this, &MainWindow::exportRun);
    connect(history_, &HistoryPage::deleteWanted, this, &MainWindow::deleteRuns);
    connect(history_, &HistoryPage::selectionChanged, this, &MainWindow::refreshActions);
    connect(compare_, &ComparePage::historyWanted, this, [this] { showPage(Page::History); });
    connect(compare_, &ComparePage::chartExportWanted, this, &MainWindow::exportChart);
    connect(compare_, &ComparePage::csvExportWanted, this, &MainWindow::exportCsv);
}

QString MainWindow::metricsHelp() const {
    QString html =
        "<h3>" + tr("What the numbers mean") + "</h3><p>" +
        tr("Every number is shown down to the first digit of its error; its tooltip holds the 95 % interval "
           "and the range over the worlds. A world is one draw of everything nobody knows for sure.") +
        "</p><table cellpadding='4'>";
    for (const sim::MetricInfo& info : sim::metricCatalogue()) {
        const auto cell = [](std::string_view words) { return text(std::string(words)).toHtmlEscaped(); };
        html += "<tr><td><b>" + cell(info.title) + "</b><br><small>" + cell(info.name) + "</small></td><td>" +
                cell(info.definition) + "</td></tr>";
    }
    return html + "</table>";
}

void MainWindow::showHelp(const QString& title, const QString& html) {
    auto* dialog = new QDialog(this);
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setWindowTitle(title);
    dialog->resize(680, 520);
    auto* words = new QTextBrowser(dialog);
    words->setHtml(html);
    auto* buttons = new QDialogButtonBox(QDialogButtonBox::Close, dialog);
    connect(buttons, &QDialogButtonBox::rejected, dialog, &QDialog::close);
    auto* layout = new QVBoxLayout(dialog);
    layout->addWidget(words);
    layout->addWidget(buttons);
    dialog->show();
}

}  // namespace breakeven::ui
