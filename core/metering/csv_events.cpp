#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "core/diagnostics/suggest.hpp"
#include "core/metering/log_parser.hpp"
#include "core/text/csv_scan.hpp"
#include "core/text/utf8.hpp"

namespace breakeven::core {
namespace {

constexpr std::size_t kMostColumns = 16'384;

/// Where a byte of a record stands: lines below the record's first, and the column in characters.
struct Within {
    std::int64_t lines = 0;
    int column = 1;
};

Within placeIn(const char* record, const char* at) {
    Within place;
    for (const char* c = record; c < at; ++c) {
        if (*c == '\n') {
            ++place.lines;
            place.column = 1;
        } else if ((static_cast<unsigned char>(*c) & 0xC0U) != 0x80U) {
            ++place.column;
        }
    }
    return place;
}

class CsvParser final : public LogParser {
  public:
    CsvParser(const RowPlan& plan, const CsvHead& head, std::vector<std::size_t> columns)
        : builder_(plan),
          columns_(std::move(columns)),
          slots_(columns_.size()),
          delimiter_(head.delimiter),
          width_(head.columns.size()),
          names_(head.columns) {}

    void parse(std::string_view buffer, std::size_t begin, std::size_t limit, bool isFinal,
               EventRows& out) override {
        builder_.begin(out);
        buffer_ = buffer;
        isFinal_ = isFinal;
        out.consumed = begin;
        while (out.consumed < limit && !out.isIncomplete && !out.skipsToLineEnd) record(out);
    }

  private:
    void record(EventRows& out) {
        const char* const from = buffer_.data() + out.consumed;
        const char* const bufferEnd = buffer_.data() + buffer_.size();
        const bool isCut = static_cast<std::size_t>(bufferEnd - from) > kMostCsvRecordBytes;
        const char* const end = isCut ? from + kMostCsvRecordBytes : bufferEnd;
        std::size_t count = 0;
        const CsvRecordEnd scanned = scanCsvRecord(from, end, delimiter_, cells_, width_, count);
        if (scanned.reachedEnd && !isCut && !isFinal_) {
            out.isIncomplete = true;
            return;
        }
        if (scanned.trouble == CsvTrouble::OpenQuote || (scanned.reachedEnd && isCut)) {
            brokenOff(scanned, from, end, out);
            return;
        }
        const std::string_view raw(from, static_cast<std::size_t>(scanned.next - from));
        const bool isBlank = count == 1 && cells_[0].raw.empty() && !cells_[0].isQuoted;
        if (!isBlank) row(scanned, count, raw, out);
        std::int64_t lines = 1;
        for (const CsvCell& cell : cells_)
            if (cell.isQuoted) lines += std::count(cell.raw.begin(), cell.raw.end(), '\n');
        out.lines += lines;
        out.consumed += raw.size();
    }

    /// A row that does not end within its bounds: only its first line is given up.
    void brokenOff(const CsvRecordEnd& scanned, const char* from, const char* end, EventRows& out) {
        ++out.rowsRead;
        const bool isQuote = scanned.trouble == CsvTrouble::OpenQuote;
        const char* const bufferEnd = buffer_.data() + buffer_.size();
        const auto rest = static_cast<std::size_t>(bufferEnd - from);
        const char* lineEnd = static_cast<const char*>(std::memchr(from, '\n', rest));
        const std::string_view raw(from,
                                   static_cast<std::size_t>((lineEnd != nullptr ? lineEnd : end) - from));
        if (isQuote) {
            const Within place = placeIn(from, scanned.troubleAt);
            out.reject({out.lines + 1 + place.lines, place.column, RejectReason::BrokenQuotes,
                        "the quote that opens here is never closed"},
                       raw);
        } else {
            out.reject({out.lines + 1, 1, RejectReason::TooLong, "the row is longer than 1 MiB"}, raw);
        }
        if (lineEnd != nullptr) {
            ++out.lines;
            out.consumed += static_cast<std::size_t>(lineEnd + 1 - from);
        } else {
            out.consumed = buffer_.size();
            out.skipsToLineEnd = !isFinal_;
        }
    }

    void row(const CsvRecordEnd& scanned, std::size_t count, std::string_view raw, EventRows& out) {
        ++out.rowsRead;
        if (scanned.trouble == CsvTrouble::TextAfterQuote) {
            const Within place = placeIn(raw.data(), scanned.troubleAt);
            out.reject({out.lines + 1 + place.lines, place.column, RejectReason::BrokenQuotes,
                        "there is text after the closing quote"},
                       raw);
            return;
        }
        if (count != width_) {
            out.reject(
                {out.lines + 1, 0, RejectReason::CellCount,
                 fmt::format("the row has {} cell{}, the header {}", count, count == 1 ? "" : "s", width_)},
                raw);
            return;
        }
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const CsvCell& cell = cells_[columns_[i]];
            const bool isPlain = !cell.isQuoted || cell.raw.find('"') == std::string_view::npos;
            slots_[i].kind = SlotValue::Kind::Text;
            slots_[i].text = isPlain ? cell.raw : out.arena.keep(csvCellText(cell));
        }
        const auto refusal = builder_.add(slots_, RowBuilder::Texts::LiveWithChunk);
        if (!refusal) return;
        const std::size_t column = columns_[refusal->slot];
        const Within place =
            placeIn(raw.data(), cells_[column].raw.data() - (cells_[column].isQuoted ? 1 : 0));
        out.reject({out.lines + 1 + place.lines, place.column, refusal->reason,
                    fmt::format("column \"{}\": {}", names_[column], refusal->problem)},
                   raw);
    }

    RowBuilder builder_;
    std::vector<std::size_t> columns_;
    std::vector<SlotValue> slots_;
    std::vector<CsvCell> cells_;
    char delimiter_;
    std::size_t width_;
    std::vector<std::string> names_;
    std::string_view buffer_;
    bool isFinal_ = false;
};

}  // namespace

std::optional<CsvHead> readCsvHead(std::string_view bytes, const MeterMap& map, const std::string& file,
                                   std::vector<Diagnostic>& diagnostics) {
    const auto refuse = [&](int line, std::string problem, std::string remedy) {
        diagnostics.push_back({Severity::Error, {file, line, line}, std::move(problem), std::move(remedy)});
        return std::nullopt;
    };
    CsvHead head;
    head.delimiter = map.delimiter != '\0' ? map.delimiter : csvDelimiterOf(bytes);
    std::vector<CsvCell> cells;
    std::size_t count = 0;
    const std::string_view first = bytes.substr(0, kMostCsvRecordBytes);
    const CsvRecordEnd end =
        scanCsvRecord(first.data(), first.data() + first.size(), head.delimiter, cells, kMostColumns, count);
    if (end.trouble != CsvTrouble::None || (end.reachedEnd && bytes.size() > first.size()))
        return refuse(1, "the first line is no CSV header", "is this the right file, or another --format?");
    if (count > kMostColumns)
        return refuse(1, fmt::format("the header has {} cells, more than {}", count, kMostColumns),
                      "is this the right file?");
    if (count == 1 && cells[0].raw.empty())
        return refuse(1, "the first line is empty",
                      "name the columns in the first line, or say header = false in a map");
    for (std::size_t i = 0; i < count; ++i) {
        std::string name = map.hasHeader ? csvCellText(cells[i]) : std::to_string(i + 1);
        if (const auto offset = notUtf8(name))
            return refuse(1, fmt::format("the name of column {} is not UTF-8", i + 1),
                          "save the file as UTF-8");
        head.columns.push_back(std::move(name));
    }
    if (map.hasHeader) {
        head.bytes = static_cast<std::size_t>(end.next - bytes.data());
        head.lines = std::count(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(head.bytes), '\n');
        head.lines = std::max<std::int64_t>(head.lines, 1);
    }
    return head;
}

std::vector<std::size_t> csvColumns(const CsvHead& head, const RowPlan& plan, const std::string& file,
                                    std::vector<Diagnostic>& diagnostics) {
    std::vector<std::size_t> columns;
    for (const std::string& name : plan.slots) {
        const auto found = std::ranges::find(head.columns, name);
        columns.push_back(static_cast<std::size_t>(found - head.columns.begin()));
        const auto refuse = [&](std::string problem, std::string remedy) {
            diagnostics.push_back({Severity::Error, {file, 1, 1}, std::move(problem), std::move(remedy)});
        };
        if (found == head.columns.end()) {
            const auto nearest = nearestWord(name, head.columns);
            const std::size_t listed = std::min<std::size_t>(head.columns.size(), 20);
            refuse(fmt::format("there is no column \"{}\"", name),
                   nearest ? fmt::format("did you mean \"{}\"?", *nearest)
                           : fmt::format(
                                 "the columns are {}{}",
                                 fmt::join(head.columns.begin(),
                                           head.columns.begin() + static_cast<std::ptrdiff_t>(listed), ", "),
                                 listed < head.columns.size() ? ", …" : ""));
        } else if (std::ranges::count(head.columns, name) > 1) {
            refuse(fmt::format("several columns are named \"{}\"", name), "rename all but one");
        }
    }
    return columns;
}

std::unique_ptr<LogParser> makeCsvParser(const RowPlan& plan, const CsvHead& head,
                                         std::vector<std::size_t> columns) {
    return std::make_unique<CsvParser>(plan, head, std::move(columns));
}

}  // namespace breakeven::core
