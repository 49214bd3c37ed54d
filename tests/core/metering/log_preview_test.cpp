#include "core/metering/log_preview.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "tests/support/metering.hpp"
#include "tests/support/temporary_folder.hpp"

namespace breakeven::core::log_preview_test {
namespace {

using tests::logPath;

LogPreview previewOf(const std::string& path, const MeterMap& map = {}, std::size_t most = 100) {
    LogPreviewReading reading = previewLog(path, map, most);
    EXPECT_TRUE(reading.preview) << tests::textOf(reading.diagnostics);
    return reading.preview.value_or(LogPreview{});
}

/// "input_tokens prompt=max(x) requests=count" of the meters of a map.
std::string metersOf(const MeterMap& map) {
    std::string text;
    for (const MeterRule& rule : map.meters) {
        text += (text.empty() ? "" : " ") + rule.id;
        if (rule.aggregate == Aggregate::Count)
            text += "=count";
        else if (rule.column != rule.id)
            text += "=" + rule.column;
    }
    return text;
}

using Words = std::vector<std::string>;

TEST(LogPreview, GivenACsvLog_WhenLookedAt_ThenItsColumnsRowsAndWhatTheyMeanAreTold) {
    const LogPreview preview = previewOf(logPath("codex-pro-subscriber/usage_events.csv.gz"), {}, 5);
    EXPECT_EQ(preview.format, LogFormat::Csv);
    EXPECT_FALSE(preview.isUsageTable);
    ASSERT_EQ(preview.columns.size(), 16U);
    EXPECT_EQ(preview.columns[2], "user_id");
    ASSERT_EQ(preview.rows.size(), 5U);
    EXPECT_EQ(preview.rows[1][1], "2026-05-31T10:46:52.193Z");
    const MeterMap& map = preview.suggested;
    EXPECT_EQ(map.subject, "user_id");
    EXPECT_EQ(map.time, "timestamp");
    EXPECT_EQ(map.id, "event_id");
    EXPECT_EQ(metersOf(map),
              "input_tokens cached_input_tokens output_tokens reasoning_tokens requests=count");
}

TEST(LogPreview, GivenASuggestedMap_WhenMetered_ThenTheTotalsAreThoseOfTheDataSet) {
    MeterJob job;
    job.files = {logPath("codex-pro-subscriber/usage_events.csv.gz")};
    job.map = previewOf(job.files[0]).suggested;
    const Metering log = tests::metered(job);
    EXPECT_EQ(log.report.used, 1'933U);  // README of the data set
    EXPECT_EQ(tests::value(log, "sub01", "2026-05-01", "input_tokens"), 22'577'665.0);
}

TEST(LogPreview, GivenLogsWithoutAUser_WhenLookedAt_ThenNoneIsGuessed) {
    const LogPreview azure = previewOf(logPath("azure-llm-2023-conv/azure_llm_2023_conv.csv.gz"));
    EXPECT_EQ(azure.suggested.subject, "");
    EXPECT_EQ(azure.suggested.subjectValue, std::nullopt);
    EXPECT_EQ(azure.suggested.time, "TIMESTAMP");
    EXPECT_EQ(metersOf(azure.suggested),
              "context_tokens=ContextTokens generated_tokens=GeneratedTokens requests=count");
}

TEST(LogPreview, GivenTimesThatAreNumbers_WhenLookedAt_ThenTheirNameTellsTheUnit) {
    const LogPreview preview = previewOf(logPath("mooncake-conversation/mooncake_conversation.csv.gz"));
    EXPECT_EQ(preview.suggested.time, "timestamp_ms");
    EXPECT_EQ(preview.suggested.timeUnit, EpochUnit::Milliseconds);
    EXPECT_EQ(preview.suggested.id, "request_id");  // all of them differ
    EXPECT_EQ(metersOf(preview.suggested), "input_tokens cached_input_tokens output_tokens requests=count");
}

TEST(LogPreview, GivenAFewBadRows_WhenLookedAt_ThenTheColumnsAreFoundAllTheSame) {
    const tests::TemporaryFolder folder;
    std::ofstream log(folder.file("a.csv"));
    log << "user,at,n\n";
    for (int i = 0; i < 20; ++i)
        log << "a," << (i % 2 == 0 ? "2026-01-05" : "yesterday") << "," << (i == 7 ? "x" : "3") << "\n";
    log.close();
    const LogPreview preview = previewOf(folder.file("a.csv"));
    EXPECT_FALSE(preview.isUsageTable);
    EXPECT_EQ(preview.suggested.time, "at");
    EXPECT_EQ(metersOf(preview.suggested), "n requests=count");
}

TEST(LogPreview, GivenTablesOfUsage_WhenLookedAt_ThenTheyNeedNoMetering) {
    const tests::TemporaryFolder folder;
    std::ofstream(folder.file("a.csv")) << "user,requests\na,5\nb,7\n";
    std::ofstream(folder.file("b.csv")) << "subject,period_start,n\na,2026-01-01,5\n";
    std::ofstream(folder.file("c.csv")) << "user,day,n\na,2026-01-01,5\n";
    EXPECT_TRUE(previewOf(folder.file("a.csv")).isUsageTable);
    EXPECT_TRUE(previewOf(folder.file("b.csv")).isUsageTable);
    EXPECT_FALSE(previewOf(folder.file("c.csv")).isUsageTable);
    EXPECT_EQ(previewOf(folder.file("c.csv")).suggested.time, "day");  // no usual name, but all are dates
}

TEST(LogPreview, GivenCloudEvents_WhenLookedAt_ThenNamesOfTheirDataNeedNoPrefix) {
    for (const char* name : {"cloudevents__codex_first200.jsonl", "cloudevents__batch_array.json"}) {
        const LogPreview preview = previewOf(logPath(std::string("format-samples/") + name), {}, 10);
        EXPECT_EQ(preview.format, LogFormat::CloudEvents) << name;
        EXPECT_EQ(preview.rows.size(), 10U) << name;
        EXPECT_EQ(preview.suggested.subject, "subject");
        EXPECT_EQ(preview.suggested.time, "time");
        EXPECT_EQ(preview.suggested.id, "id");
        EXPECT_EQ(preview.suggested.source, "source");
        EXPECT_EQ(metersOf(preview.suggested),
                  "cached_input_tokens input_tokens output_tokens reasoning_tokens requests=count")
            << name;
        EXPECT_EQ(std::ranges::count(preview.columns, "data.input_tokens"), 0) << name;
    }
}

TEST(LogPreview, GivenSessionLogs_WhenLookedAt_ThenOnlyLinesOfUsageAreRows) {
    const LogPreview claude =
        previewOf(logPath("format-samples/claude__projects__project-alpha__session-alpha__chat.jsonl"));
    EXPECT_EQ(claude.format, LogFormat::ClaudeCode);
    EXPECT_EQ(claude.suggested.subjectValue, "local");
    EXPECT_EQ(metersOf(claude.suggested),
              "input_tokens cached_tokens cache_write_tokens output_tokens requests=count");
    ASSERT_FALSE(claude.rows.empty());
    const auto column = std::ranges::find(claude.columns, "cache_write_tokens");
    ASSERT_NE(column, claude.columns.end());
    EXPECT_EQ(claude.rows[0][static_cast<std::size_t>(column - claude.columns.begin())], "25.0");
    const LogPreview codex =
        previewOf(logPath("format-samples/codex__sessions__project-alpha__session-alpha.jsonl"));
    EXPECT_EQ(codex.format, LogFormat::Codex);
    EXPECT_FALSE(codex.rows.empty());
}

TEST(LogPreview, GivenNestedJson_WhenLookedAt_ThenPathsAreThoseThatAMapTakes) {
    const tests::TemporaryFolder folder;
    std::ofstream(folder.file("a.jsonl"))
        << R"({"at": "2026-01-05", "user": {"id": "a"}, "use": {"tokens": 5, "list": [1]}, "none": null})"
           "\n"
           "no json\n"
        << R"({"at": "2026-01-06", "user": {"id": "b"}, "use": {"tokens": 7}, "later": true})";
    const LogPreview preview = previewOf(folder.file("a.jsonl"));
    EXPECT_EQ(preview.format, LogFormat::Json);
    EXPECT_EQ(preview.columns, (Words{"at", "use.tokens", "user.id", "later"}));
    EXPECT_EQ(preview.rows,
              (std::vector<Words>{{"2026-01-05", "5", "a", ""}, {"2026-01-06", "7", "b", "true"}}));
    EXPECT_EQ(preview.suggested.time, "at");
    EXPECT_EQ(preview.suggested.subject, "user.id");
    EXPECT_EQ(preview.suggested.id, "");
    EXPECT_EQ(metersOf(preview.suggested), "tokens=use.tokens requests=count");
}

TEST(LogPreview, GivenAFormatAndSeparatorOfAPerson_WhenLookedAt_ThenTheyCount) {
    const tests::TemporaryFolder folder;
    std::ofstream(folder.file("a.txt")) << "a|2026-01-05|3\nb|2026-01-06|4\n\"open|";
    MeterMap map;
    map.delimiter = '|';
    map.hasHeader = false;
    const LogPreview preview = previewOf(folder.file("a.txt"), map);
    EXPECT_EQ(preview.columns, (Words{"1", "2", "3"}));
    EXPECT_EQ(preview.rows.size(), 2U);  // the broken row is left out here; metering reports it
    EXPECT_EQ(preview.suggested.time, "2");
    map = {};
    map.format = LogFormat::Json;
    const LogPreviewReading json = previewLog(folder.file("a.txt"), map);
    EXPECT_FALSE(json.preview);
    EXPECT_EQ(tests::textOf(json.diagnostics),
              folder.file("a.txt") +
                  ": error: the beginning of the file holds no usage that is read as \"json\"\n"
                  "  hint: is it another format?\n");
}

// What fuzzing of the log readers found, under every format: it is looked at or refused, and no more.
TEST(LogPreview, GivenTheFuzzedLogs_WhenLookedAt_ThenTheyArePreviewedOrRefused) {
    const std::filesystem::path corpus = std::string(BREAKEVEN_SOURCE_ROOT) + "/tests/fuzz/corpus";
    std::size_t previews = 0;
    std::size_t refusals = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus)) {
        if (!entry.is_regular_file()) continue;
        std::vector<MeterMap> maps(1);
        for (const std::string& name : logFormatNames()) maps.emplace_back().format = logFormatOf(name);
        for (const MeterMap& map : maps) {
            try {
                const LogPreviewReading reading = previewLog(entry.path().string(), map);
                EXPECT_NE(reading.preview.has_value(), hasErrors(reading.diagnostics)) << entry.path();
                if (!reading.preview) continue;
                ++previews;
                for (const auto& row : reading.preview->rows)
                    EXPECT_EQ(row.size(), reading.preview->columns.size()) << entry.path();
            } catch (const Error&) {
                ++refusals;  // empty, binary or UTF-16
            }
        }
    }
    EXPECT_GT(previews, 20U);
    EXPECT_GT(refusals, 0U);
}

TEST(LogPreview, GivenALongLog_WhenLookedAt_ThenARowThatIsCutIsLeftOut) {
    const tests::TemporaryFolder folder;
    {
        std::ofstream log(folder.file("a.csv"));
        log << "at,text\n";
        for (int i = 0; i < 10; ++i) log << "2026-01-05," << std::string(200'000, 'x') << "\n";
    }
    const LogPreview preview = previewOf(folder.file("a.csv"));
    EXPECT_EQ(preview.rows.size(), 5U);
    EXPECT_EQ(preview.rows.back()[1].size(), 200'000U);
    EXPECT_THROW(static_cast<void>(previewLog(folder.file("none.csv"))), Error);
}

}  // namespace
}  // namespace breakeven::core::log_preview_test
