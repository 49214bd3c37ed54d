#include "core/metering/token_usage.hpp"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/metering/byte_input.hpp"
#include "core/text/csv_table.hpp"
#include "tests/support/metering.hpp"

namespace breakeven::core::token_usage_test {
namespace {

using nlohmann::json;

TEST(TokenUsage, GivenRealUsageObjects_WhenRead_ThenTheirTotalsAreThoseOfTheReference) {
    const std::string oraclePath = tests::logPath("genai-usage-pricing-oracle/oracle.csv");
    const CsvReading oracle = readCsv(tests::fileText(oraclePath), oraclePath);
    ASSERT_TRUE(oracle.table);
    const auto column = [&](const char* name) {
        return static_cast<std::size_t>(std::ranges::find(oracle.table->header, name) -
                                        oracle.table->header.begin());
    };
    std::map<std::string, std::vector<std::string>>
        expected;  // by body; the first flavour that has all parts
    for (const auto& row : oracle.table->rows) {
        const std::string& key = row[column("body_id")];
        const bool isNative =
            row[column("api_flavor")] != "anthropic" || row[column("provider_id")] == "anthropic";
        if (row[column("api_flavor")] == "embeddings" || !isNative) continue;
        expected.try_emplace(key, row);
    }
    ByteInput input(tests::logPath("genai-usage-pricing-oracle/usage_bodies.jsonl.gz"));
    std::string bytes(1U << 20, '\0');
    bytes.resize(input.read(bytes.data(), bytes.size()));
    std::istringstream lines(bytes);
    std::size_t bodies = 0;
    std::size_t compared = 0;
    std::size_t different = 0;
    for (std::string line; std::getline(lines, line); ++bodies) {
        const json root = json::parse(line);
        const json& body = root.at("body");
        const char* key = body.contains("usage") ? "usage" : body.contains("meta") ? "meta" : "usageMetadata";
        const auto usage = readTokenUsage(body.at(key));
        ASSERT_TRUE(usage) << line;
        const auto row = expected.find(std::to_string(root.at("body_id").get<int>()));
        if (row == expected.end()) continue;
        const auto number = [&](const char* name) {
            const std::string& cell = row->second[column(name)];
            return cell.empty() ? 0.0 : std::stod(cell);
        };
        ++compared;
        const bool isSame = usage->wholeInput().value_or(0.0) == number("input_tokens") &&
                            usage->cached.value_or(0.0) == number("cache_read_tokens") &&
                            usage->cacheWrite.value_or(0.0) == number("cache_write_tokens") &&
                            usage->wholeOutput().value_or(0.0) == number("output_tokens") &&
                            usage->reasoning.value_or(0.0) == number("output_reasoning_tokens");
        different += isSame ? 0 : 1;
        EXPECT_TRUE(isSame) << line;
    }
    EXPECT_EQ(bodies, 788U);  // README
    EXPECT_GT(compared, 600U);
    EXPECT_EQ(different, 0U);
}

TEST(TokenUsage, GivenSomethingElse_WhenRead_ThenThereIsNone) {
    for (const char* text : {"{}", "[]", "null", "3", R"({"input_tokens": "7"})", R"({"usage": {}})"})
        EXPECT_FALSE(readTokenUsage(json::parse(text))) << text;
}

TEST(TokenUsage, GivenPartsAboveTheWhole_WhenRead_ThenThePartLeftIsZero) {
    const auto usage = readTokenUsage(json::parse(
        R"({"prompt_tokens": 5, "completion_tokens": 1, "prompt_tokens_details": {"cached_tokens": 9}})"));
    EXPECT_EQ(usage->input, 0.0);
    EXPECT_EQ(usage->cached, 9.0);
    EXPECT_FALSE(usage->reasoning);
}

}  // namespace
}  // namespace breakeven::core::token_usage_test
