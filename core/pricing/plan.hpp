#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/population/belief.hpp"

namespace breakeven::core {

/// One step of a graduated or volume price. The upper bound is inclusive, the lower one (the tier before)
/// exclusive.
struct Tier {
    std::optional<Parameter> upTo;  ///< in the charge's units; none in the last tier only
    Parameter unitAmount;           ///< >= 0, per `Charge::per` units
    Parameter
        flatAmount;  ///< >= 0, once when any unit falls in the tier (graduated) or it is picked (volume)
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
    Parameter size;       ///< > 0
    Parameter amount;     ///< >= 0
    Parameter freeUnits;  ///< >= 0
    bool operator==(const PackagePrice&) const = default;
};

using Price = std::variant<FlatPrice, UnitPrice, GraduatedPrice, VolumePrice, PackagePrice>;

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
    bool operator==(const Charge&) const = default;
};

/// What happens to use beyond a monthly amount of a meter. All meters of the user shrink (block) or get
/// cheaper (degrade) in the share of use beyond it.
struct Limit {
    enum class Action { Block, Degrade };
    std::string id;         ///< for --set: the file's, else the index from 1
    std::size_t meter = 0;  ///< index into Scenario::meters
    Parameter amount;       ///< >= 0, in the meter's unit
    Action action = Action::Block;
    Parameter costFactor{1.0, {}};  ///< degrade only: use beyond costs us this share, in [0, 1]
    bool operator==(const Limit&) const = default;
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
    std::optional<Parameter> servingShare;  ///< overrides Cost::servingShare under this plan
    bool operator==(const Plan&) const = default;
};

}  // namespace breakeven::core
