#include "core/text/toml_text.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace breakeven::core {

std::string tomlQuoted(std::string_view text) {
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            result += fmt::format("\\{}", c);
        else if (byte < 0x20 || byte == 0x7F)
            result += fmt::format("\\u{:04X}", byte);
        else
            result += c;
    }
    return result + '"';
}

std::string tomlKey(std::string_view text) {
    const auto isBare = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
               c == '_';
    };
    return !text.empty() && std::ranges::all_of(text, isBare) ? std::string(text) : tomlQuoted(text);
}

}  // namespace breakeven::core
