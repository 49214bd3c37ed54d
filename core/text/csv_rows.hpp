#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace breakeven::core {

/// Reads a CSV file row by row, with memory for one block and one row only: RFC 4180 quotes, CRLF, a BOM,
/// delimiter , ; or tab (the one the first line has most of). Empty lines are skipped.
class CsvRows {
  public:
    /// Opens a file. Throws Error (Input) when it can't be read or is empty.
    explicit CsvRows(const std::string& path);

    /// Reads bytes at hand, which must live as long; `name` is for messages.
    CsvRows(std::string name, std::string_view bytes);

    /// Reads the next row; false at the end. Throws Error (Input) for a row of more than 1 MiB, an open quote
    /// and a failing disk.
    bool next();

    /// The cells of the row; valid until the next call.
    [[nodiscard]] const std::vector<std::string_view>& cells() const { return cells_; }
    /// The line where the row begins, from 1.
    [[nodiscard]] std::int64_t line() const { return rowLine_; }

  private:
    void begin();
    bool more();
    bool record(std::string_view& text);
    void split(std::string_view text);
    [[noreturn]] void fail(const std::string& problem, const std::string& remedy) const;

    std::string path_;
    std::ifstream stream_;
    std::optional<std::string_view> bytes_;  ///< what is left of them; none: the stream is read
    std::string buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
    std::string unquoted_;  ///< cells of a row with quotes
    std::vector<std::string_view> cells_;
    std::int64_t line_ = 1;
    std::int64_t rowLine_ = 0;
    char delimiter_ = ',';
    bool isFirst_ = true;
};

}  // namespace breakeven::core
