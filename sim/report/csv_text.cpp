#include "sim/report/csv_text.hpp"

#include <array>
#include <charconv>
#include <cmath>

namespace breakeven::sim {

std::string shortestText(double value) {
    std::array<char, 32> buffer{};
    const auto end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value == 0.0 ? 0.0 : value);
    return {buffer.data(), end.ptr};
}

std::optional<double> numberIn(std::string_view text) {
    double value = 0.0;
    const char* end = text.data() + text.size();
    const auto read = std::from_chars(text.data(), end, value);
    if (text.empty() || read.ec != std::errc{} || read.ptr != end || !std::isfinite(value))
        return std::nullopt;
    return value;
}

CsvText::CsvText(const std::vector<std::string_view>& header) {
    for (const std::string_view name : header) text(name);
    endRow();
}

void CsvText::separate() {
    if (isRowBegun_) bytes_ += ',';
    isRowBegun_ = true;
}

CsvText& CsvText::text(std::string_view value) {
    separate();
    const bool isFormula =
        !value.empty() && std::string_view("=+-@\t\r").find(value.front()) != std::string_view::npos;
    std::string cell = isFormula ? "'" : "";
    cell += value;
    if (cell.find_first_of(",\"\r\n") == std::string::npos) {
        bytes_ += cell;
        return *this;
    }
    bytes_ += '"';
    for (const char c : cell) bytes_.append(c == '"' ? 2 : 1, c);
    bytes_ += '"';
    return *this;
}

CsvText& CsvText::number(double value) {
    separate();
    if (std::isfinite(value)) bytes_ += shortestText(value);
    return *this;
}

CsvText& CsvText::number(const std::optional<double>& value) {
    return value ? number(*value) : empty();
}

CsvText& CsvText::count(std::uint64_t value) {
    separate();
    bytes_ += std::to_string(value);
    return *this;
}

CsvText& CsvText::empty() {
    separate();
    return *this;
}

void CsvText::endRow() {
    bytes_ += "\r\n";
    isRowBegun_ = false;
}

}  // namespace breakeven::sim
