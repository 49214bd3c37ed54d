#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/costing/agent_run.hpp"
#include "core/costing/fleet_cost.hpp"
#include "core/costing/multiplier.hpp"
#include "core/costing/scale_cost.hpp"
#include "core/population/belief.hpp"

namespace breakeven::core {

/// How much of an input is read from the prompt cache or written to it, at which share of the input's price.
struct CacheUse {
    Parameter hitShare{0.0, {}};    ///< h in [0, 1]
    Parameter hitPrice{1.0, {}};    ///< kappa >= 0: price of a cached token / of one that is not
    Parameter writeShare{0.0, {}};  ///< in [0, 1]; with the hits at most 1
    Parameter writePrice{1.0, {}};  ///< >= 0: price of a token written / of one that is not
    bool operator==(const CacheUse&) const = default;
};

/// List price of a meter: `amount` currency units per `per` units of it.
struct CostRate {
    std::string id;                    ///< for --set: the file's, else the meter's, else the index from 1
    std::optional<std::size_t> meter;  ///< index into Scenario::meters; none: a price for agents only
    Parameter per{1.0, {}};            ///< > 0
    Parameter amount;                  ///< >= 0
    Parameter share{1.0, {}};          ///< in [0, 1]: of the meter's use that pays this price
    bool takesRest = false;  ///< in place of `share`: what the meter's other rates leave, in equal parts
    CacheUse cache{};
    std::string model{};  ///< whose price it is; empty: not named
    bool operator==(const CostRate&) const = default;
};

/// A monthly amount.
struct FixedCost {
    std::string id;
    Parameter amount;              ///< >= 0, currency units a month
    bool isPerSubscriber = false;  ///< each subscriber costs it; else all share it
    bool operator==(const FixedCost&) const = default;
};

/// An amount spent once and spread over time or use.
struct OneOffCost {
    enum class Method {
        StraightLine,  ///< amount / months
        Annuity,       ///< with interest: amount x r / (1 - (1 + r)^-months), r a twelfth of the yearly rate
        Units,         ///< amount / units for every unit of the meter
        Obsolescence,  ///< amount x hazard: spread over the mean life, then spent again
    };
    std::string id;
    Parameter amount;  ///< >= 0, currency units
    Method method = Method::StraightLine;
    Parameter months{1.0, {}};  ///< > 0
    Parameter yearlyRate;       ///< >= 0
    Parameter units{1.0, {}};   ///< > 0, of the meter
    std::size_t meter = 0;
    Parameter hazard{1.0, {}};  ///< in (0, 1], a month
    bool operator==(const OneOffCost&) const = default;
};

/// Runs of an agent: each unit of the meter is one run of several steps, whose context is sent again.
struct AgentCost {
    std::string id;
    std::size_t meter = 0;
    std::size_t inputRate = 0;  ///< index into Cost::rates: price of a token read, cache included
    std::size_t outputRate = 0;
    StepLaw steps = StepLaw::Fixed;
    Parameter meanSteps{1.0, {}};  ///< >= 1
    Parameter shape{1.0, {}};      ///< > 0, negative binomial only
    Parameter baseTokens;          ///< >= 0
    Parameter addedTokens;         ///< >= 0
    Parameter outputTokens;        ///< >= 0
    bool operator==(const AgentCost&) const = default;
};

/// A random multiple of the cost of every answer.
struct MultiplierCost {
    struct Part {
        MultiplierPart::Kind kind = MultiplierPart::Kind::Value;
        std::optional<Parameter> share;  ///< none: what the others leave
        Parameter a{1.0, {}};
        Parameter b{1.0, {}};
        bool operator==(const Part&) const = default;
    };
    std::string id;
    std::vector<std::size_t> meters;
    std::vector<Part> parts;
    std::optional<Parameter> cap;           ///< >= 1
    std::optional<std::size_t> drawnPer{};  ///< the meter whose units are the answers: in a run each draws
                                            ///< its multiple; none: all at the mean
    bool operator==(const MultiplierCost&) const = default;
};

/// Traffic of a meter that is tried on a cheaper student first; the meter's own cost is the teacher's.
struct RouteCost {
    std::string id;
    std::size_t meter = 0;
    Parameter studentShare;                  ///< in [0, 1]
    std::optional<Parameter> studentAmount;  ///< >= 0, list price of a unit; none:
    Parameter studentCostShare;              ///< >= 0, student's cost / teacher's
    Parameter escalation;                    ///< in [0, 1]
    Parameter routerAmount;                  ///< >= 0, list price of a unit
    bool operator==(const RouteCost&) const = default;
};

/// A guard on every unit of a meter; see Guard for the meaning of the numbers.
struct GuardCost {
    std::string id;
    std::size_t meter = 0;
    Parameter overhead;              ///< >= 0
    Parameter falsePositiveShare;    ///< in [0, 1]
    Parameter falsePositiveAmount;   ///< >= 0, currency units of our own
    Parameter attackRate;            ///< in [0, 1]
    Parameter attackSuccess;         ///< in [0, 1]
    Parameter loss;                  ///< >= 0, currency units of our own
    bool areIncidentsDrawn = false;  ///< one by one in a run; else at their mean
    Parameter lossSigma{0.0, {}};    ///< >= 0: log standard deviation of a drawn loss with that mean
    bool operator==(const GuardCost&) const = default;
};

/// Units of meters that are tried until they succeed.
struct RetryCost {
    std::string id;
    std::vector<std::size_t> meters;
    Parameter success{1.0, {}};          ///< in (0, 1]
    std::optional<std::uint64_t> limit;  ///< most attempts, >= 1
    bool operator==(const RetryCost&) const = default;
};

/// Units of a meter whose cost depends on another meter of the same user; the cheapest option serves.
struct ScaleCost {
    struct Option {
        ScaleShape shape = ScaleShape::Constant;
        Parameter base;        ///< >= 0, list price
        Parameter slope;       ///< >= 0
        Parameter candidates;  ///< >= 0
        Parameter keptShare;   ///< in [0, 1]
        bool operator==(const Option&) const = default;
    };
    std::string id;
    std::size_t meter = 0;
    std::size_t size = 0;  ///< the meter it depends on
    std::vector<Option> options;
    bool operator==(const ScaleCost&) const = default;
};

/// What the payment provider takes of every bill above zero: rate x bill + amount.
struct PaymentCost {
    Parameter rate;    ///< in [0, 1)
    Parameter amount;  ///< >= 0
    bool operator==(const PaymentCost&) const = default;
};

/// So many of something per subscriber and month at so much each.
struct PerSubscriberCost {
    Parameter count;   ///< >= 0, support tickets or free users per subscriber and month
    Parameter amount;  ///< >= 0, of one
    bool operator==(const PerSubscriberCost&) const = default;
};

/// What usage costs us: from list prices by the meters' units, through what each element adds or multiplies
/// (unit_cost.hpp), to the cost of a user-month.
struct Cost {
    Parameter servingShare{1.0, {}};  ///< own cost / list price, >= 0
    std::vector<CostRate> rates;
    std::vector<FixedCost> fixed;
    std::vector<OneOffCost> oneOffs{};
    std::vector<AgentCost> agents{};
    std::vector<MultiplierCost> multipliers{};
    std::vector<RouteCost> routes{};
    std::vector<GuardCost> guards{};
    std::vector<RetryCost> retries{};
    std::vector<ScaleCost> scales{};
    std::optional<FleetCost> fleet{};
    std::optional<PaymentCost> payments{};
    std::optional<PerSubscriberCost> support{};
    std::optional<PerSubscriberCost> freeTier{};
    bool operator==(const Cost&) const = default;
};

}  // namespace breakeven::core
