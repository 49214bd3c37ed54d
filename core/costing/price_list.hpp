#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/metering/token_usage.hpp"
#include "core/text/csv_table.hpp"

namespace breakeven::core {

/// What is priced apart. The parts of a call's usage that have no price of their own are charged as the kind
/// they are part of: cached, cache-write and audio input as input, reasoning and audio output as output.
enum class PriceKind { Input, Cached, CacheWrite, Output, Reasoning, AudioInput, AudioOutput, Request };
inline constexpr std::size_t kPriceKinds = 8;

/// Name in files: "cache_write".
[[nodiscard]] std::string_view nameOf(PriceKind kind);
[[nodiscard]] std::optional<PriceKind> priceKindOf(std::string_view name);

/// Prices of a model from a day on.
struct ListedPrice {
    std::string provider;
    std::string model;
    std::string match;  ///< further names of the model: patterns with *, between |; may be empty
    std::optional<std::int32_t> start;  ///< first day, days since 1970-01-01; none: since ever
    double above = 0.0;    ///< holds for calls of more input tokens than this, for all their tokens
    std::string currency;  ///< ISO 4217
    double per = 1.0;      ///< > 0: amounts are for this many tokens; that of a request for one
    std::array<std::optional<double>, kPriceKinds> amounts;  ///< >= 0; none: no price of its own
    bool operator==(const ListedPrice&) const = default;
};

struct PriceList {
    std::vector<ListedPrice> prices;
    bool operator==(const PriceList&) const = default;
};

/// What reading a list gave; no list when any diagnostic is an error.
struct PriceListReading {
    std::optional<PriceList> list;
    std::vector<Diagnostic> diagnostics;
};

/// Reads a price list CSV as priceListCsv writes it. Columns may stand in any order, and those not needed may
/// be missing: provider, model, match, start (YYYY-MM-DD), above, currency, per, and one per kind.
[[nodiscard]] PriceListReading readPriceList(std::string_view bytes, const std::string& file);

/// The same from cells at hand: their places are looked up for cells that stand in the file.
[[nodiscard]] PriceListReading readPriceTable(const CsvTable& table, const std::string& file);

/// CSV with all columns, rows as they stand.
[[nodiscard]] std::string priceListCsv(const PriceList& list);

/// What a list says of one model on one day: the price of every size of call, by `above`.
struct ModelPrice {
    std::vector<ListedPrice> tiers;  ///< at least one, ascending
};

/// Why there is none.
struct PriceProblem {
    std::string problem;
    std::string remedy;
};

struct PriceLookup {
    std::optional<ModelPrice> price;  ///< or:
    PriceProblem why;
};

/// The prices of a model on a day: of its rows those with the latest start not after it. The model is found
/// by its name, else by the first row whose name or patterns it fits, capitals or not. Problems: no such
/// model (with the nearest names), several providers with different prices, no price as early as that.
///
/// @param provider  empty: any, when it makes no difference
/// @param day       days since 1970-01-01; none: the newest
[[nodiscard]] PriceLookup findPrice(const PriceList& list, std::string_view provider, std::string_view model,
                                    std::optional<std::int32_t> day);

/// The amount for one unit of a kind: its own, else that of the kind it is part of. None when neither is
/// there.
[[nodiscard]] std::optional<double> amountOf(const ListedPrice& price, PriceKind kind);

/// What one call costs at list price.
struct CallPrice {
    double input = 0.0;   ///< all parts of the input, currency units
    double output = 0.0;  ///< all parts of the output
    double request = 0.0;
    [[nodiscard]] double total() const { return input + output + request; }
};

/// Prices one call; its whole input picks the tier. None when a part was used that has no price.
[[nodiscard]] std::optional<CallPrice> priceOfCall(const ModelPrice& price, const TokenUsage& usage);

}  // namespace breakeven::core
