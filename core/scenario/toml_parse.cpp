#include <fmt/format.h>

#include <algorithm>

#include "core/scenario/toml_reading.hpp"
#include "core/text/utf8.hpp"

namespace breakeven::core::reading {
namespace {

constexpr std::size_t kMostBytes = 16U << 20;
constexpr std::size_t kMostKeyParts = 32;  // the longest of ours has 6

/// Where a dotted key has too many parts: each is a table inside the one before, and toml++ walks them
/// recursively, so a key of 100,000 parts would end the program. Null offset when there is none. Strings and
/// comments are stepped over.
std::optional<std::size_t> endlessKey(std::string_view text) {
    std::size_t parts = 1;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const char c = text[i];
        if (c == '#') {
            i = std::min(text.find('\n', i), text.size());
            parts = 1;
        } else if (c == '"' || c == '\'') {
            const std::string triple(3, c);
            const std::string_view end =
                text.substr(i).starts_with(triple) ? std::string_view(triple) : text.substr(i, 1);
            for (i += end.size(); i < text.size() && !text.substr(i).starts_with(end); ++i) {
                if (c == '"' && text[i] == '\\') ++i;
            }
            i += end.size() - 1;
        } else if (c == '.') {
            if (++parts > kMostKeyParts) return i;
        } else if (c == '=' || c == ',' || c == '\n' || c == '[' || c == ']' || c == '{' || c == '}') {
            parts = 1;
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<toml::table> parseToml(const std::string& text, const std::string& file, std::string_view what,
                                     std::string_view begin, std::vector<Diagnostic>& diagnostics) {
    const auto refuse = [&](int line, int column, std::string problem, std::string remedy) {
        diagnostics.push_back({Severity::Error, {file, line, column}, std::move(problem), std::move(remedy)});
        return std::nullopt;
    };
    if (text.size() > kMostBytes)
        return refuse(0, 0, "the file is larger than 16 MiB", fmt::format("is it {}?", what));
    if (text.find('\0') != std::string::npos)
        return refuse(0, 0, fmt::format("this is a binary file, not {}", what), "name a .toml file");
    if (text.find_first_not_of(" \t\r\n") == std::string::npos)
        return refuse(0, 0, "the file is empty", std::string(begin));
    if (const auto offset = notUtf8(text)) {
        const auto [line, column] = lineAndColumn(text, *offset);
        return refuse(
            line, column,
            fmt::format("the byte 0x{:02X} is not UTF-8", static_cast<unsigned char>(text[*offset])),
            "save the file as UTF-8");
    }
    if (const auto offset = endlessKey(text)) {
        const auto [line, column] = lineAndColumn(text, *offset);
        return refuse(line, column, fmt::format("a key has more than {} parts", kMostKeyParts),
                      "name the key as FORMAT.md does");
    }
    try {
        return toml::parse(std::string_view(text));
    } catch (const toml::parse_error& error) {
        const auto& at = error.source().begin;
        return refuse(static_cast<int>(at.line), static_cast<int>(at.column),
                      fmt::format("this is not TOML: {}", error.description()),
                      "mend the line; the format is described at toml.io");
    }
}

}  // namespace breakeven::core::reading
