#include "sim/report/results_csv.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "tests/support/small_result.hpp"

namespace breakeven::sim::results_csv_test {
namespace {

std::string fileOf(const RunResult& result, const std::string& name) {
    for (const NamedText& file : resultsCsv(result)) {
        if (file.name == name) return file.bytes;
    }
    ADD_FAILURE() << "there is no " << name;
    return {};
}

struct Wanted {
    const char* name;
    const char* bytes;
};

TEST(ResultsCsv, GivenASmallResult_WhenWritten_ThenEveryFileIsThisText) {
    const Wanted wanted[] = {
        {"differences.csv",
         "run,scenario,baseline,plan,segment,month,metric,unit,value,standard_error,low,high,band_low,band_"
         "high,noise\r\n"
         "0123456789abcdef,team,pro,metered,all,all,margin_per_user,EUR/"
         "user-month,-5.5,0.25,-6,-5,-18,4.5,no\r\n"
         "0123456789abcdef,team,pro,metered,all,2,margin_per_user,EUR/user-month,0.5,1,-1.5,2.5,,,yes\r\n"},
        {"metrics.csv",
         "run,scenario,plan,segment,month,metric,unit,value,standard_error,low,high,band_low,band_high,"
         "exact\r\n"
         "0123456789abcdef,team,pro,all,all,margin_per_user,EUR/user-month,4.5,0.25,4,5,-5.5,12.5,\r\n"
         "0123456789abcdef,team,pro,all,all,revenue_per_user,EUR/user-month,25,0,25,25,,,25\r\n"
         "0123456789abcdef,team,pro,teams,all,margin_per_user,EUR/user-month,99,0.5,98,100,,,\r\n"
         "0123456789abcdef,team,pro,all,2,margin_per_user,EUR/user-month,7,0.5,6,8,,,\r\n"
         "0123456789abcdef,team,pro,teams,2,margin_per_user,EUR/user-month,8,0.5,7,9,,,\r\n"
         "0123456789abcdef,team,metered,all,all,margin_per_user,EUR/user-month,-1,0.125,-1.25,-0.75,,,\r\n"},
        {"quantiles.csv",
         "run,scenario,plan,segment,month,quantity,level,value,low,high\r\n"
         "0123456789abcdef,team,pro,all,all,cost,0.95,60.25,58.5,62\r\n"
         "0123456789abcdef,team,pro,teams,all,cost,0.5,1,0.5,1.5\r\n"},
        {"histogram.csv",
         "run,scenario,plan,segment,month,quantity,bin_low,bin_high,count\r\n"
         "0123456789abcdef,team,pro,all,all,cost,0,0,12\r\n"
         "0123456789abcdef,team,pro,all,all,cost,0.5,0.75,9007199254740993\r\n"},
        {"worlds.csv",
         "run,scenario,world,plan,metric,value\r\n"
         "0123456789abcdef,team,1,,belief.cost.serving_share,0.35\r\n"
         "0123456789abcdef,team,1,pro,margin_per_user,4\r\n"
         "0123456789abcdef,team,2,pro,margin_per_user,5\r\n"},
        {"lorenz.csv",
         "run,scenario,plan,segment,month,user_share,cost_share\r\n"
         "0123456789abcdef,team,pro,all,all,0.5,0.0625\r\n"},
    };
    const std::vector<NamedText> files = resultsCsv(tests::smallResult());
    ASSERT_EQ(files.size(), std::size(wanted));
    for (std::size_t i = 0; i < files.size(); ++i) {
        EXPECT_EQ(files[i].name, wanted[i].name);
        EXPECT_EQ(files[i].bytes, wanted[i].bytes);
    }
}

TEST(ResultsCsv, GivenAResultWithoutRows_WhenWritten_ThenEveryFileHasItsHeaderOnly) {
    for (const NamedText& file : resultsCsv(RunResult{})) {
        EXPECT_EQ(file.bytes.find("\r\n"), file.bytes.size() - 2) << file.name;
        EXPECT_TRUE(file.bytes.starts_with("run,scenario,")) << file.name;
    }
}

TEST(ResultsCsv, GivenTextsThatASpreadsheetWouldMistake_WhenWritten_ThenTheyAreQuotedAndNeutralised) {
    RunResult result = tests::smallResult();
    result.manifest.scenario = "=1+1";
    result.lorenz = {{{"a,\"b\"", "line\nbreak", "-2"}, 1e22, 1e-7}};

    EXPECT_EQ(fileOf(result, "lorenz.csv"),
              "run,scenario,plan,segment,month,user_share,cost_share\r\n"
              "0123456789abcdef,'=1+1,\"a,\"\"b\"\"\",\"line\nbreak\",'-2,1e+22,1e-07\r\n");
}

TEST(ResultsCsv, GivenANumberThatIsNotFinite_WhenWritten_ThenItsCellIsEmpty) {
    RunResult result = tests::smallResult();
    const double nan = std::numeric_limits<double>::quiet_NaN();
    result.lorenz = {{{"pro"}, nan, -std::numeric_limits<double>::infinity()}};

    EXPECT_TRUE(fileOf(result, "lorenz.csv").ends_with("team,pro,all,all,,\r\n"))
        << fileOf(result, "lorenz.csv");
}

TEST(SweepCsv, GivenTwoPointsOfTwoKeys_WhenWritten_ThenTheKeysStandBehindTheColumnsOfMetrics) {
    auto result = std::make_shared<RunResult>(tests::smallResult());
    result->metrics.resize(1);
    const SweepPoint points[] = {{{{"plan.pro.fee", "10"}, {"run.sampling", "random"}}, result},
                                 {{{"plan.pro.fee", "2e1"}, {"run.sampling", "stratified"}}, result}};

    EXPECT_EQ(sweepCsv(points),
              "run,scenario,plan,segment,month,metric,unit,value,standard_error,low,high,band_low,band_high,"
              "exact,key.plan.pro.fee,key.run.sampling\r\n"
              "0123456789abcdef,team,pro,all,all,margin_per_user,EUR/"
              "user-month,4.5,0.25,4,5,-5.5,12.5,,10,random\r\n"
              "0123456789abcdef,team,pro,all,all,margin_per_user,EUR/"
              "user-month,4.5,0.25,4,5,-5.5,12.5,,20,stratified\r\n");
}

}  // namespace
}  // namespace breakeven::sim::results_csv_test
