#include "ui/document/document.hpp"

#include <QFileInfo>
#include <utility>

namespace breakeven::ui {

Document::Document(core::FileOpener stored, QObject* parent) : QObject(parent), stored_(std::move(stored)) {}

core::ScenarioReading Document::readFile() const {
    return core::readScenarioFile(path_.toStdString(), {}, stored_);
}

core::ScenarioReading Document::readText(const std::string& text) const {
    return core::readScenarioText(text, path_.toStdString(), {},
                                  core::filesBeside(path_.toStdString(), stored_));
}

void Document::open(const QString& path) {
    path_ = QFileInfo(path).absoluteFilePath();
    reading_ = readFile();
    isModified_ = false;
    emit changed();
}

QString Document::folder() const {
    return QFileInfo(path_).absolutePath();
}

core::ScenarioReading Document::readWith(const std::vector<core::Override>& overrides) const {
    return core::readScenarioText(reading_.text, path_.toStdString(), overrides,
                                  core::filesBeside(path_.toStdString(), stored_));
}

void Document::setText(const std::string& newText) {
    if (newText == reading_.text) return;
    reading_ = readText(newText);
    isModified_ = true;
    emit changed();
}

bool Document::setNumber(const std::string& path, core::NumberPart part, double value) {
    const std::optional<std::string> edited = core::withNumber(reading_.text, path, part, value);
    if (!edited) return false;
    setText(*edited);
    return true;
}

void Document::setSaved(const QString& path) {
    path_ = QFileInfo(path).absoluteFilePath();
    reading_ = readFile();
    isModified_ = false;
    emit changed();
}

}  // namespace breakeven::ui
