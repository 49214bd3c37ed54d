#include "core/text/csv_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

namespace breakeven::core {
namespace {

constexpr std::size_t kMostListed = 10;
constexpr std::size_t kMostFieldBytes = 1U << 20;

/// Diagnostics of one kind of trouble: the first ten, then a count.
class Listing {
  public:
    explicit Listing(std::vector<Diagnostic>& out) : out_(out) {}
    void add(Diagnostic diagnostic) {
        if (++count_ <= kMostListed) out_.push_back(std::move(diagnostic));
    }
    void close(const std::string& file, const char* what) {
        if (count_ <= kMostListed) return;
        out_.push_back({Severity::Error, {file, 0, 0}, fmt::format("{} more {}", count_ - kMostListed, what), ""});
    }

  private:
    std::vector<Diagnostic>& out_;
    std::size_t count_ = 0;
};

char delimiterOf(std::string_view header) {
    char best = ',';
    std::ptrdiff_t most = 0;
    for (const char candidate : {',', ';', '\t'}) {
        const std::ptrdiff_t count = std::ranges::count(header, candidate);
        if (count > most) {
            most = count;
            best = candidate;
        }
    }
    return best;
}

/// Splits RFC 4180 text into records.
class Scanner {
  public:
    Scanner(std::string_view text, char delimiter) : text_(text), delimiter_(delimiter) {}
    [[nodiscard]] bool atEnd() const { return at_ >= text_.size(); }
    [[nodiscard]] int line() const { return line_; }

    /// The next record; `problem` says what is wrong with it, empty when nothing is.
    std::vector<std::string> next(std::string& problem) {
        std::vector<std::string> cells;
        bool isMore = true;
        while (isMore) cells.push_back(cell(isMore, problem));
        return cells;
    }

  private:
    std::string cell(bool& isMore, std::string& problem) {
        std::string value;
        const bool isQuoted = at_ < text_.size() && text_[at_] == '"';
        if (isQuoted) ++at_;
        bool isOpen = isQuoted;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (isOpen) {
                if (c == '"' && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
                    ++at_;
                } else if (c == '"') {
                    isOpen = false;
                    ++at_;
                    continue;
                } else if (c == '\n') {
                    ++line_;
                }
            } else if (c == delimiter_ || c == '\n' || c == '\r') {
                break;
            }
            if (value.size() < kMostFieldBytes) value += c;
            else problem = "a field is longer than 1 MiB";
            ++at_;
        }
        if (isOpen) problem = "a quoted field is never closed";
        isMore = at_ < text_.size() && text_[at_] == delimiter_;
        if (isMore) {
            ++at_;
        } else {
            if (at_ < text_.size() && text_[at_] == '\r') ++at_;
            if (at_ < text_.size() && text_[at_] == '\n') ++at_;
            ++line_;
        }
        return value;
    }

    std::string_view text_;
    char delimiter_;
    std::size_t at_ = 0;
    int line_ = 1;
};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

}  // namespace

CsvReading readCsv(std::string_view bytes, const std::string& file, std::size_t most) {
    CsvReading reading;
    const auto refuse = [&](std::string problem, std::string remedy) {
        reading.diagnostics.push_back({Severity::Error, {file, 0, 0}, std::move(problem), std::move(remedy)});
        return reading;
    };
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    if (bytes.empty()) return refuse("the file is empty", "give a CSV file with a header line");
    if (bytes.find('\0') != std::string_view::npos) {
        return refuse("this is a binary file, not CSV text", "export the data as UTF-8 CSV");
    }
    CsvTable table;
    table.delimiter = delimiterOf(bytes.substr(0, bytes.find('\n')));
    Scanner scanner(bytes, table.delimiter);
    std::string problem;
    table.header = scanner.next(problem);
    Listing listing(reading.diagnostics);
    if (!problem.empty()) listing.add({Severity::Error, {file, 1, 1}, problem, "check the header line"});
    while (!scanner.atEnd() && table.rows.size() < most) {
        const int line = scanner.line();
        problem.clear();
        std::vector<std::string> cells = scanner.next(problem);
        if (cells.size() == 1 && cells.front().empty() && problem.empty()) continue;  // an empty line
        if (problem.empty() && cells.size() != table.header.size()) {
            problem = fmt::format("the row has {} cells, the header {}", cells.size(), table.header.size());
        }
        if (!problem.empty()) {
            listing.add({Severity::Error, {file, line, 1}, problem, "mend or remove the row"});
            continue;
        }
        table.rows.push_back(std::move(cells));
        table.lines.push_back(line);
    }
    listing.close(file, "rows with such problems");
    if (!hasErrors(reading.diagnostics)) reading.table = std::move(table);
    return reading;
}

NumberColumn usageColumn(const CsvTable& table, std::size_t column, const std::string& file) {
    NumberColumn result;
    Listing listing(result.diagnostics);
    for (std::size_t row = 0; row < table.rows.size(); ++row) {
        const std::string_view text = trimmed(table.rows[row][column]);
        if (text.empty()) {
            ++result.missing;
            continue;
        }
        double value = 0.0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
        std::string problem;
        if (error == std::errc::result_out_of_range) {
            problem = fmt::format("\"{}\" is out of the range of numbers", text.substr(0, 40));
        } else if (error != std::errc() || end != text.data() + text.size()) {
            problem = fmt::format("\"{}\" is not a number", text.substr(0, 40));
        } else if (!std::isfinite(value)) {
            problem = fmt::format("{} is not a finite number", text.substr(0, 40));
        } else if (value < 0.0) {
            problem = fmt::format("usage is {}, below 0", text.substr(0, 40));
        }
        if (problem.empty()) {
            result.values.push_back(value);
            continue;
        }
        std::size_t place = 1;
        for (std::size_t i = 0; i < column; ++i) place += table.rows[row][i].size() + 1;
        listing.add({Severity::Error, {file, table.lines[row], static_cast<int>(place)},
                     fmt::format("column \"{}\": {}", table.header[column], problem),
                     "write a number of at least 0 with a decimal point, or leave the cell empty"});
    }
    listing.close(file, "cells with such problems");
    return result;
}

}  // namespace breakeven::core
