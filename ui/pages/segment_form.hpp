#pragma once

#include <QGroupBox>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/scenario/segment_edit.hpp"
#include "ui/document/document.hpp"
#include "ui/jobs/usage_job.hpp"

class QCheckBox;
class QComboBox;
class QDoubleSpinBox;
class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QRadioButton;

namespace breakeven::ui {

/// What the segment is to be: which column feeds which meter and how, its name and place.
class SegmentForm : public QGroupBox {
    Q_OBJECT
  public:
    explicit SegmentForm(Document& document, QWidget* parent = nullptr);

    void show(const std::shared_ptr<const LoadedUsage>& usage);
    /// Offers the family that a fit proposes for a column.
    void showFit(std::size_t column, const std::shared_ptr<const sim::ColumnFit>& fit);

    /// The segment without its file; correlations of the chosen columns are those of sim/report.
    [[nodiscard]] core::MeasuredSegment segment() const;
    [[nodiscard]] core::SegmentEdit edit() const;

  signals:
    void makeWanted();

  private:
    /// The choices of one meter.
    struct MeterChoice {
        std::string meter;
        QComboBox* column = nullptr;
        QComboBox* law = nullptr;
    };
    void refreshMeters();
    void refreshLaws();
    [[nodiscard]] std::optional<std::size_t> columnOf(const MeterChoice& choice) const;

    Document& document_;
    std::shared_ptr<const LoadedUsage> usage_;
    std::map<std::size_t, std::shared_ptr<const sim::ColumnFit>> fits_;
    std::vector<MeterChoice> choices_;
    QFormLayout* uses_ = nullptr;  ///< a row for each of the choices, then name and weight
    QLineEdit* id_ = nullptr;
    QDoubleSpinBox* weight_ = nullptr;
    QRadioButton* replace_ = nullptr;
    QCheckBox* together_ = nullptr;
    QPushButton* make_ = nullptr;
    QLabel* hint_ = nullptr;
};

}  // namespace breakeven::ui
