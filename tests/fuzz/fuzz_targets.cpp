#include "tests/fuzz/fuzz_targets.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include "core/costing/price_import.hpp"
#include "core/metering/log_parser.hpp"
#include "core/scenario/scenario_reader.hpp"
#include "core/text/csv_table.hpp"

namespace breakeven::fuzz {
namespace {

using namespace core;

void expects(bool holds) {
    if (!holds) std::abort();
}

MeterMap map(LogFormat format) {
    MeterMap map;
    map.subject = "who";
    map.time = "at";
    map.id = "id";
    map.isDecimalComma = true;
    MeterRule sum;
    sum.id = sum.column = "v";
    sum.minus = {"part"};
    sum.groupBy = {"model"};
    MeterRule unique;
    unique.id = unique.column = "tag";
    unique.aggregate = Aggregate::Unique;
    map.meters = {sum, unique};
    return withDefaults(map, format);
}

void checkRows(const EventRows& rows, const RowPlan& plan, std::size_t begin, std::size_t end) {
    expects(rows.consumed >= begin && rows.consumed <= end);
    expects(rows.values.size() == rows.rows.size() * plan.meters.size());
    expects(rows.groups.size() == rows.rows.size() * plan.groupings.size());
    expects(rows.texts.size() == rows.rows.size() * plan.textCount);
    std::uint64_t rejected = 0;
    for (const std::uint64_t count : rows.rejected) rejected += count;
    expects(rows.rowsRead == rows.rows.size() + rows.filtered + rows.notUsage + rejected);
    for (const EventRow& row : rows.rows) expects(row.subject < rows.subjects.size());
}

/// The rows of the whole text, and those of its halves, must be the same.
void parse(const RowPlan& plan, LogParser& whole, LogParser& halves, std::string_view text,
           std::size_t begin) {
    EventRows all;
    whole.parse(text, begin, text.size(), true, all);
    checkRows(all, plan, begin, text.size());
    expects(all.consumed == text.size());
    EventRows first;
    halves.parse(text, begin, begin + (text.size() - begin) / 2, true, first);
    checkRows(first, plan, begin, text.size());
    EventRows second;
    halves.parse(text, first.consumed, text.size(), true, second);
    checkRows(second, plan, first.consumed, text.size());
    expects(all.rowsRead == first.rowsRead + second.rowsRead);
    expects(all.rows.size() == first.rows.size() + second.rows.size());
    expects(all.lines == first.lines + second.lines);
}

}  // namespace

void csvLog(std::string_view bytes) {
    static_cast<void>(readCsv(bytes, "fuzz.csv"));
    if (bytes.empty()) return;
    const RowPlan plan(map(LogFormat::Csv));
    std::vector<Diagnostic> diagnostics;
    const auto head = readCsvHead(bytes, plan.map, "fuzz.csv", diagnostics);
    if (!head) return;
    const std::vector<std::size_t> columns = csvColumns(*head, plan, "fuzz.csv", diagnostics);
    if (hasErrors(diagnostics)) return;
    parse(plan, *makeCsvParser(plan, *head, columns), *makeCsvParser(plan, *head, columns), bytes,
          head->bytes);
}

void jsonLog(std::string_view bytes) {
    const FoundFormat found = findFormat(bytes);
    LogFormat format = found.format;
    if (format == LogFormat::Csv || format == LogFormat::Windows) format = LogFormat::Json;
    const RowPlan plan(map(format));
    parse(plan, *makeJsonParser(plan, format, found.layout, "fuzz"),
          *makeJsonParser(plan, format, found.layout, "fuzz"), bytes, 0);
}

void cloudEvents(std::string_view bytes) {
    MeterMap map;
    MeterRule sum;
    sum.id = sum.column = "v";
    map.meters = {sum};
    const RowPlan plan(withDefaults(map, LogFormat::CloudEvents));
    for (const JsonLayout layout : {JsonLayout::Lines, JsonLayout::Stream})
        parse(plan, *makeJsonParser(plan, LogFormat::CloudEvents, layout, "fuzz"),
              *makeJsonParser(plan, LogFormat::CloudEvents, layout, "fuzz"), bytes, 0);
}

void priceList(std::string_view bytes) {
    const PriceImportReading reading = importPrices(bytes, "fuzz", {});
    if (reading.list) {
        // What was imported reads back.
        const PriceListReading again = readPriceList(priceListCsv(*reading.list), "again.csv");
        if (again.list) expects(again.list->prices.size() == reading.list->prices.size());
        const ListedPrice& first = reading.list->prices.front();
        static_cast<void>(findPrice(*reading.list, "", first.model + "x", 20'000));
        const PriceLookup found = findPrice(*reading.list, first.provider, first.model, {});
        if (found.price) static_cast<void>(priceOfCall(*found.price, {1, 2, 3, 4, 5, 6, 7}));
    }
    static_cast<void>(readPriceList(bytes, "fuzz.csv"));
}

void scenarioText(std::string_view bytes) {
    static_cast<void>(readScenarioText(std::string(bytes), "fuzz.toml", {}, [](const std::string&) {
        return std::string("model,currency,input,output\nm,USD,1,2\n");
    }));
}

}  // namespace breakeven::fuzz
