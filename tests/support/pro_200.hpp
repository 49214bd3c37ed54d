#pragma once

#include "core/scenario/scenario.hpp"

namespace breakeven::tests {

/// MODEL S1 at base values, built without the reader: requests LN(180, 1.59374), 2,000 input and 5,000 output
/// tokens each, $42 and $168 per million list, serving share 0.35; plans flat, soft-cap, hard-cap,
/// pay-as-you-go, hybrid.
inline core::Scenario pro200() {
    const auto point = [](double x) { return core::Parameter{x, {}}; };
    core::Scenario s;
    s.name = "pro-200";
    s.currency = "USD";
    s.file = "pro-200.toml";
    s.hash = "test";
    s.run = {20'000, 1, 1, 20250105, core::Sampling::Random};
    s.subscribers = point(10'000.0);
    s.meters = {{"requests", "request"}, {"input_tokens", "token"}, {"output_tokens", "token"}};
    core::Lognormal requests;
    requests.location = point(180.0);
    requests.spread = point(1.59374);
    core::Segment people;
    people.id = "subscribers";
    people.usages = {{0, {}, requests, point(0.86), point(0.0)},
                     {1, 0, core::Constant{point(2000.0)}, point(1.0), point(0.0)},
                     {2, 0, core::Constant{point(5000.0)}, point(1.0), point(0.0)}};
    s.segments = {people};
    s.cost.servingShare = point(0.35);
    s.cost.rates = {{"input_tokens", 1, point(1e6), point(42.0)},
                    {"output_tokens", 2, point(1e6), point(168.0)}};
    const auto plan = [&](const char* id, double fee) {
        core::Plan p;
        p.id = id;
        p.fee = point(fee);
        p.segments = {0};
        return p;
    };
    core::Plan soft = plan("soft-cap", 200.0);
    soft.limits = {{"1", 0, point(500.0), core::Limit::Action::Degrade, point(0.1)}};
    core::Plan hard = plan("hard-cap", 200.0);
    hard.limits = {{"1", 0, point(200.0 / 0.3234), core::Limit::Action::Block, point(1.0)}};
    core::Plan payg = plan("pay-as-you-go", 0.0);
    payg.charges = {{"in", {{1, point(1.0)}}, point(1e6), core::UnitPrice{point(42.0)}},
                    {"out", {{2, point(1.0)}}, point(1e6), core::UnitPrice{point(168.0)}}};
    core::Plan hybrid = plan("hybrid", 200.0);
    hybrid.charges = {
        {"list",
         {{1, point(42e-6)}, {2, point(168e-6)}},
         point(1.0),
         core::GraduatedPrice{{{point(200.0), point(0.0), point(0.0)}, {{}, point(1.0), point(0.0)}}}}};
    s.plans = {plan("flat", 200.0), soft, hard, payg, hybrid};
    return s;
}

/// Makes the three beliefs of MODEL S1 part of it.
inline core::Scenario pro200WithBeliefs(std::uint32_t worlds) {
    core::Scenario s = pro200();
    s.run.worlds = worlds;
    s.beliefs = {
        {"segment.subscribers.usage.requests.median", {90.0, 180.0, 360.0, core::BeliefShape::LogPert}},
        {"segment.subscribers.usage.requests.sigma", {1.3, 1.59374, 1.9, core::BeliefShape::Pert}},
        {"cost.serving_share", {0.2, 0.35, 0.6, core::BeliefShape::Pert}}};
    auto& requests = std::get<core::Lognormal>(s.segments[0].usages[0].distribution);
    requests.location.belief = 0;
    requests.spread.belief = 1;
    s.cost.servingShare.belief = 2;
    return s;
}

}  // namespace breakeven::tests
