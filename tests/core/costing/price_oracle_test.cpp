// The prices that a reference implementation (genai-prices 47df840) computes for 1,743 real usages.

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "core/costing/price_import.hpp"
#include "core/metering/byte_input.hpp"
#include "core/text/csv_table.hpp"
#include "core/time/instant.hpp"
#include "tests/support/metering.hpp"

namespace breakeven::core::price_oracle_test {
namespace {

using tests::logPath;

constexpr double kTolerance = 1e-9;  // USD: the README's

std::string unpacked(const std::string& path) {
    ByteInput input(path);
    std::string bytes(8U << 20, '\0');
    bytes.resize(input.read(bytes.data(), bytes.size()));
    return bytes;
}

const PriceList& prices() {
    static const PriceList list = [] {
        const std::string path = logPath("llm-prices/genai_prices_data_slim.json.gz");
        PriceImportReading reading = importPrices(unpacked(path), path, {});
        EXPECT_TRUE(reading.list) << tests::textOf(reading.diagnostics);
        return reading.list.value_or(PriceList{});
    }();
    return list;
}

/// One row of the oracle.
class OracleRow {
  public:
    OracleRow(const CsvTable& table, std::size_t row) : table_(table), row_(row) {}
    [[nodiscard]] std::string text(std::string_view column) const {
        const auto found = std::ranges::find(table_.header, column);
        return table_.rows[row_][static_cast<std::size_t>(found - table_.header.begin())];
    }
    [[nodiscard]] double number(std::string_view column) const {
        const std::string cell = text(column);
        return cell.empty() ? 0.0 : std::stod(cell);
    }
    [[nodiscard]] TokenUsage usage() const {
        TokenUsage usage;
        usage.cached = number("cache_read_tokens");
        usage.cacheWrite = number("cache_write_tokens");
        usage.audioInput = number("input_audio_tokens");
        usage.input = number("input_tokens") - *usage.cached - *usage.cacheWrite - *usage.audioInput;
        usage.reasoning = number("output_reasoning_tokens");
        usage.output = number("output_tokens") - *usage.reasoning;
        return usage;
    }

  private:
    const CsvTable& table_;
    std::size_t row_;
};

CsvTable oracle() {
    const std::string path = logPath("genai-usage-pricing-oracle/oracle.csv");
    CsvReading reading = readCsv(tests::fileText(path), path);
    EXPECT_TRUE(reading.table);
    return reading.table.value_or(CsvTable{});
}

bool isPrice(const OracleRow& row, const std::optional<CallPrice>& price) {
    return price && std::abs(price->input - row.number("input_price_usd")) <= kTolerance &&
           std::abs(price->output - row.number("output_price_usd")) <= kTolerance;
}

/// What became of the oracle's rows.
struct Outcome {
    std::size_t rows = 0;
    std::size_t same = 0;
    std::vector<std::string> others;  ///< "provider model"
};

void add(Outcome& outcome, const OracleRow& row, const PriceLookup& lookup) {
    ++outcome.rows;
    if (lookup.price && isPrice(row, priceOfCall(*lookup.price, row.usage()))) {
        ++outcome.same;
    } else {
        outcome.others.push_back(row.text("provider_id") + " " + row.text("model"));
    }
}

using Names = std::vector<std::string>;

TEST(PriceOracle, GivenModelsWithPlainPrices_WhenPriced_ThenUsagesCostWhatTheReferenceSays) {
    const CsvTable table = oracle();
    ASSERT_EQ(table.rows.size(), 1'743U);
    std::map<std::pair<std::string, std::string>, std::vector<const ListedPrice*>> byName;
    for (const ListedPrice& price : prices().prices) byName[{price.provider, price.model}].push_back(&price);
    Outcome text;
    Outcome audio;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        const OracleRow row(table, r);
        const auto found = byName.find({row.text("provider_id"), row.text("model")});
        if (found == byName.end() || found->second.size() != 1 || found->second[0]->start) continue;
        const PriceLookup lookup =
            findPrice(prices(), row.text("provider_id"), row.text("model"), std::nullopt);
        add(row.number("input_audio_tokens") > 0.0 ? audio : text, row, lookup);
    }
    EXPECT_EQ(text.rows, 326U);  // README
    // One answer of an image model was text, which the reference charges as text and the list does not know.
    EXPECT_EQ(text.same, 325U);
    EXPECT_EQ(text.others, Names{"google gemini-2.5-flash-image"});
    // Audio has a price of its own, which the README's formula leaves out. One call read audio from the
    // cache.
    EXPECT_EQ(audio.rows, 19U);
    EXPECT_EQ(audio.same, 18U);
    EXPECT_EQ(audio.others, Names{"google gemini-2.5-flash"});
}

TEST(PriceOracle, GivenAllUsages_WhenPricedWithNamesTiersAndDates_ThenTheRestIsExplained) {
    const CsvTable table = oracle();
    const auto day = dayOfDate("2026-08-21");  // of the reference's commit
    Outcome listed;
    Outcome azure;
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
        const OracleRow row(table, r);
        PriceLookup lookup = findPrice(prices(), row.text("provider_id"), row.text("model"), day);
        const bool isAzure = row.text("provider_id") == "azure" && !lookup.price;
        // The reference falls back to the maker's own prices for azure; the list does not say to which.
        for (const char* maker : {"openai", "anthropic", "google", "mistral"})
            if (isAzure && !lookup.price) lookup = findPrice(prices(), maker, row.text("model"), day);
        add(isAzure ? azure : listed, row, lookup);
    }
    EXPECT_EQ(azure.same, azure.rows) << ::testing::PrintToString(azure.others);
    EXPECT_EQ(azure.rows, 636U);
    EXPECT_EQ(listed.rows, 1'107U);
    EXPECT_EQ(listed.same, 1'092U);
    std::map<std::string, std::size_t> others;
    for (const std::string& name : listed.others) ++others[name];
    const std::map<std::string, std::size_t> expected{
        // Google's list has no Claude of these names; the reference goes to Anthropic's.
        {"google claude-haiku-4-5-20251001", 5},
        {"google claude-sonnet-5", 3},
        // Models that the list of this provider does not have at all.
        {"aws openai.gpt-5.6-luna", 2},
        {"cerebras qwen-3-coder-480b", 1},
        {"openrouter google/gemini-2.0-flash-exp:free", 1},
        // Priced by the time of day, which a price list of ours does not hold.
        {"deepseek deepseek-r1-distill-llama-70b", 1},
        // Audio read from the cache, and text from an image model: see above.
        {"google gemini-2.5-flash", 1},
        {"google gemini-2.5-flash-image", 1},
    };
    EXPECT_EQ(others, expected);
}

}  // namespace
}  // namespace breakeven::core::price_oracle_test
