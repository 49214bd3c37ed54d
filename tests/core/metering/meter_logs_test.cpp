#include "core/metering/meter_logs.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "tests/support/metering.hpp"
#include "tests/support/temporary_folder.hpp"

namespace breakeven::core::meter_logs_test {
namespace {

using tests::metered;
using tests::TemporaryFolder;
using tests::total;
using tests::value;

/// A log file of the test's own.
class Log {
  public:
    explicit Log(const std::string& text, const std::string& name = "log.csv") : path(folder_.file(name)) {
        std::ofstream(path, std::ios::binary) << text;
    }

  private:
    TemporaryFolder folder_;

  public:
    std::string path;
};

const std::string kMap = "subject = \"who\"\ntime = \"at\"\n";

TEST(MeterLogs, GivenEachAggregate_WhenMetered_ThenTheNumberIsThatOfItsDefinition) {
    const Log log(
        "who,at,v,tag\n"
        "a,2026-01-01T00:00:00Z,4,x\n"
        "a,2026-01-01T06:00:00Z,,y\n"
        "a,2026-01-01T12:00:00Z,10,x\n"
        "a,2026-01-01T10:00:00Z,1,\n");  // out of order
    const Metering metering = metered({log.path}, kMap + R"(
[[meter]]
id = "sum"
column = "v"
[[meter]]
id = "count"
aggregate = "count"
[[meter]]
id = "valued"
aggregate = "count"
column = "v"
[[meter]]
id = "unique"
aggregate = "unique"
column = "tag"
[[meter]]
id = "max"
aggregate = "max"
column = "v"
[[meter]]
id = "min"
aggregate = "min"
column = "v"
[[meter]]
id = "latest"
aggregate = "latest"
column = "v"
[[meter]]
id = "average"
aggregate = "average"
column = "v"
[[meter]]
id = "hours"
aggregate = "time_weighted"
column = "v"
[[meter]]
id = "thousands"
column = "v"
factor = 0.001
)");
    const auto of = [&](const char* meter) { return value(metering, "a", "2026-01-01", meter); };
    EXPECT_EQ(of("sum"), 15.0);
    EXPECT_EQ(of("count"), 4.0);
    EXPECT_EQ(of("valued"), 3.0);
    EXPECT_EQ(of("unique"), 2.0);
    EXPECT_EQ(of("max"), 10.0);
    EXPECT_EQ(of("min"), 1.0);
    EXPECT_EQ(of("latest"), 10.0);
    EXPECT_EQ(of("average"), 5.0);
    EXPECT_EQ(of("hours"), 4.0 * 10.0 + 1.0 * 2.0);  // 4 until 10:00, 1 until 12:00, when the log ends
    EXPECT_EQ(of("thousands"), 0.015);
    EXPECT_EQ(metering.report.outOfOrder, 1U);
    EXPECT_EQ(metering.report.late, 0U);
    EXPECT_EQ(metering.report.meters[0].missing, 1U);
    EXPECT_EQ(metering.report.meters[0].events, 3U);
}

TEST(MeterLogs, GivenALevelHeldOverMonths_WhenTimeWeighted_ThenEachMonthHasItsHours) {
    const Log log("who,at,gb\na,2026-01-31T12:00:00Z,2\nb,2026-03-02T00:00:00Z,1\n");
    const Metering metering =
        metered({log.path}, kMap + "[[meter]]\nid = \"gb\"\naggregate = \"time_weighted\"\n");
    EXPECT_EQ(value(metering, "a", "2026-01-01", "gb"), 2.0 * 12.0);
    EXPECT_EQ(value(metering, "a", "2026-02-01", "gb"), 2.0 * 28.0 * 24.0);
    EXPECT_EQ(value(metering, "a", "2026-03-01", "gb"), 2.0 * 24.0);  // until the log ends
}

TEST(MeterLogs, GivenFiltersAndGroups_WhenMetered_ThenEachGroupIsAMeterAndOthersAreZeroNotMissing) {
    const Log log(
        "who,at,v,model,tier\n"
        "a,2026-01-01,1,o1,free\n"
        "a,2026-01-02,2,gpt-4o,paid\n"
        "b,2026-01-03,4,o1,paid\n"
        "b,2026-01-03,8,other,test\n");
    const Metering metering = metered({log.path}, kMap + R"(
[[meter]]
id = "v"
group_by = ["model", "tier"]
except = { tier = "test" }
[[meter]]
id = "paid"
column = "v"
where = { tier = "paid", model = ["o1", "gpt-4o"] }
)");
    EXPECT_EQ(metering.usage->meters,
              (std::vector<std::string>{"v.gpt-4o.paid", "v.o1.free", "v.o1.paid", "paid"}));
    EXPECT_EQ(value(metering, "a", "2026-01-01", "v.o1.free"), 1.0);
    EXPECT_EQ(value(metering, "a", "2026-01-01", "v.o1.paid"), 0.0);
    EXPECT_EQ(value(metering, "b", "2026-01-01", "v.o1.paid"), 4.0);
    EXPECT_EQ(value(metering, "b", "2026-01-01", "paid"), 4.0);
    EXPECT_EQ(metering.report.filtered, 1U);
}

TEST(MeterLogs, GivenRepeatedIds_WhenMetered_ThenTheFirstRowCountsWithinItsSource) {
    const Log log(
        "src,id,who,at,v\n"
        "x,1,a,2026-01-01,1\n"
        "y,1,a,2026-01-01,2\n"    // another source
        "x,1,a,2026-01-02,4\n"    // again
        "x1,,a,2026-01-01,8\n"    // without an id
        "x,11,a,2026-01-01,16\n"  // not the same as source x1, id 1
        "x1,1,a,2026-01-01,32\n");
    const std::string map = kMap + "id = \"id\"\nevent_source = \"src\"\n[[meter]]\nid = \"v\"\n";
    const Metering metering = metered({log.path, log.path}, map);
    // In the second reading all are duplicates but the one without an id.
    EXPECT_EQ(total(metering, "v"), 1.0 + 2.0 + 8.0 + 16.0 + 32.0 + 8.0);
    EXPECT_EQ(metering.report.duplicates, 1U + 5U);
    EXPECT_EQ(metering.report.withoutId, 2U);
    EXPECT_EQ(metering.report.rows, metering.report.used + metering.report.duplicates);
}

std::string manyEvents(std::uint64_t seed, int count) {
    std::mt19937_64 random(seed);  // its sequence is the same everywhere
    std::string text = "id,who,at,v,model,note\n";
    for (int i = 0; i < count; ++i) {
        const auto id = random() % static_cast<std::uint64_t>(count);  // about a third are duplicates
        text +=
            fmt::format("e{},user{},{},{}.{},m{},", id, random() % 977, 1'767'225'600 + random() % 7'000'000,
                        random() % 1000, random() % 1000, random() % 3);
        if (random() % 50 == 0) {
            text += "\"a \"\"quoted\"\"\nnote, of " + std::string(random() % 300, 'x') + " lines\n\"";
        } else if (random() % 200 == 0) {
            text += "a 5\" disk";
        }
        text += random() % 2 == 0 ? "\n" : "\r\n";
    }
    return text;
}

TEST(MeterLogs, GivenQuotedLineEndsAndDuplicates_WhenMeteredByAnyThreads_ThenTheBytesAreTheSame) {
    const Log log(manyEvents(7, 100'000));
    MeterJob job;
    job.files = {log.path};
    job.map = tests::mapOf(kMap +
                           "id = \"id\"\n[[meter]]\nid = \"v\"\ngroup_by = \"model\"\n[[meter]]\nid = "
                           "\"notes\"\naggregate = \"unique\"\ncolumn = \"note\"\n");
    job.threads = 1;
    const Metering one = metered(job);
    // Known from outside: the number of distinct ids and the rows of the file.
    EXPECT_EQ(one.report.rows, 100'000U);
    for (const int threads : {2, 7}) {
        job.threads = threads;
        const Metering other = metered(job);
        EXPECT_EQ(usageCsv(*one.usage), usageCsv(*other.usage)) << threads;
        EXPECT_EQ(one.report.duplicates, other.report.duplicates);
        EXPECT_EQ(one.report.outOfOrder, other.report.outOfOrder);
    }
}

TEST(MeterLogs, GivenMoreIdsThanMemory_WhenMetered_ThenTheyAreSetAsideAndDuplicatesStillFound) {
    const Log log(manyEvents(11, 200'000));
    MeterJob job;
    job.files = {log.path, log.path};
    job.map = tests::mapOf(kMap + "id = \"id\"\n[[meter]]\nid = \"v\"\n");
    const Metering inMemory = metered(job);
    EXPECT_EQ(inMemory.report.idsSetAside, 0U);
    const TemporaryFolder folder;
    job.temporaryFolder = folder.file(".");
    job.idMemoryBytes = 1U << 20;
    const Metering setAside = metered(job);
    EXPECT_GT(setAside.report.idsSetAside, 2U);
    EXPECT_EQ(setAside.report.duplicates, inMemory.report.duplicates);
    EXPECT_GT(inMemory.report.duplicates, 200'000U);  // the whole second reading
    EXPECT_EQ(usageCsv(*setAside.usage), usageCsv(*inMemory.usage));
}

TEST(MeterLogs, GivenAZoneAndAnchors_WhenMetered_ThenRowsFallIntoTheSubjectsOwnPeriods) {
    const Log log(
        "who,at,v\n"
        "a,2026-01-31T23:30:00Z,1\n"  // February in Berlin
        "a,2026-01-31T22:30:00Z,2\n"
        "b,2026-02-14T22:30:00Z,4\n"  // b's period begins on the 15th
        "b,2026-02-15T12:00:00+01:00,8\n"
        "b,2026-02-15 12:00,16\n");  // a wall clock
    MeterJob job;
    job.files = {log.path};
    job.map = tests::mapOf(kMap + "time_zone = \"Asia/Seoul\"\n[[meter]]\nid = \"v\"\n");
    job.zone = "Europe/Berlin";
    job.anchors = {{"b", 15}};
    const Metering metering = metered(job);
    EXPECT_EQ(value(metering, "a", "2026-02-01", "v"), 1.0);
    EXPECT_EQ(value(metering, "a", "2026-01-01", "v"), 2.0);
    EXPECT_EQ(value(metering, "b", "2026-01-15", "v"), 4.0);
    EXPECT_EQ(value(metering, "b", "2026-02-15", "v"), 24.0);
    EXPECT_EQ(metering.report.outOfOrder, 2U);
    EXPECT_EQ(metering.report.late, 1U);  // a's second row; the wall clock row is of the same period
    EXPECT_EQ(instantText(*metering.report.last), "2026-02-15T11:00:00Z");
}

TEST(MeterLogs, GivenPeriodsWithoutEvents_WhenMetered_ThenGapsAreZeroOnlyWhereTheLogHasOthers) {
    const Log log(
        "who,at,v,level\n"
        "a,2026-01-01,1,5\n"
        "b,2026-02-10,2,5\n"
        "a,2026-04-30T23:00:00Z,4,5\n");
    const Metering metering = metered(
        {log.path}, kMap + "[[meter]]\nid = \"v\"\n[[meter]]\nid = \"level\"\naggregate = \"latest\"\n");
    EXPECT_EQ(usageCsv(*metering.usage),
              "subject,period_start,v,level\r\n"
              "a,2026-01-01,1,5\r\n"
              "a,2026-02-01,0,\r\n"  // b used something: the log was there
              "a,2026-03-01,,\r\n"   // nobody did: nothing is known
              "a,2026-04-01,4,5\r\n"
              "b,2026-02-01,2,5\r\n");
    EXPECT_EQ(marksCsv(*metering.usage),
              "subject,period_start,marks\r\na,2026-02-01,gap\r\na,2026-03-01,gap\r\n");
    EXPECT_EQ(metering.report.gaps, 2U);
    EXPECT_EQ(metering.report.partial, 0U);
}

TEST(MeterLogs, GivenALogThatBeginsAndEndsInMidMonth_WhenMetered_ThenThesePeriodsAreMarked) {
    const Log log("who,at,v\na,2026-01-10,1\na,2026-02-10,1\na,2026-03-10,1\n");
    const Metering metering = metered({log.path}, kMap + "[[meter]]\nid = \"v\"\n");
    EXPECT_EQ(marksCsv(*metering.usage),
              "subject,period_start,marks\r\na,2026-01-01,starts-late\r\na,2026-03-01,ends-early\r\n");
    EXPECT_EQ(metering.report.partial, 2U);
}

TEST(MeterLogs, GivenAKey_WhenSubjectsAreHidden_ThenTheyAreTheirHmac) {
    // RFC 4231, test case 2: HMAC-SHA-256 of "what do ya want for nothing?" under "Jefe", its first half.
    const Log log("who,at,v\nwhat do ya want for nothing?,2026-01-01,1\n");
    MeterJob job;
    job.files = {log.path};
    job.map = tests::mapOf(kMap + "[[meter]]\nid = \"v\"\n");
    job.subjectKey = "Jefe";
    const Metering metering = metered(job);
    EXPECT_EQ(metering.usage->rows[0].subject, "5bdcc146bf60754e6a042426089575c7");
}

TEST(MeterLogs, GivenOneHugeUser_WhenMetered_ThenTheReportNamesItAsAnOutlier) {
    std::string text = "who,at,v\n";
    for (int i = 0; i < 100; ++i) text += fmt::format("u{:02},2026-01-01,{}\n", i, 90 + i % 21);
    text += "whale,2026-01-01,1000000\n";
    const Log log(text);
    const Metering metering = metered({log.path}, kMap + "[[meter]]\nid = \"v\"\n");
    const MeterIntake& meter = metering.report.meters[0];
    ASSERT_EQ(meter.outliers, 1U);
    EXPECT_EQ(meter.farthest[0].subject, "whale");
    EXPECT_EQ(value(metering, "whale", "2026-01-01", "v"), 1e6);  // reported, not dropped
}

TEST(MeterLogs, GivenDecimalMoney_WhenSummed_ThenTheSumIsTheDecimalOne) {
    std::string text = "who,at,v\n";
    for (int i = 0; i < 10'000; ++i) text += "a,2026-01-01,0.1\n";
    const Log log(text);
    EXPECT_EQ(total(metered({log.path}, kMap + "[[meter]]\nid = \"v\"\n"), "v"), 1000.0);
}

struct Refused {
    std::string rows;
    bool isStrict;
    std::string error;  ///< empty: taken
};

TEST(MeterLogs, GivenBadRows_WhenMoreThanOnePercentOrStrict_ThenTheFileIsRefused) {
    std::string ninetyNine;
    for (int i = 0; i < 99; ++i) ninetyNine += "a,2026-01-01,1\n";
    const std::vector<Refused> cases{
        {ninetyNine + "a,2026-01-01,x\n", false, ""},
        {ninetyNine + "a,2026-01-01,x\n", true, "1 of 100 rows are bad (1 %), --strict allows none"},
        {ninetyNine + "a,2026-01-01,x\na,,1\n", false,
         "2 of 101 rows are bad (2 %), more than 1 % is refused"},
        {"", false, "no row could be used"},
    };
    for (const Refused& item : cases) {
        const Log log("who,at,v\n" + item.rows);
        MeterJob job;
        job.files = {log.path};
        job.map = tests::mapOf(kMap + "[[meter]]\nid = \"v\"\n");
        job.isStrict = item.isStrict;
        const Metering metering = meterLogs(job);
        EXPECT_EQ(metering.usage.has_value(), item.error.empty());
        if (!item.error.empty()) {
            ASSERT_EQ(metering.diagnostics.size(), 1U);
            EXPECT_EQ(metering.diagnostics[0].problem, item.error);
        }
    }
}

TEST(MeterLogs, GivenAStop_WhenRequested_ThenThereIsNoUsage) {
    const Log log(manyEvents(3, 100'000));
    MeterJob job;
    job.files = {log.path, log.path};
    job.map = tests::mapOf(kMap + "[[meter]]\nid = \"v\"\n");
    std::stop_source stop;
    MeterHooks hooks;
    hooks.stop = stop.get_token();
    hooks.progress = [&](std::uint64_t, std::uint64_t) { stop.request_stop(); };
    const Metering metering = meterLogs(job, hooks);
    EXPECT_TRUE(metering.isStopped);
    EXPECT_FALSE(metering.usage);
    EXPECT_LT(metering.report.rows, 200'000U);
}

}  // namespace
}  // namespace breakeven::core::meter_logs_test
