#include "sim/report/results_json.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "tests/support/small_result.hpp"

namespace breakeven::sim::results_json_test {
namespace {

using Json = nlohmann::ordered_json;

// The shape of DESIGN 7.3: totals, segments and months of a plan; a segment's single month is in the CSV
// only.
constexpr const char* kSmall = R"({
  "format": 1,
  "run": "0123456789abcdef",
  "scenario": {"name": "team", "hash": "abcd"},
  "settings": {"users": 1000, "worlds": 2, "months": 3, "seed": 18446744073709551615, "sampling": "random"},
  "plans": [
    {
      "id": "pro",
      "metrics": {
        "margin_per_user": {"value": 4.5, "standard_error": 0.25, "low": 4.0, "high": 5.0, "band_low": -5.5,
                            "band_high": 12.5, "unit": "EUR/user-month", "exact": null},
        "revenue_per_user": {"value": 25.0, "standard_error": 0.0, "low": 25.0, "high": 25.0, "band_low": null,
                             "band_high": null, "unit": "EUR/user-month", "exact": 25.0}
      },
      "quantiles": {"cost": [{"level": 0.95, "value": 60.25, "low": 58.5, "high": 62.0}]},
      "segments": {"teams": {"metrics": {
        "margin_per_user": {"value": 99.0, "standard_error": 0.5, "low": 98.0, "high": 100.0, "band_low": null,
                            "band_high": null, "unit": "EUR/user-month", "exact": null}}}},
      "months": [{"month": 2, "metrics": {
        "margin_per_user": {"value": 7.0, "standard_error": 0.5, "low": 6.0, "high": 8.0, "band_low": null,
                            "band_high": null, "unit": "EUR/user-month", "exact": null}}}]
    },
    {
      "id": "metered",
      "metrics": {
        "margin_per_user": {"value": -1.0, "standard_error": 0.125, "low": -1.25, "high": -0.75, "band_low": null,
                            "band_high": null, "unit": "EUR/user-month", "exact": null}
      },
      "quantiles": {},
      "segments": {},
      "months": []
    }
  ],
  "differences": [
    {"baseline": "pro", "plan": "metered", "metric": "margin_per_user", "value": -5.5, "standard_error": 0.25,
     "low": -6.0, "high": -5.0, "noise": false}
  ]
})";

TEST(ResultsJson, GivenASmallResult_WhenWritten_ThenItIsThisTextIndentedByTwo) {
    // Parsed and written again, so that the text above may be laid out for reading.
    EXPECT_EQ(resultsJson(tests::smallResult()), Json::parse(kSmall).dump(2) + "\n");
}

TEST(ResultsJson, GivenAnyDouble_WhenReadBack_ThenItIsTheSameNumber) {
    RunResult result = tests::smallResult();
    for (const double value : {0.1, 1.0 / 3.0, 1e22, 5e-324, -1.7976931348623157e308}) {
        result.metrics[0].estimate.value = value;
        const Json json = Json::parse(resultsJson(result));
        EXPECT_EQ(json["plans"][0]["metrics"]["margin_per_user"]["value"].get<double>(), value);
    }
}

TEST(ResultsJson, GivenANumberThatIsNotFinite_WhenWritten_ThenItIsNull) {
    RunResult result = tests::smallResult();
    result.metrics[0].estimate.value = std::numeric_limits<double>::quiet_NaN();
    result.metrics[0].estimate.high = std::numeric_limits<double>::infinity();

    const Json metric = Json::parse(resultsJson(result))["plans"][0]["metrics"]["margin_per_user"];

    EXPECT_TRUE(metric["value"].is_null());
    EXPECT_TRUE(metric["high"].is_null());
}

TEST(ResultsJson, GivenAStoppedRun_WhenWritten_ThenItSaysHowManyWorldsWereFinished) {
    RunResult result = tests::smallResult();
    result.cancelled = true;
    result.worldsFinished = 1;

    const Json json = Json::parse(resultsJson(result));

    EXPECT_EQ(json["cancelled"], true);
    EXPECT_EQ(json["worlds_finished"], 1);
}

TEST(ResultsJson, GivenTextWithQuotesControlsAndBadBytes_WhenReadBack_ThenOnlyTheBadBytesAreReplaced) {
    RunResult result = tests::smallResult();
    result.manifest.scenario = "a\"\\\n\x01\xff";

    EXPECT_EQ(Json::parse(resultsJson(result))["scenario"]["name"].get<std::string>(),
              "a\"\\\n\x01\xEF\xBF\xBD");
}

TEST(ResultsJson, GivenSeveralResults_WhenWritten_ThenTheyAreAnArray) {
    const std::shared_ptr<const RunResult> one = std::make_shared<RunResult>(tests::smallResult());
    const std::shared_ptr<const RunResult> results[] = {one, one};

    EXPECT_EQ(Json::parse(resultsJson(std::span(results))),
              Json::array({Json::parse(kSmall), Json::parse(kSmall)}));
}

TEST(SweepJson, GivenPoints_WhenWritten_ThenNumbersStayNumbersAndWordsWords) {
    const auto result = std::make_shared<RunResult>(tests::smallResult());
    const SweepPoint points[] = {{{{"plan.pro.fee", "1e1"}, {"run.sampling", "random"}}, result}};

    const Json json = Json::parse(sweepJson(points));

    EXPECT_EQ(json["format"], 1);
    EXPECT_EQ(json["points"][0]["set"], Json::parse(R"({"plan.pro.fee": 10.0, "run.sampling": "random"})"));
    EXPECT_EQ(json["points"][0]["result"], Json::parse(kSmall));
}

}  // namespace
}  // namespace breakeven::sim::results_json_test
