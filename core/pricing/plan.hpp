#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/costing/cost.hpp"
#include "core/population/belief.hpp"

namespace breakeven::core {

/// One step of a graduated or volume price. The upper bound is inclusive, the lower one (the tier before)
/// exclusive.
struct Tier {
    std::optional<Parameter> upTo;  ///< in the charge's units; none in the last tier only
    Parameter unitAmount;           ///< >= 0, per `Charge::per` units
    Parameter
        flatAmount;  ///< >= 0, once when any unit falls in the tier (graduated) or it is picked (volume)
    std::optional<Parameter> maxAmount{};    ///< >= 0: caps the tier, flat amount included
    std::optional<Parameter> packageSize{};  ///< > 0: unitAmount is per started package
    bool operator==(const Tier&) const = default;
};

struct FlatPrice {
    Parameter amount;
    bool operator==(const FlatPrice&) const = default;
};
struct UnitPrice {
    Parameter unitAmount;
    bool operator==(const UnitPrice&) const = default;
};
struct GraduatedPrice {
    std::vector<Tier> tiers;
    bool operator==(const GraduatedPrice&) const = default;
};
struct VolumePrice {
    std::vector<Tier> tiers;
    bool operator==(const VolumePrice&) const = default;
};
/// ceil((quantity - freeUnits) / size) packages; none up to freeUnits.
struct PackagePrice {
    Parameter size;                          ///< > 0
    Parameter amount;                        ///< >= 0
    Parameter freeUnits;                     ///< >= 0
    std::optional<Parameter> minPackages{};  ///< >= 0: what usage within freeUnits costs
    bool isRoundedDown = false;
    bool operator==(const PackagePrice&) const = default;
};

using Price = std::variant<FlatPrice, UnitPrice, GraduatedPrice, VolumePrice, PackagePrice>;

/// A share of the metered value: (quantity - freeAmount) x rate + events x fixedAmount.
struct PercentagePrice {
    Parameter ratePercent;              ///< >= 0
    Parameter fixedAmount;              ///< >= 0, per event
    Parameter freeAmount;               ///< >= 0, the first value is free
    std::optional<std::size_t> events;  ///< the meter that counts the events, index into Scenario::meters
    bool operator==(const PercentagePrice&) const = default;
};
/// The quantity as the value of one event: clamp(quantity x rate + fixedAmount, least, most).
struct PercentageEventPrice {
    Parameter ratePercent;  ///< >= 0
    Parameter fixedAmount;  ///< >= 0
    std::optional<Parameter> least;
    std::optional<Parameter> most;
    bool operator==(const PercentageEventPrice&) const = default;
};
/// A price for staying within limits of several meters.
struct CapacityTier {
    std::vector<std::optional<Parameter>> limits;  ///< one per meter of the charge; none: no limit
    Parameter amount;                              ///< >= 0
    bool operator==(const CapacityTier&) const = default;
};
struct CapacityPrice {
    std::vector<CapacityTier> tiers;  ///< the last without limits
    bool operator==(const CapacityPrice&) const = default;
};
/// Prices that are no price on one quantity.
using ExactPrice = std::variant<PercentagePrice, PercentageEventPrice, CapacityPrice>;

/// What is done to the quantity and the amount of a charge.
struct ChargeTerms {
    enum class Rounding { None, HalfUp, Ceiling, Floor };
    bool isFlatAtZero = false;            ///< tiered prices: zero usage pays the first tier's flat amount
    Rounding rounding = Rounding::None;   ///< of the quantity, to whole multiples of `per`
    std::optional<std::size_t> refunds;   ///< a meter that is taken off the quantity
    std::optional<Parameter> discount;    ///< percent, 0 to 100
    std::optional<Parameter> minimum;     ///< >= 0, of the line
    std::optional<Parameter> maximum;     ///< >= minimum
    std::optional<Parameter> commitment;  ///< >= 0, an amount that is paid before overage counts
    Parameter overageFactor{1.0, {}};     ///< > 0, on what lies beyond the commitment
    bool isBucketed = false;              ///< every row of usage within a period is priced by itself; exact
                                          ///< invoices only
    bool hasTrueUp = false;               ///< whether the unused rest of the commitment is paid
    bool operator==(const ChargeTerms&) const = default;
};

/// A meter's part in the quantity that a charge or limit looks at.
struct WeightedMeter {
    std::size_t meter = 0;      ///< index into Scenario::meters
    Parameter weight{1.0, {}};  ///< >= 0
    bool operator==(const WeightedMeter&) const = default;
};

/// One line of the bill: a price on the month's quantity, the weighted sum of its meters.
struct Charge {
    std::string id;                     ///< for --set: the file's, else the index from 1
    std::vector<WeightedMeter> meters;  ///< empty only under a flat price
    Parameter per{1.0, {}};             ///< > 0: unit amounts are per this many units
    Price price;
    std::optional<ExactPrice> exactPrice{};  ///< in place of `price`
    ChargeTerms terms{};
    bool operator==(const Charge&) const = default;
};

/// The stretch of time that a limit's amount is for, where it is not the month.
struct LimitWindow {
    Parameter hours{1.0, {}};  ///< > 0
    bool opensAtUse = false;  ///< the first use after a window opens the next; else windows follow each other
    bool operator==(const LimitWindow&) const = default;
};

/// What happens to use beyond a monthly amount of a meter, or beyond an amount in each window of time. All
/// meters of the user shrink (block) or get cheaper (degrade) in the share of use beyond it. Queued use
/// happens later, at the same price.
struct Limit {
    enum class Action { Block, Degrade, Throttle, Queue, Overage, AutoBuy };
    std::string id;         ///< for --set: the file's, else the index from 1
    std::size_t meter = 0;  ///< index into Scenario::meters
    Parameter amount;       ///< >= 0, in the meter's unit
    Action action = Action::Block;
    Parameter costFactor{1.0, {}};  ///< degrade only: use beyond costs us this share, in [0, 1]
    Parameter keptShare{1.0, {}};   ///< throttle only: the share of use beyond that still happens, in [0, 1]
    Parameter price{};              ///< overage: >= 0 per `per` units beyond; auto_buy: of a pack
    Parameter per{1.0, {}};         ///< > 0, overage: units of the price; auto_buy: units of a pack
    std::optional<LimitWindow> window{};  ///< block, throttle, degrade and queue only
    bool operator==(const Limit&) const = default;
};

/// Money that is given each month, or once, and pays charges before the user does.
struct Credit {
    std::string id;                        ///< for --set: the file's, else the index from 1
    Parameter amount;                      ///< >= 0
    bool isOnce = false;                   ///< in the subject's first period only; else in every one
    bool isPromotional = false;            ///< burnt before paid credits
    std::optional<std::int64_t> priority;  ///< ascending, none: last
    std::optional<std::uint64_t> expires;  ///< usable in this many periods, from 1; none: for good
    std::optional<Parameter> rolloverMax;  ///< >= 0: what passes into the next period at most
    std::vector<std::size_t> charges;      ///< that it pays, indices into Plan::charges; empty: all
    bool operator==(const Credit&) const = default;
};

/// Packs of credit bought when the credits are used up.
struct TopUp {
    Parameter amount;  ///< > 0, credit of a pack
    Parameter price;   ///< >= 0, of a pack
    bool operator==(const TopUp&) const = default;
};

/// A discount on the whole invoice.
struct PlanCoupon {
    std::string id;                       ///< for --set: the file's, else the index from 1
    std::optional<Parameter> percent;     ///< 0 to 100; none: a fixed amount
    Parameter amount;                     ///< >= 0, per period
    std::optional<std::uint64_t> months;  ///< in the subject's first periods only, from 1; none: always
    bool operator==(const PlanCoupon&) const = default;
};

/// What a plan says beyond fee, charges and limits. The simulation leaves tax out, prorates nothing and knows
/// no pools.
struct PlanTerms {
    std::vector<Credit> credits;
    std::optional<TopUp> topUp;
    std::vector<PlanCoupon> coupons;
    Parameter taxPercent;           ///< >= 0
    std::uint64_t trialMonths = 0;  ///< the subject's first periods that are free
    bool isTrialForAll = false;     ///< charges are free too, not the fee alone
    bool isProrated = false;        ///< fee, minimum and maximum by the days of the period that are used
    bool isPooled = false;  ///< all subjects of a period are one account: a fee and credits for each of them,
                            ///< charges on the sum of their usage
    bool operator==(const PlanTerms&) const = default;
};

/// A named set of prices. Revenue of a user-month = max(minimum, min(maximum, fee + sum of charges)).
struct Plan {
    std::string id;
    Parameter fee;                      ///< >= 0, per month
    std::optional<Parameter> minimum;   ///< >= 0
    std::optional<Parameter> maximum;   ///< >= minimum
    std::vector<std::size_t> segments;  ///< offered to, indices into Scenario::segments; never empty
    std::vector<Charge> charges;
    std::vector<Limit> limits;
    std::optional<Cost> cost;  ///< what it runs on in place of Scenario::cost, all of it
    PlanTerms terms{};
    bool operator==(const Plan&) const = default;
};

}  // namespace breakeven::core
