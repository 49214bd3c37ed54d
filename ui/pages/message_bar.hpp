#pragma once

#include <QFrame>

#include "core/diagnostics/diagnostic.hpp"

class QLabel;

namespace breakeven::ui {

/// A line above the page for what went wrong or was done; stays until it is closed or replaced.
class MessageBar : public QFrame {
    Q_OBJECT
  public:
    explicit MessageBar(QWidget* parent = nullptr);
    void tell(const QString& message);
    void complain(const QString& problem, const QString& remedy);
    void complain(const core::Diagnostic& diagnostic);
    void clear();
    [[nodiscard]] QString message() const;

  protected:
    void changeEvent(QEvent* event) override;

  private:
    void show(const QString& message, bool isProblem);
    void colour();
    QLabel* sign_ = nullptr;
    QLabel* words_ = nullptr;
    bool isProblem_ = false;
};

}  // namespace breakeven::ui
