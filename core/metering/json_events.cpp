#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>

#include "core/metering/log_parser.hpp"
#include "core/metering/token_usage.hpp"

namespace breakeven::core {
namespace {

using nlohmann::json;

constexpr int kDeepest = 64;

/// Steps over JSON text, knowing strings from structure.
struct JsonScan {
    int depth = 0;
    bool isInString = false;
    bool isEscaped = false;
    void step(char c) {
        if (isInString) {
            if (isEscaped) {
                isEscaped = false;
            } else if (c == '\\') {
                isEscaped = true;
            } else if (c == '"') {
                isInString = false;
            }
        } else if (c == '"') {
            isInString = true;
        } else if (c == '{' || c == '[') {
            ++depth;
        } else if (c == '}' || c == ']') {
            --depth;
        }
    }
};

bool isTooDeep(std::string_view text) {
    JsonScan scan;
    for (const char c : text) {
        scan.step(c);
        if (scan.depth > kDeepest) return true;
    }
    return false;
}

bool isSpace(char c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

const json* member(const json& object, std::string_view key) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

/// A value under a dotted path; a key that holds the dots itself goes first.
const json* atPath(const json& root, std::string_view path) {
    if (const json* found = member(root, path)) return found;
    const json* at = &root;
    while (at != nullptr) {
        const std::size_t dot = path.find('.');
        at = member(*at, path.substr(0, dot));
        if (dot == std::string_view::npos) return at;
        path.remove_prefix(dot + 1);
    }
    return nullptr;
}

std::string wordAt(const json& root, std::string_view path) {
    const json* found = atPath(root, path);
    return found != nullptr && found->is_string() ? found->get<std::string>() : "";
}

/// Names that a log format gives to what it holds; other names are paths into the line.
using Fields = std::map<std::string, json, std::less<>>;

void put(Fields& fields, const char* name, const std::optional<double>& value) {
    if (value) fields[name] = *value;
}

void putUsage(Fields& fields, const TokenUsage& usage) {
    put(fields, "input_tokens", usage.input);
    put(fields, "cached_tokens", usage.cached);
    put(fields, "cache_write_tokens", usage.cacheWrite);
    put(fields, "output_tokens", usage.output);
    put(fields, "reasoning_tokens", usage.reasoning);
    put(fields, "audio_input_tokens", usage.audioInput);
    put(fields, "audio_output_tokens", usage.audioOutput);
}

enum class EventLineKind { Usage, NotUsage, Broken };

struct LineFields {
    EventLineKind kind = EventLineKind::Usage;
    std::string problem;  ///< of Broken
    Fields fields;
};

LineFields cloudEventFields(const json& line) {
    LineFields result;
    for (const char* key : {"specversion", "id", "source", "type"}) {
        if (wordAt(line, key).empty())
            return {EventLineKind::Broken, fmt::format("the event has no \"{}\"", key), {}};
    }
    if (const std::string version = wordAt(line, "specversion"); version != "1.0")
        return {EventLineKind::Broken, fmt::format("CloudEvents {} is not offered, only 1.0", version), {}};
    if (const json* data = member(line, "data"); data != nullptr && data->is_object()) {
        for (const auto& [key, value] : data->items())
            if (!line.contains(key)) result.fields[key] = value;
    }
    return result;
}

LineFields claudeFields(const json& line) {
    LineFields result;
    const json* usage = atPath(line, "message.usage");
    const auto tokens = usage == nullptr ? std::nullopt : readTokenUsage(*usage);
    const std::string model = wordAt(line, "message.model");
    if (!tokens || model == "<synthetic>") return {EventLineKind::NotUsage, "", {}};
    putUsage(result.fields, *tokens);
    result.fields["model"] = model;
    result.fields["session"] = wordAt(line, "sessionId");
    const std::string message = wordAt(line, "message.id");
    if (!message.empty()) result.fields["event_id"] = message + ":" + wordAt(line, "requestId");
    if (const json* cost = member(line, "costUSD")) result.fields["cost_usd"] = *cost;
    return result;
}

LineFields usageFields(const json& line) {
    LineFields result;
    const json* body = &line;
    for (const char* key : {"body", "response", "message"})
        if (const json* inner = member(*body, key); inner != nullptr && inner->is_object()) body = inner;
    const json* usage = nullptr;
    for (const char* key : {"usage", "usageMetadata", "meta"})
        if (usage == nullptr) usage = member(*body, key);
    const auto tokens = readTokenUsage(usage == nullptr ? *body : *usage);
    if (!tokens) return {EventLineKind::NotUsage, "", {}};
    putUsage(result.fields, *tokens);
    std::string model = wordAt(*body, "model");
    if (model.empty()) model = wordAt(*body, "modelVersion");
    if (model.empty()) model = wordAt(line, "model");
    if (!model.empty()) result.fields["model"] = model;
    for (const char* key : {"time", "timestamp", "created", "created_at", "createTime"}) {
        const json* found = member(line, key) != nullptr ? member(line, key) : member(*body, key);
        if (found != nullptr && !result.fields.contains("time")) result.fields["time"] = *found;
    }
    for (const char* key : {"id", "responseId"})
        if (const json* found = member(*body, key)) result.fields["event_id"] = *found;
    return result;
}

/// Codex says the model, the session and running totals in lines of their own.
class CodexState {
  public:
    explicit CodexState(std::string file) : session_(std::move(file)) {}

    LineFields fields(const json& line) {
        const LineFields none{EventLineKind::NotUsage, "", {}};
        const std::string type = wordAt(line, "type");
        if (type == "turn_context") model_ = wordAt(line, "payload.model");
        if (type == "session_meta" && !wordAt(line, "payload.id").empty())
            session_ = wordAt(line, "payload.id");
        if (type != "event_msg" || wordAt(line, "payload.type") != "token_count") return none;
        const json* total = atPath(line, "payload.info.total_token_usage");
        const json* last = atPath(line, "payload.info.last_token_usage");
        json difference;
        if (last == nullptr && total != nullptr) {
            difference = *total;
            for (auto& [key, value] : difference.items()) {
                const json* before = member(total_, key);
                if (value.is_number() && before != nullptr && before->is_number())
                    value = value.get<double>() - before->get<double>();
            }
            last = &difference;
        }
        if (total != nullptr) total_ = *total;
        const auto tokens = last == nullptr ? std::nullopt : readTokenUsage(*last);
        if (!tokens) return none;
        LineFields result;
        putUsage(result.fields, *tokens);
        const std::string model = wordAt(line, "payload.info.model");
        result.fields["model"] = model.empty() ? (model_.empty() ? "unknown" : model_) : model;
        result.fields["session"] = session_;
        // The client repeats a count when something else of it changes; the running total then stays.
        if (total != nullptr) result.fields["event_id"] = total->dump();
        return result;
    }

  private:
    std::string session_;
    std::string model_;
    json total_;
};

class JsonParser final : public LogParser {
  public:
    JsonParser(const RowPlan& plan, LogFormat format, JsonLayout layout, const std::string& file)
        : plan_(plan),
          builder_(plan),
          format_(format),
          layout_(layout),
          codex_(file),
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
        } else if (!std::ranges::all_of(line, isSpace)) {
            takeText(line, out);
        }
        out.lines += end == std::string_view::npos ? 0 : 1;
        out.consumed += end == std::string_view::npos ? rest.size() : end + 1;
    }

    /// The next object of a list, or of a row of objects.
    void takeObject(std::string_view buffer, bool isFinal, EventRows& out) {
        std::size_t at = out.consumed;
        while (at < buffer.size() &&
               (isSpace(buffer[at]) || buffer[at] == ',' || buffer[at] == '[' || buffer[at] == ']')) {
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

    LineFields fieldsOf(const json& line) {
        switch (format_) {
            case LogFormat::CloudEvents:
                return cloudEventFields(line);
            case LogFormat::ClaudeCode:
                return claudeFields(line);
            case LogFormat::Codex:
                return codex_.fields(line);
            case LogFormat::UsageObjects:
                return usageFields(line);
            default:
                return {};
        }
    }

    void takeEvent(const json& line, std::string_view text, EventRows& out) {
        const LineFields found = fieldsOf(line);
        if (found.kind == EventLineKind::NotUsage) {
            ++out.notUsage;
            return;
        }
        if (found.kind == EventLineKind::Broken) {
            out.reject({out.lines + 1, 1, RejectReason::NotAnEvent, found.problem}, text);
            return;
        }
        for (std::size_t i = 0; i < slots_.size(); ++i) {
            const auto known = found.fields.find(plan_.slots[i]);
            fill(i, known != found.fields.end() ? &known->second : atPath(line, plan_.slots[i]));
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
    CodexState codex_;
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
