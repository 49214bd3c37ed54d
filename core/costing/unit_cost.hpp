#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/costing/cost.hpp"
#include "core/costing/fleet.hpp"
#include "core/costing/guard.hpp"

namespace breakeven::core {

/// Cost of one unit of a meter, by what it is made of.
struct UnitCost {
    double list = 0.0;   ///< at list prices; we bear the serving share of it
    double harm = 0.0;   ///< false positives and losses of guarded steps
    double fleet = 0.0;  ///< of the fleet that follows demand, and tokens bought beside it
    double idle = 0.0;   ///< the part of `fleet` that one more unit does not cause: capital and operation
    double production = 0.0;  ///< one-off amounts spread over units
    [[nodiscard]] double own() const { return harm + fleet + production; }
    bool operator==(const UnitCost&) const = default;
};

/// How far the elements are applied, each with those before it.
enum class CostStage { List, Cache, Multipliers, Routes, Guards, Retries };

/// Expected cost of a unit of every meter. What is random within a month (steps, multipliers, attempts,
/// incidents) is taken at its mean: it averages out over the events of a month (MODEL 1.1).
///
/// Rates and agents make the cost of a unit, with the fleet's; multipliers, routes, guards and retries then
/// change it in this order, several of a kind in the order of the file. Units that cost by scale are not in
/// it.
///
/// @param meters  number of meters of the scenario
/// @param draws   of the beliefs; empty: base values
/// @return        currency units per unit, by meter
[[nodiscard]] std::vector<UnitCost> unitCosts(const Cost& cost, std::size_t meters,
                                              std::span<const double> draws,
                                              CostStage upTo = CostStage::Retries);

/// Is a part of the cost drawn event by event? Then only its mean follows from the usage.
[[nodiscard]] bool isDrawn(const Cost& cost);

/// List price of a unit of a rate with its cache: p (1 - h (1 - kappa) + w (omega - 1)).
[[nodiscard]] double listPrice(const CostRate& rate, std::span<const double> draws, bool withCache = true);

/// The numbers of a fleet in one world.
struct FleetNumbers {
    GpuHour hour;             ///< rented: all of it is capital
    double throughput = 1.0;  ///< units per GPU-second
    double hoursOfMonth = 730.0;
    double peakToMean = 1.0;
    double utilisation = 1.0;      ///< mean, of a fleet that follows demand
    std::optional<double> gpus;    ///< of a fleet of fixed size
    std::optional<double> target;  ///< utilisation at the peak
    double ownShare = 1.0;
    std::optional<double> marketPrice;  ///< per unit
};
[[nodiscard]] FleetNumbers fleetNumbers(const FleetCost& fleet, std::span<const double> draws);

/// Costs of a subscriber and month that no usage moves, currency units.
struct StandingCost {
    double fixed = 0.0;          ///< monthly amounts that all share
    double amortised = 0.0;      ///< one-off amounts spread over months
    double fleet = 0.0;          ///< of a fleet of fixed size
    double perSubscriber = 0.0;  ///< monthly amounts of each
    double support = 0.0;
    double freeTier = 0.0;
    /// One more subscriber causes these.
    [[nodiscard]] double marginal() const { return perSubscriber + support; }
    [[nodiscard]] double total() const {
        return fixed + amortised + fleet + perSubscriber + support + freeTier;
    }
};
[[nodiscard]] StandingCost standingCost(const Cost& cost, double subscribers, std::span<const double> draws);

/// The options of a cost by scale in one world.
[[nodiscard]] std::vector<ScaleOption> scaleOptions(const ScaleCost& scale, std::span<const double> draws);

/// The numbers of a guard in one world.
[[nodiscard]] Guard guardNumbers(const GuardCost& item, std::span<const double> draws);

/// The mixture of a multiplier in one world; a part without share gets nothing where the others sum to more
/// than 1.
[[nodiscard]] std::vector<MultiplierPart> multiplierParts(const MultiplierCost& multiplier,
                                                          std::span<const double> draws);

/// What a payment of a bill costs; nothing is taken of a bill of zero.
[[nodiscard]] double paymentFee(const PaymentCost& payments, double bill, std::span<const double> draws);

}  // namespace breakeven::core
