#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "core/metering/log_preview.hpp"
#include "core/metering/meter_logs.hpp"

class QCheckBox;
class QComboBox;
class QLabel;
class QLineEdit;
class QPushButton;
class QTableWidget;

namespace breakeven::ui {

class CsvModel;
class TableModel;
class TableView;

/// The first rows of a log, and what its columns mean: found by name and value, to be put right by a person.
class LogForm : public QWidget {
    Q_OBJECT
  public:
    explicit LogForm(QWidget* parent = nullptr);

    /// @param files  one at least, of one kind; the preview is of the first
    void show(std::vector<std::string> files, const core::LogPreview& preview);
    /// Lists the rows that metering rejected; none: hides the list.
    void showRejected(const std::optional<core::IntakeReport>& report);
    void setBusy(bool isBusy);

    /// What is to be metered, as the form says it.
    [[nodiscard]] core::MeterJob job() const;

  signals:
    void meterWanted(const breakeven::core::MeterJob& job);
    void formatChosen(breakeven::core::LogFormat format);
    /// The rows are usage already: one per subject and period.
    void asItStandsWanted(const std::string& file);

  private:
    void addMeter(const core::MeterRule& rule);
    void removeMeter();
    void refresh();
    [[nodiscard]] core::MeterMap map() const;
    [[nodiscard]] QString whatIsMissing(const core::MeterMap& map) const;

    std::vector<std::string> files_;
    core::LogPreview preview_;
    std::vector<core::MeterRule> rules_;  ///< of each row of the meters: what the form does not show of them
    CsvModel* rows_ = nullptr;
    TableView* view_ = nullptr;
    TableModel* rejected_ = nullptr;
    TableView* rejectedView_ = nullptr;
    QLabel* title_ = nullptr;
    QComboBox* format_ = nullptr;
    QComboBox* subject_ = nullptr;
    QLineEdit* oneSubject_ = nullptr;
    QComboBox* time_ = nullptr;
    QComboBox* timeUnit_ = nullptr;
    QComboBox* id_ = nullptr;
    QComboBox* period_ = nullptr;
    QLineEdit* zone_ = nullptr;
    QCheckBox* decimalComma_ = nullptr;
    QTableWidget* meters_ = nullptr;
    QPushButton* add_ = nullptr;
    QPushButton* remove_ = nullptr;
    QPushButton* meter_ = nullptr;
    QPushButton* asItStands_ = nullptr;
    QLabel* missing_ = nullptr;
    bool isBusy_ = false;
};

}  // namespace breakeven::ui
