#include <fmt/format.h>

#include <QApplication>
#include <QCommandLineParser>
#include <QDir>
#include <QFileInfo>
#include <QSettings>
#include <csignal>
#include <cstdio>

#include "app/wiring/files.hpp"
#include "app/wiring/replay.hpp"
#include "db/sqlite_run_store.hpp"
#include "db/sqlite_usage_store.hpp"
#include "ui/main_window.hpp"
#include "ui/theme/theme.hpp"

namespace {

using namespace breakeven;

ui::Settings loadSettings(const QSettings& kept) {
    ui::Settings settings;
    const QString theme = kept.value("theme").toString();
    settings.theme = theme == "dark"    ? ui::Theme::Dark
                     : theme == "light" ? ui::Theme::Light
                                        : ui::Theme::System;
    settings.geometry = kept.value("geometry").toByteArray();
    settings.recentScenarios = kept.value("recentScenarios").toStringList();
    settings.lastFolder = kept.value("lastFolder", QDir::homePath()).toString();
    return settings;
}

void keepSettings(QSettings& kept, const ui::Settings& settings) {
    kept.setValue("theme", settings.theme == ui::Theme::Dark    ? "dark"
                           : settings.theme == ui::Theme::Light ? "light"
                                                                : "system");
    kept.setValue("geometry", settings.geometry);
    kept.setValue("recentScenarios", settings.recentScenarios);
    kept.setValue("lastFolder", settings.lastFolder);
}

/// The scenarios that come with the program: beside an installed one, else those of the source tree.
std::vector<std::string> shippedScenarios() {
    const QDir here(QCoreApplication::applicationDirPath());
    for (const QString& folder :
         {here.absoluteFilePath("../share/breakeven/scenarios"), QString(BREAKEVEN_SCENARIOS)}) {
        if (!QFileInfo(folder).isDir()) continue;
        try {
            return app::scenarioFiles({QDir(folder).absolutePath().toStdString()});
        } catch (const core::Error&) {
            continue;  // no scenario there
        }
    }
    return {};
}

ui::Services services(const std::string& database) {
    ui::Services result;
    result.openStore = [database]() -> std::unique_ptr<sim::RunStore> {
        return std::make_unique<db::SqliteRunStore>(database);
    };
    result.openUsage = [database]() -> std::unique_ptr<sim::UsageStore> {
        return std::make_unique<db::SqliteUsageStore>(database);
    };
    result.writeFiles = app::writeFiles;
    result.scenarioOf = app::scenarioOf;
    result.nowUtc = app::nowUtc;
    result.shippedScenarios = shippedScenarios();
    return result;
}

}  // namespace

int main(int argc, char** argv) {
    std::signal(SIGXFSZ, SIG_IGN);  // a file size limit is reported like a full disk
    QApplication application(argc, argv);
    QApplication::setApplicationName("breakeven");
    QApplication::setOrganizationName("breakeven");
    QApplication::setApplicationDisplayName("Breakeven");
    QApplication::setApplicationVersion(BREAKEVEN_VERSION);

    QCommandLineParser parser;
    parser.setApplicationDescription("Does this price plan cover what its users cost?");
    parser.addHelpOption();
    parser.addVersionOption();
    parser.addPositionalArgument("scenario", "A scenario to open.", "[scenario]");
    const QCommandLineOption database("db", "The store; default: runs.sqlite in your data directory.",
                                      "file");
    const QCommandLineOption theme("theme", "light, dark or system.", "name");
    parser.addOptions({database, theme});
    parser.process(application);

    QSettings kept;
    ui::Settings settings = loadSettings(kept);
    if (parser.isSet(theme)) {
        const QString name = parser.value(theme);
        if (name != "light" && name != "dark" && name != "system") {
            fmt::print(stderr, "--theme {}: use light, dark or system\n", name.toStdString());
            return 2;
        }
        settings.theme = name == "dark"    ? ui::Theme::Dark
                         : name == "light" ? ui::Theme::Light
                                           : ui::Theme::System;
    }
    ui::applyTheme(settings.theme);
    const std::string store =
        parser.isSet(database) ? parser.value(database).toStdString() : app::defaultStorePath();
    ui::MainWindow window(services(store), ui::standardDialogs(), settings);
    QObject::connect(&window, &ui::MainWindow::settingsChanged,
                     [&kept](const ui::Settings& changed) { keepSettings(kept, changed); });
    if (!parser.positionalArguments().isEmpty()) window.openScenario(parser.positionalArguments().front());
    window.show();
    return QApplication::exec();
}
