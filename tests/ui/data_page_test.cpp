// The Data page with real logs: dropped, looked at, metered, fitted, kept and made a segment.

#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QSpinBox>
#include <QTableWidget>
#include <QTest>
#include <QTreeWidget>
#include <QUrl>

#include "core/units/sha256.hpp"
#include "sim/engine/simulate.hpp"
#include "tests/ui/window_fixture.hpp"
#include "ui/charts/chart.hpp"
#include "ui/pages/message_bar.hpp"
#include "ui/pages/run_page.hpp"
#include "ui/pages/table_view.hpp"

using namespace breakeven;
using tests::WindowFixture;
using ui::MainWindow;

namespace {

constexpr int kLong = 60'000;

/// A data set of tests/known_answers/metering; each has its README and licence beside it.
QString dataSet(const QString& name) {
    return BREAKEVEN_SOURCE_ROOT "/tests/known_answers/metering/" + name;
}

/// 73 clients of a day; origin and licence in tests/data/fitting/README.md.
QString clients() {
    return BREAKEVEN_SOURCE_ROOT "/tests/data/fitting/clients.csv";
}

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

void drop(MainWindow& window, const QStringList& files) {
    QMimeData data;
    QList<QUrl> urls;
    for (const QString& file : files) urls << QUrl::fromLocalFile(file);
    data.setUrls(urls);
    // Qt takes a drop only where it entered.
    QDragEnterEvent enter(QPoint(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &enter);
    QVERIFY(enter.isAccepted());
    QDropEvent event(QPointF(10, 10), Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QCoreApplication::sendEvent(&window, &event);
    QVERIFY(event.isAccepted());
}

QString shownIn(QWidget& page, const QString& view, int row, int column) {
    const auto* table = page.findChild<ui::TableView*>(view);
    return table->model()->index(row, column).data().toString();
}

}  // namespace

class DataPageTest : public QObject {
    Q_OBJECT
  private slots:
    void givenADroppedLog_whenConfirmedAndMadeASegment_thenTheRunIsOfItsTotals();
    void givenALogWithoutUsers_whenLookedAt_thenItIsMeteredOnlyWhenAPersonNamesOne();
    void givenSeveralLogs_whenMetered_thenEachIsASourceOfTheTable();
    void givenBadRows_whenMetered_thenTheyAreListedAndNothingIsLoaded();
    void givenALongLog_whenCancelled_thenThePageStaysAsItWas();
    void givenAUsageTable_whenFitted_thenFamiliesAreRankedAndDrawnAsChosen();
    void givenAFamilyThatFits_whenMadeASegment_thenTheScenarioNamesItsLaw();
    void givenTablesInTheStore_whenKeptReplacedAndOpened_thenNothingIsLostSilently();
    void givenAnotherFormat_whenChosen_thenTheRowsAreLookedAtAgain();
    void givenTheKeyboard_whenALogIsOpenedAndCancelled_thenNoMouseIsNeeded();
};

void DataPageTest::givenADroppedLog_whenConfirmedAndMadeASegment_thenTheRunIsOfItsTotals() {
    WindowFixture fixture;
    const auto window = fixture.window();
    window->openScenario(WindowFixture::shipped("pro-200"));
    drop(*window, {dataSet("codex-pro-subscriber/usage_events.csv.gz")});
    QCOMPARE(window->page(), MainWindow::Page::Data);
    ui::DataPage& page = window->dataPage();
    QCOMPARE(page.findChild<QComboBox*>("log-format")->currentText(), "csv");
    QCOMPARE(page.findChild<QComboBox*>("log-subject")->currentText(), "user_id");
    QCOMPARE(page.findChild<QComboBox*>("log-time")->currentText(), "timestamp");
    QCOMPARE(page.findChild<QComboBox*>("log-id")->currentText(), "event_id");
    QCOMPARE(page.findChild<QTableWidget*>("log-meters")->rowCount(), 5);
    QVERIFY(page.usage() == nullptr);  // nothing is counted before a person says so
    click(page, "Meter this log");
    QVERIFY(WindowFixture::waitForData(*window));
    QVERIFY2(page.usage() != nullptr, qPrintable(window->messages().message()));
    // README of the data set: 1,933 rows, sub02 has 28 of them in July.
    QCOMPARE(page.usage()->intake->used, std::uint64_t{1933});
    QCOMPARE(shownIn(page, "usage-intake", 1, 0), "Used");
    QCOMPARE(shownIn(page, "usage-intake", 1, 1), "1,933");
    QVERIFY(page.usage()->record.csv.find("sub02,2026-07-01,") != std::string::npos);
    QCOMPARE(page.usage()->record.sources.front().sha256,
             core::sha256Hex(WindowFixture::read(dataSet("codex-pro-subscriber/usage_events.csv.gz"))));
    QVERIFY(page.charts().front()->hasDrawing());
    // Rows that are nowhere yet are kept, so that the scenario can name them.
    QCOMPARE(page.findChild<QComboBox*>("column.output_tokens")->currentText(), "output_tokens");
    page.findChild<QLineEdit*>("data-name")->setText("codex");
    click(page, "Use as segment");
    QVERIFY2(window->messages().message().startsWith("Segment “measured”"),
             qPrintable(window->messages().message()));
    QCOMPARE(fixture.tables->tables.size(), std::size_t{1});
    const core::Scenario& scenario = *window->document().scenario();
    const auto& law = std::get<core::Empirical>(scenario.segments[0].usages[0].distribution);
    QCOMPARE(law.file, std::string("store:codex"));
    QCOMPARE(law.sorted->size(), page.usage()->table->rows.size());
    for (QSpinBox* box : window->runPage().findChildren<QSpinBox*>())
        if (box->accessibleName().startsWith("Draws of the beliefs")) box->setValue(5);
    window->run();
    QTRY_VERIFY_WITH_TIMEOUT(!window->runPage().isRunning(), kLong);
    QVERIFY(window->runPage().result() != nullptr);
    // The run has the rows with it, whatever becomes of the table.
    const sim::RunRecord& kept = fixture.runs->records.back().second;
    QCOMPARE(kept.inputs.size(), std::size_t{1});
    QCOMPARE(kept.inputs[0].name, std::string("store:codex"));
    QCOMPARE(kept.inputs[0].content, page.usage()->record.csv);
}

void DataPageTest::givenALogWithoutUsers_whenLookedAt_thenItIsMeteredOnlyWhenAPersonNamesOne() {
    WindowFixture fixture;
    const auto window = fixture.window();
    ui::DataPage& page = window->dataPage();
    drop(*window, {dataSet("azure-llm-2023-conv/azure_llm_2023_conv.csv.gz")});
    QVERIFY(!button(page, "Meter this log")->isEnabled());
    QVERIFY(page.findChild<QLabel*>("log-missing")->text().startsWith("Whose usage is a row?"));
    page.findChild<QLineEdit*>("log-one-subject")->setText("azure");
    page.findChild<QComboBox*>("log-period")->setCurrentText("day");
    window->openScenario(WindowFixture::shipped("pro-200"));
    window->showPage(MainWindow::Page::Data);
    click(page, "Meter this log");
    QVERIFY(WindowFixture::waitForData(*window));
    QVERIFY(page.usage() != nullptr);
    QCOMPARE(page.usage()->intake->used, std::uint64_t{19'366});  // README of the data set
    QCOMPARE(shownIn(page, "usage-totals", 0, 0), "context_tokens");
    QCOMPARE(shownIn(page, "usage-totals", 0, 1), "22,361,870");  // summed with pandas
    QCOMPARE(shownIn(page, "usage-heaviest", 0, 0), "azure");
    QCOMPARE(shownIn(page, "usage-heaviest", 0, 3), "100.0 %");
    // A segment is of months, and these rows are days.
    bool isTold = false;
    for (const QLabel* label : page.findChildren<QLabel*>()) isTold |= label->text().contains("not months");
    QVERIFY(isTold);
}

void DataPageTest::givenSeveralLogs_whenMetered_thenEachIsASourceOfTheTable() {
    WindowFixture fixture;
    const auto window = fixture.window();
    ui::DataPage& page = window->dataPage();
    const QString alpha =
        dataSet("format-samples/claude__projects__project-alpha__session-alpha__chat.jsonl");
    const QString beta = dataSet("format-samples/claude__projects__project-beta__session-beta__chat.jsonl");
    drop(*window, {alpha, beta});
    QCOMPARE(page.findChild<QComboBox*>("log-format")->currentText(), "claude");
    click(page, "Meter this log");
    QVERIFY(WindowFixture::waitForData(*window));
    QVERIFY2(page.usage() != nullptr, qPrintable(window->messages().message()));
    QCOMPARE(page.usage()->record.sources.size(), std::size_t{2});
    QCOMPARE(page.usage()->record.sources[1].file, beta.toStdString());
    QCOMPARE(page.usage()->intake->format, core::LogFormat::ClaudeCode);
}

void DataPageTest::givenBadRows_whenMetered_thenTheyAreListedAndNothingIsLoaded() {
    WindowFixture fixture;
    const auto window = fixture.window();
    ui::DataPage& page = window->dataPage();
    drop(*window,
         {fixture.write("bad.csv",
                        "user,at,n\na,2026-01-05,3\nb,2026-01-05,x\nc,2026-01-06,4\nd,2026-01-06,1\n")});
    // The column holds a word, so it was not taken for a meter: a person adds it.
    click(page, "Add a meter");
    auto* meters = page.findChild<QTableWidget*>("log-meters");
    const int last = meters->rowCount() - 1;
    static_cast<QComboBox*>(meters->cellWidget(last, 2))->setCurrentText("n");
    meters->item(last, 0)->setText("Bad name");
    QVERIFY(!button(page, "Meter this log")->isEnabled());
    meters->item(last, 0)->setText("n");
    click(page, "Meter this log");
    QVERIFY(WindowFixture::waitForData(*window));
    QVERIFY(page.usage() == nullptr);
    QVERIFY2(window->messages().message().contains("1 of 4 rows are bad (25 %)"),
             qPrintable(window->messages().message()));
    QCOMPARE(shownIn(page, "log-rejected", 0, 0), "3");
    QVERIFY(shownIn(page, "log-rejected", 0, 1).contains("\"n\""));
    // Put right, it is metered.
    meters->selectRow(last);
    click(page, "Remove");
    click(page, "Meter this log");
    QVERIFY(WindowFixture::waitForData(*window));
    QVERIFY(page.usage() != nullptr);
    QCOMPARE(page.usage()->intake->used, std::uint64_t{4});
}

void DataPageTest::givenALongLog_whenCancelled_thenThePageStaysAsItWas() {
    WindowFixture fixture;
    const auto window = fixture.window();
    ui::DataPage& page = window->dataPage();
    std::string log = "id,user,at,n\n";
    for (int i = 0; i < 600'000; ++i)
        log += std::to_string(i) + ",u" + std::to_string(i % 5003) + "," + std::to_string(1'767'225'600 + i) +
               ",5\n";
    drop(*window, {fixture.write("long.csv", log)});
    click(page, "Meter this log");
    QVERIFY(page.isBusy());
    QVERIFY(!button(page, "Meter this log")->isEnabled());
    click(page, "Cancel");
    QVERIFY(WindowFixture::waitForData(*window));
    QVERIFY2(window->messages().message().startsWith("Cancelled"), qPrintable(window->messages().message()));
    QVERIFY(page.usage() == nullptr);
    QVERIFY(button(page, "Meter this log")->isEnabled());
}

void DataPageTest::givenAUsageTable_whenFitted_thenFamiliesAreRankedAndDrawnAsChosen() {
    WindowFixture fixture;
    const auto window = fixture.window();
    ui::DataPage& page = window->dataPage();
    QVERIFY(WindowFixture::open(*window, clients()));
    QVERIFY(page.usage() != nullptr);
    QVERIFY(!page.usage()->intake.has_value());
    QVERIFY(WindowFixture::waitForFits(*window));
    auto* families = page.findChild<QTreeWidget*>("usage-families");
    QTRY_VERIFY(families->topLevelItemCount() > 4);
    // What is drawn is what is checked: the values, and the best two at first.
    const auto seriesOf = [&](std::size_t chart) { return page.charts()[chart]->spec().series.size(); };
    QCOMPARE(seriesOf(0), std::size_t{3});
    QCOMPARE(page.charts()[0]->spec().series[1].name, families->topLevelItem(0)->text(0));
    QCOMPARE(seriesOf(2), std::size_t{3});  // two fits and the line of equality
    families->topLevelItem(2)->setCheckState(0, Qt::Checked);
    QCOMPARE(seriesOf(0), std::size_t{4});
    for (int i = 0; i < 3; ++i) families->topLevelItem(i)->setCheckState(0, Qt::Unchecked);
    QCOMPARE(seriesOf(0), std::size_t{1});
    QVERIFY(!page.charts()[2]->hasDrawing());
    QCOMPARE(families->topLevelItem(0)->text(1), "0.0");  // the smallest BIC
    QVERIFY(families->topLevelItem(1)->text(1).toDouble() >= 0.0);
    // Gini of the requests as python computes it from the file: 0.752.
    QVERIFY2(page.charts()[3]->spec().note.contains("Gini 0.75"), qPrintable(page.charts()[3]->spec().note));
    QCOMPARE(shownIn(page, "usage-heaviest", 0, 0), "r1-c035");
    // Another column has fits and subjects of its own.
    page.findChild<QComboBox*>("usage-column")->setCurrentText("output_tokens");
    QCOMPARE(seriesOf(0), std::size_t{3});
    QCOMPARE(shownIn(page, "usage-heaviest", 1, 0), "r1-c066");
    // One of text says what is wrong with it.
    page.findChild<QComboBox*>("usage-column")->setCurrentText("subject");
    QVERIFY(!page.charts()[0]->hasDrawing());
    QVERIFY(page.charts()[0]->spec().message.startsWith("Line 2, column 1:"));
}

void DataPageTest::givenAFamilyThatFits_whenMadeASegment_thenTheScenarioNamesItsLaw() {
    WindowFixture fixture;
    const auto window = fixture.window();
    ui::DataPage& page = window->dataPage();
    window->openScenario(WindowFixture::shipped("pro-200"));
    QVERIFY(WindowFixture::open(*window, clients()));
    QVERIFY(WindowFixture::waitForFits(*window));
    auto* law = page.findChild<QComboBox*>("law.requests");
    QTRY_COMPARE(law->count(), 2);
    QVERIFY2(law->itemText(1).startsWith("as fitted: "), qPrintable(law->itemText(1)));
    law->setCurrentIndex(1);
    page.findChild<QComboBox*>("column.output_tokens")->setCurrentIndex(0);
    click(page, "Use as segment");
    QVERIFY2(window->messages().message().startsWith("Segment “measured”"),
             qPrintable(window->messages().message()));
    const core::Usage& usage = window->document().scenario()->segments[0].usages[0];
    QVERIFY(!std::holds_alternative<core::Empirical>(usage.distribution));
    QVERIFY(window->document().scenario()->inputs.empty());
    QVERIFY(fixture.tables->tables.empty());  // a law needs no rows
    // Its parameters are beliefs with the file as their source.
    QVERIFY(!window->document().scenario()->beliefs.empty());
    QVERIFY(window->document().text().find("fit of clients.csv, 73 rows") != std::string::npos);
}

void DataPageTest::givenTablesInTheStore_whenKeptReplacedAndOpened_thenNothingIsLostSilently() {
    WindowFixture fixture;
    const auto window = fixture.window();
    ui::DataPage& page = window->dataPage();
    QVERIFY(WindowFixture::open(*window, clients()));
    auto* name = page.findChild<QLineEdit*>("data-name");
    QCOMPARE(name->text(), "clients");
    click(page, "Keep");
    QVERIFY2(window->messages().message().startsWith("Kept 73 rows as store:clients"),
             qPrintable(window->messages().message()));
    QCOMPARE(tests::MemoryUsageStore(fixture.tables).csv("clients"), WindowFixture::read(clients()));
    // Other rows under the same name.
    QVERIFY(WindowFixture::open(*window, fixture.write("clients.csv", "user,requests\na,5\nb,7\n")));
    click(page, "Keep");
    QVERIFY2(window->messages().message().contains("another usage table is named \"clients\""),
             qPrintable(window->messages().message()));
    QCOMPARE(tests::MemoryUsageStore(fixture.tables).csv("clients"), WindowFixture::read(clients()));
    name->setText("few");
    click(page, "Keep");
    QCOMPARE(fixture.tables->tables.size(), std::size_t{2});
    // A kept table is chosen from the list.
    auto* kept = page.findChild<QComboBox*>("data-kept");
    QCOMPARE(kept->count(), 3);
    page.openStored("clients");
    QVERIFY(WindowFixture::waitForData(*window));
    QCOMPARE(page.usage()->title, std::string("store:clients"));
    QCOMPARE(page.usage()->table->rows.size(), std::size_t{73});
    // A scenario that names it is saved elsewhere without a file of it.
    window->openScenario(WindowFixture::shipped("pro-200"));
    click(page, "Use as segment");
    fixture.answer = fixture.path("elsewhere/mine.toml");
    QVERIFY(window->saveScenarioAs());
    QVERIFY(window->document().scenario() != nullptr);
    QCOMPARE(window->document().scenario()->inputs[0].name, std::string("store:clients"));
    QCOMPARE(QDir(fixture.path("elsewhere")).entryList(QDir::Files), QStringList{"mine.toml"});
    // What holds no usage is not kept.
    QVERIFY(WindowFixture::open(*window, fixture.write("words.csv", "user,requests\na,five\n")));
    click(page, "Keep");
    QVERIFY2(window->messages().message().contains("No column of words.csv holds usage"),
             qPrintable(window->messages().message()));
    QCOMPARE(fixture.tables->tables.size(), std::size_t{2});
    page.openStored("nothing");
    QVERIFY(WindowFixture::waitForData(*window));
    QVERIFY(window->messages().message().contains("the store has no usage table of this name"));
}

void DataPageTest::givenAnotherFormat_whenChosen_thenTheRowsAreLookedAtAgain() {
    WindowFixture fixture;
    const auto window = fixture.window();
    ui::DataPage& page = window->dataPage();
    drop(*window, {fixture.write("a.csv", "user,requests\na,5\nb,7\n")});
    QVERIFY(WindowFixture::waitForData(*window));
    QVERIFY(page.usage() != nullptr);  // a table needs no map
    drop(*window, {dataSet("format-samples/cloudevents__codex_first200.jsonl")});
    auto* format = page.findChild<QComboBox*>("log-format");
    QCOMPARE(format->currentText(), "cloudevents");
    QCOMPARE(page.findChild<QComboBox*>("log-subject")->currentText(), "subject");
    format->setCurrentText("json");
    emit format->activated(format->currentIndex());
    QCOMPARE(page.findChild<QComboBox*>("log-subject")->currentText(), "subject");
    QVERIFY(page.findChild<QComboBox*>("log-time")->findText("data.session") > 0);  // paths, not names
    format->setCurrentText("csv");
    emit format->activated(format->currentIndex());
    QCOMPARE(format->currentText(), "csv");
    format->setCurrentText("cloudevents");
    emit format->activated(format->currentIndex());
    click(page, "Meter this log");
    QVERIFY(WindowFixture::waitForData(*window));
    QCOMPARE(page.usage()->intake->used, std::uint64_t{200});
}

void DataPageTest::givenTheKeyboard_whenALogIsOpenedAndCancelled_thenNoMouseIsNeeded() {
    WindowFixture fixture;
    const auto window = fixture.window();
    window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window.get()));
    fixture.answer = dataSet("codex-pro-subscriber/usage_events.csv.gz");
    QTest::keyClick(window.get(), Qt::Key_L, Qt::ControlModifier);
    QTRY_COMPARE(window->page(), MainWindow::Page::Data);
    QPushButton* meter = button(window->dataPage(), "Meter this log");
    meter->setFocus();
    QTest::keyClick(meter, Qt::Key_Space);
    QVERIFY(window->dataPage().isBusy());
    QTest::keyClick(window.get(), Qt::Key_Escape);
    QVERIFY(WindowFixture::waitForData(*window));
    // Families are chosen with the space bar.
    QVERIFY(WindowFixture::open(*window, clients()));
    QVERIFY(WindowFixture::waitForFits(*window));
    auto* families = window->dataPage().findChild<QTreeWidget*>("usage-families");
    QTRY_VERIFY(families->topLevelItemCount() > 2);
    families->setFocus();
    families->setCurrentItem(families->topLevelItem(2));
    QTest::keyClick(families, Qt::Key_Space);
    QCOMPARE(families->topLevelItem(2)->checkState(0), Qt::Checked);
}

QTEST_MAIN(DataPageTest)
#include "data_page_test.moc"
