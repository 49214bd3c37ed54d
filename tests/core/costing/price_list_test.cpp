#include "core/costing/price_list.hpp"

#include <gtest/gtest.h>

#include "core/costing/price_import.hpp"
#include "core/metering/byte_input.hpp"
#include "core/scenario/scenario_reader.hpp"
#include "core/time/instant.hpp"
#include "tests/support/metering.hpp"

namespace breakeven::core::price_list_test {
namespace {

using tests::logPath;
using tests::textOf;

PriceList imported(const std::string& name, const PriceImport& how = {}) {
    ByteInput input(logPath(name));
    std::string bytes(8U << 20, '\0');
    bytes.resize(input.read(bytes.data(), bytes.size()));
    PriceImportReading reading = importPrices(bytes, name, how);
    EXPECT_TRUE(reading.list) << textOf(reading.diagnostics);
    return reading.list.value_or(PriceList{});
}

double millionOf(const PriceLookup& lookup, PriceKind kind) {
    EXPECT_TRUE(lookup.price) << lookup.why.problem;
    if (!lookup.price) return -1.0;
    const ListedPrice& price = lookup.price->tiers.front();
    return amountOf(price, kind).value_or(-1.0) * 1e6 / price.per;
}

TEST(PriceList, GivenTwoSnapshots_WhenAskedForADay_ThenThatDaysPriceIsTaken) {
    PriceList list =
        imported("llm-prices/model_prices_2025-01-13.json.gz", {"USD", dayOfDate("2025-01-13"), {}});
    const PriceList later =
        imported("llm-prices/model_prices_2025-03-03.json.gz", {"USD", dayOfDate("2025-03-03"), {}});
    list.prices.insert(list.prices.end(), later.prices.begin(), later.prices.end());
    const auto input = [&](const char* model, const char* day) {
        return millionOf(findPrice(list, "", model, dayOfDate(day)), PriceKind::Input);
    };
    // README: deepseek/deepseek-chat went from 0.14 to 0.27 USD per million, o1-mini from 3 to 1.1.
    EXPECT_NEAR(input("deepseek/deepseek-chat", "2025-03-02"), 0.14, 1e-12);
    EXPECT_NEAR(input("deepseek/deepseek-chat", "2025-03-03"), 0.27, 1e-12);
    EXPECT_NEAR(input("o1-mini", "2025-02-01"), 3.0, 1e-12);
    EXPECT_NEAR(input("o1-mini", "2026-01-01"), 1.1, 1e-12);
    EXPECT_EQ(findPrice(list, "", "o1-mini", dayOfDate("2024-12-31")).why.problem,
              "the prices of \"o1-mini\" begin on 2025-01-13, after 2024-12-31");
}

TEST(PriceList, GivenTheFlatExtract_WhenImported_ThenItSaysTheSameAsTheJson) {
    const PriceList flat = imported("llm-prices/prices_usd_per_token.csv");
    EXPECT_EQ(flat.prices.size(), 1'254U);  // README
    const PriceList json =
        imported("llm-prices/model_prices_2025-01-13.json.gz", {"USD", dayOfDate("2025-01-13"), {}});
    std::size_t compared = 0;
    for (const ListedPrice& row : flat.prices) {
        if (row.start != dayOfDate("2025-01-13")) continue;
        const auto same = std::ranges::find_if(json.prices, [&](const ListedPrice& price) {
            return price.model == row.model && price.provider == row.provider && price.above == 0.0;
        });
        ASSERT_NE(same, json.prices.end()) << row.model;
        ++compared;
        for (const PriceKind kind : {PriceKind::Input, PriceKind::Output, PriceKind::CacheWrite})
            EXPECT_EQ(same->amounts[static_cast<std::size_t>(kind)],
                      row.amounts[static_cast<std::size_t>(kind)])
                << row.model;
    }
    EXPECT_GT(compared, 500U);
}

TEST(PriceList, GivenTiersAndDates_WhenImported_ThenLongCallsAndLaterDaysHaveTheirPrices) {
    const PriceList list = imported("llm-prices/genai_prices_data_slim.json.gz");
    const PriceLookup before = findPrice(list, "anthropic", "claude-opus-4-6", dayOfDate("2026-03-12"));
    ASSERT_TRUE(before.price);
    EXPECT_EQ(before.price->tiers.size(), 2U);
    const auto cost = [](const PriceLookup& lookup, double input) {
        TokenUsage usage;
        usage.input = input;
        usage.output = 1000.0;
        return priceOfCall(*lookup.price, usage)->total();
    };
    // claude-opus-4-6 in the file: 5 and 25 USD per million, 10 and 37.5 beyond 200,000 tokens, until
    // 2026-03-13.
    EXPECT_NEAR(cost(before, 200'000), 1.0 + 0.025, 1e-12);
    EXPECT_NEAR(cost(before, 200'001), 2.00001 + 0.0375, 1e-12);
    const PriceLookup after = findPrice(list, "anthropic", "claude-opus-4-6", dayOfDate("2026-03-13"));
    EXPECT_NEAR(cost(after, 400'000), 2.0 + 0.025, 1e-12);
    EXPECT_EQ(readPriceList(priceListCsv(list), "p.csv").list, list);
}

TEST(PriceList, GivenAModelThatIsMissing_WhenLookedUp_ThenTheNearestNamesAreTold) {
    const PriceList list = imported("llm-prices/genai_prices_data_slim.json.gz");
    const PriceLookup lookup = findPrice(list, "openai", "gpt4o-mini", {});
    EXPECT_EQ(lookup.why.problem, "the price list has no model \"gpt4o-mini\" of \"openai\"");
    EXPECT_NE(lookup.why.remedy.find("\"gpt-4o-mini\""), std::string::npos) << lookup.why.remedy;
}

TEST(PriceList, GivenSeveralProviders_WhenTheyDiffer_ThenOneMustBeNamed) {
    const std::string csv =
        "provider,model,currency,per,input\nx,m,USD,1,1\ny,m,USD,1,2\nx,n,USD,1,3\ny,n,USD,1,3\n";
    const PriceList list = *readPriceList(csv, "p.csv").list;
    EXPECT_EQ(findPrice(list, "", "m", {}).why.problem, "several providers price \"m\" differently");
    EXPECT_EQ(findPrice(list, "", "m", {}).why.remedy, "say which provider: \"x\", \"y\"");
    EXPECT_TRUE(findPrice(list, "y", "m", {}).price);
    EXPECT_TRUE(findPrice(list, "", "n", {}).price);
}

struct Bad {
    std::string bytes;
    std::string said;
};

TEST(PriceList, GivenBadLists_WhenImported_ThenTheErrorHasItsPlace) {
    const std::vector<Bad> cases{
        {"", "p: error: the file is empty\n  hint: name a price list\n"},
        {"{\"a\":", "p:1:6: error: this is not JSON\n  hint: fetch the file again\n"},
        {"{\"m\": {\"input_cost_per_token\": -1}}",
         "p: error: model \"m\": input_cost_per_token is no price of at least 0\n"
         "  hint: mend or remove it in the file\n"},
        {"{\"m\": {\"mode\": \"chat\"}}",
         "p: error: it holds no prices per token\n"
         "  hint: name a price list of the forms that --help lists\n"},
        {"\xE4", "p:1:1: error: this is not UTF-8 text\n  hint: save the file as UTF-8\n"},
        {"name,input\nm,1\n",
         "p:1:1: error: there is no column \"model\"\n  hint: name the columns model, input, output …\n"},
        {"model,input,start\nm,one,2026-01-01\nm,1,soon\n",
         "p:2:3: error: column \"input\": \"one\" is no number of at least 0\n"
         "  hint: write such as 2.5, or leave it empty\n"
         "p:3:5: error: column \"start\": \"soon\" is no date\n  hint: write 2026-01-31\n"},
    };
    for (const Bad& item : cases) {
        const PriceImportReading reading = importPrices(item.bytes, "p", {});
        EXPECT_FALSE(reading.list);
        EXPECT_EQ(textOf(reading.diagnostics), item.said);
    }
}

const std::string kScenario = R"(format = 1
name = "listed"
currency = "USD"
[[meter]]
id = "out"
[[segment]]
id = "s"
[segment.usage.out]
distribution = "constant"
value = 1_000
[cost]
price_list = "p.csv"
model = "big"
price_date = 2026-02-01
[[cost.rate]]
meter = "out"
kind = "reasoning"
[[plan]]
id = "p"
fee = 1
)";

ScenarioReading scenarioWith(const std::string& csv, const std::string& text = kScenario) {
    return readScenarioText(text, "s.toml", {}, [&](const std::string&) { return csv; });
}

TEST(PriceList, GivenAScenarioThatNamesOne_WhenRead_ThenItsRateIsThatOfModelAndDay) {
    const std::string csv =
        "provider,model,match,start,currency,per,input,output\n"
        "m,big,big-*,2026-01-01,USD,1000000,5,25\nm,big,big-*,2026-02-02,USD,1000000,4,20\n";
    const ScenarioReading reading = scenarioWith(csv);
    ASSERT_TRUE(reading.scenario) << textOf(reading.diagnostics);
    EXPECT_EQ(reading.scenario->cost.rates[0].amount.base, 25.0);  // reasoning is charged as output
    EXPECT_EQ(reading.scenario->cost.rates[0].per.base, 1e6);
    ASSERT_EQ(reading.scenario->inputs.size(), 1U);  // kept with the run, and part of its hash
    EXPECT_EQ(reading.scenario->inputs[0].name, "p.csv");
}

TEST(PriceList, GivenAScenarioItDoesNotFit_WhenRead_ThenItIsRefused) {
    const std::vector<Bad> cases{
        {"model,currency,output\nbigger,USD,1\n",
         "s.toml:13:9: error: p.csv: the price list has no model \"big\"\n  hint: did you mean "
         "\"bigger\"?\n"},
        {"model,currency,output\nbig,EUR,1\n",
         "s.toml:13:9: error: p.csv: \"big\" is priced in EUR, the scenario is in USD\n"
         "  hint: import a list in the scenario's currency, or change the scenario's\n"},
        {"model,currency,input\nbig,USD,1\n",
         "s.toml:17:8: error: p.csv: \"big\" has no price of the kind reasoning\n"
         "  hint: choose another kind, or give per and amount\n"},
        {"model,start,currency,output\nbig,2026-03-01,USD,1\n",
         "s.toml:13:9: error: p.csv: the prices of \"big\" begin on 2026-03-01, after 2026-02-01\n"
         "  hint: choose a later date, or import an older list beside this one\n"},
    };
    for (const Bad& item : cases) {
        const ScenarioReading reading = scenarioWith(item.bytes);
        EXPECT_FALSE(reading.scenario);
        EXPECT_EQ(textOf(reading.diagnostics), item.said);
    }
}

}  // namespace
}  // namespace breakeven::core::price_list_test
