#pragma once

#include <QObject>
#include <QString>
#include <optional>
#include <string>
#include <vector>

#include "core/scenario/number_edit.hpp"
#include "core/scenario/scenario_reader.hpp"

namespace breakeven::ui {

/// The scenario that the window works on: its text, and what reading it gave. Every change is a new text,
/// read anew.
class Document : public QObject {
    Q_OBJECT
  public:
    /// @param stored  opens the usage tables that a scenario names as `store:NAME`; none: there is no store
    explicit Document(core::FileOpener stored = {}, QObject* parent = nullptr);

    /// Reads a scenario file. A file with errors is opened too: they are shown, and it can't be run.
    void open(const QString& path);

    /// Replaces the text; relative file names are still looked up beside `path()`.
    void setText(const std::string& text);

    /// Replaces one number of the text. @return false when there is no such number
    bool setNumber(const std::string& path, core::NumberPart part, double value);

    /// Takes over that the text now stands in this file.
    void setSaved(const QString& path);

    [[nodiscard]] bool isOpen() const { return !path_.isEmpty(); }
    [[nodiscard]] bool isModified() const { return isModified_; }
    [[nodiscard]] const QString& path() const { return path_; }
    [[nodiscard]] QString folder() const;  ///< of the file, absolute
    [[nodiscard]] const std::string& text() const { return reading_.text; }
    [[nodiscard]] const core::ScenarioReading& reading() const { return reading_; }
    [[nodiscard]] const core::Scenario* scenario() const {
        return reading_.scenario ? &*reading_.scenario : nullptr;
    }

    /// What this text would be as the scenario; nothing is changed.
    [[nodiscard]] core::ScenarioReading readText(const std::string& text) const;

    /// The scenario as a run of these overrides reads it.
    [[nodiscard]] core::ScenarioReading readWith(const std::vector<core::Override>& overrides) const;

  signals:
    void changed();

  private:
    [[nodiscard]] core::ScenarioReading readFile() const;

    core::FileOpener stored_;
    QString path_;
    core::ScenarioReading reading_;
    bool isModified_ = false;
};

}  // namespace breakeven::ui
