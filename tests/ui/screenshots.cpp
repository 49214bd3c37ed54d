// Pictures of every page, light and dark, for people to look at. Usage: screenshots FOLDER [cost], the latter
// for those of the Cost page only
#include <QApplication>
#include <QComboBox>
#include <QDir>
#include <QPushButton>
#include <QSpinBox>
#include <QTabWidget>
#include <QTreeWidget>
#include <cstdio>
#include <functional>
#include <vector>

#include "tests/ui/window_fixture.hpp"
#include "ui/pages/cost_page.hpp"
#include "ui/pages/history_page.hpp"
#include "ui/pages/run_page.hpp"
#include "ui/pages/usage_tables.hpp"
#include "ui/theme/theme.hpp"

namespace {

using breakeven::tests::WindowFixture;
using breakeven::ui::MainWindow;

void shoot(MainWindow& window, const QString& file) {
    QTest::qWait(150);
    if (!window.grab().save(file)) std::fprintf(stderr, "can't write %s\n", qPrintable(file));
}

QString dataSet(const QString& name) {
    return BREAKEVEN_SOURCE_ROOT "/tests/known_answers/metering/" + name;
}

/// The states of the Data page, from a log to its segment. @return whether all came about
bool shootData(MainWindow& window, const WindowFixture& fixture,
               const std::function<QString(const QString&)>& file) {
    auto& page = window.dataPage();
    const auto click = [&](const QString& words) {
        for (auto* button : page.findChildren<QPushButton*>())
            if (button->text() == words) button->click();
    };
    const auto meter = [&] {
        click("Meter this log");
        return WindowFixture::waitForData(window) && WindowFixture::waitForFits(window);
    };
    WindowFixture::open(window, dataSet("coding-agent-team/usage_events.csv.gz"));
    shoot(window, file("3-data-log"));
    page.findChild<QComboBox*>("log-period")->setCurrentIndex(2);
    if (!meter()) return false;
    auto* tables = page.findChild<breakeven::ui::UsageTables*>();
    auto* charts = page.findChild<QTabWidget*>("usage-chart-tabs");
    page.findChild<QComboBox*>("usage-column")->setCurrentText("requests");
    const char* names[] = {"totals", "heaviest", "intake", "rows"};
    for (int tab = 0; tab < 4; ++tab) {
        tables->setCurrentIndex(tab);
        charts->setCurrentIndex(tab);
        shoot(window, file(QString("3-data-") + names[tab]));
    }
    WindowFixture::open(window, dataSet("azure-llm-2023-conv/azure_llm_2023_conv.csv.gz"));
    shoot(window, file("3-data-log-asks"));
    WindowFixture::open(window, dataSet("format-samples/cloudevents__codex_first200.jsonl"));
    shoot(window, file("3-data-log-events"));
    std::string rows = "user,at,n\n";
    for (int i = 0; i < 2'000'000; ++i)
        rows += "u" + std::to_string(i % 5003) + "," + std::to_string(1'767'225'600 + i) + ",5\n";
    WindowFixture::open(window, fixture.write("long.csv", rows));
    click("Meter this log");
    shoot(window, file("3-data-metering"));
    click("Cancel");
    WindowFixture::waitForData(window);
    WindowFixture::open(window, fixture.write("bad.csv", "user,at,n\na,2026-01-05,3\nb,yesterday,2\n"));
    click("Meter this log");
    WindowFixture::waitForData(window);
    shoot(window, file("3-data-rejected"));
    if (!WindowFixture::open(window, BREAKEVEN_SOURCE_ROOT "/scenarios/api-clients/clients_day.csv"))
        return false;
    shoot(window, file("3-data-fitting"));
    if (!WindowFixture::waitForFits(window)) return false;
    tables->setCurrentIndex(0);
    charts->setCurrentIndex(0);
    shoot(window, file("3-data"));
    auto* families = page.findChild<QTreeWidget*>("usage-families");
    for (int i = 0; i < families->topLevelItemCount(); ++i)
        if (!families->topLevelItem(i)->isDisabled())
            families->topLevelItem(i)->setCheckState(0, Qt::Checked);
    shoot(window, file("3-data-all-families"));
    charts->setCurrentIndex(2);
    shoot(window, file("3-data-all-quantiles"));
    page.findChild<QTabWidget*>("usage-details")->setCurrentIndex(1);
    shoot(window, file("3-data-notes"));
    const QSize size = window.size();
    window.resize(window.minimumSize());
    shoot(window, file("3-data-small"));
    WindowFixture::open(window, dataSet("coding-agent-team/usage_events.csv.gz"));
    shoot(window, file("3-data-log-small"));
    window.resize(size);
    return true;
}

/// A plan whose cost has every step.
std::string everyStep() {
    return R"(format = 1
name = "every-step"
currency = "USD"
[run]
users = 2_000
[population]
subscribers = 1_000
[[meter]]
id = "answers"
[[meter]]
id = "images"
[[segment]]
id = "users"
[segment.usage.answers]
distribution = "lognormal"
median = 200
sigma = 1
[segment.usage.images]
distribution = "constant"
value = 40
[cost]
serving_share = 0.5
[[cost.rate]]
meter = "answers"
amount = 0.02
cache_hit_share = 0.5
cached_price_share = 0.1
model = "large"
[[cost.multiplier]]
meter = "answers"
parts = [ { times = 1 }, { share = 0.1, times = 12 } ]
[[cost.route]]
id = "small-first"
meter = "answers"
student_share = 0.5
student_cost_share = 0.1
escalation = 0.1
router_amount = 0
[[cost.guard]]
meter = "answers"
overhead = 0.2
false_positive_share = 0.01
false_positive_amount = 0.1
[[cost.retry]]
meter = "answers"
success = 0.9
[cost.fleet]
meter = "images"
throughput = 0.02
hourly_amount = 2
utilisation = 0.3
market_price = 0.04
[[cost.one_off]]
id = "training"
amount = 1_000
method = "units"
units = 1_000_000
meter = "answers"
[[cost.one_off]]
id = "site"
amount = 6_000
months = 12
[[cost.fixed]]
amount = 400
[[cost.fixed]]
id = "seat"
amount = 0.3
per = "subscriber"
[cost.payments]
rate = 0.03
amount = 0.3
[cost.support]
tickets = 0.05
amount = 8
[cost.free_tier]
users_per_subscriber = 2
amount = 0.2
[[plan]]
id = "pro"
fee = 20
[[plan.limit]]
meter = "answers"
amount = 900
action = "block"
)";
}

/// Scenarios whose costs are of every kind, on the Cost page, in the usual and in the smallest window.
/// @return whether all came about
bool shootCost(MainWindow& window, const WindowFixture& fixture,
               const std::function<QString(const QString&)>& file) {
    struct Shot {
        const char* scenario;
        const char* plan;
        std::vector<int> tabs;
    };
    const Shot shots[] = {{"pro-200", "flat", {0, 1, 2}},        {"pro-200", "soft-cap", {0}},
                          {"own-fleet", "own", {0, 1, 2, 3, 4}}, {"distil-and-route", "routed", {0, 2}},
                          {"search-multiplier", "", {0, 1}},     {"guarded-operator", "", {0, 2}},
                          {"credit-pack", "", {0, 2}},           {"catalogue-recsys", "", {0, 2}},
                          {"every-step", "", {0, 1, 2, 3}}};
    const char* names[] = {"waterfall", "steps", "parts", "fleet", "fleet-numbers"};
    const QSize size = window.size();
    for (const Shot& shot : shots) {
        const bool isShipped = QString(shot.scenario) != "every-step";
        window.openScenario(isShipped ? WindowFixture::shipped(shot.scenario)
                                      : fixture.write("every-step.toml", everyStep()));
        window.showPage(MainWindow::Page::Cost);
        auto& page = window.costPage();
        if (!QTest::qWaitFor([&] { return !page.isBusy(); }, 60'000) || !page.costs()) return false;
        if (*shot.plan != '\0') page.findChild<QComboBox*>("cost-plan")->setCurrentText(shot.plan);
        for (const int tab : shot.tabs) {
            page.findChild<QTabWidget*>("cost-tabs")->setCurrentIndex(tab);
            const QString name = QString("4-cost-%1-%2-%3").arg(shot.scenario, shot.plan, names[tab]);
            shoot(window, file(name));
            window.resize(window.minimumSize());
            shoot(window, file(name + "-small"));
            window.resize(size);
        }
        page.findChild<QTabWidget*>("cost-tabs")->setCurrentIndex(0);
    }
    std::string endless = everyStep();
    endless.replace(endless.find("2_000"), 5, "2_000_000_000");
    window.openScenario(fixture.write("endless.toml", endless));
    window.showPage(MainWindow::Page::Cost);
    shoot(window, file("4-cost-working"));
    window.costPage().cancel();
    if (!QTest::qWaitFor([&] { return !window.costPage().isBusy(); }, 60'000)) return false;
    shoot(window, file("4-cost-cancelled"));
    return true;
}

bool runToEnd(MainWindow& window) {
    window.run();
    return QTest::qWaitFor([&] { return !window.runPage().isRunning(); }, 60'000);
}

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const QString folder = argc > 1 ? argv[1] : ".";
    const bool isCostOnly = argc > 2 && QString(argv[2]) == "cost";
    QDir().mkpath(folder);
    for (const auto theme : {breakeven::ui::Theme::Light, breakeven::ui::Theme::Dark}) {
        breakeven::ui::applyTheme(theme);
        WindowFixture fixture;
        const auto window = fixture.window();
        const QString end = theme == breakeven::ui::Theme::Dark ? "-dark.png" : "-light.png";
        const auto file = [&](const QString& name) { return folder + "/" + name + end; };
        window->showPage(MainWindow::Page::Cost);
        shoot(*window, file("4-cost-empty"));
        if (isCostOnly) {
            if (!shootCost(*window, fixture, file)) return 1;
            continue;
        }
        window->showPage(MainWindow::Page::Start);
        shoot(*window, file("1-start"));
        window->showPage(MainWindow::Page::Scenario);
        shoot(*window, file("2-scenario-empty"));
        window->showPage(MainWindow::Page::History);
        shoot(*window, file("6-history-empty"));
        window->showPage(MainWindow::Page::Compare);
        shoot(*window, file("7-compare-empty"));
        window->showPage(MainWindow::Page::Data);
        shoot(*window, file("3-data-empty"));
        window->openScenario(WindowFixture::shipped("pro-200"));
        shoot(*window, file("2-scenario"));
        window->showPage(MainWindow::Page::Run);
        shoot(*window, file("5-run-empty"));
        if (!runToEnd(*window)) return 1;
        const char* tabs[] = {"cost", "cumulative", "fee", "lorenz", "differences"};
        for (int tab = 0; tab < 5; ++tab) {
            window->runPage().showTab(tab);
            shoot(*window, file(QString("5-run-") + tabs[tab]));
        }
        window->document().setNumber("plan.flat.fee", breakeven::core::NumberPart::Value, 250.0);
        if (!runToEnd(*window)) return 1;
        window->showPage(MainWindow::Page::History);
        window->historyPage().select({1, 2});
        shoot(*window, file("6-history"));
        window->compareRuns({1, 2});
        shoot(*window, file("7-compare"));
        window->showPage(MainWindow::Page::Run);
        window->runPage().showTab(0);
        window->runPage().findChildren<QSpinBox*>().front()->setValue(100);  // users: the first field
        if (!runToEnd(*window)) return 1;
        shoot(*window, file("5-run-few-users"));
        fixture.consent = true;
        window->openScenario(WindowFixture::shipped("api-clients"));
        if (!shootData(*window, fixture, file)) return 1;
        if (!shootCost(*window, fixture, file)) return 1;
        window->openScenario(fixture.write(
            "broken.toml",
            "format = 1\nname = \"broken\"\ncurency = \"USD\"\n[[plan]]\nid = \"a\"\nfee = -3\n"));
        shoot(*window, file("2-scenario-broken"));
    }
    return 0;
}
