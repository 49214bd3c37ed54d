#include "core/costing/unit_cost.hpp"

#include <gtest/gtest.h>

namespace breakeven::core::unit_cost_test {
namespace {

Parameter point(double x) {
    return {x, {}};
}

/// One meter at a list price of $2 per 1,000, with two elements of each kind that multiply.
Cost chained() {
    Cost cost;
    cost.rates = {{"a", 0, point(1'000.0), point(2.0)}};
    cost.rates[0].cache = {point(0.5), point(0.2), point(0.1), point(1.5)};
    cost.multipliers = {{"m", {0}, {{MultiplierPart::Kind::Value, {}, point(3.0), point(1.0)}}, {}}};
    cost.routes = {{"r", 0, point(0.5), point(0.0004), point(0.0), point(0.1), point(0.0001)}};
    cost.guards = {{"g", 0, point(0.25), point(0.01), point(0.02), point(0.001), point(0.5), point(4.0)}};
    cost.retries = {{"t", {0}, point(0.5), 2}};
    return cost;
}

TEST(UnitCost, GivenEachElement_WhenAppliedInTurn_ThenEachStageIsTheFormulaOfTheOneBefore) {
    const Cost cost = chained();
    const auto list = [&](CostStage stage) { return unitCosts(cost, 1, {}, stage).front().list; };
    EXPECT_DOUBLE_EQ(list(CostStage::List), 0.002);
    // 1 - 0.5 x 0.8 + 0.1 x 0.5
    EXPECT_DOUBLE_EQ(list(CostStage::Cache), 0.002 * 0.65);
    EXPECT_DOUBLE_EQ(list(CostStage::Multipliers), 0.0013 * 3.0);
    const double routed = 0.5 * (0.0004 + 0.1 * 0.0039) + 0.5 * 0.0039 + 0.0001;
    EXPECT_DOUBLE_EQ(list(CostStage::Routes), routed);
    EXPECT_DOUBLE_EQ(list(CostStage::Guards), routed * 1.25);
    EXPECT_DOUBLE_EQ(list(CostStage::Retries), routed * 1.25 * 1.5);
    // false positives 0.01 x 0.02, losses 0.001 x 0.5 x 4, tried 1.5 times
    EXPECT_DOUBLE_EQ(unitCosts(cost, 1, {}).front().harm, (0.0002 + 0.002) * 1.5);
    EXPECT_DOUBLE_EQ(unitCosts(cost, 1, {}).front().own(), (0.0002 + 0.002) * 1.5);
}

TEST(UnitCost, GivenAMixOfModels_WhenOneTakesTheRest_ThenTheSharesSumToOne) {
    Cost cost;
    cost.rates = {{"s", 0, point(225.0), point(20.0)},
                  {"g", 0, point(550.0), point(20.0)},
                  {"p", 0, point(650.0), point(20.0)}};
    // MODEL R5: 500 requests cost $20 when 11.6 % of them are Sonnet, the rest half Gemini, half GPT-4.1.
    cost.rates[0].share = {0.116, {}};
    cost.rates[1].takesRest = true;
    cost.rates[2].takesRest = true;
    EXPECT_NEAR(500.0 * unitCosts(cost, 1, {}).front().list, 20.0, 0.01);
    cost.rates[0].share = {1.0, {}};
    EXPECT_NEAR(500.0 * unitCosts(cost, 1, {}).front().list, 44.44, 0.005);
}

TEST(UnitCost, GivenAnAgentWithCachedInput_WhenCosted_ThenItIsTheRunOfTheModel) {
    Cost cost;
    cost.rates = {{"in", {}, point(1e6), point(3.0)}, {"out", {}, point(1e6), point(15.0)}};
    cost.rates[0].cache = {point(0.85), point(0.1), point(0.0), point(1.0)};
    cost.agents = {{"w", 1, 0, 1, StepLaw::Geometric, point(25.0), point(1.0), point(8'000.0), point(1'500.0),
                    point(400.0)}};
    const std::vector<UnitCost> units = unitCosts(cost, 2, {});
    EXPECT_EQ(units[0].list, 0.0);
    EXPECT_NEAR(units[1].list, 0.9255, 1e-12);
    EXPECT_NEAR(unitCosts(cost, 2, {}, CostStage::List)[1].list, 1.1 * 3.0 + 0.15, 1e-12);
}

FleetCost fleet() {
    FleetCost fleet;
    fleet.meters = {0};
    fleet.throughput = point(1'800.0);
    fleet.hoursOfMonth = point(720.0);
    fleet.capex = point(40'000.0);
    fleet.years = point(4.0);
    fleet.yearlyRate = point(0.1);
    fleet.kilowatts = point(1.5);
    fleet.powerPrice = point(0.07);
    fleet.opsShare = point(0.08);
    fleet.target = point(0.8);
    fleet.peakToMean = point(2.0);
    return fleet;
}

TEST(UnitCost, GivenAFleetThatFollowsDemand_WhenCosted_ThenAllButItsPowerStandsIdle) {
    Cost cost;
    cost.fleet = fleet();
    const UnitCost unit = unitCosts(cost, 1, {}).front();
    EXPECT_NEAR(1e6 * unit.fleet, 0.737, 0.0005);  // MODEL S9 at u = 0.4
    EXPECT_NEAR(1.0 - unit.idle / unit.fleet, 0.05, 0.006);
    cost.fleet->ownShare = point(0.75);
    cost.fleet->marketPrice = point(0.88);
    cost.fleet->per = point(1e6);
    EXPECT_NEAR(1e6 * unitCosts(cost, 1, {}).front().fleet, 0.75 * 1e6 * unit.fleet + 0.22, 1e-12);
}

TEST(StandingCost, GivenEachElement_WhenSummed_ThenTheSubscribersShareWhatIsShared) {
    Cost cost;
    cost.fixed = {{"a", point(1'000.0)}, {"b", point(2.0), true}};
    OneOffCost line;
    line.amount = point(300'000.0);
    line.months = point(12.0);
    OneOffCost worn;
    worn.amount = point(1'000.0);
    worn.method = OneOffCost::Method::Obsolescence;
    worn.hazard = point(0.1);
    cost.oneOffs = {line, worn};
    cost.support = {point(0.05), point(8.0)};
    cost.freeTier = {point(2.0), point(0.4)};
    cost.fleet = fleet();
    cost.fleet->target.reset();
    cost.fleet->gpus = point(463.0);
    const StandingCost standing = standingCost(cost, 200'000.0, {});
    EXPECT_DOUBLE_EQ(standing.fixed, 0.005);
    EXPECT_DOUBLE_EQ(standing.perSubscriber, 2.0);
    EXPECT_DOUBLE_EQ(standing.amortised, (25'000.0 + 100.0) / 200'000.0);
    EXPECT_NEAR(standing.fleet, 3.18, 0.005);  // MODEL S9
    EXPECT_DOUBLE_EQ(standing.marginal(), 2.0 + 0.4);
    EXPECT_DOUBLE_EQ(standing.freeTier, 0.8);
    EXPECT_EQ(unitCosts(cost, 1, {}).front().fleet, 0.0);
}

TEST(StandingCost, GivenUnitsOfProduction_WhenSpread_ThenTheUnitBearsThem) {
    Cost cost;
    OneOffCost item;
    item.amount = point(300'000.0);
    item.method = OneOffCost::Method::Units;
    item.units = point(27.03e6);
    cost.oneOffs = {item};
    cost.retries = {{"t", {0}, point(0.5), {}}};
    EXPECT_DOUBLE_EQ(unitCosts(cost, 1, {}).front().production, 300'000.0 / 27.03e6);
    EXPECT_EQ(standingCost(cost, 10.0, {}).total(), 0.0);
}

TEST(Payments, GivenBills_WhenPaid_ThenNothingIsTakenOfZero) {
    const PaymentCost payments{point(0.029), point(0.30)};
    EXPECT_DOUBLE_EQ(paymentFee(payments, 20.0, {}), 0.88);
    EXPECT_EQ(paymentFee(payments, 0.0, {}), 0.0);
}

}  // namespace
}  // namespace breakeven::core::unit_cost_test
