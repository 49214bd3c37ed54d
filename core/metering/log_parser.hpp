#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/metering/event_rows.hpp"
#include "core/metering/meter_map.hpp"
#include "core/metering/row_builder.hpp"

namespace breakeven::core {

inline constexpr std::size_t kMostCsvRecordBytes = 1U << 20;
inline constexpr std::size_t kMostJsonRecordBytes = 16U << 20;

/// Turns pieces of one file into rows. One per thread and file.
class LogParser {
  public:
    virtual ~LogParser() = default;

    /// Takes the rows that begin in [begin, limit) of the buffer. `out` has been cleared; its `consumed` is
    /// where the first row not taken begins.
    ///
    /// @param isFinal  the buffer ends with the file
    virtual void parse(std::string_view buffer, std::size_t begin, std::size_t limit, bool isFinal,
                       EventRows& out) = 0;

    /// True when a piece can't be read without those before it: pieces must come in order, to one parser.
    [[nodiscard]] virtual bool needsOrder() const { return false; }
};

/// What the head of a CSV file says.
struct CsvHead {
    char delimiter = ',';
    std::vector<std::string> columns;  ///< "1", "2", … without a header line
    std::size_t bytes = 0;             ///< of the header line
    std::int64_t lines = 0;
};

/// Reads the head of a CSV file. Null, with a diagnostic, for an empty header or one that is no CSV.
///
/// @param bytes  the first of the file, without a byte order mark
[[nodiscard]] std::optional<CsvHead> readCsvHead(std::string_view bytes, const MeterMap& map,
                                                 const std::string& file,
                                                 std::vector<Diagnostic>& diagnostics);

/// The column of each slot of the plan; errors with the nearest column where there is none.
[[nodiscard]] std::vector<std::size_t> csvColumns(const CsvHead& head, const RowPlan& plan,
                                                  const std::string& file,
                                                  std::vector<Diagnostic>& diagnostics);

[[nodiscard]] std::unique_ptr<LogParser> makeCsvParser(const RowPlan& plan, const CsvHead& head,
                                                       std::vector<std::size_t> columns);

/// How JSON objects follow each other in a file.
enum class JsonLayout {
    Lines,  ///< one a line
    Stream  ///< a list, or objects over several lines
};

/// @param file  the source of session logs that name none
[[nodiscard]] std::unique_ptr<LogParser> makeJsonParser(const RowPlan& plan, LogFormat format,
                                                        JsonLayout layout, const std::string& file);

/// Format and layout found by looking at the first bytes of a file (without a byte order mark).
struct FoundFormat {
    LogFormat format = LogFormat::Csv;
    JsonLayout layout = JsonLayout::Lines;
};
[[nodiscard]] FoundFormat findFormat(std::string_view bytes);

}  // namespace breakeven::core
