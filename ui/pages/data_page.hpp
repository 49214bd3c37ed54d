#pragma once

#include <QWidget>
#include <memory>
#include <string>
#include <vector>

#include "core/text/csv_table.hpp"
#include "ui/document/document.hpp"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace breakeven::ui {

class Chart;
class CsvModel;
class TableView;

/// A usage CSV (one row per user and period, a column per meter): preview, choice of columns, their
/// distribution, and the segment that is made of it.
class DataPage : public QWidget {
    Q_OBJECT
  public:
    explicit DataPage(Document& document, QWidget* parent = nullptr);

    /// Reads a file. On failure the page stays as it was and `refused` says why.
    void load(const QString& path);

    /// Writes the chosen columns into the open scenario as an empirical segment.
    void makeSegment();

    [[nodiscard]] const std::vector<Chart*>& charts() const { return charts_; }

  signals:
    void loadWanted();
    void segmentMade(const QString& message);
    void refused(const QString& problem, const QString& remedy);

  private:
    void refreshMeters();
    void showColumn();
    [[nodiscard]] std::string fileAsNamed() const;

    Document& document_;
    QString path_;
    std::shared_ptr<const core::CsvTable> table_;
    CsvModel* preview_ = nullptr;
    TableView* view_ = nullptr;
    QLabel* file_ = nullptr;
    QLabel* rows_ = nullptr;
    QWidget* body_ = nullptr;
    QComboBox* column_ = nullptr;
    QLabel* summary_ = nullptr;
    std::vector<Chart*> charts_;
    QFormLayout* uses_ = nullptr;
    std::vector<std::pair<std::string, QComboBox*>> columnOf_;  ///< by meter
    QLineEdit* id_ = nullptr;
    QDoubleSpinBox* weight_ = nullptr;
    QRadioButton* replace_ = nullptr;
    QCheckBox* together_ = nullptr;
    QPushButton* make_ = nullptr;
    QLabel* hint_ = nullptr;
};

}  // namespace breakeven::ui
