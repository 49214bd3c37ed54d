#include "core/text/csv_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "core/text/csv_scan.hpp"

namespace breakeven::core {
namespace {

constexpr std::size_t kMostListed = 10;
constexpr std::size_t kMostCellBytes = 1U << 20;
constexpr std::size_t kMostColumns = 16'384;  // as many as a spreadsheet has
constexpr std::size_t kMostShown = 40;        // characters of a bad cell

/// Diagnostics of one kind of trouble: the first ten, then a count.
class Listing {
  public:
    Listing(std::vector<Diagnostic>& out, const std::string& file) : out_(out), file_(file) {}
    void add(CellPlace place, std::string problem, std::string remedy) {
        ++count_;
        if (count_ == kMostListed + 1) firstUnlisted_ = place;
        if (count_ > kMostListed) return;
        out_.push_back(
            {Severity::Error, {file_, place.line, place.column}, std::move(problem), std::move(remedy)});
    }
    void close(const char* what) {
        if (count_ <= kMostListed) return;
        out_.push_back({Severity::Error,
                        {file_, firstUnlisted_.line, firstUnlisted_.column},
                        fmt::format("{} more {} from here on", count_ - kMostListed, what),
                        "mend those listed, then check again"});
    }

  private:
    std::vector<Diagnostic>& out_;
    const std::string& file_;
    CellPlace firstUnlisted_;
    std::size_t count_ = 0;
};

/// One line of cells as it stands in the file.
struct Record {
    std::vector<std::string> cells;  ///< those that there is room for
    std::vector<CellPlace> places;
    std::size_t count = 0;  ///< of all cells
    CellPlace end;          ///< of the first cell beyond the room, else of the line's end
    bool isBlank = false;   ///< an empty line
    struct Trouble {
        CellPlace place;
        std::string problem;
        std::string remedy;
    };
    std::optional<Trouble> trouble;  ///< the first one
};

/// Reads record after record, keeping count of lines and columns.
class Scanner {
  public:
    Scanner(std::string_view text, char delimiter)
        : at_(text.data()), end_(text.data() + text.size()), delimiter_(delimiter) {}
    [[nodiscard]] bool atEnd() const { return at_ >= end_; }
    [[nodiscard]] int line() const { return place_.line; }

    /// @param room  keep this many cells at most
    Record next(std::size_t room) {
        Record record;
        const CsvRecordEnd scanned = scanCsvRecord(at_, end_, delimiter_, cells_, room + 1, record.count);
        record.isBlank = record.count == 1 && cells_[0].raw.empty() && !cells_[0].isQuoted;
        const CellPlace begin = place_;
        for (std::size_t i = 0; i < cells_.size(); ++i) {
            const CsvCell& cell = cells_[i];
            placeAt(cell.raw.data() - (cell.isQuoted ? 1 : 0));
            if (i == room) {
                record.end = place_;
                break;
            }
            const bool isLong = cell.raw.size() > kMostCellBytes;
            if (isLong && !record.trouble)
                record.trouble = {place_, "a cell is longer than 1 MiB",
                                  "shorten it; is this the right file?"};
            record.places.push_back(place_);
            record.cells.push_back(isLong ? std::string() : csvCellText(cell));
        }
        if (scanned.trouble != CsvTrouble::None && !record.trouble)
            record.trouble = troubleOf(scanned.trouble, placeBehind(begin, at_, scanned.troubleAt));
        const char* lineEnd = scanned.next;
        if (lineEnd > at_ && lineEnd[-1] == '\n') --lineEnd;
        if (lineEnd > at_ && lineEnd[-1] == '\r') --lineEnd;
        if (record.count <= room) {
            placeAt(lineEnd);
            record.end = place_;
        }
        placeAt(scanned.next);
        if (lineEnd + 1 == scanned.next && *lineEnd == '\r') place_.line += 1;  // CR alone
        place_.column = 1;
        at_ = scanned.next;
        return record;
    }

  private:
    /// The place of a byte behind another. Bytes that go on with a UTF-8 character are no column.
    static CellPlace placeBehind(CellPlace place, const char* from, const char* to) {
        for (; from < to; ++from) {
            if (*from == '\n')
                place = {place.line + 1, 1};
            else if ((static_cast<unsigned char>(*from) & 0xC0U) != 0x80U)
                ++place.column;
        }
        return place;
    }

    void placeAt(const char* to) {
        place_ = placeBehind(place_, placed_, to);
        placed_ = std::max(placed_, to);
    }

    static Record::Trouble troubleOf(CsvTrouble trouble, CellPlace place) {
        if (trouble == CsvTrouble::OpenQuote)
            return {place, "the quote that opens here is never closed",
                    "close it; a quote inside a cell is written twice"};
        return {place, "there is text after the closing quote",
                "put all of the cell in quotes; a quote inside it is written twice"};
    }

    const char* at_;
    const char* end_;
    char delimiter_;
    std::vector<CsvCell> cells_;
    CellPlace place_;
    const char* placed_ = at_;
};

std::string_view trimmed(std::string_view text) {
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    return text;
}

/// A cell for a message: cut after forty characters.
std::string shown(std::string_view text) {
    std::size_t characters = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        const bool isBegin = (static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U;
        if (isBegin && ++characters > kMostShown) return std::string(text.substr(0, i)) + "…";
    }
    return std::string(text);
}

CellPlace placeOf(std::string_view text, std::size_t offset) {
    CellPlace place;
    for (const char c : text.substr(0, offset)) {
        if (c == '\n')
            place = {place.line + 1, 1};
        else if ((static_cast<unsigned char>(c) & 0xC0U) != 0x80U)
            ++place.column;
    }
    return place;
}

}  // namespace

CsvReading readCsv(std::string_view bytes, const std::string& file, std::size_t most) {
    CsvReading reading;
    const auto refuse = [&](CellPlace place, std::string problem, std::string remedy) {
        reading.diagnostics.push_back(
            {Severity::Error, {file, place.line, place.column}, std::move(problem), std::move(remedy)});
        return reading;
    };
    if (bytes.starts_with("\xEF\xBB\xBF")) bytes.remove_prefix(3);
    if (bytes.empty()) return refuse({0, 0}, "the file is empty", "give a CSV file with a header line");
    if (const std::size_t nul = bytes.find('\0'); nul != std::string_view::npos) {
        return refuse(placeOf(bytes, nul), "this is a binary file, not CSV text",
                      "export the data as UTF-8 CSV");
    }
    CsvTable table;
    table.delimiter = csvDelimiterOf(bytes);
    Scanner scanner(bytes, table.delimiter);
    Record header = scanner.next(kMostColumns);
    if (header.trouble) return refuse(header.trouble->place, header.trouble->problem, header.trouble->remedy);
    if (header.isBlank)
        return refuse({1, 1}, "the header line is empty", "name the columns in the first line");
    if (header.count > kMostColumns) {
        return refuse(header.end,
                      fmt::format("the header has {} cells, more than {}", header.count, kMostColumns),
                      "is this the right file?");
    }
    table.header = std::move(header.cells);
    Listing listing(reading.diagnostics, file);
    while (!scanner.atEnd() && table.rows.size() < most) {
        const int line = scanner.line();
        Record record = scanner.next(table.header.size());
        if (record.isBlank) continue;
        if (record.trouble) {
            listing.add(record.trouble->place, record.trouble->problem, record.trouble->remedy);
        } else if (record.count != table.header.size()) {
            listing.add(
                record.end,
                fmt::format("the row has {} cell{}, the header {}", record.count,
                            record.count == 1 ? "" : "s", table.header.size()),
                record.count > table.header.size()
                    ? "remove the cells from here on, or put a cell that holds the delimiter in quotes"
                    : "add the missing cells, or remove the row");
        } else {
            table.rows.push_back(std::move(record.cells));
            table.places.push_back(std::move(record.places));
            table.lines.push_back(line);
        }
    }
    listing.close("rows with such problems");
    if (!hasErrors(reading.diagnostics)) reading.table = std::move(table);
    return reading;
}

NumberColumn usageColumn(const CsvTable& table, std::size_t column, const std::string& file) {
    NumberColumn result;
    Listing listing(result.diagnostics, file);
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
            problem = fmt::format("\"{}\" is out of the range of numbers", shown(text));
        } else if (error != std::errc() || end != text.data() + text.size()) {
            problem = fmt::format("\"{}\" is not a number", shown(text));
        } else if (!std::isfinite(value)) {
            problem = fmt::format("{} is not a finite number", shown(text));
        } else if (value < 0.0) {
            problem = fmt::format("usage is {}, below 0", shown(text));
        }
        if (problem.empty()) {
            result.values.push_back(value);
            result.rows.push_back(row);
            continue;
        }
        listing.add(table.places[row][column],
                    fmt::format("column \"{}\": {}", table.header[column], problem),
                    "write a number of at least 0 with a decimal point, or leave the cell empty");
    }
    listing.close("cells with such problems");
    return result;
}

}  // namespace breakeven::core
