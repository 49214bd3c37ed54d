#include "core/scenario/segment_edit.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "core/diagnostics/diagnostic.hpp"
#include "core/scenario/scenario_reader.hpp"

namespace breakeven::core::segment_edit_test {
namespace {

const std::string kTwoSegments = R"(# Our case.
format = 1
name = "small"
currency = "USD"

[[meter]]
id = "requests"
[[meter]]
id = "tokens"

# Who uses it.
[[segment]]  # heavy
id = "heavy"
weight = 2
# per user and month
[segment.usage.requests]
distribution = "lognormal"
median = { low = 90, base = 180, high = 360, source = """
[[segment]] by guess""" }
sigma = 1.2
[segment.usage.tokens]
distribution = "constant"
value = 3
[[segment.correlation]]
between = [
  "requests", # "[[plan]]" is no header here
  "tokens",
]
spearman = 0.3

# The rest.
[[segment]]
id = "light"
[segment.usage]
requests = { distribution = "constant", value = 1 }

# What it costs us.
[[cost.rate]]
meter = "tokens"
amount = 0.01

[[plan]]  # ours
id = "pro"
fee = 20 # dollars

[segment.usage.tokens]
distribution = "constant"
value = 1
)";

const MeasuredSegment kMeasured{
    "measured", 1.5, "usage.csv", {{"requests", "calls"}, {"tokens", "tokens"}}, {}};

const std::string kBlock = R"([[segment]]
id = "measured"
weight = 1.5
[segment.usage.requests]
distribution = "empirical"
file = "usage.csv"
column = "calls"
[segment.usage.tokens]
distribution = "empirical"
file = "usage.csv"
column = "tokens"
)";

ScenarioReading read(const std::string& text) {
    return readScenarioText(text, "small.toml", {}, [](const std::string&) {
        return std::string("calls,tokens,\"a \"\"b\"\"\\c\"\n1,10,5\n2,20,6\n3,30,7\n");
    });
}

std::string problems(const ScenarioReading& reading) {
    std::string all;
    for (const Diagnostic& item : reading.diagnostics) all += formatDiagnostic(item);
    return all;
}

std::vector<std::string> segmentIds(const std::string& text) {
    const ScenarioReading reading = read(text);
    EXPECT_TRUE(reading.scenario) << problems(reading) << text;
    std::vector<std::string> ids;
    if (reading.scenario)
        for (const Segment& segment : reading.scenario->segments) ids.push_back(segment.id);
    return ids;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
        text.replace(at, from.size(), to);
    return text;
}

TEST(SegmentEdit, GivenScatteredSegments_WhenAppended_ThenOnlyTheBlockIsNewAndItIsLast) {
    const std::string result = withMeasuredSegment(kTwoSegments, kMeasured, SegmentEdit::Append);
    EXPECT_EQ(result, kTwoSegments + "\n" + kBlock);
    EXPECT_EQ(segmentIds(result), (std::vector<std::string>{"heavy", "light", "measured"}));
}

TEST(SegmentEdit, GivenScatteredSegments_WhenReplaced_ThenAllTheirPartsAreGoneAndTheRestStays) {
    const std::string result = withMeasuredSegment(kTwoSegments, kMeasured, SegmentEdit::Replace);
    EXPECT_EQ(result, R"(# Our case.
format = 1
name = "small"
currency = "USD"

[[meter]]
id = "requests"
[[meter]]
id = "tokens"

# Who uses it.
)" + kBlock + R"(
# The rest.
# What it costs us.
[[cost.rate]]
meter = "tokens"
amount = 0.01

[[plan]]  # ours
id = "pro"
fee = 20 # dollars

)");
    EXPECT_EQ(segmentIds(result), (std::vector<std::string>{"measured"}));
    const Segment segment = read(result).scenario->segments[0];
    EXPECT_EQ(segment.weight.base, 1.5);
    EXPECT_TRUE(segment.correlations.empty());
    EXPECT_EQ(*std::get<Empirical>(segment.usages[0].distribution).sorted,
              (std::vector<double>{1.0, 2.0, 3.0}));
    EXPECT_EQ(std::get<Empirical>(segment.usages[1].distribution).column, "tokens");
}

TEST(SegmentEdit, GivenAFittedLaw_WhenAppended_ThenItsKeysStandInPlaceOfTheColumn) {
    MeasuredSegment segment = kMeasured;
    segment.columns = {{"requests", "n", {"distribution = \"lognormal\"", "median = 180", "sigma = 1.2"}},
                       {"tokens", "tokens"}};
    const std::string result = withMeasuredSegment(kTwoSegments, segment, SegmentEdit::Append);
    EXPECT_EQ(result, kTwoSegments + R"(
[[segment]]
id = "measured"
weight = 1.5
[segment.usage.requests]
distribution = "lognormal"
median = 180
sigma = 1.2
[segment.usage.tokens]
distribution = "empirical"
file = "usage.csv"
column = "tokens"
)");
    const std::string inlined = withMeasuredSegment(
        "format = 1\nname = \"small\"\ncurrency = \"USD\"\nsegment = []\n[[meter]]\nid = \"requests\"\n"
        "[[meter]]\nid = \"tokens\"\n[cost]\n[[plan]]\nid = \"pro\"\nfee = 20\n",
        segment, SegmentEdit::Append);
    EXPECT_EQ(segmentIds(inlined), (std::vector<std::string>{"measured"}));
    const Usage usage = read(inlined).scenario->segments[0].usages[0];
    EXPECT_EQ(std::get<Lognormal>(usage.distribution).location.base, 180.0);
}

TEST(SegmentEdit, GivenSegmentsBeforeOtherTables_WhenAppended_ThenItStandsAfterTheLastSegment) {
    const std::string text =
        replaced(kTwoSegments, "\n[segment.usage.tokens]\ndistribution = \"constant\"\nvalue = 1\n", "");
    const std::string result = withMeasuredSegment(text, kMeasured, SegmentEdit::Append);
    EXPECT_EQ(result, replaced(text, "value = 1 }\n", "value = 1 }\n\n" + kBlock));
}

TEST(SegmentEdit, GivenAnInlineList_WhenEdited_ThenItGrowsOrIsReplaced) {
    const std::string head = "format = 1\nname = \"small\"\ncurrency = \"USD\"\n";
    const std::string tail =
        "\n[[meter]]\nid = \"requests\"\n[[meter]]\nid = \"tokens\"\n[cost]\nserving_share = 1\n[[plan]]\nid "
        "= \"pro\"\nfee = 20\n";
    const std::string list = R"(segment = [ # who, "é]"
  { id = "light", usage.requests = { distribution = "constant", value = 1, source = "é]" } }, # last
] # end
)";
    const std::string text = head + list + tail;
    const std::string grown = withMeasuredSegment(text, kMeasured, SegmentEdit::Append);
    EXPECT_EQ(segmentIds(grown), (std::vector<std::string>{"light", "measured"}));
    EXPECT_NE(grown.find("# last"), std::string::npos);
    EXPECT_NE(grown.find("# end"), std::string::npos);
    const std::string fresh = withMeasuredSegment(text, kMeasured, SegmentEdit::Replace);
    EXPECT_EQ(fresh, head + tail + "\n" + kBlock);
    EXPECT_EQ(segmentIds(fresh), (std::vector<std::string>{"measured"}));
    const std::string fromEmpty =
        withMeasuredSegment(head + "segment = [ # none\n]\n" + tail, kMeasured, SegmentEdit::Append);
    EXPECT_EQ(segmentIds(fromEmpty), (std::vector<std::string>{"measured"}));
    EXPECT_NE(fromEmpty.find("# none"), std::string::npos);
}

TEST(SegmentEdit, GivenAScenarioWithoutSegmentsOrLastLineEnd_WhenEdited_ThenTheBlockIsAtTheEnd) {
    const std::string text =
        "format = 1\nname = \"small\"\ncurrency = \"USD\"\n[cost]\n[[meter]]\nid = "
        "\"requests\"\n[[meter]]\nid = "
        "\"tokens\"\n[[plan]]\nid = \"pro\"\nfee = 20 # dollars";
    for (const SegmentEdit edit : {SegmentEdit::Append, SegmentEdit::Replace}) {
        const std::string result = withMeasuredSegment(text, kMeasured, edit);
        EXPECT_EQ(result, text + "\n\n" + kBlock);
        EXPECT_EQ(segmentIds(result), (std::vector<std::string>{"measured"}));
    }
}

TEST(SegmentEdit, GivenCarriageReturnsAndAByteOrderMark_WhenEdited_ThenEveryLineEndsAlike) {
    const std::string windows = "\xEF\xBB\xBF" + replaced(kTwoSegments, "\n", "\r\n");
    for (const SegmentEdit edit : {SegmentEdit::Append, SegmentEdit::Replace}) {
        const std::string result = withMeasuredSegment(windows, kMeasured, edit);
        EXPECT_EQ(result, "\xEF\xBB\xBF" +
                              replaced(withMeasuredSegment(kTwoSegments, kMeasured, edit), "\n", "\r\n"));
        EXPECT_EQ(segmentIds(result).back(), "measured");
    }
}

TEST(SegmentEdit, GivenNamesThatNeedQuotes_WhenWritten_ThenTheyReadBack) {
    const MeasuredSegment odd{"odd", 1.0, "C:\\new \"data\"\t\x01.csv", {{"requests", "a \"b\"\\c"}}, {}};
    const std::string result = withMeasuredSegment(kTwoSegments, odd, SegmentEdit::Replace);
    const ScenarioReading reading = read(result);
    ASSERT_TRUE(reading.scenario) << problems(reading);
    const auto& law = std::get<Empirical>(reading.scenario->segments[0].usages[0].distribution);
    EXPECT_EQ(law.file, odd.file);
    EXPECT_EQ(law.column, odd.columns[0].column);
}

TEST(SegmentEdit, GivenAPlanForARemovedSegment_WhenReplaced_ThenReadingTellsOfIt) {
    const std::string text = replaced(kTwoSegments, "fee = 20 # dollars", "fee = 20\nsegments = [\"light\"]");
    EXPECT_NE(problems(read(withMeasuredSegment(text, kMeasured, SegmentEdit::Replace)))
                  .find("there is no segment \"light\""),
              std::string::npos);
}

TEST(SegmentEdit, GivenTextThatIsNotToml_WhenEdited_ThenTheErrorHasItsPlace) {
    try {
        (void)withMeasuredSegment("format = 1\nname = \n", kMeasured, SegmentEdit::Append);
        FAIL() << "no error";
    } catch (const Error& error) {
        EXPECT_EQ(error.kind(), Error::Kind::Input);
        EXPECT_EQ(error.diagnostic().where.line, 2);
    }
}

TEST(WithMeasuredSegment, GivenCorrelations_WhenAddedInEitherForm_ThenTheyAreReadBack) {
    MeasuredSegment together = kMeasured;
    together.correlations = {{"requests", "tokens", 0.863}};
    const std::string inlined =
        "format = 1\nname = \"small\"\ncurrency = \"USD\"\n"
        "segment = [ { id = \"a\", usage = { requests = { distribution = \"constant\", value = 1 } } } ]\n"
        "[[meter]]\nid = \"requests\"\n[[meter]]\nid = \"tokens\"\n"
        "[[cost.rate]]\nmeter = \"tokens\"\namount = 1\n[[plan]]\nid = \"pro\"\nfee = 20\n";
    for (const std::string& text : {kTwoSegments, inlined}) {
        const auto reading =
            readScenarioText(withMeasuredSegment(text, together, SegmentEdit::Append), "small.toml", {},
                             [](const std::string&) { return std::string("calls,tokens\n1,10\n2,20\n"); });
        ASSERT_TRUE(reading.scenario) << reading.diagnostics.front().problem;
        const Segment& added = reading.scenario->segments.back();
        ASSERT_EQ(added.correlations.size(), 1U);
        EXPECT_EQ(added.correlations[0].kind, Correlation::Kind::Spearman);
        EXPECT_DOUBLE_EQ(added.correlations[0].value.base, 0.863);
    }
}

}  // namespace
}  // namespace breakeven::core::segment_edit_test
