#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "core/pricing/plan.hpp"
#include "sim/kernels/charge_kernels.hpp"

namespace breakeven::sim {

// A plan that says more than fee, plain charges and bounds, with every belief drawn.

struct FlatRule {
    double amount = 0.0;
};
struct UnitRule {
    double unit = 0.0;
};
struct GraduatedRule {
    std::vector<ChargeTier> tiers;
    bool isFlatAtZero = false;
};
struct VolumeRule {
    std::vector<ChargeTier> tiers;
    bool isFlatAtZero = false;
};
/// A share of the value beyond `free`, and a fixed amount for each event.
struct ShareRule {
    double free = 0.0;
    double ratePercent = 0.0;
    double fixed = 0.0;
    std::optional<std::size_t> events;  ///< meter
};
struct CapacityRule {
    std::vector<double> limits;   ///< tier x meter of the charge
    std::vector<double> amounts;  ///< by tier
};
using ChargeRule = std::variant<FlatRule, UnitRule, GraduatedRule, VolumeRule, PackingTerms, EventTerms,
                                ShareRule, CapacityRule>;

/// One line of the bill.
struct CompiledLine {
    std::vector<std::pair<std::size_t, double>> meters;  ///< meter, weight
    std::optional<std::size_t> refunds;                  ///< meter
    std::optional<WholeUnits> rounding;
    double per = 1.0;
    ChargeRule rule;
    std::optional<CommitmentTerms> commitment;
    std::optional<LineTerms> bounds;
};

/// Use beyond a limit, billed: at a price per unit, or in packs.
struct CompiledOverage {
    std::size_t meter = 0;
    double amount = 0.0;
    double price = 0.0;
    double per = 1.0;  ///< units of the price, or of a pack
    bool isPacked = false;
};

struct CompiledCredit {
    double amount = 0.0;
    bool isOnce = false;
    std::optional<std::uint64_t> expires;  ///< months
    std::optional<double> rolloverMax;
    std::vector<std::size_t> charges;  ///< that it pays, ascending as in the plan; all are listed
};

struct CompiledCoupon {
    std::optional<double> percent;
    double amount = 0.0;
    std::optional<std::uint64_t> months;
};

struct CompiledTerms {
    double fee = 0.0;
    double minimum = 0.0;
    double maximum = kUnbounded;
    std::vector<CompiledLine> lines;
    std::vector<CompiledOverage> overages;
    std::vector<CompiledCredit> credits;             ///< in the order in which they are burnt
    std::optional<std::pair<double, double>> topUp;  ///< credit of a pack, its price
    std::vector<CompiledCoupon> coupons;
    std::uint64_t trialMonths = 0;
    bool isTrialForAll = false;
};

/// Does a plan say more than fee, plain charges and bounds? Limits count where they bill.
[[nodiscard]] bool hasTerms(const core::Plan& plan);

/// The terms of a plan at these draws of the beliefs; none unless it has some.
[[nodiscard]] std::optional<CompiledTerms> compileTerms(const core::Plan& plan,
                                                        std::span<const double> draws);

}  // namespace breakeven::sim
