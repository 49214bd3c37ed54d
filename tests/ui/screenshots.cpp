// Pictures of every page, light and dark, for people to look at. Usage: ui_screenshots FOLDER
#include <QApplication>
#include <QDir>
#include <cstdio>
#include <vector>

#include "tests/ui/window_fixture.hpp"
#include "ui/pages/history_page.hpp"
#include "ui/pages/run_page.hpp"
#include "ui/theme/theme.hpp"

namespace {

using breakeven::tests::WindowFixture;
using breakeven::ui::MainWindow;

void shoot(MainWindow& window, const QString& file) {
    QTest::qWait(150);
    if (!window.grab().save(file)) std::fprintf(stderr, "can't write %s\n", qPrintable(file));
}

bool runToEnd(MainWindow& window) {
    window.run();
    return QTest::qWaitFor([&] { return !window.runPage().isRunning(); }, 60'000);
}

}  // namespace

int main(int argc, char** argv) {
    QApplication application(argc, argv);
    const QString folder = argc > 1 ? argv[1] : ".";
    QDir().mkpath(folder);
    for (const auto theme : {breakeven::ui::Theme::Light, breakeven::ui::Theme::Dark}) {
        breakeven::ui::applyTheme(theme);
        WindowFixture fixture;
        const auto window = fixture.window();
        const QString end = theme == breakeven::ui::Theme::Dark ? "-dark.png" : "-light.png";
        const auto file = [&](const QString& name) { return folder + "/" + name + end; };
        shoot(*window, file("1-start"));
        window->showPage(MainWindow::Page::Scenario);
        shoot(*window, file("2-scenario-empty"));
        window->showPage(MainWindow::Page::History);
        shoot(*window, file("5-history-empty"));
        window->showPage(MainWindow::Page::Compare);
        shoot(*window, file("6-compare-empty"));
        window->showPage(MainWindow::Page::Data);
        shoot(*window, file("3-data-empty"));
        window->openScenario(WindowFixture::shipped("pro-200"));
        shoot(*window, file("2-scenario"));
        window->showPage(MainWindow::Page::Run);
        shoot(*window, file("4-run-empty"));
        if (!runToEnd(*window)) return 1;
        const char* tabs[] = {"cost", "cumulative", "fee", "lorenz", "differences"};
        for (int tab = 0; tab < 5; ++tab) {
            window->runPage().showTab(tab);
            shoot(*window, file(QString("4-run-") + tabs[tab]));
        }
        window->document().setNumber("plan.flat.fee", breakeven::core::NumberPart::Value, 250.0);
        if (!runToEnd(*window)) return 1;
        window->showPage(MainWindow::Page::History);
        window->historyPage().select({1, 2});
        shoot(*window, file("5-history"));
        window->compareRuns({1, 2});
        shoot(*window, file("6-compare"));
        fixture.consent = true;
        window->openScenario(WindowFixture::shipped("api-clients"));
        window->loadUsage(BREAKEVEN_SOURCE_ROOT "/scenarios/api-clients/clients_day.csv");
        shoot(*window, file("3-data"));
        window->openScenario(fixture.write(
            "broken.toml",
            "format = 1\nname = \"broken\"\ncurency = \"USD\"\n[[plan]]\nid = \"a\"\nfee = -3\n"));
        shoot(*window, file("2-scenario-broken"));
    }
    return 0;
}
