#pragma once

#include <QString>
#include <functional>

class QWidget;

namespace breakeven::ui {

/// How the window asks for files and for consent; tests answer in place of a person.
struct FileDialogs {
    std::function<QString(QWidget* parent, const QString& title, const QString& folder,
                          const QString& filter)>
        open;
    std::function<QString(QWidget* parent, const QString& title, const QString& path, const QString& filter)>
        save;
    std::function<QString(QWidget* parent, const QString& title, const QString& folder)> folder;
    std::function<bool(QWidget* parent, const QString& title, const QString& question)> confirm;
};

/// Qt's dialogs. Each returns an empty text, or no, when it was dismissed.
[[nodiscard]] FileDialogs standardDialogs();

}  // namespace breakeven::ui
