// Totals of published logs. Numbers that a data set's README tells are marked; the others were made with
// pandas.

#include <gtest/gtest.h>

#include <map>
#include <set>

#include "core/costing/price_list.hpp"
#include "tests/support/metering.hpp"

namespace breakeven::core::datasets_test {
namespace {

using tests::logPath;
using tests::metered;
using tests::total;
using tests::value;

constexpr double kCent = 0.005;  // the READMEs round money to cents

TEST(MeteredLog, GivenTheAzureTrace_WhenMetered_ThenAllItsRowsCountWithSevenDecimalsOfASecond) {
    const Metering log = metered({logPath("azure-llm-2023-conv/azure_llm_2023_conv.csv.gz")}, R"(
subject_value = "azure-conv"
time = "TIMESTAMP"
[[meter]]
id = "requests"
aggregate = "count"
[[meter]]
id = "input_tokens"
column = "ContextTokens"
[[meter]]
id = "output_tokens"
column = "GeneratedTokens"
)");
    EXPECT_EQ(log.report.used, 19'366U);  // README
    EXPECT_EQ(total(log, "requests"), 19'366.0);
    EXPECT_EQ(total(log, "input_tokens"), 22'361'870.0);
    EXPECT_EQ(total(log, "output_tokens"), 4'088'665.0);
    EXPECT_EQ(instantText(*log.report.first), "2023-11-16T18:15:46.68059Z");  // README
    EXPECT_EQ(instantText(*log.report.last), "2023-11-16T19:14:08.402527Z");
}

TEST(MeteredLog, GivenACodexSubscriber_WhenMetered_ThenPartsAreApartAndGaugesAreNotSummed) {
    const Metering log = metered({logPath("codex-pro-subscriber/usage_events.csv.gz")}, R"(
subject = "user_id"
time = "timestamp"
id = "event_id"
[[meter]]
id = "requests"
aggregate = "count"
[[meter]]
id = "uncached_tokens"
column = "input_tokens"
minus = "cached_input_tokens"
[[meter]]
id = "cached_tokens"
column = "cached_input_tokens"
[[meter]]
id = "visible_tokens"
column = "output_tokens"
minus = "reasoning_tokens"
[[meter]]
id = "reasoning_tokens"
[[meter]]
id = "sessions"
aggregate = "unique"
column = "session_id"
[[meter]]
id = "window_peak"
aggregate = "max"
column = "window1_used_pct"
)");
    EXPECT_EQ(log.report.used, 1'933U);                              // README
    EXPECT_EQ(value(log, "sub02", "2026-07-01", "requests"), 28.0);  // README
    EXPECT_EQ(total(log, "requests") - 28.0, 1'905.0);               // README
    EXPECT_EQ(*value(log, "sub01", "2026-05-01", "uncached_tokens") +
                  *value(log, "sub01", "2026-05-01", "cached_tokens"),
              22'577'665.0);
    EXPECT_EQ(total(log, "uncached_tokens"), 5'542'738.0);
    EXPECT_EQ(total(log, "visible_tokens"), 395'796.0);
    EXPECT_EQ(value(log, "sub01", "2026-05-01", "reasoning_tokens"), 19'228.0);
    EXPECT_EQ(total(log, "window_peak"), 100.0);
    EXPECT_EQ(log.report.subjects, 2U);
    const Metering sessions = metered({logPath("codex-pro-subscriber/session_totals.csv")}, R"(
subject = "session_id"
time = "totals_at"
[[meter]]
id = "tokens"
column = "total_input_tokens"
)");
    EXPECT_EQ(sessions.report.used, 17U);  // README; its session s012 ran 982 million tokens with its output
    EXPECT_NEAR(total(sessions, "tokens"), 1'130'061'921.0, 0.0);
}

/// List prices of the team's README: USD per million of input, cache write, cache read, output.
ListedPrice listed(double input, double write, double read, double output) {
    ListedPrice price;
    price.per = 1e6;
    price.amounts = {input, read, write, output, {}, {}, {}, {}};
    return price;
}

TEST(MeteredLog, GivenACodingTeam_WhenMeteredByDayAndModel_ThenItsListPriceIsThatOfTheReadme) {
    MeterJob job;
    job.files = {logPath("coding-agent-team/usage_events.csv.gz")};
    job.period = PeriodKind::Day;
    job.map = tests::mapOf(R"(
subject = "user_id"
time = "timestamp"
id = "event_id"
[[meter]]
id = "input"
column = "input_tokens"
group_by = "model"
[[meter]]
id = "cache_write"
column = "cache_write_tokens"
group_by = "model"
[[meter]]
id = "cached"
column = "cache_read_tokens"
group_by = "model"
[[meter]]
id = "output"
column = "output_tokens_logged"
at_least = "output_chars"
at_least_factor = 0.25
group_by = "model"
[[meter]]
id = "sessions"
aggregate = "unique"
column = "session_id"
)");
    const Metering log = metered(job);
    EXPECT_EQ(log.report.used, 20'979U);  // README
    EXPECT_EQ(log.report.subjects, 8U);   // README
    const std::map<std::string, ListedPrice> prices{{"claude-opus-4-5-20251101", listed(5, 6.25, 0.5, 25)},
                                                    {"claude-opus-4-6", listed(5, 6.25, 0.5, 25)},
                                                    {"claude-sonnet-4-5-20250929", listed(3, 3.75, 0.3, 15)},
                                                    {"claude-haiku-4-5-20251001", listed(1, 1.25, 0.1, 5)}};
    std::vector<double> costs;
    double sum = 0.0;
    for (const MeteredRow& row : log.usage->rows) {
        if ((row.marks & static_cast<std::uint8_t>(PeriodMark::Gap)) != 0) continue;
        double cost = 0.0;
        for (std::size_t c = 0; c < row.values.size(); ++c) {
            const std::string& meter = log.usage->meters[c];
            const std::size_t dot = meter.find('.');
            if (dot == std::string::npos) continue;
            const ListedPrice& price = prices.at(meter.substr(dot + 1));
            cost += *amountOf(price, *priceKindOf(meter.substr(0, dot))) * *row.values[c] / price.per;
        }
        costs.push_back(cost);
        sum += cost;
    }
    std::ranges::sort(costs);
    ASSERT_EQ(costs.size(), 85U);           // README
    EXPECT_NEAR(sum, 1519.22926285, 1e-6);  // README: 1,519 USD
    EXPECT_NEAR(sum / 85.0, 17.87, kCent);  // README
    EXPECT_NEAR(costs[42], 16.79, kCent);   // README: the median
    // README: the 90th percentile, between the 76th and 77th of 85 as pandas has it
    EXPECT_NEAR(costs[75] + 0.6 * (costs[76] - costs[75]), 38.94, kCent);
}

TEST(MeteredLog, GivenTheTeamsCheckpoints_WhenMetered_ThenRowsPeopleAndSessionsAreThoseOfTheReadme) {
    const Metering log = metered({logPath("coding-agent-team/checkpoints.csv")}, R"(
subject = "user_id"
time = "timestamp"
id = "checkpoint_id"
[[meter]]
id = "output_tokens"
[[meter]]
id = "api_calls"
)");
    EXPECT_EQ(log.report.used + log.report.duplicates, 549U);  // README
    EXPECT_EQ(log.report.subjects, 7U);                        // README
    const Metering sessions = metered({logPath("coding-agent-team/checkpoints.csv")}, R"(
subject = "session_id"
time = "timestamp"
[[meter]]
id = "cache_read_tokens"
[[meter]]
id = "api_calls"
)");
    EXPECT_EQ(sessions.report.subjects, 232U);  // README
    EXPECT_EQ(total(sessions, "cache_read_tokens"), 5'636'437'271.0);
    EXPECT_EQ(total(sessions, "api_calls"), 56'876.0);
}

TEST(MeteredLog, GivenAHeavyUser_WhenMeteredByMonth_ThenMessagesAndMoneyAreThoseOfTheReadme) {
    const std::string map = R"(
subject_value = "log"
time = "timestamp"
[[meter]]
id = "messages"
aggregate = "count"
[[meter]]
id = "cost_usd"
[[meter]]
id = "prompt_tokens"
)";
    MeterJob job;
    job.files = {logPath("coding-user-aider/usage_events.csv.gz")};
    job.map = tests::mapOf(map);
    const Metering log = metered(job);
    EXPECT_EQ(log.report.used, 4'405U);                                       // README
    EXPECT_EQ(value(log, "log", "2025-01-01", "messages"), 496.0);            // README
    EXPECT_NEAR(*value(log, "log", "2025-01-01", "cost_usd"), 7.90, kCent);   // README
    EXPECT_EQ(value(log, "log", "2025-03-01", "messages"), 1'737.0);          // README
    EXPECT_NEAR(*value(log, "log", "2025-03-01", "cost_usd"), 80.92, kCent);  // README
    EXPECT_EQ(value(log, "log", "2025-03-01", "prompt_tokens"), 26'590'205.0);
    // September 2024 has no message: the log says nothing about it, which is not zero.
    EXPECT_EQ(log.report.gaps, 1U);
    EXPECT_FALSE(value(log, "log", "2024-09-01", "messages"));
    job.period = PeriodKind::Day;
    const Metering days = metered(job);
    EXPECT_EQ(days.report.rowsOut - days.report.gaps, 123U);  // README: active days
}

TEST(MeteredLog, GivenTheMooncakeTrace_WhenMeteredFromAnEpoch_ThenSessionsAndTokensAreThoseOfTheReadme) {
    const Metering log = metered({logPath("mooncake-conversation/mooncake_conversation.csv.gz")}, R"(
subject = "session_id"
time = "timestamp_ms"
time_unit = "ms"
epoch = 2024-01-01
id = "request_id"
[[meter]]
id = "uncached_tokens"
column = "input_tokens"
minus = "cached_input_tokens"
[[meter]]
id = "cached_tokens"
column = "cached_input_tokens"
[[meter]]
id = "output_tokens"
)");
    EXPECT_EQ(log.report.used, 12'031U);     // README
    EXPECT_EQ(log.report.subjects, 7'373U);  // README
    const double cached = total(log, "cached_tokens");
    EXPECT_EQ(cached, 54'098'411.0);
    EXPECT_EQ(total(log, "uncached_tokens") + cached, 144'793'823.0);
    EXPECT_NEAR(cached / 144'793'823.0, 0.37, 0.005);  // README: 37 %
    EXPECT_EQ(total(log, "output_tokens"), 4'122'048.0);
    EXPECT_EQ(instantText(*log.report.last), "2024-01-01T00:58:56.999Z");  // README: 3,537 s
}

TEST(MeteredLog, GivenServeGenWindows_WhenMeteredWithoutAMap_ThenEachColumnIsSummedByClient) {
    MeterJob job;
    job.files = {logPath("servegen-clients/servegen_r1_10min.csv")};
    const Metering log = metered(job);
    EXPECT_EQ(log.report.format, LogFormat::Windows);
    EXPECT_EQ(log.report.used, 3'111U);   // README
    EXPECT_EQ(log.report.subjects, 73U);  // README
    EXPECT_EQ(total(log, "requests"), 1'383'669.0);
    EXPECT_EQ(total(log, "reasoning_tokens"), 1'571'078'783.0);
}

TEST(MeteredLog, GivenWindowsWithEmptyTokens_WhenMetered_ThenTheyAreMissingAndNotZero) {
    MeterJob job;
    job.files = {logPath("servegen-clients/servegen_mlarge_hourly.csv.gz")};
    const Metering log = metered(job);
    EXPECT_EQ(log.report.used, 19'763U);   // README
    EXPECT_EQ(log.report.subjects, 162U);  // README
    EXPECT_EQ(total(log, "requests"), 236'892'826.0);
    EXPECT_EQ(total(log, "input_tokens"), 135'851'014'294.0);
    const MeterIntake& input = log.report.meters[1];
    EXPECT_NEAR(static_cast<double>(input.missing) / 19'763.0, 0.24, 0.005);  // README: 24 % of rows
    std::set<std::string> unknown;
    double unknownRequests = 0.0;
    for (const MeteredRow& row : log.usage->rows) {
        if (row.values[1]) continue;
        unknown.insert(row.subject);
        unknownRequests += *row.values[0];
    }
    EXPECT_EQ(unknown.size(), 15U);                                             // README
    EXPECT_NEAR(unknownRequests / 236'892'826.0, 0.37, 0.005);                  // README: 37 % of requests
    EXPECT_EQ(value(log, "mlarge-c000", "1970-01-01", "requests"), 675'387.0);  // servegen_mlarge_clients.csv
}

TEST(MeteredLog, GivenBenchmarkRuns_WhenMeteredByModel_ThenEarlyRunsHaveNoTokens) {
    const Metering log = metered({logPath("aider-polyglot-runs/polyglot_runs.csv")}, R"(
subject = "model"
time = "date"
[[meter]]
id = "prompt_tokens"
[[meter]]
id = "total_cost_usd"
)");
    EXPECT_EQ(log.report.used, 69U);  // README
    EXPECT_EQ(total(log, "prompt_tokens"), 62'502'226.0);
    EXPECT_EQ(log.report.meters[0].missing, 46U);
    EXPECT_NEAR(total(log, "total_cost_usd"), 1252.1517, 1e-9);
}

TEST(MeteredLog, GivenClaudeCodeLogs_WhenMeteredWithoutAMap_ThenPartsAndRequestsAreCounted) {
    MeterJob job;
    job.files = {logPath("format-samples/claude__projects__project-alpha__session-alpha__chat.jsonl"),
                 logPath("format-samples/claude__projects__project-beta__session-beta__chat.jsonl")};
    job.files.push_back(job.files[0]);  // the same session in a second backup
    const Metering log = metered(job);
    EXPECT_EQ(log.report.format, LogFormat::ClaudeCode);
    EXPECT_EQ(log.report.used, 5U);  // README: 3 and 2 lines
    EXPECT_EQ(log.report.duplicates, 3U);
    EXPECT_EQ(value(log, "local", "2026-01-01", "input_tokens"), 600.0);
    EXPECT_EQ(value(log, "local", "2026-01-01", "cached_tokens"), 70.0);
    EXPECT_EQ(value(log, "local", "2026-01-01", "cache_write_tokens"), 75.0);
    EXPECT_EQ(value(log, "local", "2026-02-01", "output_tokens"), 60.0);
    EXPECT_EQ(value(log, "local", "2026-02-01", "requests"), 2.0);
}

TEST(MeteredLog, GivenACodexLog_WhenMeteredByModel_ThenTheModelIsThatOfTheEvent) {
    MeterJob job;
    job.files = {logPath("format-samples/codex__sessions__project-alpha__session-alpha.jsonl")};
    job.map = withDefaults({}, LogFormat::Codex);
    for (MeterRule& rule : job.map.meters) rule.groupBy = {"model"};
    const Metering log = metered(job);
    EXPECT_EQ(log.report.format, LogFormat::Codex);
    EXPECT_EQ(log.report.used, 2U);
    EXPECT_EQ(log.report.notUsage, 1U);
    EXPECT_EQ(value(log, "local", "2026-05-01", "input_tokens.gpt-5.2-codex"), 750.0);
    EXPECT_EQ(value(log, "local", "2026-05-01", "cached_tokens.gpt-5.3-codex"), 500.0);
    EXPECT_EQ(value(log, "local", "2026-05-01", "output_tokens.gpt-5.3-codex"), 100.0);
    EXPECT_EQ(value(log, "local", "2026-05-01", "reasoning_tokens.gpt-5.2-codex"), 75.0);
}

TEST(MeteredLog, GivenCloudEventsInLinesAndInABatch_WhenMeteredTogether_ThenTheBatchIsAllDuplicates) {
    const std::string lines = logPath("format-samples/cloudevents__codex_first200.jsonl");
    const std::string batch = logPath("format-samples/cloudevents__batch_array.json");
    const std::string map =
        "[[meter]]\nid = \"input_tokens\"\n[[meter]]\nid = \"calls\"\naggregate = \"count\"\n";
    const Metering alone = metered({batch}, map);
    EXPECT_EQ(alone.report.format, LogFormat::CloudEvents);
    EXPECT_EQ(alone.report.used, 20U);  // README
    const Metering both = metered({lines, batch}, map);
    EXPECT_EQ(both.report.used, 200U);  // README
    EXPECT_EQ(both.report.duplicates, 20U);
    // They are the first 200 rows of the subscriber's CSV.
    const Metering csv = metered({logPath("codex-pro-subscriber/usage_events.csv.gz")}, R"(
subject = "user_id"
time = "timestamp"
[[meter]]
id = "input_tokens"
where = { event_id = ["1", "2", "3", "200"] }
)");
    EXPECT_EQ(csv.report.used, 4U);
    const Metering four =
        metered({lines}, map + "where = { id = [\"codex-1\", \"codex-2\", \"codex-3\", \"codex-200\"] }\n");
    EXPECT_EQ(total(four, "calls"), 4.0);
}

}  // namespace
}  // namespace breakeven::core::datasets_test
