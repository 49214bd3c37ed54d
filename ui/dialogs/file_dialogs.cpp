#include "ui/dialogs/file_dialogs.hpp"

#include <QFileDialog>
#include <QMessageBox>

namespace breakeven::ui {

FileDialogs standardDialogs() {
    FileDialogs dialogs;
    dialogs.open = [](QWidget* parent, const QString& title, const QString& folder, const QString& filter) {
        return QFileDialog::getOpenFileName(parent, title, folder, filter);
    };
    dialogs.save = [](QWidget* parent, const QString& title, const QString& path, const QString& filter) {
        return QFileDialog::getSaveFileName(parent, title, path, filter);
    };
    dialogs.folder = [](QWidget* parent, const QString& title, const QString& folder) {
        return QFileDialog::getExistingDirectory(parent, title, folder);
    };
    dialogs.confirm = [](QWidget* parent, const QString& title, const QString& question) {
        return QMessageBox::question(parent, title, question, QMessageBox::Yes | QMessageBox::No,
                                     QMessageBox::No) == QMessageBox::Yes;
    };
    return dialogs;
}

}  // namespace breakeven::ui
