#include "ui/pages/cost_page.hpp"

#include <QComboBox>
#include <QElapsedTimer>
#include <QLabel>
#include <QProgressBar>
#include <QPushButton>
#include <QTabWidget>
#include <QTest>
#include <algorithm>
#include <filesystem>

#include "sim/engine/simulate.hpp"
#include "tests/ui/window_fixture.hpp"
#include "ui/charts/chart.hpp"
#include "ui/models/table_model.hpp"
#include "ui/pages/figure_row.hpp"
#include "ui/pages/message_bar.hpp"
#include "ui/pages/table_view.hpp"

using namespace breakeven;
using ui::MainWindow;
using Page = ui::MainWindow::Page;

namespace {

constexpr int kLong = 60'000;

/// One plan that buys, one with its own GPUs; so many users are drawn.
std::string twoPlans(const std::string& users) {
    return R"(format = 1
name = "two-plans"
question = "Buy or own?"
currency = "USD"
[run]
users = )" +
           users + R"(
worlds = 50
[population]
subscribers = 1_000
[[meter]]
id = "tokens"
unit = "token"
[[segment]]
id = "users"
[segment.usage.tokens]
distribution = "lognormal"
median = 1_000_000
sigma = 1
[cost]
serving_share = 0.5
[[cost.rate]]
meter = "tokens"
per = 1_000_000
amount = 4
model = "large"
[[cost.fixed]]
amount = 2_000
[[plan]]
id = "bought"
fee = 10
[[plan]]
id = "own"
fee = 10
[[plan.cost.rate]]
id = "tokens"
amount = 0
[plan.cost.fleet]
meter = "tokens"
throughput = 1_000
hourly_amount = 2.0
utilisation = 0.5
market_price = 2
per = 1_000_000
[[plan.limit]]
meter = "tokens"
amount = 3_000_000
action = "block"
)";
}

/// What `breakeven cost` works out.
std::vector<sim::CostBreakdown> asTheCommandLine(const QString& file) {
    const core::Scenario scenario =
        core::readScenarioFile(file.toStdString(), {{"run.worlds", "1"}}).scenario.value();
    const auto base = sim::simulate(scenario);
    std::vector<sim::CostBreakdown> plans;
    for (std::size_t plan = 0; plan < scenario.plans.size(); ++plan)
        plans.push_back(sim::costBreakdown(scenario, plan, *base));
    return plans;
}

bool waitForCost(MainWindow& window) {
    return QTest::qWaitFor([&] { return !window.costPage().isBusy(); }, kLong);
}

template <typename Widget = QPushButton>
Widget* named(QWidget& parent, const QString& words) {
    for (Widget* candidate : parent.findChildren<Widget*>())
        if (candidate->text() == words) return candidate;
    return nullptr;
}

bool isShown(MainWindow& window, const QString& words) {
    const auto* label = named<QLabel>(window.costPage(), words);
    return label != nullptr && label->isVisible();
}

QTabWidget& tabs(MainWindow& window) {
    return *window.costPage().findChild<QTabWidget*>("cost-tabs");
}

QComboBox& plans(MainWindow& window) {
    return *window.costPage().findChild<QComboBox*>("cost-plan");
}

QString figure(MainWindow& window, const QString& title) {
    return window.costPage().findChild<ui::FigureRow*>()->textOf(title);
}

/// The texts of a table of the page, rows of cells.
QStringList cells(MainWindow& window, const QString& name) {
    QStringList rows;
    for (auto* view : window.costPage().findChildren<ui::TableView*>()) {
        if (view->accessibleName() != name) continue;
        for (int row = 0; row < view->model()->rowCount(); ++row) {
            QStringList line;
            for (int column = 0; column < view->model()->columnCount(); ++column)
                line << view->model()->index(row, column).data().toString();
            rows << line.join(" | ");
        }
    }
    return rows;
}

QStringList cells(const sim::Table& table) {
    QStringList rows;
    for (const auto& row : table.rows) {
        QStringList line;
        for (const sim::TableCell& cell : row) line << QString::fromStdString(cell.text);
        rows << line.join(" | ");
    }
    return rows;
}

}  // namespace

class CostPageTest : public QObject {
    Q_OBJECT
  private slots:
    void givenAScenario_whenThePageIsLookedAt_thenItShowsWhatTheCommandLinePrints();
    void givenPlansOfTheirOwnCost_whenAnotherIsChosen_thenNumbersAndFleetFollow();
    void givenNothingToShow_whenThePageIsLookedAt_thenItSaysWhatToDo();
    void givenADataFileThatIsGone_whenThePageIsLookedAt_thenTheMessageBarNamesIt();
    void givenALongJob_whenEscapeIsPressed_thenItStopsAndCanBeStartedAgain();
    void givenALongJob_whenTheScenarioChanges_thenOnlyTheNewOneIsShown();
    void givenALongJob_whenTheWindowCloses_thenItEndsAtOnce();
    void givenShownCosts_whenANumberChangesElsewhere_thenTheyAreWorkedOutAgainWhenLookedAt();
    void givenShownCosts_whenExported_thenTablesAndChartAreThoseOfThePage();
    void givenTheKeyboard_whenTabIsPressed_thenTheFocusGoesFromThePlanToTheTables();
};

void CostPageTest::givenAScenario_whenThePageIsLookedAt_thenItShowsWhatTheCommandLinePrints() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window.get()));
    const QString file = fixture.shipped("own-fleet");
    window->openScenario(file);
    QVERIFY(!window->costPage().isBusy());  // nobody looks yet
    QTest::keyClick(window.get(), Qt::Key_4, Qt::ControlModifier);
    QTRY_COMPARE(window->page(), Page::Cost);
    QVERIFY(waitForCost(*window));
    const std::vector<sim::CostBreakdown> wanted = asTheCommandLine(file);
    QCOMPARE(plans(*window).count(), static_cast<int>(wanted.size()));
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        plans(*window).setCurrentIndex(static_cast<int>(i));
        const auto figures = sim::costFigures(wanted[i]);
        for (const std::size_t shown : {0U, 1U, 3U})
            QCOMPARE(figure(*window, QString::fromStdString(figures[shown].title)),
                     QString::fromStdString(figures[shown].text));
        QCOMPARE(cells(*window, "Steps of the cost"), cells(sim::costStepTable(wanted[i])));
        QCOMPARE(cells(*window, "Cost by meter"), cells(sim::costMeterTable(wanted[i])));
        QCOMPARE(cells(*window, "Cost by model"), cells(sim::costModelTable(wanted[i])));
        QCOMPARE(cells(*window, "Numbers of the fleet"), cells(sim::fleetTable(wanted[i])));
    }
    for (auto* view : window->costPage().findChildren<ui::TableView*>())
        QVERIFY(view->model()->rowCount() > 0);
    for (auto* card : window->costPage().findChildren<QFrame*>())
        if (card->accessibleName().startsWith("Marginal cost: "))
            QVERIFY(card->toolTip().contains("one more user"));
    QVERIFY(window->messages().message().isEmpty());
}

void CostPageTest::givenPlansOfTheirOwnCost_whenAnotherIsChosen_thenNumbersAndFleetFollow() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->openScenario(fixture.write("two-plans.toml", twoPlans("1_000")));
    window->showPage(Page::Cost);
    QVERIFY(waitForCost(*window));
    // 10^6 e^0.5 tokens at half of 4 a million; 2,000 a month among 1,000.
    QCOMPARE(figure(*window, "Average variable cost"), "3.29744");
    QCOMPARE(figure(*window, "Marginal cost"), "3.29744");
    QCOMPARE(figure(*window, "Fully loaded cost"), "5.29744");
    QVERIFY(!tabs(*window).isTabVisible(3) && !tabs(*window).isTabVisible(4));
    QCOMPARE(cells(*window, "Cost by model"), QStringList{"large | 3.29744 | 100.0 %"});
    const ui::Chart* chart = window->costPage().currentChart();
    QCOMPARE(chart->objectName(), "unit-cost");
    QStringList bars;
    for (const ui::ChartBar& bar : chart->spec().bars) bars << bar.name + " " + bar.label;
    QCOMPARE(bars,
             (QStringList{"List price of the use 6.59489", "Serving share -3.29744",
                          "Average variable cost 3.29744", "Fixed cost +2", "Fully loaded cost 5.29744"}));
    QVERIFY(chart->spec().xTitle.contains("USD per user and month"));

    plans(*window).setCurrentText("own");
    QVERIFY(tabs(*window).isTabVisible(3) && tabs(*window).isTabVisible(4));
    QCOMPARE(figure(*window, "Marginal cost"), "0");  // a rented hour is paid for all the same
    tabs(*window).setCurrentIndex(3);
    chart = window->costPage().currentChart();
    QCOMPARE(chart->objectName(), "fleet-cost");
    QCOMPARE(chart->spec().markers.size(), std::size_t{2});
    QCOMPARE(chart->spec().markers[0].label, "today 50.0 %");
    // 2 an hour / 3.6 million units at full load is 0.5556 a million: a market price of 2 is met at 27.8 %.
    QCOMPARE(chart->spec().markers[1].label, "break-even 27.8 %");
    QVERIFY(std::abs(chart->spec().markers[1].x - 2.0 / 3.6 / 2.0) < 1e-12);

    plans(*window).setCurrentText("bought");
    QVERIFY(!tabs(*window).isTabVisible(3) && !tabs(*window).isTabVisible(4));
    QVERIFY(tabs(*window).currentIndex() < 3);
    QCOMPARE(figure(*window, "Fully loaded cost"), "5.29744");
}

void CostPageTest::givenNothingToShow_whenThePageIsLookedAt_thenItSaysWhatToDo() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->showPage(Page::Cost);
    QVERIFY(isShown(*window, "No scenario is open"));
    QVERIFY(!figure(*window, "Marginal cost").size());
    // The button opens one, and its cost is worked out at once.
    fixture.answer = fixture.write("two-plans.toml", twoPlans("1_000"));
    QTest::mouseClick(named(window->costPage(), "Open a scenario…"), Qt::LeftButton);
    window->showPage(Page::Cost);
    QVERIFY(waitForCost(*window));
    QVERIFY(window->costPage().costs() != nullptr);
    QVERIFY(!isShown(*window, "No scenario is open"));
    window->openScenario(fixture.write("bad.toml", "format = 1\ncurency = \"USD\"\n"));
    window->showPage(Page::Cost);
    QVERIFY(isShown(*window, "The scenario has errors"));
    QVERIFY(window->costPage().costs() == nullptr);
    QVERIFY(!window->costPage().isBusy());
    std::string free = twoPlans("1_000");
    free.erase(free.find("[[cost.rate]]"), free.find("[[plan]]") - free.find("[[cost.rate]]"));
    free.erase(free.find("[[plan]]\nid = \"own\""));
    window->openScenario(fixture.write("free.toml", free));
    window->showPage(Page::Cost);
    QVERIFY(isShown(*window, "two-plans has no cost"));
    QVERIFY(!window->costPage().isBusy());
    // Terms that only `bill` knows.
    std::string pooled = twoPlans("1_000");
    pooled.insert(pooled.find("fee = 10"), "pooled = true\n");
    window->openScenario(fixture.write("pooled.toml", pooled));
    window->showPage(Page::Cost);
    QVERIFY(isShown(*window, "The cost can't be worked out"));
    QVERIFY2(window->messages().message().contains("pooled"), qPrintable(window->messages().message()));
}

void CostPageTest::givenADataFileThatIsGone_whenThePageIsLookedAt_thenTheMessageBarNamesIt() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    std::string measured = twoPlans("1_000");
    const std::string law = "distribution = \"lognormal\"\nmedian = 1_000_000\nsigma = 1\n";
    measured.replace(measured.find(law), law.size(),
                     "distribution = \"empirical\"\nfile = \"usage.csv\"\ncolumn = \"tokens\"\n");
    const QString usage = fixture.write("usage.csv", "user,tokens\na,5\nb,700\n");
    window->openScenario(fixture.write("measured.toml", measured));
    std::filesystem::remove(usage.toStdString());
    window->showPage(Page::Cost);
    QVERIFY(!window->costPage().isBusy());
    QVERIFY2(window->messages().message().contains("usage.csv"), qPrintable(window->messages().message()));
    QVERIFY(isShown(*window, "The cost can't be worked out"));
    fixture.write("usage.csv", "user,tokens\na,5\nb,700\n");
    QTest::mouseClick(named(window->costPage(), "Work it out"), Qt::LeftButton);
    QVERIFY(waitForCost(*window));
    QVERIFY(window->costPage().costs() != nullptr);
}

void CostPageTest::givenALongJob_whenEscapeIsPressed_thenItStopsAndCanBeStartedAgain() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window.get()));
    window->openScenario(fixture.write("long.toml", twoPlans("2_000_000_000")));
    window->showPage(Page::Cost);
    QVERIFY(window->costPage().isBusy());
    QTRY_VERIFY_WITH_TIMEOUT(window->costPage().findChild<QProgressBar*>()->maximum() == 1000, kLong);
    QElapsedTimer timer;
    timer.start();
    QTest::keyClick(window.get(), Qt::Key_Escape);
    QVERIFY(waitForCost(*window));
    QVERIFY2(timer.elapsed() < 5'000, qPrintable(QString::number(timer.elapsed())));
    QVERIFY(isShown(*window, "Cancelled"));
    QVERIFY(window->costPage().costs() == nullptr);
    QTest::mouseClick(named(window->costPage(), "Work it out"), Qt::LeftButton);
    QVERIFY(window->costPage().isBusy());
    QTest::mouseClick(named(window->costPage(), "Cancel"), Qt::LeftButton);
    QVERIFY(waitForCost(*window));
    QVERIFY(isShown(*window, "Cancelled"));
}

void CostPageTest::givenALongJob_whenTheScenarioChanges_thenOnlyTheNewOneIsShown() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->openScenario(fixture.write("long.toml", twoPlans("2_000_000_000")));
    window->showPage(Page::Cost);
    QVERIFY(window->costPage().isBusy());
    window->document().setText(twoPlans("500"));
    QVERIFY(waitForCost(*window));
    QVERIFY(window->costPage().costs() != nullptr);
    QCOMPARE(window->costPage().costs()->scenario->run.users, std::uint64_t{500});
    QCOMPARE(window->costPage().costs()->scenario->run.worlds, std::uint32_t{1});
}

void CostPageTest::givenALongJob_whenTheWindowCloses_thenItEndsAtOnce() {
    tests::WindowFixture fixture;
    auto window = fixture.window();
    window->openScenario(fixture.write("long.toml", twoPlans("2_000_000_000")));
    window->showPage(Page::Cost);
    QVERIFY(window->costPage().isBusy());
    QElapsedTimer timer;
    timer.start();
    QVERIFY(window->close());
    window.reset();
    QVERIFY2(timer.elapsed() < 5'000, qPrintable(QString::number(timer.elapsed())));
}

void CostPageTest::givenShownCosts_whenANumberChangesElsewhere_thenTheyAreWorkedOutAgainWhenLookedAt() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->openScenario(fixture.write("two-plans.toml", twoPlans("1_000")));
    window->showPage(Page::Cost);
    QVERIFY(waitForCost(*window));
    plans(*window).setCurrentText("own");
    window->showPage(Page::Scenario);
    QVERIFY(window->document().setNumber("cost.serving_share", core::NumberPart::Value, 1.0));
    QVERIFY(window->costPage().costs() == nullptr);  // never an old number beside a new scenario
    QVERIFY(!window->costPage().isBusy());
    window->showPage(Page::Cost);
    QVERIFY(waitForCost(*window));
    QCOMPARE(plans(*window).currentText(), "own");  // the plan that was chosen stays
    plans(*window).setCurrentText("bought");
    QCOMPARE(figure(*window, "Fully loaded cost"), "8.59489");
}

void CostPageTest::givenShownCosts_whenExported_thenTablesAndChartAreThoseOfThePage() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    const QString file = fixture.write("two-plans.toml", twoPlans("1_000"));
    window->openScenario(file);
    window->showPage(Page::Cost);
    QVERIFY(waitForCost(*window));
    fixture.answer = fixture.path("out");
    QTest::mouseClick(named(window->costPage(), "Export CSV…"), Qt::LeftButton);
    QCOMPARE(window->messages().message(), QString("cost.csv and fleet.csv are in %1.").arg(fixture.answer));
    for (const sim::NamedText& wanted : sim::costCsv("two-plans", asTheCommandLine(file)))
        QCOMPARE(tests::WindowFixture::read(fixture.path("out/" + QString::fromStdString(wanted.name))),
                 wanted.bytes);
    fixture.answer = fixture.path("cost.svg");
    QTest::mouseClick(named(window->costPage(), "Save chart…"), Qt::LeftButton);
    const std::string svg = tests::WindowFixture::read(fixture.answer);
    for (const char* words : {"What a user of bought costs", "cost, USD per user and month", "Serving share",
                              "-3.29744", "takes off it"})
        QVERIFY2(svg.find(words) != std::string::npos, words);
    plans(*window).setCurrentText("own");
    tabs(*window).setCurrentIndex(3);
    fixture.answer = fixture.path("fleet.png");
    window->exportChart();
    QVERIFY(QImage(fixture.answer).width() > 400);
    tabs(*window).setCurrentIndex(1);  // a table: there is no chart to save
    QVERIFY(!named(window->costPage(), "Save chart…")->isEnabled());
}

void CostPageTest::givenTheKeyboard_whenTabIsPressed_thenTheFocusGoesFromThePlanToTheTables() {
    tests::WindowFixture fixture;
    const auto window = fixture.window();
    window->activateWindow();
    QVERIFY(QTest::qWaitForWindowActive(window.get()));
    window->openScenario(fixture.write("two-plans.toml", twoPlans("1_000")));
    window->showPage(Page::Cost);
    QVERIFY(waitForCost(*window));
    tabs(*window).setCurrentIndex(2);
    plans(*window).setFocus();
    QStringList order;
    for (int i = 0; i < 6; ++i) {
        const QWidget* at = QApplication::focusWidget();
        const auto* button = qobject_cast<const QPushButton*>(at);
        order << (button != nullptr ? button->text() : at->accessibleName());
        QTest::keyClick(QApplication::focusWidget(), Qt::Key_Tab);
    }
    QVERIFY2(order.startsWith("Plan"), qPrintable(order.join(", ")));
    QCOMPARE(order, (QStringList{"Plan", "Export CSV…", "Views of the cost", "Cost by meter", "Cost by model",
                                 "Pages"}));
    for (auto* chart : window->costPage().findChildren<ui::Chart*>())
        QVERIFY(!chart->objectName().isEmpty() && !chart->accessibleName().isEmpty());
}

QTEST_MAIN(CostPageTest)
#include "cost_page_test.moc"
