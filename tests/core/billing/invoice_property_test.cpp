// Laws of invoices over 100,000 seeded random plans, each followed for several months.

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "core/billing/invoice.hpp"

namespace breakeven::core::invoice_property_test {
namespace {

constexpr int kPlans = 100'000;

class Draws {
  public:
    std::int64_t whole(std::int64_t low, std::int64_t high) {
        return low + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(high - low + 1));
    }
    bool coin() { return whole(0, 1) == 1; }
    /// A parameter of two decimals in [0, high], as the reader gives it.
    Parameter number(std::int64_t high) {
        const std::int64_t cents = whole(0, high * 100);
        return {static_cast<double>(cents) / 100.0, {}, fmt(cents)};
    }
    static std::string fmt(std::int64_t cents) {
        const std::string rest = std::to_string(cents % 100);
        return std::to_string(cents / 100) + "." + (rest.size() == 1 ? "0" : "") + rest;
    }

  private:
    std::mt19937_64 engine_{20260105};
};

Plan planOf(Draws& draws) {
    Plan plan;
    plan.id = "p";
    if (draws.coin()) plan.fee = draws.number(50);
    for (std::int64_t i = draws.whole(0, 2); i >= 0; --i) {
        Charge charge;
        charge.id = std::to_string(i);
        charge.meters = {{0, {1.0, {}}}};
        charge.price = UnitPrice{draws.number(3)};
        if (draws.whole(0, 3) == 0) charge.terms.discount = draws.number(100);
        if (draws.whole(0, 3) == 0) charge.terms.maximum = draws.number(60);
        plan.charges.push_back(std::move(charge));
    }
    if (draws.whole(0, 2) == 0) plan.maximum = draws.number(90);
    if (draws.whole(0, 2) == 0) plan.minimum = draws.number(30);
    for (std::int64_t i = draws.whole(0, 2); i > 0; --i) {
        Credit credit;
        credit.id = std::to_string(i);
        credit.amount = draws.number(60);
        credit.priority = i;
        credit.isOnce = draws.coin();
        if (draws.coin()) credit.expires = static_cast<std::uint64_t>(draws.whole(1, 3));
        if (draws.coin()) credit.rolloverMax = draws.number(40);
        if (draws.coin()) credit.charges = {0};
        plan.terms.credits.push_back(std::move(credit));
    }
    if (draws.whole(0, 3) == 0) plan.terms.topUp = TopUp{{10.0, {}, "10"}, draws.number(12)};
    if (draws.whole(0, 2) == 0)
        plan.terms.coupons = {{"c", draws.number(100), {}, {}}, {"d", {}, draws.number(9), {}}};
    if (draws.whole(0, 2) == 0) plan.terms.taxPercent = draws.number(25);
    plan.terms.trialMonths = static_cast<std::uint64_t>(draws.whole(0, 2));
    plan.terms.isTrialForAll = draws.coin();
    return plan;
}

TEST(InvoiceProperties,
     GivenRandomPlansAndMonths_WhenBilled_ThenLinesAddUpNobodyIsPaidAndCreditsAreConserved) {
    Draws draws;
    Scenario scenario;
    scenario.currency = "USD";
    scenario.meters = {{"m", "m"}};
    Invoice invoice;
    for (int i = 0; i < kPlans; ++i) {
        const Plan plan = planOf(draws);
        Semantics semantics;
        std::ranges::shuffle(semantics.order, std::mt19937_64(static_cast<std::uint64_t>(i)));
        semantics.coupons =
            draws.coin() ? rating::CouponOrder::AsGiven : rating::CouponOrder::PercentageFirst;
        if (draws.whole(0, 3) == 0) semantics.rounding = RoundingScope::Invoice;
        InvoiceMaker maker(exactPlan(scenario, plan, semantics));
        Account account;
        std::int64_t month = 24'000;
        for (int period = 0; period < 4; ++period) {
            PeriodUsage usage;
            usage.quantities = {*Decimal::parse(Draws::fmt(draws.whole(0, 6000)))};
            usage.month = month;
            month += draws.whole(1, 2);
            maker.bill(usage, account, invoice);
            Decimal sum;
            for (const InvoiceLine& line : invoice.lines) {
                sum += line.amount;
                const bool isRounded = roundHalfAway(line.amount, 2) == line.amount;
                ASSERT_TRUE(isRounded || semantics.rounding == RoundingScope::Invoice) << wordOf(line.kind);
            }
            ASSERT_EQ(sum, invoice.total);
            ASSERT_EQ(roundHalfAway(invoice.total, 2), invoice.total);
            ASSERT_FALSE(invoice.total.isNegative());
            ASSERT_EQ(account.granted, account.used + account.lapsed + account.left());
            ASSERT_FALSE(account.left().isNegative());
        }
    }
}

}  // namespace
}  // namespace breakeven::core::invoice_property_test
