// Terms of plans for exact invoices: refused with place and remedy, warned about by `check`, reached by
// `--set`, and kept digit by digit.

#include <gtest/gtest.h>

#include "core/billing/exact_plan.hpp"
#include "core/scenario/scenario_reader.hpp"

namespace breakeven::core::plan_terms_test {
namespace {

constexpr const char* kHead =
    "format = 1\nname = \"t\"\ncurrency = \"USD\"\n[[meter]]\nid = \"calls\"\n[[meter]]\nid = \"tokens\"\n"
    "[[segment]]\nid = \"s\"\n[segment.usage.calls]\ndistribution = \"uniform\"\nlow = 100\nhigh = 900\n"
    "[segment.usage.tokens]\ndistribution = \"lognormal\"\nmedian = 100\nsigma = 0.5\n[[cost.rate]]\nmeter = "
    "\"calls\"\namount = 0\n"
    "[[cost.rate]]\nmeter = \"tokens\"\namount = 0\n[[plan]]\nid = "
    "\"p\"\n";

ScenarioReading readingOf(const std::string& plan, const std::vector<Override>& overrides = {}) {
    return readScenarioText(kHead + plan, "t.toml", overrides,
                            [](const std::string&) { return std::string(); });
}

std::string problemsOf(const std::string& plan) {
    std::string text;
    for (const Diagnostic& item : readingOf(plan).diagnostics)
        text += item.problem + " | " + item.remedy + "\n";
    return text;
}

std::string lintsOf(const std::string& plan) {
    const ScenarioReading reading = readingOf(plan);
    EXPECT_TRUE(reading.scenario) << problemsOf(plan);
    std::string text;
    for (const Diagnostic& item : reading.lints) {
        EXPECT_GT(item.where.line, 20);
        text += item.problem + "\n";
    }
    return text;
}

const std::string kCharge = "[[plan.charge]]\nid = \"c\"\nmeter = \"calls\"\n";

TEST(PlanTerms, GivenTermsThatCannotBe_WhenRead_ThenEachIsRefusedWithItsRemedy) {
    EXPECT_EQ(
        problemsOf("[[plan.credit]]\namount = 1\n[[plan.credit]]\namount = 2\npriority = 1\n" + kCharge +
                   "model = \"per_unit\"\nunit_amount = 1\n"),
        "plan.p: its credits have no order | give each its own `priority`; the lowest is burnt first\n");
    EXPECT_EQ(
        problemsOf(kCharge +
                   "model = \"per_unit\"\nunit_amount = 1\ncommitment_amount = 5\noverage_factor = 0\n"),
        "plan.p.charge.c.overage_factor is 0 | it must be above 0\n");
    EXPECT_EQ(
        problemsOf(kCharge + "model = \"per_unit\"\nunit_amount = 1\ntrue_up = true\n"),
        "plan.p.charge.c: true_up belongs to a commitment_amount | add commitment_amount, or remove it\n");
    EXPECT_EQ(problemsOf(kCharge + "model = \"per_unit\"\nunit_amount = 1\nminimum = 5\nmaximum = 4\n"),
              "plan.p.charge.c: minimum 5 is above maximum 4 | lower the minimum or raise the maximum\n");
    EXPECT_EQ(problemsOf(kCharge + "model = \"per_unit\"\nunit_amount = 1\nrefunds = \"cals\"\n"),
              "there is no meter \"cals\" | did you mean \"calls\"?\n");
    EXPECT_EQ(
        problemsOf(kCharge +
                   "model = \"graduated_package\"\ntiers = [ { package_size = 0, package_amount = 1 } ]\n"),
        "plan.p.charge.c.tiers.1.package_size is 0 | it must be above 0\n");
    EXPECT_EQ(problemsOf(kCharge + "model = \"percentage\"\nrate_percent = 1\nfixed_amount = 1\n"),
              "plan.p.charge.c: the fixed amount is per event, but no meter counts them | add `events = "
              "\"…\"`, a meter\n");
    EXPECT_EQ(
        problemsOf(
            kCharge +
            "model = \"capacity\"\ntiers = [ { amount = 1 }, { limits = { tokens = 5 }, amount = 2 } ]\n"),
        "plan.p.charge.c: tier 1 has no limits | write limits = { METER = 100 }; only the last tier is open\n"
        "plan.p.charge.c: the last tier has limits | remove them, so that any usage has a price\n"
        "plan.p.charge.c.tiers.2: \"tokens\" is no meter of this charge | name it in `meters`\n");
    EXPECT_EQ(
        problemsOf("[[plan.limit]]\nmeter = \"calls\"\namount = 5\naction = \"queue\"\nkept_share = 0.5\n"),
        "plan.p.limit.1: kept_share belongs to the action \"throttle\" | remove it, or change the action\n");
    EXPECT_EQ(problemsOf("[[plan.coupon]]\npercent = 5\namount = 5\n"),
              "plan.p.coupon.1: a coupon has either a percent or an amount | give one of them\n");
    EXPECT_EQ(
        problemsOf("trial_months = -1\n"),
        "plan.p.trial_months must be a whole number from 0 to 1200 | write digits only, such as 10_000\n");
}

TEST(PlanTerms, GivenMoreDigitsThanCanBeKept_WhenRead_ThenTheNumberIsRefused) {
    EXPECT_EQ(problemsOf("fee = 1." + std::string(80, '3') + "\n"),
              "plan.p.fee has too many digits to be kept exactly | give at most 76 digits\n");
}

TEST(PlanTerms, GivenExactTerms_WhenAScenarioIsToBeSimulated_ThenEachIsNamedWithItsPlace) {
    const ScenarioReading reading =
        readingOf("pooled = true\ntax_percent = 19\n" + kCharge +
                  "model = \"percentage_event\"\nrate_percent = 1\nminimum = 2\nbucketed = true\n");
    ASSERT_TRUE(reading.scenario);
    ASSERT_EQ(reading.scenario->exactOnly.size(), 2U);
    std::string text;
    for (const Diagnostic& item : reading.scenario->exactOnly) {
        EXPECT_EQ(item.severity, Severity::Error);
        EXPECT_GT(item.where.line, 20);
        text += item.problem + "\n";
    }
    EXPECT_EQ(text,
              "plan.p.charge.c: bucketed can't be simulated by this version\n"
              "plan.p: pooled can't be simulated by this version\n");
    for (const std::string terms : {"model = \"dynamic\"\nmultiplier = 2\n",
                                    "model = \"percentage_event\"\nrate_percent = 1\nbucketed = false\n"})
        EXPECT_TRUE(readingOf(kCharge + terms).scenario->exactOnly.empty()) << terms;
}

TEST(PlanTerms, GivenNumbersOfAFileAndOfSet_WhenMadeExact_ThenEveryDigitIsKept) {
    const std::string plan = "fee = 1_000.10\n" + kCharge +
                             "model = \"graduated\"\ntiers = [ { up_to = 100, unit_amount = 0.1 }, # é\n  { "
                             "unit_amount = 1e-7 } ]\n"
                             "[[plan.credit]]\nid = \"x\"\namount = { low = 1, base = 1.30, high = 2 }\n";
    const auto reading = readingOf(plan, {{"plan.p.charge.c.tiers.1.unit_amount", "0.12345678901234567890"},
                                          {"plan.p.credit.x.rollover_max", "7.0"}});
    ASSERT_TRUE(reading.scenario);
    const ExactPlan exact = exactPlan(*reading.scenario, reading.scenario->plans[0], Semantics{});
    EXPECT_EQ(exact.fee.text(), "1000.1");
    const auto& tiers = std::get<rating::GraduatedPrice<Decimal>>(exact.charges[0].price).tiers;
    EXPECT_EQ(tiers[0].unitAmount.text(), "0.1234567890123456789");
    EXPECT_EQ(tiers[1].unitAmount.text(), "0.0000001");
    EXPECT_EQ(exact.credits[0].amount.text(), "1.3");
    EXPECT_EQ(exact.credits[0].rolloverMax->text(), "7");
}

TEST(PlanLint, GivenAVolumePriceThatFallsAtATier_WhenChecked_ThenTheQuantityIsTold) {
    EXPECT_EQ(
        lintsOf(kCharge +
                "model = \"volume\"\nper = 10\ntiers = [ { up_to = 500, unit_amount = 20 }, { up_to = 700, "
                "unit_amount = 15, flat_amount = 300 }, { unit_amount = 5 } ]\n"),
        "plan.p.charge.c: the bill falls from 1350 to 350 when usage passes 700\n");
    EXPECT_EQ(
        lintsOf(kCharge +
                "model = \"volume\"\ntiers = [ { up_to = 500, flat_amount = 2 }, { flat_amount = 3 } ]\n"),
        "");
}

TEST(PlanLint, GivenAllowancesThatUsageNeverMeets_WhenChecked_ThenTheyAreTold) {
    const auto allowance = [](const std::string& meter, const std::string& units) {
        return lintsOf("[[plan.charge]]\nid = \"c\"\nmeter = \"" + meter +
                       "\"\nmodel = \"graduated\"\ntiers = [ { up_to = " + units +
                       " }, { unit_amount = 1 } ]\n");
    };
    EXPECT_EQ(allowance("calls", "99"),
              "plan.p.charge.c: the allowance of 99 is always exceeded: usage is at least 100\n");
    EXPECT_EQ(allowance("calls", "900"),
              "plan.p.charge.c: the allowance of 900 is never used up: usage is at most 900\n");
    EXPECT_EQ(allowance("calls", "500"), "");
    // 99.9 % of a lognormal with median 100 and sigma 0.5 is 100 e^(0.5 × 3.0902) = 468.85
    EXPECT_EQ(allowance("tokens", "469"),
              "plan.p.charge.c: the allowance of 469 is never used up: usage is at most 468.9\n");
    EXPECT_EQ(allowance("tokens", "468"), "");
}

TEST(PlanLint, GivenATierBeyondAllUsageOrABlock_WhenChecked_ThenItIsTold) {
    const std::string tiers =
        "model = \"graduated\"\ntiers = [ { up_to = 300, unit_amount = 2 }, { up_to = 1000, unit_amount = 1 "
        "}, { unit_amount = "
        "0.5 } ]\n";
    EXPECT_EQ(lintsOf(kCharge + tiers),
              "plan.p.charge.c: tier 3 begins at 1000 and is never reached: usage is at most 900\n");
    EXPECT_EQ(
        lintsOf(kCharge + tiers + "[[plan.limit]]\nmeter = \"calls\"\namount = 200\naction = \"block\"\n"),
        "plan.p.charge.c: tier 2 begins at 300 and is never reached: usage is at most 200\n");
}

TEST(PlanLint, GivenCreditsThatCannotBeUsed_WhenChecked_ThenTheyAreTold) {
    EXPECT_EQ(lintsOf("[[plan.credit]]\namount = 1\n"),
              "plan.p.credit.1: the plan has no charge that this credit could pay\n");
    EXPECT_EQ(lintsOf("[[plan.credit]]\namount = 1\nexpires_months = 3\nrollover_max = 0\n" + kCharge +
                      "model = \"per_unit\"\nunit_amount = 1\n"),
              "plan.p.credit.1: nothing rolls over, so the credit expires before its 3 months are used\n");
}

TEST(MeterLint, GivenAMeterThatNothingLooksAt_WhenChecked_ThenItIsToldAndItsParentIsNot) {
    const auto reading = readScenarioText(
        "format = 1\nname = \"t\"\ncurrency = \"USD\"\n[[meter]]\nid = \"calls\"\n[[meter]]\nid = "
        "\"tokens\"\n"
        "[[segment]]\nid = \"s\"\n[segment.usage.calls]\ndistribution = \"constant\"\nvalue = 5\n"
        "[segment.usage.tokens]\nper = \"calls\"\ndistribution = \"constant\"\nvalue = 9\n[cost]\n"
        "[[plan]]\nid = \"p\"\nfee = 1\n",
        "t.toml", {}, [](const std::string&) { return std::string(); });
    ASSERT_TRUE(reading.scenario);
    ASSERT_EQ(reading.lints.size(), 1U);
    EXPECT_EQ(reading.lints[0].problem, "no cost rate, charge or limit looks at the meter \"tokens\"");
    EXPECT_EQ(reading.lints[0].where.line, 6);
}

TEST(MeterLint, GivenAMeterThatAChargeRefunds_WhenChecked_ThenNothingIsTold) {
    const auto reading = readScenarioText(
        "format = 1\nname = \"t\"\ncurrency = \"USD\"\n[[meter]]\nid = \"tasks\"\n[[meter]]\nid = "
        "\"failed\"\n"
        "[[segment]]\nid = \"s\"\n[segment.usage.tasks]\ndistribution = \"constant\"\nvalue = 5\n"
        "[segment.usage.failed]\nper = \"tasks\"\ndistribution = \"constant\"\nvalue = 0.1\n[cost]\n"
        "[[plan]]\nid = \"p\"\n[[plan.charge]]\nmeter = \"tasks\"\nrefunds = \"failed\"\n"
        "model = \"per_unit\"\nunit_amount = 2\n",
        "t.toml", {}, [](const std::string&) { return std::string(); });
    ASSERT_TRUE(reading.scenario);
    EXPECT_TRUE(reading.lints.empty());
}

}  // namespace
}  // namespace breakeven::core::plan_terms_test
