#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace breakeven::sim {

/// Text of a CSV file: RFC 4180 (CRLF, quotes where needed), locale-free, numbers in the shortest form that
/// reads back the same.
class CsvText {
  public:
    explicit CsvText(const std::vector<std::string_view>& header);

    /// A text cell. One that a spreadsheet would run as a formula (it begins with = + - @, a tab or CR) gets
    /// an apostrophe in front.
    CsvText& text(std::string_view value);
    CsvText& number(double value);  ///< a number that is not finite is left empty
    CsvText& number(const std::optional<double>& value);
    CsvText& count(std::uint64_t value);
    CsvText& empty();
    void endRow();

    [[nodiscard]] const std::string& bytes() const { return bytes_; }

  private:
    void separate();
    std::string bytes_;
    bool isRowBegun_ = false;
};

/// Shortest text that reads back as the same double: "200", "1e+22", "-7.3". "0" for negative zero.
[[nodiscard]] std::string shortestText(double value);

/// The finite number that the whole text is, locale-free; none when it is anything else.
[[nodiscard]] std::optional<double> numberIn(std::string_view text);

}  // namespace breakeven::sim
