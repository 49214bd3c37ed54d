#include "core/metering/log_preview.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <span>
#include <string_view>

#include "core/metering/json_scan.hpp"
#include "core/metering/log_fields.hpp"
#include "core/metering/log_reader.hpp"
#include "core/text/csv_scan.hpp"

namespace breakeven::core {
namespace {

using nlohmann::json;

constexpr std::size_t kLookedAt = 1U << 20;
constexpr std::size_t kMostPreviewColumns = 200;
constexpr std::size_t kDeepestPath = 6;
constexpr double kHalf = 0.5;       // of a column with a usual name
constexpr double kNearlyAll = 0.9;  // of one that only its values tell

bool isCsv(LogFormat format) {
    return format == LogFormat::Csv || format == LogFormat::Windows;
}

void readCsvRows(std::string_view text, bool isWhole, char delimiter, std::size_t most, LogPreview& preview) {
    const char* from = text.data();
    const char* const end = text.data() + text.size();
    std::vector<CsvCell> cells;
    while (from < end && preview.rows.size() < most) {
        std::size_t count = 0;
        const CsvRecordEnd record = scanCsvRecord(from, end, delimiter, cells, preview.columns.size(), count);
        const bool isCut = record.reachedEnd && !isWhole;
        if (isCut || record.trouble == CsvTrouble::OpenQuote) return;
        from = record.next;
        if (record.trouble != CsvTrouble::None || count != preview.columns.size()) continue;
        std::vector<std::string>& row = preview.rows.emplace_back();
        for (const CsvCell& cell : cells) row.push_back(csvCellText(cell));
    }
}

/// Puts objects of a log under their names, a row each.
class ObjectRows {
  public:
    ObjectRows(LogFormat format, const std::string& file, LogPreview& preview)
        : format_(format), fields_(format, file), preview_(preview) {}

    void take(std::string_view text) {
        const json line = json::parse(text, nullptr, false);
        if (!line.is_object()) return;
        const LineFields found = fields_.of(line);
        if (found.kind != LineFields::Kind::Usage) return;
        row_.assign(preview_.columns.size(), "");
        for (const auto& [name, value] : found.fields)
            if (!value.is_object()) put(name, value, 1);
        for (const auto& [name, value] : line.items()) {
            const bool isData = format_ == LogFormat::CloudEvents && name == "data" && value.is_object();
            if (!isData) {
                put(name, value, 1);
                continue;
            }
            // Single values of an event's data have names of their own already.
            for (const auto& [key, inner] : value.items())
                if (inner.is_object() || !found.fields.contains(key)) put("data." + key, inner, 2);
        }
        preview_.rows.push_back(row_);
    }

    /// Rows before a column was first seen have no cell of it.
    void finish() {
        for (auto& row : preview_.rows) row.resize(preview_.columns.size());
    }

  private:
    void put(const std::string& path, const json& value, std::size_t depth) {
        if (value.is_object() && depth < kDeepestPath) {
            for (const auto& [name, inner] : value.items())
                put(fmt::format("{}.{}", path, name), inner, depth + 1);
            return;
        }
        if (value.is_null() || value.is_structured()) return;
        const auto [known, isNew] = places_.try_emplace(path, preview_.columns.size());
        if (isNew) {
            if (preview_.columns.size() == kMostPreviewColumns) {
                places_.erase(known);
                return;
            }
            preview_.columns.push_back(path);
            row_.emplace_back();
        }
        std::string& cell = row_[known->second];
        if (cell.empty()) cell = value.is_string() ? value.get<std::string>() : value.dump();
    }

    LogFormat format_;
    LogFields fields_;
    LogPreview& preview_;
    std::map<std::string, std::size_t> places_;
    std::vector<std::string> row_;
};

void readObjects(std::string_view text, bool isWhole, JsonLayout layout, std::size_t most, ObjectRows& rows,
                 const LogPreview& preview) {
    std::size_t at = 0;
    while (at < text.size() && preview.rows.size() < most) {
        std::size_t end = 0;
        bool isComplete = false;
        if (layout == JsonLayout::Lines) {
            end = text.find('\n', at);
            isComplete = end != std::string_view::npos || isWhole;
            end = std::min(end, text.size());
        } else {
            at = std::min(text.find('{', at), text.size());
            JsonScan scan;
            for (end = at; end < text.size() && !isComplete;) {
                scan.step(text[end++]);
                isComplete = scan.depth == 0;
            }
        }
        if (!isComplete) return;
        rows.take(text.substr(at, end - at));
        at = layout == JsonLayout::Lines ? end + 1 : end;
    }
}

/// "message.userId" as "user_id": the last part, in small letters, digits and _; with the one before it where
/// that is only "id".
std::string wordOf(std::string_view column) {
    const std::size_t dot = column.rfind('.');
    std::string word;
    bool wasSmall = false;
    for (const char c : column.substr(dot + 1)) {
        const bool isCapital = c >= 'A' && c <= 'Z';
        const bool isSmall = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
        if (isCapital && wasSmall) word += '_';
        wasSmall = isSmall;
        if (isCapital)
            word += static_cast<char>(c - 'A' + 'a');
        else
            word += isSmall ? c : '_';
    }
    if (word == "id" && dot != std::string_view::npos) return wordOf(column.substr(0, dot)) + "_id";
    return word;
}

/// The values of a preview's columns, and what they look like.
class ColumnLook {
  public:
    explicit ColumnLook(const LogPreview& preview) : preview_(preview) {
        for (const std::string& column : preview.columns) words_.push_back(wordOf(column));
    }

    [[nodiscard]] const std::string& word(std::size_t column) const { return words_[column]; }

    /// The first column that has one of the names, the first name first, and passes.
    template <typename Passes>
    std::optional<std::size_t> named(std::span<const std::string_view> names, const Passes& passes) const {
        for (const std::string_view name : names)
            for (std::size_t c = 0; c < words_.size(); ++c)
                if (words_[c] == name && passes(c)) return c;
        return std::nullopt;
    }

    /// Whether this share of the values passes, and there is one: a few bad rows hide no column.
    template <typename Passes>
    bool most(std::size_t column, double share, const Passes& passes) const {
        std::size_t count = 0;
        std::size_t good = 0;
        for (const auto& row : preview_.rows) {
            if (row[column].empty()) continue;
            ++count;
            good += passes(row[column]) ? 1 : 0;
        }
        return good > 0 && static_cast<double>(good) >= share * static_cast<double>(count);
    }

    [[nodiscard]] bool isDate(std::size_t column, double share) const {
        return most(column, share, [](const std::string& value) { return parseTime(value).has_value(); });
    }
    [[nodiscard]] bool isTime(std::size_t column, double share) const {
        return most(column, share, [](const std::string& value) {
            return parseTime(value).has_value() || parseEpoch(value, EpochUnit::Auto).has_value();
        });
    }
    [[nodiscard]] bool isNumber(std::size_t column) const {
        return most(column, kNearlyAll, [](const std::string& value) {
            double number = -1.0;
            const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), number);
            return error == std::errc() && end == value.data() + value.size() && std::isfinite(number) &&
                   number >= 0.0;
        });
    }
    [[nodiscard]] bool isDistinct(std::size_t column) const {
        std::set<std::string_view> seen;
        return most(column, 1.0, [&](const std::string& value) { return seen.insert(value).second; });
    }

  private:
    const LogPreview& preview_;
    std::vector<std::string> words_;
};

constexpr std::array<std::string_view, 24> kSubjects{
    "subject",  "subject_id", "user_id", "user",    "customer_id", "customer",  "account_id",      "account",
    "org_id",   "tenant_id",  "tenant",  "team_id", "team",        "client_id", "organization_id", "client",
    "username", "user_name",  "email",   "who",     "member",      "member_id", "api_key_id",      "api_key"};
constexpr std::array<std::string_view, 15> kTimes{
    "timestamp", "time", "event_time", "occurred_at", "created_at",   "created", "started_at", "start_time",
    "datetime",  "date", "at",         "ts",          "timestamp_ms", "time_ms", "timestamp_s"};
constexpr std::array<std::string_view, 3> kIds{"event_id", "id", "uuid"};
constexpr std::array<std::string_view, 2> kIdsIfDistinct{"request_id", "message_id"};

/// The unit that a name says: "timestamp_ms".
EpochUnit unitOf(const std::string& word) {
    if (word.ends_with("_ms")) return EpochUnit::Milliseconds;
    if (word.ends_with("_us")) return EpochUnit::Microseconds;
    if (word.ends_with("_ns")) return EpochUnit::Nanoseconds;
    if (word.ends_with("_s")) return EpochUnit::Seconds;
    return EpochUnit::Auto;
}

void suggestTime(const LogPreview& preview, const ColumnLook& look, MeterMap& map) {
    auto found = look.named(kTimes, [&](std::size_t c) { return look.isTime(c, kHalf); });
    for (std::size_t c = 0; c < preview.columns.size() && !found; ++c)
        if (look.isDate(c, kNearlyAll)) found = c;
    if (!found) return;
    map.time = preview.columns[*found];
    if (!look.isDate(*found, kHalf)) map.timeUnit = unitOf(look.word(*found));
}

void suggestMeters(const LogPreview& preview, const ColumnLook& look, MeterMap& map) {
    const auto isTaken = [&](const std::string& id) {
        return std::ranges::find(map.meters, id, &MeterRule::id) != map.meters.end();
    };
    const auto isOther = [](const std::string& word) {
        return word == "id" || word.ends_with("_id") || word.ends_with("_at") || word.ends_with("_ms") ||
               word.ends_with("timestamp") || word.ends_with("_pct") || word.ends_with("_minutes") ||
               word.starts_with("price") || word.ends_with("version") || word == "subject" ||
               word == "period_start" || word.empty();
    };
    for (std::size_t c = 0; c < preview.columns.size(); ++c) {
        const std::string& column = preview.columns[c];
        if (column == map.subject || column == map.time || column == map.id || column == map.source) continue;
        const std::string& word = look.word(c);
        if (isOther(word) || isTaken(word) || !look.isNumber(c)) continue;
        MeterRule rule;
        rule.id = word;
        rule.column = column;
        map.meters.push_back(std::move(rule));
    }
    if (preview.format == LogFormat::Windows) return;  // counts are columns there
    MeterRule count;
    count.id = isTaken("requests") ? "events" : "requests";
    count.aggregate = Aggregate::Count;
    if (!isTaken(count.id)) map.meters.push_back(std::move(count));
}

}  // namespace

MeterMap suggestedMap(const LogPreview& preview, MeterMap map) {
    map = withDefaults(std::move(map), preview.format);
    const ColumnLook look(preview);
    if (map.subject.empty() && !map.subjectValue)
        if (const auto found = look.named(kSubjects, [](std::size_t) { return true; }))
            map.subject = preview.columns[*found];
    if (map.time.empty() && !map.timeValue) suggestTime(preview, look, map);
    const bool hasIds = preview.format == LogFormat::Csv || preview.format == LogFormat::Json;
    if (map.id.empty() && hasIds) {
        auto found = look.named(kIds, [](std::size_t) { return true; });
        if (!found) found = look.named(kIdsIfDistinct, [&](std::size_t c) { return look.isDistinct(c); });
        if (found) map.id = preview.columns[*found];
    }
    if (map.meters.empty()) suggestMeters(preview, look, map);
    return map;
}

LogPreviewReading previewLog(const std::string& path, const MeterMap& map, std::size_t most) {
    LogPreviewReading reading;
    std::vector<EventRows> none;
    LogReader reader(path, 1, none);
    const std::string_view head = reader.head();
    const std::string_view text = head.substr(0, kLookedAt);
    const bool isWhole = head.size() <= kLookedAt;
    FoundFormat found = findFormat(head);
    if (map.format) {
        if (isCsv(found.format)) found.layout = JsonLayout::Lines;
        found.format = *map.format;
    }
    LogPreview preview;
    preview.format = found.format;
    if (isCsv(found.format)) {
        const auto csv = readCsvHead(head, map, path, reading.diagnostics);
        if (!csv) return reading;
        preview.columns = csv->columns;
        if (csv->bytes < text.size())
            readCsvRows(text.substr(csv->bytes), isWhole, csv->delimiter, most, preview);
    } else {
        ObjectRows rows(found.format, path, preview);
        readObjects(text, isWhole, found.layout, most, rows, preview);
        rows.finish();
        if (preview.rows.empty()) {
            reading.diagnostics.push_back(
                {Severity::Error,
                 {path, 0, 0},
                 fmt::format("the beginning of the file holds no usage that is read as \"{}\"",
                             nameOf(found.format)),
                 "is it another format?"});
            return reading;
        }
    }
    preview.suggested = suggestedMap(preview, map);
    preview.isUsageTable = found.format == LogFormat::Csv &&
                           (std::ranges::find(preview.columns, "period_start") != preview.columns.end() ||
                            preview.suggested.time.empty());
    reading.preview = std::move(preview);
    return reading;
}

}  // namespace breakeven::core
