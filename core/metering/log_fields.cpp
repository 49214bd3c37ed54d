#include "core/metering/log_fields.hpp"

#include <fmt/format.h>

#include "core/metering/token_usage.hpp"

namespace breakeven::core {
namespace {

using nlohmann::json;
using Fields = LineFields::Fields;

const json* member(const json& object, std::string_view key) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

std::string wordAt(const json& root, std::string_view path) {
    const json* found = valueAtPath(root, path);
    return found != nullptr && found->is_string() ? found->get<std::string>() : "";
}

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

LineFields cloudEventFields(const json& line) {
    LineFields result;
    for (const char* key : {"specversion", "id", "source", "type"}) {
        if (wordAt(line, key).empty())
            return {LineFields::Kind::Broken, fmt::format("the event has no \"{}\"", key), {}};
    }
    if (const std::string version = wordAt(line, "specversion"); version != "1.0")
        return {
            LineFields::Kind::Broken, fmt::format("CloudEvents {} is not offered, only 1.0", version), {}};
    if (const json* data = member(line, "data"); data != nullptr && data->is_object()) {
        for (const auto& [key, value] : data->items())
            if (!line.contains(key)) result.fields[key] = value;
    }
    return result;
}

LineFields claudeFields(const json& line) {
    LineFields result;
    const json* usage = valueAtPath(line, "message.usage");
    const auto tokens = usage == nullptr ? std::nullopt : readTokenUsage(*usage);
    const std::string model = wordAt(line, "message.model");
    if (!tokens || model == "<synthetic>") return {LineFields::Kind::NotUsage, "", {}};
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
    if (!tokens) return {LineFields::Kind::NotUsage, "", {}};
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

}  // namespace

const json* valueAtPath(const json& root, std::string_view path) {
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

LineFields LogFields::codexFields(const json& line) {
    LineFields none{LineFields::Kind::NotUsage, "", {}};
    const std::string type = wordAt(line, "type");
    if (type == "turn_context") model_ = wordAt(line, "payload.model");
    if (type == "session_meta" && !wordAt(line, "payload.id").empty()) session_ = wordAt(line, "payload.id");
    if (type != "event_msg" || wordAt(line, "payload.type") != "token_count") return none;
    const json* total = valueAtPath(line, "payload.info.total_token_usage");
    const json* last = valueAtPath(line, "payload.info.last_token_usage");
    json difference;
    if (last == nullptr && total != nullptr) {
        difference = *total;
        for (auto& [key, value] : difference.items()) {
            const json* before = member(total_, key);
            if (!value.is_number() || before == nullptr || !before->is_number()) continue;
            // A total below the one before began anew.
            const double more = value.get<double>() - before->get<double>();
            if (more >= 0.0) value = more;
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

LineFields LogFields::of(const json& line) {
    switch (format_) {
        case LogFormat::CloudEvents:
            return cloudEventFields(line);
        case LogFormat::ClaudeCode:
            return claudeFields(line);
        case LogFormat::Codex:
            return codexFields(line);
        case LogFormat::UsageObjects:
            return usageFields(line);
        default:
            return {};
    }
}

}  // namespace breakeven::core
