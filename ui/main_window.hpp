#pragma once

#include <QMainWindow>
#include <memory>
#include <vector>

#include "ui/dialogs/file_dialogs.hpp"
#include "ui/document/document.hpp"
#include "ui/services.hpp"
#include "ui/settings/settings.hpp"

class QListWidget;
class QStackedWidget;

namespace breakeven::ui {

class Chart;
class ComparePage;
class CostPage;
class DataPage;
class HistoryPage;
class MessageBar;
class RunPage;
class ScenarioPage;
class StartPage;

/// The window: pages beside a list of them, menus, and what crosses from one page to another.
class MainWindow : public QMainWindow {
    Q_OBJECT
  public:
    enum class Page { Start, Scenario, Data, Cost, Run, History, Compare };
    static constexpr int kPages = 7;

    MainWindow(Services services, FileDialogs dialogs, Settings settings, QWidget* parent = nullptr);
    ~MainWindow() override;

    void showPage(Page page);
    [[nodiscard]] Page page() const;
    void openScenario(const QString& path);
    void openData(const QStringList& paths);
    void openRun(std::int64_t row);
    void compareRuns(const std::vector<std::int64_t>& rows);
    void useTheme(Theme theme);

    [[nodiscard]] Document& document() { return document_; }
    [[nodiscard]] ScenarioPage& scenarioPage() { return *scenario_; }
    [[nodiscard]] DataPage& dataPage() { return *data_; }
    [[nodiscard]] CostPage& costPage() { return *cost_; }
    [[nodiscard]] RunPage& runPage() { return *run_; }
    [[nodiscard]] HistoryPage& historyPage() { return *history_; }
    [[nodiscard]] ComparePage& comparePage() { return *compare_; }
    [[nodiscard]] MessageBar& messages() { return *messages_; }

  public slots:
    void chooseScenario();
    void chooseUsage();
    bool saveScenario();
    bool saveScenarioAs();
    void run();
    void exportCsv();
    void exportChart();

  signals:
    void settingsChanged(const breakeven::ui::Settings& settings);

  protected:
    void closeEvent(QCloseEvent* event) override;
    void dragEnterEvent(QDragEnterEvent* event) override;
    void dropEvent(QDropEvent* event) override;

  private:
    void makeMenus();
    void connectPages();
    void refreshActions();
    void refreshHistory();
    void deleteRuns(const std::vector<std::int64_t>& rows);
    void exportRun(std::int64_t row);
    void exportCost();
    void writeTables(const sim::RunResult& result);
    void showHelp(const QString& title, const QString& html);
    [[nodiscard]] QString metricsHelp() const;
    [[nodiscard]] bool mayLoseChanges();
    [[nodiscard]] bool saveTo(const QString& path);
    [[nodiscard]] Chart* chartInFront() const;
    void remember(const QString& path);

    /// Runs `work`; a core::Error is shown. @return whether it went well
    template <typename Work>
    bool attempt(Work work);

    Services services_;
    FileDialogs dialogs_;
    Settings settings_;
    Document document_;
    std::unique_ptr<sim::RunStore> store_;  ///< of this thread; null when it can't be opened

    QListWidget* navigation_ = nullptr;
    QStackedWidget* pages_ = nullptr;
    MessageBar* messages_ = nullptr;
    StartPage* start_ = nullptr;
    ScenarioPage* scenario_ = nullptr;
    DataPage* data_ = nullptr;
    CostPage* cost_ = nullptr;
    RunPage* run_ = nullptr;
    HistoryPage* history_ = nullptr;
    ComparePage* compare_ = nullptr;
    QAction* saveAction_ = nullptr;
    QAction* saveAsAction_ = nullptr;
    QAction* runAction_ = nullptr;
    QAction* cancelAction_ = nullptr;
    QAction* csvAction_ = nullptr;
    QAction* chartAction_ = nullptr;
};

}  // namespace breakeven::ui
