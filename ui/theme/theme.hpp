#pragma once

#include <QColor>
#include <QPalette>
#include <array>

#include "ui/settings/settings.hpp"

namespace breakeven::ui {

/// Colours with a meaning. Each meaning has a second cue (words, a dash pattern), never colour alone.
struct Colours {
    QColor text;
    QColor muted;  ///< secondary text
    QColor grid;
    QColor background;
    QColor panel;  ///< of cards
    QColor gain;
    QColor loss;
    QColor caution;
    std::array<QColor, 6> series;  ///< in the order in which a chart uses them (Okabe & Ito 2008)
};

/// The colours that go with a light or dark palette.
[[nodiscard]] Colours coloursOf(const QPalette& palette);

/// Sets style and palette of the application. System: what the desktop says where it says dark, else light.
void applyTheme(Theme theme);

}  // namespace breakeven::ui
