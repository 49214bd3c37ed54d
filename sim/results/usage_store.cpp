#include "sim/results/usage_store.hpp"

#include <algorithm>
#include <utility>

#include "core/units/sha256.hpp"
#include "sim/fitting/usage_columns.hpp"

namespace breakeven::sim {

UsageTableReading usageTableOf(std::string csv, const std::string& file) {
    UsageTableReading reading;
    core::CsvReading parsed = core::readCsv(csv, file);
    reading.diagnostics = std::move(parsed.diagnostics);
    if (!parsed.table) return reading;
    UsageColumnsReading columns = usageColumnsOf(*parsed.table, file, {});
    // Columns of text may stand beside the usage: a warning of them would be noise here.
    std::erase_if(columns.diagnostics,
                  [](const core::Diagnostic& item) { return item.severity != core::Severity::Error; });
    reading.diagnostics.insert(reading.diagnostics.end(), columns.diagnostics.begin(),
                               columns.diagnostics.end());
    if (!columns.columns) return reading;
    UsageTableRecord record;
    record.rows = static_cast<std::int64_t>(parsed.table->rows.size());
    record.meters = std::move(columns.columns->names);
    record.sources = {{file, core::sha256Hex(csv)}};
    record.csv = std::move(csv);
    reading.record = std::move(record);
    return reading;
}

UsageTableRecord usageTableOf(const core::Metering& metering) {
    UsageTableRecord record;
    record.csv = core::usageCsv(*metering.usage);
    record.rows = static_cast<std::int64_t>(metering.usage->rows.size());
    record.meters = metering.usage->meters;
    for (std::size_t i = 0; i < metering.report.files.size(); ++i)
        record.sources.push_back({metering.report.files[i], metering.report.fileHashes[i]});
    return record;
}

}  // namespace breakeven::sim
