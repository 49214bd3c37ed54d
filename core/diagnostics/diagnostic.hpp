#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace breakeven::core {

enum class Severity { Warning, Error };

/// A place in a text file. Line and column count from 1; 0 means "the file as a whole".
struct SourcePoint {
    std::string file;
    int line = 0;
    int column = 0;
    bool operator==(const SourcePoint&) const = default;
};

/// One problem, where it is, and what to do about it.
struct Diagnostic {
    Severity severity = Severity::Error;
    SourcePoint where;
    std::string problem;  ///< what is wrong, with the value and the allowed range
    std::string remedy;   ///< what to do next; empty when the problem says it all
    bool operator==(const Diagnostic&) const = default;
};

/// `file:line:column: error: problem`, then the source line with a caret when `sourceText` holds that line,
/// then `  hint: remedy`. Ends with a newline. Control characters are shown as spaces, in the source line and
/// in the words of it that a problem quotes, and a long line is cut around the caret, so a hostile file can't
/// garble the terminal.
///
/// @param sourceText  the whole text of `diagnostic.where.file`, or empty when it is not at hand
[[nodiscard]] std::string formatDiagnostic(const Diagnostic& diagnostic, std::string_view sourceText = {});

/// True when any of them is an error (warnings alone are not).
[[nodiscard]] bool hasErrors(const std::vector<Diagnostic>& diagnostics);

/// What a failed file, database or system call throws; caught in `app` and at the job boundary.
class Error : public std::runtime_error {
  public:
    /// Why it failed, which decides the exit status: the user's input, or the system.
    enum class Kind { Input, System };
    Error(Kind kind, Diagnostic diagnostic);
    [[nodiscard]] Kind kind() const { return kind_; }
    [[nodiscard]] const Diagnostic& diagnostic() const { return diagnostic_; }

  private:
    Kind kind_;
    Diagnostic diagnostic_;
};

}  // namespace breakeven::core
