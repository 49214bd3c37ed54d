#include "sim/fitting/usage_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "core/diagnostics/suggest.hpp"

namespace breakeven::sim {
namespace {

bool isBlank(const std::string& cell) {
    return cell.find_first_not_of(' ') == std::string::npos;
}

/// Places of a table's columns, with errors for those that are not there.
class Columns {
  public:
    Columns(const core::CsvTable& table, const std::string& file, std::vector<core::Diagnostic>& diagnostics)
        : table_(table), file_(file), diagnostics_(diagnostics) {}

    std::optional<std::size_t> find(const std::string& name) {
        const auto found = std::ranges::find(table_.header, name);
        if (found == table_.header.end()) {
            const auto nearest = core::nearestWord(name, table_.header);
            error(fmt::format("there is no column \"{}\"", name),
                  nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                          : fmt::format("columns: {}", fmt::join(table_.header, ", ")));
            return std::nullopt;
        }
        if (std::ranges::count(table_.header, name) > 1) {
            error(fmt::format("several columns are named \"{}\"", name), "rename all but one in the file");
            return std::nullopt;
        }
        return static_cast<std::size_t>(found - table_.header.begin());
    }

    /// The column asked for, or the one with the usual name where there is one.
    std::optional<std::size_t> findUsual(const std::optional<std::string>& asked, const std::string& usual) {
        if (asked) return find(*asked);
        if (std::ranges::find(table_.header, usual) == table_.header.end()) return std::nullopt;
        return find(usual);
    }

    void error(std::string problem, std::string remedy) {
        diagnostics_.push_back({core::Severity::Error, {file_, 1, 1}, std::move(problem), std::move(remedy)});
    }

  private:
    const core::CsvTable& table_;
    const std::string& file_;
    std::vector<core::Diagnostic>& diagnostics_;
};

/// A column's numbers in their rows; the cells that are not blank are those that `numbers` has read.
std::vector<std::optional<double>> inRows(const core::CsvTable& table, std::size_t column,
                                          const core::NumberColumn& numbers) {
    std::vector<std::optional<double>> rows;
    auto next = numbers.values.begin();
    for (const auto& row : table.rows)
        rows.push_back(isBlank(row[column]) ? std::nullopt : std::optional(*next++));
    return rows;
}

}  // namespace

UsageColumnsReading usageColumnsOf(const core::CsvTable& table, const std::string& file,
                                   const ColumnChoice& choice) {
    UsageColumnsReading reading;
    Columns places(table, file, reading.diagnostics);
    const auto subject = places.findUsual(choice.subject, "subject");
    const auto period = places.findUsual(choice.period, "period_start");
    std::vector<std::size_t> wanted;
    for (const std::string& name : choice.meters)
        if (const auto place = places.find(name); place && std::ranges::find(wanted, *place) == wanted.end())
            wanted.push_back(*place);
    if (choice.meters.empty()) {
        for (std::size_t i = 0; i < table.header.size(); ++i)
            if (i != subject && i != period) wanted.push_back(i);
    }
    UsageColumns columns;
    for (const std::size_t place : wanted) {
        core::NumberColumn numbers = core::usageColumn(table, place, file);
        const bool isText = numbers.values.empty();
        if (isText && choice.meters.empty()) {
            reading.diagnostics.push_back(
                {core::Severity::Warning,
                 {file, 1, 1},
                 fmt::format("column \"{}\" holds no numbers and is left out", table.header[place]),
                 "name the meters with --meter"});
            continue;
        }
        if (isText && numbers.diagnostics.empty())
            places.error(fmt::format("column \"{}\" holds no number", table.header[place]),
                         "choose another column");
        for (core::Diagnostic& item : numbers.diagnostics) reading.diagnostics.push_back(std::move(item));
        if (core::hasErrors(reading.diagnostics)) continue;
        columns.names.push_back(table.header[place]);
        columns.values.push_back(inRows(table, place, numbers));
    }
    if (core::hasErrors(reading.diagnostics)) return reading;
    if (columns.names.empty()) {
        places.error("no column holds usage", "give one column per meter, as `breakeven meter` writes them");
        return reading;
    }
    if (subject) {
        std::map<std::string, std::size_t> numbers;
        for (const auto& row : table.rows)
            columns.subjects.push_back(numbers.try_emplace(row[*subject], numbers.size()).first->second);
    }
    reading.columns = std::move(columns);
    return reading;
}

std::vector<std::optional<double>> quantityRows(const UsageColumns& columns, const Quantity& quantity) {
    std::vector<std::optional<double>> rows = columns.values[quantity.column];
    if (!quantity.per) return rows;
    const auto& under = columns.values[*quantity.per];
    for (std::size_t i = 0; i < rows.size(); ++i) {
        const bool hasRatio = rows[i] && under[i] && *under[i] > 0.0;
        rows[i] = hasRatio ? std::optional(*rows[i] / *under[i]) : std::nullopt;
    }
    return rows;
}

}  // namespace breakeven::sim
