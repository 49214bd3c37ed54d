#pragma once

#include <QFrame>

#include "sim/report/verdict.hpp"

class QLabel;

namespace breakeven::ui {

/// The answer in words, with its outcome as a word and a colour.
class VerdictCard : public QFrame {
    Q_OBJECT
  public:
    explicit VerdictCard(QWidget* parent = nullptr);

    /// @param caption  small line under the answer: which run this is
    void show(const sim::Verdict& verdict, const QString& caption);
    void showMessage(const QString& headline, const QString& caption);
    using QWidget::show;

    [[nodiscard]] QString headline() const;

  protected:
    void changeEvent(QEvent* event) override;
    void paintEvent(QPaintEvent* event) override;

  private:
    enum class State { None, Loses, Uncertain, Carries };
    void colour();

    State state_ = State::None;
    QLabel* outcome_ = nullptr;
    QLabel* headline_ = nullptr;
    QLabel* notes_ = nullptr;
    QLabel* caption_ = nullptr;
};

}  // namespace breakeven::ui
