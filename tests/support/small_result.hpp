#pragma once

#include "sim/results/run_result.hpp"

namespace breakeven::tests {

/// A result of two plans, small enough to be read: one row of each kind of total, one of a segment, one of a
/// month.
inline sim::RunResult smallResult() {
    sim::RunResult result;
    result.manifest = {"0123456789abcdef",
                       "team",
                       "Does it pay?",
                       "EUR",
                       "abcd",
                       "1",
                       {1'000, 2, 3, 18'446'744'073'709'551'615U, core::Sampling::Random}};
    result.worldsFinished = 2;
    const char* money = "EUR/user-month";
    result.metrics = {
        {{"pro", "all", "all"}, "margin_per_user", money, {4.5, 0.25, 4.0, 5.0, -5.5, 12.5, {}}},
        {{"pro", "all", "all"}, "revenue_per_user", money, {25.0, 0.0, 25.0, 25.0, {}, {}, 25.0}},
        {{"pro", "teams", "all"}, "margin_per_user", money, {99.0, 0.5, 98.0, 100.0, {}, {}, {}}},
        {{"pro", "all", "2"}, "margin_per_user", money, {7.0, 0.5, 6.0, 8.0, {}, {}, {}}},
        {{"pro", "teams", "2"}, "margin_per_user", money, {8.0, 0.5, 7.0, 9.0, {}, {}, {}}},
        {{"metered", "all", "all"}, "margin_per_user", money, {-1.0, 0.125, -1.25, -0.75, {}, {}, {}}}};
    result.differences = {
        {"pro",
         {"metered", "all", "all"},
         "margin_per_user",
         money,
         {-5.5, 0.25, -6.0, -5.0, -18.0, 4.5, {}},
         false},
        {"pro", {"metered", "all", "2"}, "margin_per_user", money, {0.5, 1.0, -1.5, 2.5, {}, {}, {}}, true}};
    result.quantiles = {{{"pro", "all", "all"}, "cost", 0.95, 60.25, 58.5, 62.0},
                        {{"pro", "teams", "all"}, "cost", 0.5, 1.0, 0.5, 1.5}};
    result.histogram = {{{"pro", "all", "all"}, "cost", 0.0, 0.0, 12},
                        {{"pro", "all", "all"}, "cost", 0.5, 0.75, 9'007'199'254'740'993U}};
    result.worlds.add(1, "", "belief.cost.serving_share", 0.35);
    result.worlds.add(1, "pro", "margin_per_user", 4.0);
    result.worlds.add(2, "pro", "margin_per_user", 5.0);
    result.lorenz = {{{"pro", "all", "all"}, 0.5, 0.0625}};
    return result;
}

}  // namespace breakeven::tests
