#include "ui/main_window.hpp"

#include <QComboBox>
#include <QCommandLinkButton>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>
#include <QRegularExpression>
#include <QSpinBox>
#include <QTableView>
#include <QTest>
#include <filesystem>

#include "sim/engine/simulate.hpp"
#include "sim/report/results_csv.hpp"
#include "tests/ui/window_fixture.hpp"
#include "ui/charts/chart.hpp"
#include "ui/models/number_model.hpp"
#include "ui/pages/compare_page.hpp"
#include "ui/pages/data_page.hpp"
#include "ui/pages/history_page.hpp"
#include "ui/pages/message_bar.hpp"
#include "ui/pages/run_page.hpp"
#include "ui/pages/scenario_page.hpp"
#include "ui/pages/table_view.hpp"
#include "ui/pages/verdict_card.hpp"

using namespace breakeven;
using ui::MainWindow;
using Page = ui::MainWindow::Page;

namespace {

constexpr int kLong = 60'000;

QPushButton* button(QWidget& parent, const QString& words) {
    for (QPushButton* candidate : parent.findChildren<QPushButton*>())
        if (candidate->text() == words) return candidate;
    return nullptr;
}

void click(QWidget& parent, const QString& words) {
    QPushButton* found = button(parent, words);
    QVERIFY2(found != nullptr, qPrintable(words));
    QVERIFY2(found->isEnabled(), qPrintable(words));
    QTest::mouseClick(found, Qt::LeftButton);
}

void setWorlds(MainWindow& window, int worlds) {
    for (QSpinBox* box : window.runPage().findChildren<QSpinBox*>())
        if (box->accessibleName().startsWith("Draws of the beliefs")) box->setValue(worlds);
}

QString headline(MainWindow& window) {
    return window.runPage().findChild<ui::VerdictCard*>()->headline();
}

}  // namespace

class MainWindowTest : public QObject {
    Q_OBJECT
  private slots:
    void givenTheStartPage_whenAPersonGoesFromOpenToExport_thenEveryStepShowsItsResult();
    void givenAMeasuredCsv_whenItBecomesASegment_thenTheSavedScenarioGivesTheSameNumbers();
    void givenANumberInTheTable_whenItIsTypedOver_thenTheScenarioChangesAndCommentsStay();
    void givenAScenarioWithErrors_whenOpened_thenTheyAreListedAndItCanNotBeRun();
    void givenABadCsv_whenLoaded_thenTheCellIsNamedAndTheOldFileStays();
    void givenUnsavedChanges_whenAnotherScenarioIsOpened_thenAPersonIsAsked();
    void givenStoredRuns_whenDeletedWithoutConsent_thenTheyStay();
    void givenAStoreThatCanNotBeOpened_whenTheWindowOpens_thenItSaysSo();
    void givenTheKeyboard_whenShortcutsArePressed_thenPagesTurnAndTheRunStarts();
};

void MainWindowTest::givenTheStartPage_whenAPersonGoesFromOpenToExport_thenEveryStepShowsItsResult() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    // Open: the flagship from the start page.
    auto* card = window->findChild<QCommandLinkButton*>("shipped.pro-200");
    QVERIFY(card != nullptr);
    QTest::mouseClick(card, Qt::LeftButton);
    QCOMPARE(window->page(), Page::Scenario);
    QVERIFY(window->scenarioPage().charts().front()->hasDrawing());
    // Run, cancelled on the way.
    setWorlds(*window, 1'000'000);
    window->showPage(Page::Run);
    click(window->runPage(), "Run");
    QVERIFY(window->runPage().isRunning());
    QTest::qWait(400);
    click(window->runPage(), "Cancel");
    QTRY_VERIFY_WITH_TIMEOUT(!window->runPage().isRunning(), kLong);
    QVERIFY(window->messages().message().startsWith("Cancelled"));
    const auto after = static_cast<qsizetype>(fixture.runs->records.size());
    // Run to the end.
    setWorlds(*window, 60);
    click(window->runPage(), "Run");
    QTRY_VERIFY_WITH_TIMEOUT(!window->runPage().isRunning(), kLong);
    QVERIFY2(headline(*window).startsWith("flat loses money with probability"),
             qPrintable(headline(*window)));
    QVERIFY(window->runPage().currentChart() != nullptr);
    // Saved: it is in the history, with all it takes to repeat it.
    QCOMPARE(static_cast<qsizetype>(fixture.runs->records.size()), after + 1);
    const sim::RunRecord& kept = fixture.runs->records.back().second;
    const auto again = core::readScenarioText(kept.scenarioText, kept.scenarioFile, kept.overrides,
                                              core::filesBeside(kept.scenarioFile));
    QVERIFY(*sim::simulate(*again.scenario) == *kept.result);
    // A second run at another price.
    QVERIFY(window->document().setNumber("plan.flat.fee", core::NumberPart::Value, 300.0));
    setWorlds(*window, 60);
    click(window->runPage(), "Run");
    QTRY_VERIFY_WITH_TIMEOUT(!window->runPage().isRunning(), kLong);
    // Compare: the last two.
    window->showPage(Page::History);
    const std::int64_t last = fixture.runs->last;
    window->historyPage().select({last - 1, last});
    click(window->historyPage(), "Compare");
    QCOMPARE(window->page(), Page::Compare);
    QCOMPARE(window->comparePage().runs().size(), std::size_t{2});
    QVERIFY(window->comparePage().chart()->hasDrawing());
    // Export: the comparison, a chart, and the tables of a run.
    fixture.answer = fixture.path("out");
    click(window->comparePage(), "Export CSV…");
    QCOMPARE(tests::WindowFixture::read(fixture.path("out/comparison.csv")),
             sim::comparisonCsv(window->comparePage().runs()));
    fixture.answer = fixture.path("margin.svg");
    click(window->comparePage(), "Save chart…");
    QVERIFY(tests::WindowFixture::read(fixture.path("margin.svg")).find("<svg") != std::string::npos);
    window->openRun(last);
    QCOMPARE(window->page(), Page::Run);
    fixture.answer = fixture.path("tables");
    click(window->runPage(), "Export CSV…");
    for (const sim::NamedText& file : sim::resultsCsv(*window->runPage().result()))
        QCOMPARE(tests::WindowFixture::read(fixture.path("tables/") + QString::fromStdString(file.name)),
                 file.bytes);
    fixture.answer = fixture.path("cost.png");
    click(window->runPage(), "Save chart…");
    QVERIFY(QImage(fixture.path("cost.png")).width() > 400);
}

void MainWindowTest::givenAMeasuredCsv_whenItBecomesASegment_thenTheSavedScenarioGivesTheSameNumbers() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    const QString scenario =
        fixture.write("team/pro.toml", tests::WindowFixture::read(tests::WindowFixture::shipped("pro-200")));
    // The 73 real API clients of a day: their columns have the names of the scenario's meters.
    const QString clients = BREAKEVEN_SOURCE_ROOT "/scenarios/api-clients/clients_day.csv";
    const QString usage = fixture.write("team/usage.csv", tests::WindowFixture::read(clients));
    window->openScenario(scenario);
    QVERIFY(tests::WindowFixture::open(*window, usage));
    QCOMPARE(window->page(), Page::Data);
    QVERIFY(window->dataPage().charts().front()->hasDrawing());
    auto* chosen = window->dataPage().findChild<QComboBox*>("column.requests");
    QCOMPARE(chosen->currentText(), "requests");  // found by its name
    QCOMPARE(window->dataPage().findChild<QComboBox*>("column.output_tokens")->currentText(),
             "output_tokens");
    click(window->dataPage(), "Use as segment");
    QVERIFY2(window->messages().message().startsWith("Segment “measured”"),
             qPrintable(window->messages().message()));
    QCOMPARE(window->page(), Page::Scenario);
    const core::Scenario& now = *window->document().scenario();
    QCOMPARE(now.segments.size(), std::size_t{1});
    QCOMPARE(now.segments[0].id, std::string("measured"));
    QCOMPARE(std::get<core::Empirical>(now.segments[0].usages[0].distribution).sorted->size(),
             std::size_t{73});
    QCOMPARE(now.segments[0].usages.size(), std::size_t{3});
    QCOMPARE(now.segments[0].correlations.size(), std::size_t{3});
    QCOMPARE(now.segments[0].correlations[0].value.base, 0.863);  // as scipy measures it
    setWorlds(*window, 20);
    window->run();
    QTRY_VERIFY_WITH_TIMEOUT(!window->runPage().isRunning(), kLong);
    // Saved, it is what the command line reads.
    QVERIFY(window->saveScenario());
    QVERIFY(!window->document().isModified());
    const auto fromFile = core::readScenarioFile(scenario.toStdString(), {{"run.worlds", "20"}});
    QVERIFY(fromFile.scenario.has_value());
    QVERIFY(*sim::simulate(*fromFile.scenario) == *window->runPage().result());
}

void MainWindowTest::givenANumberInTheTable_whenItIsTypedOver_thenTheScenarioChangesAndCommentsStay() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->openScenario(tests::WindowFixture::shipped("pro-200"));
    const std::string before = window->document().text();
    auto* table = window->scenarioPage().findChild<ui::TableView*>();
    window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window.get()));
    const auto match = table->model()->match(table->model()->index(0, 0), Qt::DisplayRole, "plan.flat.fee");
    QCOMPARE(match.size(), 1);
    const QModelIndex cell = match[0].siblingAtColumn(ui::NumberModel::Value);
    table->scrollTo(cell);
    const QPoint middle = table->visualRect(cell).center();
    QTest::mouseClick(table->viewport(), Qt::LeftButton, Qt::NoModifier, middle);
    QTest::mouseDClick(table->viewport(), Qt::LeftButton, Qt::NoModifier, middle);
    auto* editor = table->viewport()->findChild<QLineEdit*>();
    QVERIFY(editor != nullptr);
    editor->selectAll();
    QTest::keyClicks(editor, "275.5");
    QTest::keyClick(editor, Qt::Key_Return);
    QTRY_COMPARE(window->document().scenario()->plans[0].fee.base, 275.5);
    std::string expected = before;
    const std::size_t at = expected.find("value = 200.0, source = \"sourced: ChatGPT Pro");
    QVERIFY(at != std::string::npos);
    expected.replace(at + 8, 5, "275.5");
    QCOMPARE(window->document().text(), expected);
    QVERIFY(window->document().isModified());
    // A number that the scenario refuses is shown with its problem, and can be mended.
    QVERIFY(window->document().setNumber("plan.flat.fee", core::NumberPart::Value, -1.0));
    QVERIFY(window->document().scenario() == nullptr);
    QVERIFY(
        window->scenarioPage().findChild<QListWidget*>()->item(0)->text().contains("plan.flat.fee is -1"));
    QVERIFY(window->document().setNumber("plan.flat.fee", core::NumberPart::Value, 10.0));
    QVERIFY(window->document().scenario() != nullptr);
}

void MainWindowTest::givenAScenarioWithErrors_whenOpened_thenTheyAreListedAndItCanNotBeRun() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->openScenario(fixture.write("bad.toml", "format = 1\nname = \"bad\"\ncurency = \"USD\"\n"));
    auto* problems = window->scenarioPage().findChild<QListWidget*>();
    QVERIFY(problems->isVisible());
    QString all;
    for (int i = 0; i < problems->count(); ++i) all += problems->item(i)->text() + "\n";
    QVERIFY2(all.contains("line 3, column"), qPrintable(all));
    QVERIFY2(all.contains("did you mean \"currency\"?"), qPrintable(all));
    QVERIFY(!button(window->scenarioPage(), "Run this scenario")->isEnabled());
    window->run();
    QVERIFY(!window->runPage().isRunning());
    window->openScenario(fixture.path("gone.toml"));
    QVERIFY(problems->item(0)->text().contains("there is no such file"));
}

void MainWindowTest::givenABadCsv_whenLoaded_thenTheCellIsNamedAndTheOldFileStays() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->openScenario(tests::WindowFixture::shipped("pro-200"));
    QVERIFY(fixture.open(*window, fixture.write("good.csv", "user,requests\na,5\nb,7\n")));
    QVERIFY(window->messages().message().isEmpty());
    QVERIFY(fixture.open(*window, fixture.write("ragged.csv", "user,requests\na,5\nb,7,9\n")));
    QVERIFY2(window->messages().message().contains("ragged.csv:3:"),
             qPrintable(window->messages().message()));
    QCOMPARE(window->dataPage().findChild<QComboBox*>("column.requests")->currentText(), "requests");
    QVERIFY(fixture.open(*window, fixture.write("text.csv", "user,requests\na,five\n")));
    click(window->dataPage(), "Use as segment");
    QVERIFY2(window->messages().message().contains("\"five\" is not a number"),
             qPrintable(window->messages().message()));
    QVERIFY(!window->document().isModified());  // the scenario stayed as it was
}

void MainWindowTest::givenUnsavedChanges_whenAnotherScenarioIsOpened_thenAPersonIsAsked() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->openScenario(tests::WindowFixture::shipped("pro-200"));
    QVERIFY(window->document().setNumber("plan.flat.fee", core::NumberPart::Value, 1.0));
    fixture.consent = false;
    window->openScenario(tests::WindowFixture::shipped("api-clients"));
    QVERIFY(fixture.asked.contains("pro-200.toml"));
    QCOMPARE(window->document().scenario()->name, std::string("pro-200"));
    QVERIFY(!window->close());
    // Saved elsewhere with its data, it opens from there.
    fixture.answer = fixture.path("mine/copy");
    QVERIFY(window->saveScenarioAs());
    QVERIFY(std::filesystem::exists(fixture.path("mine/copy.toml").toStdString()));
    window->openScenario(tests::WindowFixture::shipped("api-clients"));
    QCOMPARE(window->document().scenario()->name, std::string("api-clients"));
    fixture.answer = fixture.path("yours/api.toml");
    QVERIFY(window->saveScenarioAs());
    QVERIFY(core::readScenarioFile(fixture.path("yours/api.toml").toStdString()).scenario.has_value());
}

void MainWindowTest::givenStoredRuns_whenDeletedWithoutConsent_thenTheyStay() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->openScenario(tests::WindowFixture::shipped("pro-200"));
    setWorlds(*window, 3);
    window->run();
    QTRY_VERIFY_WITH_TIMEOUT(!window->runPage().isRunning(), kLong);
    window->showPage(Page::History);
    window->historyPage().select({1});
    fixture.consent = false;
    click(window->historyPage(), "Delete…");
    QCOMPARE(fixture.runs->records.size(), std::size_t{1});
    fixture.consent = true;
    click(window->historyPage(), "Delete…");
    QCOMPARE(fixture.runs->records.size(), std::size_t{0});
    QVERIFY(!button(window->historyPage(), "Delete…")->isEnabled());
}

void MainWindowTest::givenAStoreThatCanNotBeOpened_whenTheWindowOpens_thenItSaysSo() {
    ui::Services services;
    services.openStore = []() -> std::unique_ptr<sim::RunStore> {
        throw core::Error(
            core::Error::Kind::System,
            {core::Severity::Error, {"runs.sqlite", 0, 0}, "the store is damaged", "restore it"});
    };
    services.nowUtc = [] { return std::string(); };
    MainWindow window(services, ui::standardDialogs(), {});
    window.show();
    QVERIFY(window.messages().message().contains("the store is damaged"));
    window.openScenario(tests::WindowFixture::shipped("pro-200"));
    setWorlds(window, 3);
    window.run();
    QTRY_VERIFY_WITH_TIMEOUT(!window.runPage().isRunning(), kLong);
    QVERIFY(window.runPage().result() != nullptr);
    QVERIFY(window.messages().message().contains("The run was not kept"));
}

void MainWindowTest::givenTheKeyboard_whenShortcutsArePressed_thenPagesTurnAndTheRunStarts() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window.get()));
    window->openScenario(tests::WindowFixture::shipped("pro-200"));
    for (int page = 0; page < MainWindow::kPages; ++page) {
        QTest::keyClick(window.get(), static_cast<Qt::Key>(Qt::Key_1 + page), Qt::ControlModifier);
        QTRY_COMPARE(static_cast<int>(window->page()), page);
    }
    setWorlds(*window, 1'000'000);
    QTest::keyClick(window.get(), Qt::Key_R, Qt::ControlModifier);
    QTRY_VERIFY(window->runPage().isRunning());
    QTest::keyClick(window.get(), Qt::Key_Escape);
    QTRY_VERIFY_WITH_TIMEOUT(!window->runPage().isRunning(), kLong);
}

QTEST_MAIN(MainWindowTest)
#include "main_window_test.moc"
