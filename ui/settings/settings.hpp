#pragma once

#include <QByteArray>
#include <QString>
#include <QStringList>

namespace breakeven::ui {

enum class Theme { System, Light, Dark };

/// What the window remembers between sessions. A value: `app` loads it, passes it in and keeps what it is
/// given back.
struct Settings {
    Theme theme = Theme::System;
    QByteArray geometry;          ///< of the window; empty: the default size
    QStringList recentScenarios;  ///< newest first
    QString lastFolder;           ///< where the last file was chosen
};

inline constexpr int kMostRecentScenarios = 8;

}  // namespace breakeven::ui
