#pragma once

#include <QWidget>
#include <map>
#include <memory>
#include <vector>

#include "ui/jobs/usage_job.hpp"

class QComboBox;
class QLabel;
class QListWidget;
class QTabWidget;
class QTreeWidget;

namespace breakeven::ui {

class Chart;

/// One column of a usage table in charts: its distribution with fitted families over it, their quantiles, and
/// who makes the total.
class UsageChartsPanel : public QWidget {
    Q_OBJECT
  public:
    explicit UsageChartsPanel(QWidget* parent = nullptr);

    void show(const std::shared_ptr<const LoadedUsage>& usage);
    /// Draws the fits of a column once they are there; null: there are none.
    void showFit(std::size_t column, const std::shared_ptr<const sim::ColumnFit>& fit);
    void choose(std::size_t column);

    [[nodiscard]] std::size_t column() const;
    [[nodiscard]] const std::vector<Chart*>& charts() const { return charts_; }
    [[nodiscard]] QTreeWidget& families() { return *families_; }

  signals:
    void columnChanged(std::size_t column);

  private:
    void showColumn();
    void listFamilies();
    void draw();

    std::shared_ptr<const LoadedUsage> usage_;
    std::map<std::size_t, std::shared_ptr<const sim::ColumnFit>> fits_;  ///< by column, those that are done
    QComboBox* column_ = nullptr;
    QLabel* summary_ = nullptr;
    QLabel* verdict_ = nullptr;
    QTabWidget* details_ = nullptr;  ///< families and notes
    QTreeWidget* families_ = nullptr;
    QListWidget* notes_ = nullptr;
    std::vector<Chart*> charts_;
};

}  // namespace breakeven::ui
