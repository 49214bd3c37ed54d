#pragma once

#include <QFrame>

namespace breakeven::ui {

/// What the Data page shows before there is anything on it: what may be dropped there.
class DropPanel : public QFrame {
    Q_OBJECT
  public:
    explicit DropPanel(QWidget* parent = nullptr);
};

}  // namespace breakeven::ui
