#pragma once

#include <QWidget>
#include <string>
#include <vector>

class QVBoxLayout;

namespace breakeven::ui {

/// Where a session begins: a shipped scenario, a recent one, or a file.
class StartPage : public QWidget {
    Q_OBJECT
  public:
    explicit StartPage(const std::vector<std::string>& shippedScenarios, QWidget* parent = nullptr);
    void showRecent(const QStringList& paths);

  signals:
    void chosen(const QString& path);
    void openWanted();

  private:
    QVBoxLayout* recent_ = nullptr;
    QWidget* recentBox_ = nullptr;
};

}  // namespace breakeven::ui
