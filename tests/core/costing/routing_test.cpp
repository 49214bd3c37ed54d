#include "core/costing/routing.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "core/costing/amortisation.hpp"

namespace breakeven::core::routing_test {
namespace {

// MODEL S8: teacher $0.02, student $0.002, router $0.0001, 70 % tried, 10 % of these escalated; $300,000
// spent once, 10 million queries a month.
constexpr Routing kRouting{0.7, 0.1, 0.0001};
constexpr double kStudent = 0.002;
constexpr double kTeacher = 0.02;

TEST(Routing, GivenTheDistilledModelOfTheModel_WhenRouted_ThenItsPublishedFiguresComeOut) {
    const double mixed = routedCost(kRouting, kStudent, kTeacher);
    EXPECT_NEAR(mixed, 0.0089, 1e-15);
    const double saving = kTeacher - mixed;
    EXPECT_NEAR(saving, 0.0111, 1e-15);
    EXPECT_NEAR(300'000.0 / saving, 27.03e6, 0.005e6);
    EXPECT_NEAR(300'000.0 / saving / 10e6, 2.70, 0.005);
    EXPECT_NEAR(200.0 * kTeacher, 4.00, 1e-12);
    EXPECT_NEAR(200.0 * mixed, 1.78, 1e-12);
    EXPECT_NEAR(obsolescenceValue(10e6 * saving, 0.10, 300'000.0), 810e3, 0.5);
    EXPECT_NEAR(obsolescenceValue(10e6 * saving, 0.05, 300'000.0), 1.92e6, 0.5);
    EXPECT_NEAR(obsolescenceValue(10e6 * saving, 0.20, 300'000.0), 255e3, 0.5);
    EXPECT_NEAR(aliveShare(0.10, 3.0), 0.729, 1e-12);
    const double within12 = 300'000.0 / (12.0 * 10e6);  // saving a query that pays back in 12 months
    EXPECT_NEAR(studentShareFor(kRouting, kStudent, kTeacher, within12), 0.1625, 1e-12);
    EXPECT_NEAR(escalationFor(kRouting, kStudent, kTeacher, within12), 0.71, 0.005);
    EXPECT_NEAR(300'000.0 / saving / 100e6 * 30.0, 8.0, 0.2);  // days at 100 million queries a month
    EXPECT_NEAR(300'000.0 / saving / 0.5e6, 54.0, 0.1);        // months at half a million
}

TEST(Routing, GivenTheShareFound_WhenRouted_ThenItSavesWhatWasAsked) {
    Routing routing = kRouting;
    routing.studentShare = studentShareFor(kRouting, kStudent, kTeacher, 0.005);
    EXPECT_NEAR(kTeacher - routedCost(routing, kStudent, kTeacher), 0.005, 1e-15);
    routing = kRouting;
    routing.escalation = escalationFor(kRouting, kStudent, kTeacher, 0.005);
    EXPECT_NEAR(kTeacher - routedCost(routing, kStudent, kTeacher), 0.005, 1e-15);
    EXPECT_TRUE(std::isnan(studentShareFor({0.7, 0.0, 0.0}, kTeacher, kTeacher, 0.001)));
}

}  // namespace
}  // namespace breakeven::core::routing_test
