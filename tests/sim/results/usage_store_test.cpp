#include "sim/results/usage_store.hpp"

#include <gtest/gtest.h>

#include "core/units/sha256.hpp"
#include "tests/support/metering.hpp"

namespace breakeven::sim::usage_store_test {
namespace {

TEST(UsageStore, GivenAUsageCsv_WhenMadeATable_ThenItsBytesRowsAndMetersAreThoseOfTheFile) {
    const std::string csv =
        "subject,period_start,requests,tier,tokens\na,2026-01-01,3,pro,40\nb,2026-01-01,,pro,7\n";

    const UsageTableReading reading = usageTableOf(csv, "data/usage.csv");

    ASSERT_TRUE(reading.record) << tests::textOf(reading.diagnostics);
    EXPECT_TRUE(reading.diagnostics.empty()) << tests::textOf(reading.diagnostics);
    EXPECT_EQ(reading.record->csv, csv);
    EXPECT_EQ(reading.record->rows, 2);
    EXPECT_EQ(reading.record->meters, (std::vector<std::string>{"requests", "tokens"}));
    EXPECT_EQ(reading.record->sources, (std::vector<UsageSource>{{"data/usage.csv", core::sha256Hex(csv)}}));
}

TEST(UsageStore, GivenWhatHoldsNoUsage_WhenMadeATable_ThenItIsRefusedWithItsPlace) {
    const UsageTableReading text = usageTableOf("subject,tier\na,pro\n", "a.csv");
    EXPECT_FALSE(text.record);
    EXPECT_EQ(tests::textOf(text.diagnostics),
              "a.csv:1:1: error: no column holds usage\n"
              "  hint: give one column per meter, as `breakeven meter` writes them\n");
    const UsageTableReading negative = usageTableOf("subject,n\na,1\nb,-2\n", "a.csv");
    EXPECT_FALSE(negative.record);
    ASSERT_EQ(negative.diagnostics.size(), 1U);
    EXPECT_EQ(negative.diagnostics[0].where, (core::SourcePoint{"a.csv", 3, 3}));
    EXPECT_FALSE(usageTableOf("", "a.csv").record);
}

TEST(UsageStore, GivenLogs_WhenMetered_ThenTheTableHasTheirHashesAsTheyStand) {
    core::MeterJob job;
    // 1,933 rows, packed: the hash is that of the gzip file.
    job.files = {tests::logPath("codex-pro-subscriber/usage_events.csv.gz"),
                 tests::logPath("codex-pro-subscriber/usage_events.csv.gz")};
    job.hashesFiles = true;
    job.map = tests::mapOf(
        "subject = \"user_id\"\ntime = \"timestamp\"\nid = \"event_id\"\n[[meter]]\nid = \"calls\"\n"
        "aggregate = \"count\"\n");

    const UsageTableRecord table = usageTableOf(tests::metered(job));

    ASSERT_EQ(table.sources.size(), 2U);
    for (const UsageSource& source : table.sources) {
        EXPECT_EQ(source.file, job.files[0]);
        EXPECT_EQ(source.sha256, core::sha256Hex(tests::fileText(job.files[0])));
    }
    EXPECT_EQ(table.meters, (std::vector<std::string>{"calls"}));
    EXPECT_EQ(table.csv,
              "subject,period_start,calls\r\nsub01,2026-05-01,257\r\nsub01,2026-06-01,410\r\n"
              "sub01,2026-07-01,1238\r\nsub02,2026-07-01,28\r\n");
    EXPECT_EQ(table.rows, 4);
}

}  // namespace
}  // namespace breakeven::sim::usage_store_test
