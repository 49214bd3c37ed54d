#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace breakeven::core {

/// What to know about the period of a row beside its numbers.
enum class PeriodMark : std::uint8_t {
    Whole = 0,
    StartsLate = 1,  ///< the log begins within the period
    EndsEarly = 2,   ///< the log ends within the period
    Gap = 4          ///< the subject has no event in it, but has before and after
};

/// Usage of a subject in one billing period.
struct MeteredRow {
    std::string subject;
    std::int32_t startDay = 0;                  ///< first local date, days since 1970-01-01
    std::uint8_t marks = 0;                     ///< of PeriodMark
    std::vector<std::optional<double>> values;  ///< one per meter; none: nothing is known, which is not zero
};

/// Usage per subject and billing period, by subject, then period.
struct UsageTable {
    std::vector<std::string> meters;
    std::vector<MeteredRow> rows;
};

/// CSV: subject, period_start (YYYY-MM-DD), one column per meter; RFC 4180, empty = not known. A subject that
/// a spreadsheet would run as a formula gets an apostrophe in front.
[[nodiscard]] std::string usageCsv(const UsageTable& table);

/// CSV of the rows with a mark: subject, period_start, marks ("starts-late", "ends-early", "gap", by spaces).
[[nodiscard]] std::string marksCsv(const UsageTable& table);

/// HMAC-SHA-256 of a subject in 32 hex digits, so that tables can be shared and joined without naming people.
[[nodiscard]] std::string pseudonym(const std::string& subject, const std::string& key);

}  // namespace breakeven::core
