#include "core/diagnostics/diagnostic.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace breakeven::core {
namespace {

constexpr std::size_t kLongestShownLine = 160;

std::string_view lineOf(std::string_view text, int line) {
    std::size_t start = 0;
    for (int at = 1; at < line; ++at) {
        const std::size_t end = text.find('\n', start);
        if (end == std::string_view::npos) return {};
        start = end + 1;
    }
    std::string_view found = text.substr(start, text.find('\n', start) - start);
    if (!found.empty() && found.back() == '\r') found.remove_suffix(1);
    return found;
}

std::string withoutControls(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; },
        ' ');
    return text;
}

std::string withCaret(std::string_view line, int column) {
    const auto caret = static_cast<std::size_t>(column - 1);
    if (line.empty() || caret > line.size()) return {};
    const std::size_t from = caret > kLongestShownLine / 2 ? caret - kLongestShownLine / 2 : 0;
    const std::string shown = withoutControls(std::string(line.substr(from, kLongestShownLine)));
    return fmt::format("  | {}\n  | {}^\n", shown, std::string(caret - from, ' '));
}

}  // namespace

std::string formatDiagnostic(const Diagnostic& diagnostic, std::string_view sourceText) {
    const SourcePoint& at = diagnostic.where;
    std::string text;
    if (!at.file.empty())
        text += at.line > 0 ? fmt::format("{}:{}:{}: ", at.file, at.line, at.column) : at.file + ": ";
    text += fmt::format("{}: {}", diagnostic.severity == Severity::Error ? "error" : "warning",
                        diagnostic.problem);
    text = withoutControls(std::move(text)) + "\n";
    if (at.line > 0 && at.column > 0) text += withCaret(lineOf(sourceText, at.line), at.column);
    if (!diagnostic.remedy.empty()) text += withoutControls("  hint: " + diagnostic.remedy) + "\n";
    return text;
}

bool hasErrors(const std::vector<Diagnostic>& diagnostics) {
    return std::any_of(diagnostics.begin(), diagnostics.end(),
                       [](const Diagnostic& d) { return d.severity == Severity::Error; });
}

Error::Error(Kind kind, Diagnostic diagnostic)
    : std::runtime_error(formatDiagnostic(diagnostic)), kind_(kind), diagnostic_(std::move(diagnostic)) {}

}  // namespace breakeven::core
