#pragma once

#include <QWidget>
#include <string>
#include <vector>

#include "sim/report/cost_breakdown.hpp"

class QFrame;
class QLabel;

namespace breakeven::ui {

/// A few numbers beside each other, large, each with what it means as a tooltip.
class FigureRow : public QWidget {
    Q_OBJECT
  public:
    /// @param count  of the numbers it has room for
    explicit FigureRow(std::size_t count, QWidget* parent = nullptr);

    /// @param figures  as many as there is room for
    /// @param unit     of all of them, in words
    void show(const std::vector<sim::CostFigure>& figures, const QString& unit);
    using QWidget::show;

    /// What is shown under a title; empty when nothing is.
    [[nodiscard]] QString textOf(const QString& title) const;

  protected:
    void changeEvent(QEvent* event) override;

  private:
    struct Card {
        QFrame* frame = nullptr;
        QLabel* title = nullptr;
        QLabel* number = nullptr;
        QLabel* unit = nullptr;
    };
    void colour();
    std::vector<Card> cards_;
};

}  // namespace breakeven::ui
