#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/metering/meter_logs.hpp"

namespace breakeven::sim {

/// A file that a usage table was made from.
struct UsageSource {
    std::string file;    ///< its name then, for people
    std::string sha256;  ///< of the file as it stood, packed if it was
    bool operator==(const UsageSource&) const = default;
};

/// A usage table as it is kept: one row per subject and period, a column per meter.
struct UsageTableRecord {
    std::string csv;                   ///< the bytes, as `meter --out` writes them or as the file has them
    std::int64_t rows = 0;             ///< without the header
    std::vector<std::string> meters;   ///< columns that hold usage, in the order of the CSV
    std::vector<UsageSource> sources;  ///< in the order in which they were read
};

/// One line of the list of usage tables.
struct UsageTableSummary {
    std::string name;    ///< [a-z0-9-]+
    std::string sha256;  ///< of the CSV
    std::int64_t bytes = 0;
    std::int64_t rows = 0;
    std::string addedAt;  ///< UTC, ISO 8601
    std::vector<std::string> meters;
    std::vector<UsageSource> sources;
    bool operator==(const UsageTableSummary&) const = default;
};

/// Where usage tables are kept, so that scenarios can name them (`store:NAME`). Every call throws core::Error
/// when the store can't be read or written; a failed call leaves it as it was.
class UsageStore {
  public:
    enum class OnOther { Refuse, Replace };  ///< what to do where the name holds other content
    enum class Kept { Added, Replaced, Unchanged };

    UsageStore() = default;
    UsageStore(const UsageStore&) = delete;
    UsageStore& operator=(const UsageStore&) = delete;
    virtual ~UsageStore() = default;

    /// Keeps a table under a name. One that holds the same bytes already stays as it is, with its sources;
    /// one of other bytes is an error (Input) unless it may be replaced. So is a bad name.
    virtual Kept keep(const std::string& name, const UsageTableRecord& table, const std::string& addedAt,
                      OnOther onOther) = 0;

    /// All tables by name.
    [[nodiscard]] virtual std::vector<UsageTableSummary> list() const = 0;

    /// The bytes of a table. Throws core::Error (Input), with the nearest name, when there is none.
    [[nodiscard]] virtual std::string csv(const std::string& name) const = 0;

    /// Deletes a table; runs that were made from it keep their inputs. Throws as `csv` does.
    virtual void remove(const std::string& name) = 0;
};

/// What reading a usage CSV gave: a record when there is no error.
struct UsageTableReading {
    std::optional<UsageTableRecord> record;
    std::vector<core::Diagnostic> diagnostics;
};

/// A usage CSV to be kept, checked to be one: one column of numbers >= 0 at least.
[[nodiscard]] UsageTableReading usageTableOf(std::string csv, const std::string& file);

/// The usage that logs gave, with the logs as its sources.
///
/// @param metering  has a table, and the hashes of its files
[[nodiscard]] UsageTableRecord usageTableOf(const core::Metering& metering);

}  // namespace breakeven::sim
