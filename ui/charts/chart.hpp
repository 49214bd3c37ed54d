#pragma once

#include <QString>
#include <QWidget>

#include "ui/charts/chart_spec.hpp"

class QCustomPlot;
class QLabel;
class QStackedLayout;

namespace breakeven::ui {

/// Draws a ChartSpec. Wheel zooms and a drag moves along x, a double click shows all again; the pointer reads
/// values.
class Chart : public QWidget {
    Q_OBJECT
  public:
    explicit Chart(QWidget* parent = nullptr);

    void show(const ChartSpec& spec);
    using QWidget::show;

    [[nodiscard]] const ChartSpec& spec() const { return spec_; }
    [[nodiscard]] bool hasDrawing() const {
        return spec_.message.isEmpty() && !(spec_.series.empty() && spec_.bars.empty());
    }

    /// Writes the chart as it stands, by the file's ending: .png (twice the size on screen) or .svg.
    /// @return what went wrong; empty when it was written. Nothing half-written is left.
    [[nodiscard]] QString exportTo(const QString& path);

    /// The values at an x, one line a series; what the pointer shows.
    [[nodiscard]] QString readingAt(double x) const;

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void draw();
    void drawSeries();
    void styleTickers();
    void drawMarkers();
    void styleAxes();
    void rescale();

    ChartSpec spec_;
    QLabel* title_ = nullptr;
    QLabel* note_ = nullptr;
    QLabel* message_ = nullptr;
    QCustomPlot* plot_ = nullptr;
    QStackedLayout* stack_ = nullptr;
};

}  // namespace breakeven::ui
