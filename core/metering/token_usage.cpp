#include "core/metering/token_usage.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace breakeven::core {
namespace {

using nlohmann::json;
using Count = std::optional<double>;

const json* member(const json& object, const char* key) {
    if (!object.is_object()) return nullptr;
    const auto found = object.find(key);
    return found == object.end() || found->is_null() ? nullptr : &*found;
}

Count number(const json& object, const char* key) {
    const json* found = member(object, key);
    return found != nullptr && found->is_number() ? Count(found->get<double>()) : std::nullopt;
}

Count number(const json& object, const char* outer, const char* key) {
    const json* found = member(object, outer);
    return found == nullptr ? std::nullopt : number(*found, key);
}

/// The whole without its parts, which can't be more than it is.
Count less(Count whole, std::initializer_list<Count> parts) {
    if (!whole) return std::nullopt;
    for (const Count& part : parts) *whole -= part.value_or(0.0);
    return std::max(*whole, 0.0);
}

Count sum(std::initializer_list<Count> parts) {
    Count total;
    for (const Count& part : parts)
        if (part) total = total.value_or(0.0) + *part;
    return total;
}

/// Tokens of audio in a list of {modality, tokenCount}.
Count audioOf(const json& usage, const char* key) {
    const json* list = member(usage, key);
    if (list == nullptr || !list->is_array()) return std::nullopt;
    Count total;
    for (const json& item : *list) {
        const json* modality = member(item, "modality");
        if (modality != nullptr && *modality == "AUDIO")
            total = total.value_or(0.0) + number(item, "tokenCount").value_or(0.0);
    }
    return total;
}

TokenUsage chatUsage(const json& usage) {
    TokenUsage result;
    result.cached = number(usage, "prompt_tokens_details", "cached_tokens");
    if (!result.cached) result.cached = number(usage, "prompt_cache_hit_tokens");
    result.cacheWrite = number(usage, "prompt_tokens_details", "cache_write_tokens");
    result.audioInput = number(usage, "prompt_tokens_details", "audio_tokens");
    result.input =
        less(number(usage, "prompt_tokens"), {result.cached, result.cacheWrite, result.audioInput});
    result.reasoning = number(usage, "completion_tokens_details", "reasoning_tokens");
    result.audioOutput = number(usage, "completion_tokens_details", "audio_tokens");
    result.output = less(number(usage, "completion_tokens"), {result.reasoning, result.audioOutput});
    return result;
}

TokenUsage responsesUsage(const json& usage) {
    TokenUsage result;
    result.cached = number(usage, "input_tokens_details", "cached_tokens");
    if (!result.cached) result.cached = number(usage, "cached_input_tokens");  // Codex logs
    result.audioInput = number(usage, "input_tokens_details", "audio_tokens");
    result.input = less(number(usage, "input_tokens"), {result.cached, result.audioInput});
    result.reasoning = number(usage, "output_tokens_details", "reasoning_tokens");
    if (!result.reasoning) result.reasoning = number(usage, "reasoning_output_tokens");
    result.audioOutput = number(usage, "output_tokens_details", "audio_tokens");
    result.output = less(number(usage, "output_tokens"), {result.reasoning, result.audioOutput});
    return result;
}

TokenUsage anthropicUsage(const json& usage) {
    TokenUsage result;
    result.input = number(usage, "input_tokens");
    result.cached = number(usage, "cache_read_input_tokens");
    result.cacheWrite = number(usage, "cache_creation_input_tokens");
    result.reasoning = number(usage, "output_tokens_details", "thinking_tokens");
    result.output = less(number(usage, "output_tokens"), {result.reasoning});
    return result;
}

TokenUsage googleUsage(const json& usage) {
    TokenUsage result;
    result.cached = number(usage, "cachedContentTokenCount");
    const Count audio = audioOf(usage, "promptTokensDetails");
    // Audio that came from the cache is counted as cached.
    result.audioInput = less(audio, {audioOf(usage, "cacheTokensDetails")});
    result.input = less(sum({number(usage, "promptTokenCount"), number(usage, "toolUsePromptTokenCount")}),
                        {result.cached, result.audioInput});
    result.reasoning = number(usage, "thoughtsTokenCount");
    result.audioOutput = audioOf(usage, "candidatesTokensDetails");
    result.output = less(number(usage, "candidatesTokenCount"), {result.audioOutput});
    return result;
}

TokenUsage bedrockUsage(const json& usage) {
    TokenUsage result;
    result.input = number(usage, "inputTokens");
    result.cached = number(usage, "cacheReadInputTokens");
    result.cacheWrite = number(usage, "cacheWriteInputTokens");
    result.output = number(usage, "outputTokens");
    return result;
}

}  // namespace

std::optional<double> TokenUsage::wholeInput() const {
    return sum({input, cached, cacheWrite, audioInput});
}

std::optional<double> TokenUsage::wholeOutput() const {
    return sum({output, reasoning, audioOutput});
}

std::optional<TokenUsage> readTokenUsage(const json& usage) {
    if (number(usage, "prompt_tokens") || number(usage, "completion_tokens")) return chatUsage(usage);
    if (number(usage, "promptTokenCount") || number(usage, "candidatesTokenCount")) return googleUsage(usage);
    if (number(usage, "inputTokens") || number(usage, "outputTokens")) return bedrockUsage(usage);
    if (const json* billed = member(usage, "billed_units")) {
        TokenUsage result;
        result.input = number(*billed, "input_tokens");
        result.output = number(*billed, "output_tokens");
        return result;
    }
    if (!number(usage, "input_tokens") && !number(usage, "output_tokens")) return std::nullopt;
    const bool isAnthropic =
        usage.contains("cache_creation_input_tokens") || usage.contains("cache_read_input_tokens");
    return isAnthropic ? anthropicUsage(usage) : responsesUsage(usage);
}

}  // namespace breakeven::core
