#include "core/metering/anchors.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "core/text/csv_table.hpp"
#include "core/time/instant.hpp"

namespace breakeven::core {
namespace {

std::optional<int> anchorDay(const std::string& text) {
    int day = 0;
    if (const auto time = parseTime(text)) {
        std::from_chars(text.data() + 8, text.data() + 10, day);
        return day;
    }
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), day);
    const bool isDay = error == std::errc() && end == text.data() + text.size() && day >= 1 && day <= 31;
    return isDay ? std::optional(day) : std::nullopt;
}

}  // namespace

std::optional<std::unordered_map<std::string, int>> readAnchors(std::string_view bytes,
                                                                const std::string& file,
                                                                std::vector<Diagnostic>& diagnostics) {
    const CsvReading reading = readCsv(bytes, file);
    diagnostics.insert(diagnostics.end(), reading.diagnostics.begin(), reading.diagnostics.end());
    if (!reading.table) return std::nullopt;
    const CsvTable& table = *reading.table;
    const auto columnOf = [&](const char* name) {
        const auto found = std::ranges::find(table.header, name);
        if (found == table.header.end())
            diagnostics.push_back({Severity::Error,
                                   {file, 1, 1},
                                   fmt::format("there is no column \"{}\"", name),
                                   "give the columns subject and anchor"});
        return static_cast<std::size_t>(found - table.header.begin());
    };
    const std::size_t subject = columnOf("subject");
    const std::size_t anchor = columnOf("anchor");
    if (subject == table.header.size() || anchor == table.header.size()) return std::nullopt;
    std::unordered_map<std::string, int> anchors;
    const std::size_t before = diagnostics.size();
    for (std::size_t i = 0; i < table.rows.size() && diagnostics.size() < before + 10; ++i) {
        const auto refuse = [&](std::size_t column, std::string problem, std::string remedy) {
            const CellPlace place = table.places[i][column];
            diagnostics.push_back(
                {Severity::Error, {file, place.line, place.column}, std::move(problem), std::move(remedy)});
        };
        const std::string& text = table.rows[i][anchor];
        const auto day = anchorDay(text);
        if (!day) {
            refuse(anchor, fmt::format("\"{}\" is no day of a month", text),
                   "write 1 to 31, or a date such as 2026-01-15");
        } else if (!anchors.try_emplace(table.rows[i][subject], *day).second) {
            refuse(subject, fmt::format("the subject \"{}\" stands here twice", table.rows[i][subject]),
                   "remove one of the rows");
        }
    }
    if (diagnostics.size() > before) return std::nullopt;
    return anchors;
}

}  // namespace breakeven::core
