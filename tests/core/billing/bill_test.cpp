#include "core/billing/bill.hpp"

#include <gtest/gtest.h>

#include "core/billing/bill_text.hpp"
#include "core/scenario/scenario_reader.hpp"
#include "tests/support/billing.hpp"

namespace breakeven::core::bill_test {
namespace {

using tests::linesOf;
using tests::scenarioWith;

const std::string kData = std::string(BREAKEVEN_SOURCE_ROOT) + "/tests/data/core/billing/";

TEST(Bill, GivenTheCodingTeamAtListPrice_WhenBilledByDay_ThenTheDataSetsOwnFiguresComeOut) {
    const ScenarioReading reading = readScenarioFile(kData + "coding-team.toml");
    ASSERT_TRUE(reading.scenario);
    BillRequest request;
    request.usageFile = kData + "usage_day.csv";
    request.plans = {"list"};
    request.semantics = {Semantics{}};
    request.isPerRow = true;
    const BillResult result = billUsage(*reading.scenario, request, {});
    const PlanBill& bill = result.plans.at(0);
    EXPECT_EQ(result.subjects, 8U);
    EXPECT_EQ(bill.invoices, 85U);
    EXPECT_EQ(roundHalfAway(bill.total, 0).text(), "1519");
    EXPECT_EQ(bill.amounts.mean(2).text(2), "17.87");
    EXPECT_NEAR(bill.amounts.quantile(0.5), 16.79, 0.005);
    EXPECT_NEAR(bill.amounts.quantile(0.9), 38.94, 0.005);
}

TEST(Bill, GivenALimitByWindow_WhenBilled_ThenTheCommandSaysThatRowsDoNotKnowIt) {
    ScenarioReading reading = readScenarioFile(kData + "coding-team.toml");
    ASSERT_TRUE(reading.scenario);
    Scenario scenario = *reading.scenario;
    Limit limit;
    limit.id = "burst";
    limit.amount = {50.0, {}};
    limit.window = LimitWindow{{5.0, {}}, true};
    scenario.plans[1].limits.push_back(limit);
    BillRequest request;
    request.usageFile = kData + "usage_day.csv";
    request.plans = {scenario.plans[1].id};
    request.semantics = {Semantics{}};
    try {
        (void)billUsage(scenario, request, {});
        FAIL();
    } catch (const Error& error) {
        EXPECT_EQ(
            error.diagnostic().problem,
            "plan.seat.limit.burst: a limit by window can't be billed: usage rows know the sums of their "
            "periods only");
    }
    request.plans = {scenario.plans[0].id};
    EXPECT_EQ(billUsage(scenario, request, {}).plans.size(), 1U);
}

TEST(Bill, GivenTheCodingTeamUnderOtherPlans_WhenBilledByMonth_ThenSeatsPoolAndMigrationAddUp) {
    const ScenarioReading reading = readScenarioFile(kData + "coding-team.toml");
    ASSERT_TRUE(reading.scenario);
    BillRequest request;
    request.usageFile = kData + "usage_day.csv";
    request.semantics = {Semantics{}};
    const BillResult result = billUsage(*reading.scenario, request, {});
    ASSERT_EQ(result.plans.size(), 4U);
    const PlanBill& seat = result.plans[1];
    EXPECT_EQ(seat.total.text(2), "2400.00");  // 12 developer-months at 200
    EXPECT_EQ(seat.migration->better, 2U);
    EXPECT_EQ(seat.migration->worse, 6U);
    EXPECT_EQ(seat.migration->losers.front().subject, "dev05");
    const PlanBill& pool = result.plans[2];
    EXPECT_TRUE(pool.isPooled);
    EXPECT_EQ(pool.invoices, 2U);
    // January: 785.47 at list price, 5 seats; February: 733.75, 7 seats; each pays 80 and brings 100 of
    // credit.
    EXPECT_EQ(pool.total.text(2), "1279.22");
    EXPECT_EQ(pool.creditsUsed.text(2), "1200.00");
}

TEST(Bill, GivenFeeChargeAndPlanBounds_WhenBilled_ThenEachLineHasItsReason) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\nfee = 5\nminimum = 8\nmaximum = 20\n[[plan.charge]]\nid = \"t\"\nmeter = "
        "\"tokens\"\n"
        "model = \"per_unit\"\nper = 1_000_000\nunit_amount = 2.5\n");
    EXPECT_EQ(linesOf(scenario,
                      "subject,period_start,calls,tokens\na,2026-01-01,1,1000000\nb,2026-01-01,1,9e6\n"
                      "c,2026-01-01,1,2000002\n"),
              "p a 2026-01-01: fee 5.00 charge 2.50 minimum 0.50 = 8.00\n"
              "p b 2026-01-01: fee 5.00 charge 22.50 cap -7.50 = 20.00\n"
              "p c 2026-01-01: fee 5.00 charge 5.00 = 10.00\n");
}

TEST(Bill, GivenAPriceOf40Digits_WhenBilled_ThenNoDigitIsLost) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = \"per_unit\"\n"
        "unit_amount = 0.004_999_999_999_999_999_999_999_999_999_999_999_999_9\n");
    EXPECT_EQ(linesOf(scenario, "subject,period_start,tokens\na,2026-01-01,1\n"),
              "p a 2026-01-01: charge 0.00 = 0.00\n");  // a double would be 0.005 and give 0.01
}

TEST(Bill, GivenUnitAmountsPerThree_WhenBilled_ThenThirdsDoNotMoveTheRounding) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = \"graduated\"\nper = 3\n"
        "tiers = [ { up_to = 9, unit_amount = 0.01, flat_amount = 1 }, { unit_amount = 1 } ]\n");
    // 1.5 × 0.01 / 3 = 0.005 exactly; 9 × 0.01 / 3 + 1 + 1.5 / 3 = 1.53
    EXPECT_EQ(linesOf(scenario, "subject,period_start,tokens\na,2026-01-01,1.5\nb,2026-01-01,10.5\n"),
              "p a 2026-01-01: charge 1.01 = 1.01\np b 2026-01-01: charge 1.53 = 1.53\n");
}

TEST(Bill, GivenChargeTerms_WhenBilled_ThenRefundsRoundingDiscountAndBoundsApplyInOrder) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tokens\"\nrefunds = \"calls\"\nmodel = "
        "\"per_unit\"\nper = 10\n"
        "round_quantity = \"ceiling\"\nunit_amount = 3\ndiscount_percent = 10\nmaximum = 20\n");
    // (35 - 4) / 10 -> 4 × 3 = 12, less 1.20; 93 / 10 -> 10 × 3 = 30, less 3, capped to 20
    EXPECT_EQ(linesOf(scenario, "subject,period_start,calls,tokens\na,2026-01-01,4,35\nb,2026-01-01,0,93\n"),
              "p a 2026-01-01: charge 10.80 = 10.80\np b 2026-01-01: charge 20.00 = 20.00\n");
}

TEST(Bill, GivenACommitmentWithTrueUp_WhenBilled_ThenOverageCostsMoreAndTheRestIsPaid) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = \"per_unit\"\nunit_amount = 2\n"
        "commitment_amount = 10\noverage_factor = 1.5\ntrue_up = true\n");
    EXPECT_EQ(linesOf(scenario, "subject,period_start,tokens\na,2026-01-01,2\nb,2026-01-01,8\n"),
              "p a 2026-01-01: charge 10.00 = 10.00\np b 2026-01-01: charge 19.00 = 19.00\n");
}

TEST(Bill, GivenABucketedCharge_WhenAMonthHasSeveralRows_ThenEachRowIsPricedByItself) {
    const auto scenario = [](const std::string& more) {
        return scenarioWith(
            "[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = \"package\"\n"
            "package_size = 100\npackage_amount = 5\n" +
            more);
    };
    const std::string usage =
        "subject,period_start,tokens\na,2026-01-01,50\na,2026-01-02,150\na,2026-01-03,200\na,2026-01-04,99\n";
    // As in the case bv-bucketed-flexprice-07: 1 + 2 + 2 + 1 packages; together they are 499 units, 5
    // packages.
    EXPECT_EQ(linesOf(scenario("bucketed = true\n"), usage), "p a 2026-01-01: charge 30.00 = 30.00\n");
    EXPECT_EQ(linesOf(scenario(""), usage), "p a 2026-01-01: charge 25.00 = 25.00\n");
    // Half of the use is blocked: 25, 75, 100 and 49.5 units
    EXPECT_EQ(
        linesOf(
            scenario(
                "bucketed = true\n[[plan.limit]]\nmeter = \"tokens\"\namount = 249.5\naction = \"block\"\n"),
            usage),
        "p a 2026-01-01: charge 20.00 = 20.00\n");
}

TEST(Bill, GivenEachLimit_WhenUseIsTwiceTheAmount_ThenItShrinksCostsExtraOrStays) {
    const auto under = [](const std::string& limit) {
        return linesOf(
            scenarioWith("[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = \"per_unit\"\n"
                         "unit_amount = 1\n[[plan.limit]]\nmeter = \"calls\"\namount = 100\n" +
                         limit),
            "subject,period_start,calls,tokens\na,2026-01-01,200,50\n");
    };
    EXPECT_EQ(under("action = \"block\"\n"), "p a 2026-01-01: charge 25.00 = 25.00\n");
    EXPECT_EQ(under("action = \"degrade\"\ncost_factor = 0.1\n"), "p a 2026-01-01: charge 50.00 = 50.00\n");
    EXPECT_EQ(under("action = \"throttle\"\nkept_share = 0.5\n"), "p a 2026-01-01: charge 37.50 = 37.50\n");
    EXPECT_EQ(under("action = \"queue\"\n"), "p a 2026-01-01: charge 50.00 = 50.00\n");
    EXPECT_EQ(under("action = \"overage\"\nunit_amount = 0.3\nper = 10\n"),
              "p a 2026-01-01: overage 3.00 charge 50.00 = 53.00\n");
    EXPECT_EQ(under("action = \"auto_buy\"\npack_size = 30\npack_amount = 2\n"),
              "p a 2026-01-01: pack 8.00 charge 50.00 = 58.00\n");
}

TEST(Bill, GivenCreditsThatRollOver_WhenMonthsPass_ThenTheyBurnInOrderExpireAndAreConserved) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\nfee = 1\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = "
        "\"per_unit\"\nunit_amount = 1\n"
        "[[plan.credit]]\nid = \"monthly\"\namount = 10\npriority = 1\nexpires_months = 2\nrollover_max = 6\n"
        "[[plan.credit]]\nid = \"gift\"\namount = 5\npriority = 2\nevery = \"once\"\n");
    BillResult result;
    // 2: left 8, cut to 6; 13: 6 old + 7 new; left 3; 30: 3 + 10 + 5 of the gift
    EXPECT_EQ(
        linesOf(scenario, "subject,period_start,tokens\na,2026-01-01,2\na,2026-02-01,13\na,2026-03-01,30\n",
                "breakeven", &result),
        "p a 2026-01-01: fee 1.00 charge 2.00 credit -2.00 = 1.00\n"
        "p a 2026-02-01: fee 1.00 charge 13.00 credit -13.00 = 1.00\n"
        "p a 2026-03-01: fee 1.00 charge 30.00 credit -13.00 credit -5.00 = 13.00\n");
    const PlanBill& bill = result.plans.at(0);
    EXPECT_EQ(bill.creditsGranted.text(), "35");
    EXPECT_EQ(bill.creditsUsed.text(), "33");
    EXPECT_EQ(bill.creditsLapsed.text(), "2");
    EXPECT_EQ(bill.creditsLeft.text(), "0");
}

TEST(Bill, GivenTopUps_WhenCreditsAreUsedUp_ThenWholePacksAreBoughtAndTheRestIsKept) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = \"per_unit\"\nunit_amount = 1\n"
        "[[plan.credit]]\namount = 10\nexpires_months = 1\n[plan.top_up]\namount = 20\nprice = 18\n");
    // 35 - 10 = 25: two packs of 20 at 18, 15 are kept; then 10 + 15 cover 24
    EXPECT_EQ(linesOf(scenario, "subject,period_start,tokens\na,2026-01-01,35\na,2026-02-01,24\n"),
              "p a 2026-01-01: charge 35.00 credit -10.00 credit -25.00 top_up 36.00 = 36.00\n"
              "p a 2026-02-01: charge 24.00 credit -10.00 credit -14.00 = 0.00\n");
}

TEST(Bill, GivenTrialCouponAndTax_WhenBilled_ThenEachHoldsForItsMonths) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\nfee = 30\ntrial_months = 1\ntax_percent = 20\n[[plan.charge]]\nmeter = "
        "\"tokens\"\n"
        "model = \"per_unit\"\nunit_amount = 1\n[[plan.coupon]]\npercent = 50\nmonths = 2\n");
    EXPECT_EQ(
        linesOf(scenario, "subject,period_start,tokens\na,2026-01-01,7\na,2026-02-01,7\na,2026-03-01,7\n"),
        "p a 2026-01-01: fee 30.00 charge 7.00 trial -30.00 coupon -3.50 tax 0.70 = 4.20\n"
        "p a 2026-02-01: fee 30.00 charge 7.00 coupon -18.50 tax 3.70 = 22.20\n"
        "p a 2026-03-01: fee 30.00 charge 7.00 tax 7.40 = 44.40\n");
}

TEST(Bill, GivenASubjectThatCameMidMonth_WhenProrated_ThenTheFeeFollowsTheSemanticsDays) {
    const Scenario scenario = scenarioWith("[[plan]]\nid = \"p\"\nfee = 31\nprorated = true\n");
    const std::string usage =
        "subject,period_start,tokens,active_from,active_to\na,2026-01-01,0,2026-01-22,2026-02-01\nb,2026-01-"
        "01,0,,\n";
    EXPECT_EQ(linesOf(scenario, usage, "lago"),
              "p a 2026-01-01: fee 10.00 = 10.00\np b 2026-01-01: fee 31.00 = 31.00\n");
    EXPECT_EQ(linesOf(scenario, usage, "openmeter").substr(0, 36), "p a 2026-01-01: fee 10.00 = 10.00\np ");
}

TEST(Bill, GivenTheOtherModels_WhenBilled_ThenTheirRulesHold) {
    const auto under = [](const std::string& charge) {
        const std::string text = linesOf(scenarioWith("[[plan]]\nid = \"p\"\n[[plan.charge]]\n" + charge),
                                         "subject,period_start,calls,tokens\na,2026-01-01,7,250\n");
        return text.substr(text.find("= ") + 2, text.size() - text.find("= ") - 3);
    };
    EXPECT_EQ(
        under(
            "meter = \"tokens\"\nmodel = \"graduated_package\"\ntiers = [ { up_to = 100, package_size = 30, "
            "package_amount = 2 }, { package_size = 100, package_amount = 5 } ]\n"),
        "18.00");  // 4 × 2 + 2 × 5
    EXPECT_EQ(
        under("meter = \"tokens\"\nmodel = \"volume_package\"\ntiers = [ { up_to = 100, package_size = 30, "
              "package_amount = 2 }, { package_size = 100, package_amount = 5 } ]\n"),
        "15.00");
    EXPECT_EQ(under("meter = \"tokens\"\nmodel = \"graduated_percentage\"\ntiers = [ { up_to = 100, "
                    "rate_percent = 3, "
                    "flat_amount = 1 }, { rate_percent = 2 } ]\n"),
              "7.00");  // 3 + 1 + 3
    EXPECT_EQ(under("meter = \"tokens\"\nmodel = \"percentage\"\nrate_percent = 2\nfree_amount = "
                    "50\nfixed_amount = 0.3\n"
                    "events = \"calls\"\n"),
              "6.10");  // 4 + 2.1
    EXPECT_EQ(
        under("meter = \"tokens\"\nmodel = \"percentage_event\"\nrate_percent = 2\nper_event_max = 4.5\n"),
        "4.50");
    EXPECT_EQ(under("meter = \"tokens\"\nmodel = \"dynamic\"\nmultiplier = 1.3\n"), "325.00");
    EXPECT_EQ(under("meters = [\"calls\", \"tokens\"]\nmodel = \"capacity\"\ntiers = [ { limits = { calls = "
                    "10, tokens = "
                    "100 }, amount = 1 }, { limits = { tokens = 250 }, amount = 2 }, { amount = 9 } ]\n"),
              "2.00");
}

TEST(Bill, GivenSemantics_WhenTiersAndZeroUsageAreBilled_ThenTheSystemsDisagreeAsTheirCasesSay) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = \"graduated\"\n"
        "tiers = [ { up_to = 1, unit_amount = 0.004 }, { up_to = 2, unit_amount = 0.004 }, { unit_amount = "
        "0.004 } ]\n"
        "[[plan.charge]]\nmeter = \"calls\"\nmodel = \"graduated\"\ntiers = [ { unit_amount = 1, flat_amount "
        "= 2 } ]\n");
    const std::string usage = "subject,period_start,calls,tokens\na,2026-01-01,0,3\n";
    EXPECT_EQ(linesOf(scenario, usage, "breakeven"), "p a 2026-01-01: charge 0.01 charge 0.00 = 0.01\n");
    EXPECT_EQ(linesOf(scenario, usage, "lago"), "p a 2026-01-01: charge 0.01 charge 2.00 = 2.01\n");
    EXPECT_EQ(linesOf(scenario, usage, "openmeter"), "p a 2026-01-01: charge 0.00 charge 2.00 = 2.00\n");
    EXPECT_EQ(linesOf(scenario, usage, "breakeven,rounding=invoice,flat_at_zero=first_tier"),
              "p a 2026-01-01: charge 0.012 charge 2.00 rounding -0.002 = 2.01\n");
}

TEST(Bill, GivenTaxAndCredits_WhenTheOrderDiffers_ThenTheAmountDueDiffers) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\ntax_percent = 10\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = \"per_unit\"\n"
        "unit_amount = 1\n[[plan.coupon]]\namount = 10\n[[plan.credit]]\namount = 30\n");
    const std::string usage = "subject,period_start,tokens\na,2026-01-01,70\n";
    // Both figures stand in the 322 cases (invoice_total).
    EXPECT_EQ(linesOf(scenario, usage, "breakeven"),
              "p a 2026-01-01: charge 70.00 coupon -10.00 credit -30.00 tax 3.00 = 33.00\n");
    EXPECT_EQ(linesOf(scenario, usage, "lago"),
              "p a 2026-01-01: charge 70.00 coupon -10.00 tax 6.00 credit -30.00 = 36.00\n");
}

TEST(Bill, GivenYen_WhenBilled_ThenAmountsHaveNoDecimals) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tokens\"\nmodel = \"per_unit\"\nunit_amount = "
        "0.5\n",
        "JPY");
    EXPECT_EQ(linesOf(scenario, "subject,period_start,tokens\na,2026-01-01,3\n"),
              "p a 2026-01-01: charge 2 = 2\n");
}

TEST(Bill, GivenTwoPlans_WhenCompared_ThenBetterWorseAndLosersAreCounted) {
    const Scenario scenario = scenarioWith(
        "[[plan]]\nid = \"now\"\nfee = 10\n[[plan]]\nid = \"next\"\n[[plan.charge]]\nmeter = \"tokens\"\n"
        "model = \"per_unit\"\nunit_amount = 1\n");
    BillResult result;
    linesOf(
        scenario,
        "subject,period_start,tokens\na,2026-01-01,4\nb,2026-01-01,10\nc,2026-01-01,21\nd,2026-01-01,15\n",
        "breakeven", &result);
    EXPECT_FALSE(result.plans[0].migration);
    const MigrationSummary& moved = *result.plans[1].migration;
    EXPECT_EQ(moved.subjects, 4U);
    EXPECT_EQ(moved.better, 1U);
    EXPECT_EQ(moved.worse, 2U);
    EXPECT_EQ(moved.aboveTwice, 1U);
    ASSERT_EQ(moved.losers.size(), 2U);
    EXPECT_EQ(moved.losers[0].subject, "c");
    EXPECT_EQ(moved.losers[1].after.text(2), "15.00");
}

TEST(BillText, GivenSubjectsThatNeedQuotes_WhenWritten_ThenTheCsvIsSafe) {
    const Scenario scenario = scenarioWith("[[plan]]\nid = \"p\"\nfee = 1\n");
    const InvoiceMaker maker(exactPlan(scenario, scenario.plans[0], Semantics{}));
    Invoice invoice;
    invoice.total = *Decimal::parse("1.5");
    std::string out;
    for (const std::string subject : {"a,\"b\"", "=SUM(1)"}) {
        const std::string period = "2026-01-01";
        appendInvoiceRow(out, {maker, subject, period, invoice});
    }
    EXPECT_EQ(out,
              "breakeven,p,\"a,\"\"b\"\"\",2026-01-01,0,1.50\r\n"
              "breakeven,p,'=SUM(1),2026-01-01,0,1.50\r\n");
}

TEST(Semantics, GivenWordsThatAreNotKnown_WhenRead_ThenTheNearestIsNamed) {
    const auto problemOf = [](const std::string& text) {
        const SemanticsReading reading = readSemantics(text, "--semantics");
        EXPECT_FALSE(reading.semantics);
        return reading.diagnostics.at(0).problem + " | " + reading.diagnostics.at(0).remedy;
    };
    EXPECT_EQ(problemOf("lagoo"), "there is no preset \"lagoo\" | did you mean \"lago\"?");
    EXPECT_EQ(problemOf("lago,roundin=tier"), "there is no option \"roundin\" | did you mean \"rounding\"?");
    EXPECT_EQ(problemOf("lago,rounding=teir"),
              "rounding: unknown word \"teir\" | use one of line, tier, invoice");
    EXPECT_EQ(problemOf("lago,order=tax>cap"),
              "order \"tax>cap\" does not name each step once | write order=discount>cap>minimum>credit>tax "
              "in the order "
              "you want");
}

}  // namespace
}  // namespace breakeven::core::bill_test
