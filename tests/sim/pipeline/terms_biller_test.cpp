#include "sim/pipeline/terms_biller.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <random>

#include "core/billing/invoice.hpp"
#include "tests/support/billing.hpp"

namespace breakeven::sim::terms_biller_test {
namespace {

constexpr std::size_t kUsers = 37;
constexpr std::size_t kMonths = 6;
constexpr int kPlans = 400;
constexpr int kPlaces = 12;  // so that the exact invoice's rounding does not show

/// Random plans as scenario text, with terms of every kind. Amounts that block lie off the round numbers at
/// which the last bit of a quantity decides over a whole unit.
class PlanWriter {
  public:
    explicit PlanWriter(std::uint64_t seed) : engine_(seed) {}

    double upTo(double top) { return static_cast<double>(engine_() >> 11) * 0x1p-53 * top; }
    bool chance(double p) { return upTo(1.0) < p; }

    std::string plan() {
        text_ = fmt::format("[[plan]]\nid = \"p\"\nfee = {}\n", money(40.0));
        if (chance(0.3)) text_ += fmt::format("minimum = {}\n", money(30.0));
        if (chance(0.3)) text_ += fmt::format("maximum = {}\n", 100.0 + whole(200.0));
        if (chance(0.3)) {
            text_ += fmt::format("trial_months = {}\n", 1 + whole(2.0));
            if (chance(0.5)) text_ += "trial_covers = \"all\"\n";
        }
        if (chance(0.4))
            text_ += fmt::format("[plan.top_up]\namount = {}\nprice = {}\n", 5 + whole(30.0), money(30.0));
        const int charges = 1 + whole(3.0);
        for (int c = 0; c < charges; ++c) charge(c);
        limits();
        credits(charges);
        if (chance(0.4))
            text_ += fmt::format("[[plan.coupon]]\npercent = {}\nmonths = {}\n", whole(60.0), 1 + whole(5.0));
        if (chance(0.4)) text_ += fmt::format("[[plan.coupon]]\namount = {}\n", money(9.0));
        return text_;
    }

  private:
    int whole(double top) { return static_cast<int>(upTo(top)); }
    std::string money(double top) { return fmt::format("{:.2f}", upTo(top)); }

    void tiers(const char* unit, bool hasPackages) {
        text_ += "tiers = [ ";
        double from = 0.0;
        for (int k = whole(4.0); k >= 0; --k) {
            text_ += "{ ";
            if (k > 0) text_ += fmt::format("up_to = {}, ", from += 1 + whole(300.0));
            if (hasPackages) text_ += fmt::format("package_size = {}, ", 1 + whole(50.0));
            if (chance(0.4)) text_ += fmt::format("flat_amount = {}, ", money(9.0));
            if (chance(0.3)) text_ += fmt::format("max_amount = {}, ", money(60.0));
            text_ += fmt::format("{} = {} }}{}", unit, money(0.9), k > 0 ? ", " : " ]\n");
        }
        if (chance(0.3)) text_ += "flat_at_zero = \"first_tier\"\n";
    }

    void charge(int index) {
        text_ += fmt::format("[[plan.charge]]\nid = \"c{}\"\n", index);
        const int model = whole(12.0);
        if (model == 11) {
            text_ += fmt::format(
                "model = \"capacity\"\nmeters = [\"calls\", \"tokens\"]\ntiers = [ {{ limits = {{ calls = "
                "{}, "
                "tokens = {} }}, amount = 3 }}, {{ limits = {{ tokens = {} }}, amount = 20 }}, {{ amount = "
                "50 }} ]\n",
                whole(300.0), whole(300.0), 300 + whole(300.0));
        } else if (chance(0.4)) {
            text_ +=
                fmt::format("meters = [\"calls\", \"tokens\"]\nweights = [{}, {}]\n", money(2.0), money(1.0));
        } else {
            text_ += "meter = \"calls\"\n";
        }
        switch (model) {
            case 0:
                text_ += fmt::format("model = \"flat\"\namount = {}\n", money(20.0));
                break;
            case 1:
                text_ += fmt::format("model = \"per_unit\"\nunit_amount = {}\nper = 10\n", money(3.0));
                break;
            case 2:
                text_ += "model = \"graduated\"\n";
                tiers("unit_amount", false);
                break;
            case 3:
                text_ += "model = \"volume\"\nper = 2\n";
                tiers("unit_amount", false);
                break;
            case 4:
                text_ += "model = \"graduated_package\"\n";
                tiers("package_amount", true);
                break;
            case 5:
                text_ += "model = \"volume_package\"\n";
                tiers("package_amount", true);
                break;
            case 6:
                text_ += "model = \"graduated_percentage\"\n";
                tiers("rate_percent", false);
                break;
            case 7:
                text_ += fmt::format(
                    "model = \"package\"\npackage_size = {}\npackage_amount = {}\nfree_units = {}\n"
                    "min_packages = {}\nround = \"{}\"\n",
                    1 + whole(90.0), money(9.0), whole(200.0), whole(2.0), chance(0.5) ? "down" : "up");
                break;
            case 8:
                text_ += fmt::format(
                    "model = \"percentage\"\nrate_percent = {}\nfree_amount = {}\nevents = \"tokens\"\n"
                    "fixed_amount = 0.01\n",
                    money(9.0), whole(200.0));
                break;
            case 9:
                text_ += fmt::format(
                    "model = \"percentage_event\"\nrate_percent = {}\nfixed_amount = 0.3\n"
                    "per_event_min = {}\nper_event_max = {}\n",
                    money(9.0), money(5.0), 5 + whole(20.0));
                break;
            case 10:
                text_ += fmt::format("model = \"dynamic\"\nmultiplier = {}\n", money(0.5));
                break;
            default:
                break;
        }
        if (model != 0 && chance(0.3)) text_ += "refunds = \"refunds\"\n";
        if (model != 0 && chance(0.3)) {
            const std::array words = {"half_up", "ceiling", "floor"};
            text_ += fmt::format("round_quantity = \"{}\"\n", words[static_cast<std::size_t>(whole(3.0))]);
        }
        if (chance(0.3)) text_ += fmt::format("discount_percent = {}\n", whole(50.0));
        if (chance(0.3)) text_ += fmt::format("minimum = {}\n", money(9.0));
        if (chance(0.3)) text_ += fmt::format("maximum = {}\n", 9 + whole(60.0));
        if (chance(0.3))
            text_ += fmt::format("commitment_amount = {}\noverage_factor = 1.5\ntrue_up = {}\n", money(30.0),
                                 chance(0.5));
    }

    void limits() {
        if (chance(0.3))
            text_ += fmt::format(
                "[[plan.limit]]\nmeter = \"calls\"\namount = {}\naction = \"throttle\"\nkept_share = {}\n",
                whole(400.0), money(1.0));
        if (chance(0.3))
            text_ += fmt::format("[[plan.limit]]\nmeter = \"tokens\"\namount = {}\naction = \"block\"\n",
                                 1.003 + whole(400.0));
        if (chance(0.3))
            text_ += fmt::format(
                "[[plan.limit]]\nmeter = \"calls\"\namount = {}\naction = \"overage\"\nunit_amount = 3\nper "
                "= 100\n",
                whole(400.0));
        if (chance(0.3))
            text_ += fmt::format(
                "[[plan.limit]]\nmeter = \"tokens\"\namount = {}\naction = \"auto_buy\"\npack_size = "
                "{}\npack_amount = 2\n",
                whole(400.0), 1 + whole(90.0));
        if (chance(0.3)) text_ += "[[plan.limit]]\nmeter = \"calls\"\namount = 90\naction = \"queue\"\n";
    }

    void credits(int charges) {
        const int count = whole(4.0);
        for (int k = 0; k < count; ++k) {
            text_ += fmt::format("[[plan.credit]]\namount = {}\npriority = {}\n", money(40.0), (k * 2) % 3);
            if (chance(0.3)) text_ += "every = \"once\"\n";
            if (chance(0.5)) text_ += fmt::format("expires_months = {}\n", 1 + whole(8.0));
            if (chance(0.5)) text_ += fmt::format("rollover_max = {}\n", money(50.0));
            if (chance(0.3)) text_ += fmt::format("charges = [\"c{}\"]\n", whole(charges));
        }
    }

    std::mt19937_64 engine_;
    std::string text_;
};

core::Scenario scenarioOf(const std::string& plan) {
    const std::string text =
        "format = 1\nname = \"t\"\ncurrency = \"USD\"\n[[meter]]\nid = \"calls\"\n[[meter]]\nid = "
        "\"tokens\"\n"
        "[[meter]]\nid = \"refunds\"\n[[segment]]\nid = \"s\"\n[segment.usage.calls]\ndistribution = "
        "\"constant\"\nvalue = 1\n[cost]\n" +
        plan;
    const core::ScenarioReading reading =
        core::readScenarioText(text, "t.toml", {}, [](const std::string&) { return std::string(); });
    for (const core::Diagnostic& item : reading.diagnostics) {
        if (item.severity == core::Severity::Error) ADD_FAILURE() << core::formatDiagnostic(item, text);
    }
    return reading.scenario.value();
}

using Columns = std::array<std::vector<double>, 3>;

/// What the plan's limits let happen, as ChunkRunner has it.
Columns servedOf(const core::Plan& plan, const Columns& asked) {
    std::vector<double> served(kUsers, 1.0);
    std::vector<double> touched(kUsers, 0.0);
    for (const core::Limit& limit : plan.limits) {
        const double* x = asked[limit.meter].data();
        if (limit.action == core::Limit::Action::Block)
            blockBeyond(x, limit.amount.base, served.data(), touched.data(), kUsers);
        if (limit.action == core::Limit::Action::Throttle)
            throttleBeyond(x, {limit.amount.base, limit.keptShare.base}, served.data(), touched.data(),
                           kUsers);
    }
    Columns result = asked;
    for (auto& column : result) multiply(served.data(), column.data(), kUsers);
    return result;
}

double numberOf(const core::Decimal& value) {
    return std::stod(value.text());
}

// The invoice is exact arithmetic written by itself, proven on the vectors of real billing systems.
TEST(TermsBiller, GivenRandomPlansOverMonths_WhenBilled_ThenEveryBillAndLapsedCreditIsThatOfTheExactInvoice) {
    PlanWriter writer(20260124);
    std::size_t withBreakage = 0;
    std::size_t withTerms = 0;
    for (int round = 0; round < kPlans; ++round) {
        const std::string text = writer.plan();
        SCOPED_TRACE(text);
        const core::Scenario scenario = scenarioOf(text);
        const core::Plan& plan = scenario.plans.front();
        const std::optional<CompiledTerms> terms = compileTerms(plan, {});
        if (!terms) continue;
        ++withTerms;
        core::ExactPlan exact = core::exactPlan(scenario, plan, core::Semantics{});
        exact.places = kPlaces;
        core::InvoiceMaker maker(exact);
        std::vector<core::Account> accounts(kUsers);
        TermsBiller biller;
        biller.start(*terms, kMonths, kUsers);
        std::vector<double> lapsedSoFar(kUsers, 0.0);
        for (std::size_t month = 0; month < kMonths; ++month) {
            Columns asked;
            for (auto& column : asked) {
                for (std::size_t i = 0; i < kUsers; ++i)
                    column.push_back(writer.chance(0.2) ? 0.0 : writer.upTo(600.0));
            }
            for (double& x : asked[2]) x /= 10.0;
            const Columns served = servedOf(plan, asked);
            const std::array<const double*, 3> askedAt = {asked[0].data(), asked[1].data(), asked[2].data()};
            const std::array<const double*, 3> servedAt = {served[0].data(), served[1].data(),
                                                           served[2].data()};
            std::vector<double> revenue(kUsers);
            std::vector<double> lapsed(kUsers);
            biller.bill(*terms, month, {askedAt, servedAt, kUsers}, revenue.data(), lapsed.data());
            for (std::size_t i = 0; i < kUsers; ++i) {
                core::PeriodUsage usage;
                for (const auto& column : asked)
                    usage.quantities.push_back(
                        core::Decimal::parse(fmt::format("{:.17f}", column[i])).value());
                usage.month = static_cast<std::int64_t>(month);
                core::Invoice invoice;
                maker.bill(usage, accounts[i], invoice);
                const double expected = numberOf(invoice.total);
                ASSERT_NEAR(revenue[i], expected, 1e-9 * (1.0 + expected))
                    << "month " << month << " user " << i;
                // The invoice lets credit lapse when the next month begins.
                ASSERT_NEAR(lapsedSoFar[i], numberOf(accounts[i].lapsed), 1e-9 * (1.0 + lapsedSoFar[i]));
                lapsedSoFar[i] += lapsed[i];
                withBreakage += lapsed[i] > 0.0 ? 1 : 0;
            }
        }
    }
    EXPECT_GT(withTerms, kPlans * 9U / 10U);
    EXPECT_GT(withBreakage, 1000U);
}

}  // namespace
}  // namespace breakeven::sim::terms_biller_test
