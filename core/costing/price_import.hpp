#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/costing/price_list.hpp"

namespace breakeven::core {

/// What a published price list does not say itself.
struct PriceImport {
    std::string currency = "USD";
    std::optional<std::int32_t> start;  ///< first day of prices that name none, days since 1970-01-01
    std::optional<double> per;  ///< tokens that amounts of a CSV are for, where no column says it; default 1
};

/// What importing gave; no list when any diagnostic is an error. Warnings say what was left out.
struct PriceImportReading {
    std::optional<PriceList> list;
    std::vector<Diagnostic> diagnostics;
    std::size_t skipped = 0;  ///< entries without any price per token or request, such as image models
};

/// Reads a published price list, its form found by content:
/// - JSON object of models with input_cost_per_token … (USD per token; LiteLLM, tokencost), with prices above
///   a length of the input;
/// - JSON list of providers with models and prices per million tokens (genai-prices), with tiers, first days
///   and further names; prices by time of day and names by regular expression are left out, with a warning;
/// - CSV with model and a column per kind (input, cached or cached_input, cache_write, output, …), and
///   provider, start or snapshot_date, currency, per where there are such columns.
[[nodiscard]] PriceImportReading importPrices(std::string_view bytes, const std::string& file,
                                              const PriceImport& how);

}  // namespace breakeven::core
