#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/metering/event_rows.hpp"
#include "core/metering/meter_map.hpp"
#include "core/metering/usage_table.hpp"
#include "core/time/calendar.hpp"

namespace breakeven::core {

/// What is to be metered.
struct MeterJob {
    std::vector<std::string> files;  ///< in the order in which they are read; "-": standard input
    MeterMap map;
    PeriodKind period = PeriodKind::Month;
    std::string zone = "UTC";                      ///< of the billing periods
    std::unordered_map<std::string, int> anchors;  ///< subject -> day of the month its periods begin on
    std::optional<std::string> subjectKey;         ///< subjects are replaced by their HMAC under it
    bool isStrict = false;                         ///< any bad row is an error; else more than 1 % of them
    bool hashesFiles = false;                      ///< whether the report shall have the files' SHA-256
    int threads = 0;                               ///< 0: all of the machine; changes no result
    std::size_t idMemoryBytes = std::size_t{1} << 30;  ///< beyond it ids are set aside in files
    std::string temporaryFolder = "/tmp";
};

/// A rejected row with its file.
struct ShownReject {
    std::string file;
    RejectedRow row;
};

/// A usage value far from the others of its meter.
struct Outlier {
    std::string subject;
    std::int32_t startDay = 0;
    double value = 0.0;
    double score = 0.0;  ///< 0.6745 (ln value - median) / median absolute deviation of the logarithms
};

/// What was seen of one output column.
struct MeterIntake {
    std::string meter;
    Aggregate aggregate = Aggregate::Sum;
    std::uint64_t events = 0;                 ///< with a value
    std::uint64_t missing = 0;                ///< whose value was empty
    std::optional<double> smallest, largest;  ///< of event values
    std::optional<double> total;              ///< of the table: the sum; for max and min the extreme
    std::uint64_t outliers = 0;               ///< values with a score beyond 3.5 (Iglewicz and Hoaglin 1993)
    std::vector<Outlier> farthest;            ///< up to ten of them, the farthest first
};

/// What became of every row that was read.
struct IntakeReport {
    std::vector<std::string> files;
    std::vector<std::string> fileHashes;  ///< SHA-256 of each file as it stands; empty where not asked for
    LogFormat format = LogFormat::Csv;
    std::uint64_t rows = 0;  ///< read; = used + duplicate + rejected + filtered + not usage
    std::uint64_t used = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t filtered = 0;  ///< no meter takes them
    std::uint64_t notUsage = 0;  ///< lines of a log about other things
    std::array<std::uint64_t, kRejectReasons> rejected{};
    std::vector<ShownReject> firstRejected;  ///< the first ten
    std::uint64_t withoutId = 0;             ///< used though there was no id to tell duplicates by
    std::uint64_t outOfOrder = 0;            ///< older than a row before them
    std::uint64_t late = 0;                  ///< of a billing period before that of a row before them
    std::optional<Instant> first, last;      ///< of used rows
    std::uint64_t subjects = 0;
    std::uint64_t rowsOut = 0;  ///< subject periods, gaps included
    std::uint64_t partial = 0;  ///< those that the log covers in part only
    std::uint64_t gaps = 0;     ///< those without any event, between others of the subject
    std::vector<MeterIntake> meters;
    std::size_t idsSetAside = 0;  ///< how often ids went to files
    [[nodiscard]] std::uint64_t rejectedRows() const;
};

/// What metering gave.
struct Metering {
    std::optional<UsageTable> usage;  ///< none after an error or when stopped
    IntakeReport report;
    std::vector<Diagnostic> diagnostics;
    bool isStopped = false;
};

/// How to follow and stop a long job.
struct MeterHooks {
    std::stop_token stop;
    std::function<void(std::uint64_t bytes, std::uint64_t rows)> progress;
    std::function<void(std::string_view rows)> rejected;  ///< receives rejected rows as they stand
};

/// Reads logs and gives the usage of each subject in each billing period. A row with an id that was there
/// before is a duplicate and left out, exactly; the first one counts. Memory: up to about 100 MB, ids (28 to
/// 52 bytes and their own, up to job.idMemoryBytes; then in files) and usage (per subject, period and meter).
/// The result is the same, bit for bit, for any number of threads.
///
/// Bad rows are counted in the report and, beyond the limit, an error; a map that doesn't fit the files is a
/// diagnostic. Throws Error for a file that can't be read.
[[nodiscard]] Metering meterLogs(const MeterJob& job, const MeterHooks& hooks = {});

}  // namespace breakeven::core
