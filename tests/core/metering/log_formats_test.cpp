// How logs are written, good and bad: what is taken, and what is said about the rest.

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include "tests/support/metering.hpp"
#include "tests/support/temporary_folder.hpp"

namespace breakeven::core::log_formats_test {
namespace {

using tests::TemporaryFolder;
using tests::textOf;

/// What metering a text gives: the CSV, or the errors; below it the rejected rows.
std::string outcome(const std::string& text, const std::string& map, const std::string& name = "log") {
    const TemporaryFolder folder;
    const std::string path = folder.file(name);
    std::ofstream(path, std::ios::binary) << text;
    MeterJob job;
    job.files = {path};
    if (!map.empty()) job.map = tests::mapOf(map);
    std::string said;
    try {
        const Metering metering = meterLogs(job);
        said = metering.usage ? usageCsv(*metering.usage) : textOf(metering.diagnostics);
        for (const ShownReject& reject : metering.report.firstRejected)
            said += fmt::format("{}:{} {}: {}\n", reject.row.line, reject.row.column,
                                nameOf(reject.row.reason), reject.row.problem);
    } catch (const Error& error) {
        said = error.what();
    }
    for (std::size_t at = said.find(path); at != std::string::npos; at = said.find(path))
        said.replace(at, path.size(), name);
    return said;
}

const std::string kMap = "subject = \"who\"\ntime = \"at\"\n[[meter]]\nid = \"v\"\n";
const std::string kOne = "subject,period_start,v\r\na,2026-01-01,1.5\r\n";

struct Case {
    std::string text;
    std::string map;
};

TEST(CsvLog, GivenEachWayToWriteIt_WhenMetered_ThenItIsTheSameUsage) {
    const std::string top = "subject = \"who\"\ntime = \"at\"\n";
    const std::vector<Case> cases{
        {"who,at,v\na,2026-01-05,1.5\n", kMap},
        {"who,at,v\r\na,2026-01-05,1.5\r\n", kMap},
        {"who,at,v\ra,2026-01-05,1.5\r", kMap},
        {"who,at,v\na,2026-01-05,1.5", kMap},                // no line end at the end
        {"\xEF\xBB\xBFwho,at,v\na,2026-01-05,1.5\n", kMap},  // byte order mark
        {"who\tat\tv\na\t2026-01-05\t1.5\n", kMap},          // TSV
        {"who|at|v\na|2026-01-05|1.5\n", kMap},
        {"who;at;v\na;2026-01-05;1,5\n", "decimal = \",\"\n" + kMap},  // decimal comma
        {"\"who\",\"at\",\"v\"\n\"a\",\"2026-01-05\",\"1.5\"\n", kMap},
        {"v,x,at,who\n1.5,\"a \"\"b\"\"\nc, d\",2026-01-05,a\n\n", kMap},
        {"who,at,v\n a , 2026-01-05 , 1.5 \n", kMap},
        {"who,at,v\na,1767614400,1.5\n", kMap},       // seconds
        {"who,at,v\na,1767614400000,15e-1\n", kMap},  // milliseconds
        {"who,at,v\na,4,1.5\n", "time_unit = \"s\"\nepoch = 2026-01-01\n" + kMap},
        {"a,2026-01-05,1.5\n",
         "header = false\nsubject = \"1\"\ntime = \"2\"\n[[meter]]\nid = \"v\"\ncolumn = \"3\"\n"},
        {"at#v\n2026-01-05#1.5\n",
         "delimiter = \"#\"\nsubject_value = \"a\"\ntime = \"at\"\n[[meter]]\nid = \"v\"\n"},
        {"who,v\na,1.5\n", "subject = \"who\"\ntime_value = 2026-01-31\n[[meter]]\nid = \"v\"\n"},
    };
    for (const Case& item : cases) EXPECT_EQ(outcome(item.text, item.map), kOne) << item.text;
}

TEST(JsonLog, GivenEachWayToWriteIt_WhenMetered_ThenItIsTheSameUsage) {
    const std::string path =
        "subject = \"user.name\"\ntime = \"at\"\n[[meter]]\nid = \"v\"\ncolumn = \"use.v\"\n";
    const std::string event = R"({"user":{"name":"a"},"at":"2026-01-05T00:00:00Z","use":{"v":1.5}})";
    const std::vector<Case> cases{
        {event, path},
        {event + "\r\n\r\n", path},
        {"[" + event + "]", path},
        {"[\n  {\n    \"user\": {\"name\": \"a\"},\n    \"at\": 1767571200,\n    \"use\": {\"v\": \"1.5\"}\n "
         " }\n]\n",
         path},
        {R"({"user.name":"a","at":1767571200000,"use":{"v":1.5,"x":"}{\"["}})", path},
    };
    for (const Case& item : cases) EXPECT_EQ(outcome(item.text, item.map), kOne) << item.text;
}

TEST(UsageObjectLog, GivenAResponseOfAnApi_WhenMetered_ThenItsPartsAreApart) {
    const std::string log =
        R"({"id":"r1","created":1767614400,"model":"gpt-5","usage":{"prompt_tokens":10,"completion_tokens":7,)"
        R"("prompt_tokens_details":{"cached_tokens":4},"completion_tokens_details":{"reasoning_tokens":5}}})";
    EXPECT_EQ(
        outcome(log + "\n" + log + "\n", ""),
        "subject,period_start,input_tokens,cached_tokens,cache_write_tokens,output_tokens,reasoning_tokens,"
        "audio_input_tokens,audio_output_tokens,requests\r\ngpt-5,2026-01-01,12,8,,4,10,,,2\r\n");
}

TEST(CodexLog, GivenARepeatedCountAndTotalsOnly_WhenMetered_ThenEachCallCountsOnce) {
    const auto count = [](int input, int output) {
        return fmt::format(R"({{"timestamp":"2026-01-05T00:00:00Z","type":"event_msg","payload":{{"type":)"
                           R"("token_count","info":{{"total_token_usage":{{"input_tokens":{},)"
                           R"("cached_input_tokens":0,"output_tokens":{}}}}}}}}})"
                           "\n",
                           input, output);
    };
    const std::string log =
        R"({"timestamp":"2026-01-05T00:00:00Z","type":"session_meta","payload":{"id":"s"}})"
        "\n" +
        count(100, 10) + count(100, 10) + count(250, 30);
    EXPECT_EQ(outcome(log, ""),
              "subject,period_start,input_tokens,cached_tokens,reasoning_tokens,output_tokens,requests\r\n"
              "local,2026-01-01,250,0,,30,2\r\n");
}

struct Bad {
    std::string text;
    std::string said;
};

std::string goodRows(int count) {
    std::string rows;
    for (int i = 0; i < count; ++i) rows += "b,2026-01-05,1\n";
    return rows;
}

TEST(CsvLog, GivenBadRows_WhenMetered_ThenEachIsCountedWithItsPlaceAndReason) {
    const std::vector<Bad> cases{
        {"a,2026-01-05\n", "202:0 cell_count: the row has 2 cells, the header 3\n"},
        {"a,2026-01-05,1,2\n", "202:0 cell_count: the row has 4 cells, the header 3\n"},
        {",2026-01-05,1\n", "202:1 no_subject: column \"who\": the subject is empty\n"},
        {"a,,1\n", "202:3 no_time: column \"at\": the time is empty\n"},
        {"ä,05.01.2026,1\n", "202:3 bad_time: column \"at\": \"05.01.2026\" is no time\n"},
        {"a,2026-01-05,1.234.5\n", "202:14 bad_number: column \"v\": \"1.234.5\" is not a number\n"},
        {"a,2026-01-05,nan\n", "202:14 bad_number: column \"v\": nan is not a finite number\n"},
        {"a,2026-01-05,1e999\n",
         "202:14 bad_number: column \"v\": \"1e999\" is out of the range of numbers\n"},
        {"a,2026-01-05,-1\n", "202:14 negative: column \"v\": usage is -1, below 0\n"},
        {"\xE4,2026-01-05,1\n", "202:1 not_text: column \"who\": the subject \"?\" is not clean UTF-8\n"},
        {"\"a\"b,2026-01-05,1\n", "202:4 broken_quotes: there is text after the closing quote\n"},
        {"\"a,2026-01-05,1\n", "202:1 broken_quotes: the quote that opens here is never closed\n"},
        {"\"a\nb\",2026-01-05,1\n",
         "202:1 not_text: column \"who\": the subject \"a\nb\" is not clean UTF-8\n"},
        {std::string((1U << 20) + 1, 'a') + ",2026-01-05,1\n",
         "202:1 too_long: the row is longer than 1 MiB\n"},
    };
    for (const Bad& item : cases) {
        EXPECT_EQ(outcome("who,at,v\n" + goodRows(200) + item.text + goodRows(1), kMap),
                  "subject,period_start,v\r\nb,2026-01-01,201\r\n" + item.said)
            << item.said;
    }
}

TEST(JsonLog, GivenBadLines_WhenMetered_ThenEachIsCountedWithItsPlaceAndReason) {
    const std::string good = "{\"who\":\"b\",\"at\":\"2026-01-05\",\"v\":1}\n";
    std::string many;
    for (int i = 0; i < 200; ++i) many += good;
    const std::vector<Bad> cases{
        {"{\"who\":\"b\",\n", "201:12 not_json: this is not JSON\n"},
        {"3\n", "201:1 not_an_event: this is no JSON object\n"},
        {"{\"who\":\"a\",\"at\":\"2026-01-05\",\"v\":1e999}\n", "201:1 not_json: a number is out of range\n"},
        {"{\"who\":\"a\",\"v\":1}\n", "201:1 no_time: \"at\": the time is empty\n"},
        {"{\"who\":\"\xE4\"}\n", "201:10 not_json: this is not JSON\n"},
        {std::string(100, '[') + "\n", "201:1 not_json: brackets are nested more than 64 deep\n"},
    };
    for (const Bad& item : cases) {
        EXPECT_EQ(outcome(many + item.text + good, kMap),
                  "subject,period_start,v\r\nb,2026-01-01,201\r\n" + item.said)
            << item.text;
    }
}

TEST(CloudEvents, GivenEventsThatAreNone_WhenMetered_ThenTheyAreRejected) {
    const auto event = [](const char* version, const char* id) {
        return fmt::format(R"({{"specversion":"{}","id":"{}","source":"s","type":"t","subject":"b",)"
                           R"("time":"2026-01-05T00:00:00Z","data":{{"v":1}}}})"
                           "\n",
                           version, id);
    };
    std::string many;
    for (int i = 0; i < 300; ++i) many += event("1.0", std::to_string(i).c_str());
    EXPECT_EQ(outcome(many + event("0.3", "x") + event("1.0", ""), "[[meter]]\nid = \"v\"\n"),
              "subject,period_start,v\r\nb,2026-01-01,300\r\n"
              "301:1 not_an_event: CloudEvents 0.3 is not offered, only 1.0\n"
              "302:1 not_an_event: the event has no \"id\"\n");
}

std::string gzipOf(const std::string& text) {
    std::string packed(compressBound(static_cast<uLong>(text.size())) + 64, '\0');
    z_stream stream{};
    EXPECT_EQ(deflateInit2(&stream, 9, Z_DEFLATED, 15 + 16, 9, Z_DEFAULT_STRATEGY), Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(text.size());
    stream.next_out = reinterpret_cast<Bytef*>(packed.data());
    stream.avail_out = static_cast<uInt>(packed.size());
    EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
    packed.resize(packed.size() - stream.avail_out);
    deflateEnd(&stream);
    return packed;
}

TEST(HostileLog, GivenFilesThatAreNoLogs_WhenMetered_ThenTheErrorSaysWhatTheyAre) {
    const std::string good = "who,at,v\n" + goodRows(5'000);
    const std::string packed = gzipOf(good);
    std::string damaged = packed;
    damaged[packed.size() - 8] = static_cast<char>(damaged[packed.size() - 8] + 1);  // its check sum
    EXPECT_EQ(outcome(packed, kMap), "subject,period_start,v\r\nb,2026-01-01,5000\r\n");
    EXPECT_EQ(outcome(gzipOf("who,at,v\n") + gzipOf("b,2026-01-05,1\n"), kMap),
              "subject,period_start,v\r\nb,2026-01-01,1\r\n");
    EXPECT_EQ(outcome(packed.substr(0, packed.size() / 2), kMap),
              "log: error: the gzip data ends too early\n  hint: the file was cut short: fetch it again\n");
    EXPECT_EQ(outcome(damaged, kMap).substr(0, 37), "log: error: the gzip data is damaged:");
    EXPECT_EQ(outcome("", kMap), "log: error: the file is empty\n  hint: name a log with rows\n");
    EXPECT_EQ(outcome(std::string("\xFF\xFEw\0h\0", 6), kMap),
              "log: error: this is UTF-16 text\n  hint: save it as UTF-8\n");
    EXPECT_EQ(outcome(std::string("a\0b", 3), kMap),
              "log: error: this is a binary file, not a log\n  hint: export the log as UTF-8 text\n");
}

TEST(HostileLog, GivenAGzipBomb_WhenMetered_ThenItIsRefusedBeforeItIsUnpackedWhole) {
    // 300 MiB of the same row, as 300 members of which each packs to less than a two-hundredth.
    std::string rows;
    while (rows.size() < (1U << 20)) rows += "b,2026-01-05,1\n";
    const std::string member = gzipOf(rows);
    std::string bomb = gzipOf("who,at,v\n");
    for (int i = 0; i < 300; ++i) bomb += member;
    EXPECT_EQ(outcome(bomb, kMap),
              "log: error: the gzip data unpacks to more than 200 times its size\n"
              "  hint: no log is like that; if it is one, unpack it first and name the unpacked file\n");
}

TEST(MeterMap, GivenMistakesInAMap_WhenRead_ThenAllAreToldWithTheirPlace) {
    const MeterMapReading reading = readMeterMap(
        "format = \"csvv\"\nsubjct = \"a\"\ntime_unit = \"min\"\nepoch = \"soon\"\n[[meter]]\nid = "
        "\"subject\"\n"
        "aggregate = \"total\"\nfactor = -1\n",
        "map.toml");
    EXPECT_FALSE(reading.map);
    EXPECT_EQ(textOf(reading.diagnostics),
              "map.toml:2:10: error: the map: unknown key \"subjct\"\n  hint: did you mean \"subject\"?\n"
              "map.toml:1:10: error: unknown format \"csvv\"\n  hint: did you mean \"csv\"?\n"
              "map.toml:3:13: error: unknown time_unit \"min\"\n  hint: use one of auto, s, ms, us, ns\n"
              "map.toml:4:9: error: \"epoch\" is no time\n"
              "  hint: write a date 2026-01-01 or a text \"2026-01-01T00:00:00Z\"\n"
              "map.toml:6:6: error: a meter can't have the id \"subject\"\n"
              "  hint: use small letters, digits, - and _; subject and period_start are taken\n"
              "map.toml:7:13: error: unknown aggregate \"total\"\n"
              "  hint: use one of sum, count, unique, max, min, latest, average, time_weighted\n"
              "map.toml:8:10: error: \"factor\" must be a number above 0\n  hint: write such as 0.001\n");
}

TEST(MeterMap, GivenAMapThatDoesNotFit_WhenMetered_ThenTheNearestColumnIsTold) {
    EXPECT_EQ(outcome("whom,at,v\na,2026-01-05,1\n", kMap),
              "log:1:1: error: there is no column \"who\"\n  hint: did you mean \"whom\"?\n");
    EXPECT_EQ(outcome("who,at,v\na,2026-01-05,1\n", "time = \"at\"\n"),
              "log: error: nothing says whose usage a row is\n"
              "  hint: add --subject COLUMN, or --subject-value NAME; the columns are who, at, v\n"
              "log: error: nothing says what to meter\n"
              "  hint: add --meter NAME=COLUMN, or a map with [[meter]]; the columns are who, at, v\n");
}

}  // namespace
}  // namespace breakeven::core::log_formats_test
