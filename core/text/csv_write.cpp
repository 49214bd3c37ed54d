#include "core/text/csv_write.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace breakeven::core {

std::string csvText(std::string_view value) {
    const bool isFormula =
        !value.empty() && std::string_view("=+-@\t\r").find(value.front()) != std::string_view::npos;
    std::string cell = isFormula ? "'" : "";
    cell += value;
    if (cell.find_first_of(",\"\r\n") == std::string::npos) return cell;
    std::string quoted = "\"";
    for (const char c : cell) quoted.append(c == '"' ? 2 : 1, c);
    return quoted + '"';
}

std::string csvNumber(double value) {
    std::array<char, 32> buffer{};
    char* const last = buffer.data() + buffer.size();
    const bool isWhole = std::abs(value) < 1e15 && value == std::trunc(value);
    const auto end = isWhole ? std::to_chars(buffer.data(), last, static_cast<std::int64_t>(value))
                             : std::to_chars(buffer.data(), last, value);
    return {buffer.data(), end.ptr};
}

}  // namespace breakeven::core
