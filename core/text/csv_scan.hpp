#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace breakeven::core {

/// One cell as it stands in the text, without the quotes around it.
struct CsvCell {
    std::string_view raw;
    bool isQuoted = false;  ///< two quotes in `raw` stand for one
};

enum class CsvTrouble { None, OpenQuote, TextAfterQuote };

/// Where a record ended.
struct CsvRecordEnd {
    const char* next = nullptr;  ///< behind the line end, or the end of the text
    CsvTrouble trouble = CsvTrouble::None;
    const char* troubleAt = nullptr;  ///< the quote that is never closed, or the text after a closing one
    bool reachedEnd = false;          ///< the text ended before a line end did
};

/// Splits one record off RFC 4180 text: the one tokenizer of all CSV readers. A quote matters at the begin of
/// a cell only. A line ends with LF, CRLF or CR.
///
/// @param from, end  the text; `from` is the begin of a record
/// @param cells      receives the cells in order; what it held is lost. With trouble the last may be cut.
/// @param room       keep this many cells at most
/// @param count      receives the number of all cells
[[nodiscard]] CsvRecordEnd scanCsvRecord(const char* from, const char* end, char delimiter,
                                         std::vector<CsvCell>& cells, std::size_t room, std::size_t& count);

/// The text that a cell stands for.
[[nodiscard]] std::string csvCellText(const CsvCell& cell);

/// The delimiter that the first line has most of, outside of quotes: , ; tab or |.
[[nodiscard]] char csvDelimiterOf(std::string_view text);

}  // namespace breakeven::core
