#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <nlohmann/json.hpp>

#include "core/metering/json_scan.hpp"
#include "core/metering/log_fields.hpp"
#include "core/metering/log_parser.hpp"

namespace breakeven::core {
namespace {

using nlohmann::json;

constexpr int kDeepest = 64;

bool isTooDeep(std::string_view text) {
    JsonScan scan;
    for (const char c : text) {
        scan.step(c);
        if (scan.depth > kDeepest) return true;
    }
    return false;
}

class JsonParser final : public LogParser {
  public:
    JsonParser(const RowPlan& plan, LogFormat format, JsonLayout layout, const std::string& file)
        : plan_(plan),
          builder_(plan),
          format_(format),
          layout_(layout),
          fields_(format, file),
          slots_(plan.slots.size()),
          texts_(plan.slots.size()) {}

    [[nodiscard]] bool needsOrder() const override {
        return format_ == LogFormat::Codex || layout_ == JsonLayout::Stream;
    }

    void parse(std::string_view buffer, std::size_t begin, std::size_t limit, bool isFinal,
               EventRows& out) override {
        builder_.begin(out);
        out.consumed = begin;
        while (out.consumed < limit && !out.isIncomplete && !out.skipsToLineEnd) {
            if (layout_ == JsonLayout::Lines) {
                takeLine(buffer, isFinal, out);
            } else {
                takeObject(buffer, isFinal, out);
            }
        }
    }

  private:
    void takeLine(std::string_view buffer, bool isFinal, EventRows& out) {
        const std::string_view rest = buffer.substr(out.consumed);
        const std::size_t end = rest.find('\n');
        if (end == std::string_view::npos && !isFinal && rest.size() <= kMostJsonRecordBytes) {
            out.isIncomplete = true;
            return;
        }
        const std::string_view line = rest.substr(0, end);
        if (line.size() > kMostJsonRecordBytes) {
            ++out.rowsRead;
            out.reject({out.lines + 1, 1, RejectReason::TooLong, "the line is longer than 16 MiB"},
                       line.substr(0, kMostJsonRecordBytes));
            out.skipsToLineEnd = end == std::string_view::npos && !isFinal;
        } else if (!std::ranges::all_of(line, isJsonSpace)) {
            takeText(line, out);
        }
        out.lines += end == std::string_view::npos ? 0 : 1;
        out.consumed += end == std::string_view::npos ? rest.size() : end + 1;
    }

    /// The next object of a list, or of a row of objects.
    void takeObject(std::string_view buffer, bool isFinal, EventRows& out) {
        std::size_t at = out.consumed;
        while (at < buffer.size() &&
               (isJsonSpace(buffer[at]) || buffer[at] == ',' || buffer[at] == '[' || buffer[at] == ']')) {
            out.lines += buffer[at] == '\n' ? 1 : 0;
            ++at;
        }
        out.consumed = at;
        if (at == buffer.size()) return;
        JsonScan scan;
        const std::size_t most = std::min(buffer.size(), at + kMostJsonRecordBytes);
        std::size_t end = at;
        // What is no object ends with its line.
        const bool isObject = buffer[at] == '{';
        bool isWhole = false;
        while (end < most && !isWhole) {
            if (isObject) {
                scan.step(buffer[end++]);
                isWhole = scan.depth == 0;
            } else {
                isWhole = buffer[end++] == '\n';
            }
        }
        if (!isWhole && most == buffer.size() && !isFinal) {
            out.isIncomplete = true;
            return;
        }
        const std::string_view text = buffer.substr(at, end - at);
        if (!isWhole && most < buffer.size()) {
            ++out.rowsRead;
            out.reject({out.lines + 1, 1, RejectReason::TooLong, "the object is longer than 16 MiB"}, text);
        } else {
            takeText(text, out);
        }
        out.lines += std::ranges::count(text, '\n');
        out.consumed = end;
    }

    void takeText(std::string_view text, EventRows& out) {
        ++out.rowsRead;
        const auto refuse = [&](RejectReason reason, int column, std::string problem) {
            out.reject({out.lines + 1, column, reason, std::move(problem)}, text);
        };
        if (isTooDeep(text)) {
            refuse(RejectReason::NotJson, 1, fmt::format("brackets are nested more than {} deep", kDeepest));
            return;
        }
        json line;
        try {
            line = json::parse(text);
        } catch (const json::parse_error& error) {
            refuse(RejectReason::NotJson, static_cast<int>(std::min<std::size_t>(error.byte, 1U << 30)),
                   "this is not JSON");
            return;
        } catch (const json::exception&) {
            refuse(RejectReason::NotJson, 1, "a number is out of range");
            return;
        }
        if (!line.is_object()) {
            refuse(RejectReason::NotAnEvent, 1, "this is no JSON object");
            return;
        }
        takeEvent(line, text, out);
    }

    void takeEvent(const json& line, std::string_view text, EventRows& out) {
        const LineFields found = fields_.of(line);
        if (found.kind == LineFields::Kind::NotUsage) {
            ++out.notUsage;
            return;
        }
        if (found.kind == LineFields::Kind::Broken) {
            out.reject({out.lines + 1, 1, RejectReason::NotAnEvent, found.problem}, text);
            return;
        }
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            const auto known = found.fields.find(plan_.slots[i]);
            fill(i, known != found.fields.end() ? &known->second : valueAtPath(line, plan_.slots[i]));
        }
        const auto refusal = builder_.add(slots_, RowBuilder::Texts::Temporary);
        if (refusal)
            out.reject({out.lines + 1, 1, refusal->reason,
                        fmt::format("\"{}\": {}", plan_.slots[refusal->slot], refusal->problem)},
                       text);
    }

    void fill(std::size_t slot, const json* value) {
        SlotValue& out = slots_[slot];
        out.kind = SlotValue::Kind::Absent;
        if (value == nullptr || value->is_null()) return;
        if (value->is_number()) {
            out.kind = SlotValue::Kind::Number;
            out.number = value->get<double>();
            return;
        }
        out.kind = SlotValue::Kind::Text;
        if (value->is_string()) {
            out.text = value->get_ref<const std::string&>();
        } else {
            texts_[slot] = value->dump();
            out.text = texts_[slot];
        }
    }

    const RowPlan& plan_;
    RowBuilder builder_;
    LogFormat format_;
    JsonLayout layout_;
    LogFields fields_;
    std::vector<SlotValue> slots_;
    std::vector<std::string> texts_;
};

}  // namespace

std::unique_ptr<LogParser> makeJsonParser(const RowPlan& plan, LogFormat format, JsonLayout layout,
                                          const std::string& file) {
    return std::make_unique<JsonParser>(plan, format, layout, file);
}

FoundFormat findFormat(std::string_view bytes) {
    FoundFormat found;
    const std::size_t first = bytes.find_first_not_of(" \t\r\n");
    if (first == std::string_view::npos || (bytes[first] != '{' && bytes[first] != '[')) {
        const std::string_view header = bytes.substr(0, bytes.find('\n'));
        const bool isWindows = header.find("client_id") != std::string_view::npos &&
                               header.find("window_start_s") != std::string_view::npos;
        return {isWindows ? LogFormat::Windows : LogFormat::Csv, JsonLayout::Lines};
    }
    found.format = LogFormat::Json;
    const std::size_t lineEnd = bytes.find('\n', first);
    const std::string_view line = bytes.substr(first, lineEnd - first);
    const bool isNextObject = lineEnd != std::string_view::npos && bytes.substr(lineEnd + 1).starts_with('{');
    const bool isOneLine = line.front() == '{' && (isNextObject || json::accept(line));
    found.layout = isOneLine ? JsonLayout::Lines : JsonLayout::Stream;
    // A look at the words of the first 64 KiB is enough: each format has words that the others lack.
    const std::string_view head = bytes.substr(0, 64U << 10);
    const auto has = [&](std::string_view word) { return head.find(word) != std::string_view::npos; };
    if (has("\"specversion\"")) {
        found.format = LogFormat::CloudEvents;
    } else if (has("\"payload\"") &&
               (has("\"turn_context\"") || has("\"session_meta\"") || has("\"token_count\""))) {
        found.format = LogFormat::Codex;
    } else if (has("\"sessionId\"")) {
        found.format = LogFormat::ClaudeCode;
    } else if (has("\"usage\"") || has("\"usageMetadata\"") || has("\"billed_units\"") ||
               has("\"prompt_tokens\"") || has("\"promptTokenCount\"")) {
        found.format = LogFormat::UsageObjects;
    }
    return found;
}

}  // namespace breakeven::core
