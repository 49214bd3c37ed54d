#pragma once

#include <QDir>
#include <QString>
#include <QTemporaryDir>
#include <QTest>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>

#include "tests/support/memory_run_store.hpp"
#include "tests/support/memory_usage_store.hpp"
#include "ui/main_window.hpp"
#include "ui/pages/data_page.hpp"

namespace breakeven::tests {

/// A window over a store in memory, whose file dialogs are answered by the test.
class WindowFixture {
  public:
    WindowFixture() : runs(std::make_shared<MemoryRuns>()), tables(std::make_shared<MemoryTables>()) {
        services_.openStore = [shared = runs]() -> std::unique_ptr<sim::RunStore> {
            return std::make_unique<MemoryRunStore>(shared);
        };
        services_.openUsage = [shared = tables]() -> std::unique_ptr<sim::UsageStore> {
            return std::make_unique<MemoryUsageStore>(shared);
        };
        services_.writeFiles = [](const std::string& into, const std::vector<sim::NamedText>& files) {
            std::filesystem::create_directories(into);
            for (const sim::NamedText& file : files)
                std::ofstream(std::filesystem::path(into) / file.name, std::ios::binary) << file.bytes;
        };
        services_.scenarioOf = [this](const sim::RunRecord& record) {
            return core::readScenarioText(record.scenarioText, record.scenarioFile, record.overrides,
                                          core::filesBeside(record.scenarioFile, stored()));
        };
        services_.nowUtc = [] { return std::string("2026-01-02T03:04:05Z"); };
        const std::string root = BREAKEVEN_SOURCE_ROOT;
        services_.shippedScenarios = {root + "/scenarios/api-clients/api-clients.toml",
                                      root + "/scenarios/pro-200/pro-200.toml"};
        dialogs_.open = [this](QWidget*, const QString&, const QString&, const QString&) { return answer; };
        dialogs_.save = [this](QWidget*, const QString&, const QString&, const QString&) { return answer; };
        dialogs_.folder = [this](QWidget*, const QString&, const QString&) { return answer; };
        dialogs_.confirm = [this](QWidget*, const QString&, const QString& question) {
            asked = question;
            return consent;
        };
    }

    [[nodiscard]] std::unique_ptr<ui::MainWindow> window(const ui::Settings& settings = {}) {
        auto made = std::make_unique<ui::MainWindow>(services_, dialogs_, settings);
        made->show();
        return made;
    }

    /// Opens the tables of the store.
    [[nodiscard]] core::FileOpener stored() const {
        return [shared = tables](const std::string& name) { return MemoryUsageStore(shared).csv(name); };
    }

    /// Opens a log or a usage table, and waits until it is looked at or read.
    static bool open(ui::MainWindow& window, const QString& file) {
        window.openData({file});
        return waitForData(window);
    }
    static bool waitForData(ui::MainWindow& window) {
        return QTest::qWaitFor([&] { return !window.dataPage().isBusy(); }, 60'000);
    }
    static bool waitForFits(ui::MainWindow& window) {
        return QTest::qWaitFor([&] { return !window.dataPage().isFitting(); }, 60'000);
    }

    [[nodiscard]] QString path(const QString& name) const { return folder.filePath(name); }

    QString write(const QString& name, const std::string& bytes) const {
        QDir().mkpath(QFileInfo(path(name)).absolutePath());
        std::ofstream(path(name).toStdString(), std::ios::binary) << bytes;
        return path(name);
    }

    static std::string read(const QString& file) {
        std::ifstream stream(file.toStdString(), std::ios::binary);
        return {std::istreambuf_iterator<char>(stream), {}};
    }

    static QString shipped(const QString& name) {
        return QString(BREAKEVEN_SOURCE_ROOT "/scenarios/%1/%1.toml").arg(name);
    }

    QTemporaryDir folder;
    QString answer;  ///< of the next file dialogs
    QString asked;   ///< the last question for consent
    bool consent = true;
    std::shared_ptr<MemoryRuns> runs;
    std::shared_ptr<MemoryTables> tables;

  private:
    ui::Services services_;
    ui::FileDialogs dialogs_;
};

}  // namespace breakeven::tests
