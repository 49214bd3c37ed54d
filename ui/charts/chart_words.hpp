#pragma once

#include <QCoreApplication>
#include <QString>

namespace breakeven::ui {

/// Words of a chart in the language of the window.
inline QString tr(const char* words) {
    return QCoreApplication::translate("breakeven::ui::Chart", words);
}

}  // namespace breakeven::ui
