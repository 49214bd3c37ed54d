#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace breakeven::core {

/// The token counts of one model call, split into parts that are priced apart and add up to all tokens. None:
/// not reported, which is not zero.
struct TokenUsage {
    std::optional<double> input;       ///< neither cached nor written to the cache nor audio
    std::optional<double> cached;      ///< read from the prompt cache
    std::optional<double> cacheWrite;  ///< written to the prompt cache
    std::optional<double> output;      ///< visible: neither reasoning nor audio
    std::optional<double> reasoning;
    std::optional<double> audioInput;
    std::optional<double> audioOutput;
    bool operator==(const TokenUsage&) const = default;

    /// The sum of the parts of the input that are reported; none when no part is.
    [[nodiscard]] std::optional<double> wholeInput() const;
    [[nodiscard]] std::optional<double> wholeOutput() const;
};

/// Reads a provider's own usage object:
/// - OpenAI chat and those like it: prompt_tokens, completion_tokens, with details (the whole includes them);
/// - OpenAI responses: input_tokens, output_tokens with input_tokens_details (the whole includes them);
/// - Anthropic: input_tokens beside cache_creation_input_tokens and cache_read_input_tokens (not included);
/// - Google: promptTokenCount (includes the cached), toolUsePromptTokenCount and thoughtsTokenCount (beside);
/// - Bedrock: inputTokens beside cacheReadInputTokens and cacheWriteInputTokens; Cohere: billed_units.
/// None when it is none of these.
[[nodiscard]] std::optional<TokenUsage> readTokenUsage(const nlohmann::json& usage);

}  // namespace breakeven::core
